"""YAML text to raw data, with line and column for every value, and without anything that could hurt.

The reader walks the events of the parser itself. So it stops at the 51st level while the text is
still streaming (building nodes in C crashes on 100,000 levels), refuses what can blow up (anchors)
or run (tags), and decides alone what a plain word means: ``no`` and ``12:30`` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from rhumbline.exchange.raw import (
    MOST_DIGITS,
    MOST_LEVELS,
    MOST_NODES,
    NO_MARK,
    Branch,
    Items,
    Place,
    mark_of,
    refused,
    show,
    too_deep,
    too_many,
)

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def meaning(word: str) -> Any:
    """Return what an unquoted word means: nothing, true or false, a number, a date, or the text itself.

    Parameters
    ----------
    word
        The word as it stands in the file.

    Notes
    -----
    What YAML 1.1 reads as something else by surprise stays text: ``yes``, ``off``, ``12:30``, ``007``,
    ``0x1F``, ``1_000``. A date that is not in the calendar stays text too; the gate then says so.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "+-.0123456789":
        return word
    if _WHOLE.fullmatch(word):
        return int(word) if len(word) <= MOST_DIGITS else word
    if _DECIMAL.fullmatch(word):
        return float(word)
    if _SPECIAL.fullmatch(word):
        return float(word.replace(".", ""))
    if _DATE.fullmatch(word):
        try:
            return date.fromisoformat(word)
        except ValueError:
            return word
    return word


def parse_yaml(text: str) -> Any:
    """Return the one document of a YAML text as raw data; raise ``Refused`` when it cannot be used.

    Parameters
    ----------
    text
        The whole text.
    """
    try:
        return _document(_events(text))
    except yaml.YAMLError as error:
        raise _not_yaml(error) from None


def _events(text: str) -> Iterator[Any]:
    """Yield the parser's events as long as none of them is one we refuse."""
    parser = _PARSER(text)
    documents = nodes = depth = 0
    try:
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise refused(
                        "several-documents",
                        _place(event),
                        "The file has more than one document ('---' begins a new one).",
                        "Keep one company in one file: remove the '---' line and what follows, or save it as a file.",
                    )
            elif isinstance(event, yaml.NodeEvent):
                nodes += 1
                _refuse_names(event)
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                if depth > MOST_LEVELS:
                    raise too_deep(_place(event))
                if nodes > MOST_NODES:
                    raise too_many(_place(event))
                yield event
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
                yield event
    finally:
        parser.dispose()


def _place(event: Any) -> Place:
    return Place("", mark_of(event.start_mark.line, event.start_mark.column))


def _refuse_names(event: Any) -> None:
    """Refuse anchors and aliases (a short file can unfold to billions of values) and tags (they can run code)."""
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
        raise refused(
            "anchor-refused",
            _place(event),
            f"The file uses '{sign}{show(event.anchor)[1:-1]}': anchors and aliases are not accepted.",
            f"Write the value out where it is needed; put text that begins with {sign} in quotes.",
            value=str(event.anchor)[:80],
        )
    if event.tag is not None:
        raise refused(
            "tag-refused",
            _place(event),
            f"The file uses the tag {show(event.tag)}: tags are not accepted.",
            "Remove the word that begins with '!'; put text that begins with '!' in quotes.",
            value=str(event.tag)[:80],
        )


def _document(events: Iterator[Any]) -> Any:
    """Build the raw tree without recursion: the open containers stand on a stack."""
    root = Items()
    stack: list[Branch | Items] = [root]
    keys: list[tuple[str, int] | None] = [None]
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            keys.pop()
            continue
        mark = mark_of(event.start_mark.line, event.start_mark.column)
        parent = stack[-1]
        scalar = isinstance(event, yaml.ScalarEvent)
        if isinstance(parent, Branch) and keys[-1] is None:
            keys[-1] = (_key(parent, event) if scalar else _no_key(event), mark)
            continue
        value: Any
        if scalar:
            value = meaning(event.value) if event.implicit[0] else event.value
        else:
            value = Branch(mark) if isinstance(event, yaml.MappingStartEvent) else Items(mark)
        if isinstance(parent, Branch):
            name, key_mark = keys[-1] or ("", NO_MARK)
            # An absent value has no place of its own worth naming.
            parent.put(name, value, key_mark if value is None else mark)
            keys[-1] = None
        else:
            parent.put(value, mark)
        if not scalar:
            stack.append(value)
            keys.append(None)
    return root[0] if root else None


def _key(parent: Branch, event: Any) -> str:
    """Return the key of an entry; refuse one that is there already, because one of the two would be lost."""
    name = str(event.value)
    if name in parent:
        raise refused(
            "duplicate-field",
            _place(event),
            f"{show(name)} is written twice in one place, and only one of the two can count.",
            "Keep the one you mean and remove the other.",
            value=name[:80],
        )
    return name


def _no_key(event: Any) -> str:
    raise refused(
        "not-yaml",
        _place(event),
        "A list or a mapping stands where a name is expected.",
        "Write 'name: value'; put text that begins with '[', '{' or '?' in quotes.",
    )


def _not_yaml(error: yaml.YAMLError) -> Exception:
    """Turn a complaint of the parser into a finding with its place."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    place = Place("", mark_of(mark.line, mark.column)) if mark is not None else Place()
    if "nesting depth" in problem:
        # The parser looks ahead: it may give up, at 1,000 levels, before we have counted to 51.
        return too_deep(place)
    return refused(
        "not-yaml",
        place,
        f"The file is not valid YAML: {problem}.",
        "Check this line and the one before it: indent with spaces only, write a space after ':', and put text that "
        "contains ': ', ' #' or brackets in quotes.",
        problem=str(problem),
    )
