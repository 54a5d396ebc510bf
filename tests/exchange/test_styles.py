"""Numbers and dates: one style per column, and a rival where two styles read every cell differently."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rhumbline.exchange.styles import (
    DateStyle,
    NumberStyle,
    currencies,
    decide_dates,
    decide_numbers,
    half_converted,
    is_missing,
    month_of,
    parse_amount,
    parse_date,
    parse_truth,
)


def numbers(cells, unit=""):
    style = decide_numbers(cells, unit).style
    amounts = [parse_amount(cell, style) for cell in cells]
    return [None if amount is None else amount.value for amount in amounts]


def dates(cells):
    style = decide_dates(cells).style
    return [parse_date(cell, style) for cell in cells]


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.250,00", "80,50"], ["1250", "80.5"]),
        (["1,250.00", "80.50"], ["1250", "80.5"]),
        (["1 250,5", "12 000"], ["1250.5", "12000"]),
        (["1\u202f250,5", "12\u00a0000"], ["1250.5", "12000"]),
        (["1'250.00", "1\u2019000"], ["1250", "1000"]),
        (["1,25,000.00"], ["125000"]),
        (["1.250.000", "3"], ["1250000", "3"]),
        (["€ 1.250,00", "80,50 €", "EUR 12", "12 EUR"], ["1250", "80.5", "12", "12"]),
        (["$1,234.56", "US$ 5", "-$5", "$-5"], ["1234.56", "5", "-5", "-5"]),
        (["(1,250.00)", "-5", "5-", "\u22127", "+3"], ["-1250", "-5", "-5", "-7", "3"]),
        (
            ["5k", "1.5M", "2 Mio. €", "T€ 12", "12 TEUR", "3 tsd"],
            ["5000", "1500000", "2000000", "12000", "12000", "3000"],
        ),
        (["1.250,-", "99,-"], ["1250", "99"]),
        (["15 %", "7,5 %"], ["15", "7.5"]),
        (["8 h", "12,5 Std."], ["8", "12.5"]),
        (["0,500"], ["0.5"]),
        ([1250, 80.5, "12"], ["1250", "80.5", "12"]),
        ([0.1 + 0.2], ["0.3"]),
    ],
)
def test_numbers_are_read_as_people_write_them(cells, expected):
    assert numbers(cells) == [Decimal(number) for number in expected]


@pytest.mark.parametrize(
    "cell",
    ["approx 5k?", "tbd", "#REF!", "#N/A", "1.2.3", "1,2,3.4", "12 of 20", "5-10", "1.250,00.5", "k", "€", "1e5"],
)
def test_what_is_no_number_is_none_in_any_style(cell):
    assert decide_numbers([cell]).read == 0


@pytest.mark.parametrize(
    "cell", [True, date(2024, 5, 1), datetime.fromisoformat("2024-05-01"), None, float("nan"), float("inf")]
)
def test_other_values_are_no_numbers(cell):
    assert parse_amount(cell, NumberStyle()) is None


def test_one_cell_decides_for_the_whole_column():
    decision = decide_numbers(["1.250", "2.500", "80,5"])
    assert decision.style.decimal == ","
    assert decision.certain
    assert not decision.rivals


@pytest.mark.parametrize("cells", [["1.250"], ["1,250", "12"], ["1.250", "2.500"]])
def test_what_two_styles_read_differently_is_left_open(cells):
    decision = decide_numbers(cells)
    assert decision.rivals
    assert decision.example == cells[0]


@pytest.mark.parametrize("cells", [["12", "1250"], ["1 250"], [], ["-"], [5, 6.5]])
def test_what_two_styles_read_alike_is_no_question(cells):
    assert not decide_numbers(cells).rivals


def test_a_cell_in_another_style_is_the_one_that_is_not_read():
    assert numbers(["1.250,00", "2.400,50", "1,250.00"]) == [Decimal("1250.00"), Decimal("2400.50"), None]


def test_true_and_one_are_not_the_same_cell():
    decision = decide_numbers([1, True, 1.0])
    assert (decision.read, decision.filled) == (2, 3)


def test_a_multiple_in_the_header_counts_for_every_number_without_one():
    assert numbers(["5", "2,5", "3k"], "k€") == [Decimal(5000), Decimal("2500.0"), Decimal(3000)]


def test_currencies_are_counted():
    assert currencies(["€ 5", "6 EUR", "7"], "") == {"EUR": 2}
    assert currencies(["5"], "in TCHF".removeprefix("in ")) == {"CHF": 1}


decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
separators = st.sampled_from([(".", ","), (".", " "), (".", "'"), (",", "."), (",", " "), (",", "\u00a0"), (",", "'")])


def written(number, decimal, thousands, before="", after="", brackets=False):
    text = f"{abs(number):,.2f}".replace(",", "#").replace(".", decimal).replace("#", thousands)
    body = f"{before}{text}{after}"
    if number >= 0:
        return body
    return f"({body})" if brackets else f"-{body}"


@given(
    st.lists(decimals, min_size=1, max_size=8),
    separators,
    st.sampled_from([("", ""), ("€ ", ""), ("", " EUR"), ("$", ""), ("", " CHF")]),
    st.booleans(),
)
def test_a_column_written_in_one_style_is_read_back(numbers_in, signs, around, brackets):
    cells = [written(number, *signs, *around, brackets) for number in numbers_in]
    decision = decide_numbers(cells)
    assert decision.style.decimal == signs[0]
    assert not decision.rivals
    assert [parse_amount(cell, decision.style).value for cell in cells] == numbers_in


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    for cells in ([text], [text, "1.250,00"], ["31/03/2024", text]):
        decide_numbers(cells)
        decide_dates(cells)
    assert is_missing(text) in {True, False}
    assert parse_truth(text) in {True, False, None}


# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["31/03/2024", "04/04/2024"], ["2024-03-31", "2024-04-04"]),
        (["03/31/2024", "04/04/2024"], ["2024-03-31", "2024-04-04"]),
        (["31.03.24", "1.4.24"], ["2024-03-31", "2024-04-01"]),
        (["2024-03-31", "2024-04-04T10:00:00.000Z"], ["2024-03-31", "2024-04-04"]),
        (["20240331"], ["2024-03-31"]),
        (["02-Nov-04", "16-Nov-04"], ["2004-11-02", "2004-11-16"]),
        (["25/Jun/20 12:44", "11/May/24 03:26 PM"], ["2020-06-25", "2024-05-11"]),
        (["6/21/2025 16:14", "1/2/2025 9:00"], ["2025-06-21", "2025-01-02"]),
        (["31 Mar 2024", "March 4, 2024", "31st March 2024"], ["2024-03-31", "2024-03-04", "2024-03-31"]),
        (["31. März 2024", "1. Okt. 2024", "5 Dez 2024"], ["2024-03-31", "2024-10-01", "2024-12-05"]),
        (["1er mars 2024", "14 juillet 2024", "3 févr. 2024"], ["2024-03-01", "2024-07-14", "2024-02-03"]),
        (["3 de marzo de 2024", "4 ene 2024"], ["2024-03-03", "2024-01-04"]),
        (["Mon, 12 Mar 2024"], ["2024-03-12"]),
        ([45382, "45383"], ["2024-03-31", "2024-04-01"]),
        ([date(2024, 3, 31), datetime.fromisoformat("2024-04-04T12:00")], ["2024-03-31", "2024-04-04"]),
        (["24-03-31", "99-12-31"], ["2024-03-31", "1999-12-31"]),
    ],
)
def test_dates_are_read_as_people_write_them(cells, expected):
    assert dates(cells) == [date.fromisoformat(day) for day in expected]


@pytest.mark.parametrize(
    "cell", ["tbd", "31/02/2024", "Q3", "soon", "13/13/2024", "31 Mar", "2024", "#N/A", "0/0/0", ""]
)
def test_what_is_no_date_is_none_in_any_style(cell):
    assert decide_dates([cell]).read == 0


def test_days_up_to_twelve_leave_two_orders():
    decision = decide_dates(["03/04/2024", "05/06/2024"])
    assert {decision.style.order, *(rival.order for rival in decision.rivals)} == {"dmy", "mdy"}
    assert decision.example == "03/04/2024"


def test_points_say_that_the_day_comes_first():
    assert not decide_dates(["03.04.2024"]).rivals


def test_the_same_day_and_month_is_no_question():
    assert not decide_dates(["04/04/2024"]).rivals


def test_a_date_in_the_other_order_is_the_one_that_is_not_read():
    assert dates(["31/03/2024", "30/04/2024", "04/30/2024"])[2] is None


@given(
    st.lists(st.dates(date(1971, 1, 1), date(2060, 12, 31)), min_size=1, max_size=8),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%d-%m-%Y", "%Y%m%d"]),
)
def test_a_column_of_dates_in_one_style_is_read_back_or_asked_about(days, style):
    cells = [day.strftime(style) for day in days]
    decision = decide_dates(cells)
    readings = [[parse_date(cell, found) for cell in cells] for found in (decision.style, *decision.rivals)]
    assert days in readings
    if len(readings) > 1:
        assert all(day.day <= 12 for day in days)


def test_months_without_a_day_are_their_first_day():
    assert month_of("Mar 2024") == month_of("03/2024") == month_of("2024-03") == month_of("März 24") == date(2024, 3, 1)


def test_a_spreadsheet_that_exchanged_day_and_month_is_noticed():
    assert half_converted([date(2024, 4, 3), date(2024, 6, 5), "13/04/2024", "31/03/2024"])
    assert not half_converted([date(2024, 4, 30), date(2024, 6, 5), "13/04/2024", "31/03/2024"])
    assert not half_converted(["13/04/2024", "03/04/2024"])


def test_the_style_says_how_it_looks():
    assert [str(DateStyle("dmy")), str(DateStyle("ymd", serial=True))] == ["day/month/year", "day numbers"]
    assert [str(NumberStyle()), str(NumberStyle(","))] == ["1,250.00", "1.250,00"]


# --- yes, no and nothing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ja", True),
        ("oui", True),
        ("Sí", True),
        ("x", True),
        (1, True),
        ("nein", False),
        (0.0, False),
        ("maybe", None),
        (2, None),
        (True, True),
    ],
)
def test_yes_and_no_in_four_languages(cell, expected):
    assert parse_truth(cell) is expected


@pytest.mark.parametrize("cell", ["", " ", "-", "\u2013", "n/a", "k. A.", None])
def test_a_dash_means_nothing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["tbd", "?", "#N/A", 0, False])
def test_not_known_yet_is_not_nothing(cell):
    assert not is_missing(cell)
