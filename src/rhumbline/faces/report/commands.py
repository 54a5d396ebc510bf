"""The commands that write a report: ``report`` for the board, ``brief onepage`` for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.book.findings import RhumblineError
from rhumbline.faces.commands import Language, day_of
from rhumbline.faces.refusals import refusal, refusal_of
from rhumbline.faces.streams import read, write_bytes

_REPORT_ENDINGS = (".html", ".pdf", ".xlsx")
_ONEPAGE_ENDINGS = (".html", ".pdf")

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The Book: a file such as bakery.yaml.")]
_Pin = Annotated[
    list[str] | None,
    typer.Option("--pin", metavar="INITIATIVE", help="An initiative that must be funded.", show_default=False),
]
_Ban = Annotated[
    list[str] | None,
    typer.Option("--ban", metavar="INITIATIVE", help="An initiative that must not be funded.", show_default=False),
]
_Scenario = Annotated[
    str | None, typer.Option("--scenario", metavar="SCENARIO", help="Plan for this future.", show_default=False)
]
_AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Evaluation date; by default the file's, else today."),
]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]
_Without = Annotated[bool, typer.Option("--without-held-out", help="Report although rows of the file are held out.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What was typed: which file, for which plan, in which language, and where to write."""

    file: Path
    out: Path
    endings: tuple[str, ...]
    force: bool
    as_of: str | None
    language: Language
    without_held_out: bool
    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    scenario: str | None = None


def add_to(app: typer.Typer, today: Callable[[], Any]) -> None:
    """Add the commands of the report to the command line.

    Parameters
    ----------
    app
        The command line.
    today
        Tells the day where neither the command nor the file does: only the command line reads a clock.
    """
    brief = typer.Typer(help="Tell everybody: the strategy in short.", rich_markup_mode=None)
    app.command("report")(_report_command(today))
    brief.command("onepage")(_onepage_command(today))
    # A group with a single command would be called without naming it.
    brief.callback()(_brief)
    app.add_typer(brief, name="brief")


def _brief() -> None:
    """Tell everybody: the strategy in short."""


def _report_command(today: Callable[[], Any]) -> Callable[..., int]:
    def report(
        file: _File,
        *,
        out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Write it here: .html, .pdf or .xlsx.")],
        pin: _Pin = None,
        ban: _Ban = None,
        scenario: _Scenario = None,
        as_of: _AsOf = None,
        language: _Language = Language.EN,
        without_held_out: _Without = False,
        force: _Force = False,
    ) -> int:
        """Write the report a board reads: what to fund, why, the proof."""
        wish = _Wish(
            file=file,
            out=out,
            endings=_REPORT_ENDINGS,
            force=force,
            as_of=as_of,
            language=language,
            without_held_out=without_held_out,
            pins=tuple(pin or ()),
            bans=tuple(ban or ()),
            scenario=scenario,
        )
        return _write(wish, _report_made, today)

    return report


def _onepage_command(today: Callable[[], Any]) -> Callable[..., int]:
    def onepage(
        file: _File,
        *,
        out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Write it here: .html or .pdf.")],
        as_of: _AsOf = None,
        language: _Language = Language.EN,
        without_held_out: _Without = False,
        force: _Force = False,
    ) -> int:
        """Write the strategy on one sheet: mission, objectives, what to fund and stop, five numbers."""
        wish = _Wish(
            file=file,
            out=out,
            endings=_ONEPAGE_ENDINGS,
            force=force,
            as_of=as_of,
            language=language,
            without_held_out=without_held_out,
        )
        return _write(wish, _onepage_made, today)

    return onepage


def _report_made(contents: Any, ending: str) -> bytes:
    from rhumbline.faces.report.page import report_page
    from rhumbline.faces.report.pdf import pdf_of
    from rhumbline.faces.report.workbook import workbook_of

    if ending == ".xlsx":
        return workbook_of(contents)
    if ending == ".pdf":
        return pdf_of(report_page(contents, paper=True))
    return report_page(contents).encode("utf-8", "replace")


def _onepage_made(contents: Any, ending: str) -> bytes:
    from rhumbline.faces.report.page import onepage_page
    from rhumbline.faces.report.pdf import pdf_of

    if ending == ".pdf":
        return pdf_of(onepage_page(contents, paper=True))
    return onepage_page(contents).encode("utf-8", "replace")


def _write(wish: _Wish, make: Callable[[Any, str], bytes], today: Callable[[], Any]) -> int:
    ending = wish.out.suffix.lower()
    if ending not in wish.endings:
        raise refusal("report-ending", str(wish.out), endings=wish.endings)
    if wish.out.exists() and not wish.force:
        raise refusal("file-is-there", str(wish.out))
    contents = _gathered(wish, today)
    _keep(_made(contents, ending, make, wish.out), wish.out)
    write_bytes(f"{contents.words.text('report.written.done', file=str(wish.out))}\n".encode())
    return 0


def _gathered(wish: _Wish, today: Callable[[], Any]) -> Any:
    from rhumbline.engines.planning import PlanTerms
    from rhumbline.faces.progress import watching
    from rhumbline.faces.report.contents import gather

    day = day_of(wish.as_of)
    book, findings = read(wish.file)
    if day is not None or book.as_of is None:
        book = book.replace(as_of=day or today())
    terms = PlanTerms(pins=wish.pins, bans=wish.bans, scenario=wish.scenario, without_held_out=wish.without_held_out)
    language = wish.language.value
    try:
        with watching(language, listens=True) as watch:
            return gather(book, terms, findings=findings, language=language, progress=watch)
    except RhumblineError as error:
        raise refusal_of(error, str(wish.file)) from error


def _made(contents: Any, ending: str, make: Callable[[Any, str], bytes], out: Path) -> bytes:
    from rhumbline.faces.report.pdf import PdfMissing

    try:
        return make(contents, ending)
    except PdfMissing as missing:
        raise refusal("pdf-missing", str(out), problem=missing.problem) from missing


def _keep(data: bytes, out: Path) -> None:
    """Write a file: all of it or nothing, so that an interrupted run leaves no half report."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(out)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise refusal("cannot-write", str(out), problem=problem.strerror or str(problem)) from None


__all__ = ["add_to"]
