"""The notebook: a valid file without stored results, whose cells run in order and show what they promise."""

import ast
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code_of(path):
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def run(source, space):
    """Run a cell as a notebook does, and return the value of its last line if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), space)  # noqa: S102 - our own notebook
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), space)  # noqa: S307


class Whole(HTMLParser):
    """Checks that what is opened is closed, and that nothing runs."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        assert tag != "script"
        assert not [name for name, _ in attributes if name.startswith("on")]
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag != "script"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_there_is_a_notebook():
    assert [path.name for path in NOTEBOOKS] == ["portfolio.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_file_is_a_notebook_of_version_4_without_results(path):
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    keys = [cell["id"] for cell in notebook["cells"]]
    assert len(set(keys)) == len(keys)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            assert set(cell) == {"cell_type", "execution_count", "id", "metadata", "outputs", "source"}
        else:
            assert set(cell) == {"cell_type", "id", "metadata", "source"}
        assert isinstance(cell["source"], list)
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    assert path.read_text(encoding="utf-8") == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_all_cells_run_in_order_and_show_themselves(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space, pages = {"__name__": "__main__"}, []
    for source in code_of(path):
        shown = run(source, space)
        if hasattr(shown, "_repr_html_"):
            page = shown._repr_html_()
            whole = Whole()
            whole.feed(page)
            whole.close()
            assert whole.open == []
            pages.append(page)
    assert len(pages) >= 12
    assert sum("<svg" in page for page in pages) >= 5
    assert any("You asked for it." in page for page in pages)
    assert {file.name for file in tmp_path.iterdir()} == {"plan.json", "portfolio.svg", "later.yaml"}
    assert space["findings"] == space["problems"] == ()
