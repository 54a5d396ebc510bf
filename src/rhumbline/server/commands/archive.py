"""``rhumbline backup`` and ``rhumbline restore``: everything the server keeps, in one file and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.migrate import bring_up_to_date
from rhumbline.server.commands.ready import served
from rhumbline.server.commands.saying import LanguageOption, headline, next_steps, say

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The file with everything the server keeps.")]


def backup(
    file: _File,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Keep all the server knows in one file, while it runs."""
    if file.exists() and not force:
        raise refusal("replace-with-force", str(file))
    with served(secret=False):
        from rhumbline.store.archive import write_archive

        try:
            write_archive(file)
        except OSError as problem:
            raise refusal("cannot-write", str(file), problem=problem.strerror or str(problem)) from None
        counted = _counted()
    say(language, headline("backup.done", file=str(file), **counted), next_steps(restore=f"restore {file}"))
    return 0


def restore(
    file: _File,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Remove what the database holds now.")] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Bring back what a backup holds, and verify every history."""
    if not file.is_file():
        raise refusal("no-such-archive", str(file))
    with served(secret=False):
        from rhumbline.store.archive import read_archive

        bring_up_to_date()
        try:
            read_archive(file, replace=replace)
        except OSError as problem:
            raise refusal("cannot-read", str(file), problem=problem.strerror or str(problem)) from None
        counted = _counted()
    say(language, headline("restored.done", file=str(file), **counted), next_steps(up="up", doctor="doctor"))
    return 0


def _counted() -> dict[str, Any]:
    from django.db.models import Count, Sum

    from rhumbline.store.models import Organisation

    found = Organisation.objects.aggregate(organisations=Count("pk"), changes=Sum("seq"))
    return {"organisations": found["organisations"], "changes": found["changes"] or 0}


__all__ = ["backup", "restore"]
