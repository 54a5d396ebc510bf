"""Whoever speaks SQL sees the records in force as plain columns, the same as a Book shows them."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.store.conftest import founded
from tests.store.test_committing import rename

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, fields_of
from rhumbline.book.records import KINDS, Person

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "query-with-sql.md"


@pytest.fixture(autouse=True)
def _fresh():
    from rhumbline.store import reading

    reading.forget()


def asked(sql):
    """Return the rows of a SELECT by column."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def seen(kind, organisation):
    """Return what the view of a kind shows of one organisation, as ``Book.rows`` shows it, in its order."""
    from rhumbline.store.sql_views import columns_of, view_of

    rows = asked(f"SELECT * FROM {view_of(kind)} WHERE organisation = '{organisation}'")  # noqa: S608
    fields = fields_of(KINDS[kind].record)
    for row in rows:
        assert tuple(row) == columns_of(kind)
        assert row["since_seq"] > 0
    return [{field.name: as_a_book_says(field, row[field.name]) for field in fields} for row in rows]


def as_a_book_says(field, value):
    if value is None:
        return None
    if field.part.container is not Container.ONE:
        return json.loads(value)
    types = set(field.part.types)
    if types == {bool}:
        return bool(value)
    if bool in types and value in ("true", "false"):
        return value == "true"
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def in_order(rows):
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def plain_floats(row):
    """A whole number is an integer in JSON, and a float in a column of numbers."""
    return {name: float(value) if type(value) in (int, float) else value for name, value in row.items()}


def compare(organisation, book):
    shown = 0
    for kind in KINDS:
        found, expected = seen(kind, organisation), book.rows(kind)
        assert in_order(map(plain_floats, found)) == in_order(map(plain_floats, expected)), kind
        shown += len(found)
    return shown


@pytest.mark.parametrize("company", ["bakery", "workbench", "fintech", "pharma"])
def test_each_view_shows_what_the_book_shows(company):
    from rhumbline.store import reading

    house = founded(company)
    book = reading.book(house.organisation.pk)
    assert compare(company, book) == len(book)


def test_any_value_that_the_gate_lets_pass_is_shown_as_it_is():
    """Every field of every kind away from its default, with texts that mean something to databases."""
    from rhumbline.store import committing, reading
    from rhumbline.store.actors import system

    organisation = committing.found("odd", "odd")
    book = Book.of(odd_records())
    committing._write(
        organisation,
        reading.version(organisation.pk),
        book,
        records=[one for one in Book().diff(book) if not KINDS[one.kind].series],
        rows=[row for rows in book.series.values() for row in rows],
        actor=system(organisation.pk).name,
        via="import",
        note="",
        action="import",
        at=None,
        findings=(),
    )
    assert compare("odd", book) == len(book) == len(KINDS) * 3


HOSTILE = 'O\'Brien "Q" \\ \\u0000 %s {} ; DROP VIEW book_kpi; -- \u2028 \n\t 😀 $1 null'


def odd_records():
    """Three records of each kind: all fields set, only the required ones, and every optional one set to nothing."""
    for kind in KINDS.values():
        fields = fields_of(kind.record)
        for number in range(3):
            values = {}
            for field in fields:
                if field.name == "key":
                    values["key"] = f"k{number}"
                elif number == 0 or field.required:
                    values[field.name] = odd(field.part, number)
                elif number == 2 and field.optional:
                    values[field.name] = None
            yield kind.record(**values)


def odd(part, number):
    from enum import Enum

    from rhumbline.book.types import FrozenMap

    if part.container is Container.LIST:
        return (odd(part.inner, number), odd(part.inner, number))
    if part.container is Container.MAP:
        return FrozenMap({"a": odd(part.inner, number), "b.c": odd(part.inner, number)})
    kind = part.types[number % len(part.types)]
    if issubclass(kind, Enum):
        return list(kind)[-1]
    return {bool: True, int: 3, float: 0.1 + 0.2, Decimal: Decimal("1234567.89"), date: date(2026, 2, 28)}.get(
        kind, HOSTILE
    )


def test_numbers_dates_and_truths_are_no_texts():
    from django.db import connection

    founded("bakery")
    typed = "pg_typeof({})::text" if connection.vendor == "postgresql" else "typeof({})"
    columns = {"since_seq": "book_kpi", "likely": "book_benefit", "at": "book_measurement", "private": "book_kpi"}
    found = {
        name: {row["type"] for row in asked(f"SELECT {typed.format(name)} AS type FROM {view}")}  # noqa: S608
        for name, view in columns.items()
    }
    if connection.vendor == "postgresql":
        assert found == {
            "since_seq": {"bigint"},
            "likely": {"double precision"},
            "at": {"date"},
            "private": {"boolean"},
        }
    else:
        # SQLite has no dates and no truths.
        assert found == {"since_seq": {"integer"}, "likely": {"real"}, "at": {"text"}, "private": {"integer"}}
    halves = asked("SELECT (target - target + 7) / 2 AS half FROM book_kpi WHERE target IS NOT NULL")
    assert {float(row["half"]) for row in halves} == {3.5}


def test_a_view_follows_a_commit_and_shows_only_what_is_in_force():
    from rhumbline.store import committing, reading

    boss = founded("bakery").owner
    names = "SELECT name, since_seq FROM book_initiative WHERE key = 'i1'"
    done = committing.commit(boss, [rename("i1", HOSTILE)], via="page")
    assert asked(names) == [{"name": HOSTILE, "since_seq": done.seq}]
    committing.undo(boss, done.seq, via="page")
    assert [row["name"] for row in asked(names)] == [reading.book(boss.organisation).initiatives["i1"].name]
    signal = {"key": "s9", "kind": "customer", "text": "A", "seen": "2026-11-01", "strength": 1}
    committing.commit(boss, [{"edit": "put", "kind": "signal", "record": signal}], via="page")
    assert len(asked("SELECT * FROM book_signal WHERE key = 's9'")) == 1
    committing.commit(boss, [{"edit": "remove", "kind": "signal", "key": "s9"}], via="page")
    assert asked("SELECT * FROM book_signal WHERE key = 's9'") == []


def test_what_was_erased_is_not_shown():
    from rhumbline.store.models import Record

    house = founded("bakery")
    assert any(field.personal and field.required for field in fields_of(Person))
    people = asked("SELECT key FROM book_person")
    assert people
    Record.objects.filter(organisation=house.organisation, kind="person").update(personal="")
    assert [row["name"] for row in asked("SELECT key, name FROM book_person ORDER BY key")] == sorted(
        row["key"] for row in people
    )


def test_two_organisations_are_told_apart():
    founded("bakery")
    founded("fintech")
    assert {row["organisation"] for row in asked("SELECT * FROM book_organisation")} == {"bakery", "fintech"}


# --- how they come to be -----------------------------------------------------------------------


def views():
    from django.db import connection

    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return {table.name for table in found if table.type == "v" and table.name.startswith("book_")}


def test_there_is_one_for_each_kind():
    assert views() == {f"book_{kind}" for kind in KINDS}


def test_a_new_field_is_a_new_column_and_a_kind_that_is_gone_has_no_view(monkeypatch):
    from django.db import connection

    from rhumbline.store import sql_views

    with monkeypatch.context() as patch:
        fewer = {name: kind for name, kind in KINDS.items() if name != "history"}
        patch.setattr(sql_views, "KINDS", fewer)
        before = sql_views.query_of
        patch.setattr(sql_views, "query_of", lambda *of: before(*of).replace("SELECT\n", "SELECT 1 AS brandnew,\n", 1))
        sql_views.renew_views()
        assert views() == {f"book_{kind}" for kind in fewer}
        founded("bakery")
        assert asked("SELECT brandnew FROM book_initiative LIMIT 1") == [{"brandnew": 1}]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("GRANT SELECT ON book_initiative TO PUBLIC")
    sql_views.renew_views()
    assert views() == {f"book_{kind}" for kind in KINDS}
    if connection.vendor == "postgresql":
        assert may_read("book_initiative") == ["PUBLIC"]
        assert may_read("book_budget") == []
        with connection.cursor() as cursor:
            cursor.execute("REVOKE SELECT ON book_initiative FROM PUBLIC")


def may_read(name):
    from django.db import connection

    from rhumbline.store import sql_views

    with connection.cursor() as cursor:
        return sql_views._readers(cursor, name)


def test_tables_can_change_although_views_look_at_them():
    """A database alters no column that a view looks at, so the views are away while steps of an upgrade are taken."""
    from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
    from django.db import connection, models
    from django.db.migrations import Migration

    from rhumbline.store.models import Record

    plan = [(Migration("9999_a_step", "store"), False)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("GRANT SELECT ON book_kpi TO PUBLIC")
    before = Record._meta.get_field("kind")
    after = models.CharField(max_length=50)
    after.set_attributes_from_name("kind")
    after.model = Record
    for old, new in ((before, after), (after, before)):
        emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)
        assert views() == set()
        with connection.schema_editor() as editor:
            editor.alter_field(Record, old, new)
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        assert views() == {f"book_{kind}" for kind in KINDS}
    assert compare("bakery", Book()) == 0
    if connection.vendor == "postgresql":
        assert may_read("book_kpi") == ["PUBLIC"]
        with connection.cursor() as cursor:
            cursor.execute("REVOKE SELECT ON book_kpi FROM PUBLIC")


# --- what the page about them says --------------------------------------------------------------


def examples():
    """Each SELECT of the page, with the database it is for where it is for one."""
    return re.findall(r"```sql ?(\w*)\n(SELECT.*?);\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_page_give_rows():
    from django.db import connection

    founded("bakery")
    assert len(examples()) >= 6
    for vendor, example in examples():
        if vendor in ("", connection.vendor):
            assert asked(example), example


def test_the_page_says_how_to_show_a_part_only():
    """On PostgreSQL; the statements of the page, carried out by somebody who may then read no more."""
    from django.db import ProgrammingError, connection, transaction

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no rights")
    founded("bakery")
    said = re.search(r"```sql postgresql\n(CREATE ROLE.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    grants = said.replace("DATABASE rhumbline", f"DATABASE {connection.settings_dict['NAME']}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(grants)
        cursor.execute("SET ROLE board")
        cursor.execute("SELECT count(*) FROM book_objective")
        assert cursor.fetchone()[0] > 0
        for closed in ("book_budget", "book_person", "rhumbline_record", "rhumbline_user"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT * FROM {closed}")  # noqa: S608
        cursor.execute("RESET ROLE")
        # Nothing of this stays: roles are there for all databases of a server.
        transaction.set_rollback(True)
