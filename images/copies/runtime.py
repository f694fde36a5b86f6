"""The row becomes a frozen value that requests use."""

from __future__ import annotations

from caching.working_copies import active_copy_store
from processors.output import Output

from .model import WorkingCopySettings
from .ordering import orders
from .slow import note_slow_read
from .using import Copies


def active_copies(output: Output) -> Copies:
    """The working copies of this machine, as staff have set them up."""
    settings = WorkingCopySettings.current()
    return Copies(
        rules=settings.frozen(keeps_profile=output.keeps_profile),
        store=active_copy_store(settings.limit_bytes),
        wish=orders.wish,
        note_slow=note_slow_read,
    )
