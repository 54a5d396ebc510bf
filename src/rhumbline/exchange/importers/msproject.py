"""Microsoft Project in its XML form (MSPDI): summary tasks become initiatives, tasks work items."""

from __future__ import annotations

import re
from decimal import Decimal

from rhumbline.exchange.importers.boards import number_in
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import moment
from rhumbline.exchange.importers.markup import Element
from rhumbline.exchange.importers.tracker import NOBODY, Item, Who, add_items

_NAMESPACE = "http://schemas.microsoft.com/project"
_DURATION = re.compile(r"P(?:(\d{1,6})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?", re.ASCII)
_HUNDREDTHS = Decimal(100)


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a project of Microsoft Project."""
    root = glance.root
    if root is None or root.name != "Project":
        return NO_SIGN
    if root.namespace == _NAMESPACE:
        return Sign(1.0, "its namespace is that of Microsoft Project")
    tasks = root.first("Tasks")
    return Sign(0.8, "it is a Project with Tasks") if tasks is not None and tasks.first("Task") is not None else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a project says."""
    root = glance.root if glance.root is not None else Element("Project")
    title = root.say("Title") or re.sub(r"\.(?:xml|mpp)$", "", root.say("Name")) or "Project"
    draft = Draft(terms.source_or(f"msproject {root.say('GUID') or root.say('UID') or root.say('Name')}".strip()))
    code = root.say("CurrencyCode")
    draft.currency = code if re.fullmatch(r"[A-Z]{3}", code) else ""
    tasks = [task for task in _all(root, "Tasks", "Task") if task.say("IsNull") != "1"]
    owners = _owners(root)
    items = _items(title, tasks, owners)
    _check_costs(draft, tasks)
    if any(_cost(task, "Cost") for task in tasks):
        draft.say(
            "costs-in-hundredths",
            draft.source,
            "Costs were read as hundredths of the currency, as recent versions of Microsoft Project write them.",
            "Compare one of them; if all are a hundred times too small, save the file with a recent version.",
        )
    add_items(draft, items, terms.as_of)
    left = (
        ("links between tasks", any(task.first("PredecessorLink") is not None for task in tasks)),
        ("notes", any(task.say("Notes") for task in tasks)),
        ("costs of single tasks", any(_cost(task, "Cost") for task in tasks if task.say("Summary") != "1")),
        ("rates of resources", any(entry.say("StandardRate") for entry in _all(root, "Resources", "Resource"))),
        ("calendars", bool(_all(root, "Calendars", "Calendar"))),
        ("custom fields", any(task.first("ExtendedAttribute") is not None for task in tasks)),
        ("baselines", any(task.first("Baseline") is not None for task in tasks)),
    )
    draft.leave_out([name for name, there in left if there])
    return draft


def _all(root: Element, holder: str, name: str) -> list[Element]:
    found = root.first(holder)
    return found.all(name) if found is not None else []


def _level(task: Element) -> int:
    text = task.say("OutlineLevel")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def _items(title: str, tasks: list[Element], owners: dict[str, Who]) -> list[Item]:
    """Return the items of a project: the highest summary tasks are initiatives, else the project itself is one."""
    whole = next((task for task in tasks if task.say("UID") == "0"), None)
    items: list[Item] = []
    holder, loose = "", False
    for task in tasks:
        if task is whole:
            continue
        top = _level(task) <= 1
        summary = task.say("Summary") == "1"
        if top:
            holder = f"task:{task.say('UID')}" if summary else ""
        if summary and top:
            items.append(_initiative(holder, task.say("Name") or "Summary task", task, owners))
            continue
        loose = loose or not holder
        items.append(_work(task, holder or "task:0", owners))
    if loose or not items:
        name = (whole.say("Name") if whole is not None else "") or title
        others = any(item.becomes == "initiative" for item in items)
        items.insert(0, _loose(name, tasks) if others else _initiative("task:0", name, whole, owners))
    return items


def _loose(name: str, tasks: list[Element]) -> Item:
    """Return the initiative of the tasks that lie in no summary task, with their costs and not those of the others."""
    alone = [task for task in tasks if task.say("UID") != "0" and _level(task) <= 1 and task.say("Summary") != "1"]
    sums = {
        field: sum((_cost(task, said) or Decimal(0) for task in alone), Decimal(0))
        for field, said in (("approved", "Cost"), ("spent", "ActualCost"), ("cash", "RemainingCost"))
    }
    fields = {field: [amount] if field == "cash" else amount for field, amount in sums.items() if amount}
    return Item(id="task:0", name=name, where="project", becomes="initiative", fields=fields)


def _initiative(own: str, name: str, task: Element | None, owners: dict[str, Who]) -> Item:
    if task is None:
        return Item(id=own, name=name, where="project", becomes="initiative")
    share = number_in(task.say("PercentComplete") or None)
    left = _cost(task, "RemainingCost")
    whole, spent = _cost(task, "Cost"), _cost(task, "ActualCost")
    fields = {
        # Project writes 0 where nobody has entered a cost: that is no approved budget of nothing.
        "approved": whole or None,
        "spent": spent if whole or spent else None,
        "cash": [left] if left else [],
        "progress": float(share / 100) if share is not None else None,
    }
    return Item(
        id=own,
        name=name,
        where=f"line {task.line}",
        becomes="initiative",
        owner=owners.get(task.say("UID"), NOBODY),
        done=share == 100,
        fields=fields,
    )


def _work(task: Element, parent: str, owners: dict[str, Who]) -> Item:
    done = task.say("PercentComplete") == "100"
    return Item(
        id=task.say("UID") or task.say("ID") or f"name:{task.say('Name')}",
        name=task.say("Name"),
        where=f"line {task.line}",
        becomes="milestone" if task.say("Milestone") == "1" else "work_item",
        parent=parent,
        owner=owners.get(task.say("UID"), NOBODY),
        due=moment(task.say("Finish")) or task.say("Finish"),
        done=done,
        done_at=moment(task.say("ActualFinish")) if done else None,
        touched=moment(task.say("Finish")) if done else None,
        weight=_hours(task.say("Work")),
    )


def _owners(root: Element) -> dict[str, Who]:
    """Return the first person that is assigned to each task; material and cost resources are no people."""
    people = {
        entry.say("UID"): Who(entry.say("Name"), entry.say("EmailAddress"), entry.say("UID"))
        for entry in _all(root, "Resources", "Resource")
        if entry.say("Name") and entry.say("Type") in ("", "1")
    }
    owners: dict[str, Who] = {}
    for entry in _all(root, "Assignments", "Assignment"):
        if entry.say("ResourceUID") in people:
            owners.setdefault(entry.say("TaskUID"), people[entry.say("ResourceUID")])
    return owners


def _cost(task: Element, name: str) -> Decimal | None:
    found = number_in(task.say(name) or None)
    return None if found is None else (found / _HUNDREDTHS).quantize(Decimal("0.01"))


def _hours(text: str) -> Decimal | None:
    """Return the hours of a duration such as ``PT16H30M0S``."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, _ = (int(part or 0) for part in found.groups())
    total = Decimal(days * 24 + hours) + Decimal(minutes) / 60
    return total if 0 < total <= Decimal(10) ** 6 else None


def _check_costs(draft: Draft, tasks: list[Element]) -> None:
    """Compare the cost of each summary task with the costs of the tasks directly in it."""
    for place, task in enumerate(tasks):
        stated = _cost(task, "Cost")
        if task.say("Summary") != "1" or stated is None:
            continue
        level, parts = (0 if task.say("UID") == "0" else _level(task)), []
        for other in tasks[place + 1 :]:
            if _level(other) <= level:
                break
            if _level(other) == level + 1:
                parts.append(_cost(other, "Cost") or Decimal(0))
        own = _cost(task, "FixedCost") or Decimal(0)
        if parts:
            draft.check(f"Cost of {task.say('Name') or 'the project'}", stated, sum(parts, own), f"line {task.line}")


__all__ = ["read", "sniff"]
