"""What the file commands print as JSON, as docs/reference/json.md promises it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rhumbline.book.book import Change
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.columns import text_of
from rhumbline.exchange.documents import finding, schema, value_of
from rhumbline.exchange.proposal import BadRow, Proposal, Question

Document = dict[str, Any]
Say = Callable[[Reason], str]


def import_document(found: Any, *, written: Path | str | None, kept: Path | None, say: Say) -> Document:
    """Return what came of an import.

    Parameters
    ----------
    found
        What importing the file does.
    written
        Where the Book was written, or the change or proposal it became on a server; None when it was not.
    kept
        Where the file from before is kept, if one was replaced.
    say
        Puts a reason into words.
    """
    return {
        "schema": schema("import"),
        "file": found.file,
        "format": found.format,
        "book_sha": found.book.sha,
        "written": _path(written),
        "kept": _path(kept),
        "mapping": _mapping(found.proposal) if found.proposal else None,
        "sample": [value_of(row, say) for row in found.proposal.sample] if found.proposal else [],
        "questions": [_question(one) for one in found.questions],
        "changes": [_change(one, say) for one in found.changes],
        "unchanged": found.unchanged,
        "conflicts": [{"kind": kind, "key": key, "field": field} for kind, key, field in found.conflicts],
        "checks": [
            {
                "what": one.what,
                "stated": value_of(one.stated, say),
                "found": value_of(one.found, say),
                "holds": one.holds,
            }
            for one in found.checks
        ],
        "held_out": found.held_out,
        "bad_rows": [_bad_row(one, found.proposal) for one in found.bad_rows],
        "input": [finding(one) for one in found.findings],
    }


def _path(path: Path | str | None) -> str | None:
    return None if path is None else str(path)


def _mapping(proposal: Proposal) -> Document:
    return {
        "kind": proposal.mapping.kind,
        "confidence": proposal.confidence,
        "currency": proposal.currency or None,
        "columns": [
            {
                "header": column.header,
                "occurrence": column.occurrence,
                "target": column.target or None,
                "confidence": column.confidence,
                "because": column.because,
            }
            for column in proposal.mapping.columns
        ],
        "answers": dict(proposal.mapping.answers),
    }


def _question(question: Question) -> Document:
    return {
        "id": question.id,
        "code": question.code,
        "text": question.text,
        "proposed": question.proposed,
        "because": question.reason,
        "choices": dict(question.choices),
    }


def _bad_row(row: BadRow, proposal: Proposal) -> Document:
    headers = [column.header for column in proposal.mapping.columns]
    return {
        "where": row.where,
        "row": row.row.number,
        "cells": {
            header: text_of(cell)
            for header, cell in zip(headers, row.row.cells, strict=False)
            if cell not in (None, "")
        },
        "reasons": [finding(one) for one in row.findings],
    }


def _change(change: Change, say: Say) -> Document:
    if KINDS[change.kind].series:
        rows = len(change.after or ()) - len(change.before or ())
        return {"kind": change.kind, "key": None, "what": "rows", "rows": rows, "fields": []}
    what = "new" if change.before is None else "removed" if change.after is None else "changed"
    fields = [
        {
            "field": name,
            "before": value_of(getattr(change.before, name), say),
            "after": value_of(getattr(change.after, name), say),
        }
        for name in change.fields
        if name != "settings"
    ]
    return {"kind": change.kind, "key": change.key, "what": what, "rows": None, "fields": fields}


def convert_document(
    source: Path | str, written: Path, book: Any, findings: Sequence[Finding], held_out: int
) -> Document:
    """Return what came of a conversion.

    Parameters
    ----------
    source, written
        Where the Book was read and written.
    book
        The Book.
    findings
        What was noticed about the source.
    held_out
        How many rows the new file misses.
    """
    return {
        "schema": schema("convert"),
        "file": str(source),
        "written": str(written),
        "book_sha": book.sha,
        "records": {kind: len(found) for kind in KINDS if (found := book.records.get(kind) or book.series.get(kind))},
        "held_out": held_out,
        "input": [finding(one) for one in findings],
    }


def template_document(templates: Sequence[Any], chosen: Any, written: Path | None) -> Document:
    """Return the list of templates, and which of them was written where.

    Parameters
    ----------
    templates
        All templates.
    chosen
        The one that was written; None when only the list was asked for.
    written
        Its file.
    """
    return {
        "schema": schema("template"),
        "templates": [{"name": one.name, "industry": one.industry, "title": one.title} for one in templates],
        "template": None if chosen is None else chosen.name,
        "written": _path(written),
    }


__all__ = ["convert_document", "import_document", "template_document"]
