from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "images"
    label = "iiif_images"
    verbose_name = "Images"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iiifserver.changes import configuration_changed

        from .revisions import record_revision

        configuration_changed.connect(record_revision, dispatch_uid="iiif_images.record_revision")
