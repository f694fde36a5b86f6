from __future__ import annotations

from django.apps import AppConfig


class OverlaysConfig(AppConfig):
    name = "overlays"
    label = "iiif_overlays"
    verbose_name = "Overlays"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iiifserver.backend_checks import register_backend_checks

        from .models import Overlay
        from .registry import overlays

        overlays.load()
        register_backend_checks(overlays, Overlay)
