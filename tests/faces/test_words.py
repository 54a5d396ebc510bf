"""Sentences, numbers and languages: every code has its words, and they speak of the same values."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest

import rhumbline
from rhumbline.engines.diagnosis import RULES
from rhumbline.engines.planning import REASON_CODES, Standing
from rhumbline.engines.planning.verify import Proof, Verdict
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Bar, Cell, Commands, Entries, Given, Heading, Headline, Sentences, Table, Title
from rhumbline.faces.file_commands import companies
from rhumbline.faces.words import LANGUAGES, NO_BREAK, Words, catalogue, harmless, placeholders

PACKAGE = resources.files("rhumbline")
# Codes in full, and the families whose last word is put together from a value.
LITERAL = re.compile(r'Reason\(\s*"([a-z_]+(?:\.[\w-]+)+)"')
COLUMNS = re.compile(r'Column\(\s*"([a-z_.]+)"')
FAMILIES = {
    "standing": [standing.name.lower() for standing in Standing],
    "verify.verdict": [verdict.value for verdict in Verdict],
    "verify.proof": [proof.name.lower() for proof in Proof],
    "verify.part": [
        "book",
        "terms",
        "status",
        "set",
        "start",
        "cost",
        "gap_closed",
        "value",
        "bound",
        "reserve",
        "optimal",
        "unique",
    ],
    "lens": list("SMOC"),
    "question_of": list("SMO"),
    "heading": ["funded", "reserve", "stopped", "waiting", "blocked", "error", "warning", "info"],
}


def sources(*folders):
    for folder in folders:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            yield path.read_text(encoding="utf-8")


def codes_in_use():
    found = set(REASON_CODES)
    for text in sources("faces", "engines", "exchange", "server"):
        found |= set(LITERAL.findall(text)) | set(COLUMNS.findall(text))
        found |= set(re.findall(r'words\.text\(\s*"([a-z_]+\.[\w.-]+)"', text))
        found |= set(re.findall(r'self\.text\(\s*"([a-z_]+\.[\w.-]+)"', text))
        for code in re.findall(r'\b(?:refusal|no_answer|_in_words)\(\s*"([a-z-]+)"', text):
            found |= {f"refused.{code}.message", f"refused.{code}.remedy"}
    for family, words in FAMILIES.items():
        found |= {f"{family}.{word}" for word in words}
    for rule in RULES:
        found |= {f"{rule.code}.{part}" for part in ("name", "message", "why", "remedy")}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_in_every_language(language):
    assert sorted(codes_in_use() - set(catalogue(language))) == []


def test_the_languages_say_the_same_things():
    codes = {language: {code for code in catalogue(language) if not code.startswith("gate.")} for language in LANGUAGES}
    assert codes["en"] == codes["de"]


def values(language, code):
    return Counter(name for name, _ in placeholders(catalogue(language)[code]))


@pytest.mark.parametrize("code", sorted(catalogue("en")))
def test_a_sentence_speaks_of_the_same_values_in_every_language(code):
    assert values("de", code) == values("en", code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_can_be_printed_and_no_brace_is_left(language):
    for code, sentence in catalogue(language).items():
        assert {hint for _, hint in placeholders(sentence)} <= Words(language).hints, code
        filled = Words(language).fill(sentence, {})
        assert "{" not in filled, code
        assert "}" not in filled, code


def test_the_planner_gives_the_values_its_sentences_speak_of():
    for code, sentence in REASON_CODES.items():
        said = {name for name, _ in placeholders(catalogue("en")[code])}
        assert said <= set(re.findall(r"\{(\w+)", sentence)), code


def reasons_of(block):
    match block:
        case Headline() | Sentences():
            yield from block.reasons
        case Heading():
            yield block.reason
        case Table():
            for row in block.rows:
                yield from row
        case Entries():
            for entry in block.entries:
                yield from (entry.title, *entry.facts, *entry.reasons)
                yield from (said for _, said in (*entry.items, *entry.notes))
        case Commands():
            yield from (purpose for _, purpose in block.lines)
        case Bar() | Title():
            return


@pytest.mark.parametrize("name", sorted(companies()))
def test_whatever_is_said_about_a_company_finds_its_values(name):
    book, findings = rhumbline.read_book(companies()[name].read_bytes())
    subject = next(iter(book.initiatives))
    wishes = {"explain": {"subject": subject}, "compare": dict(zip("ab", book.initiatives, strict=False))}
    for verb in ("score", "check", "plan", "questions", "explain", "compare"):
        answer = rhumbline.run(verb, book, findings=findings, **wishes.get(verb, {}))
        for block in answer.blocks:
            for said in reasons_of(block):
                if isinstance(said, Reason):
                    needed = {name for name, _ in placeholders(catalogue("en")[said.code])}
                    assert needed <= set(said.numbers), said


def test_what_the_gate_finds_is_said_in_german_where_the_finding_has_the_values():
    text = "as_of: 2026-11-23\norganisation: {name: A, currency: EUR}\nbudget: {cash: [-5], drift: 15}\n"
    book, findings = rhumbline.read_book(text)
    said = rhumbline.score(book, findings=findings, language="de").text
    assert "cash ist -5, muss aber mindestens 0 sein." in said
    assert "Sind Prozent gemeint" in said
    english = rhumbline.score(book, findings=findings).text
    assert all(" ".join(finding.message.split()[:4]) in english for finding in findings)


# --- how values are printed -------------------------------------------------------------------


@pytest.fixture
def bakery():
    return rhumbline.read_book(companies()["bakery"].read_bytes()).book


@pytest.mark.parametrize(
    ("value", "hint", "english", "german"),
    [
        (0.65723611, "percent", "65.7 %", "65,7 %"),
        (0.0, "percent", "0.0 %", "0,0 %"),
        (-0.00001, "percent", "0.0 %", "0,0 %"),
        (0.0005, "percent", "0.0 %", "0,0 %"),
        (0.0015, "percent", "0.2 %", "0,2 %"),
        (12.5, "percent", "1,250.0 %", "1.250,0 %"),
        (0.572, "whole", "57", "57"),
        (0.5723, "points", "57.2", "57,2"),
        (33360.0, "money", "33,360 EUR", "33.360 EUR"),
        (Decimal("1999.95"), "money", "1,999.95 EUR", "1.999,95 EUR"),
        (0.48261222, "exact", "0.482612", "0,482612"),
        (3.14159, "number", "3.14", "3,14"),
        (3, "number", "3", "3"),
        (date(2026, 11, 23), "date", "23 November 2026", "23. November 2026"),
        ("2027-Q1", "period", "Q1 2027", "Q1 2027"),
        (2, "period", "Q2 2027", "Q2 2027"),
        ("2027-03", "period", "March 2027", "März 2027"),
        ("i1", "name", "Bake more croissants for the shop", "Bake more croissants for the shop"),
        ("nobody", "name", "nobody", "nobody"),
        (["a"], "list", "a", "a"),
        (["a", "b", "c"], "list", "a, b and c", "a, b und c"),
        ([], "list", "nothing", "nichts"),
        ("not sure yet", "word", "not sure yet", "noch unklar"),
        (None, "percent", "–", "–"),  # noqa: RUF001
        (True, "", "yes", "ja"),
    ],
)
def test_values_are_printed_as_each_language_does(bakery, value, hint, english, german):
    for language, expected in (("en", english), ("de", german)):
        assert Words(language, bakery).show(value, hint).replace(NO_BREAK, " ") == expected


def test_a_number_chooses_its_noun():
    words = Words("en")
    template = "{count:count|rule|rules}"
    assert words.fill(template, {"count": 1}) == f"1{NO_BREAK}rule"
    assert words.fill(template, {"count": 0}) == f"0{NO_BREAK}rules"
    assert words.fill(template, {"count": ("a", "b")}) == f"2{NO_BREAK}rules"


def test_a_name_in_a_sentence_is_marked_once(bakery):
    words = Words("de", bakery)
    marked = "„Chilled van and route plan“"
    assert words.fill("{initiative:name} läuft.", {"initiative": "i2"}) == f"{marked} läuft."
    assert words.fill("„{initiative:name}“ läuft.", {"initiative": "i2"}) == f"{marked} läuft."


def test_a_code_without_a_sentence_is_printed_and_never_fails():
    assert Words("en").say(Reason("new.code", {"share": 0.5})) == "new.code: share 0.5"
    assert Words("en").say(Reason("new.code")) == "new.code"


def test_what_came_with_the_data_is_quoted_as_it_is():
    words = Words("en")
    assert words.said(Given(Reason("unknown.code"), "a {brace} stays")) == "a {brace} stays"
    assert words.said(Given(Reason("unknown.code", {"n": 2}), "{n} found", template=True)) == "2 found"
    assert words.said(Cell(0.5, "percent")) == f"50.0{NO_BREAK}%"


def test_there_are_no_other_languages():
    with pytest.raises(ValueError, match="there are en, de"):
        Words("xx")


def test_text_from_outside_is_harmless():
    assert harmless("Café – 東京 👩‍🍳") == "Café – 東京 👩‍🍳"  # noqa: RUF001
    assert harmless("a\x1b[31mb\x9bc\x07") == "a\ufffd[31mb\ufffdc\ufffd"
    assert harmless("one\ntwo\tthree\r\u2028") == "one two three  "
    assert harmless("\u202egnp.exe\u2066x\ud800") == "\ufffdgnp.exe\ufffdx\ufffd"
