"""``rhumbline template``: a file to begin with, made from a company of one's own industry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import document_bytes, write_blocks, write_bytes

_Industry = Annotated[
    str | None, typer.Option("--industry", metavar="NAME", help="The template of this industry.", show_default=False)
]
_Company = Annotated[
    str | None, typer.Option("--company", metavar="NAME", help="That of an example company.", show_default=False)
]
_Form = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="xlsx, yaml, json or zip (CSV files); else xlsx.", show_default=False
    ),
]
_Out = Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Write it here; else bakery-template.xlsx.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the list, and what was written, as JSON.")]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]


def template(
    *,
    industry: _Industry = None,
    company: _Company = None,
    form: _Form = None,
    out: _Out = None,
    force: _Force = False,
    json: _Json = False,
    language: _Language = Language.EN,
) -> int:
    """Begin with a file of your industry: names are there, numbers are yours. Alone it lists them."""
    from rhumbline.exchange.templates import templates
    from rhumbline.faces.files.documents import template_document
    from rhumbline.faces.telling.files import explain_template, explain_templates
    from rhumbline.faces.words import Words

    if industry is not None and company is not None:
        raise refusal("industry-or-company", "template")
    asked = industry if company is None else company
    if asked is None and (form or out):
        raise refusal("which-template", "template")
    known = templates()
    chosen, target = (None, None) if asked is None else _written(asked, form, out, force=force)
    if json:
        write_bytes(document_bytes(template_document(known, chosen, target)))
        return 0
    blocks = explain_templates(known) if chosen is None else explain_template(chosen, target)
    write_blocks(blocks, Words(language.value), "FILE" if target is None else str(target))
    return 0


def _written(asked: str, form: str | None, out: Path | None, *, force: bool) -> tuple[Any, Path]:
    """Write a template and return it with its file."""
    from rhumbline.exchange.templates import UnknownTemplate, find_template, write_template

    try:
        chosen = find_template(asked)
    except UnknownTemplate as unknown:
        raise refusal("unknown-template", asked, text=str(unknown)) from unknown
    target = _target(chosen.name, form, out)
    if target.exists() and not force:
        raise refusal("file-is-there", str(target))
    try:
        write_template(chosen.name, target)
    except OSError as problem:
        raise refusal("cannot-write", str(target), problem=problem.strerror or str(problem)) from None
    return chosen, target


def _target(name: str, form: str | None, out: Path | None) -> Path:
    """Return where a template goes; the ending of the file and the format that was asked for must be one."""
    from rhumbline.exchange.templates import FORMATS

    ending = (out.suffix.lower().removeprefix(".") if out else "").replace("yml", "yaml")
    wanted = form or ending or "xlsx"
    if wanted not in FORMATS or (ending and ending != wanted):
        raise refusal("template-format", str(out or wanted), formats=FORMATS)
    if out is None:
        return Path(f"{name}-template.{wanted}")
    return out if ending else out.with_name(f"{out.name}.{wanted}")


__all__ = ["template"]
