"""The pages of a server in a real browser: light, dark, wide, narrow; signed in and out; nothing from elsewhere."""

import pytest
from tests.browser.conftest import RULES
from tests.server.conftest import serving, typed

from rhumbline.faces.file_commands import companies

pytestmark = pytest.mark.browser

LOOKS = [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    for name in ("bakery", "workbench"):
        (folder / f"{name}.yaml").write_bytes(companies()[name].read_bytes())
    with serving(folder, folder / "bakery.yaml", folder / "workbench.yaml") as started:
        yield started


@pytest.fixture(scope="module")
def session(server):
    """The cookies of somebody who signed in."""
    cookies = {}
    server.ask(server.enter, cookies=cookies)
    return [{"name": name, "value": value, "url": server.url} for name, value in cookies.items()]


@pytest.fixture
def look(chromium, server):
    """Open a page, and give it with everything the browser said about it."""
    contexts = []

    def opened(path, theme="light", width=1280, cookies=()):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        context.add_cookies(list(cookies))
        # The pages have no script of their own, so what listens has to be put in by the browser.
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', found => console.warn(found.violatedDirective))"
        )
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{server.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def well(page, server, axe):
    """Nothing is wider than the window, nothing is complained about, nothing is asked of anybody else."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.said == []
    assert [url for url in page.asked if not url.startswith((server.url, "data:"))] == []
    # The checker is put in from outside, past the policy of the page.
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": axe, "allowUnsafeEvalBlockedByCSP": True})
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) > 5
    assert [(one["id"], one["nodes"][0]["target"]) for one in found["violations"]] == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_everybody_can_read_the_pages_before_signing_in(look, server, axe, theme, width):
    well(look("/sign-in", theme, width), server, axe)
    link = typed(server.environment, "resetpassword", "owner@localhost").stdout.rpartition("/enter/")[2].strip()
    well(look(f"/enter/{link}", theme, width), server, axe)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_everybody_can_read_the_pages_after_signing_in(look, server, session, axe, theme, width):
    well(look("/", theme, width, session), server, axe)
    well(look("/organisations/bakery/", theme, width, session), server, axe)


def test_the_style_of_the_report_is_let_through_and_that_of_a_stranger_is_not(look, session):
    page = look("/organisations/bakery/", "dark", 1280, session)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 31)"
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'body{opacity:0}'}))"
    )
    assert page.evaluate("getComputedStyle(document.body).opacity") == "1"


def test_a_person_signs_in_and_out_with_the_keyboard(look, server):
    password = "correct horse battery staple"  # noqa: S105
    typed(server.environment, "createowner", "ada@example.org", "--organisation", "bakery", said=f"{password}\n")
    page = look("/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your organisations").wait_for()
    page.get_by_role("link", name="Report on Crumb & Co.").click()
    page.wait_for_url("**/organisations/bakery/")
    page.go_back()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto(f"{server.url}/organisations/bakery/")
    page.get_by_role("heading", name="Sign in").wait_for()
