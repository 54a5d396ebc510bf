"""Makes a command of every line of the registry: its arguments and options are the fields of its terms."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from annotated_types import Ge, Le

from rhumbline import registry
from rhumbline.book.fields import Container, FieldOf, fields_of
from rhumbline.faces.words import LANGUAGES

# Every capability has these already, or the command line fills them in.
_COMMON_FIELDS = frozenset({"as_of", "without_held_out"})


class Language(StrEnum):
    """The languages an answer can be given in."""

    EN = "en"
    DE = "de"


class CheckFormat(StrEnum):
    """The forms a diagnosis can be printed in."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


assert tuple(language.value for language in Language) == LANGUAGES  # noqa: S101 - one list, two spellings


@dataclass(frozen=True, slots=True)
class Option:
    """One argument or option of a command."""

    name: str
    annotation: Any
    default: Any

    def parameter(self) -> inspect.Parameter:
        """Return it as a parameter of a function."""
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=self.default, annotation=self.annotation
        )


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(text: str | None) -> date | None:
    """Return the date an option states; raise typer's complaint about wrong usage when it is none."""
    if text is None:
        return None
    # Python also reads 2026-W48 and 20261123; a file may not be written so either.
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise typer.BadParameter(f"{text!r} is no date; write it like 2026-11-23.")


# --- from terms to options --------------------------------------------------------------------


def _word_of(field: FieldOf) -> str:
    """Return the name of an option: ``--pin`` may be given several times, and gives ``pins``."""
    name = field.name.removesuffix("s") if field.part.container is Container.LIST else field.name
    return name.replace("_", "-")


def _type_of(field: FieldOf) -> type[Any]:
    part = field.part.inner if field.part.container is Container.LIST and field.part.inner else field.part
    known = [kind for kind in part.types if kind in (bool, int, float) or issubclass(kind, Enum)]
    return known[0] if known else str


_METAVARS = {int: "N", float: "X", str: "TEXT"}


def _metavar(field: FieldOf) -> str | None:
    """Return what stands for a value in the help: the kind of record a key names, else the kind of value."""
    return field.refers.upper() if field.refers else _METAVARS.get(_type_of(field))


def _argument(field: FieldOf, text: str) -> Option:
    record = field.part.types and dataclasses.is_dataclass(field.part.types[0])
    kind: Any = Path if record else _type_of(field)
    return Option(
        field.name,
        Annotated[kind, typer.Argument(metavar=field.name.upper(), help=text, show_default=False)],
        inspect.Parameter.empty,
    )


def _option(field: FieldOf, text: str) -> Option:
    kind: Any = _type_of(field)
    if field.part.container is Container.LIST:
        annotation = Annotated[
            list[kind] | None,
            typer.Option(f"--{_word_of(field)}", metavar=_metavar(field), help=text, show_default=False),
        ]
        return Option(field.name, annotation, None)
    if field.optional:
        kind = kind | None
    least, most = field.part.mark(Ge), field.part.mark(Le)
    option = typer.Option(
        f"--{_word_of(field)}",
        metavar=_metavar(field),
        help=text,
        show_default=False,
        min=least and least.ge,
        max=most and most.le,
    )
    return Option(field.name, Annotated[kind, option], field.default)


def options_of(capability: registry.Capability) -> Iterator[Option]:
    """Yield the arguments and options that come from the terms of a capability: the required ones are arguments."""
    terms = registry.resolve(capability.terms)
    texts = registry.described(terms)
    for field in fields_of(terms):
        if field.name not in _COMMON_FIELDS:
            make = _argument if field.required else _option
            yield make(field, texts.get(field.name, ""))


def _files(capability: registry.Capability, *, may_be_left_out: bool) -> Option:
    several = capability.name == "check"
    text = "The Book: a file such as bakery.yaml." + (" Several are checked one after the other." if several else "")
    if may_be_left_out:
        # A list, because only a list may be empty before an argument that must be given.
        kind: Any = list[Path] | None
        return Option("file", Annotated[kind, typer.Argument(metavar="FILE", help=f"{text} Else the server's.")], None)
    kind = list[Path] if several else Path
    return Option("file", Annotated[kind, typer.Argument(metavar="FILE", help=text)], inspect.Parameter.empty)


def _special(capability: registry.Capability) -> Iterator[Option]:
    if capability.name == "check":
        yield Option(
            "form",
            Annotated[CheckFormat, typer.Option("--format", help="How to print it.")],
            CheckFormat.TEXT,
        )
    if capability.name == "plan":
        yield Option(
            "out",
            Annotated[
                Path | None, typer.Option("--out", metavar="PATH", help="Also write the plan as JSON to this file.")
            ],
            None,
        )


def _common() -> Iterator[Option]:
    yield Option("json", Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")], False)
    yield Option(
        "as_of",
        Annotated[
            str | None,
            typer.Option("--as-of", metavar="DATE", help="Evaluation date; by default the file's, else today."),
        ],
        None,
    )
    yield Option("language", Annotated[Language, typer.Option("--language", help="Language.")], Language.EN)
    yield Option(
        "without_held_out",
        Annotated[
            bool,
            typer.Option("--without-held-out", help="Answer although rows of the file are held out."),
        ],
        False,
    )


def command_of(
    capability: registry.Capability, answer: Callable[..., int], *, on_server: bool = False
) -> Callable[..., int]:
    """Return a function that typer can read a command from.

    Parameters
    ----------
    capability
        A line of the registry.
    answer
        Called with the capability and everything that was typed.
    on_server
        Whether a server was named, so that the file may be left out.
    """

    def command(**given: Any) -> int:
        return answer(capability, **given)

    options = (
        _files(capability, may_be_left_out=on_server),
        *options_of(capability),
        *_special(capability),
        *_common(),
    )
    # typer reads a function's signature; this is the one place where we write one (docs/decisions/0004).
    command.__signature__ = inspect.Signature([option.parameter() for option in options])  # type: ignore[attr-defined]
    command.__annotations__ = {option.name: option.annotation for option in options}
    command.__doc__ = capability.asks
    return command


__all__ = ["CheckFormat", "Language", "command_of", "day_of", "options_of"]
