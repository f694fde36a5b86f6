from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

if TYPE_CHECKING:
    from images.runtime import Runtime


class IIIFServerConfig(AppConfig):
    """The front door of the standalone site; it has no models."""

    name = "iiifserver"
    label = "iiifserver"
    verbose_name = "IIIF image server"

    def ready(self) -> None:
        from images.runtime import runtime_changed

        runtime_changed.connect(set_log_level)


def set_log_level(sender: object, *, runtime: Runtime, **kwargs: object) -> None:
    """The log is the server's own here; in another site it is the site's."""
    logging.getLogger("iiifserver").setLevel(runtime.log_level)


class IIIFServerAdminConfig(AdminConfig):
    """The admin with its sections in the order in which a request walks through them."""

    default_site = "iiifserver.admin_site.IIIFServerAdminSite"
