"""The wheel, built as for a release, installed into an empty environment and tried there."""

import os
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "rhumbline"
# The environment under test has no pip of its own; the interpreter it was made from has one.
HOST_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
needs_command_line = pytest.mark.skipif(
    not (PACKAGE / "faces" / "cli.py").exists(), reason="src/rhumbline/faces/cli.py is not written yet"
)


def run(*words, **options):
    """Run a command away from the checkout, and show what it said if it fails."""
    # Neither what the tests set for Django nor a server of whoever runs them.
    theirs = ("PYTHONPATH", "VIRTUAL_ENV", "DATABASE_URL", "DJANGO_", "RHUMBLINE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, env=environment, **options
    )
    print(done.stdout, done.stderr, sep="\n")
    return done


def install(python, *words):
    pip = [HOST_PYTHON, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet"]
    done = run(*pip, "--root-user-action", "ignore", *words)
    assert done.returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert done.returncode == 0
    (built,) = folder.glob("rhumbline-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The folder of commands of an environment that holds the run-time lock and the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    assert run(HOST_PYTHON, "-m", "venv", "--without-pip", folder).returncode == 0
    install(folder / "bin" / "python", "--require-hashes", "-r", ROOT / "requirements" / "run.txt")
    install(folder / "bin" / "python", "--no-deps", wheel)
    return folder / "bin"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


def test_the_wheel_ships_every_file_of_the_package(wheel):
    here = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("rhumbline/")}
    assert here == shipped
    assert "rhumbline/py.typed" in shipped


def test_the_wheel_describes_itself(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())
    assert about["License-Expression"] == "Apache-2.0"
    if (ROOT / "README.md").exists():
        assert about.get_payload().strip(), 'add readme = "README.md" to [project] in pyproject.toml'


def test_the_installed_package_stands_alone(environment, elsewhere):
    done = run(environment / "python", "-c", "import rhumbline; print(rhumbline.__file__)", cwd=elsewhere)
    assert done.returncode == 0
    assert Path(done.stdout.strip()).is_relative_to(environment.parent)


@needs_command_line
def test_the_installed_command_answers(environment, elsewhere):
    done = run(environment / "rhumbline", "--help", cwd=elsewhere)
    assert done.returncode == 0
    for command in ("check", "score", "plan"):
        assert command in done.stdout


@needs_command_line
def test_the_installed_command_checks_the_company_it_ships(environment, elsewhere):
    assert run(environment / "rhumbline", "demo", "--no-open", elsewhere / "demo", cwd=elsewhere).returncode == 0
    companies = sorted((elsewhere / "demo").rglob("*.yaml"))
    assert companies
    done = run(environment / "rhumbline", "check", companies[0], cwd=elsewhere)
    # 1 says that there are findings of severity error, which an example is free to have.
    assert done.returncode in {0, 1}
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


@needs_command_line
def test_the_installed_server_has_all_it_needs(wheel, tmp_path):
    folder = tmp_path / "environment"
    assert run(HOST_PYTHON, "-m", "venv", "--without-pip", folder).returncode == 0
    install(folder / "bin" / "python", "--require-hashes", "-r", ROOT / "requirements" / "server.txt")
    install(folder / "bin" / "python", "--no-deps", wheel)
    home = tmp_path / "home"
    for words, code in ((["migrate"], 0), (["migrate", "--check"], 0), (["doctor"], 0)):
        done = run("env", f"RHUMBLINE_HOME={home}", folder / "bin" / "rhumbline", *words, cwd=tmp_path)
        assert done.returncode == code
    pages = "import rhumbline.server.asgi as server; print(server.application)"
    done = run("env", f"RHUMBLINE_HOME={home}", folder / "bin" / "python", "-c", pages, cwd=tmp_path)
    assert done.returncode == 0
