"""Who did something, by name: for those who may see names."""

from __future__ import annotations

import re
from functools import cached_property

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
        name = self._user(int(match[1]))
        own = actor[: match.start()].strip()
        return f"{name} ({own})" if own and name else name or actor

    def _user(self, number: int) -> str:
        if number not in self._known:
            # Somebody who belongs to the organisation no more.
            self._known[number] = _name(User.objects.filter(pk=number).first())
        return self._known[number]

    @cached_property
    def _known(self) -> dict[int, str]:
        people = version(self._viewer.organisation).book.people
        members = Membership.objects.filter(organisation=self._viewer.organisation).select_related("user")
        return {one.user.pk: people[one.person].name if one.person in people else _name(one.user) for one in members}


def _name(user: User | None) -> str:
    # An erased account has an address that belongs to nobody.
    return "" if user is None or user.email.endswith(".invalid") else user.get_full_name() or user.email


__all__ = ["Names"]
