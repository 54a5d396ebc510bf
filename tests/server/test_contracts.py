"""The list of what stays free of the web framework leaves nothing out."""

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FACES = ROOT / "src" / "rhumbline" / "faces"
# These are what a web framework is for.
OF_THE_WEB = {"api", "pages"}


def test_every_face_but_those_of_the_web_is_named_as_free_of_the_web_framework():
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    named = contracts["importlinter:contract:no-web-framework"]["source_modules"].split()
    there = {
        path.stem
        for path in FACES.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }
    assert {f"rhumbline.faces.{name}" for name in there - OF_THE_WEB} <= set(named)
