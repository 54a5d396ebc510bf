"""The pages: who comes in, what they see, and what strangers do not."""

import re

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

import rhumbline
from rhumbline.book.authority import AccessRole
from rhumbline.faces.file_commands import companies
from rhumbline.faces.pages.looks import language_of
from rhumbline.store.actors import system
from rhumbline.store.committing import bring_in
from rhumbline.store.models import Membership, Organisation, User
from rhumbline.store.sign_in import new_link

pytestmark = pytest.mark.django_db
PASSWORD, ANOTHER = "correct horse battery staple", "one new pass phrase"
WRONG, COMMON = "not that one either", "password123456"
SALARY = "33,360"


@pytest.fixture
def organisation():
    book = rhumbline.read_book(companies()["bakery"].read_bytes()).book
    found = Organisation.objects.create(key="bakery", name="Crumb & Co.", created=timezone.now())
    bring_in(system(found.pk, found.key), book, via="cli")
    return found


@pytest.fixture
def member(organisation):
    """Make somebody with a role in the organisation, signed in."""

    def made(role=AccessRole.OWNER, email="ada@example.org"):
        user = User.objects.create_user(username=email, email=email, password=PASSWORD)
        if role is not None:
            Membership.objects.create(organisation=organisation, user=user, role=role.value)
        client = Client()
        client.force_login(user)
        return client

    return made


def fill_in(client, path, **fields):
    """Send the form of a page as a browser does, with the token that came with it."""
    page = client.get(path).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    return client.post(path, {"csrfmiddlewaretoken": token, **fields})


def strict():
    return Client(enforce_csrf_checks=True)


# --- to come in -------------------------------------------------------------------------------


def test_a_password_opens_the_page_one_wanted(member):
    member()
    client = strict()
    assert client.get("/").headers["Location"] == "/sign-in?next=/"
    answer = fill_in(client, "/sign-in", email=" Ada@Example.org ", password=PASSWORD, next="/organisations/bakery/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/organisations/bakery/")
    assert client.get("/").status_code == 200
    assert client.get("/sign-in").headers["Location"] == "/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"/\evil.example"]
)
def test_nobody_is_led_to_another_server(member, elsewhere):
    member()
    answer = fill_in(strict(), "/sign-in", email="ada@example.org", password=PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(member):
    member()
    answers = [
        fill_in(strict(), "/sign-in", email=email, password=WRONG, next="/")
        for email in ("ada@example.org", "bob@example.org")
    ]
    pages = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers if answer.status_code == 403]
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0]


def test_whoever_tries_too_often_has_to_wait_even_with_the_right_password(member, settings):
    member()
    caches["shared"].clear()
    for _ in range(settings.CONFIGURATION.sign_in_rate):
        assert fill_in(strict(), "/sign-in", email="ada@example.org", password=WRONG).status_code == 403
    answer = fill_in(strict(), "/sign-in", email="ada@example.org", password=PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    caches["shared"].clear()
    assert fill_in(strict(), "/sign-in", email="ada@example.org", password=PASSWORD).status_code == 302


def test_a_form_that_is_not_ours_changes_nothing(member):
    client = strict()
    answer = client.post("/sign-in", {"email": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 403
    assert "load the page again" in answer.content.decode()


def test_signing_out_ends_the_session_on_the_server(member):
    client = member()
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert stolen.get("/").status_code == 302


def test_a_link_signs_in_once(member):
    member()
    secret = new_link(User.objects.get())
    client = Client()
    assert client.get(f"/enter/{secret}").headers["Location"] == "/"
    assert client.get("/").status_code == 200
    answer = Client().get(f"/enter/{secret}")
    assert answer.status_code == 404
    assert "does not work any more" in answer.content.decode()


def test_a_link_for_a_new_password_is_used_up_by_choosing_one_only(member):
    before = member()
    path = f"/enter/{new_link(User.objects.get(), new_password=True)}"
    client = strict()
    assert client.get(path).status_code == 200  # as the preview of a mail program does
    weak = fill_in(client, path, password=COMMON, again=COMMON)
    assert (weak.status_code, "too common" in weak.content.decode()) == (422, True)
    assert fill_in(client, path, password=ANOTHER, again=PASSWORD).status_code == 422
    chosen = fill_in(client, path, password=ANOTHER, again=ANOTHER)
    assert chosen.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert before.get("/").status_code == 302  # every other session is over
    assert Client().get(path).status_code == 404
    assert User.objects.get().check_password(ANOTHER)


# --- what is there ----------------------------------------------------------------------------


def test_the_first_page_shows_the_score_of_each_organisation(member):
    page = member().get("/").content.decode()
    assert "Crumb &amp; Co." in page
    assert "Alignment 11 (up to 12) of 100" in page
    assert 'href="/organisations/bakery/"' in page


def test_whoever_belongs_nowhere_is_told_so(member):
    page = member(role=None).get("/").content.decode()
    assert "You belong to no organisation yet" in page
    assert "Crumb" not in page


def test_another_organisation_looks_like_none(member):
    client = member(role=None)
    answers = [client.get(f"/organisations/{key}/") for key in ("bakery", "nobody")]
    assert [answer.status_code for answer in answers] == [404, 404]
    token = re.compile(rb'value="\w+"')
    assert token.sub(b"", answers[0].content) == token.sub(b"", answers[1].content)


def test_the_report_shows_money_to_those_only_who_may_see_it(member):
    assert SALARY in member().get("/organisations/bakery/").content.decode()
    seen = member(AccessRole.MEMBER, "bob@example.org").get("/organisations/bakery/").content.decode()
    assert SALARY not in seen
    assert "EUR" not in seen


def test_pages_speak_the_language_of_the_browser(member):
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
    assert "Ihre Organisationen" in member().get("/", headers=german).content.decode()
    assert '<html lang="de">' in Client().get("/sign-in", headers=german).content.decode()


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        ("", "en"),
        ("fr", "en"),
        ("fr, de;q=0.5", "de"),
        ("de;q=0.2, en;q=0.8", "en"),
        ("de;q=nonsense", "en"),
        ("de;q=0", "en"),
    ],
)
def test_a_wish_for_a_language_is_read_as_browsers_write_it(rf, wished, language):
    assert language_of(rf.get("/", headers={"Accept-Language": wished})) == language


# --- what a browser is told -------------------------------------------------------------------


def test_every_page_forbids_what_it_does_not_need(member):
    client = member()
    for path in ("/", "/organisations/bakery/", "/enter/nothing", "/nowhere", "/sign-in"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if path != "/sign-in":
            assert answer.headers["Cache-Control"] == "no-store"
            assert not re.search(r"<script|\sstyle=|\son\w+=", answer.content.decode())


def test_the_report_may_use_the_style_it_carries_and_no_other(member):
    answer = member().get("/organisations/bakery/")
    assert len(re.findall(r"'sha256-", answer.headers["Content-Security-Policy"])) == 1


def test_the_style_has_an_address_that_changes_with_it(member):
    client = member()
    address = re.search(r'href="(/style-\w+\.css)"', client.get("/").content.decode()).group(1)
    answer = Client().get(address)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_fault_of_ours_is_told_without_a_word_about_it(member, monkeypatch):
    from rhumbline.faces.pages import organisations

    def fails(*_):
        raise ValueError("Ada's salary")

    monkeypatch.setattr(organisations, "_firm", fails)
    client = member()
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The server is at fault" in answer.content.decode()
    assert "salary" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/organisations/bakery/"])
def test_a_page_takes_few_queries_and_little_time_of_the_processor(member, django_assert_max_num_queries, path):
    from statistics import median
    from time import process_time

    client = member()
    client.get(path)  # the first one computes; what it made is remembered
    taken = []
    for _ in range(9):
        began = process_time()
        with django_assert_max_num_queries(6):
            client.get(path)
        taken.append(process_time() - began)
    assert median(taken) <= 0.020
