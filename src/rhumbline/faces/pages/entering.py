"""The pages to come in and go out: by a password, by a link that works once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rhumbline.faces.pages.looks import message, page
from rhumbline.store.sign_in import look_at, use_up

_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Whoever tried too often waits for so long.
WAIT_SECONDS = 300


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Let somebody in who knows the password of an account."""
    onward = _onward(request)
    if request.method != "POST":
        return redirect(onward) if request.user.is_authenticated else _form(request, onward)
    email = request.POST.get("email", "").strip().lower()
    if _too_often(request, email):
        response = _form(request, onward, email, fault="too_often", status=429)
        response.headers["Retry-After"] = str(WAIT_SECONDS)
        return response
    user = authenticate(request, username=email, password=request.POST.get("password", ""))
    if user is None:
        return _form(request, onward, email, fault="wrong", status=403)
    login(request, user)
    return redirect(onward)


def _form(request: HttpRequest, onward: str, email: str = "", fault: str = "", status: int = 200) -> HttpResponse:
    return page(request, "sign_in.html", status=status, next=onward, email=email, fault=fault)


def _onward(request: HttpRequest) -> str:
    """Return where somebody wanted to go, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else "/"


def _too_often(request: HttpRequest, email: str) -> bool:
    """Count a try, for the address it comes from and for the account, in a cache that all processes share."""
    most = settings.CONFIGURATION.sign_in_rate
    if not most:
        return False
    counts = []
    for kind, name in (("from", request.META.get("REMOTE_ADDR", "")), ("for", email)):
        # What is kept names nobody.
        key = f"sign-in:{salted_hmac(kind, name, algorithm='sha256').hexdigest()}"
        caches["shared"].add(key, 0, WAIT_SECONDS)
        try:
            counts.append(caches["shared"].incr(key))
        except ValueError:
            # Its time was over between the two lines.
            counts.append(1)
    return max(counts) > most


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Let somebody go; the session is over on the server, too."""
    logout(request)
    return redirect("/sign-in")


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Let somebody in who has a link, once; some links ask for a new password first."""
    link = look_at(secret)
    if link is None:
        return message(request, "link_over", 404)
    if link.new_password:
        return _new_password(request, secret)
    user = use_up(secret)
    if user is None:
        return message(request, "link_over", 404)
    login(request, user, backend=_BACKEND)
    return redirect("/")


def _new_password(request: HttpRequest, secret: str) -> HttpResponseBase:
    link = look_at(secret)
    if link is None:
        return message(request, "link_over", 404)
    faults: list[str] = []
    if request.method == "POST":
        password = request.POST.get("password", "")
        try:
            validate_password(password, link.user)
        except ValidationError as weak:
            faults += weak.messages
        if password != request.POST.get("again", ""):
            faults.append(_words(request, "pages.new_password.differ"))
        if not faults:
            user = use_up(secret)
            if user is None:
                return message(request, "link_over", 404)
            # Every session of the account ends with its old password.
            user.set_password(password)
            user.save(update_fields=["password"])
            login(request, user, backend=_BACKEND)
            return redirect("/")
    status = 422 if faults else 200
    return page(request, "new_password.html", status=status, email=link.user.get_username(), faults=faults)


def _words(request: HttpRequest, code: str) -> str:
    from rhumbline.faces.pages.looks import language_of
    from rhumbline.faces.words import Words

    return Words(language_of(request)).text(code)


__all__ = ["enter", "sign_in", "sign_out"]
