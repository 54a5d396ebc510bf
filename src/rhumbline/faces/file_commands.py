"""The commands that deal with files: bring one in, change its format, begin with one, try an example company."""

from __future__ import annotations

import os
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.faces.files.convert_command import convert
from rhumbline.faces.files.import_command import import_file
from rhumbline.faces.files.template_command import template
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import read, write_blocks

EXAMPLE = "bakery"
_DEMO_FOLDER = Path("rhumbline-demo")


def companies() -> dict[str, Any]:
    """Return the example companies by name."""
    folder = resources.files("rhumbline.examples")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".yaml"): file for file in files if file.name.endswith(".yaml")}


# --- demo -------------------------------------------------------------------------------------


def _put(text: str, target: Path, *, force: bool) -> bool:
    """Write a file, and say whether that was needed; never replace what somebody has changed."""
    try:
        if target.exists() and not force:
            if target.read_text(encoding="utf-8") == text:
                return False
            raise refusal("demo-changed", str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise refusal("cannot-write", str(target), problem=said) from None
    return True


def somebody_watches() -> bool:
    """Whether a person sits before this terminal with a screen that can show a page.

    Without one, opening a page would start a text browser in the middle of the answer, or nothing.
    """
    graphical = sys.platform in {"darwin", "win32"} or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return graphical and sys.stdout.isatty()


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put the example.")] = _DEMO_FOLDER,
    *,
    company: Annotated[str, typer.Option("--company", help="Which example company.")] = EXAMPLE,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that somebody has changed.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print only, open nothing.")] = False,
) -> int:
    """Try Rhumbline on an example company."""
    import webbrowser

    from rhumbline.faces.answers import ask
    from rhumbline.faces.report import report_html
    from rhumbline.faces.telling.files import explain_demo
    from rhumbline.faces.words import Words

    found = companies()
    if company not in found:
        raise refusal("unknown-company", company, companies=tuple(found))
    target = folder / f"{company}.yaml"
    written = _put(found[company].read_text(encoding="utf-8"), target, force=force)
    book, findings = read(target)
    diagnosis = ask("check", book, findings=findings)
    plan = ask("plan", book, findings=findings)
    page = target.with_name(f"{company}-report.html")
    _put(report_html(book, findings=findings), page, force=True)
    write_blocks(explain_demo(diagnosis, plan, target, page, written=written), Words("en", book), str(target))
    if not no_open and somebody_watches():
        webbrowser.open(page.resolve().as_uri())
    return 0


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("import")(import_file)
    app.command("convert")(convert)
    app.command("template")(template)
    app.command("demo")(demo)


__all__ = ["EXAMPLE", "add_to", "companies"]
