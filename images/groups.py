"""The groups that a new installation starts with. Staff may change them; they are made once."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Model, Q, QuerySet

from .copies.model import SlowImage
from .failed_files.model import FailedFile
from .jobs.model import Job


def of_models(*models: type[Model]) -> Q:
    """The permissions on these models."""
    found = Q()
    for model in models:
        found |= Q(content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name)
    return found


OURS = Q(content_type__app_label__startswith="iiif_")
CONFIGURED = Q(
    content_type__app_label__in=["iiif_sources", "iiif_processors", "iiif_caching", "iiif_overlays"],
)
VIEW = Q(codename__startswith="view_")
ACCOUNTS = of_models(get_user_model(), Group)

GROUPS = {
    "Administrators": OURS | ACCOUNTS,
    "Configurators": CONFIGURED | of_models(Job, FailedFile, SlowImage) | (OURS & VIEW),
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
