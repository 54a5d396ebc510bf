"""What is said about proposed changes: every value that would become another, and the score before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rhumbline.book.book import Change
from rhumbline.book.fields import fields_of
from rhumbline.book.records import KINDS
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Block, Blocks, Cell, Entries, Entry, Heading, Headline, Said, Sentences, Tone
from rhumbline.faces.telling.inputs import explain_findings

_LABELS = {"new": Tone.GOOD, "changed": Tone.STRONG, "removed": Tone.BAD, "rows": Tone.GOOD}


def what_of(change: Change) -> str:
    """Return what happens to a record: ``new``, ``changed``, ``removed``, or ``rows`` of a series."""
    if KINDS[change.kind].series:
        return "rows"
    return "new" if change.before is None else "removed" if change.after is None else "changed"


def rows_of(change: Change) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the rows of a series that come, and those that go."""
    before, after = Counter(change.before or ()), Counter(change.after or ())
    return tuple((after - before).elements()), tuple((before - after).elements())


def values_of(change: Change) -> tuple[tuple[str, Any, Any], ...]:
    """Return the fields of a record that become another: name, value before, value after."""
    if KINDS[change.kind].series or change.after is None:
        return ()
    if change.before is None:
        return tuple((name, None, value) for name, value in _stated(change.after) if name != "key")
    return tuple((name, getattr(change.before, name), getattr(change.after, name)) for name in change.fields)


def _stated(record: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields that differ from their default: what somebody has said about it."""
    for field in fields_of(type(record)):
        value = getattr(record, field.name)
        if field.required or value != field.default:
            yield field.name, value


def sentences_of(change: Change) -> tuple[tuple[str, Reason], ...]:
    """Return what happens as sentences, each with the field or the owner of the row that it speaks of.

    Parameters
    ----------
    change
        One difference between two Books.
    """
    what = what_of(change)
    if what == "rows":
        come, go = rows_of(change)
        owner = KINDS[change.kind].owner
        return tuple(
            (str(getattr(row, owner)), Reason(f"proposal.row_{code}", {"row": _row(row, owner)}))
            for code, rows in (("new", come), ("removed", go))
            for row in rows
        )
    if what == "removed":
        return (("", Reason("proposal.removed")),)
    code = "proposal.is" if what == "new" else "proposal.became"
    return tuple(
        (name, Reason(code, {"before": shown(before), "after": shown(after)}))
        for name, before, after in values_of(change)
    )


def _row(row: Any, owner: str) -> list[str]:
    return [f"{name} {shown(value)}" for name, value in _stated(row) if name != owner]


def shown(value: Any) -> Any:
    """Return a value of a record as a sentence can hold it."""
    if isinstance(value, Mapping):
        return tuple(f"{name}: {_inner(inner)}" for name, inner in value.items())
    return None if value in ("", ()) else value


def _inner(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def explain_proposal(preview: Any) -> Blocks:
    """Select what to say about changes that somebody proposes.

    Parameters
    ----------
    preview
        What they would do.
    """
    numbers = {"title": preview.title, "count": len(preview.changes)}
    headline = "proposal.titled" if preview.title else "proposal.untitled"
    if not preview.changes:
        headline = "proposal.unseen" if preview.blind else "proposal.nothing"
    return (
        Headline((Reason(headline, numbers),)),
        *_changes(preview.changes),
        *_score(preview),
        *_noticed(preview.findings),
    )


def _changes(changes: Sequence[Change]) -> Iterator[Block]:
    for kind in KINDS:
        own = [change for change in changes if change.kind == kind]
        if own:
            yield Heading(Reason(f"import.kind.{kind}"))
            yield Entries(tuple(map(_entry, own)))


def _entry(change: Change) -> Entry:
    what = what_of(change)
    sentences = sentences_of(change)
    return Entry(
        key=change.key or change.kind,
        title=_name(change),
        reasons=tuple(said for name, said in sentences if not name),
        items=tuple((name, said) for name, said in sentences if name),
        label=Reason(f"proposal.word.{what}"),
        tone=_LABELS[what],
    )


def _name(change: Change) -> Said:
    record = change.after or change.before
    return Cell(getattr(record, "name", None) or getattr(record, "text", None) or "")


def _score(preview: Any) -> Iterator[Block]:
    if preview.scores is None:
        yield Sentences((Reason("proposal.score_withheld" if preview.blind else "proposal.score_unknown"),), Tone.QUIET)
        return
    before, after = preview.scores
    if before == after:
        yield Sentences((Reason("proposal.score_same", {"score": before.best}),))
        return
    tone = Tone.GOOD if after.best > before.best else Tone.WARNING if after.best < before.best else Tone.PLAIN
    numbers = {
        "before": before.best,
        "after": after.best,
        "low_before": before.low,
        "low_after": after.low,
    }
    yield Sentences((Reason("proposal.score", numbers),), tone)


def _noticed(findings: Sequence[Any]) -> Iterator[Block]:
    if findings:
        yield Heading(Reason("import.heading.noticed"))
        yield explain_findings(findings)


def explain_applied(preview: Any, outcome: str, file: str, kept: str) -> Blocks:
    """Select what to say when it is decided.

    Parameters
    ----------
    preview
        What the changes do, or would have done.
    outcome
        ``applied``, ``same`` (they change nothing any more) or ``declined``.
    file, kept
        The file of the Book, and where it is kept as it was.
    """
    numbers = {"file": file, "kept": kept, "count": len(preview.changes)}
    if outcome != "applied":
        return (Headline((Reason(f"proposal.outcome.{outcome}", numbers),), Tone.STRONG),)
    said = [Reason("proposal.outcome.applied", numbers)]
    if kept:
        said.append(Reason("import.kept", numbers))
    return (Headline(tuple(said), Tone.GOOD),)


__all__ = ["explain_applied", "explain_proposal", "rows_of", "sentences_of", "shown", "values_of", "what_of"]
