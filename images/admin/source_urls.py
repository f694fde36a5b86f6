"""The addresses of the pages on single sources."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from sources.admin import SourceAdmin

from .source_browse import source_browse
from .source_pictures import source_picture
from .source_row import at_desk
from .source_test import source_test
from .source_uploading import upload_view

PAGES = {"test": source_test, "browse": source_browse, "picture": source_picture}


def source_urls(site: AdminSite) -> list[URLPattern]:
    """What only reads, for those who may look at sources; and the upload, which asks for more."""
    pages = [
        path(
            f"<int:pk>/{name}/",
            site.admin_view(require_safe(at_desk(site, view))),
            name=f"iiif_sources_source_{name}",
        )
        for name, view in PAGES.items()
    ]
    upload = path("<int:pk>/upload/", site.admin_view(upload_view(site)), name="iiif_sources_source_upload")
    return [*pages, upload]


SourceAdmin.other_pages.append(source_urls)
