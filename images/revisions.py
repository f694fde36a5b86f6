"""Every change of the configuration makes a new revision: that is how workers learn of it, and the way back."""

from __future__ import annotations

from typing import Any

from iiifserver.changes import Act

from .configuration import current_document
from .models import Revision


def record_revision(sender: Any, *, act: Act, **kwargs: Any) -> None:
    """Listens to `configuration_changed`."""
    author: Any = act.author
    Revision.objects.create(author=author, summary=act.summary[:300], document=current_document())
