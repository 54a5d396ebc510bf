"""What is said without a name: nobody finds its author by joining whatever the database holds."""

import itertools
import json
import random
import secrets
from datetime import UTC, date, datetime, timedelta

import pytest

from rhumbline.book.authority import AccessRole, Verb

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 11, 25)


@pytest.fixture
def hall(house):
    """The bakery with eight people who may speak, and a survey that is open."""
    return Hall(house)


class Hall:
    def __init__(self, house):
        from rhumbline.store import access, committing

        self.house = house
        survey = {"key": "winter", "kind": "pulse", "n": 0, "invited": 8, "opens": "2026-11-20", "closes": "2026-12-20"}
        committing.commit(house.owner, [{"edit": "put", "kind": "survey", "record": survey}], via="page")
        roles = (AccessRole.OWNER, AccessRole.FINANCE, AccessRole.LEAD, AccessRole.MEMBER)
        self.voices = [house.people[role] for role in roles]
        for number in range(4):
            made = access.add_member(house.owner, f"voice{number}@bakery.example", AccessRole.MEMBER, via="page")
            self.voices.append(access.actor_of(made.user, house.key))

    def speak(self, actor, day=DAY, **raw):
        from rhumbline.store.anonymous import speak

        speak(actor, "feedback", raw, day)

    def answer(self, actor, mean=3, day=DAY, **raw):
        from rhumbline.store.anonymous import speak

        speak(actor, "response", {"survey": "winter", "answers": {"clear": mean}, **raw}, day)

    def book(self):
        from rhumbline.store import reading

        reading.forget()
        return reading.book(self.house.organisation.pk)

    def refused(self, actor, kind, raw, day=DAY):
        from rhumbline.store.anonymous import speak
        from rhumbline.store.refusing import Refused

        with pytest.raises(Refused) as refused:
            speak(actor, kind, raw, day)
        return [finding.code for finding in refused.value.findings]


def models():
    from rhumbline.store import models

    return models


# --- what happens -----------------------------------------------------------------------------


def test_four_entries_wait_and_five_are_opened_together(hall):
    for number, actor in enumerate(hall.voices[:4]):
        hall.speak(actor, text=f"Word {number}", kind="question")
    assert hall.book().all("feedback") == {}
    assert models().Sealed.objects.count() == 4
    hall.speak(hall.voices[4], text="Word 4", kind="concern", day=DAY + timedelta(days=2))
    said = hall.book().all("feedback").values()
    assert sorted(one.text for one in said) == [f"Word {number}" for number in range(5)]
    # One day for all of them: the day they were opened.
    assert {(one.anonymous, one.opened, one.answered) for one in said} == {(True, DAY + timedelta(days=2), None)}
    assert models().Sealed.objects.count() == 0
    change = models().Change.objects.latest("seq")
    assert (change.actor, change.via, change.note) == ("anonymous", "anonymous", "")
    assert hall.house.check().holds


def test_a_batch_is_dated_to_the_day(hall):
    later = (datetime.now(UTC) + timedelta(days=30)).date()
    for actor in hall.voices[:5]:
        hall.speak(actor, text="Word", day=later)
    assert models().Change.objects.latest("seq").at == datetime(later.year, later.month, later.day, tzinfo=UTC)


def test_each_survey_is_a_box_of_its_own(hall):
    for actor in hall.voices[:4]:
        hall.answer(actor)
        hall.speak(actor, text="Word")
    assert (len(hall.book().series.get("response", ())), len(hall.book().all("feedback"))) == (0, 0)
    hall.answer(hall.voices[4])
    assert (len(hall.book().series["response"]), len(hall.book().all("feedback"))) == (5, 0)
    assert models().Sealed.objects.count() == 4


def test_organisations_do_not_share_a_box(hall, neighbour):
    for actor in hall.voices[:4]:
        hall.speak(actor, text="Word")
    hall.speak(neighbour.owner, text="Word")
    assert models().Sealed.objects.count() == 5
    assert hall.book().all("feedback") == {}


def test_a_member_answers_once(hall):
    hall.answer(hall.voices[0], 2)
    assert hall.refused(hall.voices[0], "response", {"survey": "winter", "answers": {"clear": 5}}) == [
        "answered-already"
    ]
    assert models().Sealed.objects.count() == 1
    assert models().Voted.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-11-19", "2026-12-21"])
def test_a_survey_that_is_not_open_takes_no_answer(hall, day):
    said = {"survey": "winter", "answers": {"clear": 5}}
    assert hall.refused(hall.voices[0], "response", said, date.fromisoformat(day)) == ["survey-closed"]
    assert models().Voted.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("feedback", {}, "missing-value"),
        ("feedback", {"text": "x" * 5001}, "too-long"),
        ("feedback", {"text": "x", "kind": "gossip"}, "not-allowed"),
        ("feedback", ["x"], "wrong-type"),
        ("feedback", None, "wrong-type"),
        ("response", {"survey": "wintr", "answers": {"clear": 3}}, "unknown-reference"),
        ("response", {"survey": "winter", "answers": {"clear": 6}}, "too-large"),
        ("response", {"survey": "winter", "answers": {"clear": float("nan")}}, "not-a-number"),
    ],
)
def test_the_gate_says_of_an_entry_what_it_says_of_any_other(hall, kind, raw, code):
    assert hall.refused(hall.voices[0], kind, raw) == [code]
    assert models().Sealed.objects.count() == models().Voted.objects.count() == 0


def test_what_could_tell_entries_apart_is_not_the_authors_choice(hall):
    for number, actor in enumerate(hall.voices[:5]):
        mine = {"key": f"mine{number}", "opened": "2026-01-01", "anonymous": False, "answered": "2026-01-02"}
        hall.speak(actor, text=f"Word {number}", **mine)
    said = hall.book().all("feedback")
    assert not any(key.startswith("mine") for key in said)
    assert {(one.anonymous, one.opened, one.answered) for one in said.values()} == {(True, DAY, None)}


def test_only_people_of_the_organisation_speak(hall):
    from rhumbline.store.actors import Actor, NotAllowed, NothingThere, system
    from rhumbline.store.anonymous import speak

    house = hall.house
    guest = Actor(organisation=house.organisation.pk, key=house.key, role=AccessRole.GUEST, name="link:1")
    for actor in (
        house.people[AccessRole.ADVISOR],
        house.people[AccessRole.AUDITOR],
        guest,
        system(house.organisation.pk),
    ):
        with pytest.raises(NotAllowed):
            hall.speak(actor, text="Word")
    with pytest.raises(NothingThere):
        speak(house.owner, "measurement", {}, DAY)


def test_nobody_writes_a_response_with_a_name(hall):
    from rhumbline.store.actors import NotAllowed
    from rhumbline.store.committing import commit

    row = {"survey": "winter", "date": "2026-11-25", "answers": {"clear": 3}}
    for actor in hall.house.people.values():
        with pytest.raises(NotAllowed):
            commit(actor, [{"edit": "append", "kind": "response", "record": row}], via="api")


def test_nobody_but_speaking_acts_as_nobody():
    from rhumbline.store.actors import NotAllowed, anonymous

    for kind in ("initiative", "survey", "person"):
        with pytest.raises(NotAllowed):
            anonymous(1).demand(Verb.WRITE, kind)


def test_a_batch_that_no_longer_holds_waits_and_its_last_author_hears_nothing(hall, monkeypatch):
    from rhumbline.store import anonymous
    from rhumbline.store.refusing import Refused

    def refuse(*_, **__):
        raise Refused(anonymous._refused("x", "winter", "No.", "No.").findings)

    with monkeypatch.context() as patched:
        patched.setattr(anonymous, "commit", refuse)
        for actor in hall.voices[:5]:
            hall.speak(actor, text="Word")
    assert models().Sealed.objects.count() == 5
    hall.speak(hall.voices[5], text="Word")
    assert len(hall.book().all("feedback")) == 6
    assert models().Sealed.objects.count() == 0


def test_a_database_that_takes_nothing_in_says_so(hall):
    from django.db import connection

    from rhumbline.store.refusing import CannotSave

    sqlite = connection.vendor == "sqlite"
    switch = "PRAGMA query_only = {}" if sqlite else "SET default_transaction_read_only = {}"
    with connection.cursor() as cursor:
        cursor.execute(switch.format("on"))
        try:
            with pytest.raises(CannotSave):
                hall.speak(hall.voices[0], text="Word")
        finally:
            cursor.execute(switch.format("off"))
    assert models().Sealed.objects.count() == 0


# --- nobody finds the author ------------------------------------------------------------------


def tables():
    """Everything the database holds: each row of each table with all its columns, in the order it lies there.

    Times of transactions (PostgreSQL: ``xmin``) are given as their order. The marks of votes are told apart: they need
    the secret key to be read.
    """
    from django.db import connection

    found, marks = {}, []
    postgres = connection.vendor == "postgresql"
    hidden = "xmin::text::bigint AS written, " if postgres else "rowid AS written, "
    with connection.cursor() as cursor:
        names = [*connection.introspection.table_names(cursor), *([] if postgres else ["sqlite_sequence"])]
        for name in names:
            place = "ctid" if postgres else "rowid"
            cursor.execute(f'SELECT {hidden}* FROM "{name}" ORDER BY {place}')  # noqa: S608 - names of our own tables
            columns = [column[0] for column in cursor.description]
            rows = [list(row) for row in cursor.fetchall()]
            if name == "rhumbline_voted":
                place = columns.index("mark")
                marks = [row[place] for row in rows]
                for row in rows:
                    row[place] = None
            found[name] = [columns, rows]
    if postgres:
        times = sorted({row[0] for _, rows in found.values() for row in rows})
        for _, rows in found.values():
            for row in rows:
                row[0] = times.index(row[0])
    return found, marks


@pytest.fixture
def history(monkeypatch):
    """Live through the same weeks again and again: an empty database, the same chances, the same clock."""
    from django.core import signing
    from django.core.management import call_command
    from django.utils import timezone
    from tests.store.conftest import founded

    from rhumbline.store import anonymous, reading

    def lived(live, *, shuffle=None):
        call_command("flush", interactive=False, verbosity=0)
        reading.forget()
        chance = random.Random(5)  # noqa: S311 - chance that can be repeated
        clock = itertools.count()
        began = datetime(2026, 11, 20, 8, tzinfo=UTC)
        with monkeypatch.context() as fixed:
            fixed.setattr(timezone, "now", lambda: began + timedelta(minutes=next(clock)))
            fixed.setattr(signing.TimestampSigner, "timestamp", lambda _: "1")
            fixed.setattr(secrets, "token_hex", lambda size=16: chance.randbytes(size).hex())
            fixed.setattr(secrets, "token_urlsafe", lambda size=32: chance.randbytes(size).hex())
            fixed.setattr(secrets, "choice", chance.choice)
            fixed.setattr(anonymous, "_random", chance if shuffle is None else shuffle)
            hall = Hall(founded("bakery"))
            # Taken from the clock before it could be set.
            models().User.objects.update(date_joined=began)
            live(hall)
        return tables()

    return lived


def weeks(hall, said):
    """Some weeks of a firm: people sign in, commit, propose, use tokens, repeat requests, and between it they speak.

    Parameters
    ----------
    said
        Who says what, in this order.
    """
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from rhumbline.store import access, committing, proposals
    from rhumbline.store.actors import Scope
    from rhumbline.store.models import Kept, Membership

    owner, organisation = hall.house.owner, hall.house.organisation
    number = Membership.objects.get(user=int(hall.voices[3].name.partition(":")[2]), organisation=organisation).pk
    later = timezone.now() + timedelta(days=30)
    _, secret = access.make_token(owner, number, "Robot", [Scope.PROPOSE], later, via="page")

    def sign_in(step):
        actor = hall.voices[step % 8]
        Client().force_login(get_user_model().objects.get(pk=int(actor.name.partition(":")[2])))

    def commit(step):
        fields = {"name": f"Name {step}"}
        edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": fields}
        committing.commit(hall.voices[step % 3], [edit], via="page", note=f"Step {step}")

    def propose(step):
        edit = {"edit": "set", "kind": "kpi", "key": "k1", "fields": {"name": f"Name {step}"}}
        proposals.propose(access.actor_of_secret(secret), f"Idea {step}", [edit], via="api")

    def keep(step):
        Kept.objects.create(
            organisation=organisation, actor=hall.voices[step % 8].name, key=f"k{step}", request="0" * 64, status=200,
            answer="{}", created=timezone.now(),
        )  # fmt: skip

    ordinary = itertools.cycle([sign_in, commit, keep, propose, sign_in])
    for step, (author, kind, word) in enumerate(said):
        next(ordinary)(step)
        day = DAY + timedelta(days=step // 4)
        if kind == "feedback":
            hall.speak(hall.voices[author], text=f"Feedback {word}", day=day)
        else:
            hall.answer(hall.voices[author], 1 + word / 8, day=day)
        next(ordinary)(step + 1)


# Seven pieces of feedback (five are opened, two wait) and eight answers (five are opened, three wait).
SLOTS = ["feedback", "response", "response"] * 3 + ["feedback", "response"] * 2 + ["feedback"] * 2


def script(feedback, responses):
    """Who says what in which slot: authors of feedback and of responses, each once."""
    feedback, responses = iter(feedback), iter(responses)
    words = itertools.count()
    return [(next(feedback if kind == "feedback" else responses), kind, next(words)) for kind in SLOTS]


def test_whoever_said_it_the_whole_database_is_the_same(history):
    chance = random.Random(1)  # noqa: S311 - chance that can be repeated
    plain, plain_marks = history(lambda hall: weeks(hall, script(range(7), range(8))))
    assert plain["rhumbline_sealed"][1]
    assert any(row[plain["rhumbline_record"][0].index("kind")] == "response" for row in plain["rhumbline_record"][1])
    for _ in range(3):
        said = script(chance.sample(range(8), 7), chance.sample(range(8), 8))
        other, marks = history(lambda hall, said=said: weeks(hall, said))
        assert other == plain
        assert sorted(marks) == sorted(plain_marks)


def test_that_comparison_sees_who_did_what_openly(history):
    def one(author):
        def live(hall):
            weeks(hall, script(range(7), range(8)))
            from rhumbline.store.committing import commit

            edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Mine"}}
            commit(hall.voices[author], [edit], via="page")

        return live

    assert history(one(0)) != history(one(1))


class InOrder:
    """Instead of chance: the order of the entries themselves, so that the same set lies there the same way."""

    @staticmethod
    def shuffle(entries):
        entries.sort()


def test_in_whichever_order_they_spoke_the_whole_database_is_the_same(history):
    said = script(range(7), range(8))
    plain = history(lambda hall: weeks(hall, said), shuffle=InOrder)
    chance = random.Random(2)  # noqa: S311 - chance that can be repeated
    # Those of one batch change places: who speaks when, and with it on which day and beside what else.
    feedback = [place for place, kind in enumerate(SLOTS) if kind == "feedback"]
    responses = [place for place, kind in enumerate(SLOTS) if kind == "response"]
    for _ in range(3):
        turned = list(said)
        for places in (feedback[:5], feedback[5:], responses[:5], responses[5:]):
            for place, other in zip(places, chance.sample(places, len(places)), strict=True):
                turned[place] = said[other]
        assert turned != said
        # Marks as well: the order of votes cannot be read from them even with the secret key.
        assert history(lambda hall, turned=turned: weeks(hall, turned), shuffle=InOrder) == plain


def test_that_comparison_sees_an_entry_of_another_batch(history):
    said = script(range(7), range(8))
    turned = list(said)
    first, last = SLOTS.index("feedback"), len(SLOTS) - 1
    turned[first], turned[last] = said[last], said[first]
    plain, other = (history(lambda hall, said=one: weeks(hall, said), shuffle=InOrder) for one in (said, turned))
    assert plain != other


def test_the_order_of_rows_is_by_chance_and_keys_are_no_order(hall):
    from rhumbline.store.models import Record, Sealed

    # Where the entry that came last lies: with real chance, everywhere.
    waiting, opened, keys = set(), set(), set()
    for _ in range(60):
        Sealed.objects.all().delete()
        before = set(Record.objects.filter(kind="feedback").values_list("pk", flat=True))
        for number, actor in enumerate(hall.voices[:5]):
            hall.speak(actor, text=f"Word {number}")
            if number == 3:
                bodies = [
                    json.loads(row)["text"] for row in Sealed.objects.order_by("pk").values_list("body", flat=True)
                ]
                waiting.add(bodies.index("Word 3"))
        rows = Record.objects.filter(kind="feedback").exclude(pk__in=before).order_by("pk")
        personal = [json.loads(row.personal)["text"] for row in rows]
        opened.add(personal.index("Word 4"))
        by_key = sorted(rows, key=lambda row: row.key)
        keys.add([json.loads(row.personal)["text"] for row in by_key].index("Word 4"))
    assert waiting == {0, 1, 2, 3}
    assert opened == keys == {0, 1, 2, 3, 4}


def test_a_survey_that_opens_again_asks_everybody_anew(hall):
    from rhumbline.store import committing

    hall.answer(hall.voices[0])
    again = {"edit": "set", "kind": "survey", "key": "winter", "fields": {"opens": "2026-11-24"}}
    committing.commit(hall.house.owner, [again], via="page")
    hall.answer(hall.voices[0])
    assert models().Sealed.objects.count() == 2
