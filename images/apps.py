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
        from iiifserver.conf_checks import check_fence
        from iiifserver.delegates.checks import check_delegate
        from overlays.protection import protection_changed
        from overlays.spelling import identifier_typed

        from .format_checks import check_formats
        from .jobs.checks import check_task_backend
        from .middleware_checks import check_middleware
        from .protected_images import look_for_image
        from .protection import see_to_protection
        from .revisions import record_revision
        from .spelling import judge_spelling

        configuration_changed.connect(record_revision, dispatch_uid="iiif_images.record_revision")
        register(check_fence, "iiif")
        register(check_delegate, "iiif")
        register(check_formats, "iiif", Tags.database)
        register(check_task_backend, "iiif")
        register(check_middleware, "iiif")
        protection_changed.connect(see_to_protection, dispatch_uid="iiif_images.see_to_protection")
        protection_changed.connect(look_for_image, dispatch_uid="iiif_images.look_for_image")
        identifier_typed.connect(judge_spelling, dispatch_uid="iiif_images.judge_spelling")
