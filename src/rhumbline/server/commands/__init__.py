"""The commands that run a server; they are listed at once, and the web framework is loaded when one is used."""

from __future__ import annotations

import typer

from rhumbline.server.commands import access
from rhumbline.server.commands.accounts import createowner, resetpassword
from rhumbline.server.commands.archive import backup, restore
from rhumbline.server.commands.audit import log, verify
from rhumbline.server.commands.doctor import doctor
from rhumbline.server.commands.migrate import migrate
from rhumbline.server.commands.up import up
from rhumbline.server.commands.worker import worker


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    app
        The command line.
    """
    for command in (up, worker, migrate, createowner, resetpassword, doctor, backup, restore):
        app.command(command.__name__)(command)
    audit = typer.Typer(help="Verify or read the history of a server's database.", rich_markup_mode=None)
    audit.command("verify")(verify)
    audit.command("log")(log)
    app.add_typer(audit, name="audit")
    doors = typer.Typer(help="Let members, programs and guests in, and out again.", rich_markup_mode=None)
    doors.command("member")(access.member)
    doors.command("token")(access.token)
    doors.command("link")(access.link)
    doors.command("list")(access.listed)
    doors.command("revoke")(access.revoke)
    app.add_typer(doors, name="access")


__all__ = ["add_to"]
