"""The Book of an organisation as the source of an assistant's tools: read as its token may see it, never written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections

from rhumbline.book.authority import Verb
from rhumbline.book.book import Book
from rhumbline.book.faults import words_of
from rhumbline.book.findings import Finding, UnknownRecord
from rhumbline.exchange.asking import WITHOUT_HELD_OUT, read_terms
from rhumbline.faces.answers import ask
from rhumbline.faces.api.answers import dated
from rhumbline.faces.api.application import PREFIX
from rhumbline.faces.api.cursors import cursor_of, place_of
from rhumbline.faces.api.problems import Problem
from rhumbline.faces.api.seeing import Seen, edits_shown, seen, speaks_of_hidden
from rhumbline.faces.mcp.proposal_files import title_of
from rhumbline.faces.mcp.source import Document, Listener, Page, Said
from rhumbline.faces.proposals import Preview
from rhumbline.faces.refusals import Refusal, refusal, with_nearest
from rhumbline.faces.telling.proposals import shown
from rhumbline.faces.words import Words
from rhumbline.store import proposals
from rhumbline.store.actors import Actor
from rhumbline.store.proposals import Trial
from rhumbline.store.refusing import Clash, Conflict

VIA = "mcp"


class StoreSource:
    """Gives the tools the Book of an organisation, as somebody may see it.

    Parameters
    ----------
    actor
        Whom the token of the assistant acts for. Whatever its scope is, nothing is written but proposals.
    """

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @property
    def about(self) -> str:
        """Whose Book this is, and how a proposal becomes a change."""
        firm = self.book()[0].organisation
        return Words("en").text("proposal.about_on_server", name=firm.name if firm else self.actor.key)

    @property
    def may_propose(self) -> bool:
        """Whether the token may propose changes."""
        return self.actor.may(Verb.PROPOSE)

    def book(self) -> tuple[Book, Sequence[Finding]]:
        """Return the Book of now, without what the actor may not see."""
        with _connected():
            return self._seen(Verb.READ).book, ()

    def ask(self, name: str, raw: Mapping[str, Any], language: str, progress: Listener | None = None) -> Said:
        """Answer a question, as ``rhumbline NAME`` does; it is computed on the whole Book."""
        with _connected():
            now = self._seen(Verb.ASK).now.book
        # From here on nothing is asked of the database, and a search may take minutes.
        terms, noticed = read_terms(name, raw)
        if terms is None:
            raise Refusal(*noticed)
        try:
            answer = ask(
                name,
                dated(now, getattr(terms, "as_of", None)),
                terms,
                language=language,
                progress=progress,
                sight=self.actor.sight,
                now=now,
                without_held_out=raw.get(WITHOUT_HELD_OUT) is True,
            )
        except UnknownRecord as error:
            raise with_nearest(error, now) from error
        return Said(answer.document, answer.text)

    # --- records --------------------------------------------------------------------------

    def records(self, kind: str, after: str | None, limit: int) -> Page:
        """Return some records of a kind; all pages are cut from one Book, the one of the first page."""
        seq, place = _place(after)
        with _connected():
            found = self._seen(Verb.READ, kind, at=seq)
        records = found.records(kind)
        end = place + limit
        items = [_item(found, record) for record in records[place:end]]
        return Page(items, cursor_of(found.then.seq, end) if end < len(records) else None)

    def record(self, kind: str, key: str) -> Document:
        """Return one record, with its version."""
        with _connected():
            found = self._seen(Verb.READ, kind)
        return _item(found, found.then.book.get(kind, key))

    def _seen(self, verb: Verb, kind: str = "", at: str | None = None) -> Seen:
        self.actor.demand(verb, kind)
        return seen(self.actor, at)

    # --- proposals ------------------------------------------------------------------------

    def preview(self, edits: Any, language: str) -> Said:
        """Return what edits would change."""
        with _connected():
            trial = self._tried(edits)
        preview = self._preview(trial, language)
        return Said(preview.document, preview.text)

    def propose(self, title: str, edits: Any, language: str) -> Said:
        """Keep edits as a proposal, for somebody who may decide."""
        title = title_of(title)
        with _connected():
            trial = self._tried(edits)
            preview = self._preview(trial, language)
            # Whoever cannot see a value must not learn by this that it was guessed.
            if not preview.changes and not preview.blind:
                raise refusal("nothing-changes", "edits")
            kept = proposals.propose(self.actor, title, edits, via=VIA)
        place = f"{PREFIX}/organisations/{self.actor.key}/proposals/{kept.number}"
        accept = Words(language).text("proposal.accept_on_server", number=kept.number, address=place)
        told = self._preview(trial, language, title=title, number=kept.number, state=kept.state, accept=accept)
        return Said(told.document, f"{told.text}\n{accept}\n")

    def proposals(self, after: str | None, limit: int) -> Page:
        """Return some proposals, oldest first, without what the actor may not see."""
        seq, number = _place(after)
        if seq:
            raise refusal("unknown-cursor", "cursor")
        with _connected():
            waiting = proposals.proposals(self.actor, after=number, limit=limit + 1)
            now = seen(self.actor).now.book
        items = [
            {
                "number": kept.number,
                "title": kept.title if self.actor.sight.personal else "",
                "state": kept.state,
                "edits": edits_shown(json.loads(kept.edits), self.actor.sight, now),
            }
            for kept in waiting[:limit]
        ]
        return Page(items, cursor_of(0, waiting[limit - 1].number) if len(waiting) > limit else None)

    def _tried(self, edits: Any) -> Trial:
        try:
            trial = proposals.try_out(self.actor, edits)
        except Conflict as conflict:
            raise Refusal(*(_clash(clash) for clash in conflict.clashes)) from conflict
        if not trial.edits:
            raise refusal("no-edits", "edits")
        return trial

    def _preview(self, trial: Trial, language: str, **more: Any) -> Preview:
        return Preview(
            dated(trial.before, None),
            dated(trial.after, None),
            trial.findings,
            language=language,
            sight=self.actor.sight,
            blind=speaks_of_hidden(trial.edits, self.actor.sight, trial.before),
            **more,
        )


@contextmanager
def _connected() -> Iterator[None]:
    """Give the connection to the database back when what it is needed for is done: this thread is nobody's request."""
    try:
        yield
    finally:
        close_old_connections()


def _item(found: Seen, record: Any) -> Document:
    """Return a record as the tools give it: without a version where it has none, and with what is hidden, if any is."""
    item = found.item(record)
    return {name: value for name, value in item.items() if name in ("key", "record") or value}


def _place(cursor: str | None) -> tuple[str | None, int]:
    """Return the change and the place that a cursor names."""
    if cursor is None:
        return None, 0
    try:
        seq, place = place_of(cursor)
    except Problem:
        raise refusal("unknown-cursor", "cursor") from None
    return str(seq), place


def _clash(clash: Clash) -> Finding:
    """Return what is said of a field that somebody else changed meanwhile, with both versions."""
    where = f"{clash.kind} {clash.key}" + (f", {clash.field}" if clash.field else "")
    if clash.theirs is None and not clash.field:
        return refusal("removed-meanwhile", where).findings[0]
    code = "changed-meanwhile" if clash.mine is None and not clash.field else "changed-on-both-sides"
    before, there, here = (shown(value) for value in (clash.base, clash.theirs, clash.mine))
    name = clash.field or words_of(clash.kind)
    return refusal(code, where, field=name, base=before, theirs=there, mine=here).findings[0]


__all__ = ["StoreSource"]
