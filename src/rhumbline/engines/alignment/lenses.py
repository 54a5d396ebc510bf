"""The four lenses of one initiative: line of sight, market, operations, culture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rhumbline.book.records import Initiative
from rhumbline.engines._maths import (
    UNKNOWN,
    ZERO,
    Triple,
    balance_triples,
    certain,
    clip,
    mean_of,
)
from rhumbline.engines.alignment.quantities import Quantities

LENSES = ("S", "M", "O", "C")
LENS_WEIGHTS = (0.4, 0.2, 0.2, 0.2)
WEIGHT_OF_LENS: Mapping[str, float] = dict(zip(LENSES, LENS_WEIGHTS, strict=True))

_MARKET = (0.4, 0.4, 0.2)
_OPERATIONS = (0.4, 0.3, 0.3)
_LEAST_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """One ingredient of a lens: its value, its weight among the lens's parts, and whether anybody knows it.

    Parameters
    ----------
    lens
        S, M, O or C.
    name
        Such as ``audience`` or ``readiness``.
    value
        Share, low, best and high.
    weight
        Share of the lens; the weights of a lens sum to 1.
    known
        False when nobody has said: the value is then the unknown triple (0, .5, 1), or for the line of sight 0.
    """

    lens: str
    name: str
    value: Triple
    weight: float
    known: bool = True


@dataclass(frozen=True, slots=True)
class InitiativeLenses:
    """The lenses of one initiative and the parts they are made of.

    Parameters
    ----------
    key
        The initiative.
    alignment
        Its alignment score as a share, low, best and high.
    lenses
        S, M, O, C as shares.
    parts
        The parts of the lenses, in the order S, M, O, C.
    """

    key: str
    alignment: Triple
    lenses: Mapping[str, Triple]
    parts: tuple[Part, ...]


def _unknown(lens: str, name: str, weight: float) -> Part:
    return Part(lens, name, UNKNOWN, weight, known=False)


def line_of_sight(quantities: Quantities, key: str) -> Triple:
    """Return lens S: the share of the strategy gap an initiative closes against the share of resources it takes.

    Notes
    -----
    S = clip(C / rho). Independent of size and unchanged by splitting.
    """
    share = max(quantities.resource_share[key], _LEAST_SHARE)
    return quantities.gap_share[key].map(lambda closed: clip(closed / share))


def _claims(quantities: Quantities, initiative: Initiative) -> bool:
    """Whether somebody said what the initiative is to move, or nobody needs to because it is drift."""
    return not initiative.directed or bool(quantities.book.benefits_of(initiative.key))


def _audience(quantities: Quantities, initiative: Initiative) -> Part:
    served, wanted = frozenset(initiative.segments), quantities.audience[initiative.key]
    if not served or not wanted:
        return _unknown("M", "audience", _MARKET[0])
    return Part("M", "audience", certain(len(served & wanted) / len(served)), _MARKET[0])


def _need(quantities: Quantities, initiative: Initiative) -> Part:
    if initiative.needs:
        best = max(clip((quantities.opportunity[need] - 5) / 10) for need in initiative.needs)
        return Part("M", "need", certain(best), _MARKET[1])
    # A firm that recorded needs and sees none here knows that nobody asked for it.
    return Part("M", "need", ZERO, _MARKET[1]) if quantities.book.needs else _unknown("M", "need", _MARKET[1])


def _trend(quantities: Quantities, initiative: Initiative) -> Part:
    supporting, opposing = quantities.support[initiative.key]
    total = supporting + opposing
    value = 0.5 + 0.5 * (supporting - opposing) / total if total else 0.5
    return Part("M", "trend", certain(value), _MARKET[2])


def _capability(quantities: Quantities, initiative: Initiative, weight: float) -> Part:
    if initiative.requires is None:
        return _unknown("O", "capability", weight)
    capabilities = quantities.book.capabilities
    met = [min(1.0, capabilities[key].level / level) for key, level in initiative.requires.items()]
    return Part("O", "capability", certain(min(met, default=1.0)), weight)


def has_milestone(quantities: Quantities, key: str) -> bool:
    """Whether an initiative has a milestone with a due date."""
    return any(item.due is not None for item in quantities.book.milestones_of(key))


def _deliverability(quantities: Quantities, initiative: Initiative, weight: float) -> Part:
    facts = (
        initiative.owner is not None,
        has_milestone(quantities, initiative.key),
        bool(initiative.cash) or any(initiative.hours.values()),
        bool(initiative.review),
    )
    return Part("O", "deliverability", certain(sum(facts) / len(facts)), weight)


def integration(quantities: Quantities, key: str, delivering: Collection[str]) -> float | None:
    """Return the share of the system pairs an initiative needs that are connected; None when it needs none.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    key
        The initiative; it counts as delivering its own flows.
    delivering
        The initiatives taken as done.
    """
    pairs = quantities.needed_pairs[key]
    if not pairs:
        return None
    by = {*delivering, key}
    return sum(quantities.connected(pair, by) for pair in pairs) / len(pairs)


def _operations(quantities: Quantities, initiative: Initiative, delivering: Collection[str]) -> Iterator[Part]:
    connected = integration(quantities, initiative.key, delivering)
    capability, deliver, integrate = _OPERATIONS
    total = capability + deliver + (integrate if connected is not None else 0.0)
    yield _capability(quantities, initiative, capability / total)
    yield _deliverability(quantities, initiative, deliver / total)
    if connected is not None:
        yield Part("O", "integration", certain(connected), integrate / total)


def _readiness(initiative: Initiative) -> Part:
    ratings = initiative.readiness
    if not ratings:
        return _unknown("C", "readiness", 1 / 3)
    value = Triple(min(ratings) / 4, sum(ratings) / len(ratings) / 4, max(ratings) / 4)
    return Part("C", "readiness", value, 1 / 3)


def _culture(initiative: Initiative) -> Iterator[Part]:
    ownership = 0.5 * (initiative.owner is not None) + 0.5 * (initiative.sponsor is not None)
    learning = (bool(initiative.hypothesis) + bool(initiative.review) + bool(initiative.stop_rule)) / 3
    yield Part("C", "ownership", certain(ownership), 1 / 3)
    yield _readiness(initiative)
    yield Part("C", "learning", certain(learning), 1 / 3)


def combine(parts: tuple[Part, ...], lens: str) -> Triple:
    """Return the value of one lens from its parts: their weighted mean."""
    own = [part for part in parts if part.lens == lens]
    return mean_of([part.value for part in own], [part.weight for part in own])


def initiative_lenses(quantities: Quantities, key: str, delivering: Collection[str] | None = None) -> InitiativeLenses:
    """Return the four lenses of an initiative and the score they combine to.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    key
        The initiative.
    delivering
        Initiatives taken as done when counting connected systems; by default the live work.
    """
    initiative = quantities.book.initiatives[key]
    parts = (
        # Without any Benefit the line of sight counts 0: the strategy knows nothing of it. It can still be asked for.
        Part("S", "line of sight", line_of_sight(quantities, key), 1.0, known=_claims(quantities, initiative)),
        _audience(quantities, initiative),
        _need(quantities, initiative),
        _trend(quantities, initiative),
        *_operations(quantities, initiative, quantities.live_set if delivering is None else delivering),
        *_culture(initiative),
    )
    lenses = {lens: combine(parts, lens) for lens in LENSES}
    alignment = balance_triples([lenses[lens] for lens in LENSES], LENS_WEIGHTS)
    return InitiativeLenses(key, alignment, lenses, parts)


__all__ = ["LENSES", "LENS_WEIGHTS", "InitiativeLenses", "Part", "combine", "initiative_lenses", "integration"]
