"""``rhumbline createowner`` and ``rhumbline resetpassword``: let somebody in who cannot come in by a page."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.ready import served
from rhumbline.server.commands.saying import LanguageOption, headline, next_steps, say, sentence
from rhumbline.server.configuration import DEFAULT_URL

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address somebody signs in with.")]


def createowner(
    email: _Email,
    *,
    organisation: Annotated[str, typer.Option("--organisation", metavar="KEY", help="Which organisation they own.")],
    name: Annotated[str, typer.Option("--name", help="What the organisation is called, when it is new.")] = "",
    language: LanguageOption = Language.EN,
) -> int:
    """Make somebody an owner, with an account if they have none.

    The password of a new account is asked for, or read from standard input.
    """
    with served():
        from django.db import transaction

        address = address_of(email)
        if not _is_key(organisation):
            raise refusal("organisation-key", "--organisation", key=organisation)
        known = account(address)
        password = None if known else _new_password(language, address)
        with transaction.atomic():
            new_account(address, password)
            found, made = _organisation(organisation, name)
            make_owner(found, address)
    if made:
        say(language, sentence("owner.made_organisation", key=organisation))
    say(
        language,
        headline("owner.made" if known else "owner.made_account", email=address, key=organisation),
        next_steps(up="up"),
    )
    return 0


def resetpassword(
    email: _Email,
    *,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the new password here, instead of making a link.")
    ] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Let somebody choose a new password, by a link or here."""
    from rhumbline.faces.streams import write_bytes

    with served() as configuration:
        from rhumbline.store.sign_in import new_link

        address = address_of(email)
        user = account(address)
        if user is None:
            raise refusal("account-unknown", address)
        if ask:
            # The sessions of an account end with its password.
            user.set_password(_new_password(language, address))
            user.save(update_fields=["password"])
            say(language, headline("password.changed", email=address))
        else:
            say(language, sentence("password.link", email=address))
            # On a line of its own and never broken, so that it can be copied.
            url = configuration.url or DEFAULT_URL
            write_bytes(f"{url}/enter/{new_link(user, new_password=True)}\n".encode())
    return 0


# --- accounts ---------------------------------------------------------------------------------


def account(email: str) -> Any:
    """Return the account with an address, or None."""
    from rhumbline.store.models import User

    return User.objects.filter(username=email).first()


def new_account(email: str, password: str | None = None) -> Any:
    """Return the account with an address, made if there is none; without a password only a link opens it."""
    from rhumbline.store import access

    return access.account(email, password)


def make_owner(organisation: Any, email: str) -> None:
    """Make somebody with an account an owner of an organisation, whatever they were there before."""
    from rhumbline.book.authority import AccessRole
    from rhumbline.store import access
    from rhumbline.store.actors import system

    server = system(organisation.pk, organisation.key)
    known = access.members(server).filter(user__username=email).first()
    if known is None:
        access.add_member(server, email, AccessRole.OWNER, via="cli")
    else:
        access.change_member(server, known.pk, AccessRole.OWNER, via="cli")


def _organisation(key: str, name: str) -> tuple[Any, bool]:
    from django.utils import timezone

    from rhumbline.store.models import Organisation

    return Organisation.objects.get_or_create(key=key, defaults={"name": name or key, "created": timezone.now()})


def _is_key(key: str) -> bool:
    from django.utils.text import slugify

    return 0 < len(key) <= 80 and slugify(key) == key and "_" not in key


def address_of(email: str) -> str:
    """Return an e-mail address as accounts have it; refuse what is none."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise refusal("not-an-address", "EMAIL", email=email) from None
    return address


def _new_password(language: Language, address: str) -> str:
    """Ask for a password twice, or read one line where nobody sits at a terminal; refuse a weak one."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from rhumbline.store.models import User

    password = _asked(language)
    try:
        validate_password(password, User(username=address, email=address))
    except ValidationError as weak:
        raise refusal("password-weak", "password", problem=" ".join(weak.messages)) from None
    return password


def _asked(language: Language) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    from rhumbline.faces.words import Words

    words = Words(language.value)
    password = getpass(words.text("owner.ask") + " ")
    if getpass(words.text("owner.ask_again") + " ") != password:
        raise refusal("passwords-differ", "password")
    return password


__all__ = ["account", "address_of", "createowner", "make_owner", "new_account", "resetpassword"]
