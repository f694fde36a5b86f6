"""The groups that a new installation starts with. Staff may change them; they are made once."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

OURS = Q(content_type__app_label__startswith="iiif_")
CONFIGURED = Q(
    content_type__app_label__in=["iiif_sources", "iiif_processors", "iiif_caching", "iiif_overlays"],
)
VIEW = Q(codename__startswith="view_")
JOBS = Q(content_type__app_label="iiif_images", content_type__model="job")
SLOW_IMAGES = Q(content_type__app_label="iiif_images", content_type__model="slowimage")
FAILED_FILES = Q(content_type__app_label="iiif_images", content_type__model="failedfile")
ACCOUNTS = Q(content_type__app_label="auth", content_type__model__in=["user", "group"])

GROUPS = {
    "Administrators": OURS | ACCOUNTS,
    "Configurators": CONFIGURED | JOBS | FAILED_FILES | SLOW_IMAGES | (OURS & VIEW),
    "Viewers": OURS & VIEW,
}
"""Which permissions each group has: everything and the accounts; the four roles; only looking."""


def create_groups() -> None:
    """Makes the groups that are not there."""
    for name, permissions in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(granted(permissions))


def granted(permissions: Q) -> QuerySet[Permission]:
    return Permission.objects.filter(permissions)
