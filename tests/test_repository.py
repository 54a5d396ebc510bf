"""What must hold for the repository as a whole, whatever the code does."""

import os
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# In pieces, so that this file does not contain what it looks for.
MACHINE_PATHS = re.compile("|".join([r"\.\./" + "shared", r"(?<![\w./-])/(?:" + "work|root|home|Users" + r")/"]))
# Of the GPL family only the "lesser" licence is acceptable in a library that we use unmodified.
COPYLEFT = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def own_files():
    """The files under version control, or those of an unpacked source archive."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    return [path for folder in ("src", "tests", "docs", "requirements") for path in (ROOT / folder).rglob("*.*")] + [
        path for path in ROOT.iterdir() if path.is_file()
    ]


def text_of(path):
    """The text of a file, or nothing for a picture, a workbook and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def locked(name):
    """The names of the packages that a lock pins."""
    return set(
        re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)
    )


def first_release():
    """The version of the newest release in the changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.search(r"^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE).group(1)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_address_and_no_place_on_a_disk(lock):
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if "--hash=" not in line]
    address = re.compile(
        r"://|\bfile:|--(?:extra-)?index-url|--find-links|\b[\w-]+\.(?:com|dev|io|net|org)\b|(?:^|\s)/"
    )
    assert [line for line in lines if address.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock):
    text = re.sub(r"\\\n\s*", "", lock.read_text(encoding="utf-8"))
    pins = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert pins
    assert [line for line in pins if "--hash=sha256:" not in line] == []


def test_the_development_lock_contains_the_others_with_the_same_versions():
    def pins(name):
        return set(
            re.findall(r"^(\S+==[^\\\n]+?) *\\?$", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE)
        )

    def versions(name):
        return {re.split(r" ?;", pin)[0] for pin in pins(name)}

    assert versions("run.txt") <= versions("dev.txt")
    assert versions("build.txt") <= versions("dev.txt")


def test_no_file_names_a_place_on_somebodys_machine():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in own_files()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def test_the_licence_is_apache():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert metadata.metadata("rhumbline")["License-Expression"] == "Apache-2.0"


def test_the_version_is_that_of_the_changelog():
    assert metadata.version("rhumbline") == first_release()


def test_every_make_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", makefile, re.MULTILINE)
    assert len(targets) > 10
    assert [name for name, rest in targets if " ## " not in rest] == []


def test_make_prints_the_list_of_targets():
    printed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, check=True, text=True)
    for target in ("demo", "test", "check", "prove", "cases", "published", "bench", "snapshots", "lock"):
        assert f"make {target} " in printed.stdout


def test_no_second_solver_is_installed_with_the_product():
    # They check our answers in tests at most: the proof must not depend on what it is compared with.
    assert locked("run.txt").isdisjoint({"ortools", "cvxpy", "pulp", "pyomo"})


def test_every_declared_dependency_is_locked():
    declared = {
        re.match(r"[A-Za-z0-9._-]+", requirement).group().lower().replace("_", "-")
        for requirement in metadata.requires("rhumbline")
        if "extra ==" not in requirement
    }
    assert declared <= locked("run.txt")


def licence_of(name):
    """What a package says about its licence, in the order in which the fields can be trusted.

    The License field may hold the texts of everything a wheel bundles, so only its first line counts.
    """
    about = metadata.metadata(name)
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    return about.get("License-Expression") or " ".join(classifiers) or (about.get("License") or "").split("\n")[0]


def test_no_run_time_package_is_copyleft():
    licences = {}
    for name in sorted(locked("run.txt")):
        try:
            licences[name] = licence_of(name)
        except metadata.PackageNotFoundError:
            continue  # only needed on another system
    assert len(licences) > 10
    assert {name for name, licence in licences.items() if not licence} == set()
    # A compiler's run-time library, bundled in a wheel, comes with the exception that makes it harmless.
    assert {
        name: licence
        for name, licence in licences.items()
        if COPYLEFT.search(re.sub(r"GPL-[\w.-]+ WITH GCC-exception-[\w.]+", "", licence))
    } == {}


def test_the_checks_can_be_started():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
