"""The language: records, their types, bounds and units, and the Book that holds them."""

from rhumbline.book.book import Book, Change
from rhumbline.book.findings import Finding, RhumblineError

__all__ = ["Book", "Change", "Finding", "RhumblineError"]
