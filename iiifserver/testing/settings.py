"""Settings for the tests of plug-ins: those of the standalone server, on a home that goes when the tests end."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["IIIFSERVER_HOME"] = tempfile.mkdtemp(prefix="iiifserver-tests-")
atexit.register(shutil.rmtree, os.environ["IIIFSERVER_HOME"], ignore_errors=True)

from iiifserver.settings import *  # noqa: E402, F403

# The hashed names need a collected folder, which only a real start makes.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
