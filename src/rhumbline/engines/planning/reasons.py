"""Every reason the plan gives, with its English sentence; the faces put it into other languages.

Numbers in braces are shares (0..1), money, hours, periods (counted from 1) or lists of keys.
"""

from __future__ import annotations

from collections.abc import Mapping

REASON_CODES: Mapping[str, str] = {
    # Why it is funded.
    "plan.closes": "It closes {closes} of the strategy gap in time, for {resources} of the resources.",
    "plan.shares-gap": "Beside the others it still adds {marginal}: they close part of the same gap.",
    "plan.unlocks": "{dependants} need it; with it they close {closes} of the strategy gap.",
    "plan.explore-floor": "It counts for exploration, which must reach {floor} of the resources.",
    "plan.mandatory": "It is mandatory: {reason}",
    "plan.pinned": "You asked for it. That costs {price} of the strategy gap.",
    "plan.pinned-unpriced": "You asked for it. What that costs was not computed.",
    # Why it is not funded.
    "plan.blocked": (
        "It is blocked: {flags} without an approved review (verdict: {review}). The block costs {price} "
        "of the strategy gap."
    ),
    "plan.blocked-unpriced": (
        "It is blocked: {flags} without an approved review (verdict: {review}). What that costs was not computed."
    ),
    "plan.banned": "You ruled it out. That costs {price} of the strategy gap.",
    "plan.banned-unpriced": "You ruled it out. What that costs was not computed.",
    "plan.needs-unfunded": "It needs {needs}, which is not funded.",
    "plan.needs-out-of-reach": "It needs {needs}, which is neither done nor open to a decision.",
    "plan.excluded-by": "It cannot go together with {others}, which is funded.",
    "plan.no-start": "It takes {length} periods from period {earliest} on; the horizon has {periods}.",
    "plan.no-effect": "Nothing says that it moves a KPI of the strategy.",
    "plan.too-late": "Its effect comes too late: no start reaches a KPI by the period it is due.",
    "plan.below-hurdle": (
        "It closes {closes} of the strategy gap for {resources} of the resources, less than the hurdle of {hurdle}."
    ),
    "plan.gap-taken": (
        "Beside the others it adds only {marginal} of the gap for {resources} of the resources; the hurdle is {hurdle}."
    ),
    "plan.cash-short": "Started in period {start}, it needs {needed} by period {period}; the plan leaves {free}.",
    "plan.hours-short": (
        "Started in period {start}, it needs {needed} h of {team} in period {period}; the plan leaves {free} h."
    ),
    "plan.explore-ceiling": (
        "It counts for exploration, which may take {ceiling} of the resources; the plan leaves {free}."
    ),
    "plan.better-without": "Another use of the same money and hours closes more of the gap.",
    "plan.as-good-without": "With it the plan is as good, and no better.",
    # The reserve.
    "plan.reserve": "{votes} votes; paid from the reserve for unaligned exploration ({cost}).",
    # Why there is no plan.
    "plan.missing.budget": "There is no budget, so no share of resources can be formed.",
    "plan.missing.resources": "There is no money and there are no hours, so no share of resources can be formed.",
    "plan.conflict.mandatory": "{initiative} is mandatory: {reason}",
    "plan.conflict.pin": "You asked for {initiative}.",
    "plan.conflict.ban": "You ruled {initiative} out.",
    "plan.conflict.outside": "You asked for {initiative}, which is {status} and not open to a decision.",
    "plan.conflict.block": (
        "{initiative} is blocked: {flags} without an approved review (verdict: {review}). Nobody can override that."
    ),
    "plan.conflict.cash": "They need at least {needed} by the end of period {period}; there is {free}.",
    "plan.conflict.hours": "They need at least {needed} h of {team} in period {period}; {free} h are free.",
    "plan.conflict.needs": "{initiative} needs {other}.",
    "plan.conflict.needs-out-of-reach": "{initiative} needs {other}, which is neither done nor open to a decision.",
    "plan.conflict.excludes": "{initiative} and {other} exclude each other.",
    "plan.conflict.floor": "Exploration must reach {floor} of the resources; {reachable} can be reached.",
    "plan.conflict.ceiling": "Exploration may take {ceiling} of the resources; at least {needed} are needed.",
    "plan.conflict.no-start": (
        "{initiative} takes {length} periods from period {earliest} on; the horizon has {periods}."
    ),
    # What would change the verdict on one initiative.
    "explain.flip.in": "It comes in if it closes {value} more of the strategy gap.",
    "explain.flip.discount": "It comes in if it costs {cut} less in money and hours ({amount}).",
    "explain.flip.only-free": "Only for nothing would a plan with it be as good as the best one.",
    "explain.flip.no-discount": "No discount brings it in: even for nothing, a plan with it is worse.",
    "explain.flip.never-in": "It cannot be in any plan.",
    "explain.flip.out": "Without it the best plan is worth {value} of the gap less; so much may it lose and stay in.",
    "explain.flip.out-at-once": "Without it another plan is exactly as good.",
    "explain.flip.forced": "Being forced in, it costs {value} of the strategy gap.",
    "explain.flip.never-out": "There is no plan without it.",
    "explain.flip.approve": "An approved ethics review brings it in, and {price} of the strategy gap with it.",
    "explain.flip.approve-not-enough": "An approved ethics review alone would not bring it in.",
    "explain.undecided": "The search was stopped before this was decided.",
    # Two initiatives side by side.
    "compare.better": (
        "{better} closes {closes} of the gap in time for {resources} of the resources, "
        "{other} {other_closes} for {other_resources}."
    ),
    "compare.same": "{a} and {b} are worth the same.",
}
