"""What a Django site needs to serve images itself: apps, first rows, addresses, and pages in an admin of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from .iiif.paths import encode_identifier
from .iiif.values import Identifier

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

APPS = {
    "images": "iiif_images",
    "sources": "iiif_sources",
    "processors": "iiif_processors",
    "caching": "iiif_caching",
    "overlays": "iiif_overlays",
}
"""The modules of the image service, and the label under which Django knows each."""

OWN_PLACE = Path(__file__).resolve().parent.parent


def installed_apps() -> list[str]:
    """The apps for the site's INSTALLED_APPS; raises `ImproperlyConfigured` when something of the site hides one."""
    for name in APPS:
        refuse_stranger(name, find_spec(name))
    return list(APPS)


def refuse_stranger(name: str, spec: ModuleSpec | None) -> None:
    """Says in a sentence what is in the way; Django's own error would only speak of a class that is not there."""
    place = place_of(spec)
    if place is None:
        raise ImproperlyConfigured(f"The module “{name}” of iiifserver is not installed: install iiifserver again.")
    if place.parent != OWN_PLACE:
        raise ImproperlyConfigured(
            f"{place} hides the module “{name}” of iiifserver: rename it, or run iiifserver as a process of its own "
            "beside this site. The page “Into an existing Django site” of the documentation tells how."
        )


def place_of(spec: ModuleSpec | None) -> Path | None:
    """The folder or file that an import of the name would give; `None` when there is none."""
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None


def register_admin(site: AdminSite) -> None:
    """Adds the pages of the image service to an admin of the site's own; for the default one nothing needs doing.

    Belongs where the site registers its own models, after all apps are loaded.
    """
    # They are models, which Django lets nobody import before the apps are loaded.
    from django.contrib import admin

    for name in APPS:
        import_module(f"{name}.admin")
    for model, model_admin in list(admin.site._registry.items()):
        if model._meta.app_label in APPS.values() and not site.is_registered(model):
            site.register(model, type(model_admin))


def image_path(identifier: str | None, rest: str = "", version: int = 3) -> str:
    """The path of an image on this site, such as `/iiif/3/hall%2Feddie.jpg`, and the rest below it; empty without an
    identifier, such as that of a field which holds no file.

    Django's own `url` tag leaves the slashes in an identifier as they are, which names another image.
    """
    if not identifier:
        return ""
    # They need the models; see above.
    from images.pages.links import as_sent
    from images.runtime import current_runtime

    name = encode_identifier(as_sent(Identifier(identifier), current_runtime().http.slash_substitute))
    path = reverse("iiif:service", args=[version, "i"]).removesuffix("i") + name
    return f"{path}/{rest}" if rest else path


def create_first_rows() -> bool:
    """Makes the home's folders, and the rows and groups that a new installation starts with; tells whether this was
    the first time. Later it changes nothing, and several that do it at once take turns.

    Needs all tables as they are now, and so has no place in a migration, which meets them as they were: the command
    `iiif_first_rows` calls it after `migrate`.
    """
    # They need the models; see above.
    from images import first_rows

    return first_rows.begin()
