"""Stripe's balance reports: charges and refunds become readings of KPIs, fees become costs; payouts are neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from rhumbline.book.types import Severity
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit
from rhumbline.exchange.importers.measures import Measured, add_measured
from rhumbline.exchange.importers.statements import add_cost, ask_accounts
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "id": ("balance_transaction_id", "ID"),
    "category": ("reporting_category", "Type"),
    "source": ("Source", "source_id"),
    "gross": ("gross", "Amount"),
    "fee": ("fee", "Fee"),
    "net": ("net", "Net"),
    "currency": ("currency", "Currency"),
    "utc": ("created_utc", "Created (UTC)"),
    "created": ("created", "Created"),
    "available": ("available_on_utc", "available_on", "Available On (UTC)"),
    "description": ("description", "Description"),
}
_CHARGES = frozenset(("charge", "payment"))
_REFUNDS = frozenset(("refund", "payment refund", "charge refund", "refund failure", "dispute", "dispute reversal"))
_FEES = frozenset(("fee", "stripe fee", "network cost", "application fee"))
_PAYOUTS = frozenset(("payout", "transfer", "payout reversal"))


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a balance report of Stripe."""
    layout = glance.layout(COLUMNS)
    fit = header_fit(layout, ("gross", "fee", "net", "currency", "category"), ("id", "utc", "available", "fee", "net"))
    return Sign(fit, "it has gross, fee and net in a currency") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a balance report of Stripe says, day by day."""
    layout = glance.must_layout(COLUMNS, "Stripe")
    draft = Draft(terms.source_or("stripe"), partial=True)
    draft.findings += glance.findings
    draft.currency = _currency(draft, layout, terms)
    sums: dict[str, dict[date, Decimal]] = {"charges": {}, "refunds": {}, "fees": {}}
    left: Counter[str] = Counter()
    for line in layout.lines:
        if normal(layout.text(line, "currency")).upper() == draft.currency:
            _take(draft, layout, line, sums, left)
    _check_net(draft, layout)
    _add(draft, terms, sums)
    for name, count in sorted(left.items()):
        draft.leave_out(
            [f"{count} x {name}"], "a payout only moves money" if name in _PAYOUTS else "it is neither income nor a fee"
        )
    draft.findings += layout.findings
    draft.leave_out(layout.unused("id", "category", "gross", "fee", "net", "currency", "utc", "created"))
    return draft


def _currency(draft: Draft, layout: Layout, terms: Terms) -> str:
    """Return the currency of most rows; the rows of others are left out, and that is said."""
    counted = Counter(normal(layout.text(line, "currency")).upper() for line in layout.lines)
    counted.pop("", None)
    chosen = terms.answers.get("stripe-currency", "").upper() or (counted.most_common(1)[0][0] if counted else "")
    others = {name: count for name, count in counted.items() if name != chosen}
    if others:
        listed = ", ".join(f"{count} in {name}" for name, count in sorted(others.items()))
        draft.say(
            "other-currency",
            draft.source,
            f"Only the rows in {chosen} were imported; left out: {listed}.",
            "Import the file once more with stripe-currency set to the other one, into a Book of that currency.",
            Severity.WARNING,
            value=chosen,
        )
    return chosen if len(chosen) == 3 and chosen.isascii() and chosen.isalpha() else ""


def _take(
    draft: Draft, layout: Layout, line: Line, sums: Mapping[str, dict[date, Decimal]], left: Counter[str]
) -> None:
    day = layout.known_day(line, "utc") or layout.known_day(line, "created")
    gross, fee = layout.amount(line, "gross"), layout.amount(line, "fee") or Decimal(0)
    if day is None or gross is None:
        draft.say(
            "no-amount",
            line.where,
            "The row has no amount or no day that can be read; it was left out.",
            "Export the report again.",
            Severity.ERROR,
        )
        return
    category = normal(layout.text(line, "category").replace("_", " "))
    if category in _CHARGES:
        _put(sums["charges"], day, gross)
    elif category in _REFUNDS:
        _put(sums["refunds"], day, -gross)
    elif category in _FEES:
        # A fee of its own is a negative amount.
        _put(sums["fees"], day, -gross)
    else:
        left[category or "without a category"] += 1
    if category not in _PAYOUTS:
        _put(sums["fees"], day, fee)


def _put(days: dict[date, Decimal], day: date, amount: Decimal) -> None:
    days[day] = days.get(day, Decimal(0)) + amount


def _check_net(draft: Draft, layout: Layout) -> None:
    """Compare the net amounts with gross minus fee."""
    rows = [tuple(layout.amount(line, name) for name in ("net", "gross", "fee")) for line in layout.lines]
    complete = [(net, gross, fee or Decimal(0)) for net, gross, fee in rows if net is not None and gross is not None]
    if complete:
        found = sum((gross - fee for _, gross, fee in complete), Decimal(0))
        draft.check("Net of all rows", sum((net for net, _, _ in complete), Decimal(0)), found, draft.source)


def _add(draft: Draft, terms: Terms, sums: Mapping[str, Mapping[date, Decimal]]) -> None:
    unit = draft.currency or "money"
    suffix = f"-{draft.currency.lower()}" if draft.currency else ""
    measured = [
        Measured(
            id=f"{name}{suffix}",
            name=f"Stripe {name} a day",
            unit=unit,
            readings=[(day, float(amount)) for day, amount in sorted(sums[name].items())],
            source=draft.source,
            where=draft.source,
            fields={"direction": direction, "cadence_days": 1},
            key=f"stripe-{name}{suffix}",
        )
        for name, direction in (("charges", "up"), ("refunds", "down"))
        if sums[name]
    ]
    add_measured(draft, measured)
    loose = Decimal(0)
    for day, amount in sorted(sums["fees"].items()):
        if amount < 0:
            draft.say(
                "negative-cost",
                draft.source,
                f"On {day} Stripe gave back {-amount:,f} of fees; that is no cost, so it was not imported.",
                "Subtract it from the fees of an earlier day.",
                Severity.WARNING,
                value=float(amount),
            )
        elif amount > 0 and not add_cost(draft, terms, "Stripe fees", "", day, amount, draft.source, draft.source):
            loose += amount
    ask_accounts(draft, {"Stripe fees": loose} if loose else {})


__all__ = ["COLUMNS", "read", "sniff"]
