"""The JSON Schemas say what the gate says: what they accept becomes a record, and what is given out they accept."""

import dataclasses
import json
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from tests.strategies import _LETTERS, _ONE_LINE, any_record, books, keys, records

import rhumbline
from rhumbline import registry
from rhumbline.book.authority import Sight
from rhumbline.book.digests import body
from rhumbline.book.fields import fields_of
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import Severity
from rhumbline.exchange import schemas
from rhumbline.exchange.edits import edits_between, read_edits
from rhumbline.exchange.files import read_mapping
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.schemas import by_name
from rhumbline.exchange.schemas.records import WITHIN
from rhumbline.faces.answers import ask
from rhumbline.faces.file_commands import companies

EDITS = Path(__file__).parents[2] / "docs" / "reference" / "edits.md"

FEW = settings(max_examples=10)

# What must hold between the fields of one record is said in words: a schema cannot say it.
BETWEEN_FIELDS = {"out-of-order", "self-reference", "reason-missing"}


@cache
def validator(name):
    return _validator(schemas.component(name))


def _validator(schema):
    return Draft202012Validator(schema, format_checker=FormatChecker())


def accepts(name, document):
    return validator(name).is_valid(document)


def complaints(name, document):
    return [f"{error.json_path}: {error.message}"[:300] for error in validator(name).iter_errors(document)]


def of_kind(kind):
    return schemas.component_of(kind)


def complete(book):
    """A whole Book in the complete form."""
    lists = {KINDS[kind].plural: [body(record) for record in found.values()] for kind, found in book.records.items()}
    rows = {KINDS[kind].plural: [body(row) for row in found] for kind, found in book.series.items()}
    return {"as_of": book.as_of and book.as_of.isoformat(), **lists, **rows}


@pytest.fixture(scope="module")
def company_books():
    return {name: rhumbline.read_book(file.read_bytes()) for name, file in companies().items()}


# --- the schemas themselves -------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(schemas.components()))
def test_every_schema_is_one_and_stands_alone(name):
    Draft202012Validator.check_schema(schemas.component(name))
    Draft202012Validator.check_schema(schemas.components()[name])


def test_components_refer_only_to_components():
    everything = schemas.components()
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(everything)):
        assert reference.startswith(by_name.COMPONENTS)
        assert reference.removeprefix(by_name.COMPONENTS) in everything


def test_there_is_one_component_for_each_kind_and_two_for_each_capability():
    everything = set(schemas.components())
    assert {of_kind(kind) for kind in KINDS} <= everything
    assert len({of_kind(kind) for kind in KINDS}) == len(KINDS)
    for capability in registry.capabilities():
        assert {schemas.terms_component(capability.name), schemas.answer_component(capability.name)} <= everything


def test_whoever_changes_a_schema_changes_only_their_own():
    schemas.record_schema("kpi")["properties"].clear()
    schemas.components()["Kpi"]["properties"].clear()
    assert "target" in schemas.record_schema("kpi")["properties"]
    assert "target" in schemas.components()["Kpi"]["properties"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_says_what_it_means_and_what_it_refers_to(kind):
    schema = schemas.record_schema(kind)
    assert schema["description"]
    assert list(schema["properties"]) == [field.name for field in fields_of(KINDS[kind].record)]
    for field in fields_of(KINDS[kind].record):
        said = schema["properties"][field.name]
        assert said["description"].endswith((".", "?")), field.name
        assert said.get("x-refers-to", []) == (field.refers.split(" or ") if field.refers else [])
        assert said.get("x-unit", "") == field.unit
        assert (field.name in schema.get("required", ())) == field.required
        assert said.get("x-personal", False) == field.personal


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_examples_become_records(kind):
    schema = schemas.record_schema(kind)
    for example in schema["examples"]:
        assert complaints(of_kind(kind), example) == []
        record, findings = read_record(kind, example)
        assert record is not None
        assert findings == []
    for name, said in schema["properties"].items():
        for value in said.get("examples", ()):
            record, findings = read_record(kind, {**schema["examples"][0], name: value})
            assert record is not None, findings
            assert findings == []


def test_bounds_of_days_are_those_of_the_gate():
    day = {"key": "x1", "name": "Ready", "due": ""}
    for text in ("1899-12-31", "2201-01-01", "0001-01-01", "2026-02-30", "2026-11-23T00:00:00"):
        assert not accepts("WorkItem", day | {"due": text})
        assert read_record("work_item", day | {"due": text})[0] is None
    for text in ("1900-01-01", "2026-11-23", "2200-12-31"):
        assert accepts("WorkItem", day | {"due": text})
        assert read_record("work_item", day | {"due": text})[0] is not None


# --- records ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_every_record_that_is_given_out_is_accepted(kind, data):
    record = data.draw(records(kind))
    assert complaints(of_kind(kind), body(record)) == []


def test_every_record_of_every_company_is_accepted(company_books):
    for name, (book, _) in company_books.items():
        assert [(name, complaint) for complaint in complaints("Book", complete(book))] == []


@given(books())
def test_the_complete_form_of_a_book_is_accepted_and_reads_back(book):
    document = json.loads(json.dumps(complete(book)))
    assert complaints("Book", document) == []
    assert _validator(schemas.book_schema()).is_valid(document)
    again = read_mapping(document)
    assert again.book == book
    assert again.book.as_of == book.as_of


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_what_a_schema_accepts_becomes_a_record(kind, data):
    raw = data.draw(instances(schemas.record_schema(kind)))
    assert accepts(of_kind(kind), raw)
    assert refusals(kind, raw) == []


# What people and programs have sent where something else was meant.
STRANGE = (
    None, True, False, 0, -1, 1, 1.5, 3.0, 15, 10**20, 1e16, -1e16, "", " ", "x", "x1", "EUR", "eur", "a b", "1", "1.5", "NaN", "2026-11-23",
    "2026-13-01", "23.11.2026", "x" * 201, "x" * 5001, "exploit", "E2", [], [1], ["x1"], ["x1", "x1"], [""], [None], {}, {"x1": 1},
    {"x1": [1]}, {"x1": None}, {"a b": 1}, {"": "x"}, {"x1": "text"}, [[1]],
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_a_strange_value_that_a_schema_accepts_the_gate_accepts(kind, data):
    raw = body(data.draw(records(kind)))
    name = data.draw(st.sampled_from([field.name for field in fields_of(KINDS[kind].record)]))
    for value in STRANGE:
        changed = {**raw, name: value}
        # A number with a point is no whole number to the gate, and is one to a schema.
        if accepts(of_kind(kind), changed) and not (isinstance(value, float) and value.is_integer()):
            assert refusals(kind, changed) == [], (name, value)


def test_a_field_that_nobody_knows_is_refused():
    assert not accepts("Kpi", {**schemas.record_schema("kpi")["examples"][0], "goal": 5})


def refusals(kind, raw):
    """What the gate refuses, apart from what must hold between fields: that stands in the schema in words."""
    _, findings = read_record(kind, raw)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    told = [
        finding for finding in errors if finding.code in BETWEEN_FIELDS or finding.numbers.get("field") == "p_deliver"
    ]
    assert not told or WITHIN[kind] in schemas.record_schema(kind)["description"]
    return [f"{finding.code}: {finding.message}" for finding in errors if finding not in told]


def instances(schema):
    """Draw what a schema accepts; texts as the gate has them, without control characters."""
    if "anyOf" in schema:
        return st.one_of(map(instances, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"]
    if isinstance(kinds, list):
        return st.one_of([instances({**schema, "type": kind}) for kind in kinds])
    return _DRAWN[kinds](schema)


def _text(schema):
    if schema.get("format") == "date":
        return st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(date.isoformat)
    pattern = schema.get("pattern")
    if pattern == r"\S" or pattern is None:
        texts = st.text(_LETTERS, min_size=schema.get("minLength", 0), max_size=min(schema["maxLength"], 300))
        return texts if pattern is None else texts.filter(lambda text: re.search(pattern, text))
    return st.from_regex(pattern, alphabet=_ONE_LINE).filter(lambda text: not text.endswith("\n"))


def _number(schema):
    return st.floats(
        schema.get("minimum", schema.get("exclusiveMinimum")),
        schema["maximum"],
        exclude_min="exclusiveMinimum" in schema,
        allow_nan=False,
    )


def _array(schema):
    unique = schema.get("uniqueItems", False)
    return st.lists(instances(schema["items"]), min_size=schema.get("minItems", 0), max_size=3, unique=unique)


def _object(schema):
    if "properties" not in schema:
        names = keys if "pattern" in schema["propertyNames"] else st.text(_ONE_LINE, min_size=1, max_size=200)
        return st.dictionaries(names, instances(schema["additionalProperties"]), max_size=3)
    members = {name: instances(member) for name, member in schema["properties"].items()}
    required = {name: members[name] for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional={name: members[name] for name in members if name not in required})


_DRAWN = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": lambda schema: st.integers(schema["minimum"], schema["maximum"]),
    "number": _number,
    "string": _text,
    "array": _array,
    "object": _object,
}


# --- answers ----------------------------------------------------------------------------------


def questions(book):
    """Every question, as far as the Book has something to ask about."""
    found = list(book.initiatives)
    plan = ask("plan", book, without_held_out=True)
    yield plan
    yield ask("verify", book, plan=plan, resolve=True)
    for name in ("score", "questions", "check"):
        yield ask(name, book)
    yield ask("explain", book, subject=found[0], without_held_out=True, bans=found[-1:])
    yield ask("compare", book, a=found[0], b=found[-1], without_held_out=True)


@pytest.mark.parametrize("company", sorted(companies()))
def test_every_answer_about_every_company_is_as_its_schema_says(company, company_books):
    book, _ = company_books[company]
    answered = set()
    for answer in questions(book):
        document = json.loads(json.dumps(answer.document))
        assert complaints(schemas.answer_component(answer.name), document) == []
        assert complaints(schemas.terms_component(answer.name), document["terms"]) == [] or answer.name == "verify"
        answered.add(answer.name)
    assert answered == {capability.name for capability in registry.capabilities()}


@pytest.mark.parametrize("sight", [Sight(money=False), Sight(False, False, False)], ids=["no money", "almost nothing"])
def test_answers_for_those_who_see_less_are_as_their_schema_says(sight, company_books):
    book, _ = company_books["bakery"]
    plan = ask("plan", book)
    for name, wishes in (
        ("plan", {}),
        ("explain", {"subject": "i2"}),
        ("compare", {"a": "i1", "b": "i2"}),
        ("check", {}),
        ("score", {}),
        ("verify", {"plan": plan}),
    ):
        document = json.loads(json.dumps(ask(name, book, sight=sight, **wishes).document))
        assert document["concealed"]
        assert complaints(schemas.answer_component(name), document) == []


@given(books(initiatives=(1, 4)))
@FEW
def test_answers_about_any_book_are_as_their_schema_says(book):
    for name, wishes in (
        ("score", {}),
        ("check", {"quick": True}),
        ("plan", {}),
        ("explain", {"subject": next(iter(book.initiatives))}),
    ):
        document = json.loads(json.dumps(ask(name, book, **wishes).document))
        assert complaints(schemas.answer_component(name), document) == []


def test_an_answer_that_lacks_a_member_or_is_of_another_kind_is_refused(company_books):
    document = json.loads(json.dumps(ask("plan", company_books["bakery"].book).document))
    for name in document:
        assert not accepts("PlanAnswer", {key: value for key, value in document.items() if key != name})
    assert not accepts("PlanAnswer", document | {"schema": "rhumbline.plan/2"})
    assert not accepts("PlanAnswer", document | {"status": "fine"})
    assert not accepts("PlanAnswer", document | {"value": "0.5"})
    # New members may come without a new version.
    assert accepts("PlanAnswer", document | {"new": 1})


@dataclasses.dataclass(frozen=True)
class Heard:
    """What was heard.

    Parameters
    ----------
    most
        The largest number; None when nothing was said.
    """

    as_of: date
    most: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listening:
    """What is to be heard.

    Parameters
    ----------
    as_of
        The evaluation date.
    times
        How often.
    """

    as_of: date | None = None
    times: int = 3


@pytest.fixture
def own_capability(monkeypatch):
    """A capability of somebody's own, which nobody wrote a schema for."""
    own = registry.Capability(
        name="listen",
        asks="What is heard?",
        terms=f"{__name__}:Listening",
        result=f"{__name__}:Heard",
        run="",
        explain="",
    )
    found = {"Listening": Listening, "Heard": Heard}
    resolve = registry.resolve
    monkeypatch.setattr(
        registry, "resolve", lambda name: found[name.rpartition(":")[2]] if name.startswith(__name__) else resolve(name)
    )
    monkeypatch.setattr(registry, "CAPABILITIES", (*registry.CAPABILITIES, own))
    by_name._definitions.cache_clear()
    yield own
    by_name._definitions.cache_clear()


def test_a_new_capability_has_its_schemas_from_its_terms_and_its_result(own_capability):
    asked = schemas.terms_schema("listen")
    assert asked["properties"]["times"] == {"description": "How often.", "type": "integer", "default": 3}
    answer = schemas.answer_schema("listen")
    assert answer["properties"]["most"] == {
        "description": "The largest number; null when nothing was said.",
        "type": ["integer", "null"],
    }
    head = {"schema": "rhumbline.listen/1", "as_of": "2026-11-23", "book_sha": "0" * 64, "engine": "x/1", "input": []}
    assert _validator(answer).is_valid({**head, "terms": {"times": 2}, "most": None})
    assert not _validator(answer).is_valid({**head, "terms": {"often": 2}, "most": None})


# --- edits, findings, problems ----------------------------------------------------------------


@given(books(), books())
@FEW
def test_edits_are_as_their_schema_says(before, after):
    for edit in edits_between(before.replace(as_of=after.as_of), _without_series(after, before)):
        assert complaints("Edit", json.loads(json.dumps(edit))) == []


def _without_series(after, before):
    """Edits only append rows, so keep those that are there."""
    rows = [row for found in before.series.values() for row in found]
    for kind in after.series:
        after = after.without(kind, *{getattr(row, KINDS[kind].owner) for row in after.series[kind]})
    return after.replace(*rows)


def test_the_edits_of_the_reference_page_are_as_their_schema_says():
    shown = [
        json.loads(block)
        for block in re.findall(r"```json\n(\[.*?\])\n```", EDITS.read_text(encoding="utf-8"), re.DOTALL)
    ]
    assert shown
    for edit in [edit for edits in shown for edit in edits]:
        assert complaints("Edit", edit) == []


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"edit": "put"},
        {"edit": "put", "kind": "kpi"},
        {"edit": "put", "kind": "measurement", "record": {}},
        {"edit": "append", "kind": "kpi", "record": {}},
        {"edit": "set", "kind": "kpi", "key": "k1"},
        {"edit": "set", "kind": "kpi", "key": "k 1", "fields": {}},
        {"edit": "remove", "kind": "kpi", "key": "k1", "expcted": 3},
        {"edit": "remove", "kind": "kpi", "key": "k1", "expected": -1},
        {"edit": "erase", "kind": "kpi", "key": "k1"},
    ],
)
def test_an_edit_that_is_refused_the_schema_refuses_too(edit):
    _, findings = read_edits([edit])
    assert findings
    assert not accepts("Edit", edit)


@given(any_record())
def test_an_edit_of_any_record_is_accepted(record):
    kind = KIND_OF_RECORD[type(record)]
    action = "append" if KINDS[kind].series else "put"
    edit = {"edit": action, "kind": kind, "record": body(record)}
    assert complaints("Edit", edit) == []
    assert read_edits([edit])[1] == ()


def test_findings_of_every_company_are_as_their_schema_says(company_books):
    for book, findings in company_books.values():
        document = ask("questions", book, findings=findings).document
        for found in json.loads(json.dumps(document["input"])):
            assert complaints("Finding", found) == []
