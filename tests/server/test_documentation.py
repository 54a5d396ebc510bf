"""The pages about running a server name commands, options, variables and pages that there are."""

import re
from pathlib import Path

import pytest
import typer

from rhumbline.faces.cli import application
from rhumbline.server.commands import add_to

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ["run-the-server.md", "run-several-servers.md", "keep-the-server.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)?(?:#([^)]*))?\)")


@pytest.fixture(scope="module")
def commands():
    return typer.main.get_command(application(None, add_to)).commands


def text_of(page):
    return (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_is_there(page, commands):
    found = re.findall(
        r"(?<![\w/@.-])(?:/opt/rhumbline/bin/)?rhumbline ([a-z]+)((?: (?:--[a-z-]+|[^\s`-]\S*))*)", text_of(page)
    )
    assert len(found) > 3
    for name, rest in found:
        if name not in {"rhumbline", "cd"} and name in commands:
            options = {option for parameter in commands[name].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, (name, rest)
    told = {name for name, _ in found}
    assert told & set(commands)


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_is_in_the_reference(page):
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"RHUMBLINE_[A-Z_]+", text_of(page))) <= set(re.findall(r"RHUMBLINE_[A-Z_]+", reference))


@pytest.mark.parametrize("page", [*PAGES, "../reference/settings.md"])
def test_every_link_leads_to_a_page_and_a_heading(page):
    path = (ROOT / "docs" / "how-to" / page).resolve()
    for target, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        other = path.parent / target if target else path
        assert other.exists(), target
        headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in headings}
