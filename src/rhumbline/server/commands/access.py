"""``rhumbline access``: lets members, programs and guests in and out, for whoever runs the server."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from rhumbline.book.authority import AccessRole
from rhumbline.faces.blocks import Cell, Column, Table
from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.accounts import address_of
from rhumbline.server.commands.audit import only
from rhumbline.server.commands.ready import served
from rhumbline.server.commands.saying import LanguageOption, headline, say, sentence
from rhumbline.server.configuration import DEFAULT_URL

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address of the account.")]
_Which = Annotated[
    str | None,
    typer.Option("--organisation", metavar="KEY", help="Its key; by default the only one.", show_default=False),
]
_Days = Annotated[int, typer.Option("--days", metavar="N", min=1, max=366, help="For how many days it is good.")]
_MemberRole = Annotated[AccessRole, typer.Argument(help="What they may do.")]


def member(
    email: _Email, role: _MemberRole, *, organisation: _Which = None, language: LanguageOption = Language.EN
) -> int:
    """Let somebody in, or give a member another role; one without an account gets a link to choose a password."""
    from rhumbline.faces.streams import write_bytes

    with served() as configuration:
        from rhumbline.store import access
        from rhumbline.store.sign_in import new_link

        address = address_of(email)
        server = _server(organisation)
        known = access.members(server).filter(user__username=address).first()
        if known is None:
            known = access.add_member(server, address, role, via="cli")
        else:
            known = access.change_member(server, known.pk, role, via="cli")
        say(language, headline("access.member", email=address, role=role.value, key=server.key))
        if not known.user.has_usable_password():
            say(language, sentence("password.link", email=address))
            url = configuration.url or DEFAULT_URL
            write_bytes(f"{url}/enter/{new_link(known.user, new_password=True)}\n".encode())
    return 0


def token(
    email: _Email,
    *,
    organisation: _Which = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", metavar="SCOPE", help="read, propose or write; may be given again.", show_default=False
        ),
    ] = None,
    days: _Days = 90,
    name: Annotated[str, typer.Option("--name", help="What it is for.")] = "command line",
    language: LanguageOption = Language.EN,
) -> int:
    """Make a key for a program, which acts for a member; it is shown this once."""
    from rhumbline.faces.streams import write_bytes

    with served():
        from django.utils import timezone

        from rhumbline.store import access
        from rhumbline.store.actors import Scope

        known = tuple(one.value for one in Scope)
        for one in scope or ():
            if one not in known:
                raise refusal("unknown-scope", "--scope", scope=one, scopes=known)
        server = _server(organisation)
        address = address_of(email)
        found = access.members(server).filter(user__username=address).first()
        if found is None:
            raise refusal("no-member", address, key=server.key)
        made, secret = access.make_token(
            server,
            found.pk,
            name,
            [Scope(one) for one in scope or ()],
            timezone.now() + timedelta(days=days),
            via="cli",
        )
        say(
            language,
            sentence("access.token", number=made.pk, email=address, scopes=tuple(made.scopes), day=made.expires.date()),
        )
        write_bytes(f"{secret}\n".encode())
    return 0


def link(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom it is for.")],
    *,
    organisation: _Which = None,
    days: _Days = 14,
    language: LanguageOption = Language.EN,
) -> int:
    """Make a key with which a guest reads and asks, without money and names; it is shown this once."""
    from rhumbline.faces.streams import write_bytes

    with served():
        from django.utils import timezone

        from rhumbline.store import access

        made, secret = access.make_link(_server(organisation), name, timezone.now() + timedelta(days=days), via="cli")
        say(language, sentence("access.link", number=made.pk, name=name, day=made.expires.date()))
        write_bytes(f"{secret}\n".encode())
    return 0


def listed(*, organisation: _Which = None, language: LanguageOption = Language.EN) -> int:
    """List members, tokens and links of an organisation, with their numbers."""
    with served(secret=False):
        from rhumbline.store import access

        server = _server(organisation)
        rows: list[tuple[Any, ...]] = [
            ("member", one.pk, one.user.email, one.role, None, None) for one in access.members(server)
        ]
        rows += [
            ("token", one.pk, one.name, ", ".join(one.scopes), one.expires, one.revoked)
            for one in access.tokens(server)
        ]
        rows += [("link", one.pk, one.name, "", one.expires, one.revoked) for one in access.links(server)]
        say(language, _table(rows))
    return 0


def revoke(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="member, token or link.")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As rhumbline access list shows it.")],
    *,
    organisation: _Which = None,
    language: LanguageOption = Language.EN,
) -> int:
    """End a membership, a token or a link at once."""
    with served(secret=False):
        from rhumbline.store import access

        ends = {"member": access.remove_member, "token": access.revoke_token, "link": access.revoke_link}
        if what not in ends:
            raise refusal("unknown-access", "WHAT", what=what, known=tuple(ends))
        ends[what](_server(organisation), number, via="cli")
        say(language, headline("access.revoked", what=what, number=number))
    return 0


# --- what they share --------------------------------------------------------------------------


def _server(organisation: str | None) -> Any:
    """Return the server itself as the one who acts: whoever may run commands here may read the database anyway."""
    from rhumbline.store.actors import system

    found = only(organisation)
    return system(found.pk, found.key)


def _table(rows: list[tuple[Any, ...]]) -> Table:
    columns = tuple(Column(f"column.{name}") for name in ("what", "number", "name", "may", "expires", "revoked"))
    return Table(columns, tuple(tuple(_cell(value) for value in row) for row in rows))


def _cell(value: Any) -> Cell:
    if value is None or value == "":
        return Cell(None)
    return Cell(value.date(), "date") if isinstance(value, datetime) else Cell(str(value), "raw")


__all__ = ["link", "listed", "member", "revoke", "token"]
