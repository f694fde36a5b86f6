"""The sources as staff have set them up."""

from __future__ import annotations

from iiifserver.configured import ConfiguredBackend


class Source(ConfiguredBackend):
    """A place where images are looked for; the first that has an image gives it."""
