"""What the surroundings say about this server: the only place that reads environment variables for it.

``VARIABLES`` names every one of them; docs/reference/settings.md is written from it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from rhumbline.faces.refusals import refusal

LEVELS = ("debug", "info", "warning", "error")
FORMS = ("json", "text")
DEFAULT_URL = "http://127.0.0.1:8321"
# As long as Django wants it; what a person makes up is shorter.
SHORTEST_SECRET = 50
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_NAME = re.compile(r"\.?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable.

    Parameters
    ----------
    name
        As it is set.
    default
        What holds when it is not set, in words.
    meaning
        What it decides.
    """

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "RHUMBLINE_HOME",
        "where programs keep their data: `~/.local/share/rhumbline` on Linux",
        "The folder of this server: the SQLite database, the secret key.",
    ),
    Variable(
        "DATABASE_URL",
        "`rhumbline.sqlite3` in `RHUMBLINE_HOME`",
        "The database: `postgresql://user:password@host:5432/name`, or `sqlite:////path/to/file`. "
        "What follows a `?` goes to the driver: `?sslmode=verify-full`, `?host=/run/postgresql`.",
    ),
    Variable(
        "RHUMBLINE_SECRET_KEY",
        "the file below",
        f"Signs sessions and links; at least {SHORTEST_SECRET} characters nobody can guess. "
        "Whoever knows it can sign in as anybody.",
    ),
    Variable(
        "RHUMBLINE_SECRET_KEY_FILE",
        "`secret-key` in `RHUMBLINE_HOME`",
        "A file that holds the secret key, readable by the server only. With SQLite it is made at the first start.",
    ),
    Variable(
        "RHUMBLINE_URL",
        f"`{DEFAULT_URL}`",
        "The address people type. With `https://` cookies travel encrypted only, and browsers insist on that.",
    ),
    Variable(
        "RHUMBLINE_HOSTS",
        "this computer, and the name in `RHUMBLINE_URL`",
        "The names this server answers to, with commas between them. A request for any other name is refused.",
    ),
    Variable(
        "RHUMBLINE_PROXY",
        "nobody is believed",
        "The addresses of the proxies in front, with commas between them: they are believed who calls, and whether the "
        "way was encrypted.",
    ),
    Variable("RHUMBLINE_LOG", "`info`", "How much the log tells: `debug`, `info`, `warning` or `error`."),
    Variable(
        "RHUMBLINE_LOG_FORM",
        "`text` on a terminal, else `json`",
        "`json` for one JSON object a line, `text` for people.",
    ),
    Variable("RHUMBLINE_BODY_LIMIT", "`10000000`", "The largest request, in bytes."),
    Variable(
        "RHUMBLINE_RATE",
        "`600`",
        "How many requests one caller may make in a minute to one process of the server. 0: as many as they like.",
    ),
    Variable(
        "RHUMBLINE_SIGN_IN_RATE",
        "`10`",
        "How many times in five minutes one address, or one account, may try to sign in. 0: as often as they like.",
    ),
    Variable(
        "RHUMBLINE_METRICS_TOKEN",
        "there is no `/metrics`",
        f"Whoever sends it as a bearer token may read `/metrics`; at least {SHORTEST_SECRET} characters.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the tables are.

    Parameters
    ----------
    path
        The file of SQLite; None for PostgreSQL.
    name, user, password, host, port
        How to reach PostgreSQL.
    options
        What else its driver is told.
    """

    path: Path | None = None
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The surroundings of a server, read once and checked.

    Parameters
    ----------
    home
        The folder of this server.
    database
        Where the tables are.
    secret
        The secret key; empty while there is none.
    secret_file
        Where it is kept, or would be.
    url
        The address people type, without a slash at its end; empty when nobody said.
    hosts
        The names this server answers to.
    open_to
        Those that were named on purpose, in RHUMBLINE_HOSTS or RHUMBLINE_URL.
    proxies
        The addresses whose word counts for who calls.
    level, form
        How much the log tells, and in which form; no form: as suits who reads.
    body_limit
        Of a request, in bytes.
    rate
        Requests in a minute; 0 for as many as they like.
    sign_in_rate
        Tries in five minutes; 0 for as many as they like.
    metrics_token
        Who may read the metrics; empty for nobody.
    """

    home: Path
    database: Database
    secret: str = field(repr=False)
    secret_file: Path
    url: str
    hosts: tuple[str, ...]
    open_to: tuple[str, ...]
    proxies: tuple[str, ...]
    level: str
    form: str | None
    body_limit: int
    rate: int
    sign_in_rate: int
    metrics_token: str = field(repr=False)

    @property
    def encrypted(self) -> bool:
        """Whether people come by https."""
        return self.url.startswith("https://")


def read_configuration(environment: Mapping[str, str] | None = None) -> Configuration:
    """Return what the environment variables say about this server.

    Parameters
    ----------
    environment
        By default that of this process.

    Raises
    ------
    Refusal
        When one of them cannot be meant; it names the variable and the remedy.
    """
    given = os.environ if environment is None else environment
    home = _home(given)
    secret_file = Path(given.get("RHUMBLINE_SECRET_KEY_FILE", "").strip() or home / "secret-key")
    url = _address(given)
    named = tuple(dict.fromkeys((*_named(given), *_host_of(url))))
    return Configuration(
        home=home,
        database=_database(given, home),
        secret=_secret(given, secret_file),
        secret_file=secret_file,
        url=url,
        hosts=tuple(dict.fromkeys((*named, *_LOCAL))),
        open_to=named,
        proxies=_listed(given.get("RHUMBLINE_PROXY", "")),
        level=_one_of(given, "RHUMBLINE_LOG", LEVELS) or "info",
        form=_one_of(given, "RHUMBLINE_LOG_FORM", FORMS),
        body_limit=_number(given, "RHUMBLINE_BODY_LIMIT", 10_000_000, least=1_000),
        rate=_number(given, "RHUMBLINE_RATE", 600),
        sign_in_rate=_number(given, "RHUMBLINE_SIGN_IN_RATE", 10),
        metrics_token=_unguessable("RHUMBLINE_METRICS_TOKEN", given.get("RHUMBLINE_METRICS_TOKEN", "").strip()),
    )


# --- one by one -------------------------------------------------------------------------------


def _home(given: Mapping[str, str]) -> Path:
    if named := given.get("RHUMBLINE_HOME", "").strip():
        home = Path(named).expanduser()
        if not home.is_absolute():
            raise refusal("setting-relative", "RHUMBLINE_HOME", value=named)
        return home
    if sys.platform == "win32":
        return Path(given.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "rhumbline"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "rhumbline"
    return Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rhumbline"


def _database(given: Mapping[str, str], home: Path) -> Database:
    text = given.get("DATABASE_URL", "").strip()
    if not text:
        return Database(path=home / "rhumbline.sqlite3")
    # Nothing of the value is repeated in a refusal: it holds a password.
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise refusal("setting-database", "DATABASE_URL") from None
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path).removeprefix("/"))
        if parts.netloc or not path.is_absolute():
            raise refusal("setting-database", "DATABASE_URL")
        return Database(path=path)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise refusal("setting-database", "DATABASE_URL")
    return _postgres(parts, name, port)


def _postgres(parts: SplitResult, name: str, port: int | None) -> Database:
    options = dict(parse_qsl(parts.query))
    return Database(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=options.pop("port", "") or str(port or ""),
        options=tuple(sorted(options.items())),
    )


def _secret(given: Mapping[str, str], file: Path) -> str:
    if text := given.get("RHUMBLINE_SECRET_KEY", "").strip():
        return _unguessable("RHUMBLINE_SECRET_KEY", text)
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        if "RHUMBLINE_SECRET_KEY_FILE" in given:
            raise refusal("setting-no-file", "RHUMBLINE_SECRET_KEY_FILE", file=str(file)) from None
        return ""
    except (OSError, UnicodeDecodeError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise refusal("setting-unreadable", "RHUMBLINE_SECRET_KEY_FILE", file=str(file), problem=said) from None
    return _unguessable("RHUMBLINE_SECRET_KEY_FILE", text)


def _unguessable(variable: str, text: str) -> str:
    """Refuse a secret that is short or made of few characters; never repeat it."""
    if text and (len(text) < SHORTEST_SECRET or len(set(text)) < 8):
        raise refusal("setting-guessable", variable, shortest=SHORTEST_SECRET)
    return text


def _address(given: Mapping[str, str]) -> str:
    text = given.get("RHUMBLINE_URL", "").strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise refusal("setting-address", "RHUMBLINE_URL", value=text)
    return text


def _host_of(url: str) -> tuple[str, ...]:
    host = urlsplit(url).netloc
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return (name.lower(),) if name else ()


def _named(given: Mapping[str, str]) -> tuple[str, ...]:
    names = _listed(given.get("RHUMBLINE_HOSTS", ""))
    for name in names:
        # A star would answer to every name, and so to a stranger's page that points its own name here.
        if not _NAME.fullmatch(name):
            raise refusal("setting-host", "RHUMBLINE_HOSTS", value=name)
    return tuple(name.lower() for name in names)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,]+", text) if part)


def _one_of(given: Mapping[str, str], variable: str, choices: tuple[str, ...]) -> str | None:
    text = given.get(variable, "").strip().lower()
    if text and text not in choices:
        raise refusal("setting-choice", variable, value=text, choices=choices)
    return text or None


def _number(given: Mapping[str, str], variable: str, default: int, *, least: int = 0) -> int:
    text = given.get(variable, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise refusal("setting-number", variable, value=text, least=least)
    return int(text)


def written(variables: tuple[Variable, ...] = VARIABLES) -> str:
    """Return the variables as a table for the reference page."""
    rows = [f"| `{one.name}` | {one.default} | {one.meaning} |" for one in variables]
    return "\n".join(["| variable | when it is not set | what it decides |", "|---|---|---|", *rows]) + "\n"


__all__ = ["DEFAULT_URL", "VARIABLES", "Configuration", "Database", "Variable", "read_configuration", "written"]
