"""The admin pages of the service: its own settings, its history, its state."""

from __future__ import annotations

from . import api, doctor, failed_files, history, jobs, links, settings, source_urls, status

__all__ = ["api", "doctor", "failed_files", "history", "jobs", "links", "settings", "source_urls", "status"]
