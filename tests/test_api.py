"""The public names: what a notebook or a program of somebody else builds on."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from importlib import resources

import pytest

import rhumbline
from rhumbline.book.findings import HeldOutRows, UnknownCapability, UnknownRecord

PUBLIC = {
    "Answer",
    "Book",
    "Client",
    "capabilities",
    "check",
    "compare",
    "explain",
    "plan",
    "questions",
    "read_book",
    "run",
    "score",
    "verify",
    "write_book",
}


@pytest.fixture
def bakery(company):
    book, findings = rhumbline.read_book(company())
    assert findings == ()
    return book


def test_the_public_names_are_these():
    assert set(rhumbline.__all__) == PUBLIC
    assert set(dir(rhumbline)) >= PUBLIC
    for name in PUBLIC:
        assert getattr(rhumbline, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'strategise'"):
        getattr(rhumbline, "strategise")  # noqa: B009


def test_every_capability_is_a_function():
    names = [capability.name for capability in rhumbline.capabilities()]
    assert names == ["score", "check", "plan", "explain", "compare", "verify", "questions"]
    for capability in rhumbline.capabilities():
        assert capability.asks.endswith("?")
        assert capability.asks in getattr(rhumbline, capability.name).__doc__


def test_a_plan_is_a_result_a_document_a_text_and_a_page(bakery):
    plan = rhumbline.plan(bakery)
    assert plan.starts == {"i2": 1, "i3": 1, "i4": 1, "i5": 1}
    assert plan.result.gap_closed == plan.gap_closed == pytest.approx(0.6572, abs=5e-5)
    assert plan.document["schema"] == "rhumbline.plan/1"
    assert plan.document["book_sha"] == bakery.sha
    assert plan.text.startswith("Crumb & Co.")
    assert str(plan) == plan.text
    assert "plan" in repr(plan)
    assert "<table>" in plan._repr_html_()
    with pytest.raises(AttributeError):
        getattr(plan, "nonsense")  # noqa: B009
    with pytest.raises(AttributeError):
        getattr(plan, "_nonsense")  # noqa: B009


def test_run_asks_by_name_and_passes_wishes_on(bakery):
    assert rhumbline.run("plan", bakery, pins=["i6"]).document["terms"]["pins"] == ["i6"]
    assert "i6" in rhumbline.plan(bakery, pins={"i6"}).starts
    assert rhumbline.run("explain", bakery, subject="i1").standing == "stopped"
    with pytest.raises(UnknownCapability, match="There are: score, check"):
        rhumbline.run("forecast", bakery)
    with pytest.raises(TypeError):
        rhumbline.plan(bakery, budget=3)
    with pytest.raises(UnknownRecord, match="no initiative i99"):
        rhumbline.plan(bakery, pins=["i99"])
    with pytest.raises(ValueError, match="no language 'fr'"):
        rhumbline.score(bakery, language="fr")


def test_a_plan_is_verified_as_it_was_answered_and_as_a_result(bakery):
    plan = rhumbline.plan(bakery, pins="i6")
    assert plan.document["terms"]["pins"] == ["i6"]
    for form in (plan, plan.result):
        assert rhumbline.verify(bakery, plan=form).verdict == "holds"
    assert rhumbline.verify(bakery, plan=plan).document == rhumbline.verify(bakery, plan=plan.result).document


def test_an_answer_speaks_german(bakery):
    german = rhumbline.plan(bakery, language="de")
    assert "65,7 %" in german.text
    assert german.document["funded"][0]["reasons"][0]["text"].startswith("Schließt rechtzeitig 24,7")
    assert german.document["value"] == rhumbline.plan(bakery).document["value"]


def test_rows_held_out_stop_a_plan_until_somebody_chooses_otherwise(company):
    book, findings = rhumbline.read_book(company("bakery", ("cash: [14000, 3000, 1000]", "cash: [-5]")))
    assert findings
    for name, wishes in (("plan", {}), ("explain", {"subject": "i3"}), ("compare", {"a": "i3", "b": "i4"})):
        with pytest.raises(HeldOutRows, match="without_held_out=True"):
            rhumbline.run(name, book, findings=findings, **wishes)
        answer = rhumbline.run(name, book, findings=findings, without_held_out=True, **wishes)
        assert answer.document["terms"]["without_held_out"] is True
        assert answer.document["input"]
    assert rhumbline.score(book, findings=findings).text.startswith("1 entry of the file is held out.")


class Tags(HTMLParser):
    """Notes every tag and attribute, and that what was opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes = [], set(), set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["score", "check", "plan", "questions"])
def test_a_notebook_page_is_whole_escaped_and_without_script(company, name):
    evil = '"<script>alert(1)</script>&<b onclick=x>"'
    book, _ = rhumbline.read_book(company("bakery", ("name: Chilled van and route plan", f"name: {evil}")))
    page = rhumbline.run(name, book)._repr_html_()
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    assert not tags.seen & {"script", "b", "style", "img", "iframe"}
    assert not {attribute for attribute in tags.attributes if attribute.startswith("on")} | (
        tags.attributes & {"style"}
    )


def test_a_document_written_and_read_is_the_same(bakery):
    for name in ("score", "check", "plan", "questions"):
        document = rhumbline.run(name, bakery).document
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def in_a_fresh_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_is_light_and_never_loads_the_web_framework(company):
    loaded = "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'numpy', 'highspy', 'yaml', 'typer', 'rich', 'babel'}))"
    assert in_a_fresh_python(f"import sys, rhumbline; {loaded}") == "[]"
    helped = "from rhumbline.faces.cli import run; run(['--help'])"
    assert in_a_fresh_python(f"import sys; {helped}; {loaded}").splitlines()[-1] == "['typer']"
    planned = f"import rhumbline; book, _ = rhumbline.read_book({str(company())!r}); rhumbline.plan(book)"
    assert "django" not in in_a_fresh_python(f"import sys; {planned}; {loaded}")


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert rhumbline.__version__ == version("rhumbline")


def test_a_plan_never_misses_a_held_out_row_silently():
    text = (resources.files("rhumbline.examples") / "bakery.yaml").read_text(encoding="utf-8")
    book, findings = rhumbline.read_book(text.replace("cash: [14000, 3000, 1000]", "cash: [-5]"))
    assert [finding.key for finding in book.held_out] == [finding.key for finding in findings] == ["i2"]
    with pytest.raises(HeldOutRows, match="i2"):
        rhumbline.plan(book)
    with pytest.raises(HeldOutRows):
        rhumbline.plan(book.without("initiative", "d1"))
    assert "i2" not in rhumbline.plan(book, without_held_out=True).starts
    whole, _ = rhumbline.read_book(text)
    assert whole.held_out == ()
    assert book.sha != whole.sha
    repaired = book.replace(whole.initiatives["i2"], *whole.benefits_of("i2"), *whole.milestones_of("i2"))
    assert repaired.held_out == ()
    assert "i2" in rhumbline.plan(repaired).starts
