"""The server as tests see it: the real settings, in a folder of their own, with a password hash that costs nothing."""

import atexit
import os
import shutil
import tempfile

# Whatever this machine says about a server of its own must not reach the tests, nor the tests its database.
# DATABASE_URL stays: tests/postgres.py sets it.
for _name in [name for name in os.environ if name.startswith("RHUMBLINE_") and name != "RHUMBLINE_DATA"]:
    del os.environ[_name]
_HOME = tempfile.mkdtemp(prefix="rhumbline-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["RHUMBLINE_HOME"] = _HOME
os.environ["RHUMBLINE_SECRET_KEY"] = "a secret of the tests, which protects nothing at all"  # noqa: S105
os.environ["RHUMBLINE_HOSTS"] = "testserver"

from rhumbline.server.settings import *  # noqa: E402, F403 - after the surroundings are set

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
