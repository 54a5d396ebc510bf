"""Every example company, every answer that others build on: nothing may change unnoticed."""

import json

import pytest

import rhumbline
from rhumbline.faces.file_commands import companies

# They change with the solver's version and its way through the search, not with the answer.
OF_THE_SEARCH = ("solver", "model_sha", "nodes", "solves")


@pytest.mark.parametrize("capability", ["score", "check", "plan"])
@pytest.mark.parametrize("name", sorted(companies()))
def test_the_answers_of_every_company_are_those_written_down(name, capability, snapshot):
    book, findings = rhumbline.read_book(companies()[name].read_bytes())
    document = rhumbline.run(capability, book, findings=findings).document
    for word in OF_THE_SEARCH:
        (document.get("certificate") or {}).pop(word, None)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    snapshot(f"{name}/{capability}", document)


def test_the_same_question_gives_the_same_bytes(company):
    path = company()
    book, _ = rhumbline.read_book(path)
    again, _ = rhumbline.read_book(path)
    first, second = (json.dumps(rhumbline.plan(one).document) for one in (book, again))
    assert first == second
