"""A job that does nothing for a while: for those who try out how jobs are ordered, watched and cancelled."""

from __future__ import annotations

import time
from typing import Any

from .work import Work

LONGEST_SECONDS = 3600
STEP_SECONDS = 0.2


def title(arguments: dict[str, Any]) -> str:
    return f"Do nothing for {arguments['seconds']:g} seconds"


def sleep(work: Work) -> str:
    seconds = float(work.arguments["seconds"])
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        work.progress(int(1000 * passed), int(1000 * seconds))
        work.pause(min(STEP_SECONDS, seconds - passed))
    work.progress(int(1000 * seconds), int(1000 * seconds))
    return "Done nothing."
