"""The report and the strategy on a page, looked at in a real browser: light, dark, wide, narrow, printed."""

import contextlib
import re
import zlib

import pytest

import rhumbline
from rhumbline.engines.planning import PlanTerms
from rhumbline.faces.file_commands import companies
from rhumbline.faces.report import onepage_html, report_html

pytestmark = pytest.mark.browser

LOOKS = [("light", 1280), ("dark", 390)]
EMPTY = b"as_of: 2026-11-23\n"


def page_of(make, name, language="en"):
    text = EMPTY if name == "empty" else companies()[name].read_bytes()
    book, findings = rhumbline.read_book(text)
    return make(book, PlanTerms(without_held_out=True), findings=findings, language=language)


def quiet(visit):
    """Nothing overflows, nothing is complained about, nothing is asked of anybody."""
    assert visit.overflow() <= 0
    assert visit.said == []
    assert len(visit.requests) == 1


@pytest.mark.parametrize("name", sorted(companies()))
def test_the_report_of_every_company_fits_wide_and_narrow_and_asks_for_nothing(visit, name):
    text = page_of(report_html, name)
    for theme, width in LOOKS:
        quiet(visit(text, theme=theme, width=width))


# The pages are made of the same parts: these three show all of them, and axe takes its time.
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)])
@pytest.mark.parametrize("name", ["bakery", "workbench", "empty"])
def test_everybody_can_read_the_report(visit, axe, name, theme, width, language):
    looked = visit(page_of(report_html, name, language), theme=theme, width=width)
    quiet(looked)
    assert looked.violations(axe) == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
@pytest.mark.parametrize("name", ["bakery", "workbench", "empty"])
def test_everybody_can_read_the_strategy_on_a_page(visit, axe, name, theme, width):
    looked = visit(page_of(onepage_html, name), theme=theme, width=width)
    quiet(looked)
    assert looked.violations(axe) == []


@pytest.mark.parametrize("width", [320, 390, 768])
def test_wide_tables_scroll_in_their_own_box(visit, width):
    looked = visit(page_of(report_html, "workbench"), width=width)
    assert looked.overflow() <= 0
    boxes = looked.page.evaluate("[...document.querySelectorAll('.scroll')].map(box => box.clientWidth)")
    assert max(boxes) <= width


def test_it_is_dark_on_a_dark_screen_and_light_on_paper(visit):
    looked = visit(page_of(report_html, "bakery"), theme="dark")
    assert looked.colour("body", "backgroundColor") == "rgb(20, 25, 31)"
    looked.page.emulate_media(media="print")
    assert looked.colour("body", "backgroundColor") == "rgb(255, 255, 255)"
    assert looked.colour("body", "color") == "rgb(27, 37, 48)"


def test_the_wide_pictures_are_printed_and_no_links_to_go_to(visit):
    looked = visit(page_of(report_html, "bakery"))
    looked.page.emulate_media(media="print")
    assert looked.colour(".rl-if-wide", "display") == "block"
    assert looked.colour(".rl-if-narrow", "display") == "none"
    assert looked.colour("nav", "display") == "none"


def unpacked(document):
    """The objects of a PDF as text: WeasyPrint packs most of them."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    texts = [document]
    for stream in packed:
        with contextlib.suppress(zlib.error):
            texts.append(zlib.decompress(stream))
    return b"".join(texts)


def pages_of(document):
    return len(re.findall(rb"/Type\s*/Page(?!s)", unpacked(document)))


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", sorted(companies()))
def test_the_strategy_fits_on_one_sheet(visit, name, language):
    looked = visit(page_of(onepage_html, name, language))
    assert pages_of(looked.page.pdf(prefer_css_page_size=True)) == 1


def test_the_report_prints_on_a_readable_number_of_sheets(visit):
    looked = visit(page_of(report_html, "bakery"))
    assert 8 <= pages_of(looked.page.pdf(prefer_css_page_size=True)) <= 18


def test_every_source_can_be_reached_with_the_keyboard(visit):
    looked = visit(page_of(report_html, "bakery"))
    looked.page.keyboard.press("Tab")
    assert looked.page.evaluate("document.activeElement.className") == "skip"
    looked.page.keyboard.press("Enter")
    assert looked.page.url.endswith("#decision")
    reference = looked.page.locator("#decision .ref").first
    reference.focus()
    looked.page.keyboard.press("Enter")
    assert looked.page.url.endswith("#source-gap_plan")


@pytest.fixture
def weasyprint():
    return pytest.importorskip("weasyprint", exc_type=ImportError, reason="WeasyPrint is not installed: make browser")


@pytest.mark.usefixtures("weasyprint")
@pytest.mark.parametrize("name", ["bakery", "workbench", "empty"])
def test_the_pdf_is_tagged_and_the_same_bytes_again(name):
    from rhumbline.faces.report import report_pdf

    document = page_of(report_pdf, name)
    assert document.startswith(b"%PDF-")
    assert b"/MarkInfo" in unpacked(document)
    assert document == page_of(report_pdf, name)


@pytest.mark.usefixtures("weasyprint")
@pytest.mark.parametrize("name", sorted(companies()))
def test_the_strategy_is_one_sheet_of_pdf(name):
    from rhumbline.faces.report import onepage_pdf

    assert pages_of(page_of(onepage_pdf, name, "de")) == 1
