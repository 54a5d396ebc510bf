"""A diagnosis as other programs show it beside the file: SARIF 2.1.0, and GitHub's workflow commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from rhumbline.book.findings import Finding
from rhumbline.book.types import Severity
from rhumbline.faces.answers import Answer
from rhumbline.faces.blocks import Said
from rhumbline.faces.telling.findings import name_of, said_by
from rhumbline.faces.telling.inputs import noticed

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


def _place_of(finding: Finding) -> tuple[int, int] | None:
    match = _PLACE.search(finding.where)
    return (int(match[1]), int(match[2])) if match else None


def remarks(answer: Answer, file: Path) -> Iterator[Remark]:
    """Yield the remarks about one file: those of the gate, then those of the rules.

    Parameters
    ----------
    answer
        The answer to ``check``.
    file
        The file it read.
    """
    words = answer.words

    def told(*parts: Said) -> str:
        return " ".join(words.said(part) for part in parts)

    for found in answer.findings:
        yield Remark(
            found.code, found.code, found.severity, told(*noticed(found)), _place_of(found), found.key or found.where
        )
    lines = _lines(file)
    for finding in answer.result.findings:
        message, _, remedy = said_by(finding)
        line = lines.get(finding.subject)
        yield Remark(
            finding.code,
            words.said(name_of(finding)),
            finding.severity,
            told(message, remedy),
            (line, 1) if line else None,
            finding.subject,
            finding.waived_until is not None,
        )


# --- SARIF ------------------------------------------------------------------------------------


def _address(file: Path) -> str:
    return quote(PurePath(file).as_posix())


def _result(remark: Remark, file: Path) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _address(file)}}
    if remark.place:
        place["region"] = {"startLine": remark.place[0], "startColumn": remark.place[1]}
    found: dict[str, Any] = {
        "ruleId": remark.code,
        "level": _LEVEL_OF[remark.severity],
        "message": {"text": remark.text},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"name": remark.subject}]}],
        "partialFingerprints": {"finding/v1": f"{remark.code}:{remark.subject}"},
    }
    if remark.waived:
        found["suppressions"] = [{"kind": "external"}]
    return found


def sarif(answers: Sequence[Answer], files: Sequence[Path]) -> str:
    """Return diagnoses as one SARIF 2.1.0 log.

    Parameters
    ----------
    answers
        Answers to ``check``.
    files
        The file of each.
    """
    from rhumbline import __version__

    rules: dict[str, dict[str, Any]] = {}
    results = []
    for answer, file in zip(answers, files, strict=True):
        for remark in remarks(answer, file):
            rules.setdefault(remark.code, {"id": remark.code, "shortDescription": {"text": remark.name}})
            results.append(_result(remark, file))
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


def github(answers: Sequence[Answer], files: Sequence[Path]) -> str:
    """Return diagnoses as workflow commands, which GitHub shows beside the changed lines.

    Parameters
    ----------
    answers
        Answers to ``check``.
    files
        The file of each.
    """
    lines = []
    for answer, file in zip(answers, files, strict=True):
        for remark in remarks(answer, file):
            if remark.waived:
                continue
            where = f"file={_escaped(PurePath(file).as_posix(), ',:')}"
            if remark.place:
                where += f",line={remark.place[0]},col={remark.place[1]}"
            title = _escaped(f"{remark.code} {remark.name}", ",:")
            command = _COMMAND_OF[remark.severity]
            lines.append(f"::{command} {where},title={title}::{_escaped(f'{remark.subject}: {remark.text}')}\n")
    return "".join(lines)


__all__ = ["Remark", "github", "lines_of_keys", "remarks", "sarif"]
