"""Findings beside the file: SARIF as its schema says, GitHub's commands escaped."""

import json

import pytest

from rhumbline.faces.annotations import lines_of_keys
from rhumbline.faces.cli import run


@pytest.fixture
def printed(capfd):
    def check(path, form):
        code = run(["check", str(path), "--format", form])
        return code, capfd.readouterr().out

    return check


def test_sarif_names_rule_level_place_and_fingerprint(printed, company):
    code, out = printed(company(), "sarif")
    log = json.loads(out)
    assert code == 1
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    assert only["tool"]["driver"]["name"] == "Rhumbline"
    rules = {rule["id"] for rule in only["tool"]["driver"]["rules"]}
    assert len(only["results"]) == 17
    prints = set()
    for result in only["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith("bakery.yaml")
        assert place.get("region", {"startLine": 1})["startLine"] >= 1
        prints.add(result["partialFingerprints"]["finding/v1"])
    assert len(prints) == 17


def test_the_line_is_that_of_the_record(printed, company):
    path = company()
    lines = path.read_text(encoding="utf-8").splitlines()
    _, out = printed(path, "sarif")
    for result in json.loads(out)["runs"][0]["results"]:
        location = result["locations"][0]
        subject = location["logicalLocations"][0]["name"]
        if "region" in location["physicalLocation"]:
            assert f"id: {subject}" in lines[location["physicalLocation"]["region"]["startLine"] - 1]
        else:
            assert subject in {"pulse", "portfolio", "organisation", "strategy", "blueprint"}


def test_what_the_gate_found_is_there_with_line_and_column(printed, company):
    path = company("bakery", ("cash: [14000, 3000, 1000]", "cash: [-5]"))
    _, out = printed(path, "sarif")
    first = json.loads(out)["runs"][0]["results"][0]
    line = first["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "cash: [-5]" in path.read_text(encoding="utf-8").splitlines()[line - 1]


def test_github_commands_cannot_be_ended_by_a_name(printed, company):
    path = company("bakery", ("name: Bake more croissants for the shop", 'name: "50 % more::error file=x,line=1::"'))
    code, out = printed(path, "github")
    assert code == 1
    assert len(out.splitlines()) == 17
    for line in out.splitlines():
        command, _, rest = line.removeprefix("::").partition("::")
        assert command.partition(" ")[0] in {"error", "warning", "notice"}
        assert "title=" in command
        assert rest
    assert "50 %25 more" in out


def test_keys_are_found_in_yaml_and_json():
    text = 'kpis:\n- {id: k1, name: A}\n- id: k2\n- name: B\n  "id": "k3"\n{"key": "k4"}\n# said: k5\n'
    assert lines_of_keys(text) == {"k1": 2, "k2": 3, "k3": 5, "k4": 6}
