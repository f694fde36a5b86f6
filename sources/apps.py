from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "sources"
    label = "iiif_sources"
    verbose_name = "Source"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iiifserver.backend_checks import register_backend_checks

        from .models import Source
        from .registry import sources

        sources.load()
        register_backend_checks(sources, Source)
