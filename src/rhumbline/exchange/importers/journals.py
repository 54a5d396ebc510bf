"""Journals of QuickBooks and Xero, and bank transactions: debits equal credits, costs find their initiative."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from rhumbline.book.types import Severity
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit
from rhumbline.exchange.importers.statements import add_cost, ask_accounts
from rhumbline.exchange.vocabulary import normal

JOURNAL: Columns = {
    "date": ("Date",),
    "reference": ("Ref No.", "Ref No", "Num"),
    "journal": ("Journal No.", "JournalNumber", "Journal Number"),
    "line": ("Line No.", "LineNumber", "Line Number"),
    "account": ("Account", "AccountCode", "Account Code"),
    "description": ("Memo", "Description", "Narration"),
    "debit": ("Debit",),
    "credit": ("Credit",),
    "name": ("Name",),
    "tax": ("TaxType", "Tax Type"),
    "tracking": ("TrackingName1",),
    "option": ("TrackingOption1", "Class"),
    "tracking2": ("TrackingName2",),
    "option2": ("TrackingOption2",),
}
BANK: Columns = {
    "date": ("Date",),
    "reference": ("Ref No.", "Ref No"),
    "payee": ("Payee",),
    "account": ("Account",),
    "amount": ("Amount",),
    "memo": ("Memo",),
    "bank": ("Bank Account",),
}
# Names of accounts that are certainly costs. What is not listed is asked, never guessed: a debit of
# "Cash" is no cost, and a journal does not say which accounts are.
_COSTS = re.compile(
    r"\b(?:expense|wage|salar(?:y|ie)|payroll|rent|advertising|marketing|insurance|travel|utilit(?:y|ie)|office suppl|"
    r"subscription|fee|consulting|professional service|cost of (?:good|sale)|freight|repair|maintenance|training|"
    r"miete|gehalt|gehalter|lohn|lohne|werbung|versicherung|reisekosten|loyer|salaire)",
)
_NOT_COSTS = re.compile(r"\b(?:payable|receivable|prepaid|deposit|accrued|income|revenue|fee income)\b")


def sniff_quickbooks(glance: Glance) -> Sign:
    """Say how surely a file is a journal of QuickBooks."""
    layout = glance.layout(JOURNAL)
    if layout is None or (layout.has("option") and layout.has("tax")):
        return NO_SIGN
    fit = header_fit(layout, ("date", "account", "debit", "credit"), ("journal", "debit", "credit", "reference"))
    return Sign(fit, "it has the columns Journal No., Debit and Credit") if fit else NO_SIGN


def sniff_xero(glance: Glance) -> Sign:
    """Say how surely a file is a journal of Xero."""
    layout = glance.layout(JOURNAL)
    fit = header_fit(
        layout, ("date", "account", "debit", "credit"), ("journal", "debit", "credit", "tax", "tracking", "option")
    )
    if layout is None or not (layout.has("tax") or layout.has("tracking")):
        return NO_SIGN
    return Sign(fit, "it has the columns JournalNumber and TaxType") if fit else NO_SIGN


def sniff_bank(glance: Glance) -> Sign:
    """Say how surely a file is a list of bank transactions."""
    fit = header_fit(glance.layout(BANK), ("date", "amount", "payee"), ("payee", "account", "amount", "memo", "bank"))
    return Sign(fit, "it has the columns Payee, Amount and Bank Account") if fit else NO_SIGN


def read_quickbooks(glance: Glance, terms: Terms) -> Draft:
    """Return what a journal of QuickBooks says."""
    return _journal(glance, terms, "quickbooks journal")


def read_xero(glance: Glance, terms: Terms) -> Draft:
    """Return what a journal of Xero says."""
    return _journal(glance, terms, "xero journal")


def _journal(glance: Glance, terms: Terms, source: str) -> Draft:
    layout = glance.must_layout(JOURNAL, "a journal")
    draft = Draft(terms.source_or(source), partial=True)
    draft.findings += glance.findings
    entries: dict[str, list[Line]] = {}
    for line in layout.lines:
        if normal(layout.text(line, "account")).startswith("total") or not layout.text(line, "account"):
            continue
        number = layout.text(line, "journal") or layout.text(line, "reference") or layout.text(line, "date")
        entries.setdefault(number, []).append(line)
    for number, lines in entries.items():
        _balance(draft, layout, number, lines)
    asked: dict[str, Decimal] = {}
    loose: dict[str, Decimal] = {}
    for account, option, day, money, where in _daily(draft, layout, entries):
        known = f"account:{account}" in terms.answers or f"tracking:{option}" in terms.answers
        sure = _COSTS.search(normal(account)) and not _NOT_COSTS.search(normal(account))
        if not known and not sure and not option:
            asked[account] = asked.get(account, Decimal(0)) + money
        elif money > 0 and not add_cost(draft, terms, account, option, day, money, where, draft.source):
            loose[account] = loose.get(account, Decimal(0)) + money
        elif money < 0:
            draft.say(
                "negative-cost",
                where,
                f"'{account[:60]}' was credited {-money:,f} more than debited on {day}: that is no cost.",
                "Subtract it from the account it belongs to.",
                Severity.WARNING,
                value=float(money),
            )
    ask_accounts(draft, loose)
    _ask_rest(draft, asked)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("date", "journal", "line", "account", "debit", "credit", "option", "tracking"))
    return draft


def _balance(draft: Draft, layout: Layout, number: str, lines: list[Line]) -> None:
    debit = sum((layout.amount(line, "debit") or Decimal(0) for line in lines), Decimal(0))
    credit = sum((layout.amount(line, "credit") or Decimal(0) for line in lines), Decimal(0))
    draft.check(f"Debit of journal {number}", debit, credit, lines[0].where)


def _daily(draft: Draft, layout: Layout, entries: dict[str, list[Line]]) -> list[tuple[str, str, date, Decimal, str]]:
    """Return debits minus credits by account, option and day: one cost of a day may be booked in several lines."""
    sums: dict[tuple[str, str, date], tuple[Decimal, str]] = {}
    for lines in entries.values():
        for line in lines:
            day = layout.known_day(line, "date")
            if day is None:
                draft.say(
                    "no-date",
                    line.where,
                    f"The line has no day that can be read ('{layout.text(line, 'date')[:30]}'); it was left out.",
                    "Correct the date, and import again.",
                    Severity.ERROR,
                )
                continue
            money = (layout.amount(line, "debit") or Decimal(0)) - (layout.amount(line, "credit") or Decimal(0))
            key = (layout.text(line, "account"), layout.text(line, "option"), day)
            before = sums.get(key, (Decimal(0), line.where))
            sums[key] = (before[0] + money, before[1])
    return [(*key, money, where) for key, (money, where) in sums.items()]


def _ask_rest(draft: Draft, asked: dict[str, Decimal]) -> None:
    if not asked:
        return
    names = ", ".join(f"'{name[:40]}'" for name in list(asked)[:12])
    draft.say(
        "accounts-not-imported",
        draft.source,
        f"A journal does not say which accounts are costs; not imported were {names}"
        f"{' and more' if len(asked) > 12 else ''}.",
        "Answer account:NAME=initiative for those that are costs of an initiative; the answers are remembered.",
        count=len(asked),
    )
    for name in list(asked)[:50]:
        draft.ask(f"account:{name}", f"Is '{name[:60]}' a cost, and of which initiative?", "", "a journal does not say")


def read_bank(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of bank transactions says: money that went out is a cost, money that came in is not."""
    layout = glance.must_layout(BANK, "bank transactions")
    draft = Draft(terms.source_or("bank"), partial=True)
    draft.findings += glance.findings
    loose: dict[str, Decimal] = {}
    came_in = 0
    sums: dict[tuple[str, str, date], tuple[Decimal, str]] = {}
    for line in layout.lines:
        amount, day = layout.amount(line, "amount"), layout.known_day(line, "date")
        if amount is None or day is None:
            draft.say(
                "no-amount",
                line.where,
                "The row has no amount or no day that can be read; it was left out.",
                "Correct it, and import again.",
                Severity.ERROR,
            )
        elif amount >= 0:
            came_in += 1
        else:
            name = layout.text(line, "account") or layout.text(line, "payee") or "Bank"
            # Two bank accounts may pay for the same thing on one day: both count.
            bank = " ".join((draft.source, layout.text(line, "bank"))).strip()
            before = sums.get((bank, name, day), (Decimal(0), line.where))
            sums[bank, name, day] = (before[0] - amount, before[1])
    for (bank, name, day), (money, where) in sums.items():
        if not add_cost(draft, terms, name, "", day, money, where, bank):
            loose[name] = loose.get(name, Decimal(0)) + money
    if came_in:
        draft.say(
            "money-in",
            draft.source,
            f"{came_in} row(s) of money that came in were not imported: it is no cost.",
            "Import a profit and loss statement for the income.",
            count=came_in,
        )
    ask_accounts(draft, loose)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("date", "account", "amount", "bank"))
    return draft


__all__ = [
    "BANK",
    "JOURNAL",
    "read_bank",
    "read_quickbooks",
    "read_xero",
    "sniff_bank",
    "sniff_quickbooks",
    "sniff_xero",
]
