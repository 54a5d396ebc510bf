"""Who may do what, and who sees what: one table of roles, verbs and kinds; the store and every face ask it.

``Person.role`` describes what somebody is in the firm and grants nothing; these roles grant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rhumbline.book.records import KINDS


class AccessRole(StrEnum):
    """What a member of an organisation is allowed: the key to the table."""

    OWNER = "owner"
    FINANCE = "finance"
    LEAD = "lead"
    MEMBER = "member"
    ADVISOR = "advisor"
    AUDITOR = "auditor"
    GUEST = "guest"


class Verb(StrEnum):
    """What somebody may want to do with a Book.

    ``decide`` accepts or rejects proposals; ``ask`` is for answers and runs; ``undo`` is for undoing and restoring;
    ``manage`` is for members, tokens and links; ``speak`` is for anonymous feedback and responses.
    """

    READ = "read"
    WRITE = "write"
    PROPOSE = "propose"
    DECIDE = "decide"
    ASK = "ask"
    UNDO = "undo"
    AUDIT = "audit"
    MANAGE = "manage"
    ERASE = "erase"
    SPEAK = "speak"


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of a Book beside what everybody sees.

    Parameters
    ----------
    money
        Amounts of money and what is paid for an hour.
    personal
        Names, addresses and free text by or about a person.
    private
        The numbers of KPIs that were made private.
    """

    money: bool = True
    personal: bool = True
    private: bool = True

    @property
    def concealed(self) -> tuple[str, ...]:
        """The words for what is not seen."""
        return tuple(name for name in ("money", "personal", "private") if not getattr(self, name))

    def and_not_more_than(self, other: Sight) -> Sight:
        """Return what both see."""
        return Sight(
            money=self.money and other.money,
            personal=self.personal and other.personal,
            private=self.private and other.private,
        )


EVERYTHING = Sight()


@dataclass(frozen=True, slots=True)
class Authority:
    """One line of the table: what a role is for, what it may do, which kinds it may write, and what it sees."""

    about: str
    verbs: frozenset[Verb]
    writes: frozenset[str]
    sight: Sight


# Responses come in without an author only, so nobody writes or proposes one.
SPOKEN = frozenset({"response"})
_EVERY_KIND = frozenset(KINDS) - SPOKEN
_BY_LEADS = frozenset(
    {
        "actual",
        "assumption",
        "benefit",
        "capability",
        "closed_benefit",
        "commitment",
        "experiment",
        "feedback",
        "flow",
        "initiative",
        "measurement",
        "message",
        "need",
        "partner",
        "review",
        "signal",
        "system",
        "work_item",
    }
)

AUTHORITY: Mapping[AccessRole, Authority] = MappingProxyType(
    {
        AccessRole.OWNER: Authority(
            "Runs the firm: may do everything, and is the only one who lets people in, takes access away and erases.",
            frozenset(Verb),
            _EVERY_KIND,
            EVERYTHING,
        ),
        AccessRole.FINANCE: Authority(
            "Keeps budgets and plans: writes everything but the organisation itself, decides on proposals and audits.",
            frozenset(Verb) - {Verb.MANAGE, Verb.ERASE},
            _EVERY_KIND - {"organisation"},
            EVERYTHING,
        ),
        AccessRole.LEAD: Authority(
            "Leads work: keeps initiatives, what they bring and how they go up to date, and proposes the rest.",
            frozenset({Verb.READ, Verb.WRITE, Verb.PROPOSE, Verb.ASK, Verb.SPEAK}),
            _BY_LEADS,
            Sight(private=False),
        ),
        AccessRole.MEMBER: Authority(
            "Works here: sees the strategy without its money, asks, gives feedback, and proposes.",
            frozenset({Verb.READ, Verb.WRITE, Verb.PROPOSE, Verb.ASK, Verb.SPEAK}),
            frozenset({"feedback"}),
            Sight(money=False, private=False),
        ),
        AccessRole.ADVISOR: Authority(
            "Helps from outside: sees all and writes most, but decides nothing and describes nobody.",
            frozenset({Verb.READ, Verb.WRITE, Verb.PROPOSE, Verb.ASK}),
            _EVERY_KIND - {"organisation", "decision", "accepted_plan", "person"},
            EVERYTHING,
        ),
        AccessRole.AUDITOR: Authority(
            "Checks: sees all and verifies the history, and changes nothing.",
            frozenset({Verb.READ, Verb.ASK, Verb.AUDIT}),
            frozenset(),
            EVERYTHING,
        ),
        AccessRole.GUEST: Authority(
            "Holds a link that expires: reads and asks, without money, names and private numbers.",
            frozenset({Verb.READ, Verb.ASK}),
            frozenset(),
            Sight(money=False, personal=False, private=False),
        ),
    }
)


def may(role: AccessRole, verb: Verb, kind: str = "") -> bool:
    """Whether a role may do something.

    Parameters
    ----------
    role
        What somebody is in the organisation.
    verb
        What is to be done.
    kind
        The kind of record it is done to; empty asks whether there is anything at all that it may be done to.

    Raises
    ------
    KeyError
        When there is no such kind, since a misspelt one would be allowed or refused by chance.
    """
    own = AUTHORITY[role]
    if verb not in own.verbs:
        return False
    if not kind:
        return True
    if kind not in KINDS:
        raise KeyError(kind)
    if verb in (Verb.WRITE, Verb.DECIDE):
        # Accepting a proposal writes what it proposes.
        return kind in own.writes
    if verb is Verb.PROPOSE:
        return kind not in SPOKEN
    return True


def sight_of(role: AccessRole) -> Sight:
    """Return what a role sees.

    Parameters
    ----------
    role
        What somebody is in the organisation.
    """
    return AUTHORITY[role].sight


__all__ = ["AUTHORITY", "EVERYTHING", "SPOKEN", "AccessRole", "Authority", "Sight", "Verb", "may", "sight_of"]
