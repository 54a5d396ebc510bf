"""Write what a server of today keeps into this folder, once for each schema: later releases have to read it.

    python tests/store/past/write.py
    python tests/postgres.py python tests/store/past/write.py

Never write a schema anew that has been released: the files would only show that today's release reads itself.
"""

import gzip
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
COMPANIES = ("bakery", "fintech")
DAY = date(2026, 11, 24)


def main():
    sys.path.insert(0, str(HERE.parents[2]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from rhumbline.book.upgrades import SCHEMA
    from rhumbline.store.archive import write_archive
    from rhumbline.store.models import Organisation

    call_command("migrate", verbosity=0)
    for company in COMPANIES:
        live(company)
    name = f"schema-{SCHEMA}"
    write_archive(HERE / f"{name}-{connection.vendor}.backup")
    known = HERE / f"{name}.json"
    hashes = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    hashes[connection.vendor] = {
        one.key: {str(change.seq): [change.hash, change.book_sha] for change in one.change_set.order_by("seq")}
        for one in Organisation.objects.order_by("key")
    }
    known.write_text(json.dumps(hashes, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if connection.vendor == "sqlite":
        keep_database(connection.settings_dict["NAME"], HERE / f"{name}.sqlite3.gz")


def live(company):
    """Let a company use the server: people, tokens, every kind of change, proposals and answers that are kept."""
    from rhumbline import read_book
    from rhumbline.book.authority import AccessRole
    from rhumbline.faces import running
    from rhumbline.faces.file_commands import companies
    from rhumbline.store import access, committing, proposals, reading
    from rhumbline.store.actors import Scope, system

    organisation = committing.found(company, company)
    server = system(organisation.pk, company)
    committing.bring_in(server, read_book(companies()[company]).book, via="import", note="The first Book")
    boss = access.actor_of(
        access.add_member(server, f"owner@{company}.example", AccessRole.OWNER, via="cli").user, company
    )
    member = access.add_member(boss, f"member@{company}.example", AccessRole.MEMBER, via="page")
    access.make_token(boss, member.pk, "till", [Scope.READ], datetime.now(UTC) + timedelta(days=90), via="page")
    book = reading.book(organisation.pk)
    initiative, kpi = next(iter(book.initiatives)), next(iter(book.kpis))
    person = {"key": "past1", "name": "Ada Ñandú", "email": "ada@example.com"}
    reading_of = {"kpi": kpi, "at": "2026-11-20", "value": 7.25}
    committing.commit(boss, [put("person", person)], via="page", note="“Quoted” & \\ named")
    committing.commit(boss, [named(initiative, "Een naam, één keer 😀")], via="api")
    committing.commit(boss, [{"edit": "append", "kind": "measurement", "record": reading_of}], via="api")
    wrong = {**reading_of, "value": 8}
    done = committing.commit(boss, [{"edit": "append", "kind": "measurement", "record": wrong}], via="api")
    committing.undo(boss, done.seq, via="page")
    committing.commit(boss, [{"edit": "remove", "kind": "person", "key": "past1"}], via="page")
    proposals.propose(boss, "Accepted", [named(initiative, "As proposed")], via="mcp")
    proposals.accept(boss, 1, via="page")
    proposals.propose(boss, "Open", [named(initiative, "Perhaps")], via="mcp")
    for capability in ("score", "plan"):
        made = running.start(boss, capability, {}, today=DAY, via="api")
        running.compute.func(made.pk)
    committing.commit(boss, [named(initiative, "Renamed after the plan")], via="page")


def put(kind, record):
    return {"edit": "put", "kind": kind, "record": record}


def named(key, name):
    return {"edit": "set", "kind": "initiative", "key": key, "fields": {"name": name}}


def keep_database(source, target):
    """Keep the database itself, packed: later releases take their steps on it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite3"
        with sqlite3.connect(source) as database:
            database.execute("DELETE FROM django_tasks_database_dbtaskresult")
            database.commit()
            database.execute("VACUUM INTO ?", [str(copy)])
        with copy.open("rb") as plain, gzip.GzipFile(target, "wb", mtime=0) as packed:
            shutil.copyfileobj(plain, packed)


if __name__ == "__main__":
    main()
