"""``rhumbline doctor``: is everything well with this server, and what is to be done where it is not?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Block, Column, Entries, Entry, Heading, Headline, Table, Tone
from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import Refusal
from rhumbline.faces.words import Words, catalogue
from rhumbline.server.commands.ready import load, reach
from rhumbline.server.commands.saying import JsonOption, LanguageOption, say
from rhumbline.server.condition import Look, State
from rhumbline.server.configuration import read_configuration

_TONES = {State.OK: Tone.GOOD, State.WARN: Tone.WARNING, State.FAIL: Tone.BAD}


def doctor(*, json: JsonOption = False, language: LanguageOption = Language.EN) -> int:
    """Is everything well with the server, and what is to be done?

    It exits with 1 when something is broken. Nothing is changed.
    """
    from rhumbline.faces.streams import document_bytes, write_bytes

    looks = _looks()
    words = Words(language.value)
    if json:
        write_bytes(document_bytes(_document(looks, words)))
    else:
        say(language, *_blocks(looks))
    return int(any(look.state is State.FAIL for look in looks))


def _looks() -> list[Look]:
    from datetime import UTC, datetime

    from rhumbline.server.condition import insides, surroundings

    try:
        configuration = read_configuration()
    except Refusal as no:
        said = " ".join(f"{finding.where}: {finding.message} {finding.remedy}" for finding in no.findings)
        return [Look("settings", State.FAIL, "settings", {"text": said})]
    load(configuration)
    return [*surroundings(configuration), *insides(configuration, datetime.now(UTC), reach)]


def _remedy(look: Look) -> Reason | None:
    code = f"doctor.remedy.{look.found}"
    return Reason(code, look.numbers) if look.state is not State.OK and code in catalogue("en") else None


def _blocks(looks: Sequence[Look]) -> tuple[Block, ...]:
    broken = sum(look.state is State.FAIL for look in looks)
    odd = sum(look.state is State.WARN for look in looks)
    code, count = ("failed", broken) if broken else ("warned", odd) if odd else ("well", 0)
    tone = Tone.BAD if broken else Tone.WARNING if odd else Tone.GOOD
    rows = tuple(
        (
            Reason(f"word.{look.state.value}"),
            Reason(f"doctor.name.{look.name}", look.numbers),
            Reason(f"doctor.found.{look.found}", look.numbers),
        )
        for look in looks
    )
    columns = (Column("column.state"), Column("column.check"), Column("column.found"))
    blocks: list[Block] = [Headline((Reason(f"doctor.{code}", {"count": count}),), tone), Table(columns, rows)]
    entries = tuple(
        Entry("", Reason(f"doctor.name.{look.name}", look.numbers), reasons=(remedy,))
        for look in looks
        if (remedy := _remedy(look)) is not None
    )
    if entries:
        blocks += [Heading(Reason("heading.remedies")), Entries(entries)]
    return tuple(blocks)


def _document(looks: Sequence[Look], words: Words) -> dict[str, Any]:
    return {
        "schema": "rhumbline.doctor/1",
        "state": max((look.state for look in looks), key=list(State).index).value,
        "checks": [
            {
                "name": look.name,
                "state": look.state.value,
                "code": look.found,
                "found": words.text(f"doctor.found.{look.found}", look.numbers),
                "remedy": words.say(remedy) if (remedy := _remedy(look)) else "",
                "numbers": dict(look.numbers),
            }
            for look in looks
        ],
    }


__all__ = ["doctor"]
