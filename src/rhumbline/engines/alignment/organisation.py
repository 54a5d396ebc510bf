"""The alignment of a set of initiatives: does what we spend serve the strategy, and is the strategy served?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import fsum, sqrt

from rhumbline.book.types import Mode
from rhumbline.engines._maths import (
    TOLERANCE,
    UNKNOWN,
    ZERO,
    Triple,
    balance_triples,
    certain,
    clip,
    mean_of,
    scaled,
    sum_triples,
    weighted_mean,
)
from rhumbline.engines.alignment.lenses import LENS_WEIGHTS, LENSES, InitiativeLenses, initiative_lenses
from rhumbline.engines.alignment.quantities import Quantities

DECIMALS_SHOWN = 4
LEAST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class CoveragePart:
    """One ingredient of the coverage of a lens by the organisation, and whether it is known."""

    name: str
    value: Triple
    known: bool = True


@dataclass(frozen=True, slots=True)
class OrganisationLens:
    """One lens of the organisation.

    Parameters
    ----------
    name
        S, M, O or C.
    value
        The lens as a share, low, best and high.
    focus
        Whether what is spent serves this lens, weighted by resources.
    coverage
        Whether the strategy is served.
    unrounded_focus
        The focus before it is rounded to what is shown.
    coverage_parts
        What the coverage is made of.
    """

    name: str
    value: Triple
    focus: Triple
    coverage: Triple
    unrounded_focus: Triple
    coverage_parts: tuple[CoveragePart, ...]

    @property
    def coverage_known(self) -> bool:
        """Whether there is anything to compute the coverage from."""
        return any(part.known for part in self.coverage_parts)


@dataclass(frozen=True, slots=True)
class OrganisationScore:
    """The score of a set of initiatives: as shares, low, best and high.

    Parameters
    ----------
    alignment
        The score itself.
    lenses
        S, M, O, C.
    objectives
        Coverage of each objective by key.
    tolerated_drift
        Whether the drift in the set fits into the reserve and is left out of the focus.
    counted
        Initiatives the focus is computed over, in key order.
    """

    alignment: Triple
    lenses: Mapping[str, OrganisationLens]
    objectives: Mapping[str, Triple]
    tolerated_drift: bool
    counted: tuple[str, ...]


def shown(value: Triple) -> Triple:
    """Round to the four decimals that are shown, half to even, so that what is shown adds up."""
    return value.map(lambda member: round(member, DECIMALS_SHOWN))


def lens_of(focus: Triple, coverage: Triple) -> Triple:
    """Combine focus and coverage of a lens by the balance rule, after rounding both to what is shown."""
    return balance_triples([shown(focus), shown(coverage)])


# --- coverage: is the strategy served? ----------------------------------------------------------


def objective_coverage(quantities: Quantities, keys: Collection[str]) -> dict[str, Triple]:
    """Return how far a set of initiatives covers each objective.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    keys
        Initiatives.

    Notes
    -----
    kappa_o = sum_k v_ok * clip(sum_i c_ik, 0, 1); 0 for an objective without KPIs.
    """
    terms: dict[str, list[Triple]] = {}
    for key in keys:
        for kpi, closes in quantities.contribution[key].items():
            terms.setdefault(kpi, []).append(closes)
    closed = {kpi: sum_triples(listed).map(clip) for kpi, listed in terms.items()}
    return {
        objective: sum_triples(scaled(closed.get(kpi, ZERO), weight) for kpi, weight in links.items())
        for objective, links in quantities.link_weight.items()
    }


def _coverage_of_strategy(quantities: Quantities, objectives: Mapping[str, Triple]) -> tuple[CoveragePart, ...]:
    weights = quantities.objective_weight
    value = sum_triples(scaled(triple, weights[key]) for key, triple in objectives.items())
    return (CoveragePart("objectives", value),)


def _coverage_of_needs(quantities: Quantities, keys: Collection[str]) -> tuple[CoveragePart, ...]:
    needs = quantities.book.needs
    strategic = [key for key, need in needs.items() if need.segment in quantities.strategic_segments]
    if not strategic:
        return (CoveragePart("needs", UNKNOWN, known=False),)
    served = {need for key in keys for need in quantities.book.initiatives[key].needs}
    share = weighted_mean(
        [float(need in served) for need in strategic], [quantities.opportunity[need] for need in strategic]
    )
    return (CoveragePart("needs", certain(share)),)


def _coverage_of_operations(quantities: Quantities, keys: Collection[str]) -> tuple[CoveragePart, ...]:
    parts = []
    wanted = {key: record for key, record in quantities.book.capabilities.items() if record.target}
    if wanted:
        built = dict.fromkeys(wanted, 0)
        for key in keys:
            for capability, levels in quantities.book.initiatives[key].builds.items():
                if capability in built:
                    built[capability] += levels
        reached = [
            min(1.0, (record.level + built[key]) / record.target) for key, record in wanted.items() if record.target
        ]
        parts.append(CoveragePart("capabilities", certain(fsum(reached) / len(reached))))
    pairs = quantities.all_pairs
    if pairs:
        delivering = frozenset(keys)
        connected = sum(quantities.connected(pair, delivering) for pair in pairs)
        parts.append(CoveragePart("flows", certain(connected / len(pairs))))
    return tuple(parts) or (CoveragePart("capabilities and flows", UNKNOWN, known=False),)


def _coverage_of_culture(quantities: Quantities) -> tuple[CoveragePart, ...]:
    """Mean answer of the pulse with its 95 % interval and finite-population correction."""
    pulse = quantities.book.pulse
    if pulse is None or pulse.n < LEAST_ANSWERS or not pulse.items:
        return (CoveragePart("pulse", UNKNOWN, known=False),)
    mean = fsum((value - 1) / 4 for value in pulse.items.values()) / len(pulse.items)
    correction = sqrt(max(0.0, (pulse.invited - pulse.n) / max(1, pulse.invited - 1)))
    error = 1.96 * (pulse.sd / 4) / sqrt(pulse.n) * correction
    return (CoveragePart("pulse", Triple(mean - error, mean, mean + error).map(clip)),)


def _coverage(
    quantities: Quantities, keys: Collection[str], objectives: Mapping[str, Triple]
) -> dict[str, tuple[CoveragePart, ...]]:
    return {
        "S": _coverage_of_strategy(quantities, objectives),
        "M": _coverage_of_needs(quantities, keys),
        "O": _coverage_of_operations(quantities, keys),
        "C": _coverage_of_culture(quantities),
    }


# --- focus: does what we spend serve the strategy? ----------------------------------------------


def counted_in_focus(quantities: Quantities, keys: Collection[str]) -> tuple[bool, tuple[str, ...]]:
    """Return whether the drift in a set fits into the reserve, and the initiatives that count in the focus.

    Notes
    -----
    Drift within the reserve is left out, so exploration never lowers the score; drift beyond it all counts.
    """
    initiatives = quantities.book.initiatives
    drift = [key for key in keys if initiatives[key].mode == Mode.DRIFT]
    cost = fsum(quantities.full_cost[key] for key in drift)
    tolerated = cost <= quantities.reserve * quantities.resources + TOLERANCE
    counted = [key for key in initiatives if key in keys and not (tolerated and initiatives[key].mode == Mode.DRIFT)]
    return tolerated, tuple(counted)


def _focus(quantities: Quantities, lenses: Mapping[str, InitiativeLenses], lens: str) -> Triple:
    weights = [quantities.resource_share[key] for key in lenses]
    if not lenses or fsum(weights) == 0:
        return ZERO
    return mean_of([own.lenses[lens] for own in lenses.values()], weights)


def organisation_score(
    quantities: Quantities,
    keys: Collection[str] | None = None,
    known: Mapping[str, InitiativeLenses] | None = None,
) -> OrganisationScore:
    """Return the alignment score of a set of initiatives.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    keys
        Initiatives; by default the live work, drift included. After a plan: what it funds, and the chosen drift.
    known
        Lenses computed before with the live work as the delivering set; used where they are still right.

    Notes
    -----
    Per lens A_l = B(focus, coverage), both rounded to four decimals first; A = B(A_S, A_M, A_O, A_C; .4 .2 .2 .2).
    """
    chosen = quantities.live_set if keys is None else frozenset(keys)
    tolerated, counted = counted_in_focus(quantities, chosen)
    delivering = frozenset(counted)
    same = known is not None and delivering == quantities.live_set
    lenses = {
        key: known[key]
        if known is not None and (same or not quantities.needed_pairs[key])
        else initiative_lenses(quantities, key, delivering)
        for key in counted
    }
    ordered = [key for key in quantities.book.initiatives if key in chosen]
    objectives = objective_coverage(quantities, ordered)
    coverage = _coverage(quantities, ordered, objectives)
    found = {}
    for lens in LENSES:
        focus = _focus(quantities, lenses, lens)
        covered = mean_of([part.value for part in coverage[lens]])
        found[lens] = OrganisationLens(
            lens, lens_of(focus, covered), shown(focus), shown(covered), focus, coverage[lens]
        )
    alignment = balance_triples([found[lens].value for lens in LENSES], LENS_WEIGHTS)
    return OrganisationScore(alignment, found, objectives, tolerated, counted)
