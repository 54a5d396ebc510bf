"""The documentation does what it says: its commands, its programs and its changes to the source are carried out.

A page is read from top to bottom in an empty folder. The word behind a fence says what a block is:

``console``         commands after ``$`` (continued after ``>``), each followed by what it prints
``python``          a program that must run
``yaml NAME``       (or ``python NAME``) a file to write
``diff NAME``       a change to a file of the source, which is copied first

``--snapshot-update`` writes what the commands print into the page.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    "README.md",
    "docs/tutorials/first-hour.md",
    "docs/tutorials/your-own-spreadsheet.md",
    "docs/how-to/add-a-capability.md",
    "docs/how-to/add-a-field.md",
    "docs/how-to/draw-a-picture.md",
    "docs/how-to/connect-an-assistant.md",
    "docs/explanation/who-sees-what.md",
]
LINKED = [
    "docs/how-to/use-a-server-from-the-shell.md",
    "docs/how-to/use-the-python-client.md",
    "docs/reference/cli.md",
    "docs/reference/json.md",
    "docs/reference/mcp.md",
    "docs/reference/permissions.md",
]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


class Reader:
    """Carries out the blocks of one page in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.source = folder / "src"
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *command, text=None):
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, input=text, capture_output=True, text=True, check=False
        )

    def carry_out(self, kind, name, body):
        """Carry out one block and return what it should read."""
        if kind == "console":
            return self.console(body)
        if kind == "diff":
            self.change(name, body)
        elif name:
            path = self.folder / name
            if name.startswith("src/"):
                self.copy_source()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        elif kind == "python":
            done = self.run(sys.executable, "-", text=body)
            assert done.returncode == 0, done.stderr
        return body

    def console(self, body):
        said = []
        for command in re.findall(r"^\$ .*(?:\n> .*)*", body, re.MULTILINE):
            words = re.sub(r"^[$>] ", "", command, flags=re.MULTILINE)
            done = self.run("bash", "-c", words)
            assert "Traceback" not in done.stderr
            said.append(f"{command}\n{done.stdout}{done.stderr}")
        return "".join(said)

    def copy_source(self):
        if not self.source.exists():
            leave = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "src" / "rhumbline", self.source / "rhumbline", ignore=leave)
            shutil.copy(ROOT / ".importlinter", self.folder)
            self.environment["PYTHONPATH"] = str(self.source)

    def change(self, name, body):
        self.copy_source()
        path = self.folder / name
        lines = body.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} does not have exactly one place like\n{before}"
        path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(page, tmp_path, request):
    path = ROOT / page
    reader = Reader(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert FENCE.search(text)

    def carried_out(match):
        kind, name, body = match.groups()
        head = f"```{kind} {name}" if name else f"```{kind}"
        return f"{head}\n{reader.carry_out(kind, name, body)}```"

    fresh = FENCE.sub(carried_out, text)
    if request.config.getoption("--snapshot-update"):
        path.write_text(fresh, encoding="utf-8")
        return
    assert fresh == text


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_program_knows_best_is_up_to_date(make):
    for path, text in make.made().items():
        assert path.read_text(encoding="utf-8") == text, "run: python docs/make.py"


def test_the_picture_is_whole_and_has_words_for_those_who_cannot_see_it(make):
    picture = ET.fromstring(make.PICTURE.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert picture.find("svg:title", space).text
    assert picture.find("svg:desc", space).text
    assert picture.find(".//svg:script", space) is None
    assert "prefers-color-scheme: dark" in picture.find("svg:style", space).text


@pytest.mark.parametrize("page", [*PAGES, *LINKED])
def test_links_lead_somewhere(page):
    path = ROOT / page
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_contract_names_every_field_of_every_document(company, tmp_path):
    import rhumbline

    contract = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)`", contract))
    book, findings = rhumbline.read_book(company())
    wishes = {"explain": {"subject": "i1"}, "compare": {"a": "i1", "b": "i2"}}
    plan = rhumbline.plan(book)
    for capability in rhumbline.capabilities():
        if capability.name == "verify":
            from rhumbline.engines.planning.verify import claimed_of

            answer = rhumbline.verify(book, plan=claimed_of(plan.result))
        else:
            answer = rhumbline.run(capability.name, book, findings=findings, **wishes.get(capability.name, {}))
        assert answer.document["schema"] in contract
        missing = {f"{capability.name}: {field}" for field in answer.document if field not in named}
        assert missing == set()
