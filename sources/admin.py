"""The admin pages of sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from iiifserver.backend_admin import BackendAdmin
from iiifserver.configured import ConfiguredBackend

from .client_caching import CLIENT_FIELDS
from .models import AnswersFor, Source
from .registry import sources

SCOPE_FIELDS = ("answers_for", "identifier_prefix", "keeps_prefix", "identifier_pattern", "when_missing")
FORMAT_FIELDS = ("formats",)
UPLOAD_FIELDS = ("accepts_uploads", "largest_upload_megabytes")
UPLOADS = "Images that people upload on the page Browse; they need the permission to upload images to sources."
LOOKUP_FIELDS = ("lookup", "lookup_prefix", "lookup_suffix", "lookup_template")
PLACED_FIELDS = (*SCOPE_FIELDS, *LOOKUP_FIELDS, *FORMAT_FIELDS, *UPLOAD_FIELDS, *CLIENT_FIELDS)
KEEPING = "What browsers and proxies may keep of these images, where that is not what is set under HTTP for all."


@admin.register(Source)
class SourceAdmin(BackendAdmin):
    registry = sources
    shared_fields = (*BackendAdmin.shared_fields, *PLACED_FIELDS)
    list_display = ("name", "state", "enabled", "position", "kind_label", "identifiers", "looks", "used_for")

    other_pages: ClassVar[list[Callable[[AdminSite], list[URLPattern]]]] = []
    """Makes the addresses of pages on single sources that need other roles as well; whoever has such pages adds it."""

    class Media:
        js = ["iiif_sources/choices.js"]

    def get_urls(self) -> list[URLPattern]:
        return [*(url for pages in self.other_pages for url in pages(self.admin_site)), *super().get_urls()]

    @admin.display(description="identifiers")
    def identifiers(self, row: Source) -> str:
        """Which identifiers the row answers for."""
        if row.answers_for == AnswersFor.PREFIX:
            return f"{row.identifier_prefix}…"
        return row.identifier_pattern if row.answers_for == AnswersFor.PATTERN else "every"

    @admin.display(description="look")
    def looks(self, row: Source) -> SafeString:
        """The pages on the row's images."""
        pages = (("Test", "iiif_sources_source_test"), ("Browse", "iiif_sources_source_browse"))
        app = self.admin_site.name
        links = ((reverse(f"admin:{name}", args=[row.pk], current_app=app), title, row, title) for title, name in pages)
        return format_html_join(" ", '<a href="{}" aria-label="{} {}">{}</a>', links)

    def get_fieldsets(self, request: HttpRequest, obj: ConfiguredBackend | None = None) -> Any:
        """Where the images are stands before what is looked for there."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, shared), *own = fieldsets
        row = {**shared, "fields": tuple(name for name in shared["fields"] if name not in PLACED_FIELDS)}
        return [
            (title, row),
            *own,
            ("Answers for", {"fields": SCOPE_FIELDS, "description": "Which identifiers are looked for here."}),
            ("Looks up", {"fields": LOOKUP_FIELDS, "description": "What an image is called here."}),
            ("Reads", {"fields": FORMAT_FIELDS, "description": "Which kinds of file are images here."}),
            *([("Takes", {"fields": UPLOAD_FIELDS, "description": UPLOADS})] if takes_images(obj) else []),
            ("Browsers keep", {"fields": CLIENT_FIELDS, "description": KEEPING, "classes": ("collapse",)}),
        ]

    def get_form(
        self, request: HttpRequest, obj: ConfiguredBackend | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A kind that keeps no images is not asked which."""
        form = super().get_form(request, obj, change, **kwargs)
        for name in UPLOAD_FIELDS if obj is not None and not takes_images(obj) else ():
            del form.base_fields[name]
        return form


def takes_images(row: ConfiguredBackend) -> bool:
    """Whether the kind can keep images."""
    return row.kind in sources and sources.get(row.kind).can_write()
