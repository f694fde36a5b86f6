"""Images in Django storages: their names and versions, what folders hold, and how one is put there."""

from __future__ import annotations
