"""The site's own admin."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from gallery.models import Painting
from people.models import Person

# docs: admin
from iiifserver.embed import register_admin


class Backoffice(AdminSite):
    site_header = "Museum back office"


backoffice = Backoffice(name="backoffice")
register_admin(backoffice)
# docs: end

backoffice.register(Painting)
backoffice.register(Person)
