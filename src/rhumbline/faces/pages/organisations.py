"""The pages about one's organisations: all of them with their scores, and the report of one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rhumbline.book.authority import AccessRole, Sight, Verb
from rhumbline.book.book import Book
from rhumbline.faces.pages.looks import language_of, message, page, with_own_style
from rhumbline.store import reading
from rhumbline.store.actors import Actor
from rhumbline.store.models import Membership

_T = TypeVar("_T")

# A reader does not wait longer for the plan in a report; a better one is searched in the background.
_PLAN_SECONDS = 20.0


class _Remembered(Generic[_T]):
    """The last things that were made, each made by one caller while others wait for it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.things: OrderedDict[Hashable, _T] = OrderedDict()

    def get(self, name: Hashable, make: Callable[[], _T]) -> _T:
        with self.lock:
            if name in self.things:
                self.things.move_to_end(name)
                return self.things[name]
            made = self.things[name] = make()
            while len(self.things) > self.most:
                self.things.popitem(last=False)
            return made


@dataclass(frozen=True, slots=True)
class _Standing:
    """How an organisation scores, in words and as a share of 1; None where it cannot be measured."""

    said: str
    low: float | None


_STANDINGS: _Remembered[_Standing] = _Remembered(500)
_REPORTS: _Remembered[str] = _Remembered(50)


@login_required
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Show the organisations somebody belongs to, each with its score."""
    memberships = (
        Membership.objects.filter(user=request.user.pk).select_related("organisation").order_by("organisation__name")
    )
    firms = [_firm(membership, language_of(request)) for membership in memberships]
    return page(request, "organisations.html", firms=firms)


@login_required
@require_safe
def report(request: HttpRequest, organisation: str) -> HttpResponse:
    """Show the report for the board, as its reader may see it; 404 for an organisation one does not belong to."""
    membership = (
        Membership.objects.filter(user=request.user.pk, organisation__key=organisation)
        .select_related("organisation")
        .first()
    )
    actor = _actor(membership) if membership else None
    if actor is None or not actor.may(Verb.ASK):
        return message(request, "nothing_there", 404)
    book, language = _dated(reading.book(actor.organisation)), language_of(request)
    sight = actor.sight
    name = (actor.organisation, book.sha, book.as_of, sight, language)
    html = _REPORTS.get(name, lambda: _report(book, sight, language))
    response = HttpResponse(html)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return with_own_style(response, html)


# --- what is shown ----------------------------------------------------------------------------


def _actor(membership: Membership) -> Actor:
    return Actor(
        organisation=membership.organisation_id,
        key=membership.organisation.key,
        role=AccessRole(membership.role),
        name=f"user:{membership.user_id}",
        person=membership.person,
    )


def _today() -> date:
    return timezone.now().date()


def _dated(book: Book) -> Book:
    return book if book.as_of is not None else book.replace(as_of=_today())


def _firm(membership: Membership, language: str) -> dict[str, Any]:
    actor = _actor(membership)
    book = _dated(reading.book(actor.organisation))
    name = (actor.organisation, book.sha, book.as_of, actor.sight, language)
    standing = _STANDINGS.get(name, lambda: _standing(book, actor.sight, language))
    return {
        "key": actor.key,
        "name": membership.organisation.name,
        "role": actor.role.value,
        "score": standing.said,
        "low": standing.low,
    }


def _standing(book: Book, sight: Sight, language: str) -> _Standing:
    from rhumbline.faces.answers import ask
    from rhumbline.faces.blocks import Bar, Headline

    answer = ask("score", book, language=language, sight=sight)
    said = [
        answer.words.say(reason) for block in answer.blocks if isinstance(block, Headline) for reason in block.reasons
    ]
    bars = [block.value.low for block in answer.blocks if isinstance(block, Bar)]
    return _Standing(" ".join(said), bars[0] if bars else None)


def _report(book: Book, sight: Sight, language: str) -> str:
    from rhumbline.faces.report import report_html

    until = monotonic() + _PLAN_SECONDS
    return report_html(book, language=language, sight=sight, progress=lambda _: monotonic() < until)


__all__ = ["organisations", "report"]
