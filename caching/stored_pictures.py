"""The tables of finished pictures and of what is known of images, for caches that are databases."""

from __future__ import annotations

from django.db import models


class StoredEntry(models.Model):
    """One entry of a cache. Not part of the configuration."""

    image = models.CharField(max_length=32)
    picture = models.CharField(max_length=32)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    """Of the content, in bytes."""
    used_at = models.DateTimeField(db_index=True)
    """When it was asked for last, give or take an hour."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.image}/{self.picture}"


class StoredPicture(StoredEntry):
    """One finished picture."""

    class Meta:
        app_label = "iiif_caching"
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("image", "picture"), name="iiif_caching_one_per_picture"),)


class StoredInfo(StoredEntry):
    """What is known of one page of an image."""

    class Meta:
        app_label = "iiif_caching"
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("image", "picture"), name="iiif_caching_one_per_page"),)
