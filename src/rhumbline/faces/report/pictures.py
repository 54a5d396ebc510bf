"""The pictures of a report: which there are for a Book, each wide, narrow and for paper, with its table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rhumbline.faces import pictures
from rhumbline.faces.charts import (
    NARROW,
    WIDE,
    Table,
    compass_table,
    coverage_table,
    draw_compass,
    draw_coverage,
    draw_heat_map,
    draw_plan_periods,
    draw_portfolio,
    draw_strategy_map,
    draw_waterfall,
    heat_map_table,
    plan_periods_table,
    portfolio_table,
    standalone,
    strategy_map_table,
    views,
    waterfall_table,
)
from rhumbline.faces.report.contents import Contents


@dataclass(frozen=True)
class Picture:
    """One picture and the table that says the same.

    Parameters
    ----------
    name
        By which a page asks for it.
    draw
        Draws it for a width in CSS pixels.
    table
        The same data.
    """

    name: str
    draw: Callable[[float], str]
    table: Table

    @property
    def wide(self) -> str:
        """The picture for the column of a page."""
        return self.draw(WIDE)

    @property
    def narrow(self) -> str:
        """The picture for a telephone."""
        return self.draw(NARROW)

    def paper(self, width: float = WIDE) -> str:
        """Return the picture with its style inside, for a renderer that knows no custom properties.

        Parameters
        ----------
        width
            Of the column it stands in, in CSS pixels.
        """
        return standalone(self.draw(width), flat=True)


# Where a mark leads that stands for no record.
_PLACES = {"lens": "#standing", "area": "#findings"}
_RECORDS = frozenset({"initiative", "objective", "kpi", "team"})


def anchor(kind: str, key: str) -> str:
    """Return the name by which a record is reached on the page."""
    return f"record-{kind}-{key}"


def address(kind: str, key: str) -> str:
    """Return where a mark of a picture leads; nowhere for what the page does not show."""
    return f"#{anchor(kind, key)}" if kind in _RECORDS else _PLACES.get(kind, "")


def pictures_of(contents: Contents) -> dict[str, Picture]:
    """Return the pictures that this Book has the data for, by name."""
    return {picture.name: picture for picture in _pictures(contents)}


def setting_of(contents: Contents) -> views.Setting:
    """Return the language and the links of the pictures."""
    return pictures.setting_of(contents.words, address)


def _pictures(contents: Contents) -> Iterator[Picture]:
    if contents.planned and contents.plan.starts:
        yield _periods(contents)
    if contents.book.objectives:
        yield coverage_picture(contents)
        yield _map(contents)
    if contents.score.measurable:
        yield from _standing(contents)
    if contents.quantities.open:
        yield from _of_initiatives(contents)
    if contents.diagnosis.standing:
        yield _findings(contents)


def _periods(contents: Contents) -> Picture:
    setting = setting_of(contents)
    plan = views.plan_periods(contents.quantities, contents.plan, setting)
    found = replace(plan, periods=tuple(contents.words.show(period, "period") for period in plan.periods))
    return Picture(
        "periods",
        lambda width: draw_plan_periods(found, setting.words, width),
        plan_periods_table(found, setting.words),
    )


def coverage_picture(contents: Contents, most: int | None = None) -> Picture:
    """Return how far objectives are covered, now and after the plan.

    Parameters
    ----------
    contents
        Of the report.
    most
        Show so many at most, those that weigh most.
    """
    setting = setting_of(contents)
    plan = contents.plan if contents.planned else None
    listed = views.coverage(contents.quantities, contents.score, plan, setting)
    heaviest = sorted(listed, key=lambda one: -one.weight)[:most]
    found = tuple(one for one in listed if one in heaviest)
    return Picture(
        "coverage", lambda width: draw_coverage(found, setting.words, width), coverage_table(found, setting.words)
    )


def _map(contents: Contents) -> Picture:
    setting = setting_of(contents)
    found = views.strategy_map(contents.quantities, setting)
    return Picture(
        "map", lambda width: draw_strategy_map(found, setting.words, width), strategy_map_table(found, setting.words)
    )


def _standing(contents: Contents) -> Iterator[Picture]:
    setting, organisation = setting_of(contents), contents.score.organisation
    compass = views.organisation_compass(contents.firm, organisation, setting)
    yield Picture(
        "compass", lambda width: draw_compass(compass, setting.words, width), compass_table(compass, setting.words)
    )
    lost = views.lost_points(organisation, setting)
    yield Picture(
        "lost", lambda width: draw_waterfall(lost, setting.words, width), waterfall_table(lost, setting.words)
    )


def _of_initiatives(contents: Contents) -> Iterator[Picture]:
    setting, quantities = setting_of(contents), contents.quantities
    if contents.score.measurable:
        bubbles = views.portfolio(quantities, setting)
        yield Picture(
            "portfolio",
            lambda width: draw_portfolio(bubbles, setting.words, width),
            portfolio_table(bubbles, setting.words),
        )
        lenses = views.lens_heat(quantities, contents.score, setting)
        yield Picture(
            "lenses", lambda width: draw_heat_map(lenses, setting.words, width), heat_map_table(lenses, setting.words)
        )
    if contents.book.objectives:
        heat = views.contribution_heat(quantities, setting)
        yield Picture(
            "contribution",
            lambda width: draw_heat_map(heat, setting.words, width),
            heat_map_table(heat, setting.words),
        )


def _findings(contents: Contents) -> Picture:
    setting, words = setting_of(contents), contents.words
    letters = {finding.code.rstrip("0123456789") for finding in contents.diagnosis.standing}
    # A rule of one's own may belong to an area that has no name; its letters then stand for it.
    names = {area: words.text(f"report.area.{area}") for area in letters if words.has(f"report.area.{area}")}
    heat = views.findings_heat(contents.diagnosis, names, setting)
    return Picture(
        "findings", lambda width: draw_heat_map(heat, setting.words, width), heat_map_table(heat, setting.words)
    )


__all__ = ["Picture", "address", "anchor", "coverage_picture", "pictures_of", "setting_of"]
