from __future__ import annotations

from django.apps import AppConfig


class CachingConfig(AppConfig):
    name = "caching"
    label = "iiif_caching"
    verbose_name = "Caches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from iiifserver.backend_checks import register_backend_checks

        from .models import Cache
        from .neighbours import check_neighbours
        from .registry import caches

        caches.load()
        register_backend_checks(caches, Cache)
        register(check_neighbours, "iiif", Tags.database)
