from __future__ import annotations

from django.db import models

from iiifserver.embed import image_path


class Painting(models.Model):
    title = models.CharField(max_length=100)
    identifier = models.CharField(max_length=200)
    picture = models.ImageField(upload_to="pictures/", blank=True)

    def __str__(self):
        return self.title

    # docs: address
    @property
    def thumbnail(self):
        return image_path(self.identifier, "full/300,/0/default.jpg")

    # docs: end

    # docs: picture
    @property
    def poster(self):
        return image_path(self.picture.name, "full/300,/0/default.jpg")

    # docs: end
