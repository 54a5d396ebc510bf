"""A diagnosis as other programs show it beside the file: SARIF 2.1.0, and GitHub's workflow commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rhumbline.book.types import Severity
from rhumbline.exchange.documents import finding_of
from rhumbline.faces.telling.inputs import noticed
from rhumbline.faces.words import Words

_PLACE = re.compile(r"\(line (\d+), column (\d+)\)")
_LEVEL_OF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMAND_OF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding as a line beside a file.

    Parameters
    ----------
    code, name
        The rule, or the kind of thing the gate noticed.
    text
        What was found and what to do.
    place
        Line and column, where they are known.
    subject
        What it is about; together with the code it tells findings apart over time.
    waived
        Whether a decision silences it.
    """

    code: str
    name: str
    severity: Severity
    text: str
    place: tuple[int, int] | None
    subject: str
    waived: bool = False


# --- where a record stands --------------------------------------------------------------------


def lines_of_keys(text: str) -> dict[str, int]:
    """Return the line of a YAML or JSON text on which each record's key is stated first.

    Parameters
    ----------
    text
        The file.
    """
    stated = re.compile(r"""(?:^|[\s{,-])["']?(?:id|key)["']?\s*:\s*["']?([A-Za-z0-9][\w.\-]*)""")
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for match in stated.finditer(line):
            found.setdefault(match[1], number)
    return found


def _lines(file: Path) -> dict[str, int]:
    try:
        return lines_of_keys(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


# --- remarks ----------------------------------------------------------------------------------


def _place_of(where: str) -> tuple[int, int] | None:
    match = _PLACE.search(where)
    return (int(match[1]), int(match[2])) if match else None


def remarks(document: Mapping[str, Any], place: Path | str, language: str) -> Iterator[Remark]:
    """Yield the remarks about one Book: those of the gate, then those of the rules.

    Parameters
    ----------
    document
        The answer to ``check``.
    place
        The file it read, or the address of a Book on a server.
    language
        Of the sentences.
    """
    words = Words(language)
    for found in map(finding_of, document["input"]):
        text = " ".join(words.said(part) for part in noticed(found))
        yield Remark(found.code, found.code, found.severity, text, _place_of(found.where), found.key or found.where)
    lines = _lines(place) if isinstance(place, Path) else {}
    for finding in document["findings"]:
        line = lines.get(finding["subject"])
        yield Remark(
            finding["code"],
            finding["name"],
            Severity(finding["severity"]),
            f"{finding['message']} {finding['remedy']}",
            (line, 1) if line else None,
            finding["subject"],
            finding["waived_until"] is not None,
        )


# --- SARIF ------------------------------------------------------------------------------------


def _address(place: Path | str) -> str:
    return quote(place.as_posix()) if isinstance(place, Path) else place


def _result(remark: Remark, place: Path | str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _address(place)}}
    if remark.place:
        physical["region"] = {"startLine": remark.place[0], "startColumn": remark.place[1]}
    found: dict[str, Any] = {
        "ruleId": remark.code,
        "level": _LEVEL_OF[remark.severity],
        "message": {"text": remark.text},
        "locations": [{"physicalLocation": physical, "logicalLocations": [{"name": remark.subject}]}],
        "partialFingerprints": {"finding/v1": f"{remark.code}:{remark.subject}"},
    }
    if remark.waived:
        found["suppressions"] = [{"kind": "external"}]
    return found


def sarif(documents: Sequence[Mapping[str, Any]], places: Sequence[Path | str], language: str) -> str:
    """Return diagnoses as one SARIF 2.1.0 log.

    Parameters
    ----------
    documents
        Answers to ``check``.
    places
        The file of each, or the address of a Book on a server.
    language
        Of the sentences.
    """
    from rhumbline import __version__

    rules: dict[str, dict[str, Any]] = {}
    results = []
    for document, place in zip(documents, places, strict=True):
        for remark in remarks(document, place, language):
            rules.setdefault(remark.code, {"id": remark.code, "shortDescription": {"text": remark.name}})
            results.append(_result(remark, place))
    driver = {"name": "Rhumbline", "version": __version__, "rules": list(rules.values())}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


# --- GitHub -----------------------------------------------------------------------------------


def _escaped(text: str, more: str = "") -> str:
    """Escape what would end a workflow command or begin another one."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def github(documents: Sequence[Mapping[str, Any]], places: Sequence[Path | str], language: str) -> str:
    """Return diagnoses as workflow commands, which GitHub shows beside the changed lines.

    Parameters
    ----------
    documents
        Answers to ``check``.
    places
        The file of each, or the address of a Book on a server.
    language
        Of the sentences.
    """
    lines = []
    for document, place in zip(documents, places, strict=True):
        for remark in remarks(document, place, language):
            if remark.waived:
                continue
            where = f"file={_escaped(place.as_posix(), ',:')}," if isinstance(place, Path) else ""
            if remark.place:
                where += f"line={remark.place[0]},col={remark.place[1]},"
            title = _escaped(f"{remark.code} {remark.name}", ",:")
            command = _COMMAND_OF[remark.severity]
            lines.append(f"::{command} {where}title={title}::{_escaped(f'{remark.subject}: {remark.text}')}\n")
    return "".join(lines)


__all__ = ["Remark", "github", "lines_of_keys", "remarks", "sarif"]
