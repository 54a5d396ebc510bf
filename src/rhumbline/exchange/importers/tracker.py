"""What boards and trackers have in common: containers become initiatives, what lies in them work items."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rhumbline.book.types import Severity, Stage
from rhumbline.exchange.importers.draft import Draft, Link
from rhumbline.exchange.references import slug
from rhumbline.exchange.vocabulary import choices, normal

LONGEST_NAME = 200

# What trackers say beside the usual words: Jira's resolutions, GitHub's and Fider's states.
_STAGES = {
    "wont fix": Stage.STOPPED,
    "won t fix": Stage.STOPPED,
    "not done": Stage.STOPPED,
    "invalid": Stage.STOPPED,
    "obsolete": Stage.STOPPED,
    "cannot reproduce": Stage.STOPPED,
    "review": Stage.RUNNING,
    "in review": Stage.RUNNING,
    "merged": Stage.CLOSED,
    "on going": Stage.RUNNING,
    "ready for release": Stage.RUNNING,
    "working on it": Stage.RUNNING,
    "stuck": Stage.PARKED,
    "up next": Stage.CASE,
    "this week": Stage.CASE,
}


@dataclass(frozen=True, slots=True)
class Who:
    """A user as a file names them: by id, e-mail address or name."""

    name: str = ""
    email: str = ""
    id: str = ""

    @property
    def known_by(self) -> str:
        """What tells two users apart: the id, else the address, else the name."""
        return self.id or normal(self.email) or normal(self.name)

    def __bool__(self) -> bool:
        return bool(self.known_by)


NOBODY = Who()


def who(text: str, email: str = "") -> Who:
    """Return the user that a text such as ``Dana Ortiz`` or ``dana@example.com`` names.

    Parameters
    ----------
    text
        A name or an address.
    email
        The address where another column has it.
    """
    text = text.strip()
    if not email and "@" in text and " " not in text:
        return Who(text, text)
    return Who(text or email, email.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One card, issue or task.

    Parameters
    ----------
    id, name, where
        The file's id, the title, the place.
    becomes
        ``initiative``, ``work_item``, ``milestone`` or ``action``.
    parent
        The id of what it lies in, if that is another item; only an initiative can hold work items.
    status
        The word for how far it is; ``done`` says it where a flag does.
    done_at
        The day it was done; ``touched`` is the last day anything happened to it.
    weight
        How much work it is, in hours or points.
    fields
        Further fields of an initiative, such as ``cash``.
    """

    id: str
    name: str
    where: str
    becomes: str = "work_item"
    parent: str = ""
    owner: Who = NOBODY
    due: Any = None
    status: str = ""
    done: bool = False
    done_at: date | None = None
    touched: date | None = None
    weight: Decimal | None = None
    depends: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


def stage_of(status: str) -> Stage | None:
    """Return the stage that a status of any tracker stands for, or None for a word nobody knows.

    Parameters
    ----------
    status
        A status, or the name of a list or column.
    """
    said = normal(status)
    if not said:
        return None
    if said in _STAGES:
        return _STAGES[said]
    found = choices("stage").nearest(status)
    return Stage(found[0]) if found else None


def is_over(item: Item) -> bool:
    """Whether an item is finished or given up."""
    return item.done or item.done_at is not None or stage_of(item.status) in (Stage.CLOSED, Stage.STOPPED)


# --- from items to rows -----------------------------------------------------------------------


def add_items(draft: Draft, items: Iterable[Item], as_of: date | None = None) -> None:
    """Add the records that items become, and the people who own them, to a draft.

    Parameters
    ----------
    draft
        The draft to add to.
    items
        All items of the file.
    as_of
        The day on which an item that is over was over at the latest, where the file has no day.
    """
    listed = list(items)
    by_id = {item.id: item for item in listed}
    people = _People(draft)
    weighted = _weights_count(draft, listed)
    undated = [item for item in listed if item.becomes != "initiative" and is_over(item) and _done_day(item) is None]
    assumed = [item for item in listed if is_over(item) and item.done_at is None and item.touched is not None]
    unknown: dict[str, int] = {}
    for item in listed:
        if item.becomes == "initiative":
            _add_initiative(draft, item, people, unknown, by_id)
        else:
            _add_work(draft, item, people, by_id, as_of, weighted=weighted)
    _say_dates(draft, undated, assumed, as_of)
    _say_statuses(draft, unknown)


class _People:
    """The users of a file, each added to the draft when somebody names them first."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.seen: dict[str, Link] = {}

    def link(self, user: Who, where: str) -> Link | None:
        """Return the link to a user; nobody is None."""
        if not user:
            return None
        if user.known_by not in self.seen:
            # The id within this import is a fingerprint: neither address nor name may end up in a setting.
            own = user.id or hashlib.sha256(user.known_by.encode()).hexdigest()[:16]
            fields = {"name": (user.name or user.email or f"User {user.id}")[:LONGEST_NAME], "email": user.email}
            self.seen[user.known_by] = self.draft.add("person", own, where, fields)
        return self.seen[user.known_by]


def add_person(draft: Draft, user: Who, where: str) -> Link | None:
    """Add one user to a draft where no items are involved."""
    return _People(draft).link(user, where)


def _add_initiative(
    draft: Draft, item: Item, people: _People, unknown: dict[str, int], by_id: Mapping[str, Item]
) -> None:
    stage = stage_of(item.status) or (Stage.CLOSED if is_over(item) else None)
    if item.status and stage is None:
        unknown[item.status] = unknown.get(item.status, 0) + 1
    fields = {
        "name": short_name(draft, item.name, item.where),
        "stage": (Stage.CLOSED if item.done and stage is not Stage.STOPPED else stage or "") or "",
        "owner": people.link(item.owner, item.where),
        "depends": _links(draft, item, by_id),
        "last_update": item.touched,
        **item.fields,
    }
    fields["stage"] = str(fields["stage"])
    draft.add("initiative", item.id, item.where, fields, {} if fields["stage"] else {"stage": "running"}, _key(item))


def _links(draft: Draft, item: Item, by_id: Mapping[str, Item]) -> list[Link]:
    links = []
    for other in dict.fromkeys(item.depends):
        if other in by_id and by_id[other].becomes == "initiative" and other != item.id:
            links.append(Link("initiative", other))
        else:
            draft.say(
                "link-not-kept",
                item.where,
                f"'{item.name[:60]}' waits for '{other[:60]}', which became no initiative; the link was not kept.",
                "Add it to 'depends' of the initiative if it matters.",
            )
    return links


def _add_work(
    draft: Draft, item: Item, people: _People, by_id: Mapping[str, Item], as_of: date | None, *, weighted: bool
) -> None:
    day = _done_day(item)
    holder = initiative_of(item, by_id)
    fields = {
        "name": short_name(draft, item.name, item.where),
        "kind": {"milestone": "milestone", "action": "action"}.get(item.becomes, "deliverable"),
        "initiative": Link("initiative", holder) if holder else None,
        "owner": people.link(item.owner, item.where),
        "due": item.due,
        "done_at": day,
        "weight": float(item.weight) if weighted and item.weight is not None and item.becomes != "milestone" else None,
    }
    over_undated = day is None and is_over(item) and as_of is not None
    draft.add("work_item", item.id, item.where, fields, {"done_at": as_of} if over_undated else {}, _key(item))


def _key(item: Item) -> str:
    """Return the key an item should get: its id; where that is made of its name, the letters of the name."""
    return slug(item.name) if ":" in item.id else ""


def initiative_of(item: Item, by_id: Mapping[str, Item]) -> str:
    """Return the id of the initiative that an item lies in, through any number of items between; nothing if none.

    Parameters
    ----------
    item
        An item that is no initiative.
    by_id
        All items of the file.
    """
    seen: set[str] = set()
    here = item
    while here.parent and here.parent in by_id and here.parent not in seen:
        seen.add(here.parent)
        here = by_id[here.parent]
        if here.becomes == "initiative":
            return here.id
    return ""


def _done_day(item: Item) -> date | None:
    return item.done_at or (item.touched if is_over(item) else None)


def _weights_count(draft: Draft, items: list[Item]) -> bool:
    """Whether estimates can serve as weights: only if every work item has one, else some would count wrongly."""
    work = [item for item in items if item.becomes not in ("initiative", "milestone")]
    stated = [item for item in work if item.weight is not None and item.weight > 0]
    if not stated:
        return False
    if len(stated) == len(work):
        return True
    draft.say(
        "estimates-not-used",
        draft.source,
        f"{len(stated)} of {len(work)} work items have an estimate; the others have none, so all count the same.",
        "Give every item an estimate if larger ones should count more.",
        count=len(stated),
    )
    return False


def short_name(draft: Draft, name: str, where: str) -> str:
    """Return a name of at most 200 characters on one line; say so where it is cut.

    Parameters
    ----------
    draft
        Where to say it.
    name, where
        The name and its place.
    """
    plain = " ".join(name.split())
    if len(plain) <= LONGEST_NAME:
        return plain
    draft.say(
        "too-long",
        where,
        f"The name has {len(plain)} characters; it is cut to {LONGEST_NAME}.",
        "Shorten it if the cut reads badly.",
        Severity.WARNING,
        length=len(plain),
    )
    return plain[: LONGEST_NAME - 3].rstrip() + "..."


# --- what is to be said -----------------------------------------------------------------------


def _say_dates(draft: Draft, undated: list[Item], assumed: list[Item], as_of: date | None) -> None:
    if assumed:
        draft.say(
            "done-date-assumed",
            draft.source,
            f"{len(assumed)} finished item(s) have no day on which they were finished; "
            "the day of their last change was taken.",
            "Correct the days that matter.",
            count=len(assumed),
        )
    if undated and as_of is None:
        draft.say(
            "done-without-date",
            draft.source,
            f"{len(undated)} item(s) are finished but the file has no day for it, so they look open.",
            "Give the evaluation date (as_of): it is then taken as the day.",
            Severity.WARNING,
            count=len(undated),
        )


def _say_statuses(draft: Draft, unknown: Mapping[str, int]) -> None:
    for status, count in list(unknown.items())[:20]:
        draft.say(
            "unknown-status",
            draft.source,
            f"Nobody knows what the status '{status[:60]}' of {count} initiative(s) means; they count as running.",
            "Correct their stage: idea, case, funded, running, stopped, closed or parked.",
            Severity.WARNING,
            value=status[:60],
            count=count,
        )


__all__ = [
    "NOBODY",
    "Item",
    "Who",
    "add_items",
    "add_person",
    "initiative_of",
    "is_over",
    "short_name",
    "stage_of",
    "who",
]
