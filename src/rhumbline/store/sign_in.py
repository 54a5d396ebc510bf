"""Links that sign somebody in once: after the first start of a server, or to choose a new password.

The link itself is shown once and kept nowhere: the database knows its digest only.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rhumbline.store.access import digest_of
from rhumbline.store.models import SignInLink, User

FOR_ENTERING = timedelta(minutes=10)
FOR_A_PASSWORD = timedelta(days=1)


def new_link(user: User, *, new_password: bool = False, at: datetime | None = None) -> str:
    """Return the secret part of a link that signs a user in; earlier links of the same kind lose their force.

    Parameters
    ----------
    user
        Who is signed in.
    new_password
        Whether a new password is chosen with it.
    at
        When it is made; by default now.
    """
    secret = secrets.token_urlsafe(32)
    now = at or timezone.now()
    with transaction.atomic():
        SignInLink.objects.filter(user=user, new_password=new_password).delete()
        SignInLink.objects.create(
            user=user,
            digest=digest_of(secret),
            expires=now + (FOR_A_PASSWORD if new_password else FOR_ENTERING),
            new_password=new_password,
        )
    return secret


def look_at(secret: str, *, at: datetime | None = None) -> SignInLink | None:
    """Return a link in force without using it up; None where there is no such link any more.

    Parameters
    ----------
    secret
        What the address ended in.
    at
        When; by default now.
    """
    return (
        SignInLink.objects.select_related("user")
        .filter(digest=digest_of(secret), expires__gt=at or timezone.now(), user__is_active=True)
        .first()
    )


def use_up(secret: str, *, at: datetime | None = None) -> User | None:
    """Use a link: return its user, to one caller only.

    Parameters
    ----------
    secret
        What the address ended in.
    at
        When; by default now.
    """
    link = look_at(secret, at=at)
    if link is None:
        return None
    # Of two who come at once, one deletes the row, and the other finds nothing to delete.
    deleted, _ = SignInLink.objects.filter(pk=link.pk).delete()
    return link.user if deleted else None


__all__ = ["FOR_A_PASSWORD", "FOR_ENTERING", "look_at", "new_link", "use_up"]
