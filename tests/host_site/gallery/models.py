from __future__ import annotations

from django.db import models

from iiifserver.embed import image_path


class Painting(models.Model):
    title = models.CharField(max_length=100)
    identifier = models.CharField(max_length=200)

    def __str__(self):
        return self.title

    # docs: address
    @property
    def thumbnail(self):
        return image_path(self.identifier, "full/300,/0/default.jpg")

    # docs: end
