"""Who did something, by name: for those who may see names."""

from __future__ import annotations

import re

from rhumbline.store.actors import Actor
from rhumbline.store.models import Membership, User
from rhumbline.store.reading import version

_USER = re.compile(r"user:([0-9]{1,18})")


class Names:
    """Says who an actor is, as the history of one organisation remembers them.

    Parameters
    ----------
    viewer
        Who is told. Whoever may not see what is personal is told numbers.
    """

    def __init__(self, viewer: Actor) -> None:
        self._viewer = viewer
        self._known: dict[str, str] = {}

    def of(self, actor: str) -> str:
        """Return the name of an actor; a program's with what acts for whom.

        Parameters
        ----------
        actor
            Such as ``user:12`` or ``token:5 user:12``.
        """
        match = _USER.search(actor)
        if match is None or not self._viewer.sight.personal:
            return actor
        name = self._user(match[1])
        own = actor[: match.start()].strip()
        return f"{name} ({own})" if own and name else name or actor

    def _user(self, number: str) -> str:
        if number not in self._known:
            self._known[number] = self._read(int(number))
        return self._known[number]

    def _read(self, number: int) -> str:
        member = Membership.objects.filter(organisation=self._viewer.organisation, user=number).first()
        person = version(self._viewer.organisation).book.people.get(member.person) if member else None
        if person is not None:
            return person.name
        user = User.objects.filter(pk=number).first()
        # An erased account has an address that belongs to nobody.
        return "" if user is None or user.email.endswith(".invalid") else user.get_full_name() or user.email


__all__ = ["Names"]
