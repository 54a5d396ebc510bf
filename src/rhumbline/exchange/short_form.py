"""The short form of a Book file, as people write it, turned into rows in the complete form.

Everything here works on raw data, before the gate. It renames and takes apart; it never judges a
value. What the short form leaves out (keys of Benefits, dates of earlier readings) is filled in so
that the order of rows in a file never matters.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rhumbline.book.faults import words_of
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_PLURAL, Commitment, Kpi, Measurement, Partner
from rhumbline.book.records.work import STAGE_OF_STATUS
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.gate import key_of
from rhumbline.exchange.raw import (
    MOST_FINDINGS,
    MOST_ROWS,
    NO_MARK,
    Branch,
    Place,
    did_you_mean,
    mark_at,
    nearest,
    show,
    too_many_findings,
    too_many_rows,
    warning,
)
from rhumbline.exchange.values import read_value

# Notes for tests and documentation; they say nothing about the company.
ANNOTATIONS = frozenset({"case", "title", "seed", "expect"})

EFFECT = ("low", "likely", "high")


@dataclass(slots=True)
class RawRow:
    """One record to be, in the complete form, with its place and what was noticed while taking it apart."""

    kind: str
    raw: Any
    place: Place
    parent: tuple[str, str] | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A file taken apart: rows, what was noticed about the file itself, and the evaluation date as written."""

    rows: list[RawRow]
    findings: list[Finding]
    as_of: Any
    as_of_place: Place


def expand(tree: Mapping[Any, Any]) -> Expanded:
    """Take a file apart into rows in the complete form.

    Parameters
    ----------
    tree
        The whole file as raw data; short and complete form may stand side by side.
    """
    expander = _Expander(tree)
    expander.walk()
    expander.name_the_nameless()
    return Expanded(expander.rows, expander.findings, tree.get("as_of"), Place().field(tree, "as_of"))


def is_missing(value: Any) -> bool:
    """Whether a value says nothing: none, an empty text, an empty list or mapping."""
    return value is None or (isinstance(value, (str, Mapping, list, tuple)) and not value)


class _Expander:
    """Walks a file once and collects rows."""

    def __init__(self, tree: Mapping[Any, Any]) -> None:
        self.tree = tree
        self.rows: list[RawRow] = []
        self.findings: list[Finding] = []

    # --- the top level --------------------------------------------------------------------

    def walk(self) -> None:
        """Take every section apart; sections that belong to one record are read together."""
        self.organisation()
        self.strategy()
        for name, value in self.tree.items():
            if name in _TOGETHER or name in ANNOTATIONS:
                continue
            section = _SECTIONS.get(name) if isinstance(name, str) else None
            if section is not None:
                if not is_missing(value):
                    section(self, name, value)
            elif isinstance(name, str) and name in KIND_OF_PLURAL:
                if not is_missing(value):
                    self.records(name, value)
            else:
                self.unknown_section(name)
                if len(self.findings) > MOST_FINDINGS:
                    raise too_many_findings()
        if is_missing(self.tree.get("budget")) and is_missing(self.tree.get("budgets")):
            self.missing_section("budget", "Add 'budget: {cash: [10000, 10000, 0, 0]}', one amount for each period.")

    def unknown_section(self, name: Any) -> None:
        """Say that the file has a part nobody knows."""
        near = nearest(name, [*_TOGETHER, *_SECTIONS, *KIND_OF_PLURAL]) if isinstance(name, str) else None
        shown = show(name)[1:-1] if isinstance(name, str) else show(name)
        self.findings.append(
            warning(
                "unknown-field",
                Place(shown, mark_at(self.tree, name)),
                f"A Book has no part named {show(name)}; what stands there is not used.{did_you_mean(near)}",
                f"Write '{near}' if that is meant; else remove it." if near else "Remove it.",
                value=show(name),
                near=near or "",
            )
        )

    def place(self, name: str) -> Place:
        """Return the place of a section."""
        return Place(name, mark_at(self.tree, name))

    def organisation(self) -> None:
        """Put together the firm from ``organisation`` and the words beside it."""
        tree = self.tree
        given = tree.get("organisation")
        if is_missing(given):
            if is_missing(tree.get("organisations")):
                self.missing_section("organisation", "Add 'organisation: {name: Example, currency: EUR}'.")
            return
        if not isinstance(given, Mapping):
            self.rows.append(RawRow("organisation", given, self.place("organisation")))
            return
        row = RawRow("organisation", renamed(given, {}), self.place("organisation"))
        for name in ("industry", "market_clock_months"):
            if not is_missing(tree.get(name)):
                self.add_to(row, name, tree[name], mark_at(tree, name))
        if tree.get("messages") is not None and "records_messages" not in row.raw:
            row.raw.put("records_messages", True)
        self.rows.append(row)

    def missing_section(self, name: str, remedy: str) -> None:
        """Say that a part is missing that almost every question needs."""
        self.findings.append(
            Finding(
                code="missing-value",
                where=name,
                message=f"The file has no {name}; what needs it cannot be answered.",
                remedy=remedy,
                kind=name,
                numbers=FrozenMap({"field": name}),
            )
        )

    def add_to(self, row: RawRow, name: str, value: Any, mark: int, said: str = "") -> None:
        """Add a field to a row, unless the row has it already under another word."""
        if not is_missing(row.raw.get(name)):
            row.findings.append(_twice(row, name, said or name))
        else:
            row.raw.remove(name)
            row.raw.put(name, value, mark, said)

    def strategy(self) -> None:
        """Put together the strategy from ``mission`` and ``horizon``."""
        tree = self.tree
        mission, horizon = tree.get("mission"), tree.get("horizon")
        if is_missing(mission) and is_missing(horizon):
            return
        row = RawRow("strategy", Branch(), Place())
        if not is_missing(mission):
            row.raw.put("mission", mission, mark_at(tree, "mission"))
        if isinstance(horizon, Mapping):
            self.horizon(row, horizon)
        elif not is_missing(horizon):
            where = self.place("horizon")
            row.findings.append(
                _not_a_mapping(where, "horizon", horizon, "{start: 2027-01-01, periods: 4}", "strategy")
            )
        self.rows.append(row)

    def horizon(self, row: RawRow, horizon: Mapping[Any, Any]) -> None:
        """Add the first day, the number and the unit of the periods to the strategy."""
        words = {
            "start": "horizon_start",
            "periods": "periods",
            "quarters": "periods",
            "unit": "period_unit",
        }
        for name, value in horizon.items():
            mark = mark_at(horizon, name)
            if name not in words:
                row.findings.append(_unknown(Place("horizon", mark), "horizon", name, words))
            elif not is_missing(value):
                self.add_to(row, words[name], value, mark, f"horizon {name}")

    # --- lists of records -----------------------------------------------------------------

    def records(self, section: str, value: Any) -> None:
        """Take a list of records apart, each by the splitter of its kind where it has one."""
        kind = KIND_OF_PLURAL[section]
        if not isinstance(value, (list, tuple)):
            self.findings.append(
                _not_a_list(self.place(section), section, value, kind),
            )
            return
        if len(self.rows) + len(value) > MOST_ROWS:
            raise too_many_rows()
        split = _SPLITTERS.get(kind)
        for index, raw in enumerate(value):
            key = key_of(raw)
            words = f"{section} {key}" if key else f"{section} {index + 1}"
            place = Place(words, mark_at(value, index))
            if split is not None and isinstance(raw, Mapping):
                split(self, raw, place, key)
            else:
                self.rows.append(RawRow(kind, raw if not isinstance(raw, Mapping) else renamed(raw, {}), place))

    def add(self, kind: str, raw: Branch, place: Place, parent: tuple[str, str] | None = None) -> RawRow:
        """Add one row."""
        row = RawRow(kind, raw, place, parent)
        self.rows.append(row)
        if len(self.rows) > MOST_ROWS:
            raise too_many_rows()
        return row

    def kpi(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Take a KPI apart into itself and its readings."""
        row = self.add("kpi", Branch(), place)
        row.raw = self.renamed_into(row, raw, {"due_q": "due_period"}, leave=("current", "last", "history"))
        if key:
            self.readings(raw, place, key)

    def readings(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Add the earlier readings of a KPI, one cadence apart and ending before ``last``, and then the newest."""
        current, last, history = raw.get("current"), raw.get("last"), raw.get("history")
        if is_missing(current) and is_missing(last) and is_missing(history):
            return
        if not is_missing(history) and not isinstance(history, (list, tuple)):
            self.findings.append(_not_a_list(place.field(raw, "history"), "history", history, "kpi"))
            history = ()
        values = history or ()
        newest = read_value(Measurement, "at", last)
        cadence = read_value(Kpi, "cadence_days", raw.get("cadence_days")) or 31
        for index, value in enumerate(values):
            earlier = Branch()
            earlier.put("kpi", key)
            if newest is not None:
                back = timedelta(days=cadence * (len(values) - index))
                day = newest - back if newest - date.min >= back else date.min
                earlier.put("at", day, said=f"history {index + 1}")
            earlier.put("position", index + 1)
            earlier.put("value", value, mark_at(values, index), f"history {index + 1}")
            self.add("measurement", earlier, place, ("kpi", key))
        final = Branch()
        final.put("kpi", key)
        final.put("at", last, mark_at(raw, "last"), "last")
        final.put("position", len(values) + 1)
        if is_missing(current):
            final.put("value", read_value(Measurement, "value", raw.get("baseline")))
        else:
            final.put("value", current, mark_at(raw, "current"), "current")
        self.add("measurement", final, place, ("kpi", key))

    def objective(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Turn the list of KPI links of an objective into a map from KPI to weight."""
        del key
        row = self.add("objective", renamed(raw, {}), place)
        links = raw.get("kpis")
        if not isinstance(links, (list, tuple)) or not links:
            return
        weights = Branch(mark_at(raw, "kpis"))
        for index, link in enumerate(links):
            self.link(row, weights, link, place.within(f"kpis {index + 1}", mark_at(links, index)))
        row.raw["kpis"] = weights

    def link(self, row: RawRow, weights: Branch, link: Any, place: Place) -> None:
        """Add one KPI link to the weights of an objective."""
        named = link.get("kpi") if isinstance(link, Mapping) else None
        named = str(named) if isinstance(named, int) and not isinstance(named, bool) else named
        if not isinstance(named, str) or not named:
            row.findings.append(
                Finding(
                    code="malformed",
                    where=str(place),
                    message=f"A link from an objective to a KPI must name the KPI, but this is {show(link)}.",
                    remedy="Write {kpi: k1} or {kpi: k1, weight: 2}.",
                    kind="objective",
                    key=key_of(row.raw),
                    numbers=FrozenMap({"value": show(link), "field": "kpis"}),
                )
            )
            return
        if named in weights:
            row.findings.append(
                Finding(
                    code="duplicate-key",
                    where=str(place),
                    message=f"KPI {show(named)} is linked twice to the same objective.",
                    remedy="Keep one link, with the weight that is meant.",
                    kind="objective",
                    key=key_of(row.raw),
                    numbers=FrozenMap({"value": named[:80], "field": "kpis"}),
                )
            )
            return
        row.findings += [
            _unknown(place.field(link, name), "link", name, ("kpi", "weight"))
            for name in link
            if name not in ("kpi", "weight")
        ]
        weight = link.get("weight")
        weights.put(named, 1 if weight is None else weight, mark_at(link, "kpi" if weight is None else "weight"))

    def flow(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Read ``from`` and ``to`` of a data flow."""
        del key
        row = self.add("flow", Branch(), place)
        row.raw = self.renamed_into(row, raw, {"from": "source", "to": "destination"})

    def scenario(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Read ``p`` of a scenario."""
        del key
        row = self.add("scenario", Branch(), place)
        row.raw = self.renamed_into(row, raw, {"p": "probability"})

    def partner(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Take a partner apart into itself and its one commitment, if anything is said about that."""
        promised = [name for name in raw if name in _COMMITMENT_FIELDS]
        self.add("partner", renamed(raw, {}, leave=promised), place)
        if not promised or not key:
            return
        commitment = Branch()
        commitment.put("key", key)
        commitment.put("partner", key)
        for name in promised:
            commitment.put(name, raw[name], mark_at(raw, name))
        self.add("commitment", commitment, place, ("partner", key))

    def initiative(self, raw: Mapping[Any, Any], place: Place, key: str) -> None:
        """Take an initiative apart into itself, its Benefits, its milestones and its ethics review."""
        row = self.add("initiative", Branch(), place)
        row.raw = self.renamed_into(row, raw, {}, leave=("label", "status", "benefits", "milestones", "ethics"))
        self.stage(row, raw)
        if not key:
            return
        for name, take in (("benefits", self.benefit), ("milestones", self.milestone)):
            nested = raw.get(name)
            if is_missing(nested):
                continue
            if not isinstance(nested, (list, tuple)):
                self.findings.append(_not_a_list(place.field(raw, name), name, nested, "initiative", key))
                continue
            for index, item in enumerate(nested):
                take(item, place.within(f"{name} {index + 1}", mark_at(nested, index)), key)
        if not is_missing(raw.get("ethics")):
            self.ethics(raw["ethics"], place.field(raw, "ethics"), key)

    def stage(self, row: RawRow, raw: Mapping[Any, Any]) -> None:
        """Read ``status``, the short word for the stage."""
        status = raw.get("status")
        if is_missing(status):
            return
        stage = STAGE_OF_STATUS.get(status) if isinstance(status, str) else None
        if stage is not None:
            self.add_to(row, "stage", stage.value, mark_at(raw, "status"), "status")
            return
        near = nearest(status, STAGE_OF_STATUS) if isinstance(status, str) else None
        listed = ", ".join(STAGE_OF_STATUS)
        row.findings.append(
            Finding(
                code="not-allowed",
                where=str(row.place.field(raw, "status")),
                message=f"status is {show(status)}, but must be one of: {listed}.{did_you_mean(near)}",
                remedy=f"Write {near}." if near else "Write one of these words, or give the exact 'stage'.",
                kind="initiative",
                key=key_of(raw),
                numbers=FrozenMap({"value": show(status), "choices": listed, "near": near or "", "field": "status"}),
            )
        )

    def benefit(self, raw: Any, place: Place, initiative: str) -> None:
        """Read a Benefit inside its initiative; ``effect`` holds low, likely and high."""
        if not isinstance(raw, Mapping):
            self.add("benefit", raw, place, ("initiative", initiative))
            return
        row = self.add("benefit", renamed(raw, {}, leave=("effect",)), place, ("initiative", initiative))
        self.add_to(row, "initiative", initiative, NO_MARK)
        effect = raw.get("effect")
        if isinstance(effect, (list, tuple)) and len(effect) == len(EFFECT):
            for index, name in enumerate(EFFECT):
                mark = mark_at(effect, index)
                self.add_to(row, name, effect[index], mark, f"effect {index + 1} ({name})")
        elif not is_missing(effect) or all(is_missing(raw.get(name)) for name in EFFECT):
            row.findings.append(_no_effect(row, effect, mark_at(raw, "effect")))

    def milestone(self, raw: Any, place: Place, initiative: str) -> None:
        """Read a milestone inside its initiative."""
        row = self.add("work_item", raw, place, ("initiative", initiative))
        if isinstance(raw, Mapping):
            row.raw = renamed(raw, {})
            self.add_to(row, "initiative", initiative, NO_MARK)

    def ethics(self, raw: Any, place: Place, initiative: str) -> None:
        """Read the ethics review inside its initiative."""
        row = self.add("ethics_review", raw, place, ("initiative", initiative))
        if isinstance(raw, Mapping):
            row.raw = renamed(raw, {})
            self.add_to(row, "initiative", initiative, NO_MARK)

    def renamed_into(
        self, row: RawRow, raw: Mapping[Any, Any], words: Mapping[str, str], leave: Iterable[str] = ()
    ) -> Branch:
        """Return a row with its short words replaced; say where short and complete word stand side by side."""
        for short, full in words.items():
            if not is_missing(raw.get(short)) and not is_missing(raw.get(full)):
                row.findings.append(_twice(row, full, short))
        return renamed(raw, words, leave)

    # --- sections that are not lists ------------------------------------------------------

    def single(self, section: str, value: Any) -> None:
        """Read a section that is one record: the budget, the pulse."""
        kind = {"pulse": "survey"}.get(section, section)
        self.rows.append(RawRow(kind, renamed(value, {}) if isinstance(value, Mapping) else value, self.place(section)))

    def reviews(self, section: str, value: Any) -> None:
        """Read the two regular looks: at the work, and at the strategy itself."""
        if not isinstance(value, Mapping):
            self.records(section, value)
            return
        place = self.place(section)
        known = [word for kind in ("progress", "strategy") for word in (f"last_{kind}", f"{kind}_days")]
        self.findings += [_unknown(place.field(value, n), "review", n, known) for n in value if n not in known]
        for kind in ("progress", "strategy"):
            last, days = value.get(f"last_{kind}"), value.get(f"{kind}_days")
            if is_missing(last) and is_missing(days):
                continue
            row = Branch()
            row.put("key", kind)
            row.put("kind", kind)
            row.put("last", last, mark_at(value, f"last_{kind}"), f"last_{kind}")
            row.put("every_days", days, mark_at(value, f"{kind}_days"), f"{kind}_days")
            self.add("review", row, place)

    def open_findings(self, section: str, value: Any) -> None:
        """Read findings that were on record before."""
        if not isinstance(value, (list, tuple)):
            self.findings.append(_not_a_list(self.place(section), section, value, "finding_on_record"))
            return
        for index, raw in enumerate(value):
            place = Place(f"{section} {index + 1}", mark_at(value, index))
            self.rows.append(RawRow("finding_on_record", renamed(raw, {}) if isinstance(raw, Mapping) else raw, place))

    def roi_history(self, section: str, value: Any) -> None:
        """Read the monthly series; all of them have the same first month and the same length."""
        place = self.place(section)
        if not isinstance(value, Mapping):
            example = "{months: 3, first: 2026-01-31, sales: [1, 2, 3]}"
            self.findings.append(_not_a_mapping(place, section, value, example, "history"))
            return
        months, first = value.get("months"), value.get("first")
        for name, series in value.items():
            if name in ("months", "first"):
                continue
            row = Branch()
            row.put("key", name, mark_at(value, name))
            row.put("first", first, mark_at(value, "first"))
            row.put("values", series, mark_at(value, name), str(name))
            added = self.add("history", row, place.within(show(name)[1:-1] if isinstance(name, str) else show(name)))
            if isinstance(series, (list, tuple)) and months is not None and months != len(series):
                added.findings.append(_wrong_length(added, place.field(value, str(name)), months, len(series)))

    # --- keys that a file need not write --------------------------------------------------

    def name_the_nameless(self) -> None:
        """Give a key to every row whose kind can do without one in a file, independent of the order of rows."""
        groups: dict[tuple[str, str], list[RawRow]] = {}
        for row in self.rows:
            if row.kind not in _DERIVED or not isinstance(row.raw, Branch):
                continue
            if is_missing(row.raw.get("id")) and is_missing(row.raw.get("key")):
                groups.setdefault((row.kind, base_key(row.kind, row.raw)), []).append(row)
        for (kind, base), rows in groups.items():
            for row, key in zip(rows, number_apart(kind, base, [row.raw for row in rows]), strict=True):
                row.raw.remove("id")
                row.raw.remove("key")
                row.raw.put("key", key)


# --- keys -------------------------------------------------------------------------------------

_LONGEST_BASE = 72
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.\-]+")


def _fitting(text: str) -> str:
    """Return a text as it can stand in a key, with room for a number behind it."""
    slug = _NOT_IN_KEYS.sub("-", text).lstrip("-_.") or "x"
    if len(slug) <= _LONGEST_BASE:
        return slug
    return f"{slug[:63]}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}"


def _word(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return show(value)
    return value[:200] if isinstance(value, str) and value else "unnamed"


def _flow_key(raw: Mapping[str, Any]) -> str:
    pair = f"{_word(raw, 'source')}-{_word(raw, 'destination')}"
    return pair if is_missing(raw.get("object")) else f"{pair}.{_word(raw, 'object')}"


def _work_item_key(raw: Mapping[str, Any]) -> str:
    return "item" if is_missing(raw.get("initiative")) else f"{_word(raw, 'initiative')}.m"


_DERIVED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "flow": _flow_key,
    "benefit": lambda raw: f"{_word(raw, 'initiative')}.{_word(raw, 'kpi')}",
    "work_item": _work_item_key,
    "ethics_review": lambda raw: _word(raw, "initiative"),
    "commitment": lambda raw: _word(raw, "partner"),
    "message": lambda raw: _word(raw, "date"),
    "finding_on_record": lambda raw: f"{_word(raw, 'rule')}.{_word(raw, 'subject')}",
    "closed_benefit": lambda _: "closed",
}
_NUMBERED = frozenset({"work_item", "closed_benefit"})


def base_key(kind: str, raw: Mapping[str, Any]) -> str:
    """Return the key a row gets that states none, apart from the number that keeps it from others like it.

    Parameters
    ----------
    kind
        A kind whose rows need not state a key in a file.
    raw
        The row, in the complete form.
    """
    return _fitting(_DERIVED[kind](raw))


def number_apart(kind: str, base: str, raws: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a key for each of the rows that would get the same one, by what they say and not by their order.

    Parameters
    ----------
    kind
        The kind of the rows.
    base
        What their keys begin with.
    raws
        The rows, in the complete form, without keys.
    """
    order = list(range(len(raws)))
    if len(raws) > 1:
        order = sorted(order, key=lambda index: _content(raws[index]))
    if kind == "work_item":
        order = sorted(order, key=lambda index: _due_and_name(raws[index]))
    keys = [""] * len(raws)
    for number, index in enumerate(order, start=1):
        plain = base if number == 1 else f"{base}.{number}"
        keys[index] = f"{base}{number}" if kind in _NUMBERED else plain
    return keys


def _due_and_name(raw: Mapping[str, Any]) -> tuple[str, str]:
    return str(_plain(raw.get("due"))), str(_plain(raw.get("name")))


def _content(raw: Any) -> str:
    """Return what a row says as one text; equal for equal rows, whatever the order of their fields."""
    said = {name: value for name, value in raw.items() if name not in ("id", "key")}
    return json.dumps(_plain(said), sort_keys=True, ensure_ascii=True, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items() if not is_missing(item)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (str, int)) else str(value or "")


# --- small pieces -----------------------------------------------------------------------------


def renamed(raw: Mapping[Any, Any], words: Mapping[str, str], leave: Iterable[str] = ()) -> Branch:
    """Return a copy of a row with some fields renamed and some left out; positions and the file's words stay.

    Parameters
    ----------
    raw
        A row.
    words
        From the word in the file to the name of the field.
    leave
        Words to leave out.
    """
    left = frozenset(leave)
    copy = Branch(getattr(raw, "mark", NO_MARK))
    marks = raw.marks if isinstance(raw, Branch) else ()
    for index, (name, value) in enumerate(raw.items()):
        if name in left:
            continue
        mark = marks[index] if index < len(marks) else NO_MARK
        full = words.get(name, name) if isinstance(name, str) else name
        if full in copy and is_missing(value):
            continue
        copy.put(full, value, mark, name if isinstance(name, str) and full != name else "")
    return copy


def _twice(row: RawRow, name: str, said: str) -> Finding:
    words = f"'{said}' and '{name}'" if said != name else f"'{said}'"
    return Finding(
        code="duplicate-field",
        where=str(row.place.within(said)),
        message=f"{words} {'both say' if said != name else 'is given in two places, and both say'} the same thing.",
        remedy="Keep one of them.",
        kind=row.kind,
        key=key_of(row.raw),
        numbers=FrozenMap({"field": name}),
    )


def _unknown(place: Place, what: str, name: Any, known: Iterable[str]) -> Finding:
    near = nearest(name, known) if isinstance(name, str) else None
    return warning(
        "unknown-field",
        place,
        f"A {what} has no field {show(name)}; what stands there is not used.{did_you_mean(near)}",
        f"Write '{near}' if that is meant; else remove it." if near else "Remove it.",
        value=show(name),
        near=near or "",
    )


def _not_a_mapping(place: Place, name: str, value: Any, example: str, kind: str) -> Finding:
    return Finding(
        code="wrong-type",
        where=str(place),
        message=f"{name} must be a mapping of names to values, but is {show(value)}.",
        remedy=f"Write for example '{name}: {example}'.",
        kind=kind,
        numbers=FrozenMap({"field": name, "value": show(value)}),
    )


def _not_a_list(place: Place, name: str, value: Any, kind: str, key: str = "") -> Finding:
    return Finding(
        code="wrong-type",
        where=str(place),
        message=f"{name} must be a list, but is {show(value)}.",
        remedy="Begin each entry on a line of its own with '- ', or put them into square brackets.",
        kind=kind,
        key=key,
        numbers=FrozenMap({"field": name, "value": show(value)}),
    )


def _no_effect(row: RawRow, effect: Any, mark: int) -> Finding:
    missing = is_missing(effect)
    says = (
        f"effect is missing, and a {words_of('benefit')} cannot be without it."
        if missing
        else f"effect must list three numbers, low, likely and high, but is {show(effect)}."
    )
    return Finding(
        code="missing-value" if missing else "malformed",
        where=str(row.place.within("effect", mark)),
        message=says,
        remedy="Write low, likely and high, for example 'effect: [2, 5, 8]'.",
        kind="benefit",
        numbers=FrozenMap({"field": "effect", "value": show(effect)}),
    )


def _wrong_length(row: RawRow, place: Place, months: Any, length: int) -> Finding:
    return Finding(
        code="mismatch",
        where=str(place),
        message=f"The series has {length} values, but months is {show(months)}.",
        remedy="Write one value for each month, or correct 'months'.",
        kind="history",
        key=key_of(row.raw),
        numbers=FrozenMap({"field": "values", "amounts": length, "periods": show(months)}),
    )


_PARTNER_FIELDS = {described.name for described in fields_of(Partner)}
_COMMITMENT_FIELDS = {described.name for described in fields_of(Commitment)} - _PARTNER_FIELDS - {"partner"}

# Words at the top level that together make one record.
_TOGETHER = ("as_of", "organisation", "industry", "market_clock_months", "mission", "horizon")

_SECTIONS: dict[str, Callable[[_Expander, str, Any], None]] = {
    "budget": _Expander.single,
    "pulse": _Expander.single,
    "reviews": _Expander.reviews,
    "open_findings": _Expander.open_findings,
    "roi_history": _Expander.roi_history,
}

_SPLITTERS: dict[str, Callable[[_Expander, Mapping[Any, Any], Place, str], None]] = {
    "kpi": _Expander.kpi,
    "objective": _Expander.objective,
    "flow": _Expander.flow,
    "scenario": _Expander.scenario,
    "partner": _Expander.partner,
    "initiative": _Expander.initiative,
}


def known_words() -> frozenset[str]:
    """Return every word that may stand at the top level of a Book file."""
    return frozenset({*_TOGETHER, *_SECTIONS, *KIND_OF_PLURAL, *ANNOTATIONS})


__all__ = [
    "ANNOTATIONS",
    "EFFECT",
    "Expanded",
    "RawRow",
    "base_key",
    "expand",
    "is_missing",
    "known_words",
    "number_apart",
    "renamed",
]
