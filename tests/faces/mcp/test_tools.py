"""What an assistant reads about the tools, and what each of them answers."""

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

import rhumbline
from rhumbline import registry
from rhumbline.book.records import KINDS
from rhumbline.exchange.files import read_text
from rhumbline.faces.cli import run
from rhumbline.faces.file_commands import companies
from rhumbline.faces.mcp.tools import PREFIX, texts, tools
from rhumbline.faces.streams import document_bytes

# A few companies every day, all of them in the sample of the long ones.
DAILY = ("bakery", "fintech", "restaurant")


def asked_of(capability, path):
    """What has to be given: the first two initiatives, or the plan of the company."""
    if capability == "verify":
        book, _ = rhumbline.read_book(path)
        return {"plan": rhumbline.plan(book, without_held_out=True).document}
    keys = list(rhumbline.read_book(path).book.initiatives)
    return {"explain": {"subject": keys[0]}, "compare": {"a": keys[0], "b": keys[1]}}.get(capability, {})


def typed(capability, asked, path):
    """The same question on the command line."""
    if capability == "verify":
        plan = path.with_name("plan.json")
        plan.write_text(json.dumps(asked["plan"]), encoding="utf-8")
        return [str(plan)]
    return list(asked.values())


# --- the list ---------------------------------------------------------------------------------


def test_the_list_of_tools_is_the_one_written_down(bakery, snapshot):
    listed = [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in bakery.tools()]
    for tool in listed:
        # The rest of these schemas has its own tests, beside what it is made from.
        tool["outputSchema"] = sorted(tool["outputSchema"]["properties"])
    snapshot("mcp/tools", listed)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_old_and_new_clients_see_the_same_tools(bakery, mode):
    assert [tool.name for tool in bakery.tools(mode)] == [tool.name for tool in tools()]


def test_there_is_a_tool_for_every_capability_and_few_enough_to_choose_from():
    names = [tool.name for tool in tools()]
    assert names[: len(registry.capabilities())] == [f"{PREFIX}{one.name}" for one in registry.capabilities()]
    assert 10 <= len(names) <= 20


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_a_tool_says_what_it_answers_and_what_it_takes(tool):
    said = texts()[tool.name.removeprefix(PREFIX)]
    assert tool.title == said["title"]
    assert len(tool.description) > 60
    for schema in (tool.input, tool.output):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    assert tool.input["additionalProperties"] is False
    for name, argument in tool.input["properties"].items():
        assert argument.get("description"), name


def test_only_proposing_is_more_than_reading(bakery):
    listed = {tool.name: tool.annotations for tool in bakery.tools()}
    assert [name for name, hints in listed.items() if not hints.read_only_hint] == ["rhumbline_propose"]
    assert not any(hints.destructive_hint or hints.open_world_hint for hints in listed.values())
    assert not listed["rhumbline_propose"].idempotent_hint


# --- answers ----------------------------------------------------------------------------------


def told_alike(name, assistant, company, capfd, monkeypatch):
    path = company(name)
    monkeypatch.chdir(path.parent)
    for capability in registry.capabilities():
        asked = asked_of(capability.name, path)
        result = assistant(path).call(capability.name, **asked, without_held_out=True)
        code = run([capability.name, str(path), *typed(capability.name, asked, path), "--json", "--without-held-out"])
        printed = capfd.readouterr().out.encode()
        assert not result.is_error, result.content[0].text
        assert code in (0, 1)
        assert document_bytes(result.structured_content) == printed


@pytest.mark.parametrize("name", DAILY)
def test_a_tool_gives_what_the_command_line_prints(name, assistant, company, capfd, monkeypatch):
    told_alike(name, assistant, company, capfd, monkeypatch)


@pytest.mark.sample
@pytest.mark.parametrize("name", sorted(set(companies()) - set(DAILY)))
def test_a_tool_gives_what_the_command_line_prints_for_every_company(name, assistant, company, capfd, monkeypatch):
    told_alike(name, assistant, company, capfd, monkeypatch)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_answer_comes_in_words_as_well(bakery, mode):
    result = bakery.call("score", mode=mode, language="de")
    book, findings = rhumbline.read_book(bakery.path)
    assert result.content[0].text == rhumbline.run("score", book, findings=findings, language="de").text
    assert result.structured_content["score"]["low"] > 0


def test_the_evaluation_date_is_the_one_asked_for_then_the_files_then_today(assistant, company):
    own = assistant(company())
    assert own.ask("score")["as_of"] == "2026-11-23"
    assert own.ask("score", as_of="2027-02-01")["as_of"] == "2027-02-01"
    dateless = assistant(company("bakery", ("as_of: 2026-11-23\n", "")))
    dateless.source.today = lambda: date(2026, 12, 24)
    assert dateless.ask("score")["as_of"] == "2026-12-24"


def test_wishes_are_taken_as_on_the_command_line(bakery):
    plan = bakery.ask("plan", pins=["i6"], bans="i2", node_limit=1000)
    assert plan["terms"]["pins"] == ["i6"]
    assert "i2" not in [line["initiative"] for line in plan["funded"]]


# --- records ----------------------------------------------------------------------------------


def test_what_is_in_the_book(bakery):
    found = bakery.ask("kinds")
    book = rhumbline.read_book(bakery.path).book
    assert found["book_sha"] == book.sha
    assert "Crumb & Co." in found["about"]
    counts = {kind["kind"]: kind["count"] for kind in found["kinds"]}
    assert counts["initiative"] == len(book.initiatives)
    assert sum(counts.values()) == len(book)
    assert list(counts) == list(KINDS)


@pytest.mark.parametrize("kind", ["initiative", "measurement", "partner"])
def test_pages_hold_every_record_once_and_in_order(assistant, company, kind):
    path = company("fintech")
    own = assistant(path)
    book = rhumbline.read_book(path).book
    expected = (
        [row.kpi for row in book.series.get(kind, ())]
        if KINDS[kind].series
        else list(rhumbline.read_book(path).book.all(kind))
    )
    seen, cursor = [], None
    while True:
        page = own.ask("list", kind=kind, limit=3, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= 3
        seen += [item["key"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == expected


def test_a_record_read_is_a_record_that_may_be_put(bakery):
    record = bakery.ask("read", kind="initiative", key="i2")["record"]
    schema = bakery.ask("schema", kind="initiative")["json_schema"]
    Draft202012Validator(schema).validate(record)
    preview = bakery.ask("preview", edits=[{"edit": "put", "kind": "initiative", "record": record}])
    assert preview["changes"] == []


def test_the_book_is_a_resource(bakery):
    async def read(client):
        listed = await client.list_resources()
        return listed.resources, await client.read_resource("rhumbline://book")

    resources, found = bakery.do(read)
    assert [str(one.uri) for one in resources] == ["rhumbline://book"]
    assert read_text(found.contents[0].text).book == rhumbline.read_book(bakery.path).book


def test_the_server_says_how_to_begin(bakery):
    async def instructions(client):
        return client.instructions

    said = bakery.do(instructions)
    for tool in ("rhumbline_kinds", "rhumbline_preview", "rhumbline_propose"):
        assert tool in said
