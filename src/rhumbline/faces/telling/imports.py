"""What is said about a file before and after it is brought in: how it was read, what is asked, what changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rhumbline.book.book import Change
from rhumbline.book.records import KINDS
from rhumbline.book.types import Severity
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.columns import NUMBERS, Plan, Sort
from rhumbline.exchange.proposal import Column as MappedColumn
from rhumbline.exchange.proposal import Proposal, Question
from rhumbline.exchange.vocabulary import targets
from rhumbline.faces.blocks import (
    Block,
    Blocks,
    Cell,
    Column,
    Commands,
    Entries,
    Entry,
    Given,
    Heading,
    Headline,
    Said,
    Sentences,
    Table,
    Tone,
)
from rhumbline.faces.telling.inputs import errors, explain_findings

# A terminal shows the first of many; the document has all of them.
_MOST = 12
_MOST_ROWS = 20
_MOST_COLUMNS = 5
_MOST_TEXTS = 2
_UNSURE = 0.6

_NEXT = Commands(
    (
        ("check FILE", Reason("next.check")),
        ("questions FILE", Reason("next.questions")),
        ("plan FILE", Reason("next.plan")),
    )
)


def explain_preview(found: Any) -> Blocks:
    """Select what to say about a file before anything of it is written.

    Parameters
    ----------
    found
        What importing it would do.
    """
    return (
        _recognised(found),
        *(_mapping(found.proposal) if found.proposal else ()),
        *(_sample(found.proposal) if found.proposal else ()),
        *_held_out(found),
        *_questions(found.questions),
        *_changes(found),
        *_noticed(found),
    )


def _recognised(found: Any) -> Block:
    numbers = {"file": found.file, "title": found.title}
    if found.proposal is None:
        return Headline((Reason("import.recognised" if found.recognised else "import.read_as", numbers),))
    rows = len({line.row.index for line in (*found.proposal.lines, *found.proposal.bad_rows)})
    return Headline((Reason(f"import.table.{found.proposal.mapping.kind}", {**numbers, "rows": rows}),))


# --- how a table is read ----------------------------------------------------------------------


def _mapping(proposal: Proposal) -> Iterator[Block]:
    yield Heading(Reason("import.heading.mapping"))
    yield Table(
        (Column("import.column.header"), Column("import.column.target"), Column("import.column.because")),
        tuple((Cell(column.header), _target(column), _because(column)) for column in proposal.mapping.columns),
    )
    header = next((column.header for column in proposal.mapping.columns if not column.target), None)
    unsure = next((column.header for column in proposal.mapping.columns if 0 < column.confidence < _UNSURE), None)
    if header or unsure:
        numbers = {"header": header or unsure, "fields": list(targets(proposal.mapping.kind))}
        yield Sentences((Reason("import.use_column", numbers),), Tone.QUIET)


def _target(column: MappedColumn) -> Said:
    return Cell(column.target) if column.target else Reason("import.target.none")


def _because(column: MappedColumn) -> Said:
    if not column.target:
        return Cell("")
    if column.confidence < _UNSURE:
        return Reason("import.because.unsure")
    return from_exchange("because", column.because)


def from_exchange(family: str, text: str, **numbers: Any) -> Given:
    """Return a sentence that was written where files are read; other languages know it by its English words.

    Parameters
    ----------
    family
        ``because`` or ``question``.
    text
        The sentence in English.
    numbers
        The values a translation may speak of.
    """
    return Given(Reason(f"gate.{family}.{text}", numbers), text)


_HINTS = {Sort.DATE: "date", Sort.CHOICE: "word", Sort.SHARE: "percent", Sort.MONEY: "money"}
_TEXTS = frozenset({Sort.TEXT, Sort.KEY, Sort.NAME, Sort.NAMES})


def _sample(proposal: Proposal) -> Iterator[Block]:
    plans = _shown_plans(proposal)
    if not proposal.sample or not plans:
        return
    yield Heading(Reason("import.heading.sample", {"count": len(proposal.sample)}))
    yield Table(
        tuple(Column("import.column.field", plan.sort in NUMBERS, {"field": plan.target}) for plan in plans),
        tuple(tuple(_value(row.get(plan.target), plan) for plan in plans) for row in proposal.sample),
    )
    hidden = [plan.target for plan in proposal.plans if plan not in plans]
    if hidden:
        yield Sentences((Reason("import.more_columns", {"fields": hidden[:_MOST]}),), Tone.QUIET)


def _shown_plans(proposal: Proposal) -> list[Plan]:
    """Return the columns that fit beside each other: the name, then the first of those that hold something."""
    filled = [plan for plan in proposal.plans if any(row.get(plan.target) is not None for row in proposal.sample)]
    first = [plan for plan in filled if plan.target in ("name", "text")]
    shown: list[Plan] = []
    for plan in (*first, *(plan for plan in filled if plan not in first)):
        texts = sum(other.sort in _TEXTS for other in (*shown, plan))
        if len(shown) < _MOST_COLUMNS and (plan.sort not in _TEXTS or texts <= _MOST_TEXTS):
            shown.append(plan)
    return shown


def _value(value: Any, plan: Plan) -> Said:
    return Cell(value, "" if value is None else _HINTS.get(plan.sort, ""))


# --- what is left out, and what is asked ------------------------------------------------------


def _held_out(found: Any) -> Iterator[Block]:
    reasons = errors(found.findings)
    if found.held_out:
        yield Headline((Reason("import.held_out", {"count": found.held_out}),), Tone.BAD)
    if reasons:
        yield explain_findings(reasons[:_MOST_ROWS])
        yield from _and_more(len(reasons) - _MOST_ROWS)


def _and_more(count: int) -> Iterator[Block]:
    if count > 0:
        yield Sentences((Reason("import.and_more", {"count": count}),), Tone.QUIET)


def _questions(questions: Sequence[Question]) -> Iterator[Block]:
    if not questions:
        return
    yield Headline((Reason("import.questions", {"count": len(questions)}),), Tone.WARNING)
    yield Entries(tuple(map(_question, questions[:_MOST_ROWS])))
    yield from _and_more(len(questions) - _MOST_ROWS)


def _question(question: Question) -> Entry:
    notes: list[tuple[Reason, Said]] = [(Reason("import.question.because"), from_exchange("because", question.reason))]
    if question.choices:
        notes.insert(0, (Reason("import.question.choices"), Cell(tuple(_choices(question)))))
    return Entry(
        key=f"--answer {typed(question)}",
        title=Cell(""),
        reasons=(_asked(question),),
        notes=tuple(notes),
    )


def _asked(question: Question) -> Given:
    """Return the question; a translation knows it by its kind, and what is required by its field."""
    own = question.id.partition(":")[0] if question.code in ("required-field", "word") else question.code
    subject = question.id.partition(":")[2]
    code = f"gate.question.{question.code if question.code == 'word' else own}"
    return Given(Reason(code, {"field": own, "subject": subject}), question.text)


def _choices(question: Question) -> Iterator[str]:
    for answer, meaning in question.choices.items():
        shown = answer or '""'
        yield shown if meaning == answer or not answer else f"{shown} ({meaning})"


def typed(question: Question) -> str:
    """Return an answer as it has to be typed: the proposed one, or a place for one's own.

    Parameters
    ----------
    question
        A question.
    """
    text = f"{question.id}={question.proposed or ('' if question.choices else '...')}"
    plain = all(letter.isalnum() or letter in "-_.:=," for letter in text)
    return text if plain else '"{}"'.format(text.replace('"', '\\"'))


# --- what changes -----------------------------------------------------------------------------

# Kinds whose records are told by the record they belong to: a list of them would repeat its names.
_BESIDE = frozenset({"organisation", "strategy", "work_item", "measurement", "actual"})


def _changes(found: Any) -> Iterator[Block]:
    changes: tuple[Change, ...] = found.changes
    if not changes:
        # Whoever imports into nothing is told at the end that nothing came of it.
        if len(found.before):
            yield Headline((Reason("import.no_changes"),), Tone.GOOD)
        return
    new = [change for change in changes if change.before is None and not KINDS[change.kind].series]
    changed = [change for change in changes if change.before is not None and not KINDS[change.kind].series]
    yield Heading(Reason("import.heading.changes"))
    yield _counts(found)
    if len(found.before):
        yield from _new(new)
    yield from _changed(changed)


def _counts(found: Any) -> Table:
    """Return by kind how many records are new and how many change."""
    new: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for change in found.changes:
        if KINDS[change.kind].series:
            new[change.kind] += len(change.after or ()) - len(change.before or ())
        elif change.before is None:
            new[change.kind] += 1
        else:
            changed[change.kind] += 1
    kinds = [kind for kind in KINDS if new[kind] or changed[kind]]
    return Table(
        (Column("import.column.kind"), Column("import.column.new", True), Column("import.column.changed", True)),
        tuple((Reason(f"import.kind.{kind}"), Cell(new[kind]), Cell(changed[kind])) for kind in kinds),
    )


def _new(changes: Sequence[Change]) -> Iterator[Block]:
    named = [change for change in changes if change.kind not in _BESIDE]
    if named:
        yield Heading(Reason("import.heading.new"))
        yield Entries(tuple(Entry(key=change.key, title=_name(change.after)) for change in named[:_MOST]))
        yield from _and_more(len(named) - _MOST)


def _changed(changes: Sequence[Change]) -> Iterator[Block]:
    if changes:
        yield Heading(Reason("import.heading.changed"))
        yield Entries(tuple(map(_change, changes[:_MOST])))
        yield from _and_more(len(changes) - _MOST)


def _name(record: Any) -> Cell:
    return Cell(getattr(record, "name", None) or getattr(record, "text", None) or "")


def _change(change: Change) -> Entry:
    fields = [name for name in change.fields if name != "settings"]
    return Entry(
        key=change.key,
        title=_name(change.after),
        items=tuple((name, _became(getattr(change.before, name), getattr(change.after, name))) for name in fields),
    )


def _became(before: Any, after: Any) -> Reason:
    return Reason("import.became", {"before": _shown(before), "after": _shown(after)})


def _shown(value: Any) -> Any:
    """Return a value of a record as a sentence can hold it."""
    if isinstance(value, Mapping):
        return tuple(f"{name}: {inner}" for name, inner in value.items())
    return None if value in ("", ()) else value


# Findings that say again what a question asks, or what the table of the columns shows.
_ASKED_TOO = {"mode-assumed": "mode", "currency-assumed": "currency"}
_SHOWN_TOO = frozenset({"unmapped-column", "conflict"})


def _noticed(found: Any) -> Iterator[Block]:
    asked = {question.id for question in found.questions}
    others = [finding for finding in found.findings if finding.severity is not Severity.ERROR]
    others = [one for one in others if _ASKED_TOO.get(one.code) not in asked and one.code not in _SHOWN_TOO]
    sums = [check for check in found.checks if check.holds]
    if others or sums:
        yield Heading(Reason("import.heading.noticed"))
    if sums:
        yield Sentences((Reason("import.sums_hold", {"count": len(sums)}),), Tone.GOOD)
    if others:
        yield explain_findings(others[:_MOST_ROWS])
        yield from _and_more(len(others) - _MOST_ROWS)


# --- afterwards -------------------------------------------------------------------------------


def explain_end(found: Any, outcome: str, target: Path, mappings: Path, kept: Path | None) -> Blocks:
    """Select what to say when it is decided.

    Parameters
    ----------
    found
        What importing the file did, or would have done.
    outcome
        ``written``, ``same``, ``nothing``, ``shown`` or ``declined``.
    target, mappings
        Where the Book and the agreed mapping are.
    kept
        Where the file from before is kept, if one was replaced.
    """
    numbers = {"file": str(target), "count": len(found.book.initiatives)}
    if outcome != "written":
        return (Headline((Reason(f"import.outcome.{outcome}", numbers),), Tone.STRONG),)
    said = [Reason("import.outcome.written" if len(found.before) else "import.done", numbers)]
    if kept is not None:
        said.append(Reason("import.kept", {"file": str(target), "kept": str(kept)}))
    if found.proposal is not None:
        said.append(Reason("import.remembered", {"file": str(mappings)}))
    return (Headline(tuple(said), Tone.GOOD), _NEXT)


__all__ = ["explain_end", "explain_preview", "from_exchange", "typed"]
