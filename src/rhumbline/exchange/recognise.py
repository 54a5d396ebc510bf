"""Which program a file comes from, told by its content; and one way to import any of them.

A new format is one module with a ``sniff`` and a ``read``, and one line in FORMATS.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.importers.draft import Draft, Sign, Terms
from rhumbline.exchange.importers.glance import MOST_BYTES, Glance, look
from rhumbline.exchange.importers.settling import Imported, remembered, settled
from rhumbline.exchange.raw import Refused, nearest, refused, show
from rhumbline.exchange.sheets import decoded


@dataclass(frozen=True, slots=True)
class Format:
    """One foreign format.

    Parameters
    ----------
    name, title
        The word for it on the command line, and its name for people.
    module, part
        The module that reads it, and the ending of its ``sniff`` and ``read`` where it reads several.
    becomes
        What its parts become.
    whole
        Whether its reader gives the result of the import, not a draft of it.
    """

    name: str
    title: str
    module: str
    part: str
    becomes: str
    whole: bool = False

    def function(self, verb: str) -> Callable[..., Any]:
        """Return ``sniff`` or ``read`` of this format."""
        found: Callable[..., Any] = getattr(
            import_module(f"rhumbline.exchange.importers.{self.module}"), f"{verb}_{self.part}" if self.part else verb
        )
        return found


FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format(
            "trello",
            "Trello board (JSON)",
            "trello",
            "",
            "board: initiative; cards: work items, or initiatives if they carry costs",
        ),
        Format("wekan", "WeKan board (JSON)", "wekan", "", "as Trello"),
        Format("planka", "Planka board (JSON)", "planka", "", "as Trello"),
        Format(
            "asana", "Asana tasks (CSV, Google Sheets sync)", "asana", "", "projects: initiatives; tasks: work items"
        ),
        Format("jira", "Jira issues (CSV)", "jira", "csv", "epics and projects: initiatives; other issues: work items"),
        Format("jira-rss", "Jira issues (RSS)", "jira", "rss", "as Jira CSV"),
        Format("linear", "Linear issues (CSV)", "linear", "", "projects: initiatives; issues: work items; milestones"),
        Format("github-issues", "GitHub issues (CSV)", "github", "issues", "issues: work items; milestones"),
        Format(
            "github-project",
            "GitHub project view (TSV)",
            "github",
            "view",
            "repositories: initiatives; issues: work items",
        ),
        Format(
            "openproject",
            "OpenProject work packages (CSV, XLS)",
            "openproject",
            "",
            "by type: initiatives, milestones, work items",
        ),
        Format("leantime-todos", "Leantime to-dos (CSV)", "leantime", "todos", "work items, milestones"),
        Format(
            "leantime-milestones",
            "Leantime milestones (CSV)",
            "leantime",
            "milestones",
            "projects: initiatives; milestones",
        ),
        Format(
            "leantime-timesheets",
            "Leantime timesheets (CSV)",
            "leantime",
            "timesheets",
            "projects: initiatives; hours: actuals",
        ),
        Format(
            "monday", "monday board (XLSX)", "monday", "", "groups: initiatives; items: work items; subitems: actions"
        ),
        Format("ticktick", "TickTick tasks (CSV)", "ticktick", "", "lists: initiatives; tasks: work items"),
        Format("fider", "Fider posts (CSV)", "fider", "", "initiatives in the idea stage, with votes"),
        Format(
            "msproject",
            "Microsoft Project (XML)",
            "msproject",
            "",
            "summary tasks: initiatives with costs; tasks: work items",
        ),
        Format(
            "stratml",
            "StratML plan or report (XML)",
            "stratml",
            "",
            "strategy; goals and objectives: objectives; indicators: KPIs",
        ),
        Format("burningokr", "BurningOKR (XLSX)", "okr", "burning", "objectives; key results: KPIs with readings"),
        Format("okr", "OKR sheet (CSV, XLSX)", "okr", "sheet", "objectives; key results: KPIs with readings"),
        Format(
            "xero", "Xero profit and loss (CSV)", "statements", "xero", "costs: actuals; income: KPIs with readings"
        ),
        Format("quickbooks", "QuickBooks profit and loss (CSV)", "statements", "quickbooks", "as Xero"),
        Format("wave", "Wave profit and loss (CSV)", "statements", "wave", "as Xero"),
        Format("quickbooks-journal", "QuickBooks journal (CSV)", "journals", "quickbooks", "costs: actuals"),
        Format(
            "xero-journal", "Xero journal (CSV)", "journals", "xero", "costs by tracking option or account: actuals"
        ),
        Format("bank", "Bank transactions (CSV)", "journals", "bank", "money out: actuals"),
        Format(
            "stripe", "Stripe balance report (CSV)", "stripe", "", "charges, refunds: KPIs with readings; fees: actuals"
        ),
        Format("plausible", "Plausible visitors (CSV, ZIP)", "analytics", "plausible", "KPIs with readings"),
        Format("ga4", "Google Analytics 4 report (CSV)", "analytics", "ga4", "a KPI with readings for each metric"),
        Format(
            "notion",
            "Notion database (CSV, ZIP)",
            "relations",
            "notion",
            "initiatives, by the words of its columns",
            whole=True,
        ),
        Format(
            "airtable",
            "Airtable view (CSV)",
            "relations",
            "airtable",
            "initiatives, by the words of its columns",
            whole=True,
        ),
        Format(
            "table",
            "any table (XLSX, ODS, CSV)",
            "relations",
            "table",
            "initiatives, by the words of its columns",
            whole=True,
        ),
    )
}
# Its own module has read it since before there were others: it gives a Book of its own.
PABULIB = "pabulib"
NAMES = (*FORMATS, PABULIB)
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format that a file may have: how surely, from 0 to 1, and why."""

    format: str
    confidence: float
    why: str


def recognise(data: bytes, name: str = "the file") -> list[Candidate]:
    """Return the formats that a file may have, the likeliest first; its name hardly counts.

    Parameters
    ----------
    data
        The content of the file.
    name
        What the file is called.
    """
    return _candidates(look(data, name))


def _candidates(glance: Glance) -> list[Candidate]:
    found = []
    if _is_pabulib(glance.data):
        found.append(Candidate(PABULIB, 0.95, "it begins with META and has PROJECTS"))
    if glance.problem is None:
        for form in FORMATS.values():
            sign: Sign = form.function("sniff")(glance)
            if sign.confidence >= _LEAST:
                found.append(Candidate(form.name, sign.confidence, sign.why))
    # Of two that are equally likely the one listed first: the order of the table is that of frequency.
    return sorted(found, key=lambda candidate: -candidate.confidence)


def _is_pabulib(data: bytes) -> bool:
    lines = data[:200].lstrip(b"\xef\xbb\xbf").splitlines()
    return bool(lines) and lines[0].strip() == b"META" and b"PROJECTS" in data[:1_000_000]


def import_file(
    source: str | os.PathLike[str] | bytes,
    name: str | None = None,
    as_format: str | None = None,
    into: Book | None = None,
    *,
    answers: Mapping[str, str] | None = None,
    as_of: date | None = None,
    called: str = "",
) -> Imported:
    """Return the Book that a file of another program gives, or gives together with a Book that is there already.

    Parameters
    ----------
    source
        A path, or the content of a file.
    name
        What the file is called, where only its content is given.
    as_format
        The name of its format (a key of FORMATS, or ``pabulib``); without it the content tells.
    into
        The Book to add to; without one a new Book is made.
    answers
        Answers to the questions of an earlier import, by their id.
    as_of
        The evaluation date; by default the one of the Book.
    called
        What to call the source instead of its format, where one Book takes files of two such sources.
    """
    label = name or (Path(source).name if not isinstance(source, bytes) else "the file")
    before = into or Book()
    try:
        data = source if isinstance(source, bytes) else _content(Path(source))
        if as_format is not None and as_format not in NAMES:
            raise _no_such_format(as_format)
        glance = look(data, label)
        chosen = as_format or _chosen(glance)
        if chosen == PABULIB:
            return _pabulib(data, before, as_of)
        if glance.problem is not None:
            return Imported(before, (glance.problem,), chosen, usable=False)
        terms = Terms(label, {**remembered(before), **(answers or {})}, as_of or before.as_of, called)
        return _read(FORMATS[chosen], glance, terms, into)
    except Refused as refusal:
        return Imported(before, (refusal.finding,), as_format or "", usable=False)


def _read(form: Format, glance: Glance, terms: Terms, into: Book | None) -> Imported:
    read = form.function("read")
    if form.whole:
        result: Imported = read(glance, terms, into)
        return result
    draft: Draft = read(glance, terms)
    _say_encoding(draft, glance)
    if not draft.rows:
        draft.say(
            "nothing-found",
            glance.name,
            f"The file was read as {form.title}, but nothing in it could become a record.",
            "Check that it is complete, or name another format.",
        )
    return settled(draft, into, terms.answers, terms.as_of, form=form.name, name=glance.name)


def _say_encoding(draft: Draft, glance: Glance) -> None:
    if not glance.grids or glance.data.startswith((b"PK", b"\xd0\xcf")):
        return
    encoding = decoded(glance.data)[1]
    if encoding not in ("utf-8", "utf-8-sig"):
        draft.say(
            "encoding-assumed",
            glance.name,
            f"The file is not UTF-8; it was read as {encoding}.",
            "Check a name with an accent or umlaut. If it looks wrong, save the file as 'CSV UTF-8' and try again.",
            encoding=encoding,
        )


def _chosen(glance: Glance) -> str:
    found = _candidates(glance)
    if not found or found[0].format == "table":
        _refuse_a_book(glance)
    if found:
        return found[0].format
    if glance.problem is not None:
        raise Refused(glance.problem)
    raise refused(
        "unknown-format",
        glance.name,
        "Nothing in the file says which program it comes from.",
        f"Name its format: {', '.join(NAMES)}.",
    )


_BOOK_WORDS = frozenset(("as_of", "organisation", "mission", "kpis", "objectives", "initiatives", "budget"))
_BOOK_LINE = re.compile(rf"^({'|'.join(sorted(_BOOK_WORDS))})\s*:", re.MULTILINE)


def _refuse_a_book(glance: Glance) -> None:
    """Say so when somebody imports a file that is ours already."""
    text = "" if glance.tree is not None else decoded(glance.data[:200_000])[0]
    names = set(glance.tree) if isinstance(glance.tree, Mapping) else set(_BOOK_LINE.findall(text))
    if len(names & _BOOK_WORDS) < 2:
        return
    raise refused(
        "is-a-book",
        glance.name,
        "The file is a Book already, not the export of another program.",
        "Use it as it is, for example 'rhumbline check FILE'.",
    )


def _no_such_format(word: str) -> Refused:
    near = nearest(word, NAMES)
    return refused(
        "unknown-format",
        "the format",
        f"There is no format {show(word)}.{f' Did you mean {near}?' if near else ''}",
        f"Choose one of: {', '.join(NAMES)}.",
        value=word[:80],
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refused(
                "too-big",
                path.name,
                f"The file has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are read.",
                "Export less at a time, for example one board or one year.",
                most=MOST_BYTES,
            )
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise refused(
            "unreadable",
            show(str(path)),
            f"The file cannot be read: {reason}.",
            "Check its name and folder.",
            reason=reason,
        ) from None


def _pabulib(data: bytes, before: Book, as_of: date | None) -> Imported:
    """Read a participatory budget; it is a Book of its own and is never mixed with another."""
    from rhumbline.exchange.importers.pabulib import read_pabulib

    if len(before):
        finding: Finding = refused(
            "own-book",
            "the file",
            "A participatory budget is a Book of its own: its budget and objective would stand beside those of yours.",
            "Import it without a Book to add to.",
        ).finding
        return Imported(before, (finding,), PABULIB, usable=False)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "file.pb"
        place.write_bytes(data)
        found = read_pabulib(place)
    book = found.book.replace(as_of=as_of) if as_of is not None and found.usable else found.book
    became = FrozenMap({"initiative": len(book.initiatives)}) if found.usable else FrozenMap()
    return Imported(book, found.findings, PABULIB, became, (), before.diff(book), found.held_out, usable=found.usable)


__all__ = ["FORMATS", "NAMES", "PABULIB", "Candidate", "Format", "Imported", "import_file", "recognise"]
