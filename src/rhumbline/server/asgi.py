"""The web application for an ASGI server: ``uvicorn --no-access-log rhumbline.server.asgi:application``."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rhumbline.server.settings")


def composed() -> Any:
    """Return the application: Django and the assistants, each behind a limit, told by trusted proxies who calls."""
    from django.core.asgi import get_asgi_application
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    from rhumbline.server.assistants import with_assistants
    from rhumbline.server.body_limit import limited
    from rhumbline.server.settings import CONFIGURATION

    inner: Any = get_asgi_application()
    # Assistants are held to the same limit where their protocol reads what they send.
    whole: Any = with_assistants(limited(inner, CONFIGURATION.body_limit))
    if CONFIGURATION.proxies:
        whole = ProxyHeadersMiddleware(whole, trusted_hosts=list(CONFIGURATION.proxies))
    return whole


application = composed()

__all__ = ["application"]
