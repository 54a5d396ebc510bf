"""The diagnosis of a Book: which rules it breaks, where, by how much, and what has been waived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, NamedTuple

from rhumbline.book.book import Book
from rhumbline.book.findings import RhumblineError, as_of_or
from rhumbline.book.types import NOTHING, DecisionKind, FrozenMap, Quotes, Severity, natural
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, Rule
from rhumbline.engines.diagnosis.rules import RULES
from rhumbline.engines.reasons import Reason

ENGINE = "diagnosis/1"

_SEVERITIES = tuple(Severity)


class SameCodeTwice(RhumblineError):
    """Two rules with one code were given, so that nobody could tell their findings apart."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"More than one rule has the code {', '.join(codes)}: give your own rule a code of its own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTerms:
    """What is asked of a check.

    Parameters
    ----------
    as_of
        The evaluation date; by default the one the Book states.
    quick
        Leave out the rules that need plans.
    """

    as_of: date | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """One rule broken at one subject, with the numbers that show it.

    Parameters
    ----------
    code
        The rule.
    severity
        How much it matters; of several hits the worst.
    subject
        What it is about. Code and subject identify a finding.
    about
        What the subject is: a kind of record, or a part of the firm such as ``portfolio``.
    evidence
        The numbers; where the rule hit the subject several times those of the worst hit, and all of them as ``cases``.
    variant
        Which of the rule's sentences says it; empty for the usual one.
    blocks
        Whether it keeps the initiative from being funded.
    waived_until
        The last day on which a decision silences it, if one does.
    own_words
        Name, ``message``, ``why`` and ``remedy`` of a rule that is not in the message catalogue.
    """

    code: str
    severity: Severity
    subject: str
    about: str = "initiative"
    evidence: FrozenMap[Any] = NOTHING
    variant: str = ""
    blocks: bool = False
    waived_until: date | None = None
    own_words: FrozenMap[str] = NOTHING

    def __str__(self) -> str:
        return f"{self.code}:{self.subject}"

    @property
    def message(self) -> Reason:
        """What was found, as a code of the message catalogue with its numbers."""
        suffix = f"_{self.variant}" if self.variant else ""
        return Reason(f"{self.code}.message{suffix}", self.evidence)

    @property
    def why(self) -> Reason:
        """Why it matters."""
        return Reason(f"{self.code}.why", self.evidence)

    @property
    def remedy(self) -> Reason:
        """What to do about it."""
        return Reason(f"{self.code}.remedy", self.evidence)


class Crash(NamedTuple):
    """A rule that could not run, and why."""

    code: str
    text: Annotated[str, Quotes()]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a check found.

    Parameters
    ----------
    as_of
        The evaluation date.
    measurable
        False when there is no money and no hours: rules about shares of resources then stay silent.
    findings
        Errors, then warnings, then infos; each by code and subject. Waived ones are included and say so.
    crashed
        Rules that could not run.
    checked
        The codes of the rules that did run.
    left_out
        The codes of the rules that a quick check leaves out.
    """

    as_of: date
    measurable: bool
    findings: tuple[RuleFinding, ...]
    crashed: tuple[Crash, ...] = ()
    checked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def standing(self) -> tuple[RuleFinding, ...]:
        """The findings that no decision waives."""
        return tuple(finding for finding in self.findings if finding.waived_until is None)

    @property
    def errors(self) -> tuple[RuleFinding, ...]:
        """The findings of severity error that no decision waives: those for which a check fails."""
        return tuple(finding for finding in self.standing if finding.severity is Severity.ERROR)

    def of(self, subject: str) -> tuple[RuleFinding, ...]:
        """Return the findings about one subject, in order."""
        return tuple(finding for finding in self.findings if finding.subject == subject)


def check(book: Book, terms: CheckTerms = CheckTerms(), rules: Sequence[Rule] = RULES) -> Diagnosis:
    """Say which rules of a sound strategy the Book breaks, where and by how much.

    Parameters
    ----------
    book
        The Book.
    terms
        The evaluation date, and whether to leave out the rules that need plans.
    rules
        The rules to apply; ``(*RULES, my_rule)`` adds one.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.
    SameCodeTwice
        When two rules have one code.
    """
    return check_facts(Facts(book, as_of_or(book.as_of, terms.as_of)), rules, quick=terms.quick)


def check_facts(facts: Facts, rules: Sequence[Rule] = RULES, *, quick: bool = False) -> Diagnosis:
    """Return the diagnosis of a Book whose facts are already at hand."""
    codes = [rule.code for rule in rules]
    if len(set(codes)) < len(codes):
        raise SameCodeTwice(sorted({code for code in codes if codes.count(code) > 1}))
    applied = [rule for rule in rules if not (quick and rule.slow)]
    findings: list[RuleFinding] = []
    crashed: list[Crash] = []
    for rule in applied:
        try:
            findings.extend(_findings(rule, facts))
        except Exception as problem:  # noqa: BLE001 - one broken rule must not hide what the others find
            crashed.append(Crash(rule.code, f"{type(problem).__name__}: {problem}"))
    broken = {crash.code for crash in crashed}
    return Diagnosis(
        as_of=facts.as_of,
        measurable=facts.measurable,
        findings=tuple(sorted(_waived(facts, findings), key=_order)),
        crashed=tuple(crashed),
        checked=tuple(rule.code for rule in applied if rule.code not in broken),
        left_out=tuple(rule.code for rule in rules if quick and rule.slow),
    )


def _order(finding: RuleFinding) -> tuple[Any, ...]:
    return (_SEVERITIES.index(finding.severity), finding.code, natural(finding.subject))


def _findings(rule: Rule, facts: Facts) -> Iterable[RuleFinding]:
    """Gather what one rule finds: several hits on one subject are one finding."""
    by_subject: dict[str, list[Hit]] = {}
    for hit in rule.find(facts):
        by_subject.setdefault(hit.subject, []).append(hit)
    return [_merged(rule, hits) for hits in by_subject.values()]


def _merged(rule: Rule, hits: list[Hit]) -> RuleFinding:
    # A stable minimum: of equally severe hits the first counts as the worst, as the rule promises.
    worst = min(hits, key=lambda hit: _SEVERITIES.index(hit.severity or rule.severity))
    cases: Mapping[str, Any] = {"cases": tuple(FrozenMap(hit.evidence) for hit in hits)} if len(hits) > 1 else {}
    return RuleFinding(
        code=rule.code,
        severity=worst.severity or rule.severity,
        subject=worst.subject,
        about=rule.about,
        evidence=FrozenMap({**worst.evidence, **cases}),
        variant=worst.variant,
        blocks=rule.blocks,
        own_words=FrozenMap(rule.own_words),
    )


def _waived(facts: Facts, findings: Iterable[RuleFinding]) -> Iterable[RuleFinding]:
    """Mark the findings that a decision silences on the evaluation date; a waiver without an end silences nothing."""
    until: dict[tuple[str, str], date] = {}
    for decision in facts.book.decisions.values():
        if decision.kind is DecisionKind.WAIVER and decision.until is not None and decision.until >= facts.as_of:
            name = (decision.rule, decision.about)
            until[name] = max(until.get(name, decision.until), decision.until)
    for finding in findings:
        last = until.get((finding.code, finding.subject))
        yield finding if last is None else replace(finding, waived_until=last)


__all__ = ["ENGINE", "CheckTerms", "Crash", "Diagnosis", "RuleFinding", "SameCodeTwice", "check", "check_facts"]
