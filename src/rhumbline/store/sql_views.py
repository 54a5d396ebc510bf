"""SQL views, one per kind: the records in force as plain columns, for programs that speak SQL.

They are made from the definitions of the records, so a new field is a new column. Only what changed is made anew, and
on PostgreSQL whoever was allowed to read a view still is.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from rhumbline.book.digests import canonical, plain
from rhumbline.book.fields import Container, FieldOf, fields_of
from rhumbline.book.records import KINDS

PREFIX = "book_"

# The columns before the fields of a record; those of a series say which row it is instead of a key.
OWN = ("organisation", "since_seq")


def view_of(kind: str) -> str:
    """Return the name of the view of a kind, such as ``book_initiative``."""
    return f"{PREFIX}{kind}"


def columns_of(kind: str) -> tuple[str, ...]:
    """Return the columns of the view of a kind, in their order.

    Parameters
    ----------
    kind
        The name of a kind.
    """
    return (*OWN, *(("row",) if KINDS[kind].series else ()), *(field.name for field in fields_of(KINDS[kind].record)))


def query_of(kind: str, vendor: str) -> str:
    """Return the SELECT behind the view of a kind.

    Parameters
    ----------
    kind
        The name of a kind.
    vendor
        ``sqlite`` or ``postgresql``.
    """
    described = KINDS[kind]
    postgres = vendor == "postgresql"
    values = {"organisation": "o.key", "since_seq": "r.since_seq"}
    if described.series:
        values["row"] = "r.row"
    for field in fields_of(described.record):
        values[field.name] = (_postgres if postgres else _sqlite)(field, series=described.series)
    selected = ",\n  ".join(f"{value} AS {_quoted(name)}" for name, value in values.items())
    # PostgreSQL reads a text as JSON anew for every column; OFFSET 0 lets it do so once for each record.
    body = "r.*, r.body::json AS b, nullif(r.personal, '')::json AS p" if postgres else "r.*"
    fence = " OFFSET 0" if postgres else ""
    return (
        f"SELECT\n  {selected}\n"  # noqa: S608 - every part is ours: names of kinds and fields
        f"FROM (SELECT {body} FROM rhumbline_record r\n"
        f"  WHERE r.kind = '{kind}' AND r.until_seq IS NULL{fence}) r\n"
        "JOIN rhumbline_organisation o ON o.id = r.organisation_id"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _type_of(field: FieldOf) -> str:
    """Return the SQL type of a field on PostgreSQL."""
    if field.part.container is not Container.ONE:
        return "text"
    found = set(field.part.types)
    if found == {bool}:
        return "boolean"
    if found == {int}:
        return "bigint"
    if found == {Decimal}:
        return "numeric"
    if found <= {int, float, Decimal}:
        return "double precision"
    return "date" if found == {date} else "text"


def _default(field: FieldOf, *, postgres: bool) -> str | None:
    """Return the value of a field that a body leaves out, as SQL; None where that is NULL."""
    if field.required or field.default is None:
        return None
    value = plain(field.default)
    if field.part.container is not Container.ONE:
        return _literal(canonical(value).decode())
    kind = _type_of(field)
    if isinstance(value, bool) and kind == "boolean":
        return str(value).upper() if postgres else str(int(value))
    if isinstance(value, bool):
        return _literal(canonical(value).decode())
    if isinstance(value, (int, float)):
        return repr(value if kind == "bigint" else float(value))
    return _literal(str(value)) + ("::date" if postgres and kind == "date" else "")


def _key(field: FieldOf, *, series: bool) -> bool:
    """Whether a field stands in a column of its own: it is there even when the body leaves out a default."""
    return field.name == "key" and not series


def _postgres(field: FieldOf, *, series: bool) -> str:
    if _key(field, series=series):
        return "r.key"
    # json, not jsonb: it keeps a text as it is, and reads one with an escape that jsonb refuses.
    source = "p" if field.personal else "b"
    kind = _type_of(field)
    value = f"(r.{source} ->> '{field.name}')" + ("" if kind == "text" else f"::{kind}")
    return _or_default(field, value, postgres=True)


def _sqlite(field: FieldOf, *, series: bool) -> str:
    if _key(field, series=series):
        return "r.key"
    # An empty text is no JSON.
    source = "nullif(r.personal, '')" if field.personal else "r.body"
    value = f"json_extract({source}, '$.{field.name}')"
    if _type_of(field) in {"numeric", "double precision"}:
        # Else 7 / 2 would be 3 where both happen to be whole.
        value = f"CAST({value} AS REAL)"
    elif bool in field.part.types and len(field.part.types) > 1:
        # Beside dates or texts, true is a word.
        kind = f"json_type({source}, '$.{field.name}')"
        value = f"CASE WHEN {kind} IN ('true', 'false') THEN {kind} ELSE {value} END"
    return _or_default(field, value, postgres=False)


def _or_default(field: FieldOf, value: str, *, postgres: bool) -> str:
    if field.personal and field.required:
        # A name that was erased reads as the key of whoever had it.
        return f"coalesce({value}, r.key)"
    default = _default(field, postgres=postgres)
    if default is None:
        return value
    if not field.optional:
        return f"coalesce({value}, {default})"
    # Left out means the default, and written down as null means that there is none.
    source = "p" if field.personal else "b"
    if postgres:
        said = f"(r.{source} -> '{field.name}') IS NOT NULL"
    else:
        text = "nullif(r.personal, '')" if field.personal else "r.body"
        said = f"json_type({text}, '$.{field.name}') IS NOT NULL"
    return f"CASE WHEN {said} THEN {value} ELSE {default} END"


# --- making them ------------------------------------------------------------------------------

# Who was allowed to read a view that was taken away, until it is made again in the same process.
_READERS: dict[str, list[str]] = {}


def renew_views(**_: Any) -> None:
    """Make the views that are not as the records say, and remove those of kinds that are gone."""
    postgres = connection.vendor == "postgresql"
    wanted = {view_of(kind): query_of(kind, connection.vendor) for kind in KINDS}
    marks = {name: hashlib.sha256(query.encode()).hexdigest() for name, query in wanted.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        there = _there(cursor)
        for name in sorted(name for name in {*there, *marks} if there.get(name) != marks.get(name)):
            if name in there:
                _withdraw(cursor, name)
            if name not in wanted:
                continue
            # The mark says what a view was made from.
            mark = "" if postgres else f" /* {marks[name]} */"
            cursor.execute(f"CREATE VIEW {_quoted(name)} AS{mark} {wanted[name]}")
            if postgres:
                cursor.execute(f"COMMENT ON VIEW {_quoted(name)} IS '{marks[name]}'")
            for reader in _READERS.pop(name, []):
                cursor.execute(f"GRANT SELECT ON {_quoted(name)} TO {reader}")


def withdraw_views(*, plan: Any = (), **_: Any) -> None:
    """Take the views away while tables change: a database alters no table that a view looks at.

    Parameters
    ----------
    plan
        The steps that are about to be taken; where there are none the views stay.
    """
    if not plan:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _there(cursor):
            _withdraw(cursor, name)


def _withdraw(cursor: Any, name: str) -> None:
    if connection.vendor == "postgresql":
        _READERS[name] = _readers(cursor, name)
    cursor.execute(f"DROP VIEW {_quoted(name)}")


def _there(cursor: Any) -> dict[str, str]:
    """Return which views there are, and the mark of what each was made from."""
    return _marks_postgres(cursor) if connection.vendor == "postgresql" else _marks_sqlite(cursor)


def _marks_sqlite(cursor: Any) -> dict[str, str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view' AND name LIKE %s ESCAPE '\\'", [_LIKE])
    return {name: sql.partition("/* ")[2].partition(" */")[0] for name, sql in cursor.fetchall()}


def _marks_postgres(cursor: Any) -> dict[str, str]:
    cursor.execute(
        "SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c "
        "WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND c.relname LIKE %s",
        [_LIKE],
    )
    return dict(cursor.fetchall())


def _readers(cursor: Any, name: str) -> list[str]:
    """Return who was allowed to read a view, as SQL names them."""
    cursor.execute(
        "SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END "
        "FROM pg_class c, aclexplode(c.relacl) a WHERE c.relkind = 'v' AND c.relname = %s "
        "AND c.relnamespace = current_schema()::regnamespace AND a.privilege_type = 'SELECT' "
        "AND a.grantee <> c.relowner",
        [name],
    )
    return [reader for (reader,) in cursor.fetchall()]


_LIKE = PREFIX.replace("_", "\\_") + "%"

__all__ = ["OWN", "PREFIX", "columns_of", "query_of", "renew_views", "view_of", "withdraw_views"]
