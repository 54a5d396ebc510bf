"""Lets the pictures speak through the message catalogue, with numbers as its language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rhumbline.book.concealment import HIDDEN
from rhumbline.faces.charts.words import MINUS
from rhumbline.faces.words import NO_BREAK, Words


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The words and numbers of the pictures in the language of an answer.

    Parameters
    ----------
    words
        The language, and the Book whose currency amounts are in.
    """

    words: Words

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with so many decimals, grouped, without a negative zero."""
        from babel.numbers import format_decimal

        # Through text, so that half-way cases are those of the number that is shown, not of its last bit.
        exact = Decimal(repr(round(float(value), 12) + 0.0))
        pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
        return self._signed(format_decimal(exact, pattern, locale=self.words.language))

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share of 1 as percent."""
        return f"{self.number(share * 100, decimals)}{NO_BREAK}%"

    def money(self, amount: float, *, short: bool = False) -> str:
        """Return an amount with its currency, where short in thousands or millions; a word where it is hidden."""
        if not self.words.sight.money:
            return self.words.show(HIDDEN)
        organisation = self.words.book.organisation if self.words.book is not None else None
        shown = self._short(amount) if short else self.number(amount)
        return f"{shown}{NO_BREAK}{organisation.currency}" if organisation else shown

    def say(self, code: str, **values: str) -> str:
        """Return the sentence of a code of the pictures."""
        return self.words.text(f"chart.{code}", values)

    def _short(self, amount: float) -> str:
        from babel.numbers import format_compact_decimal

        shown = format_compact_decimal(amount, format_type="short", locale=self.words.language, fraction_digits=1)
        # Where a language has no short word for thousands, the whole number is left, without its groups.
        return self._signed(shown) if any(letter.isalpha() for letter in shown) else self.number(amount)

    def _signed(self, shown: str) -> str:
        if not any(digit in "123456789" for digit in shown):
            return shown.lstrip("-")
        return shown.replace("-", MINUS)


__all__ = ["ChartWords"]
