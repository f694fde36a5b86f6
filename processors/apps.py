from __future__ import annotations

from django.apps import AppConfig


class ProcessorsConfig(AppConfig):
    name = "processors"
    label = "iiif_processors"
    verbose_name = "Processors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iiifserver.backend_checks import register_backend_checks

        from . import checks  # noqa: F401 - registers
        from .models import Processor
        from .registry import processors

        processors.load()
        register_backend_checks(processors, Processor)
