"""What tests of several topics share: how hard properties are tried, snapshots of answers."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Every day the same few examples, so that a change is judged by what it changes; HYPOTHESIS_PROFILE=thorough
# (which `make prove` sets) draws many new ones. Whole Books take long to draw; that is no fault of a test.
_UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("everyday", max_examples=25, derandomize=True, **_UNHURRIED)
settings.register_profile("thorough", max_examples=300, **_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))

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
