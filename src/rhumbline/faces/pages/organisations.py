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

from rhumbline.book.authority import Sight, Verb
from rhumbline.book.book import Book
from rhumbline.faces.pages.looks import language_of, message, page, with_own_style
from rhumbline.store import reading
from rhumbline.store.access import actor_of, actors_of
from rhumbline.store.actors import Actor, NotAllowed, NothingThere
from rhumbline.store.models import Organisation, User

_T = TypeVar("_T")

# A reader does not wait longer for the plan in a report; a better one is searched in the background.
_PLAN_SECONDS = 20.0


class _Place(Generic[_T]):
    """Where one thing is remembered; whoever wants it while it is made waits for it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.thing: _T | None = None


class _Remembered(Generic[_T]):
    """The last things that were made, each made once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.places: OrderedDict[Hashable, _Place[_T]] = OrderedDict()

    def get(self, name: Hashable, make: Callable[[], _T]) -> _T:
        with self.lock:
            place = self.places.setdefault(name, _Place())
            self.places.move_to_end(name)
            while len(self.places) > self.most:
                self.places.popitem(last=False)
        with place.lock:
            if place.thing is None:
                place.thing = make()
            return place.thing


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
    found = actors_of(_user(request))
    names = dict(Organisation.objects.filter(pk__in=[one.organisation for one in found]).values_list("pk", "name"))
    language = language_of(request)
    firms = [_firm(actor, names[actor.organisation], language) for actor in found]
    return page(request, "organisations.html", firms=firms)


@login_required
@require_safe
def report(request: HttpRequest, organisation: str) -> HttpResponse:
    """Show the report for the board, as its reader may see it; 404 for an organisation one does not belong to."""
    try:
        actor = actor_of(_user(request), organisation)
        actor.demand(Verb.ASK)
    except (NothingThere, NotAllowed):
        return message(request, "nothing_there", 404)
    found, language = reading.version(actor.organisation), language_of(request)
    book = _dated(found.book)
    # Names of people are no part of the hash of a Book, so a page belongs to a change and not to a hash.
    name = (actor.organisation, found.seq, book.as_of, actor.sight, language)
    html = _REPORTS.get(name, lambda: _report(book, actor.sight, language))
    response = HttpResponse(html)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return with_own_style(response, html)


# --- what is shown ----------------------------------------------------------------------------


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - whoever did not sign in was sent away before
    return request.user


def _today() -> date:
    return timezone.now().date()


def _dated(book: Book) -> Book:
    return book if book.as_of is not None else book.replace(as_of=_today())


def _firm(actor: Actor, called: str, language: str) -> dict[str, Any]:
    found = reading.version(actor.organisation)
    book = _dated(found.book)
    name = (actor.organisation, found.seq, book.as_of, actor.sight, language)
    standing = _STANDINGS.get(name, lambda: _standing(book, actor.sight, language))
    return {"key": actor.key, "name": called, "role": actor.role.value, "score": standing.said, "low": standing.low}


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
