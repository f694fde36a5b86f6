from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class IIIFServerConfig(AppConfig):
    """The front door of the standalone site; it has no models."""

    name = "iiifserver"
    label = "iiifserver"
    verbose_name = "IIIF image server"


class IIIFServerAdminConfig(AdminConfig):
    """The admin with its sections in the order in which a request walks through them."""

    default_site = "iiifserver.admin_site.IIIFServerAdminSite"
