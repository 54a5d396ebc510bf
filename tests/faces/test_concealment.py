"""Whoever may not see something cannot tell by any answer, in any of its forms, what it is.

Two Books that differ only in what a reader may not see give that reader the same bytes. Excepted is the hash of the Book,
which a proof needs.
"""

import dataclasses
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from tests.sights import (
    with_other_kpis,
    with_other_money,
    with_other_persons,
    with_private_kpis,
)
from tests.strategies import books

import rhumbline
from rhumbline.book.authority import EVERYTHING, AccessRole, Sight, sight_of
from rhumbline.book.concealment import HIDDEN
from rhumbline.book.findings import ConcealedBook, Finding
from rhumbline.book.types import FrozenMap
from rhumbline.engines.planning import PlanTerms
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.documents import parse_claim, written
from rhumbline.faces.answers import ask
from rhumbline.faces.blocks import Cell, Given
from rhumbline.faces.file_commands import companies
from rhumbline.faces.report import onepage_html, report_html, report_workbook
from rhumbline.faces.words import LANGUAGES, Words

MEMBER, GUEST = sight_of(AccessRole.MEMBER), sight_of(AccessRole.GUEST)
WITHOUT_MONEY, WITHOUT_PERSONS, WITHOUT_PRIVATE = Sight(money=False), Sight(personal=False), Sight(private=False)
CAPABILITIES = [capability.name for capability in rhumbline.capabilities()]


def read(name="workbench"):
    return rhumbline.read_book(companies()[name].read_bytes()).book


# --- every form of every answer ---------------------------------------------------------------


def answers(book, sight, language="en"):
    """Every capability asked about a Book, and a plan with wishes that cannot all hold."""
    keys = list(book.initiatives)
    plan = ask("plan", book)
    wishes = {
        "explain": [{"subject": key} for key in keys[:3]],
        "compare": [dict(zip("ab", keys, strict=False))] if len(keys) > 1 else [],
        "verify": [{"plan": plan, "resolve": True}, {"plan": plan.result, "node_limit": 1}],
        "plan": [{}, {"pins": tuple(keys)}],
    }
    for name in CAPABILITIES:
        for number, wish in enumerate(wishes.get(name, [{}])):
            yield f"{name} {number}", ask(name, book, sight=sight, language=language, **wish)


def forms(book, sight, language="en"):
    """Everything a reader can be shown, by what it is."""
    found = {}
    plans = []
    for name, answer in answers(book, sight, language):
        found[f"{name} document"] = written(answer.document)
        found[f"{name} text"] = answer.text
        found[f"{name} page"] = answer._repr_html_()
        found[f"{name} blocks"] = repr(answer.blocks)
        found[f"{name} result"] = repr((answer.result, answer.terms, answer.findings, answer.book))
        for picture in map(answer.picture, answer.pictures):
            found[f"{name} picture {picture.name}"] = picture.svg + picture.draw(400.0)
            found[f"{name} table {picture.name}"] = picture._repr_html_()
        plans += [answer] if name.startswith("plan") else []
    one, other = plans
    found["difference"] = f"{one.diff(other).text}{one.diff(other)._repr_html_()}{one.diff(other).result}"
    return {what: scrubbed(form, book) for what, form in found.items()}


def reports(book, sight, language="en"):
    """The reports, as bytes that people read."""
    made = {"sight": sight, "language": language}
    found = {
        "report": report_html(book, **made),
        "report with a ban": report_html(book, PlanTerms(bans=tuple(book.initiatives)[:1]), **made),
        "onepage": onepage_html(book, **made),
    }
    with zipfile.ZipFile(BytesIO(report_workbook(book, **made))) as file:
        found |= {f"workbook {name}": file.read(name).decode() for name in file.namelist()}
    return {what: scrubbed(form, book) for what, form in found.items()}


def scrubbed(form, book):
    return form.replace(book.sha, "HASH").replace(book.sha[:12], "HASH")


def differing(one, other):
    assert one.keys() == other.keys()
    return [what for what in one if one[what] != other[what]]


CASES = {
    "money": (with_other_money, WITHOUT_MONEY),
    "persons": (with_other_persons, WITHOUT_PERSONS),
    "private": (with_other_kpis, WITHOUT_PRIVATE),
}


def pair(name, case):
    """Two Books that differ in what the reader of the case does not see, and that reader."""
    change, sight = CASES[case]
    book = with_private_kpis(read(name)) if case == "private" else read(name)
    return book, change(book), sight


@pytest.mark.parametrize("case", CASES)
def test_no_answer_tells_what_its_reader_may_not_see(case):
    book, other, sight = pair("workbench", case)
    assert differing(forms(book, sight), forms(other, sight)) == []


@pytest.mark.parametrize("case", CASES)
def test_no_report_tells_what_its_reader_may_not_see(case):
    book, other, sight = pair("workbench", case)
    assert differing(reports(book, sight), reports(other, sight)) == []


@pytest.mark.sample
@pytest.mark.parametrize("name", ["manufacturing", "restaurant", "telehealth"])
@pytest.mark.parametrize("case", CASES)
def test_no_form_tells_what_its_reader_may_not_see(name, case):
    book, other, sight = pair(name, case)
    assert differing(forms(book, sight), forms(other, sight)) == []
    assert differing(reports(book, sight), reports(other, sight)) == []


@pytest.mark.prove
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(companies()))
@pytest.mark.parametrize("case", CASES)
def test_no_form_for_any_company_in_any_language_tells_what_its_reader_may_not_see(name, case, language):
    book, other, sight = pair(name, case)
    assert differing(forms(book, sight, language), forms(other, sight, language)) == []
    assert differing(reports(book, sight, language), reports(other, sight, language)) == []


@pytest.mark.prove
@settings(max_examples=60)
@given(books())
def test_no_form_for_any_book_tells_a_guest_anything(book):
    book = with_private_kpis(book)
    other = with_other_money(with_other_persons(with_other_kpis(book)))
    assert differing(forms(book, GUEST), forms(other, GUEST)) == []


def test_whoever_sees_everything_sees_the_difference_in_every_form():
    """The tests above can fail: the same comparison finds money in all forms that have it."""
    book = read()
    other = with_other_money(book)
    found = differing(forms(book, EVERYTHING), forms(other, EVERYTHING))
    verbs = ("plan", "explain", "compare", "check", "verify")
    assert {f"{verb} 0 document" for verb in verbs} <= set(found)
    assert {f"{verb} 0 text" for verb in ("plan", "compare", "check")} <= set(found)
    assert {"plan 0 page", "plan 0 blocks", "plan 0 picture periods", "plan 0 table portfolio", "difference"} <= set(
        found
    )
    told = differing(reports(book, EVERYTHING), reports(other, EVERYTHING))
    assert {"report", "onepage", "workbook xl/worksheets/sheet1.xml"} <= set(told)


# --- how it is said ---------------------------------------------------------------------------


def numbers_of(document, path=""):
    """Every number of a document, by where it stands."""
    if isinstance(document, dict):
        for name, inner in document.items():
            yield from numbers_of(inner, f"{path}.{name}")
    elif isinstance(document, list):
        for inner in document:
            yield from numbers_of(inner, path)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield path, document


def test_hidden_money_is_null_in_a_document_and_a_word_in_a_sentence():
    plan = ask("plan", read(), sight=MEMBER)
    assert (plan.document["cost"], plan.document["resources"]) == (None, None)
    assert plan.document["certificate"]["model_sha"] is None
    assert plan.document["concealed"] == ["money", "private"]
    assert plan.document["book_sha"] == read().sha
    assert plan.document["gap_closed"] == ask("plan", read()).document["gap_closed"]
    assert "frees (hidden)" in plan.text
    assert "paid from the reserve (hidden)" in plan.text
    assert plan.text.endswith("shown to you without amounts of\nmoney and the numbers of private KPIs.\n")
    german = ask("plan", read(), sight=MEMBER, language="de").text
    assert "macht (verborgen) frei" in german


def test_hiding_takes_no_number_away_that_is_not_money():
    money = (
        "cost", "resources", "cash", "gap_per_money", "amount", "needed", "free", "remaining", "forecast", "approved",
        "other_cost", "reserve", "claimed", "found", "less",
    )  # fmt: skip
    # Evidence that no sentence prints, so that nobody said whether it is money.
    unsaid = ("sight", "invited", "threshold", "ratings", "messages", "pairs", "surplus")
    book = read()
    for name, answer in answers(book, EVERYTHING):
        seen = dict(numbers_of(answer.seen_by(WITHOUT_MONEY).document))
        gone = {path.rpartition(".")[2] for path, _ in numbers_of(answer.document) if path not in seen}
        assert gone <= {*money, *unsaid}, name


def test_whoever_sees_everything_gets_what_there_always_was():
    answer = ask("plan", read(), sight=EVERYTHING)
    assert "concealed" not in answer.document
    assert answer.document == ask("plan", read()).document
    assert answer.seen_by(EVERYTHING) is answer


def test_an_answer_shown_to_somebody_else_never_shows_more():
    member = ask("plan", read()).seen_by(WITHOUT_MONEY)
    assert member.seen_by(EVERYTHING).result.cost is HIDDEN
    assert member.seen_by(WITHOUT_PERSONS).sight == Sight(money=False, personal=False)
    assert member.book.budget.cash == ()
    assert member.cost is HIDDEN


def test_nothing_is_computed_on_a_concealed_book():
    with pytest.raises(ConcealedBook):
        ask("plan", ask("plan", read(), sight=MEMBER).book)


def test_what_was_private_later_is_hidden_earlier():
    book = read()
    now = with_private_kpis(book)
    seen = ask("score", book, sight=MEMBER, now=now)
    assert {kpi.target for kpi in seen.book.kpis.values()} == {None}
    assert "71 → 95" not in seen.picture("map").svg
    assert "71 → 95" in ask("score", book, sight=MEMBER).picture("map").svg


def test_a_picture_without_money_has_no_scale_of_it():
    shown, hidden = (ask("plan", read(), sight=sight).picture("periods") for sight in (EVERYTHING, MEMBER))
    assert "EUR" in shown.svg
    assert "EUR" not in hidden.svg + hidden._repr_html_()
    assert "(hidden)" in hidden._repr_html_()


# --- a plan that somebody without money keeps -------------------------------------------------


def test_a_plan_written_without_money_is_verified_without_its_cost():
    book = read()
    document = ask("plan", book, sight=MEMBER).document
    claim, findings = parse_claim(document)
    assert findings == ()
    answer = ask("verify", book, plan=claim, resolve=True)
    assert answer.result.verdict in ("holds", "proven")
    assert "cost" not in [check.name for check in answer.result.checks]
    moved = document | {"funded": document["funded"][1:]}
    assert ask("verify", book, plan=parse_claim(moved)[0]).result.verdict == "fails"


def test_nobody_finds_out_a_cost_by_asking_whether_it_is_right():
    book = read()
    claim, _ = parse_claim(ask("plan", book).document)
    guesses = [dataclasses.replace(claim, cost=cost) for cost in (1.0, claim.cost)]
    told = [written(ask("verify", book, plan=guess, sight=MEMBER).document) for guess in guesses]
    assert told[0] == told[1]


# --- sentences nobody knows -------------------------------------------------------------------


def test_a_number_that_no_sentence_prints_is_hidden_and_a_key_is_not():
    words = Words("en", read(), WITHOUT_MONEY)
    told = words.seen(Reason("plan.closes", {"closes": 0.2, "resources": 0.1, "secret": 4711.0, "initiative": "i1"}))
    assert told.numbers == {"closes": 0.2, "resources": 0.1, "secret": HIDDEN, "initiative": "i1"}
    assert words.text("no.such_code", {"cost": 4711}) == "no.such_code"


def test_a_rule_of_ones_own_hides_what_its_sentence_prints_as_money():
    words = Words("en", read(), WITHOUT_MONEY)
    own = Given(
        Reason("OWN01.message", {"spend": 4711.0, "days": 3}), "{spend:money} in {days:number} days", template=True
    )
    assert words.said(own) == "(hidden) in 3 days"
    assert words.seen(own).reason.numbers == {"spend": HIDDEN, "days": 3}


def test_the_message_of_a_rule_that_crashed_may_quote_anything():
    words = Words("en", read(), WITHOUT_PRIVATE)
    assert "4711" not in words.said(Reason("check.crashed", {"rule": "R", "text": "ValueError: 4711"}))


def test_what_is_not_known_is_not_hidden():
    words = Words("en", read(), WITHOUT_MONEY)
    assert words.said(Cell(None, "money")) == "–"  # noqa: RUF001 - what a table shows where nothing is known
    assert words.said(Cell(0.0, "money")) == "(hidden)"


def test_what_the_gate_noticed_does_not_quote_a_hidden_amount():
    finding = Finding(
        code="too-precise",
        where="budget, cash 1",
        message="cash is 4711.123.",
        remedy="Write 4711.12.",
        kind="budget",
        key="budget",
        numbers=FrozenMap({"field": "cash", "value": 4711.123, "used": 4711.12}),
    )
    answer = ask("score", read(), findings=[finding], without_held_out=True, sight=MEMBER)
    report = report_html(read(), PlanTerms(without_held_out=True), findings=[finding], sight=MEMBER)
    assert "4711" not in written(answer.document) + answer.text + report
