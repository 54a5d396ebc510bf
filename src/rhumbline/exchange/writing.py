"""A Book to the plain data of a file: the short form where nothing is lost, else the complete form.

Whether the short form loses something is not argued but tried: what it would be read back as is
compared with what is to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.fields import fields_of
from rhumbline.book.records import (
    KINDS,
    Benefit,
    Commitment,
    EthicsReview,
    History,
    Initiative,
    Measurement,
    Objective,
    Organisation,
    Partner,
    Review,
    Strategy,
    Survey,
    WorkItem,
)
from rhumbline.book.records.work import STAGE_OF_STATUS, STATUS_OF_STAGE
from rhumbline.book.types import FrozenMap, SurveyKind, natural
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.short_form import base_key, expand, number_apart

Tree = dict[str, Any]


def tree_of(book: Book) -> Tree:
    """Return a Book as the plain data of a file, sections and rows in a fixed order.

    Parameters
    ----------
    book
        Any Book, consistent or not.
    """
    return _Writer(book).tree()


def plain_row(record: Any, *, key: str = "key", leave: Iterable[str] = (), always: Iterable[str] = ()) -> Tree:
    """Return the fields of a record that differ from their default, as plain data.

    Parameters
    ----------
    record
        A record or a series row.
    key
        The word for the key; empty to leave it out.
    leave, always
        Fields to leave out, and fields to write even at their default.
    """
    row: Tree = {}
    left, kept = frozenset(leave), frozenset(always)
    for described in fields_of(type(record)):
        name, value = described.name, getattr(record, described.name)
        if name in left or (name == "key" and not key):
            continue
        if name == "key" or name in kept or described.required or value != described.default:
            row[key if name == "key" else name] = plain_value(value)
    return row


def plain_value(value: Any) -> Any:
    """Return a value as a file holds it; dates stay dates."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, FrozenMap):
        return {name: plain_value(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    return value


# --- sections ---------------------------------------------------------------------------------

# Sections whose rows look the same in both forms.
_ALIKE = ("segment", "need", "signal", "capability", "system", "team", "person", "assumption", "feedback")

_ORDER = (
    "as_of",
    "horizon",
    "industry",
    "organisation",
    "organisations",
    "mission",
    "market_clock_months",
    "strategies",
    "segments",
    "needs",
    "signals",
    "kpis",
    "measurements",
    "objectives",
    "capabilities",
    "systems",
    "flows",
    "teams",
    "people",
    "budget",
    "budgets",
    "pulse",
    "surveys",
    "responses",
    "reviews",
    "initiatives",
    "assumptions",
    "scenarios",
    "partners",
    "commitments",
    "messages",
    "feedback",
)


class _Writer:
    """Collects the sections of one file."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sections: Tree = {}
        # Records that are written inside another one, by kind; the rest of their kind gets its own section.
        self.nested: dict[str, set[str]] = {}

    def tree(self) -> Tree:
        """Return the sections in their order: first those of the short form, then the rest by kind."""
        if self.book.as_of is not None:
            self.sections["as_of"] = self.book.as_of
        self.organisation()
        self.strategy()
        for kind in _ALIKE:
            self.section(kind, [plain_row(record, key="id") for record in self.book.all(kind).values()])
        self.kpis()
        self.section("objective", [_objective(record) for record in self.book.objectives.values()])
        self.section("flow", self.may_be_nameless("flow", _flow))
        self.section("scenario", [_scenario(record) for record in self.book.scenarios.values()])
        self.budget()
        self.pulse()
        self.reviews()
        self.section("initiative", [self.initiative(record) for record in self.book.initiatives.values()])
        self.section("partner", [self.partner(record) for record in self.book.all("partner").values()])
        self.messages()
        self.put("open_findings", self.may_be_nameless("finding_on_record", None))
        self.section("closed_benefit", self.may_be_nameless("closed_benefit", None))
        self.history()
        self.rest()
        ordered = sorted(self.sections, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
        return {name: self.sections[name] for name in ordered}

    def put(self, section: str, value: Any) -> None:
        """Add a section unless it is empty."""
        if value:
            self.sections[section] = value

    def section(self, kind: str, rows: list[Tree]) -> None:
        """Add the list of a kind."""
        self.put(KINDS[kind].plural, rows)

    def complete(self, kind: str, records: Iterable[Any]) -> None:
        """Add records in the complete form."""
        self.section(kind, [plain_row(record) for record in records])

    def rest(self) -> None:
        """Add, in the complete form, what no other section holds."""
        for kind, description in KINDS.items():
            if description.series:
                if kind != "measurement":
                    self.complete(kind, self.book.series.get(kind, ()))
            elif kind in _INSIDE or kind in _COMPLETE_ONLY:
                written = self.nested.get(kind, set())
                self.complete(kind, [record for key, record in self.book.all(kind).items() if key not in written])

    # --- the firm and its strategy --------------------------------------------------------

    def organisation(self) -> None:
        """Write the firm, with its industry and its clock beside it."""
        firms: list[Organisation] = list(self.book.all("organisation").values())
        if len(firms) != 1:
            self.complete("organisation", firms)
            return
        firm = firms[0]
        beside = ("industry", "market_clock_months")
        row = plain_row(firm, key="", leave=(*beside, "records_messages"))
        if firm.key != "organisation":
            row = {"id": firm.key, **row}
        if not firm.records_messages and self.book.all("message"):
            # A list of messages would say that they are recorded.
            row["records_messages"] = False
        self.sections["organisation"] = row
        for name, value in plain_row(firm, key="").items():
            if name in beside:
                self.sections[name] = value

    def strategy(self) -> None:
        """Write mission and horizon where that is all there is to the strategy."""
        versions: list[Strategy] = list(self.book.all("strategy").values())
        short = ("mission", "horizon_start", "periods", "period_unit")
        if len(versions) == 1 and versions[0].key == "strategy":
            row = plain_row(versions[0], key="")
            if row and set(row) <= set(short):
                words = {"horizon_start": "start", "periods": "periods", "period_unit": "unit"}
                self.put("mission", row.get("mission"))
                self.put("horizon", {words[name]: row[name] for name in short[1:] if name in row})
                return
        self.complete("strategy", versions)

    # --- KPIs and their readings ----------------------------------------------------------

    def kpis(self) -> None:
        """Write each KPI with its readings, and in a section of their own those that do not fit into it."""
        rows, apart = [], []
        for kpi in self.book.kpis.values():
            row = plain_row(kpi, key="id")
            if "due_period" in row:
                row = {("due_q" if name == "due_period" else name): value for name, value in row.items()}
            readings = self.book.readings(kpi.key)
            short = _readings(row, readings)
            if short is None:
                apart += list(readings)
            rows.append(row if short is None else {**row, **short})
        known = self.book.kpis
        apart += [row for row in self.book.series.get("measurement", ()) if row.kpi not in known]
        self.section("kpi", rows)
        self.complete("measurement", apart)

    # --- money, surveys, reviews ----------------------------------------------------------

    def budget(self) -> None:
        """Write the one budget as a mapping."""
        budgets = list(self.book.all("budget").values())
        if len(budgets) == 1:
            key = "" if budgets[0].key == "budget" else "id"
            self.sections["budget"] = plain_row(budgets[0], key=key)
        else:
            self.complete("budget", budgets)

    def pulse(self) -> None:
        """Write the pulse survey as a mapping, other surveys as a list."""
        surveys: list[Survey] = list(self.book.all("survey").values())
        short = [survey for survey in surveys if survey.key == "pulse" and survey.kind is SurveyKind.PULSE]
        if short:
            self.sections["pulse"] = plain_row(short[0], key="")
        self.complete("survey", [survey for survey in surveys if survey not in short])

    def reviews(self) -> None:
        """Write the two regular looks as a mapping where that is all there is."""
        reviews: list[Review] = list(self.book.reviews.values())
        row: Tree = {}
        for review in reviews:
            said = plain_row(review, key="")
            fits = review.key in ("progress", "strategy") and review.kind.value == review.key
            if not fits or not set(said) <= {"kind", "last", "every_days"} or len(said) < 2:
                self.section("review", [plain_row(each, key="id") for each in reviews])
                return
            words = {"last": f"last_{review.key}", "every_days": f"{review.key}_days"}
            row |= {words[name]: value for name, value in said.items() if name in words}
        self.put("reviews", row)

    # --- initiatives ----------------------------------------------------------------------

    def initiative(self, initiative: Initiative) -> Tree:
        """Write an initiative with what is written inside it."""
        row = plain_row(initiative, key="id", always=("kind", "stage"))
        stage = row["stage"]
        status = STATUS_OF_STAGE[stage]
        if STAGE_OF_STATUS[status] == stage:
            row = {("status" if name == "stage" else name): value for name, value in row.items()}
            row["status"] = status
        key = initiative.key
        for word, kind, records, write in (
            ("benefits", "benefit", self.book.benefits_of(key), _benefit),
            ("milestones", "work_item", self.book.milestones_of(key), _milestone),
        ):
            inside = self.inside(kind, records, write)
            row |= {word: inside} if inside else {}
        review: EthicsReview | None = self.book.all("ethics_review").get(key)
        if review is not None and review.initiative == key:
            said = plain_row(review, key="", leave=("initiative",))
            if said:
                row["ethics"] = said
                self.nested.setdefault("ethics_review", set()).add(key)
        return row

    def inside(self, kind: str, records: Sequence[Any], write: Callable[[Any], Tree]) -> list[Tree]:
        """Write records inside another one, with their keys only where they could not be told from the rest."""
        self.nested.setdefault(kind, set()).update(record.key for record in records)
        told = _nameless(kind, records)
        return [write(record) if record.key in told else {"id": record.key, **write(record)} for record in records]

    def may_be_nameless(self, kind: str, write: Callable[[Any], Tree] | None) -> list[Tree]:
        """Write the records of a kind, with their keys only where they could not be told from the rest."""
        return self.inside(kind, list(self.book.all(kind).values()), write or (lambda each: plain_row(each, key="")))

    def partner(self, partner: Partner) -> Tree:
        """Write a partner with its commitment."""
        row = plain_row(partner, key="id")
        commitment: Commitment | None = self.book.all("commitment").get(partner.key)
        if commitment is None or commitment.partner != partner.key:
            return row
        self.nested.setdefault("commitment", set()).add(partner.key)
        said = plain_row(commitment, key="", leave=("partner",))
        # Without a word about it there would be no commitment at all.
        return {**row, **(said or {"required": False})}

    def messages(self) -> None:
        """Write what leadership told the people; an empty list says that it was silent."""
        rows = self.may_be_nameless("message", None)
        firm = self.book.organisation
        silent = firm is not None and firm.records_messages and "organisation" in self.sections
        if rows or silent:
            self.sections["messages"] = rows

    def history(self) -> None:
        """Write monthly series side by side where they cover the same months."""
        series: list[History] = list(self.book.all("history").values())
        same = {(each.first, len(each.values)) for each in series}
        if len(same) == 1 and not {each.key for each in series} & {"months", "first"}:
            first, months = same.pop()
            table = {each.key: plain_value(each.values) for each in series}
            self.sections["roi_history"] = {"months": months, "first": first, **table}
        else:
            self.complete("history", series)


# Kinds that may be written inside another record, and kinds that have only the complete form.
_INSIDE = ("benefit", "work_item", "ethics_review", "commitment")
_COMPLETE_ONLY = ("experiment", "decision", "accepted_plan")


def _nameless(kind: str, records: Sequence[Any]) -> set[str]:
    """Return the keys that reading would give these records again if they were left out."""
    groups: dict[str, list[tuple[str, Tree]]] = {}
    for record in records:
        raw = plain_row(record, key="")
        groups.setdefault(base_key(kind, raw), []).append((record.key, raw))
    told: set[str] = set()
    for base, group in groups.items():
        keys = [key for key, _ in group]
        given = number_apart(kind, base, [raw for _, raw in group])
        same_set = sorted(given, key=natural) == sorted(keys, key=natural)
        by_key = dict(group)
        # Equal rows may swap their numbers: that changes nothing.
        if same_set and all(by_key[new] == raw for new, (_, raw) in zip(given, group, strict=True)):
            told.update(keys)
    return told


def _readings(row: Tree, readings: Sequence[Measurement]) -> Tree | None:
    """Return the short words for the readings of a KPI, or None where they would not read back as the same."""
    if not readings:
        return {}
    *earlier, newest = sorted(readings, key=lambda reading: reading.position)
    words: Tree = {
        "history": [plain_value(reading.value) for reading in earlier],
        "current": plain_value(newest.value),
        "last": newest.at,
    }
    words = {name: value for name, value in words.items() if value is not None and value != []}
    again = [
        read_record("measurement", found.raw)[0]
        for found in expand({"kpis": [{**row, **words}]}).rows
        if found.kind == "measurement"
    ]
    return words if sorted(map(repr, again)) == sorted(map(repr, readings)) else None


def _objective(objective: Objective) -> Tree:
    row = plain_row(objective, key="id")
    if "kpis" in row:
        links = row["kpis"].items()
        row["kpis"] = [{"kpi": kpi} if weight == 1 else {"kpi": kpi, "weight": weight} for kpi, weight in links]
    return row


def _renamed(row: Tree, words: Mapping[str, str]) -> Tree:
    return {words.get(name, name): value for name, value in row.items()}


def _flow(flow: Any) -> Tree:
    return _renamed(plain_row(flow, key=""), {"source": "from", "destination": "to"})


def _scenario(scenario: Any) -> Tree:
    return _renamed(plain_row(scenario, key="id"), {"probability": "p"})


def _benefit(benefit: Benefit) -> Tree:
    row = plain_row(benefit, key="", leave=("initiative", "low", "likely", "high"))
    effect = [plain_value(value) for value in (benefit.low, benefit.likely, benefit.high)]
    return {"kpi": row.pop("kpi"), "effect": effect, **row}


def _milestone(item: WorkItem) -> Tree:
    return plain_row(item, key="", leave=("initiative", "kind"))


__all__ = ["plain_row", "plain_value", "tree_of"]
