"""Whatever fits the contract, or nearly does, is answered as the contract promises: no fault, nothing undocumented.

Requests are drawn from the contract itself, right ones and wrong ones, as an owner and as a member.
"""

import dataclasses

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.transport import Response
from tests.faces.api.walking import Walk, contract, listed, operations, undone

from rhumbline.book.authority import AccessRole

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]

SEED = 20261123
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def checks():
    """No fault of ours, and every status, header and body as the contract promises it.

    Whether right data is taken and wrong data refused is not asked: the gate knows what no schema can say, such as
    that a key has to be there, and takes some things that the schema does not mention, such as an id for a key.
    """
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    return CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    )


@pytest.fixture
def walk(open_firm, settings):
    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, rate=0)
    return Walk(open_firm("alpha"))


@pytest.fixture(scope="module")
def drawn():
    """Every operation as schemathesis reads it, by name."""
    found = schemathesis.openapi.from_dict(contract())
    return {one.definition.raw["operationId"]: one for one in (result.ok() for result in found.get_all_operations())}


def send(case, caller):
    """Send what was drawn through the whole application."""
    sent = {**case.as_transport_kwargs(base_url="http://testserver")}
    known = ("method", "url", "headers", "files", "data", "json", "params", "cookies")
    prepared = requests.Request(**{name: value for name, value in sent.items() if name in known}).prepare()
    headers = {
        name: text_of(value) for name, value in prepared.headers.items() if name not in ("Content-Length", "Cookie")
    }
    data = prepared.body if isinstance(prepared.body, bytes) else (prepared.body or "").encode()
    kind = headers.pop("Content-Type", "")
    with undone():
        response = caller.send(prepared.method, prepared.path_url, data=data, kind=kind, **headers)
    return Response(
        status_code=response.status_code,
        headers={name: [value] for name, value in response.headers.items()},
        content=response.content,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )


def text_of(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def parts_of(walk, operation):
    """Return a strategy for the variable parts of an address: mostly what is there."""
    there = {
        "organisation": walk.firm.key,
        "key": walk.key(operation) if "{key}" in operation.path else "",
        "seq": walk.seq,
        "number": int(walk.path(operation).split("/")[6]) if "{int:number}" in operation.path else 0,
    }
    others = {"organisation": "nowhere", "key": "none", "seq": 2**62, "number": 10**18}
    names = [name for name in there if f"{{{name}}}" in operation.path or f"{{int:{name}}}" in operation.path]
    return st.fixed_dictionaries({name: st.sampled_from([there[name]] * 9 + [others[name]]) for name in names})


def asked(walk, drawn, caller, names, examples, salt=0):
    """Ask what is drawn for each operation, and return what was not as promised."""
    wrong, told = {}, checks()
    for name in names:
        for mode in MODES:
            fault = one_operation(walk, drawn[name], operations()[name], caller, mode, examples, salt, told)
            if fault:
                wrong[f"{name} {mode.value}"] = fault
    return wrong


def one_operation(walk, drawn, operation, caller, mode, examples, salt, told):
    sender = walk.signed_in if operation.signed_in and caller is walk.owner else caller

    @seed(SEED + salt)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data):
        parts = data.draw(parts_of(walk, operation))
        try:
            strategy = drawn.as_strategy(generation_mode=mode, path_parameters=parts)
        except Exception:
            # There is nothing wrong to draw for an operation that takes nothing.
            if mode is schemathesis.GenerationMode.NEGATIVE:
                return
            raise
        case = data.draw(strategy)
        case.validate_response(send(case, sender), checks=told)

    try:
        ask()
    except BaseExceptionGroup as group:
        return str(group)[:1500] + " ".join(str(one)[:700] for one in group.exceptions)
    except Exception as fault:  # noqa: BLE001 - all operations are asked before anything is said
        if "Unsatisfiable" in type(fault).__name__:
            return ""
        return f"{type(fault).__name__}: {fault}"[:1500]
    return ""


@pytest.mark.sample
@pytest.mark.parametrize("role", [AccessRole.OWNER, AccessRole.MEMBER])
def test_what_is_drawn_is_answered_as_promised(walk, drawn, role):
    caller = walk.owner if role is AccessRole.OWNER else walk.firm.caller(role)
    # Whoever may do less comes less far: a member asks every fourth.
    names = list(operations())[:: 1 if role is AccessRole.OWNER else 4]
    wrong = asked(walk, drawn, caller, names, 3)
    assert not wrong, listed(wrong)


@pytest.mark.prove
@pytest.mark.parametrize("salt", range(2))
@pytest.mark.parametrize("role", [AccessRole.OWNER, AccessRole.MEMBER, AccessRole.GUEST])
def test_whatever_is_drawn_is_answered_as_promised(walk, drawn, role, salt):
    caller = walk.owner if role is AccessRole.OWNER else walk.firm.caller(role)
    wrong = asked(walk, drawn, caller, list(operations()), 25 if role is AccessRole.OWNER else 8, salt + 1)
    assert not wrong, listed(wrong)


def test_a_promise_that_is_not_kept_is_noticed(walk, drawn, monkeypatch):
    """The tests above can fail."""
    from rhumbline.faces.api import organisations

    monkeypatch.setattr(organisations, "about", lambda *_: {"key": 5})
    assert asked(walk, drawn, walk.owner, ["about_organisation"], 3)
