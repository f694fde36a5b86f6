from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "images"
    label = "iiif_images"
    verbose_name = "Images"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from iiifserver.changes import configuration_changed
        from iiifserver.delegates.checks import check_delegate
        from overlays.protection import protection_changed

        from .format_checks import check_formats
        from .jobs.checks import check_task_backend
        from .protection import see_to_protection
        from .revisions import record_revision

        configuration_changed.connect(record_revision, dispatch_uid="iiif_images.record_revision")
        register(check_delegate, "iiif")
        register(check_formats, "iiif", Tags.database)
        register(check_task_backend, "iiif")
        protection_changed.connect(see_to_protection, dispatch_uid="iiif_images.see_to_protection")
