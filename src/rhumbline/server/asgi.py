"""The web application for an ASGI server: ``uvicorn rhumbline.server.asgi:application``."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rhumbline.server.settings")
application = get_asgi_application()
