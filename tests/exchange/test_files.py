"""Files as they come: empty, binary, foreign, huge, hostile. Never a traceback, always a remedy, always in time."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from rhumbline import examples
from rhumbline.book.types import Severity
from rhumbline.exchange.files import Reading, read_any, read_book, read_mapping, read_text

SMALL = """as_of: 2026-11-23
organisation: {name: Two vans, currency: EUR}
mission: Every parcel on the day we said.
kpis: [{id: k1, name: Late parcels, unit: per thousand, direction: down, baseline: 30, target: 10}]
objectives: [{id: o1, name: Keep our promise, weight: 100, kpis: [{kpi: k1}]}]
teams: []
budget: {cash: [100000, 0, 0, 0], drift: 0.05}
initiatives:
- {id: e1, name: Route planner, mode: exploit, status: candidate, cash: [10000], benefits: [{kpi: k1, effect: [6, 10, 12], evidence: E2}]}
"""


@pytest.fixture
def file(tmp_path):
    def write(data, name="company.yaml"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def refusal(reading: Reading) -> str:
    """Return the code with which the whole input was refused."""
    assert not reading.usable
    assert len(reading.book) == 0
    (finding,) = reading.findings
    assert finding.severity is Severity.ERROR
    assert finding.message.endswith((".", "?"))
    assert finding.remedy
    return finding.code


@pytest.mark.parametrize("name", examples.names())
def test_every_example_loads_without_errors(name):
    reading = read_any(examples.path(name))
    assert reading.usable
    assert reading.errors == ()
    assert reading.held_out == ()
    assert reading.book.as_of == date(2026, 11, 23)


def test_the_seventeen_cases_are_shipped():
    assert len(examples.names()) >= 17
    assert {"bakery", "workbench", "aerospace", "restaurant"} <= set(examples.names())
    with pytest.raises(KeyError, match="bakery"):
        examples.path("nowhere")


def test_a_small_file_is_read_whole(file):
    book, findings = read_book(file(SMALL))
    assert findings == ()
    assert book.benefits_of("e1")[0].likely == 10
    assert read_book(str(file(SMALL))).book == book
    assert read_book(SMALL).book == book
    assert read_book(SMALL.encode()).book == book
    assert read_text(SMALL, "yaml").book == book


@pytest.mark.parametrize("data", ["", "\n\n", "# nothing\n", "---\n", "{}", "null\n", b"\xef\xbb\xbf", "[]", "{}\n"])
def test_empty_files(file, data):
    assert refusal(read_any(file(data))) == "empty"
    assert refusal(read_mapping({})) == "empty"


@pytest.mark.parametrize("data", ["hello\n", "- a\n- b\n", "42\n", "foo: 1\nbar: 2\n", '["a"]', "2026-11-23\n"])
def test_what_is_no_book(file, data):
    assert refusal(read_any(file(data))) == "not-a-book"


def test_what_is_no_book_from_python():
    assert refusal(read_mapping([1])) == "not-a-book"
    assert refusal(read_mapping({"foo": 1})) == "not-a-book"
    assert refusal(read_mapping({1: 2})) == "not-a-book"


def test_missing_files_folders_and_odd_names(tmp_path):
    for path in (tmp_path / "none.yaml", "\0", "x" * 5000, "none.yaml", tmp_path / "none.yaml" / "below"):
        assert refusal(read_book(path)) == "unreadable"
    assert not read_book(tmp_path).usable


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="an administrator may read everything")
def test_files_without_permission(file):
    path = file(SMALL)
    path.chmod(0)
    assert refusal(read_any(path)) == "unreadable"


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"PK\x03\x04\x14\x00\x00\x00", SMALL.encode() + b"\0"])
@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a"])
def test_binary_files(file, data, name):
    assert refusal(read_any(file(data, name))) == "not-text"


@pytest.mark.parametrize(
    ("data", "word"), [(SMALL.replace("Late", "Spät").encode("latin-1"), "Latin-1"), (SMALL.encode("utf-16"), "UTF-16")]
)
def test_other_encodings_say_how_to_save(file, data, word):
    reading = read_any(file(data))
    assert refusal(reading) == "not-utf-8"
    assert word in reading.findings[0].message
    assert "UTF-8" in reading.findings[0].remedy


def test_a_byte_order_mark_and_any_line_ends_are_fine(file):
    book = read_any(file(SMALL)).book
    for ends in ("\r\n", "\r"):
        assert read_any(file(b"\xef\xbb\xbf" + SMALL.replace("\n", ends).encode())).book == book


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("a: [1, 2\nb: 3\n", "not-yaml"),
        ("a: b: c\n", "not-yaml"),
        ("a:\n\t- b\n", "not-yaml"),
        ("a: 'open\n", "not-yaml"),
        ("? [a, b]\n: c\n", "not-yaml"),
        ("? {a: b}\n: c\n", "not-yaml"),
        ("mission: a\nmission: b\n", "duplicate-field"),
        ("budget: {cash: [1], cash: [2]}\n", "duplicate-field"),
        ("mission: !!python/object/apply:os.system ['true']\n", "tag-refused"),
        ("mission: !!str 5\n", "tag-refused"),
        ("mission: !x y\n", "tag-refused"),
        ("mission: &a x\nindustry: *a\n", "anchor-refused"),
        ("mission: *nowhere\n", "anchor-refused"),
        ("mission: a\n---\nmission: b\n", "several-documents"),
        ("mission: a\n---\n", "several-documents"),
        ("mission: " + "[" * 60 + "]" * 60 + "\n", "too-deep"),
        ("mission: " + "{a: " * 60 + "}" * 60 + "\n", "too-deep"),
    ],
)
def test_yaml_that_is_refused(file, data, code):
    reading = read_any(file(data))
    assert refusal(reading) == code
    assert "line" in reading.findings[0].where


def test_control_characters_are_refused():
    assert refusal(read_text("mission: \x07\n")) == "not-yaml"


def test_a_billion_laughs_are_refused_at_the_first_anchor():
    laughs = 'a: &a ["lol","lol"]\n' + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{'*' + chr(97 + n)},*a]\n" for n in range(9)
    )
    assert refusal(read_text(laughs)) == "anchor-refused"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ('{"mission": "a"', "not-json"),
        ('{"mission": }', "not-json"),
        ("{'mission': 'a'}", "not-json"),
        ('{"mission": "a"} {"mission": "b"}', "not-json"),
        ('{"mission": "a", "mission": "b"}', "duplicate-field"),
        ('{"budget": {"cash": [1], "cash": [2]}}', "duplicate-field"),
        ('{"mission": ' + "[" * 60 + "]" * 60 + "}", "too-deep"),
        ('{"mission": ' + '{"a": ' * 60 + "1" + "}" * 61, "too-deep"),
    ],
)
def test_json_that_is_refused(file, data, code):
    assert refusal(read_any(file(data, "company.json"))) == code


def test_half_a_character_in_json_is_a_finding():
    text = '{"organisation": {"name": "\\ud800", "currency": "EUR"}, "budget": {"cash": [1]}}'
    reading = read_text(text, "json")
    assert [finding.code for finding in reading.findings] == ["malformed"]


def test_json_is_seen_without_a_suffix(file):
    tree = {"organisation": {"name": "X", "currency": "EUR"}, "budget": {"cash": [1]}}
    assert read_any(file(json.dumps(tree), "company")).book.organisation.name == "X"
    assert read_text("{organisation: {name: X, currency: EUR}, budget: {cash: [1]}}").book.organisation.name == "X"


def test_plain_words_keep_their_meaning():
    words = "yes no off on 12:30 007 0x1F 1_000 0o17 NaN Infinity y ~x 2026-13-45 1e3x"
    tree = "\n".join(f"- {{id: a{n}, name: {word}}}" for n, word in enumerate(words.split()))
    reading = read_text(f"organisation: {{name: X, currency: EUR}}\nbudget: {{cash: [1e3]}}\npeople:\n{tree}\n")
    assert reading.findings == ()
    assert [person.name for person in reading.book.people.values()] == words.split()
    assert float(reading.book.budget.cash[0]) == 1000


def test_python_structures_that_contain_themselves_are_refused():
    endless: dict = {"mission": "a"}
    endless["horizon"] = endless
    assert refusal(read_mapping(endless)) == "too-deep"
    twice: list = []
    twice += [twice, twice]
    assert refusal(read_mapping({"kpis": twice})) in ("too-deep", "too-big")
    deep: list = []
    for _ in range(20_000):
        deep = [deep]
    assert refusal(read_mapping({"kpis": deep})) == "too-deep"


def test_odd_python_values_are_findings():
    class Odd:
        def __repr__(self):
            raise RuntimeError

    for value in (Odd(), object, {1, 2}, b"x", 1j, lambda: 0):
        reading = read_mapping(
            {"organisation": {"name": value, "currency": "EUR", "headcount": value}, "budget": {"cash": value}}
        )
        assert reading.usable
        assert {finding.code for finding in reading.findings} == {"wrong-type"}


# --- heavy: each in a process of its own, with less than 10 s of CPU and 500 MB ------------------

GUARDED = """
import resource, sys
from rhumbline.exchange.files import read_any
reading = read_any(sys.argv[1])
usage = resource.getrusage(resource.RUSAGE_SELF)
most = usage.ru_maxrss // 1024
if sys.platform == "linux":
    # There ru_maxrss begins with what the process that started this one had, which is all the tests so far.
    most = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
print(reading.usable, reading.findings[0].code, most, round(usage.ru_utime + usage.ru_stime, 1))
"""

LEVELS = 20_000
FIFTY_LEVELS = "\n".join(" " * level + "a:" for level in range(LEVELS // 20))
HEAVY = {
    "levels.yaml": (lambda: "a: " + "[" * LEVELS + "]" * LEVELS, "too-deep"),
    "maps.yaml": (lambda: "a: " + "{a: " * LEVELS + "}" * LEVELS, "too-deep"),
    "indented.yaml": (lambda: FIFTY_LEVELS, "too-deep"),
    "dashes.yaml": (lambda: "- " * LEVELS, "too-deep"),
    "levels.json": (lambda: '{"a":' + "[" * LEVELS + "]" * LEVELS + "}", "too-deep"),
    "open.json": (lambda: '{"a":' * LEVELS, "too-deep"),
    "escapes.json": (lambda: '{"a": "' + '\\"' * 4_900_000, "not-json"),
    "line.yaml": (lambda: "mission: " + "x" * 5_000_000, "missing-value"),
    "digits.yaml": (lambda: "budget: {cash: [" + "9" * 5_000_000 + "]}", "missing-value"),
    "digits.json": (lambda: '{"budget": {"cash": [' + "9" * 5_000_000 + "]}}", "missing-value"),
    "fifty.yaml": (lambda: "# x\n" * 12_500_000, "too-big"),
    "fifty.json": (lambda: " " * 50_000_000, "too-big"),
    "values.yaml": (lambda: "kpis: [" + "1," * 2_000_000 + "1]", "too-big"),
    "values.json": (lambda: '{"kpis": [' + "1," * 2_000_000 + "1]}", "too-big"),
    "rows.yaml": (lambda: "initiatives:\n" + "- {a: 1}\n" * 199_000, "too-many-findings"),
    "fields.yaml": (
        lambda: "people:\n- id: a\n" + "".join(f"  k{n}: 1\n" for n in range(490_000)),
        "too-many-findings",
    ),
    "unknown.yaml": (lambda: "mission: a\n" + "".join(f"k{n}: 1\n" for n in range(490_000)), "too-many-findings"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="measures with the resource module")
@pytest.mark.parametrize("name", HEAVY)
def test_heavy_files_end_in_time_and_space(file, name):
    make, code = HEAVY[name]
    command = [sys.executable, "-c", GUARDED, str(file(make(), name))]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    assert told[1] == code
    assert int(told[2]) < 500
    assert float(told[3]) < 10
