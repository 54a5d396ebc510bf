"""Plain data to YAML text: the same bytes for the same data, in the layout of the example companies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from rhumbline.exchange.yaml_text import meaning

WIDTH = 120


def write_yaml(tree: Mapping[str, Any]) -> str:
    """Return a mapping as YAML text.

    Parameters
    ----------
    tree
        Texts, numbers, truth values, dates, lists and mappings.

    Notes
    -----
    A mapping of single values stands on one line where it fits, everything else is indented by two.
    """
    return "".join(f"{line}\n" for line in _mapping(tree, ""))


def _mapping(tree: Mapping[str, Any], indent: str) -> list[str]:
    """Return the lines of a mapping, one entry after the other."""
    lines: list[str] = []
    for name, value in tree.items():
        lines += _entry(f"{indent}{_key(name)}:", value, indent)
    return lines


def _entry(start: str, value: Any, indent: str) -> list[str]:
    """Return the lines of one entry that begins with its name."""
    if not isinstance(value, (Mapping, list)):
        return [f"{start} {scalar(value)}"]
    if isinstance(value, list) and all(_is_single(item) for item in value):
        return _wrapped(f"{start} [", [scalar(item, in_line=True) for item in value], f"{indent}  ")
    line = _one_line(value)
    if line is not None and len(start) + 1 + len(line) <= WIDTH:
        return [f"{start} {line}"]
    if isinstance(value, Mapping):
        return [start, *_mapping(value, f"{indent}  ")]
    return [start, *_items(value, indent)]


def _items(items: list[Any], indent: str) -> list[str]:
    """Return the lines of a list of mappings."""
    lines: list[str] = []
    for item in items:
        line = _one_line(item)
        if line is not None and len(indent) + 2 + len(line) <= WIDTH:
            lines.append(f"{indent}- {line}")
            continue
        first, *rest = _mapping(item, f"{indent}  ")
        lines += [f"{indent}- {first[len(indent) + 2 :]}", *rest]
    return lines


def _one_line(value: Any) -> str | None:
    """Return a mapping of single values on one line, or None where it holds more than that."""
    if not isinstance(value, Mapping) or not all(_is_single(item) for item in value.values()):
        return None
    return "{" + ", ".join(f"{_key(name)}: {scalar(item, in_line=True)}" for name, item in value.items()) + "}"


def _wrapped(start: str, words: list[str], indent: str) -> list[str]:
    """Return a list of single values, broken where the line is full."""
    lines = [start]
    for index, word in enumerate(words):
        ending = "," if index < len(words) - 1 else "]"
        if len(lines[-1]) + len(word) + 2 > WIDTH and index:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
        lines[-1] += word + ending + (" " if ending == "," else "")
    return lines if words else [f"{start}]"]


def _is_single(value: Any) -> bool:
    return not isinstance(value, (Mapping, list))


# --- single values ----------------------------------------------------------------------------


def _key(name: str) -> str:
    return scalar(name, in_line=True)


def scalar(value: Any, *, in_line: bool = False) -> str:
    """Return one value as YAML; a text is quoted when any reader could take it for something else.

    Parameters
    ----------
    value
        A text, a number, a truth value, a date or None.
    in_line
        Whether it stands between brackets, where commas and brackets end a word.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return _text(value, in_line=in_line)


def _float(number: float) -> str:
    """Return a number that YAML 1.1 reads as one too: it wants a point before the exponent."""
    text = repr(number)
    head, exponent, tail = text.partition("e")
    return text if not exponent or "." in head else f"{head}.0e{tail}"


_PLAIN = re.compile(r"[^\W_](.*[^\s:])?", re.DOTALL)
_LIKE_A_NUMBER = re.compile(r"[0-9][-+.0-9_:eExXoOa-fA-FtTzZ ]*")
_LIKE_A_WORD = re.compile(r"yes|no|on|off|true|false|null", re.IGNORECASE)
_INDICATORS = re.compile(r": | #|:$")
_BETWEEN_BRACKETS = re.compile(r"[,\[\]{}:?]")
_TO_ESCAPE = re.compile('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')


def _text(text: str, *, in_line: bool) -> str:
    if not text.isprintable():
        return '"' + _TO_ESCAPE.sub(_escaped, text) + '"'
    plain = _PLAIN.fullmatch(text) and not _INDICATORS.search(text) and meaning(text) is text
    unmistakable = not _LIKE_A_NUMBER.fullmatch(text) and not _LIKE_A_WORD.fullmatch(text)
    if plain and unmistakable and not (in_line and _BETWEEN_BRACKETS.search(text)):
        return text
    return "'" + text.replace("'", "''") + "'"


def _escaped(found: re.Match[str]) -> str:
    letter = found.group()
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return short.get(letter) or (f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{ord(letter):04x}")
