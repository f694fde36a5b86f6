"""What stops a start."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured


class Refusal(ImproperlyConfigured):
    """The server cannot start; the message is one plain sentence that names the cure."""
