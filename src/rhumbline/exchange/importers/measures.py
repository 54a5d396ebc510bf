"""KPIs that a file only measures: it says no target, so the last value stands in for it until somebody sets one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rhumbline.exchange.importers.draft import Draft, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One KPI and its readings.

    Parameters
    ----------
    id, name, unit
        What the file calls it.
    readings
        Day and value, in any order.
    source
        Where the readings come from; it stands beside each of them.
    fields
        What else the file says of the KPI.
    filled
        What it needs beside a target and the file does not say.
    """

    id: str
    name: str
    unit: str
    readings: Sequence[tuple[Any, float]]
    source: str
    where: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


def add_measured(draft: Draft, measured: Sequence[Measured]) -> list[Link]:
    """Add KPIs with their readings to a draft, whose targets may be only stand-ins.

    Parameters
    ----------
    draft
        The draft to add to.
    measured
        The KPIs.
    """
    links = []
    assumed = 0
    for each in measured:
        if not each.readings and "target" not in each.fields:
            draft.say(
                "kpi-without-value",
                each.where,
                f"'{each.name[:60]}' has neither a target nor a value; it was not imported.",
                "Say by which number it is measured, and import again.",
            )
            continue
        last = max(each.readings, key=lambda reading: str(reading[0] or ""), default=(None, 0.0))[1]
        filled = dict(each.filled) | ({} if "target" in each.fields else {"target": last})
        assumed += "target" not in each.fields
        fields = {"name": each.name, "unit": each.unit, **each.fields}
        link = draft.add("kpi", each.id, each.where, fields, filled, each.key)
        for day, value in each.readings:
            reading = {"kpi": link, "at": day, "value": value, "source": each.source}
            draft.add("measurement", f"{each.id} {day}", each.where, reading)
        links.append(link)
    draft.stand_ins += assumed
    return links


__all__ = ["Measured", "add_measured"]
