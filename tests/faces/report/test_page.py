"""The report as a page: what it holds for which data, in both languages, escaped, alone, and always the same."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

import rhumbline
from rhumbline.book.book import Book
from rhumbline.book.findings import AsOfMissing, HeldOutRows
from rhumbline.book.records import Budget
from rhumbline.engines.planning import PlanTerms
from rhumbline.faces.chart_words import ChartWords
from rhumbline.faces.charts import ENGLISH_SENTENCES
from rhumbline.faces.file_commands import companies
from rhumbline.faces.report import onepage_html, report_html
from rhumbline.faces.report.contents import gather
from rhumbline.faces.report.page import sections_of
from rhumbline.faces.report.pictures import pictures_of
from rhumbline.faces.words import LANGUAGES, Words, catalogue

LARGEST = 400_000
VOID = {"meta", "br", "hr", "img", "link", "input"}
# What a browser would fetch or run.
FETCHES = re.compile(
    r"<(?:script|link|iframe|object|embed|img)\b|\bsrc=|@import|url\(|\son\w+=|\sstyle=", re.IGNORECASE
)
ALWAYS = ("decision", "findings", "sure", "sources")


class Page(HTMLParser):
    """Reads a page: tags in balance, identifiers, links, headings, and the text without style."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.headings, self.words, self.tables = [], [], [], [], [], 0
        self.captions = 0
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"

    def handle_startendtag(self, tag, attrs):
        if "id" in dict(attrs):
            self.ids.append(dict(attrs)["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def book_of(name):
    return rhumbline.read_book(companies()[name].read_bytes())


def report(name="bakery", terms=None, language="en", make=report_html):
    book, findings = book_of(name)
    return make(book, terms, findings=findings, language=language)


def without(book, kind):
    return book.without(kind, *book.all(kind))


# --- every company ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(companies()))
def test_every_company_has_a_sound_page(name, language):
    text = report(name, language=language)
    page = Page(text)
    assert len(text.encode()) <= LARGEST
    assert f'<html lang="{language}">' in text
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert page.captions == page.tables
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


@pytest.mark.parametrize("make", [report_html, onepage_html])
@pytest.mark.parametrize("name", sorted(companies()))
def test_a_page_needs_nothing_from_anywhere(name, make):
    text = report(name, make=make)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    assert FETCHES.search(text) is None
    # The name of the SVG language is no address that anybody asks.
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("make", [report_html, onepage_html])
def test_the_same_book_gives_the_same_bytes(make):
    assert report("workbench", make=make) == report("workbench", make=make)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(companies()))
def test_no_code_is_left_without_words(name, language):
    for make in (report_html, onepage_html):
        text = Page(report(name, language=language, make=make)).text
        left = re.findall(r"\b(?:report|heading|plan|chart|word|column|question|lens)\.[a-z_]+(?:\.[\w-]+)?\b", text)
        assert left == []
        assert "{" not in text


def test_german_says_nothing_in_english():
    text = Page(report("bakery", language="de")).text
    for code, sentence in catalogue("en").items():
        if code.startswith("report.") and "{" not in sentence and len(sentence) > 25:
            assert sentence not in text, code
    assert "11,4" in text
    assert "23. November 2026".replace(" ", "\u00a0") in report("bakery", language="de")


def test_the_english_words_of_the_pictures_are_those_the_pictures_know():
    found = {code: catalogue("en")[f"chart.{code}"] for code in ENGLISH_SENTENCES}
    assert found == dict(ENGLISH_SENTENCES)


# --- first things first -----------------------------------------------------------------------


def test_what_to_do_comes_before_everything_else():
    ids = [found for found in Page(report()).ids if found in {"decision", "proof", "flips", "periods", "sources"}]
    assert ids == ["decision", "proof", "flips", "periods", "sources"]


def test_the_decision_of_the_bakery():
    text = Page(report()).text
    assert "Fund 4 initiatives and stop 1 that is running: this closes 65.7 % of the strategy" in text
    assert "Proven best" in text
    assert "frees 33,360 EUR" in text
    assert text.index("Chilled van and route plan") < text.index("Bake more croissants for the shop")


def test_every_number_with_a_source_leads_to_its_row_and_on_to_records():
    page = Page(report("workbench"))
    referred = {link for link in page.links if link.startswith("#source-")}
    rows = {f"#{found}" for found in page.ids if found.startswith("source-")}
    # All resources are the divisor of every share: a source of sources.
    assert rows - referred <= {"#source-resources", "#source-score_after"}
    assert "#records-benefit" in page.links


# --- sections by data -------------------------------------------------------------------------


def sections(book, terms=None, findings=()):
    return set(sections_of(gather(book, terms, findings=findings)))


def test_a_section_is_there_when_its_data_is():
    book, findings = book_of("workbench")
    full = sections(book, findings=findings)
    assert full >= {
        *ALWAYS,
        "proof",
        "flips",
        "periods",
        "objectives",
        "standing",
        "ethics",
        "questions",
        "map",
        "heat",
    }
    assert "wishes" not in full
    assert "wishes" in sections(book, PlanTerms(bans=(next(iter(book.initiatives)),)))
    assert "ethics" not in sections(without(book, "ethics_review"))
    assert "objectives" not in sections(without(book, "objective"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_book_has_a_page_that_says_what_is_missing(language):
    book, findings = rhumbline.read_book("as_of: 2026-11-23\n")
    text = Page(report_html(book, findings=findings, language=language)).text
    words = Words(language)
    for name in ("firm", "mission", "objectives", "kpis", "initiatives", "budget", "teams", "pulse"):
        assert words.text(f"report.missing.{name}") in text
    assert words.text("report.decision.not_enough_data") in text
    assert words.text("report.figures.none") in Page(onepage_html(book, findings=findings, language=language)).text


@pytest.mark.parametrize("kind", ["budget", "team", "objective", "kpi", "initiative", "benefit", "survey"])
def test_a_book_that_lacks_one_kind_has_a_sound_page(kind):
    book, _ = book_of("bakery")
    poor = without(book, kind)
    if kind == "kpi":
        # What moves a KPI, and what is measured by one, cannot be there without it.
        poor = without(without(without(poor, "benefit"), "objective"), "measurement")
    for make in (report_html, onepage_html):
        Page(make(poor))


def test_rules_that_cannot_all_hold_are_told_in_words():
    book, _ = book_of("bakery")
    everything = tuple(key for key, initiative in book.initiatives.items() if initiative.mode != "drift")
    poor = book.replace(Budget(cash=(Decimal(1000),)))
    for make in (report_html, onepage_html):
        text = Page(make(poor, PlanTerms(pins=everything))).text
        assert "No plan is possible" in text
        assert "You asked for" in text


def test_entries_held_out_are_refused_and_else_said_first():
    text = companies()["bakery"].read_text(encoding="utf-8").replace("cash: [14000", "cash: [-14000")
    book, findings = rhumbline.read_book(text)
    with pytest.raises(HeldOutRows):
        report_html(book, findings=findings)
    page = Page(report_html(book, PlanTerms(without_held_out=True), findings=findings))
    assert page.ids.index("held_out") < page.ids.index("decision")
    assert "1 entry of the file is held out" in page.text.replace("\u00a0", " ")


def test_a_report_needs_a_date():
    with pytest.raises(AsOfMissing):
        report_html(Book())


def test_a_pin_and_a_ban_say_what_they_cost():
    text = Page(report("bakery", PlanTerms(pins=("i6",), bans=("i2",)))).text
    assert "Wishes and their price" in text
    assert "You asked for it. That costs" in text


# --- what somebody else wrote -----------------------------------------------------------------

NASTY = "<script>alert(1)</script>\"'&{{ 7*7 }}"
NAMED = ("initiative", "objective", "kpi", "team")


def test_every_text_of_a_user_is_escaped():
    book, _ = book_of("bakery")
    book = book.replace(
        replace(book.organisation, name=NASTY),
        replace(book.strategy, mission=NASTY),
        *(replace(one, name=NASTY) for kind in NAMED for one in book.all(kind).values()),
        *(replace(one, source=NASTY) for one in book.all("benefit").values()),
    )
    for make in (report_html, onepage_html):
        page = make(book)
        assert "<script" not in page
        # What looks like a template is text.
        assert "{{ 7*7 }}" in page
        assert "&lt;script&gt;alert(1)" in page
        Page(page)


# --- the numbers ------------------------------------------------------------------------------


def printed(value):
    """A share of a document as a table prints it."""
    return ChartWords(Words()).percent(value, 1)


@pytest.mark.parametrize("name", sorted(companies()))
def test_the_tables_beside_the_pictures_carry_the_numbers_of_the_documents(name):
    book, findings = book_of(name)
    contents = gather(book, findings=findings)
    pictures = {name: picture.table.rows for name, picture in pictures_of(contents).items()}
    score, plan = contents.score_answer.document, contents.plan_answer.document

    points = ChartWords(Words())
    assert pictures["compass"][0][1:4] == tuple(
        points.number(score["score"][one], 1) for one in ("low", "best", "high")
    )
    for row, told in zip(pictures["coverage"], score["objectives"], strict=True):
        assert row[2:5] == tuple(printed(told["coverage"][one]) for one in ("low", "best", "high"))
    told = {one["key"]: one for one in score["initiatives"]}
    for row, key in zip(pictures["portfolio"], contents.quantities.open, strict=True):
        assert row[3] == printed(told[key]["resource_share"])
        assert row[5] == printed(told[key]["gap_share"]["best"])
    keys = [line["initiative"] for line in (*plan["funded"], *plan["reserve"])]
    assert [row[0] for row in pictures["periods"][: len(keys)]] == [book.initiatives[key].name for key in keys]
    counted = Counter(finding.severity.value for finding in contents.diagnosis.standing)
    assert [sum(int(row[place]) for row in pictures["findings"]) for place in (1, 2, 3)] == [
        counted[severity] for severity in ("error", "warning", "info")
    ]


@pytest.mark.parametrize("name", sorted(companies()))
def test_the_page_says_the_numbers_of_the_plan_and_the_digest_of_the_book(name):
    book, findings = book_of(name)
    plan = rhumbline.plan(book, findings=findings).document
    text, words = report(name), Words("en", book)
    for value, hint in ((plan["gap_closed"], "percent"), (plan["value"], "exact"), (plan["cost"], "money")):
        assert words.show(value, hint) in text
    assert book.sha in text
    assert plan["certificate"]["model_sha"] in text


def test_a_short_amount_of_german_money_has_its_groups():
    assert ChartWords(Words("de")).money(80_000, short=True) == "80.000"
    assert ChartWords(Words("de")).money(1_500_000, short=True) == "1,5\u00a0Mio."
    assert ChartWords(Words("en")).money(80_000, short=True) == "80K"


def test_the_strategy_on_a_page_says_how_much_it_leaves_out():
    book, _ = book_of("bakery")
    first = book.initiatives["i3"]
    more = [replace(first, key=f"x{number}", name=f"Copy {number}", cash=(), hours={}) for number in range(8)]
    benefits = [
        replace(one, key=f"{copy.key}.b", initiative=copy.key, low=0.1, likely=0.2, high=0.3)
        for copy in more
        for one in book.benefits_of("i3")[:1]
    ]
    text = Page(onepage_html(book.replace(*more, *benefits))).text.replace("\u00a0", " ")
    assert "7 more are named in the full report." in text
    assert "Par-bake line for consistent volume" in text
