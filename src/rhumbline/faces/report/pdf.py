"""Turns a page into a PDF with WeasyPrint, which is an extra: it needs libraries of the system."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from rhumbline.book.findings import RhumblineError


class PdfMissing(RhumblineError):
    """A PDF was asked for where WeasyPrint or its libraries are not installed."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"A PDF needs WeasyPrint, which is not installed or does not find its libraries ({problem}): "
            "pip install 'rhumbline[pdf]', or write HTML and print it from a browser."
        )


def pdf_of(page: str) -> bytes:
    """Return a page as a tagged PDF (PDF/UA-1) that loads nothing from anywhere.

    Parameters
    ----------
    page
        HTML made for paper.
    """
    try:
        # By name: it is an extra, and its types are not there where it is not.
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as problem:  # OSError: the package is there, its libraries are not
        raise PdfMissing(str(problem).partition("\n")[0]) from problem
    # It tells of every rule that is meant for screens; on paper nobody misses them.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    # The identifier would otherwise be drawn at random, and the same report would be other bytes.
    written: bytes = weasyprint.HTML(string=page, url_fetcher=_nothing).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=b"rhumbline"
    )
    return written


def _nothing(url: str, *_more: Any, **_named: Any) -> Any:
    """Load nothing: a report carries everything it needs."""
    raise ValueError(f"a report loads nothing, not even {url}")


__all__ = ["PdfMissing", "pdf_of"]
