"""What a rule is: a code, how much it matters, and one pure function that finds where it is broken."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rhumbline.book.types import Severity
from rhumbline.engines.diagnosis.facts import Facts

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule is broken, with the numbers that show it.

    Parameters
    ----------
    subject
        What it is about: usually the key of a record.
    evidence
        The numbers the sentence speaks of: keys, texts, numbers (shares 0..1, never percent), dates, tuples of keys.
    severity
        How much it matters here, where that differs from the rule's usual severity.
    variant
        Which of the rule's sentences says it, where the usual one does not fit.
    """

    subject: str
    evidence: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    severity: Severity | None = None
    variant: str = ""


Find = Callable[[Facts], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a sound strategy file does not do.

    Parameters
    ----------
    code
        Its name for ever, such as ``STR01``; findings, waivers and sentences refer to it.
    name
        Its name in a few words.
    severity
        How much a finding usually matters.
    find
        Yields every place where the rule is broken; of several on one subject the worst first.
    about
        What a finding is about: the kind of record, or a part of the firm such as ``portfolio``.
    trigger
        When exactly it fires; the text of the function that finds it.
    lines
        Lines of the essay on strategic alignment, from which the product was written, that ask for it.
    sources
        Keys of ``SOURCES``: who found out why it matters.
    blocks
        Whether a finding keeps the initiative from being funded.
    slow
        Whether it needs plans, and is left out of a quick check.
    own_words
        ``message``, ``why`` and ``remedy`` of a rule that is not in the message catalogue.
    """

    code: str
    name: str
    severity: Severity
    find: Find
    about: str = "initiative"
    trigger: str = ""
    lines: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    blocks: bool = False
    slow: bool = False
    own_words: Mapping[str, str] = field(default_factory=lambda: _NONE)


def rule(
    code: str,
    *,
    name: str,
    severity: Severity,
    about: str = "initiative",
    lines: tuple[int, ...] = (),
    sources: tuple[str, ...] = (),
    blocks: bool = False,
    slow: bool = False,
    **own_words: str,
) -> Callable[[Find], Rule]:
    """Make a rule of the function below it, which yields a Hit for every place where the rule is broken.

    Parameters
    ----------
    code, name, severity, about, lines, sources, blocks, slow
        As in ``Rule``.
    own_words
        ``message``, ``why`` and ``remedy``, for a rule that is not in the message catalogue.
    """

    def made(find: Find) -> Rule:
        return Rule(
            code=code,
            name=name,
            severity=severity,
            find=find,
            about=about,
            trigger=inspect.cleandoc(find.__doc__ or ""),
            lines=lines,
            sources=sources,
            blocks=blocks,
            slow=slow,
            own_words=MappingProxyType({"name": name, **own_words}) if own_words else _NONE,
        )

    return made


__all__ = ["Find", "Hit", "Rule", "rule"]
