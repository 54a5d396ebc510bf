"""Participatory budgets in the format of pabulib.org: projects with cost and votes become a Book.

One KPI counts votes, one objective wants them, every project is a candidate whose Benefit is the
votes it got. So the plan is the set of projects with the most votes within the budget, with proof.

References
----------
Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa, Talmon (2023): Participatory
Budgeting: Data, Tools, and Analysis. IJCAI.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.files import Reading, read_mapping, text_of, unusable
from rhumbline.exchange.raw import MOST_NODES, Place, Refused, mark_of, refused, show

MOST_BYTES = 100_000_000
LONGEST_NAME = 200
LONGEST_KEY = 72

# Where META names no currency: the country's own, and else the euro.
_CURRENCIES = {
    "poland": "PLN",
    "hungary": "HUF",
    "switzerland": "CHF",
    "us": "USD",
    "usa": "USD",
    "united states": "USD",
    "united kingdom": "GBP",
    "uk": "GBP",
    "canada": "CAD",
    "czechia": "CZK",
    "czech republic": "CZK",
    "ukraine": "UAH",
    "brazil": "BRL",
    "iceland": "ISK",
    "norway": "NOK",
    "sweden": "SEK",
    "denmark": "DKK",
}
_SLUG = re.compile(r"[^A-Za-z0-9_.\-]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,71}")


def read_pabulib(path: str | Path) -> Reading:
    """Read a ``.pb`` file as a Book of candidates for one budget; what is wrong with it becomes findings.

    Parameters
    ----------
    path
        The file, in UTF-8: the sections META, PROJECTS and VOTES. The single votes are not kept.
    """
    try:
        ballot = _Ballot()
        ballot.read(text_of(Path(path), MOST_BYTES))
        tree = ballot.tree()
        reading = read_mapping(tree)
    except Refused as refusal:
        return unusable(refusal.finding)
    findings = (*ballot.findings, *reading.findings)
    return Reading(reading.book, findings, (*reading.held_out, *ballot.held_out), reading.usable)


@dataclass(frozen=True, slots=True)
class _Project:
    """One row of PROJECTS, checked: the number of its line, and its cells by column."""

    line: int
    cells: dict[str, str]

    @property
    def place(self) -> Place:
        return Place("PROJECTS", mark_of(self.line - 1, 0))


class _Ballot:
    """The parts of a file that matter, and what was noticed about them."""

    def __init__(self) -> None:
        self.meta: dict[str, str] = {}
        self.projects: list[_Project] = []
        self.findings: list[Finding] = []
        self.held_out: list[tuple[str, str]] = []

    # --- reading --------------------------------------------------------------------------

    def read(self, text: str) -> None:
        """Go through the lines of the file once; the votes themselves are passed over."""
        section = ""
        columns: list[str] = []
        for line, row in _lines(text):
            word = row[0].strip().upper() if row else ""
            if len(row) == 1 and word in ("META", "PROJECTS", "VOTES"):
                section, columns = word, []
                if section == "VOTES":
                    break
            elif not section:
                raise _not_pabulib(f"The first line should be META, but is {show(';'.join(row))}.", line)
            elif not columns:
                columns = [cell.strip().lower() for cell in row]
                self.header(section, columns, line)
            elif section == "META":
                self.meta.setdefault(row[0].strip().lower(), ";".join(row[1:]).strip())
            else:
                self.project(columns, row, line)
        self.require()

    def header(self, section: str, columns: list[str], line: int) -> None:
        """Check the names of the columns."""
        if section == "META":
            return
        for name in ("project_id", "cost"):
            if name not in columns:
                raise _not_pabulib(f"PROJECTS has no column '{name}'; it has {show(', '.join(columns))}.", line)
        if len(set(columns)) < len(columns):
            raise _not_pabulib("PROJECTS names a column twice.", line)
        if "votes" not in columns:
            raise _not_pabulib(
                f"PROJECTS has no column 'votes', so no project can be compared; it has {show(', '.join(columns))}.",
                line,
            )

    def project(self, columns: list[str], row: list[str], line: int) -> None:
        """Keep one project; a row with too few or too many cells is held out."""
        cells = [cell.strip() for cell in row]
        if len(cells) != len(columns):
            key = _key(cells[0]) if cells else ""
            self.held_out.append(("initiative", key))
            self.say(
                "malformed",
                Place("PROJECTS", mark_of(line - 1, 0)),
                f"The row has {len(cells)} cells, but there are {len(columns)} columns.",
                "Put text that contains ';' in double quotes.",
                key=key,
                amounts=len(cells),
                columns=len(columns),
            )
            return
        if len(self.projects) * 10 > MOST_NODES:
            raise _not_pabulib("PROJECTS has more rows than a plan could be made for.", line)
        self.projects.append(_Project(line, dict(zip(columns, cells, strict=True))))

    def require(self) -> None:
        """Refuse a file in which a whole part is missing."""
        if not self.meta:
            raise _not_pabulib("It has no section META with lines 'key;value'.", 1)
        if not self.projects:
            raise _not_pabulib("It has no section PROJECTS with at least one project.", 1)
        stated = self.meta.get("num_projects", "")
        if stated.isdecimal() and len(stated) < 10 and int(stated) != len(self.projects):
            self.say(
                "mismatch",
                Place("META, num_projects"),
                f"META says {stated} projects, but {len(self.projects)} are listed.",
                "Check whether rows are missing.",
                Severity.WARNING,
                amounts=len(self.projects),
                periods=int(stated),
            )

    def say(
        self,
        code: str,
        place: Place,
        message: str,
        remedy: str,
        severity: Severity = Severity.ERROR,
        key: str = "",
        **numbers: Any,
    ) -> None:
        """Add a finding about the file."""
        finding = Finding(
            code=code,
            where=str(place),
            message=message,
            remedy=remedy,
            severity=severity,
            kind="initiative" if key else "",
            key=key,
            numbers=FrozenMap(numbers),
        )
        self.findings.append(finding)

    # --- the Book -------------------------------------------------------------------------

    def tree(self) -> dict[str, Any]:
        """Return the file as raw data of a Book; the gate judges every value."""
        costs = [_number(project.cells["cost"]) for project in self.projects]
        votes = [_number(project.cells["votes"]) for project in self.projects]
        if len(costs) > 1 and all(cost == 1 for cost in costs):
            self.costs_of_one(len(costs))
        keys = self.keys()
        segments = self.segments()
        initiatives = [
            self.initiative(project, key, cost, vote, segments)
            for project, key, cost, vote in zip(self.projects, keys, costs, votes, strict=True)
        ]
        total = sum(vote for vote in votes if isinstance(vote, (int, float)) and 0 <= vote < 10**12)
        day = self.day()
        return {
            **({"as_of": day} if day else {}),
            "organisation": {"name": self.name(), "currency": self.currency()},
            "mission": "Fund what people voted for.",
            "segments": [{"id": key, "name": name, "strategic": True} for name, key in segments.items()],
            "kpis": [
                {"id": "votes", "name": "Votes for funded projects", "unit": "votes", "baseline": 0, "target": total}
            ],
            "objectives": [{"id": "votes", "name": "What people voted for", "weight": 1, "kpis": [{"kpi": "votes"}]}],
            "budget": {"cash": [_number(self.meta.get("budget", ""))], "drift": 0, "hurdle": 0},
            "initiatives": initiatives,
        }

    def initiative(
        self, project: _Project, key: str, cost: Any, votes: Any, segments: dict[str, str]
    ) -> dict[str, Any]:
        """Return one project as a candidate."""
        name = project.cells.get("name") or f"Project {project.cells['project_id']}"
        if len(name) > LONGEST_NAME:
            self.say(
                "too-long",
                project.place,
                f"The name has {len(name)} characters; it is cut to {LONGEST_NAME}.",
                "Shorten the name in the file if the cut reads badly.",
                Severity.WARNING,
                key=key,
                length=len(name),
                most=LONGEST_NAME,
            )
            name = name[: LONGEST_NAME - 3].rstrip() + "..."
        return {
            "id": key,
            "name": name,
            "mode": "exploit",
            "status": "candidate",
            "cash": [cost],
            "segments": [segments[category] for category in _categories(project)],
            "requires": {},
            "benefits": [{"kpi": "votes", "effect": [votes] * 3, "evidence": "E4"}],
        }

    def costs_of_one(self, count: int) -> None:
        """Warn that the costs cannot be what the projects cost."""
        self.say(
            "all-costs-one",
            Place("PROJECTS, cost"),
            f"All {count} projects cost 1, against a budget of {self.meta.get('budget', 'nothing')}: "
            "these are probably not their costs, so every plan that follows is worthless.",
            "Find the real costs, for example in the publication of the city, and put them into the file.",
            Severity.WARNING,
            amounts=count,
        )

    def keys(self) -> list[str]:
        """Return a key for each project: its number as far as possible as it is written."""
        taken: dict[str, str] = {}
        keys = []
        for project in self.projects:
            stated = project.cells["project_id"]
            key = _key(stated)
            number = 2
            # Two spellings may look alike as keys; the same spelling twice stays a duplicate for the gate to find.
            while taken.setdefault(key, stated) != stated:
                key = f"{_key(stated)}.{number}"
                number += 1
            keys.append(key)
        return keys

    def segments(self) -> dict[str, str]:
        """Return a key for each category, in the order of their names."""
        names = sorted({category for project in self.projects for category in _categories(project)})
        keys: dict[str, str] = {}
        for name in names:
            key, number = _key(name), 2
            while key in keys.values():
                key, number = f"{_key(name)}.{number}", number + 1
            keys[name] = key
        return keys

    def name(self) -> str:
        """Return who held the vote."""
        named = self.meta.get("description") or " ".join(
            self.meta[part] for part in ("unit", "subunit", "instance") if self.meta.get(part)
        )
        return named[:LONGEST_NAME] or "Participatory budget"

    def currency(self) -> str:
        """Return the currency; where META names none, the country's, with a warning."""
        stated = self.meta.get("currency", "").upper()
        if stated:
            return stated
        country = self.meta.get("country", "")
        assumed = _CURRENCIES.get(country.casefold(), "EUR")
        self.say(
            "missing-value",
            Place("META, currency"),
            f"META names no currency; {assumed} is assumed{f' for {show(country)}' if country else ''}.",
            f"Add the line 'currency;{assumed}', or the right one.",
            Severity.WARNING,
            used=assumed,
        )
        return assumed

    def day(self) -> date | None:
        """Return the day the vote ended, or else began, if META gives one."""
        for name, rest in (("date_end", "-12-31"), ("date_begin", "-01-01")):
            stated = self.meta.get(name, "")
            day = _day(f"{stated}{rest}" if re.fullmatch("[12][0-9]{3}", stated) else stated)
            if day is not None:
                return day
        return None


# --- small pieces -----------------------------------------------------------------------------


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a file with the number of their last line; blank lines are left out."""
    # strict=False: a lone quotation mark in a name is a letter, not an error.
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";", quotechar='"')
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise _not_pabulib(f"A line cannot be read: {error}.", reader.line_num) from None


def _not_pabulib(message: str, line: int) -> Refused:
    return refused(
        "not-pabulib",
        Place("", mark_of(max(line, 1) - 1, 0)),
        f"This is not a pabulib file as we know it. {message}",
        "A .pb file has the sections META, PROJECTS (with project_id, cost and votes) and VOTES, separated by ';'.",
    )


def _categories(project: _Project) -> list[str]:
    listed = project.cells.get("category", "").split(",")
    return list(dict.fromkeys(name.strip()[:LONGEST_NAME] for name in listed if name.strip()))


def _key(text: str) -> str:
    """Return a text as a key: as it is where it can be one, digits with a 'p' before them, else simplified."""
    stated = text.strip()
    if stated.isascii() and stated.isdecimal() and len(stated) < LONGEST_KEY:
        return f"p{stated}"
    if _KEY.fullmatch(stated):
        return stated
    # Letters without their accents: "Éco-mobilité" becomes "Eco-mobilite", not "co-mobilit".
    stated = "".join(letter for letter in unicodedata.normalize("NFKD", stated) if not unicodedata.combining(letter))
    return _SLUG.sub("-", stated).strip("-_.")[:LONGEST_KEY] or "p"


def _number(text: str) -> Any:
    """Return a number as it is written; what is none stays text, for the gate to refuse."""
    plain = text.strip()
    if re.fullmatch(r"-?[0-9]{1,300}", plain):
        return int(plain)
    if re.fullmatch(r"-?[0-9]{1,300}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?", plain):
        return float(plain)
    return plain or None


def _day(text: str) -> date | None:
    """Return a day written as 31.10.2022 or 2022-10-31."""
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text.strip(), re.ASCII)
    parts = (found[3], found[2], found[1]) if found else None
    if parts is None:
        iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text.strip(), re.ASCII)
        parts = (iso[1], iso[2], iso[3]) if iso else None
    if parts is None:
        return None
    try:
        day = date(*(int(part) for part in parts))
    except ValueError:
        return None
    return day if day.year >= 1900 else None


__all__ = ["read_pabulib"]
