"""What the tests in a real browser share: the browser, the checker for accessibility, pages without a network."""

import shutil
from pathlib import Path

import pytest

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium():
    """The system's browser; without it, or without Playwright, these tests are skipped and say so."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make browser")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """The text of the checker for accessibility."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make browser")
    return AXE.read_text(encoding="utf-8")


class Visit:
    """One look at a page of HTML: what it said, asked for and looked like."""

    def __init__(self, browser, file, *, theme="light", width=1280):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        self.page = self.context.new_page()
        self.said, self.requests = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def violations(self, axe):
        """What the checker objects to: the rule, and the first place it objects to."""
        self.page.evaluate(axe)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert len(found["passes"]) > 10  # it did look at something
        return [(one["id"], one["nodes"][0]["target"]) for one in found["violations"]]

    def colour(self, selector, of):
        return self.page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{of}")


@pytest.fixture
def visit(chromium, tmp_path):
    visits = []

    def visited(text, **how):
        file = tmp_path / f"page{len(visits)}.html"
        file.write_text(text, encoding="utf-8")
        visits.append(Visit(chromium, file, **how))
        return visits[-1]

    yield visited
    for one in visits:
        one.context.close()
