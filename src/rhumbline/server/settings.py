"""The settings of the web application. Nothing here is edited: what differs between servers, the environment says.

See ``configuration.py`` for the variables, and docs/reference/settings.md for what they mean.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from rhumbline.faces.refusals import Refusal
from rhumbline.server.configuration import Configuration, Database, read_configuration
from rhumbline.server.logs import logging_of

try:
    CONFIGURATION: Configuration = read_configuration()
except Refusal as no:
    # The commands say this more beautifully before they come here; other programs that load these settings get it too.
    raise ImproperlyConfigured(" ".join(f"{one.where}: {one.message} {one.remedy}" for one in no.findings)) from None

# There is no switch: the debug pages of Django show settings and data to whoever causes an error.
DEBUG = False
SECRET_KEY = CONFIGURATION.secret
ALLOWED_HOSTS = list(CONFIGURATION.hosts)
ROOT_URLCONF = "rhumbline.server.urls"
ASGI_APPLICATION = "rhumbline.server.asgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_tasks",
    "django_tasks_db",
    "rhumbline.store.apps.StoreConfig",
]

MIDDLEWARE = [
    "rhumbline.server.logs.requests",
    "rhumbline.server.health.watched",
    "rhumbline.server.headers.careful",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "rhumbline.faces.api.problems.everywhere",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# --- database ---------------------------------------------------------------------------------


def database(where: Database) -> dict[str, Any]:
    """Return how Django is told about a database.

    Parameters
    ----------
    where
        The database.
    """
    if where.path is not None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(where.path),
            "OPTIONS": {
                "timeout": 20,
                # Whoever reads and then writes takes the lock at once; else two of them fail: "database is locked".
                "transaction_mode": "IMMEDIATE",
                # FULL: what was acknowledged survives a power cut. WAL: readers do not wait for the writer.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728",
            },
            # Tests use a file as well: a database in memory knows neither WAL nor two processes.
            "TEST": {"NAME": str(where.path.with_name("test.sqlite3"))},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": where.name,
        "USER": where.user,
        "PASSWORD": where.password,
        "HOST": where.host,
        "PORT": where.port,
        # Connections that stay with threads would be used up under ASGI; a pool lends them.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(where.options), "pool": {"min_size": 2, "max_size": 8, "timeout": 10}},
    }


DATABASES = {"default": database(CONFIGURATION.database)}
# A transaction around every request would make every reader take the write lock.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What all processes must count together, such as tries to sign in.
    "shared": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "rhumbline_cache"},
}

# --- who is who -------------------------------------------------------------------------------

AUTH_USER_MODEL = "store.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

# --- what a browser is told -------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "rhumbline_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "rhumbline_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "rhumbline.faces.pages.faults.no_form_of_ours"
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.url] if CONFIGURATION.url else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = CONFIGURATION.encrypted
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if CONFIGURATION.encrypted else 0
# Who watches over the server asks by the local, unencrypted way.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
# To bind the subdomains, or to enter the lists in browsers, is for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

DATA_UPLOAD_MAX_MEMORY_SIZE = CONFIGURATION.body_limit
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_PERMISSIONS = 0o600

# --- what is written down ---------------------------------------------------------------------

LOGGING = logging_of(
    CONFIGURATION.level, CONFIGURATION.form or ("text" if sys.stderr and sys.stderr.isatty() else "json")
)

# --- pages ------------------------------------------------------------------------------------

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent.parent / "faces" / "pages" / "templates"],
        "OPTIONS": {"environment": "rhumbline.faces.pages.looks.environment"},
    }
]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False
