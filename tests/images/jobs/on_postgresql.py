"""The settings of the tests, on the PostgreSQL whose address they are given."""

from __future__ import annotations

import os

import dj_database_url

from tests.settings import *  # noqa: F403

DATABASES = {"default": dj_database_url.parse(os.environ["TESTS_POSTGRESQL_URL"])}
