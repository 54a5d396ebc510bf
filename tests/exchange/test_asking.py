"""What is asked of a capability: read as a field of a record is, whatever somebody sends."""

import dataclasses
import json
from datetime import date
from importlib import import_module
from pkgutil import walk_packages

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.strategies import keys, values

import rhumbline
from rhumbline import registry
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import (
    AsOfMissing,
    Finding,
    HeldOutRows,
    RhumblineError,
    SameTwice,
    UnknownCapability,
    UnknownRecord,
    UnusableInput,
)
from rhumbline.book.types import Severity
from rhumbline.engines.planning.verify import claimed_of
from rhumbline.exchange import asking
from rhumbline.exchange.asking import findings_of, read_terms, read_wishes
from rhumbline.exchange.documents import value_of
from rhumbline.exchange.files import dumps, read_mapping
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.schemas import terms_schema
from rhumbline.faces.answers import ask
from rhumbline.faces.file_commands import companies
from rhumbline.faces.refusals import refusal_of

NAMES = [capability.name for capability in registry.capabilities()]
READ_FROM_VALUES = [name for name in NAMES if name != "verify"]


@pytest.fixture(scope="module")
def bakery():
    return rhumbline.read_book(companies()["bakery"].read_bytes()).book


@pytest.fixture(scope="module")
def plan(bakery):
    return ask("plan", bakery, pins=["i3"])


def codes(findings):
    return [(finding.code, finding.severity.value, finding.numbers.get("field", "")) for finding in findings]


def terms(name):
    """Draw terms of a capability, from their annotations."""
    found = registry.resolve(registry.capability(name).terms)
    drawn = {}
    for field in fields_of(found):
        of_field = values(dataclasses.replace(field, part=asking.bounded(field.part)).part)
        drawn[field.name] = st.none() | of_field if field.optional else of_field
    return st.builds(found, **drawn)


# --- what is right ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", READ_FROM_VALUES)
@given(data=st.data())
def test_terms_in_their_plain_form_are_read_back(name, data):
    asked = data.draw(terms(name))
    plain = json.loads(json.dumps(value_of(asked, str)))
    assert read_terms(name, plain) == (asked, ())
    assert Draft202012Validator(terms_schema(name)).is_valid(plain)


def test_the_terms_of_every_answer_ask_the_same_again(bakery, plan):
    for answer in (
        plan,
        ask("score", bakery),
        ask("compare", bakery, a="i1", b="i2", without_held_out=True),
        ask("check", bakery, quick=True, without_held_out=True),
    ):
        assert read_terms(answer.name, answer.document["terms"], bakery) == (answer.terms, ())


@pytest.mark.parametrize("name", ["score", "check", "plan", "questions"])
def test_nothing_asks_for_the_usual(name):
    usual = registry.terms_of(name)
    for raw in ({}, None, {"as_of": None}, {"as_of": ""}):
        assert read_terms(name, raw) == (usual, ())


def test_one_key_stands_for_a_list_of_one():
    assert read_terms("plan", {"pins": "i3", "bans": ["i1", "i2"]})[0] == registry.terms_of(
        "plan", pins=["i3"], bans=["i1", "i2"]
    )
    # As in a file: a key may be a number.
    assert read_terms("plan", {"pins": 12})[0].pins == ("12",)


def test_a_plan_to_verify_is_the_document_of_a_plan(plan):
    asked, findings = read_terms("verify", {"plan": json.loads(json.dumps(plan.document)), "resolve": True})
    assert findings == ()
    assert asked.plan == claimed_of(plan.result)
    assert asked.resolve


@pytest.mark.parametrize("name", NAMES)
def test_every_capability_may_be_answered_without_what_is_held_out(name, plan):
    required = {"explain": {"subject": "i2"}, "compare": {"a": "i1", "b": "i2"}, "verify": {"plan": plan.document}}.get(
        name, {}
    )
    asked, findings = read_terms(name, {**required, "without_held_out": True})
    assert findings == ()
    assert getattr(asked, "without_held_out", True)
    _, findings = read_terms(name, {**required, "without_held_out": "yes"})
    assert codes(findings) == [("wrong-type", "error", "without_held_out")]


# --- what is wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("plan", {"as_of": "23.11.2026"}, [("malformed", "error", "as_of")]),
        ("plan", {"as_of": "2026-02-30"}, [("malformed", "error", "as_of")]),
        ("plan", {"as_of": 20261123}, [("wrong-type", "error", "as_of")]),
        ("score", {"as_of": "1066-10-14"}, [("too-small", "error", "as_of")]),
        ("score", {"as_of": "9999-12-31"}, [("too-large", "error", "as_of")]),
        ("plan", {"node_limit": -1}, [("too-small", "error", "node_limit")]),
        ("plan", {"node_limit": 10**400}, [("too-large", "error", "node_limit")]),
        ("plan", {"node_limit": 1.5}, [("wrong-type", "error", "node_limit")]),
        ("plan", {"node_limit": "1000"}, [("wrong-type", "error", "node_limit")]),
        ("plan", {"node_limit": float("nan")}, [("not-a-number", "error", "node_limit")]),
        ("plan", {"node_limit": True}, [("wrong-type", "error", "node_limit")]),
        ("plan", {"pins": {"i1": 1}}, [("wrong-type", "error", "pins")]),
        ("plan", {"pins": [["i1"]]}, [("wrong-type", "error", "pins")]),
        ("plan", {"pins": ["i1", None]}, [("missing-value", "error", "pins")]),
        ("plan", {"pins": ["i 1"]}, [("malformed", "error", "pins")]),
        ("plan", {"pins": ["\ud800"]}, [("malformed", "error", "pins")]),
        ("plan", {"pins": ["i1", "i1"]}, [("repeated-value", "warning", "pins")]),
        ("plan", {"scenario": "x" * 10**6}, [("malformed", "error", "scenario")]),
        ("check", {"quick": 1}, [("wrong-type", "error", "quick")]),
        ("check", {"quick": "true"}, [("wrong-type", "error", "quick")]),
        ("plan", {"pin": ["i1"]}, [("unknown-field", "error", "")]),
        ("plan", {"id": "i1"}, [("unknown-field", "error", "")]),
        ("score", {"pins": []}, [("unknown-field", "error", "")]),
        ("plan", {7: "i1", None: 2}, [("unknown-field", "error", ""), ("unknown-field", "error", "")]),
        ("explain", {}, [("missing-value", "error", "subject")]),
        ("explain", {"subject": " "}, [("missing-value", "error", "subject")]),
        ("explain", {"subject": ["i1"]}, [("wrong-type", "error", "subject")]),
        ("compare", {"a": "i1"}, [("missing-value", "error", "b")]),
        ("verify", {}, [("missing-value", "error", "plan")]),
        ("verify", {"plan": "plan.json"}, [("not-a-plan", "error", "plan")]),
        ("verify", {"plan": {"schema": "rhumbline.plan/1"}}, [("not-a-plan", "error", "plan")]),
        ("plan", [], [("wrong-type", "error", "")]),
        ("plan", "i1", [("wrong-type", "error", "")]),
        ("plan", 3, [("wrong-type", "error", "")]),
    ],
)  # fmt: skip
def test_a_bad_wish_is_a_finding(name, raw, expected):
    asked, findings = read_terms(name, raw)
    assert codes(findings) == expected
    assert (asked is None) == any(severity == "error" for _, severity, _ in expected)
    for finding in findings:
        assert finding.where.startswith(name)
        assert finding.message.endswith((".", "?"))
        assert finding.remedy
        assert len(finding.message) < 500
        assert "\ud800" not in finding.message + finding.where + finding.remedy


def test_a_misspelled_wish_is_answered_by_the_right_word():
    _, (finding,) = read_terms("plan", {"pinns": ["i1"]})
    assert finding.numbers["near"] == "pins"
    assert "'pins'" in finding.message
    assert "'pins'" in finding.remedy


def test_every_mistake_is_said_at_once():
    _, findings = read_terms("compare", {"a": "i 1", "as_of": "today", "wihtout": 1})
    assert codes(findings) == [
        ("malformed", "error", "a"),
        ("malformed", "error", "as_of"),
        ("unknown-field", "error", ""),
        ("missing-value", "error", "b"),
    ]


@pytest.mark.parametrize(
    "value", ["23.11.2026", "2026-02-30", 20261123, True, "1066-10-14", "2300-01-01", ["2026-11-23"], "NaN"]
)
def test_a_bad_day_has_the_code_it_has_in_a_record(value):
    _, of_terms = read_terms("score", {"as_of": value})
    _, of_record = read_record("work_item", {"key": "m1", "name": "Ready", "due": value})
    assert [finding.code for finding in of_terms] == [finding.code for finding in of_record]


@pytest.mark.parametrize("value", ["i 1", "", ["x"], {"i": 1}, 3.5, True, "x" * 81, "\x00", "ä"])
def test_a_bad_key_has_the_code_it_has_in_a_record(value):
    _, of_terms = read_terms("explain", {"subject": value})
    _, of_record = read_record(
        "benefit", {"key": "b", "initiative": value, "kpi": "k1", "low": 1, "likely": 1, "high": 1}
    )
    assert [finding.code for finding in of_terms] == [finding.code for finding in of_record]


# --- keys of the Book -------------------------------------------------------------------------


def test_a_key_that_the_book_does_not_hold_is_a_finding_as_in_a_record(bakery):
    asked, findings = read_terms("plan", {"pins": ["i1", "ix3"], "scenario": "rain"}, bakery)
    assert asked is None
    assert codes(findings) == [("unknown-reference", "error", "pins"), ("unknown-reference", "error", "scenario")]
    assert findings[0].numbers["near"] == "i3"
    # Without the Book nobody can know.
    assert read_terms("plan", {"pins": ["i1", "ix3"], "scenario": "rain"})[1] == ()


def test_a_key_that_is_there_is_none(bakery):
    assert read_terms("explain", {"subject": "i2", "pins": ["i3"]}, bakery)[1] == ()


def test_a_key_that_is_held_out_is_called_so(bakery):
    tree = json.loads(dumps(bakery, "json"))
    tree["initiatives"][1]["mode"] = "exploid"
    book = read_mapping(tree).book
    _, findings = read_terms("explain", {"subject": tree["initiatives"][1]["id"]}, book)
    assert codes(findings) == [("refers-to-held-out", "error", "subject")]


# --- whatever somebody sends ------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(st.characters(categories=("Cs",)), max_size=3)
    | st.dates().map(date.isoformat)
    | keys,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
WISHES = sorted(
    {field.name for name in NAMES for field in fields_of(registry.resolve(registry.capability(name).terms))}
)


@pytest.mark.parametrize("name", NAMES)
@given(raw=st.dictionaries(st.sampled_from(WISHES) | st.text(max_size=8), ANYTHING, max_size=6) | ANYTHING)
def test_nothing_that_is_sent_raises(name, raw, bakery):
    asked, findings = read_terms(name, raw, bakery)
    assert (asked is None) == any(finding.severity is Severity.ERROR for finding in findings)
    for finding in findings:
        json.dumps(value_of(finding.numbers, str), allow_nan=False).encode()
        (finding.where + finding.message + finding.remedy).encode()


@pytest.mark.parametrize("name", READ_FROM_VALUES)
@given(data=st.data())
def test_what_the_schema_accepts_is_understood(name, data):
    wishes = [field.name for field in fields_of(registry.resolve(registry.capability(name).terms))]
    raw = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(wishes, ANYTHING)))
    if Draft202012Validator(terms_schema(name)).is_valid(raw):
        assert [finding for finding in read_terms(name, raw)[1] if not _only_to_the_gate(finding)] == []


def _only_to_the_gate(finding):
    """A schema takes 3.0 for a whole number and does not look into the calendar; blanks are no key."""
    return finding.numbers.get("field") in {"node_limit", "as_of"} or finding.code == "missing-value"


@pytest.mark.parametrize(
    "deep",
    [lambda inner: [inner], lambda inner: {"pins": inner}, lambda inner: {"plan": [inner]}],
    ids=["list", "map", "both"],
)
def test_what_is_nested_without_end_is_refused(deep):
    raw = "i1"
    for _ in range(5000):
        raw = deep(raw)
    asked, findings = read_terms("plan", {"pins": raw})
    assert asked is None
    assert [finding.code for finding in findings] == ["too-deep"]


def test_what_contains_itself_is_refused():
    raw = {}
    raw["pins"] = [raw, raw]
    assert [finding.code for finding in read_terms("plan", raw)[1]] in (["too-deep"], ["too-big"])


def test_a_million_unknown_names_are_not_answered_one_by_one():
    _, findings = read_terms("plan", {f"name{number}": number for number in range(100_000)})
    assert len(findings) <= 101


def test_no_part_of_a_plan_document_can_break_the_check_of_it(bakery, plan):
    document = json.loads(json.dumps(plan.document))
    strange = [
        None,
        "",
        -1,
        10**400,
        1e308,
        float("nan"),
        True,
        "x" * 9999,
        "\ud800",
        [],
        {},
        [[]],
        ["nope"],
        "0001-01-01",
        2**63,
        1.5,
    ]
    for path in _paths(
        {
            name: document[name]
            for name in (
                "schema",
                "as_of",
                "book_sha",
                "terms",
                "status",
                "funded",
                "waiting",
                "value",
                "cost",
                "unique",
                "certificate",
            )
        }
    ):
        for value in strange:
            asked, findings = read_terms("verify", {"plan": _with(document, path, value)})
            assert (asked is None) == bool(findings)
            if asked is not None:
                json.dumps(ask("verify", bakery, asked).document, allow_nan=False).encode()


def _paths(value, path=()):
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, member in inner:
        if step != "reasons":
            yield from _paths(member, (*path, step))


def _with(document, path, value):
    copy = json.loads(json.dumps(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return copy


# --- other questions --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listening:
    """What is to be heard, which needs no capability."""

    when: date | None = None
    share: float = 0.5


def test_anything_that_takes_wishes_is_read_likewise():
    assert read_wishes("listen", Listening, {"when": "2026-11-23", "share": 1}) == (
        Listening(when=date(2026, 11, 23), share=1.0),
        (),
    )
    _, findings = read_wishes("listen", Listening, {"shares": 1, "without_held_out": True})
    assert codes(findings) == [("unknown-field", "error", ""), ("unknown-field", "error", "")]


def test_there_is_no_such_capability():
    with pytest.raises(UnknownCapability):
        read_terms("scores", {})


# --- what is said where a question cannot be answered -----------------------------------------

BAD_ROW = Finding(
    code="wrong-type", where="kpis k1, target", message="Is text.", remedy="Write a number.", kind="kpi", key="k1"
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AsOfMissing(), ["as-of-missing"]),
        (SameTwice("i1"), ["same-twice"]),
        (UnknownRecord("initiative", "i99"), ["unknown-record"]),
        (UnknownRecord("initiative", "i99", "i9"), ["unknown-record-near"]),
        (UnknownCapability("plam", tuple(NAMES)), ["unknown-capability"]),
        (HeldOutRows((BAD_ROW,)), ["held-out-rows", "wrong-type"]),
        (UnusableInput((BAD_ROW,)), ["wrong-type"]),
        (RhumblineError("This was written by a newer release. Install it."), ["rhumbline-error"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_becomes_findings(error, expected):
    findings = findings_of(error, "plan")
    assert [finding.code for finding in findings] == expected
    for finding in findings:
        assert finding.message
        assert finding.remedy
        assert finding.severity is Severity.ERROR
    assert findings[0].where in {"plan", BAD_ROW.where}


def test_the_sentences_of_an_error_are_what_is_wrong_and_what_to_do():
    (finding,) = findings_of(RhumblineError("This was written by a newer release. Install it. Or ask."))
    assert (finding.message, finding.remedy) == ("This was written by a newer release.", "Install it. Or ask.")


def test_nothing_called_so_names_what_can_be_asked():
    (finding,) = findings_of(UnknownCapability("plam", tuple(NAMES)))
    assert finding.numbers["near"] == "plan"
    assert "score" in finding.remedy


def _errors():
    """Every exception of ours in the parts that a question passes through."""
    for package in ("book", "engines", "exchange"):
        root = import_module(f"rhumbline.{package}")
        for module in walk_packages(root.__path__, f"{root.__name__}."):
            found = vars(import_module(module.name)).values()
            yield from (one for one in found if isinstance(one, type) and issubclass(one, RhumblineError))


def test_the_command_line_uses_the_same_codes():
    made = {
        AsOfMissing: AsOfMissing(),
        SameTwice: SameTwice("i1"),
        UnknownRecord: UnknownRecord("initiative", "i9", "i1"),
        UnknownCapability: UnknownCapability("plam", tuple(NAMES)),
        UnusableInput: UnusableInput((BAD_ROW,)),
    }
    for kind in set(_errors()) - {HeldOutRows}:
        error = made.get(kind) or kind.__new__(kind)
        said = [finding.code for finding in findings_of(error, "x")]
        assert [finding.code for finding in refusal_of(error, "x").findings] == said
    # There the headline says that rows are held out.
    held = HeldOutRows((BAD_ROW,))
    assert refusal_of(held, "x").findings == findings_of(held, "x")[1:]
    assert refusal_of(held, "x").held_out
