"""The ``rhumbline`` command: the command line on files, and the commands that run a server."""

from __future__ import annotations

from rhumbline.faces.cli import main

__all__ = ["main"]
