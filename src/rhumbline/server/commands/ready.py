"""Makes a command of the server ready: its settings are read, its folder is there, the web framework is loaded.

Django is imported here inside functions only, so that the command line lists these commands without it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.server.configuration import Configuration, Database, read_configuration


@contextmanager
def served(*, secret: bool = True) -> Iterator[Configuration]:
    """Load the server for a command, and let what its database complains about end in words.

    Parameters
    ----------
    secret
        Whether the command needs the secret key; on one computer it is made when there is none.

    Raises
    ------
    Refusal
        When the settings make no sense, the server is not installed, or the database does not play along.
    """
    # What the server writes, the database first of all, is nobody else's on this computer.
    os.umask(0o077)
    configuration = read_configuration()
    make_home(configuration)
    if secret and not configuration.secret:
        make_secret(configuration)
        configuration = read_configuration()
    load(configuration)
    from django.db import Error

    try:
        reach()
        yield configuration
    except Error as error:
        raise complaint(error) from error


def load(configuration: Configuration) -> None:
    """Load the web framework with the settings of this process.

    Parameters
    ----------
    configuration
        What the environment says.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE") or "rhumbline.server.settings"
    package = "rhumbline[server]" if configuration.database.path else "rhumbline[server,postgres]"
    try:
        import django

        if configuration.database.path is None:
            import psycopg_pool  # noqa: F401 - Django would look for it later, and complain less clearly
        django.setup()
    except ImportError as missing:
        raise refusal("server-missing", "server", problem=str(missing), package=package) from missing


def reach() -> None:
    """Raise what the database says when it cannot be reached; its pool would only say that it waited in vain."""
    from django.db import connection as of_django

    connection: Any = of_django
    if connection.vendor == "postgresql":
        with connection.wrap_database_errors:
            # A connection of its own, as the pool makes them, but one whose complaint is heard.
            connection.Database.connect(**connection.get_connection_params(), connect_timeout=5).close()


# --- the folder -------------------------------------------------------------------------------


def make_home(configuration: Configuration) -> bool:
    """Make the folder of the server, for its user only; return whether it was not there.

    Parameters
    ----------
    configuration
        What the environment says.
    """
    home = configuration.home
    if home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        return False
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise refusal("home-unusable", str(home), problem=problem.strerror or str(problem)) from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise refusal("home-unusable", str(home), problem="Permission denied")
    return True


def make_secret(configuration: Configuration) -> None:
    """Make the secret key of a server on one computer, once, readable by its user only.

    Parameters
    ----------
    configuration
        What the environment says. With PostgreSQL several servers may share the database, and must share the key.
    """
    if configuration.database.path is None:
        raise refusal("secret-missing", "RHUMBLINE_SECRET_KEY")
    file = configuration.secret_file
    # Written aside and then linked: of two commands that start at once one wins, and nobody reads half a key.
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(f"{secrets.token_urlsafe(48)}\n")
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError as problem:
        raise refusal("cannot-write", str(file), problem=problem.strerror or str(problem)) from None
    finally:
        draft.unlink(missing_ok=True)


# --- the database -----------------------------------------------------------------------------


def complaint(error: Exception) -> Refusal:
    """Return what is said when the database complains.

    Parameters
    ----------
    error
        What it complained with. Neither driver puts a password into its sentences.
    """
    text = str(error).strip()
    state = getattr(error.__cause__, "sqlstate", None) or ""
    low = text.lower()
    if "disk is full" in low or state == "53100":
        return refusal("database-full", "database")
    if "readonly" in low or "read-only" in low or state == "25006":
        return refusal("database-read-only", "database")
    if "no such table" in low or "no such column" in low or state in {"42P01", "42703"}:
        return refusal("database-old", "database")
    return refusal("database-unreachable", "database", problem=text.splitlines()[0] if text else type(error).__name__)


def place(database: Database) -> str:
    """Return where the tables are, in words and without a password.

    Parameters
    ----------
    database
        The database.
    """
    if database.path is not None:
        return str(database.path)
    return f"{database.name} at {database.host or 'this computer'}"


def organisation_key(file: Path) -> str:
    """Return the name in addresses of an organisation whose Book is in a file.

    Parameters
    ----------
    file
        The file: ``Corner Bakery.yaml`` gives ``corner-bakery``.
    """
    from django.utils.text import slugify

    key = slugify(file.stem)
    if not key:
        raise refusal("organisation-key", str(file), key=file.stem)
    return key


__all__ = ["complaint", "load", "make_home", "make_secret", "organisation_key", "place", "reach", "served"]
