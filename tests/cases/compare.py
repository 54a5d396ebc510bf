"""Compare what the product says about companies with what is expected of it.

``python tests/cases/compare.py DIR`` runs every case file of a folder and prints one line per
difference; the exit code is 1 when there is any. A case file is a Book with the annotation
``expect`` (docs/reference/book-format.md); a key that a file does not state is not compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from rhumbline.book.book import Book
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.organisation import OrganisationScore, organisation_score
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.alignment.score import Score, score_quantities
from rhumbline.engines.diagnosis import CheckTerms, Diagnosis, check
from rhumbline.engines.planning import Plan, PlanTerms, plan
from rhumbline.exchange.files import read_book

SCORE_TOLERANCE = 0.1
VALUE_TOLERANCE = 1e-6
GAP_TOLERANCE = 5e-5
COST_TOLERANCE = 0.01
# A difference exactly at the tolerance, such as 0.05 printed as 0.1, is noise of binary numbers.
NOISE = 1e-9


def _number(place: str, found: float | None, expected: float, tolerance: float) -> Iterator[str]:
    if found is None or abs(found - expected) > tolerance + NOISE:
        yield f"{place}: expected {expected}, found {'nothing' if found is None else format(found, '.9g')}"


def _triple(place: str, found: Triple, expected: Iterable[float]) -> Iterator[str]:
    for name, value, wanted in zip(("low", "best", "high"), found, expected, strict=True):
        yield from _number(f"{place} {name}", 100 * value, wanted, SCORE_TOLERANCE)


def _same(place: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{place}: expected {expected}, found {found}"


def _same_set(place: str, found: Iterable[str], expected: Iterable[str]) -> Iterator[str]:
    have, want = set(found), set(expected)
    for item in sorted(want - have):
        yield f"{place}: {item} is missing"
    for item in sorted(have - want):
        yield f"{place}: {item} is too many"


def score_differences(score: Score, expect: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the score of the live work differs from what is expected."""
    organisation = score.organisation
    if "score_before" in expect:
        yield from _triple("score_before", organisation.alignment, expect["score_before"])
    for lens, expected in expect.get("lens_before", {}).items():
        yield from _triple(f"lens_before {lens}", organisation.lenses[lens].value, expected)
    for key, expected in expect.get("initiatives", {}).items():
        if key not in score.initiatives:
            yield f"initiatives {key}: not in the Book"
            continue
        yield from _triple(f"alignment {key}", score.initiatives[key].alignment, expected["alignment"])
        share = 100 * score.resource_share[key]
        yield from _number(f"resource_share {key}", share, expected["resource_share"], SCORE_TOLERANCE)
        closed = 100 * score.gap_share[key].best
        yield from _number(f"gap_share {key}", closed, expected["gap_share"], SCORE_TOLERANCE)


def after_differences(after: OrganisationScore | None, expect: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the score after the plan differs from what is expected."""
    if after is None:
        if "score_after" in expect:
            yield "score_after: there is no plan"
        return
    if "score_after" in expect:
        yield from _triple("score_after", after.alignment, expect["score_after"])
    for lens, expected in expect.get("lens_after", {}).items():
        yield from _triple(f"lens_after {lens}", after.lenses[lens].value, expected)


def finding_differences(diagnosis: Diagnosis, expect: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the findings differ from what is expected."""
    found = {f"{finding.code}:{finding.subject}": finding.severity for finding in diagnosis.findings}
    for code in sorted(set(expect.get("must_find", ())) - set(found)):
        yield f"must_find: {code} is missing"
    if "findings" in expect:
        serious = [name for name, severity in found.items() if severity != "info"]
        yield from _same_set("findings", serious, expect["findings"])
    if "info" in expect:
        yield from _same_set("info", [name for name, severity in found.items() if severity == "info"], expect["info"])
    yield from (f"rule crashed: {crash}" for crash in diagnosis.crashed)


def plan_differences(found: Plan, expect: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the plan differs from what is expected."""
    for key in sorted(set(expect.get("must_fund", ())) - set(found.starts)):
        yield f"must_fund: {key} is not funded"
    for key in sorted(set(expect.get("must_not_fund", ())) & set(found.starts)):
        yield f"must_not_fund: {key} is funded"
    if "plan" not in expect:
        return
    expected = expect["plan"]
    yield from _same("status", str(found.status), "optimal")
    starts = {key: f"Q{start}" for key, start in found.starts.items()}
    yield from _same("plan funded", starts, dict(expected["funded"]))
    yield from _same_set("plan drift", [line.initiative for line in found.reserve], expected["drift"])
    yield from _same_set("plan stopped", [line.initiative for line in found.stopped], expected["stopped"])
    yield from _same_set("plan rejected", [line.initiative for line in found.waiting], expected["rejected"])
    yield from _same("plan unique", found.unique, expected["unique"])
    yield from _number("plan objective", found.value, expected["objective"], VALUE_TOLERANCE)
    yield from _number("plan gap closed", found.gap_closed, expected["strategic_gap_closed"], GAP_TOLERANCE)
    yield from _number("plan full cost", found.cost, expected["full_cost"], COST_TOLERANCE)


def book_differences(book: Book, expect: Mapping[str, Any]) -> Iterator[str]:
    """Yield every difference between what the product says of a Book and what is expected."""
    if book.as_of is None:
        yield "as_of: the file states no date"
        return
    quantities = Quantities(book, book.as_of)
    planned = plan(book, PlanTerms())
    yield from score_differences(score_quantities(quantities), expect)
    yield from finding_differences(check(book, CheckTerms()), expect)
    yield from plan_differences(planned, expect)
    after = None
    if planned.starts or planned.value is not None:
        after = organisation_score(quantities, [*planned.starts, *(line.initiative for line in planned.reserve)])
    yield from after_differences(after, expect)


def file_differences(path: Path) -> Iterator[str]:
    """Yield every difference between what the product says of a case file and what the file expects."""
    expect = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("expect") or {}
    book, findings = read_book(path)
    yield from (f"gate: {finding.where}: {finding.message}" for finding in findings if finding.severity == "error")
    yield from book_differences(book, expect)


def main(arguments: list[str]) -> int:
    """Compare a folder of case files; return the exit code."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("Name a folder of case files: make cases DIR=...", file=sys.stderr)
        return 2
    paths = sorted(path for path in Path(arguments[0]).iterdir() if path.suffix in {".yaml", ".yml"})
    differences = 0
    for path in paths:
        for difference in file_differences(path):
            differences += 1
            print(f"{path.name}: {difference}")
    print(f"{len(paths)} companies compared, {differences} differences")
    return 1 if differences or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
