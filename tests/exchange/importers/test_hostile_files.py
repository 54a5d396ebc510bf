"""Whatever a file holds, an import gives findings and never a traceback, in bounded time."""

import json
import time

import pytest
from tests.exchange.importers import samples
from tests.exchange.importers.samples import SAMPLES

from rhumbline.exchange.recognise import NAMES, import_file, recognise

CUTS = 25


@pytest.mark.parametrize("name", SAMPLES)
def test_a_truncated_file_never_raises(name):
    data = SAMPLES[name]
    for cut in range(0, len(data), max(1, len(data) // CUTS)):
        for form in (None, name):
            result = import_file(data[:cut], "x", form)
            assert result.usable or result.findings


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_bytes_never_raise(name):
    chance = samples.dice(name)
    for _ in range(CUTS):
        data = bytearray(SAMPLES[name])
        for _ in range(chance.choice((1, 5, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        import_file(bytes(data), "x", name)
        recognise(bytes(data))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_file_can_be_read_as_every_format_without_a_traceback(name):
    for form in NAMES:
        result = import_file(SAMPLES[name], "x", form)
        assert result.usable or result.findings


VALUES = (
    None,
    True,
    0,
    -1,
    1.5,
    float("nan"),
    10**400,
    "",
    "x" * 300,
    "\0",
    [],
    {},
    [[]],
    ["a"],
    {"id": 1},
    "=cmd()",
    "2026-99-99",
)


def damaged(tree, chance):
    """The same tree in which some values are of another type."""
    if isinstance(tree, dict):
        return {
            key: chance.choice(VALUES) if chance.random() < 0.06 else damaged(value, chance)
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [chance.choice(VALUES) if chance.random() < 0.06 else damaged(value, chance) for value in tree]
    return chance.choice(VALUES) if chance.random() < 0.1 else tree


@pytest.mark.parametrize(
    ("name", "tree"), [("trello", samples.TRELLO), ("wekan", samples.WEKAN), ("planka", samples.PLANKA)]
)
@pytest.mark.parametrize("seed", range(40))
def test_values_of_any_type_never_raise(name, tree, seed):
    data = json.dumps(damaged(tree, samples.dice(seed))).encode()
    recognise(data)
    first = import_file(data, "x", name)
    assert import_file(data, "x", name, first.book).changes == ()


@pytest.mark.parametrize("seed", range(40))
def test_cells_of_any_kind_in_a_board_never_raise(seed):
    chance = samples.dice(seed)
    cells = [
        "",
        "Name",
        "Subitems",
        samples.MONDAY_ID,
        "Total",
        5,
        -2.5,
        "2026-11-01",
        "x" * 300,
        "Status",
        "Budget",
        True,
    ]
    rows = [[chance.choice(cells) for _ in range(chance.randrange(1, 8))] for _ in range(30)]
    import_file(samples.workbook(["Name", "Subitems", "Budget", samples.MONDAY_ID], *rows), "x", "monday")


@pytest.mark.parametrize("name", ["xero", "quickbooks", "wave"])
@pytest.mark.parametrize("seed", range(25))
def test_lines_of_a_statement_in_any_order_never_raise(name, seed):
    lines = SAMPLES[name].decode().splitlines(keepends=True)
    samples.dice(seed).shuffle(lines)
    import_file("".join(lines).encode(), "x", name)


@pytest.mark.parametrize(
    "data",
    [
        "\n".join(["ID,Subject,Type,Status", *(f"{n},Task {n % 7},Task,New" for n in range(20_000))]).encode(),
        "\n".join(["number,title,body,labels", *("," + "same name" + ",b,l" for _ in range(20_000))]).encode(),
        b"Task ID,Name,Section/Column,Created At\n" + b'1,"' + b"x" * 3_000_000,
        b'"' * 1_000_000,
        b",;\t|" * 200_000,
    ],
)
def test_large_and_odd_files_take_bounded_time(data):
    start = time.process_time()
    import_file(data, "x")
    assert time.process_time() - start < 30
