"""A person is erased: no byte of the database names them, and the history still proves itself."""

import json
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from tests.store.test_committing import cold, firm, rename, store  # noqa: F401 - fixtures

from rhumbline.book.authority import AccessRole
from rhumbline.faces.answers import ask

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 11, 25)
# No word of it occurs in the company itself.
NAME, OTHER_NAME, MAIL = "Zoë Weißquappe", "Zoë Quittenbaum", "zoe.weissquappe@bakery.example"
SPELLINGS = (
    NAME,
    NAME.upper(),  # ZOË WEISSQUAPPE
    NAME.lower(),
    normalize("NFD", NAME),
    "Zoë\n Weissquappe",
    "zoË weißQUAPPE",
    OTHER_NAME,
    MAIL.upper(),
)
LONGER = "Zoë Quittenbaumschule"


def person(**more):
    return {"edit": "put", "kind": "person", "record": {"key": "p9", "name": NAME, "email": MAIL, **more}}


@pytest.fixture
def past(store, firm):  # noqa: F811
    """A history that names somebody everywhere, and the owner who is to erase them."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from rhumbline.store import access, models, proposals, runs, sign_in
    from rhumbline.store.actors import Scope

    store.commit(firm, [person(name=OTHER_NAME)], via="page")
    store.commit(firm, [person(level="Head of ovens", team="office")], via="page", note=f"{NAME} married")
    for number, spelling in enumerate(SPELLINGS):
        signal = {"key": f"s{20 + number}", "kind": "internal", "text": f"Says ({spelling}), \"today\"", "seen": "2026-11-01", "strength": 1}  # fmt: skip # noqa: Q003
        review = {"key": f"r{20 + number}", "kind": "weekly", "minutes": f"{spelling}: yes.\n{spelling}'s idea"}
        store.commit(
            firm,
            [
                {"edit": "put", "kind": "signal", "record": signal},
                {"edit": "put", "kind": "review", "record": review},
                rename("i1", f"Idea of {spelling}"),
            ],
            via="api",
        )
    row = {"initiative": "i1", "date": "2026-11-20", "hours": 7}
    for source in (NAME, "mill", "Account", LONGER):
        store.commit(firm, [{"edit": "append", "kind": "actual", "record": {**row, "source": source}}], via="api")
    store.commit(firm, [rename("i1", "Croissants")], via="page", note="Shorter")
    soon = timezone.now() + access.LONGEST / 2
    made = access.add_member(firm, MAIL, AccessRole.MEMBER, person="p9", via="page")
    access.make_token(firm, made.pk, f"For {NAME}", [Scope.WRITE], soon, via="page")
    boss = access.add_member(firm, "boss@bakery.example", AccessRole.OWNER, via="page")
    owner = access.actor_of(boss.user, firm.key)
    access.make_token(owner, boss.pk, f"Not for {NAME}", [Scope.READ], soon, via="page")
    access.make_link(owner, f"Cousin of {NAME}", soon, via="page")
    sign_in.new_link(made.user)
    Client().force_login(made.user)
    get_user_model().objects.filter(pk=made.user_id).update(first_name="Zoë", last_name="Weißquappe")
    proposals.propose(owner, f"For {NAME}", [rename("i2", f"{NAME} knows")], via="mcp")
    proposals.propose(owner, "A new address", [person(level="Boss"), rename("i3", "Ovens")], via="mcp")
    proposals.reject(owner, 1, reason=f"{MAIL} says no")
    run = runs.request(owner, runs.Question("score", {"note": NAME}), via="api")
    document = {"": {"names": [NAME], NAME.upper(): 3}, "text": {"": f"All of <b>{NAME}</b>"}}
    models.Run.objects.filter(pk=run.pk).update(
        document=json.dumps(document, ensure_ascii=False), error=json.dumps({"was": NAME}), progress=NAME
    )
    models.Kept.objects.create(
        organisation_id=firm.organisation,
        actor=owner.name,
        key="k1",
        request="0" * 64,
        status=200,
        answer=json.dumps({"content": {"name": NAME}}),
        created=timezone.now(),
    )
    body = json.dumps({"text": f"I like {NAME}"}, ensure_ascii=False)
    models.Sealed.objects.create(organisation_id=firm.organisation, kind="feedback", body=body)
    return owner


@pytest.fixture
def erase():
    from rhumbline.store.erasure import erase

    return erase


def folded(text):
    return normalize("NFD", normalize("NFD", text).casefold())


def everything():
    """Return all that the database holds as one text: the bytes of its files, or every column of every table."""
    from django.db import connection

    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        files = [file.with_name(file.name + end) for end in ("", "-wal", "-shm")]
        return folded(" ".join(one.read_bytes().decode("utf-8", "replace") for one in files if one.exists()))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in (*tables, "pg_stats"):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - names of our own tables
            rows += [row[0] for row in cursor.fetchall()]
        return folded("\n".join(rows))


def traces(text):
    """Return which parts of the names stand in a text; of the longer word only the word itself may be left."""
    text = text.replace(folded(LONGER), "")
    return [part for part in map(folded, ("weißquappe", "quittenbaum", "zoë", "zoe.")) if part in text]


def checked(organisation):
    from rhumbline.store import chain, models

    return chain.verify(models.Organisation.objects.get(pk=organisation))


def hashes(store, owner):  # noqa: F811
    return {seq: cold(store, owner, seq).sha for seq in range(1, store.Organisation.objects.get().seq + 1)}


def test_no_byte_is_left_and_the_history_holds(store, past, erase):  # noqa: F811
    from rhumbline.exchange.documents import parse_claim
    from rhumbline.store import models

    before = hashes(store, past)
    plan = ask("plan", cold(store, past), as_of=DAY).document
    models.Run.objects.update(document=json.dumps({"": plan}, ensure_ascii=False))
    assert len(traces(everything())) == 4
    assert checked(past.organisation).holds
    done = erase(past, "p9")
    assert done.compacted
    assert traces(everything()) == []
    found = checked(past.organisation)
    assert found.findings == ()
    # Of each signal, of each version of i1 that named them, and of one actual.
    assert found.redacted == done.rewritten["versions redacted"] == 2 * len(SPELLINGS) + 1
    assert {seq: cold(store, past, seq).sha for seq in before} == before
    kept = json.loads(models.Run.objects.get().document)[""]
    claim, faults = parse_claim(kept)
    assert faults == ()
    verified = ask("verify", cold(store, past, done.seq - 1), plan=claim)
    assert verified.document["verdict"] == "holds"
    change = store.Change.objects.get(seq=done.seq)
    assert (change.action, change.actor, change.book_sha) == ("erase", past.name, before[done.seq - 1])
    assert "p9" in change.note


def test_the_key_stands_where_the_name_stood(store, past, erase):  # noqa: F811
    from rhumbline.store import models

    erase(past, "p9")
    book = cold(store, past)
    assert book.people["p9"].name == "p9"
    assert book.people["p9"].email == ""
    assert book.people["p9"].level == "Head of ovens"
    for number in range(len(SPELLINGS)):
        assert book.signals[f"s{20 + number}"].text == 'Says (p9), "today"'
        assert book.reviews[f"r{20 + number}"].minutes == "p9: yes.\np9's idea"
    assert {row.source for row in book.series["actual"] if row.hours == 7} == {"p9", "mill", "Account", LONGER}
    proposal, other = models.Proposal.objects.order_by("number")
    assert (proposal.title, proposal.reason) == ("For p9", "p9 says no")
    assert json.loads(proposal.edits)[0]["fields"] == {"name": "p9 knows"}
    assert json.loads(other.edits)[0]["record"]["name"] == "p9"
    run = models.Run.objects.get()
    assert json.loads(run.document) == {"": {"names": ["p9"], "p9": 3}, "text": {"": "All of <b>p9</b>"}}
    assert run.progress == "p9"
    assert json.loads(models.Kept.objects.get().answer) == {"content": {"name": "p9"}}
    assert json.loads(models.Sealed.objects.get().body) == {"text": "I like p9"}
    assert models.Token.objects.get().name == "Not for p9"
    assert models.GuestLink.objects.get().name == "Cousin of p9"
    assert {change.note for change in store.Change.objects.filter(seq__lte=20)} >= {"", "Shorter"}


def test_the_account_is_closed_and_everything_that_opens_it_is_gone(past, erase):
    from django.contrib.sessions.models import Session

    from rhumbline.store import models

    user = models.Membership.objects.get(person="p9").user
    assert Session.objects.count() == 1
    done = erase(past, "p9")
    user.refresh_from_db()
    assert (done.accounts, done.accounts_left) == (1, 0)
    assert not user.is_active
    assert not user.has_usable_password()
    assert not models.Membership.objects.filter(user=user).exists()
    assert not models.SignInLink.objects.exists()
    assert not Session.objects.exists()


def test_an_account_that_another_organisation_uses_stays(store, past, erase, neighbour):  # noqa: F811
    from rhumbline.store import access, models

    access.add_member(neighbour.owner, MAIL, AccessRole.MEMBER, via="page")
    done = erase(past, "p9")
    assert (done.accounts, done.accounts_left) == (0, 1)
    user = models.User.objects.get(email=MAIL)
    assert user.is_active
    assert [one.organisation.key for one in models.Membership.objects.filter(user=user)] == ["fintech"]


def test_the_last_owner_is_not_erased_and_nothing_happens(store, past, erase):  # noqa: F811
    from rhumbline.store import access, models

    boss = models.Membership.objects.get(role="owner")
    access.change_member(past, boss.pk, AccessRole.OWNER, person="p9", via="page")
    before = store.Change.objects.count()
    with pytest.raises(access.NotPossible) as refused:
        erase(past, "p9")
    assert refused.value.code == "last-owner"
    assert store.Change.objects.count() == before
    assert cold(store, past).people["p9"].name == NAME
    assert models.Membership.objects.filter(person="p9").count() == 2


def test_only_an_owner_erases_and_only_whom_there_is(past, erase):
    import dataclasses

    from rhumbline.store.access import NotPossible
    from rhumbline.store.actors import NotAllowed, NothingThere, Scope

    for role in AccessRole:
        if role is not AccessRole.OWNER:
            with pytest.raises(NotAllowed):
                erase(dataclasses.replace(past, role=role), "p9")
    with pytest.raises(NotAllowed):
        erase(dataclasses.replace(past, scopes=frozenset(Scope)), "p9")
    with pytest.raises(NothingThere):
        erase(past, "p99")
    with pytest.raises(NotPossible, match="too many words"):
        erase(past, "p9", also=["Z"])


def test_erasing_twice_is_harmless(store, past, erase):  # noqa: F811
    first = erase(past, "p9")
    again = erase(past, "p9")
    assert (again.seq, again.rewritten) == (None, {})
    assert store.Organisation.objects.get().seq == first.seq
    assert checked(past.organisation).holds


def test_where_somebody_still_reads_the_file_that_is_said_and_done_the_next_time(past, erase):
    import sqlite3

    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits until nobody reads a table")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")
    reader = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rhumbline_record").fetchone()
    done = erase(past, "p9")
    assert not done.compacted
    assert any("Erase once more" in sentence for sentence in done.beyond)
    reader.close()
    again = erase(past, "p9")
    assert (again.seq, again.compacted) == (None, True)
    assert traces(everything()) == []


def test_an_erased_person_lives_on_under_the_key(store, past, erase, tmp_path):  # noqa: F811
    from rhumbline import read_book, write_book

    erase(past, "p9")
    store.commit(past, [{"edit": "set", "kind": "person", "key": "p9", "fields": {"active": False}}], via="page")
    store.commit(past, [rename("i1", "Baguettes")], via="page")
    book = cold(store, past)
    assert not book.people["p9"].active
    assert book.people["p9"].name == "p9"
    for name in ("book.yaml", "book.json", "book.xlsx", "book.zip", "folder"):
        write_book(book, tmp_path / name)
        read = read_book(tmp_path / name)
        assert not [finding for finding in read.findings if finding.severity == "error"]
        assert read.book.records == book.records
        # Of rows of one day the order is that of their digests, and that of an erased row is the old one.
        assert store.bring_in(past, read.book, via="import").changes == ()
    assert checked(past.organisation).holds
    again = erase(past, "p9")
    assert again.seq is None
    # What was before can still be taken back, without the name.
    store.restore(past, 3, via="page")
    assert traces(everything()) == []
    assert checked(past.organisation).holds


def test_two_people_are_erased_from_one_text(store, past, erase):  # noqa: F811
    other = {"key": "p10", "name": "Quirin Xaver", "email": "q@bakery.example"}
    store.commit(
        past,
        [
            {"edit": "put", "kind": "person", "record": other},
            rename("i4", f"{NAME} and Quirin Xaver"),
        ],
        via="page",
        note=f"{NAME} and Quirin Xaver",
    )
    before = hashes(store, past)
    erase(past, "p9")
    erase(past, "p10")
    assert cold(store, past).initiatives["i4"].name == "p9 and p10"
    assert checked(past.organisation).findings == ()
    assert {seq: cold(store, past, seq).sha for seq in before} == before


def test_other_names_go_with_them_on_request(store, past, erase):  # noqa: F811
    store.commit(past, [rename("i4", "Zottel's ovens, and Zottelbär")], via="page", note="zottel!")
    done = erase(past, "p9", also=["Zottel"])
    assert cold(store, past).initiatives["i4"].name == "p9's ovens, and Zottelbär"
    assert done.rewritten["notes"] == 2


def test_whoever_has_the_same_name_keeps_it(store, past, erase):  # noqa: F811
    twin = {"key": "p10", "name": NAME, "email": "other@bakery.example"}
    store.commit(past, [{"edit": "put", "kind": "person", "record": twin}], via="page")
    done = erase(past, "p9")
    assert cold(store, past).people["p10"].name == NAME
    assert any("p10" in sentence for sentence in done.beyond)


def test_a_key_that_says_who_it_is_is_reported(store, past, erase):  # noqa: F811
    quirin = {"key": "quirin", "name": "Quirin"}
    store.commit(past, [{"edit": "put", "kind": "person", "record": quirin}, rename("i4", "Quirin bakes")], via="page")
    done = erase(past, "quirin")
    assert any("quirin" in sentence for sentence in done.beyond)
    assert not any("p9" in sentence for sentence in erase(past, "p9").beyond)
    assert checked(past.organisation).holds


def test_keys_and_choices_are_no_names(store, past, erase):  # noqa: F811
    from rhumbline.store.models import Run

    book = cold(store, past)
    before = book.initiatives["i1"]
    person_ = {"key": "p10", "name": "office"}
    store.commit(past, [{"edit": "put", "kind": "person", "record": person_}], via="page")
    erase(past, "p10", also=["explore", "exploit", "internal", "i1"])
    after = cold(store, past)
    assert after.people["p9"].team == "office"
    assert after.initiatives["i1"].mode == before.mode
    assert set(after.initiatives) == set(book.initiatives)
    assert Run.objects.exists()
    assert checked(past.organisation).holds


def test_other_organisations_are_left_alone(store, past, erase, neighbour):  # noqa: F811
    key = next(iter(store.book(neighbour.organisation.pk).initiatives))
    store.commit(neighbour.owner, [rename(key, f"{NAME} invests")], via="page", note=NAME)
    erase(past, "p9")
    assert cold(store, neighbour.owner).initiatives[key].name == f"{NAME} invests"
    assert neighbour.check().holds


def test_a_forged_redaction_is_found(store, past, erase):  # noqa: F811
    done = erase(past, "p9")
    record = store.Record.objects.filter(kind="initiative", key="i2").first()
    for seq in (done.seq, done.seq - 1):
        store.Record.objects.filter(pk=record.pk).update(body=record.body.replace("2", "3"), redacted_seq=seq)
        assert not checked(past.organisation).holds
    store.Record.objects.filter(pk=record.pk).update(body=record.body, redacted_seq=None)
    assert checked(past.organisation).holds
    redacted = store.Record.objects.filter(redacted_seq=done.seq).first()
    store.Record.objects.filter(pk=redacted.pk).update(body=redacted.body.replace("p9", "p8"))
    assert not checked(past.organisation).holds


def test_another_process_reads_the_erased_book(store, past, erase):  # noqa: F811
    from rhumbline.store import reading

    known = reading.version(past.organisation)
    assert known.book.people["p9"].name == NAME
    erase(past, "p9")
    # As a process that had the Book in memory and was told nothing.
    reading.forget()
    reading.remember(past.organisation, known)
    assert reading.book(past.organisation).people["p9"].name == "p9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ann, ANN and ann", "p1, p1 and p1"),
        ("Anna and Johann; Ann_e", "Anna and Johann; Ann_e"),
        ("Ann-Marie, (Ann)", "p1-Marie, (p1)"),
        (normalize("NFD", "Annẹ Anṅ Ann"), normalize("NFD", "Annẹ Anṅ p1")),
        ("mail ann@x.example!", "mail p1!"),
        ("O&#x27;Hara &amp; (O'Hara)", "p1 &amp; (p1)"),
        ("groß GROSS Großes", "p1 p1 Großes"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spelt_and_only_as_a_word(text, said):
    from rhumbline.store.erasure import Names

    assert Names(["Ann", "ann@x.example", "O'Hara", "Groß"], "p1").without(text) == said
