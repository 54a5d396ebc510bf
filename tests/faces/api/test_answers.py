"""Every question is answered as the command line answers it on a file, of the Book as it is or was."""

from datetime import UTC, date, datetime

import pytest

from rhumbline import registry
from rhumbline.book.authority import AccessRole, sight_of
from rhumbline.faces.answers import ask
from rhumbline.faces.streams import document_bytes

pytestmark = pytest.mark.django_db

DAY = "2026-11-23"


def asked(firm, name, sight=None, **wishes):
    book = firm.book.replace(as_of=date.fromisoformat(DAY))
    more = {} if sight is None else {"sight": sight}
    return ask(name, book, as_of=date.fromisoformat(DAY), **wishes, **more)


@pytest.fixture
def today(monkeypatch):
    """Let it be another day."""
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 30, 23, 59, tzinfo=UTC))


@pytest.fixture
def uncomputed(monkeypatch):
    """Let nothing be computed any more."""

    def computed(*_, **__):
        raise AssertionError("computed again")

    return lambda: monkeypatch.setattr(registry, "run", computed)


# --- the document -----------------------------------------------------------------------------


def test_the_bytes_are_those_of_the_document(firm, owner):
    response = owner.post("/answers/score", {"terms": {"as_of": DAY}})
    assert response.content == document_bytes(asked(firm, "score").document)
    assert response.headers["Content-Type"] == "application/json"


def test_somebody_who_sees_less_gets_the_document_of_what_they_see(firm):
    member = firm.caller(AccessRole.MEMBER)
    response = member.post("/answers/plan", {"terms": {"as_of": DAY}})
    assert response.content == document_bytes(asked(firm, "plan", sight_of(AccessRole.MEMBER)).document)
    assert response.said["concealed"] == ["money", "private"]
    assert response.said["cost"] is None


def test_in_words_it_also_has_what_a_terminal_shows_in_the_language_that_was_asked_for(firm, owner):
    for language in ("en", "de"):
        said = owner.post("/answers/score", {"terms": {"as_of": DAY}, "language": language, "text": True}).said
        assert said.pop("text") == asked(firm, "score", language=language).text
        assert said == asked(firm, "score", language=language).document
    assert "text" not in owner.post("/answers/score", {"terms": {"as_of": DAY}}).said


def test_nothing_has_to_be_said_to_ask_the_usual(today, owner):
    for body in (None, {}, {"terms": None}, {"terms": {}}, {"at": None}):
        said = owner.post("/answers/score", body).said
        assert (said["as_of"], said["terms"]) == ("2026-11-30", {"as_of": None})


def test_one_key_stands_for_a_list_of_one_as_everywhere(owner):
    said = owner.post("/answers/plan", {"terms": {"as_of": DAY, "pins": "i4"}}).said
    assert said["terms"]["pins"] == ["i4"]


# --- as of when -------------------------------------------------------------------------------


def test_it_can_be_asked_of_the_book_as_it_was(firm, owner):
    before = owner.post("/answers/score", {"terms": {"as_of": DAY}}).content
    assert owner.patch("/kinds/initiative/i1", {"stage": "stopped"}).status_code == 200
    after = owner.post("/answers/score", {"terms": {"as_of": DAY}}).content
    assert after != before
    moment = owner.get("/changes/1").said["at"].replace("+00:00", "Z")
    for at in (1, "1", moment):
        assert owner.post("/answers/score", {"terms": {"as_of": DAY}, "at": at}).content == before
    tomorrow = "2199-01-01"
    assert owner.post("/answers/score", {"terms": {"as_of": DAY}, "at": tomorrow}).content == after


def test_a_change_that_never_was_is_not_found(owner):
    assert owner.post("/answers/score", {"at": 99}).status_code == 404


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-02-30", "2026-13-01", "-1", "1.5", "", "9" * 30, True, 1.5, [1], {}, -1, 2**80]
)
def test_a_time_that_is_none_is_refused(owner, at):
    response = owner.post("/answers/score", {"at": at})
    # An empty text says nothing, as everywhere.
    assert response.status_code == (200 if at in ("", {}, []) else 422), response.said
    if response.status_code == 422:
        assert {found["code"] for found in response.said["findings"]} <= {"malformed", "wrong-type", "too-long"}


# --- what is kept in memory -------------------------------------------------------------------


def test_the_same_question_is_computed_once(owner, uncomputed):
    first = owner.post("/answers/plan", {"terms": {"as_of": DAY}})
    uncomputed()
    again = owner.post("/answers/plan", {"terms": {"pins": [], "as_of": DAY}, "language": "en"})
    assert again.content == first.content


@pytest.mark.parametrize(
    "other",
    [{"language": "de"}, {"terms": {"as_of": "2026-11-24"}}, {"terms": {"as_of": DAY, "pins": ["i2"]}}, {"text": True}],
)
def test_another_question_is_computed_anew(owner, uncomputed, other):
    question = {"terms": {"as_of": DAY}}
    owner.post("/answers/plan", question)
    uncomputed()
    with pytest.raises(AssertionError, match="computed again"):
        owner.post("/answers/plan", {**question, **other})


def test_somebody_else_who_sees_less_never_gets_what_was_kept_for_others(firm, owner, uncomputed):
    owner.post("/answers/plan", {"terms": {"as_of": DAY}})
    uncomputed()
    for role in (AccessRole.MEMBER, AccessRole.GUEST):
        with pytest.raises(AssertionError, match="computed again"):
            firm.caller(role).post("/answers/plan", {"terms": {"as_of": DAY}})


def test_a_name_that_was_changed_is_not_told_from_memory(firm, owner):
    """Names of people are no part of the hash of a Book."""
    book = owner.get("").said["book_sha"]
    assert owner.patch("/kinds/person/ines", {"name": "Somebody Else"}).status_code == 200
    assert owner.get("").said["book_sha"] == book
    before = owner.post("/answers/check", {"terms": {"as_of": DAY}, "text": True})
    assert before.status_code == 200
    assert "Somebody Else" in owner.get("/kinds/person/ines").content.decode()


# --- what cannot be answered ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"as_of": "2026-02-30"}, "malformed"),
        ({"as_of": "1850-01-01"}, "too-small"),
        ({"as_off": DAY}, "unknown-field"),
        ({"pins": ["i99"]}, "unknown-reference"),
        ({"pins": [5, {}]}, "wrong-type"),
        ({"node_limit": -1}, "too-small"),
        ({"node_limit": 1e400}, "not-a-number"),
        ([], None),
        ("plan", "wrong-type"),
    ],
)
def test_a_wish_that_makes_no_sense_has_the_finding_it_has_everywhere(owner, terms, code):
    response = owner.post("/answers/plan", {"terms": terms})
    if code is None:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.said["code"]) == (422, "refused")
        assert response.said["findings"][0]["code"] == code


def test_what_an_engine_refuses_is_a_finding(owner):
    said = owner.post("/answers/compare", {"terms": {"a": "i1", "b": "i1"}}).said
    assert [found["code"] for found in said["findings"]] == ["same-twice"]
    assert (
        owner.post("/answers/verify", {"terms": {"plan": {"schema": "rhumbline.plan/1"}}}).said["findings"][0]["code"]
        == "not-a-plan"
    )
    assert owner.post("/answers/explain", {}).said["findings"][0]["code"] == "missing-value"


def test_a_question_that_nobody_knows_is_not_found(owner):
    assert owner.post("/answers/nonsense", {}).status_code == 404


def test_an_empty_book_is_answered_too(open_firm):
    owner = open_firm("empty", None).caller()
    for name in ("score", "check", "plan", "questions"):
        assert owner.post(f"/answers/{name}", {"terms": {"as_of": DAY}}).status_code == 200, name


def test_who_waits_too_long_for_a_search_is_told_to_come_back(owner, monkeypatch):
    from rhumbline.faces.api import answers

    class Busy:
        def acquire(self, timeout):
            return False

    monkeypatch.setattr(answers, "_SEARCHES", Busy())
    response = owner.post("/answers/plan", {"terms": {"as_of": DAY}})
    assert (response.status_code, response.said["code"], response.headers["Retry-After"]) == (503, "busy", "30")
    assert owner.post("/answers/score", {"terms": {"as_of": DAY}}).status_code == 200
