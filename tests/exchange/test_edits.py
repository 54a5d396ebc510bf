"""Edits: what they may look like, what they do to a Book, how they meet, and how records are stored."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import books, records

from rhumbline.book.book import Book
from rhumbline.book.digests import canonical, digest
from rhumbline.book.records import KINDS
from rhumbline.book.upgrades import SCHEMA
from rhumbline.exchange.edits import apply, edits_between, read_edits, revive, stored

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MORE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def done(book, raw):
    edits, findings = read_edits(raw)
    assert findings == ()
    return apply(book, edits)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_what_was_stored_reads_back_as_it_was(kind, data):
    record = data.draw(records(kind))
    body, personal = stored(record)
    again = revive(kind, getattr(record, "key", ""), SCHEMA, canonical(body).decode(), canonical(personal).decode())
    assert again == record
    assert repr(again) == repr(record)
    assert digest(record) == hashlib.sha256(canonical(body)).hexdigest()


@given(before=books(without=("readings", "actuals")), after=books())
@MORE
def test_the_edits_between_two_books_lead_from_one_to_the_other(before, after):
    assert_led(before, after)
    if not after.series:
        assert_led(after, before)


def assert_led(before, after):
    applied = done(before, edits_between(before, after))
    assert applied.book == after, applied.findings
    assert applied.book.sha == after.sha
    assert applied.book.sha == fresh(applied.book).sha
    assert applied.changes == tuple(c for c in before.diff(after) if not KINDS[c.kind].series)


def fresh(book):
    """The same Book built anew, with nothing remembered."""
    return Book(book.records, book.series)
