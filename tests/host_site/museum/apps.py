from __future__ import annotations

from django.contrib.admin.apps import SimpleAdminConfig


class BackofficeConfig(SimpleAdminConfig):
    """The admin app without its search for pages: this site says itself what is in its back office."""
