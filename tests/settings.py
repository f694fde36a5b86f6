"""The settings for tests of plug-ins, on a machine that has set no variables: no test touches the developer's home."""

from __future__ import annotations

import os

from tests.variables import forget_variables

forget_variables(os.environ)

from iiifserver.testing.settings import *  # noqa: E402, F403
