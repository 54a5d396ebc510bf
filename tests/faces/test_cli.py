"""The command line as somebody types it: answers, exit codes, refusals; never a traceback."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rhumbline import registry
from rhumbline.faces.cli import run
from rhumbline.faces.file_commands import companies

HELD_OUT = ("cash: [14000, 3000, 1000]", "cash: [-5]")


@pytest.fixture
def rhumbline(capfd, monkeypatch):
    """Type a command line; get its exit code, output and errors."""
    monkeypatch.delenv("RHUMBLINE_TRACEBACK", raising=False)

    def typed(*words):
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return typed


def started(*words, **more):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rhumbline", *map(str, words)], capture_output=True, check=False, **more
    )


# --- answers ----------------------------------------------------------------------------------


def test_a_plan_says_what_to_fund_and_stop_with_its_proof(rhumbline, company):
    code, out, err = rhumbline("plan", company())
    assert (code, err) == (0, "")
    text = " ".join(out.split())
    assert "as of 23 November 2026" in text
    assert "Fund i2, i3, i4 and i5: closes 65.7 % of the gap (now 0.0 %) for 52.4 % of resources. Proven best." in text
    assert "Stop i1 Bake more croissants for the shop frees 33,360 EUR" in text
    assert "no plan can exceed 0.482612" in text


def test_a_score_says_what_is_guaranteed_first(rhumbline, company):
    code, out, _ = rhumbline("score", company())
    text = " ".join(out.split())
    assert code == 0
    assert "Alignment 11 (up to 12) of 100" in text
    assert "24.3 % of all resources go to live work that pulls less than a third of its weight." in text
    assert "Does it serve the strategy? Do customers want it? Can we do it?" in text
    assert "Too much alignment stifles: 5.0 % of money and hours stay free" in text


def test_a_check_prints_every_finding_once_with_why_and_what_to_do(rhumbline, company):
    code, out, _ = rhumbline("check", company())
    assert code == 1
    assert "7 errors, 10 warnings, 0 notes." in out
    assert out.count("Objective uncovered") == 1
    assert out.count("Start the candidates that close most of this gap") == 1
    for subject in ("o1", "o2", "o3"):
        assert re.search(rf"^    {subject}  Live work closes at most", out, re.MULTILINE)


def test_explain_and_compare_answer_about_initiatives(rhumbline, company):
    code, out, _ = rhumbline("explain", company(), "i6")
    assert code == 0
    assert "is not funded" in out
    assert "It comes in if it costs 91.6 % less" in out
    code, out, _ = rhumbline("compare", company("ecommerce"), "i1", "i2")
    assert code == 0
    assert "serves the strategy better" in out
    assert "weighed 52.6 %" in out


@pytest.mark.parametrize("verb", ["score", "check", "plan", "questions"])
def test_json_is_the_document_of_the_library(rhumbline, company, verb):
    import rhumbline as library

    path = company()
    _, out, _ = rhumbline(verb, path, "--json")
    book, findings = library.read_book(path)
    assert json.loads(out) == library.run(verb, book, findings=findings).document


def test_a_kept_plan_has_the_bytes_of_the_printed_one_and_can_be_verified(rhumbline, company, tmp_path):
    path, kept = company(), tmp_path / "plan.json"
    code, out, _ = rhumbline("plan", path, "--json", "--out", kept)
    assert code == 0
    assert kept.read_text(encoding="utf-8") == out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bakery.yaml", "plan.json"]
    code, out, _ = rhumbline("verify", path, kept)
    assert code == 0
    assert out.startswith("The plan is what it says it is.")
    code, out, _ = rhumbline("verify", path, kept, "--resolve", "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "proven")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: plan.update(book_sha="0" * 64), "made from another Book"),
        (lambda plan: plan.update(value=0.9), "it is worth 0.482612"),
        (lambda plan: plan["terms"].update(pins=["i1"]), "was changed after the plan was made"),
        (lambda plan: plan["terms"].update(as_of="2027-02-01"), "was changed after the plan was made"),
        (lambda plan: plan["terms"].update(node_limit=5), "was changed after the plan was made"),
        (lambda plan: plan["waiting"].append(plan["funded"].pop()), "from one list to another"),
        (lambda plan: plan["funded"][0].update(start=10**9), "start"),
    ],
)
def test_a_changed_plan_is_found_out(rhumbline, company, tmp_path, change, said):
    path, kept = company(), tmp_path / "plan.json"
    rhumbline("plan", path, "--out", kept)
    plan = json.loads(kept.read_text(encoding="utf-8"))
    change(plan)
    kept.write_text(json.dumps(plan), encoding="utf-8")
    code, out, _ = rhumbline("verify", path, kept)
    assert code == 1
    assert said in " ".join(out.split())


def test_several_firms_are_checked_one_after_the_other(rhumbline, company):
    code, out, _ = rhumbline("check", company("bakery"), company("restaurant"))
    assert code == 1
    assert out.count("as of 23 November 2026") == 2
    assert "Why" not in out
    _, out, _ = rhumbline("check", company("bakery"), company("restaurant"), "--json")
    assert [document["schema"] for document in json.loads(out)] == ["rhumbline.check/1"] * 2


def test_the_date_is_the_options_else_the_files_else_today(rhumbline, company, monkeypatch):
    from datetime import date

    from rhumbline.faces import cli

    monkeypatch.setattr(cli, "today", lambda: date(2027, 2, 3))
    dated, undated = company(), company("restaurant", ("as_of: 2026-11-23", ""))
    assert json.loads(rhumbline("score", dated, "--json", "--as-of", "2026-12-24")[1])["as_of"] == "2026-12-24"
    assert json.loads(rhumbline("score", dated, "--json")[1])["as_of"] == "2026-11-23"
    assert json.loads(rhumbline("score", undated, "--json")[1])["as_of"] == "2027-02-03"
    assert "as of 3 February 2027" in rhumbline("score", undated)[1]


def test_pins_and_bans_may_be_given_several_times(rhumbline, company):
    _, out, _ = rhumbline("plan", company(), "--pin", "i6", "--ban", "i2", "--ban", "i3", "--json")
    plan = json.loads(out)
    assert plan["terms"]["bans"] == ["i2", "i3"]
    assert "i6" in [line["initiative"] for line in plan["funded"]]
    assert all(line["price"] >= 0 for line in plan["funded"] if line["initiative"] == "i6")


# --- exit codes -------------------------------------------------------------------------------


def test_exit_codes(rhumbline, company, tmp_path):
    path = company()
    for code, words in [
        (0, ["--help"]),
        (0, []),
        (0, ["--version"]),
        (0, ["plan", "--help"]),
        (0, ["score", path]),
        (1, ["check", path]),
        (0, ["plan", path]),
        (0, ["questions", path]),
        (2, ["nonsense", path]),
        (2, ["score"]),
        (2, ["score", path, "--nonsense"]),
        (2, ["score", path, "--as-of", "tomorrow"]),
        (2, ["score", path, "--language", "fr"]),
        (2, ["score", tmp_path / "missing.yaml"]),
        (2, ["score", tmp_path]),
        (2, ["explain", path]),
        (2, ["explain", path, "i99"]),
        (2, ["compare", path, "i1", "i1"]),
        (2, ["plan", path, "--pin", "i9"]),
        (2, ["plan", path, "--scenario", "war"]),
        (2, ["plan", path, "--out", tmp_path / "no" / "such" / "folder.json"]),
        (2, ["verify", path, path]),
        (2, ["verify", path, tmp_path / "missing.json"]),
        (2, ["import", path]),
        (2, ["import", "pabulib", tmp_path / "missing.pb"]),
        (2, ["demo", "--company", "nobody"]),
    ]:
        assert rhumbline(*words)[0] == code, words


def test_a_firm_without_errors_passes(rhumbline, tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text(
        "as_of: 2026-11-23\norganisation: {name: New, currency: EUR}\nmission: Be useful.\n"
        "budget: {cash: [100], drift: 0.05}\n",
        encoding="utf-8",
    )
    code, out, _ = rhumbline("check", path)
    assert code == 0
    assert "All clear" in out


def test_no_possible_plan_is_code_1_and_names_the_rules_in_conflict(rhumbline, company):
    code, out, _ = rhumbline("plan", company(), "--pin", "i2", "--ban", "i2")
    assert code == 1
    assert "No plan is possible" in out
    code, out, _ = rhumbline("plan", company(), "--pin", "i2", "--ban", "i2", "--json")
    plan = json.loads(out)
    assert (code, plan["status"], plan["funded"], plan["value"]) == (1, "infeasible", [], None)
    assert {reason["code"] for reason in plan["conflict"]} == {"plan.conflict.pin", "plan.conflict.ban"}


def test_a_firm_without_a_budget_gets_no_numbers(rhumbline, tmp_path):
    path = tmp_path / "poor.yaml"
    path.write_text("as_of: 2026-11-23\norganisation: {name: Poor, currency: EUR}\n", encoding="utf-8")
    code, out, _ = rhumbline("plan", path)
    assert code == 1
    assert "Not enough data" in out
    assert "budget" in out
    assert "Not enough data" in rhumbline("score", path)[1]


# --- rows held out ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("plan",), ("explain", "i3"), ("compare", "i3", "i4")])
def test_answers_that_would_miss_a_row_are_refused(rhumbline, company, words):
    verb, *rest = words
    path = company("bakery", HELD_OUT)
    code, out, err = rhumbline(verb, path, *rest)
    assert (code, out) == (2, "")
    assert "held out" in err
    assert "--without-held-out" in err
    code, out, err = rhumbline(verb, path, *rest, "--json")
    assert (code, err) == (2, "")
    document = json.loads(out)
    assert document["schema"] == "rhumbline.error/1"
    assert set(document["input"][0]) == {"code", "where", "message", "remedy"}
    code, out, _ = rhumbline(verb, path, *rest, "--without-held-out", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["terms"]["without_held_out"] is True
    assert document["input"][0]["severity"] == "error"


def test_check_and_score_run_on_the_rest_and_say_so_first(rhumbline, company):
    path = company("bakery", HELD_OUT)
    for verb, expected in (("score", 0), ("check", 1)):
        code, out, _ = rhumbline(verb, path)
        assert code == expected
        assert re.match(r"\d+ entr(y|ies) of the file (is|are) held out", out)
        code, out, _ = rhumbline(verb, path, "--json")
        document = json.loads(out)
        assert document["input"]
        assert "i2" not in json.dumps(document.get("initiatives", []))
    rules = {finding["code"] for finding in document["findings"]}
    assert rules.isdisjoint({found["code"] for found in document["input"]})


# --- refusals ---------------------------------------------------------------------------------


def test_an_unknown_initiative_names_the_nearest_key(rhumbline, company):
    code, out, err = rhumbline("explain", company(), "i9")
    assert (code, out) == (2, "")
    assert re.search(r"no initiative i9; did you mean i\d\?", err)
    code, out, _ = rhumbline("explain", company(), "i9", "--json")
    assert json.loads(out)["input"][0]["code"] == "unknown-record-near"


def test_wrong_usage_is_a_document_too(rhumbline, company):
    code, out, err = rhumbline("score", company(), "--nonsense", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out)["input"][0]["code"] == "wrong-usage"
    _, _, err = rhumbline("score", company(), "--as-of", "tomorrow")
    assert "write it like 2026-11-23" in " ".join(err.split())


@pytest.mark.parametrize("form", [["--json"], ["--format", "json"], ["--format=json"]])
def test_a_refusal_is_a_document_however_one_was_asked_for(rhumbline, tmp_path, form):
    code, out, err = rhumbline("check", tmp_path / "none.yaml", *form)
    assert (code, err) == (2, "")
    assert json.loads(out)["schema"] == "rhumbline.error/1"


def test_an_answer_that_cannot_be_kept_is_not_printed_before_the_refusal(rhumbline, company, tmp_path):
    code, out, _ = rhumbline("plan", company(), "--json", "--out", tmp_path / "none" / "plan.json")
    assert (code, json.loads(out)["input"][0]["code"]) == (2, "cannot-write")


@pytest.mark.parametrize("number", ["-1", "1000000001", "x"])
def test_a_limit_that_is_none_is_refused(rhumbline, company, number):
    code, out, _ = rhumbline("plan", company(), "--node-limit", number, "--json")
    assert (code, json.loads(out)["input"][0]["code"]) == (2, "wrong-usage")


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "2026-W48", "20261123", "today", ""])
def test_a_date_is_written_as_in_a_file(rhumbline, company, day):
    code, out, _ = rhumbline("score", company(), "--as-of", day, "--json")
    assert code == 2
    assert "is no date; write it like 2026-11-23." in json.loads(out)["input"][0]["message"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("verb", ["score", "check", "plan", "questions"])
def test_the_calendar_has_a_first_and_a_last_day(rhumbline, company, verb, day):
    code, out, _ = rhumbline(verb, company(), "--as-of", day, "--json")
    assert (code, json.loads(out)["as_of"]) == (int(verb == "check"), day)


def test_what_a_solver_writes_spoils_no_document(rhumbline, company, monkeypatch):
    whole = registry.run
    monkeypatch.setattr(registry, "run", lambda *words, **more: (os.write(1, b"solver"), whole(*words, **more))[1])
    _, out, _ = rhumbline("plan", company(), "--json")
    assert json.loads(out)["status"] == "optimal"


def test_refusals_speak_german(rhumbline, company, tmp_path):
    _, _, err = rhumbline("compare", company(), "i1", "i1", "--language", "de")
    assert "Beide Vorhaben sind dasselbe." in err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"schema": "rhumbline.plan/2"}',
        '{"schema": "rhumbline.plan/1"}',
        '{"schema": "rhumbline.plan/1", "funded": 3}',
        '{"schema": ' + "[" * 100_000,
        "\x00\xff",
    ],
)
def test_what_is_no_plan_is_refused(rhumbline, company, tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_bytes(text.encode("latin-1"))
    code, out, err = rhumbline("verify", company(), path)
    assert (code, out) == (2, "")
    assert "rhumbline plan FILE --out plan.json" in " ".join(err.split())


@pytest.mark.parametrize("field", ["book_sha", "as_of", "terms", "status", "funded", "value", "bound", "unique"])
@pytest.mark.parametrize("value", [True, "x", 10**400, [], {}, -1])
def test_a_plan_with_a_damaged_field_never_ends_in_a_traceback(rhumbline, company, tmp_path, field, value):
    path, kept = company(), tmp_path / "plan.json"
    rhumbline("plan", path, "--out", kept)
    plan = json.loads(kept.read_text(encoding="utf-8"))
    plan[field] = value
    kept.write_text(json.dumps(plan), encoding="utf-8")
    code, out, err = rhumbline("verify", path, kept)
    assert code in {1, 2} or (field, value) == ("unique", True)
    assert "fault in Rhumbline" not in out + err


def test_a_fault_of_our_own_ends_in_words(rhumbline, company, monkeypatch):
    from rhumbline.faces import cli

    monkeypatch.setattr(cli, "read", lambda _: 1 / 0)
    code, out, err = rhumbline("score", company())
    assert (code, out) == (2, "")
    assert "fault in Rhumbline itself, not in your data: ZeroDivisionError" in " ".join(err.split())


# --- how it prints ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "language"),
    [*((name, "en") for name in sorted(companies())), *((name, "de") for name in ("bakery", "ai_ethics", "pharma"))],
)
def test_every_line_fits_into_80_columns_and_steers_nothing(rhumbline, company, name, language):
    path = company(name)
    for verb in ("score", "check", "plan", "questions"):
        _, out, _ = rhumbline(verb, path, "--language", language)
        assert "\x1b" not in out
        # The path of the file may be long; a command that names it must stay in one piece to be copied.
        too_long = [line for line in out.splitlines() if len(line) > 80 and not line.startswith("  rhumbline ")]
        assert too_long == []


def test_names_cannot_steer_the_terminal(rhumbline, company):
    path = company("bakery", ("name: Chilled van and route plan", 'name: "[bold]Van[/bold] :smile: \\e[31m"'))
    for verb in ("score", "check"):
        _, out, _ = rhumbline(verb, path)
        assert "\x1b" not in out
    path = company("bakery", ("name: Chilled van and route plan", 'name: "[bold]Van[/bold] :smile:"'))
    for verb in ("score", "plan"):
        assert "[bold]Van[/bold] :smile:" in rhumbline(verb, path)[1]


def test_a_terminal_gets_colour_and_a_pipe_does_not(company):
    pty = pytest.importorskip("pty")
    seen = []

    def keep(descriptor):
        data = os.read(descriptor, 1024)
        seen.append(data)
        return data

    before = dict(os.environ)
    os.environ.update(TERM="xterm-256color", COLUMNS="80")
    os.environ.pop("NO_COLOR", None)
    try:
        pty.spawn([sys.executable, "-m", "rhumbline", "plan", str(company())], keep)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert b"\x1b[" in b"".join(seen)
    assert b"\x1b" not in started("plan", company()).stdout


def test_an_output_that_knows_only_ascii_still_gets_an_answer(company):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = started("score", company(), env=environment)
    assert done.returncode == 0
    assert b"######" in done.stdout
    document = json.loads(started("score", company(), "--json", env=environment).stdout.decode("utf-8"))
    assert document["schema"] == "rhumbline.score/1"


def test_nobody_reads_or_nothing_can_be_written(company):
    path = company()
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "rhumbline", "score", str(path)], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, b"")
    without_output = ["sh", "-c", '"$0" -m rhumbline score "$1" >&-', sys.executable, str(path)]
    closed = subprocess.run(without_output, capture_output=True, check=False)
    assert closed.returncode == 2
    assert b"The output is closed" in closed.stderr
    if Path("/dev/full").exists():
        with open("/dev/full", "wb") as full:
            process = subprocess.run(
                [sys.executable, "-m", "rhumbline", "score", str(path), "--json"],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert process.returncode == 2
        assert b"Traceback" not in process.stderr


# --- files ------------------------------------------------------------------------------------


def test_the_demonstration_writes_a_file_and_never_replaces_a_changed_one(rhumbline, tmp_path):
    folder = tmp_path / "try"
    code, out, _ = rhumbline("demo", folder, "--no-open")
    assert code == 0
    assert "7 errors" in out
    assert "Fund i2, i3, i4 and i5" in out
    assert f"rhumbline plan {folder / 'bakery.yaml'}" in out
    assert "is there already" in " ".join(rhumbline("demo", folder)[1].split())
    file = folder / "bakery.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# mine\n", encoding="utf-8")
    code, _, err = rhumbline("demo", folder)
    assert code == 2
    assert "changed by somebody" in err
    assert "# mine" in file.read_text(encoding="utf-8")
    assert rhumbline("demo", folder, "--force")[0] == 0
    assert "# mine" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(companies()))
def test_the_demonstration_runs_on_every_company(rhumbline, tmp_path, name):
    assert rhumbline("demo", tmp_path, "--company", name)[0] == 0
