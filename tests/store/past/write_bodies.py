"""Write what records, Books and plans look like to the release that runs this: bodies, digests, hashes, documents.

    PYTHONPATH=ITS/src python tests/store/past/write_bodies.py NAME.json

It uses only what every release has, so that it can be run on the source of an older one.
"""

import json
import sys
from datetime import date
from pathlib import Path

from rhumbline import read_book
from rhumbline.book.digests import body, canonical, digest
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.upgrades import SCHEMA
from rhumbline.faces.answers import ask
from rhumbline.faces.file_commands import companies

DAY = date(2026, 11, 24)


def stored(record):
    """Return one record as the store keeps it: kind, key, schema, body, what is personal, digest."""
    kind = KINDS[KIND_OF_RECORD[type(record)]]
    own = body(record, personal=False)
    personal = {name: value for name, value in body(record).items() if name not in own}
    key = getattr(record, kind.owner) if kind.series else record.key
    return [
        kind.name,
        key,
        SCHEMA,
        canonical(own).decode(),
        canonical(personal).decode() if personal else "",
        digest(record),
    ]


def company(name):
    book = read_book(companies()[name]).book.replace(as_of=DAY)
    records = [record for found in book.records.values() for record in found.values()]
    rows = [row for found in book.series.values() for row in found]
    return {
        "book_sha": book.sha,
        "records": [stored(record) for record in (*records, *rows)],
        "plan": ask("plan", book, as_of=DAY).document,
    }


if __name__ == "__main__":
    found = {name: company(name) for name in ("bakery", "fintech", "workbench")}
    Path(sys.argv[1]).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
