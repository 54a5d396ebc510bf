"""Reading a Book from a file, against the parser underneath."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.companies import company
from benchmarks.measure import Figure, processor_seconds, subject
from rhumbline.exchange.files import read_book, write_book


@subject("yaml")
def yaml_files() -> Iterator[Figure]:
    """Reading and writing 200 initiatives as YAML, and the same file by the safe loader of PyYAML alone."""
    book = company(200)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "company.yaml"
        yield Figure("write YAML 200", processor_seconds(lambda: write_book(book, path)))
        ours = processor_seconds(lambda: read_book(path))
        bare = processor_seconds(lambda: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
        yield Figure("read YAML 200", ours)
        yield Figure("read YAML 200 / bare C loader", ours / bare, "x", note="checked, with line and column")
