"""The reference page lists what there is."""

import re
import shlex
from pathlib import Path

import pytest

from rhumbline.faces.api.operations import ORGANISATION

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "api.md"
TABLES = re.compile(r"(<!-- operations -->\n).*?(<!-- end of operations -->\n)", re.DOTALL)


def test_the_reference_is_up_to_date(request):
    from rhumbline.faces.api.reference import written

    text = PAGE.read_text(encoding="utf-8")
    fresh = TABLES.sub(lambda found: f"{found[1]}\n{written()}\n\n{found[2]}", text)
    if request.config.getoption("--snapshot-update"):
        PAGE.write_text(fresh, encoding="utf-8")
        return
    assert fresh == text, "run: pytest tests/faces/api/test_reference.py --snapshot-update"


def test_every_operation_is_in_the_reference():
    from rhumbline.faces.api.application import OPERATIONS

    text = PAGE.read_text(encoding="utf-8")
    for operation in OPERATIONS:
        place = operation.path.replace("{int:", "{").replace(ORGANISATION, "…", 1)
        if operation.family == "records" and operation.kind:
            place = place.replace(f"/kinds/{operation.kind}", "/kinds/{kind}")
        assert f"`{operation.method} {place}`" in text, operation.name


# --- the first steps --------------------------------------------------------------------------

STEPS = ROOT / "docs" / "how-to" / "use-the-api.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps():
    """Return every request of the page, and the line that it prints, where it says so."""
    for block in CONSOLE.findall(STEPS.read_text(encoding="utf-8")):
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = command.partition("\n")
            yield line, printed.strip()


def sent(owner, line):
    """Send what a line of curl sends."""
    words = shlex.split(line.replace("$PLACE", owner.place).replace("$AUTH", f"Authorization: Bearer {owner.bearer}"))
    assert words.pop(0) == "curl"
    method, path, data, headers = "", "", None, {}
    while words:
        word = words.pop(0)
        match word:
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                data = words.pop(0).encode()
            case _:
                path = word
    kind = headers.pop("Content-Type", "")
    return owner.send(method or ("POST" if data else "GET"), path, data=data, kind=kind, **headers)


@pytest.mark.django_db
def test_the_first_steps_do_what_the_page_says(owner):
    for line, printed in steps():
        response = sent(owner, line)
        text = re.sub(r"[0-9a-f]{64}", "…", response.content.decode())
        expected = printed if printed[:3].isdigit() else f"200 {printed}"
        status, _, body = expected.partition(" ")
        assert response.status_code == int(status) or (not printed and response.status_code == 201), (line, text)
        if body:
            assert re.fullmatch(re.escape(body).replace("…", ".*"), text), (line, text)
