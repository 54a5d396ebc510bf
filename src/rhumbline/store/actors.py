"""Who acts: in which organisation, with which role, through which key; every function of the store is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rhumbline.book.authority import AccessRole, Sight, Verb, may, sight_of
from rhumbline.book.findings import RhumblineError


class Scope(StrEnum):
    """What a key for programs was made for; somebody at a page has all of them."""

    READ = "read"
    PROPOSE = "propose"
    WRITE = "write"


# What a program may be trusted with at most; managing people and erasing are for somebody who signed in.
_VERBS: dict[Scope, frozenset[Verb]] = {
    Scope.READ: frozenset({Verb.READ, Verb.ASK, Verb.AUDIT}),
    Scope.PROPOSE: frozenset({Verb.PROPOSE, Verb.SPEAK}),
    Scope.WRITE: frozenset({Verb.WRITE, Verb.DECIDE, Verb.UNDO}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody, or a program for somebody, in one organisation.

    Parameters
    ----------
    organisation
        The number of the organisation in the database: every query goes by it.
    key
        The name of the organisation in addresses.
    role
        What decides over everything this actor may do and see.
    name
        As changes remember it: ``user:12``, ``token:5 user:12``, ``link:3``, ``anonymous`` or ``system``.
    scopes
        What the key in use was made for; None where no key is in use.
    person
        The key of the Person in the Book, where that is known.
    """

    organisation: int
    key: str
    role: AccessRole
    name: str
    scopes: frozenset[Scope] | None = None
    person: str = ""

    def may(self, verb: Verb, kind: str = "") -> bool:
        """Whether role and key both allow something; see ``authority.may``."""
        if self.scopes is not None and not any(verb in _VERBS[scope] for scope in self.scopes):
            return False
        return may(self.role, verb, kind)

    def demand(self, verb: Verb, kind: str = "") -> None:
        """Raise ``NotAllowed`` unless role and key both allow something."""
        if not self.may(verb, kind):
            raise NotAllowed(self, verb, kind)

    @property
    def sight(self) -> Sight:
        """What this actor sees."""
        return sight_of(self.role)


class NotAllowed(RhumblineError):
    """The role or the key of somebody inside an organisation does not allow what they want."""

    def __init__(self, actor: Actor, verb: Verb, kind: str = "") -> None:
        self.verb, self.kind = verb, kind
        what = f"{verb.value} {kind.replace('_', ' ')}".strip()
        by_role = not may(actor.role, verb, kind)
        lacks = f"the role {actor.role.value}" if by_role else "the scope of this token"
        remedy = (
            "Ask an owner for another role, or propose the change instead."
            if by_role
            else "Use a token with a wider scope, or sign in."
        )
        super().__init__(f"To {what} is not allowed to {lacks}. {remedy}")


class NothingThere(RhumblineError):
    """There is no such thing, or it belongs to an organisation the asker knows nothing of: both look the same."""

    def __init__(self, what: str = "page") -> None:
        super().__init__(f"There is no such {what} here. Check its name and the organisation.")


def system(organisation: int, key: str = "") -> Actor:
    """Return the server itself as an actor: it imports, restores and takes snapshots."""
    return Actor(organisation=organisation, key=key, role=AccessRole.OWNER, name="system")


ANONYMOUS = "anonymous"


def anonymous(organisation: int, key: str = "") -> Actor:
    """Return nobody as an actor: it writes what was said without a name, and ``store.anonymous`` alone acts as it."""
    return Actor(organisation=organisation, key=key, role=AccessRole.MEMBER, name=ANONYMOUS)


__all__ = ["ANONYMOUS", "Actor", "NotAllowed", "NothingThere", "Scope", "anonymous", "system"]
