"""How the commands of the server speak: a few blocks in the language of the reader, at once and not at the end."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Blocks, Commands, Headline, Sentences, Tone
from rhumbline.faces.commands import Language

LanguageOption = Annotated[Language, typer.Option("--language", help="Language.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def say(language: Language, *blocks: Any) -> None:
    """Print blocks.

    Parameters
    ----------
    language
        Of the sentences.
    blocks
        What to say.
    """
    from rhumbline.faces.streams import write_blocks
    from rhumbline.faces.words import Words

    said: Blocks = blocks
    write_blocks(said, Words(language.value))


def sentence(code: str, **numbers: Any) -> Sentences:
    """Return one sentence."""
    return Sentences((Reason(code, numbers),))


def headline(code: str, tone: Tone = Tone.GOOD, **numbers: Any) -> Headline:
    """Return the sentence that says what a command did."""
    return Headline((Reason(code, numbers),), tone)


def next_steps(**commands: str) -> Commands:
    """Return what to try next: the command behind each code of ``next``."""
    return Commands(tuple((command, Reason(f"next.{code}")) for code, command in commands.items()))


__all__ = ["JsonOption", "LanguageOption", "headline", "next_steps", "say", "sentence"]
