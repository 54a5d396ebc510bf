"""What tests of several topics share: snapshots of answers."""

import json
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


def pytest_addoption(parser):
    parser.addoption("--snapshot-update", action="store_true", help="write the snapshots anew")


@pytest.fixture
def snapshot(request):
    """Compare a document with the one that was written down, or write it down with --snapshot-update."""

    def compare(name, document):
        path = SNAPSHOTS / f"{name}.json"
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        if request.config.getoption("--snapshot-update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no snapshot {name}: read the answer, then run pytest --snapshot-update"
        assert document == json.loads(path.read_text(encoding="utf-8"))

    return compare


@pytest.fixture
def company(tmp_path):
    """Copy an example company into the test's own folder and return the file."""
    from rhumbline.faces.file_commands import companies

    def copied(name="bakery", *changes):
        text = companies()[name].read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return copied
