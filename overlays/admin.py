"""The admin pages of overlays."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from iiifserver.backend_admin import BackendAdmin
from iiifserver.configured import ConfiguredBackend

from .models import Overlay
from .registry import overlays
from .specimen import font_sample

IMAGE_FIELDS = ("identifier", "identifier_pattern", "source", "audience", "groups", "first_day", "last_day")
ANSWER_FIELDS = ("min_width", "min_height", "max_width", "max_height", "region_kind", "api_version", "on_failure")
"""Not for kinds that protect: another size or region must never be a way around them."""


class GroupsField(forms.MultipleChoiceField):
    """The names of groups; one that is gone can still be seen, and taken off."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, choices=group_choices, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or value in (self.initial or [])


def group_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in Group.objects.order_by("name").values_list("name", flat=True)]


@admin.register(Overlay)
class OverlayAdmin(BackendAdmin):
    registry = overlays
    shared_fields = (*BackendAdmin.shared_fields, *IMAGE_FIELDS, *ANSWER_FIELDS)
    list_filter = ("kind", "enabled")
    search_fields = ("name", "identifier", "identifier_pattern")  # type: ignore[assignment]
    change_form_template = "admin/iiif_overlays/overlay/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: ConfiguredBackend | None = None) -> Any:
        """What is drawn stands before the images that it is drawn on."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, shared), *own = fieldsets
        conditions = {*IMAGE_FIELDS, *ANSWER_FIELDS}
        row = {**shared, "fields": tuple(name for name in shared["fields"] if name not in conditions)}
        return [(title, row), *own, ("Applies to", image_scope()), *answer_scope(obj)]

    def get_form(
        self, request: HttpRequest, obj: ConfiguredBackend | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        for name in ANSWER_FIELDS if protects(obj) else ():
            form.base_fields.pop(name, None)
        return form

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            return GroupsField(label="Groups", help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        sample = self.admin_site.admin_view(font_sample)
        return [path("font-sample", sample, name="iiif_overlays_font_sample"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: ConfiguredBackend, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        saved_rows(request).append(obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changeform_view(request, *args, **kwargs)
        self.tell_warnings(request)
        return response

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changelist_view(request, *args, **kwargs)
        self.tell_warnings(request)
        return response

    def tell_warnings(self, request: HttpRequest) -> None:
        """Tells who does not keep to a protection yet. Only now is it known: what was saved has been committed."""
        for row in saved_rows(request):
            for sentence in row.warnings:
                self.message_user(request, sentence, messages.WARNING)


def saved_rows(request: HttpRequest) -> list[Any]:
    """The rows that this request has saved."""
    if not hasattr(request, "iiif_saved_overlays"):
        request.iiif_saved_overlays = []  # type: ignore[attr-defined]
    rows: list[Any] = request.iiif_saved_overlays  # type: ignore[attr-defined]
    return rows


def protects(row: ConfiguredBackend | None) -> bool:
    return isinstance(row, Overlay) and row.protects


def image_scope() -> dict[str, Any]:
    fields = ("identifier", "identifier_pattern", "source", "audience", "groups", ("first_day", "last_day"))
    return {"fields": fields, "description": "The images, and the people who look at them."}


def answer_scope(row: ConfiguredBackend) -> list[tuple[str, dict[str, Any]]]:
    """What only marks have: a protection is on answers of every size."""
    if protects(row):
        return []
    fields = (("min_width", "min_height"), ("max_width", "max_height"), "region_kind", "api_version", "on_failure")
    return [("Drawn on", {"fields": fields, "description": "The answers that it is drawn on, and what if it fails."})]
