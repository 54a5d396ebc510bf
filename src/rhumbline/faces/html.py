"""Shows blocks in a notebook: a headline and tables, everything escaped, no script, no style that leaks out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rhumbline.engines._maths import Triple
from rhumbline.faces.blocks import (
    Bar,
    Block,
    Blocks,
    Commands,
    Entries,
    Entry,
    Heading,
    Headline,
    Said,
    Sentences,
    Table,
    Title,
)
from rhumbline.faces.words import Words, harmless


def page(blocks: Blocks, words: Words) -> str:
    """Return blocks as one HTML fragment.

    Parameters
    ----------
    blocks
        What to say.
    words
        The language, and the Book that names come from.
    """
    inner = "".join(part for block in blocks for part in _block(block, words))
    return f'<div class="rhumbline" lang="{words.language}">{inner}</div>'


def _block(block: Block, words: Words) -> Iterator[str]:
    match block:
        case Title():
            date = words.text("page.as_of", as_of=block.as_of)
            yield f"<p><strong>{escape(harmless(block.name))}</strong> · {escape(date)}</p>"
        case Headline():
            yield f"<p><strong>{_said_all(block.reasons, words)}</strong></p>"
        case Heading():
            yield f"<h4>{escape(words.say(block.reason))}</h4>"
        case Bar():
            yield _bar(block.value, words)
        case Sentences():
            yield f"<p>{_said_all(block.reasons, words)}</p>"
        case Table():
            yield from _table(block, words)
        case Entries():
            yield from _entries(block.entries, words)
        case Commands():
            return


def _said(said: Said, words: Words) -> str:
    return escape(words.said(said))


def _said_all(reasons: Sequence[Said], words: Words) -> str:
    return "<br>".join(_said(reason, words) for reason in reasons)


def _bar(value: Triple, words: Words) -> str:
    legend = escape(words.text("page.bar", low=value.low, best=value.best, high=value.high))
    # <meter> draws a bar everywhere without style or script, and is read out by a screen reader.
    return f'<p><meter min="0" max="1" value="{value.low:.6f}">{legend}</meter> {legend}</p>'


def _table(table: Table, words: Words) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col">{escape(words.text(column.code, column.numbers))}</th>' for column in table.columns
    )
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        yield f"<tr>{''.join(_cell(_said(said, words), numeric=column.numeric) for column, said in cells)}</tr>"
    yield "</tbody></table>"


def _cell(text: str, *, numeric: bool = False) -> str:
    # The attribute instead of a style: a notebook that forbids styles keeps it.
    return f'<td align="{"right" if numeric else "left"}">{text}</td>'


def _entries(entries: Sequence[Entry], words: Words) -> Iterator[str]:
    yield "<table><tbody>"
    for entry in entries:
        label = f"{_said(entry.label, words)} " if entry.label else ""
        facts = "".join(_cell(_said(fact, words), numeric=True) for fact in entry.facts)
        told = [_said(reason, words) for reason in entry.reasons]
        told += [f"<code>{escape(harmless(key))}</code> {_said(said, words)}" for key, said in entry.items]
        told += [f"<small>{_said(word, words)} {_said(said, words)}</small>" for word, said in entry.notes]
        reasons = "<br>".join(dict.fromkeys(told))
        key = escape(harmless(entry.key))
        title = _said(entry.title, words)
        yield f"<tr>{_cell(f'{label}<code>{key}</code>')}{_cell(title)}{facts}{_cell(reasons)}</tr>"
    yield "</tbody></table>"


__all__ = ["page"]
