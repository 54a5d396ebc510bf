"""The ``rhumbline`` command: the command line on files, and the commands that run a server."""

from __future__ import annotations

import sys

from rhumbline.faces.cli import run
from rhumbline.server.commands import add_to


def main() -> None:
    """Run the command line with the words of this process."""
    sys.exit(run(sys.argv[1:], add_to))


__all__ = ["main"]
