"""An event that a signal sets."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from typing import Any


def set_by_signals(numbers: Iterable[int]) -> threading.Event:
    """What is set as soon as somebody asks this process to end. To be called by the main thread."""
    is_ending = threading.Event()

    def end(*_: Any) -> None:
        # The handler interrupts the main thread, which may be about to wait and hold the event's own lock.
        threading.Thread(target=is_ending.set, daemon=True).start()

    for number in numbers:
        signal.signal(number, end)
    return is_ending
