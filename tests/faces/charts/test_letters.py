"""Text is measured, cleaned, shortened and wrapped without a font."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faces.charts.inputs import names

from rhumbline.faces.charts.letters import SMALL, clean, shortened, text_width, wrapped


def test_widths_are_those_of_the_wider_font():
    # DejaVu Sans: M is 0.863 of the size, i 0.278; Arial's M is 0.833.
    assert text_width("M", 100) == 87
    assert text_width("i", 100) == 28
    assert text_width("M", 100, bold=True) > text_width("M", 100)


def test_rare_letters_are_taken_as_wide():
    assert text_width("漢", 100) >= 100
    assert text_width("🥐", 100) >= 130
    assert text_width("e\u0301", 100) == text_width("e", 100)


@given(st.text())
def test_clean_text_may_stand_in_xml(text):
    cleaned = clean(text)
    assert not [letter for letter in cleaned if unicodedata.category(letter) in {"Cc", "Cs", "Cn"}]
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip(" ")


def test_clean_keeps_no_break_spaces_and_joined_emoji_but_no_tower_of_accents():
    assert clean("5\u00a0kg") == "5\u00a0kg"
    assert clean("👩\u200d👧") == "👩\u200d👧"
    assert clean("a" + "\u0335" * 9) == "a" + "\u0335" * 2
    assert clean("\u202eabc\x00\n d") == "abc d"


@given(names, st.floats(0, 400))
def test_a_shortened_text_fits(text, width):
    assert text_width(shortened(clean(text), width, SMALL), SMALL) <= width


@given(names, st.floats(20, 400), st.integers(1, 4), st.booleans())
def test_wrapped_lines_fit_and_lose_nothing_but_the_end(text, width, lines, bold):
    found = wrapped(text, width, lines=lines, bold=bold)
    assert len(found) <= lines
    assert all(text_width(line, bold=bold) <= width for line in found)
    if found and not found[-1].endswith("…"):
        assert "".join(found).replace(" ", "") == clean(text).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Standing orders and price list", ("Standing orders", "and price list")),
        ("One", ("One",)),
        ("", ()),
    ],
)
def test_lines_break_at_spaces(text, lines):
    assert wrapped(text, 110, lines=2) == lines
