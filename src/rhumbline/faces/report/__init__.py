"""The report a board can read and print: one page of HTML, a PDF, a workbook; and the strategy on a page.

Every function takes a Book and the terms of a plan; the same input gives the same bytes. The engines are loaded
when a report is made, not when its commands are listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rhumbline.book.authority import EVERYTHING, Sight

if TYPE_CHECKING:
    from rhumbline.book.book import Book
    from rhumbline.book.findings import Finding
    from rhumbline.engines.planning import PlanTerms


def report_html(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> str:
    """Return the report as one HTML page without script and without anything from elsewhere.

    Parameters
    ----------
    book
        The Book.
    terms
        What the plan is asked for: date, pins, bans, scenario; ``without_held_out`` with entries held out. By
        default the best plan, with nothing asked for.
    findings
        What the gate noticed when the Book was read.
    language
        Of the sentences: ``en`` or ``de``.
    progress
        Told how far the search is; it returns whether to go on.
    sight
        What the reader sees; the report is made of the whole Book, and shows what its reader may see.
    now
        The Book of today, which says which KPIs are private, where the other one is of an earlier date.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.
    HeldOutRows
        When the report would silently miss entries.
    ConcealedBook
        When the Book lacks what its reader may not see.
    """
    from rhumbline.faces.report.contents import gather
    from rhumbline.faces.report.page import report_page

    return report_page(
        gather(book, terms, findings=findings, language=language, progress=progress, sight=sight, now=now)
    )


def report_pdf(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> bytes:
    """Return the report as a tagged PDF; raise ``PdfMissing`` where WeasyPrint is not there.

    Parameters
    ----------
    book, terms, findings, language, progress, sight, now
        As for ``report_html``.
    """
    from rhumbline.faces.report.contents import gather
    from rhumbline.faces.report.page import report_page
    from rhumbline.faces.report.pdf import pdf_of

    contents = gather(book, terms, findings=findings, language=language, progress=progress, sight=sight, now=now)
    return pdf_of(report_page(contents, paper=True))


def report_workbook(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> bytes:
    """Return the report as an XLSX workbook: plan, findings, scores, questions, provenance.

    Parameters
    ----------
    book, terms, findings, language, progress, sight, now
        As for ``report_html``.
    """
    from rhumbline.faces.report.contents import gather
    from rhumbline.faces.report.workbook import workbook_of

    return workbook_of(
        gather(book, terms, findings=findings, language=language, progress=progress, sight=sight, now=now)
    )


def onepage_html(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> str:
    """Return the strategy on one sheet of A4, as HTML.

    Parameters
    ----------
    book, terms, findings, language, progress, sight, now
        As for ``report_html``.
    """
    from rhumbline.faces.report.contents import gather
    from rhumbline.faces.report.page import onepage_page

    return onepage_page(
        gather(book, terms, findings=findings, language=language, progress=progress, sight=sight, now=now)
    )


def onepage_pdf(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> bytes:
    """Return the strategy on one sheet of A4, as PDF; raise ``PdfMissing`` where WeasyPrint is not there.

    Parameters
    ----------
    book, terms, findings, language, progress, sight, now
        As for ``report_html``.
    """
    from rhumbline.faces.report.contents import gather
    from rhumbline.faces.report.page import onepage_page
    from rhumbline.faces.report.pdf import pdf_of

    contents = gather(book, terms, findings=findings, language=language, progress=progress, sight=sight, now=now)
    return pdf_of(onepage_page(contents, paper=True))


__all__ = ["onepage_html", "onepage_pdf", "report_html", "report_pdf", "report_workbook"]
