"""The settings of which there is one row each."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest
from django.urls import URLPattern, path

from iiifserver.backend_admin import SingletonAdmin
from iiifserver.conf import conf

from ..models import ApplicationSettings, EndpointSettings, HttpSettings
from ..validators import check_apart
from .proxy_test import proxy_test


class HttpForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_slash_substitute(self) -> str:
        substitute: str = self.cleaned_data["slash_substitute"]
        check_apart(substitute, EndpointSettings.current().meta_delimiter)
        return substitute


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_meta_delimiter(self) -> str:
        delimiter: str = self.cleaned_data["meta_delimiter"]
        check_apart(HttpSettings.current().slash_substitute, delimiter)
        return delimiter


@admin.register(ApplicationSettings)
class ApplicationSettingsAdmin(SingletonAdmin):
    pass


@admin.register(HttpSettings)
class HttpSettingsAdmin(SingletonAdmin):
    form = HttpForm
    formfield_overrides = {
        **SingletonAdmin.formfield_overrides,
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }
    change_form_template = "admin/iiif_images/httpsettings/change_form.html"
    fieldsets = [
        (
            "How visitors reach the server",
            {"fields": ["public_url", "trusted_proxies", "proxy_headers", "slash_substitute"]},
        ),
        (
            "What browsers and proxies may keep",
            {
                "fields": [
                    "images_are_cached",
                    "images_visibility",
                    "images_max_age_seconds",
                    "images_shared_max_age_seconds",
                    "images_stale_while_revalidate_seconds",
                    "images_must_revalidate",
                    "images_proxy_revalidate",
                    "images_no_transform",
                    "images_no_cache",
                    "images_no_store",
                    "information_max_age_seconds",
                    "cache_steering",
                ]
            },
        ),
        ("Viewer", {"fields": ["viewer_hosts"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(proxy_test, self))
        return [path("proxies/", view, name="iiif_images_httpsettings_proxies"), *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """What the settings file says goes before the row; its field says so and cannot be changed."""
        form = super().get_form(request, obj, change, **kwargs)
        for name, value in (("public_url", conf.public_url), ("trusted_proxies", "\n".join(conf.trusted_proxies))):
            if value and name in form.base_fields:
                form.base_fields[name].disabled = True
                form.base_fields[name].help_text = f"Fixed when the server was started: {value}"
        return form


@admin.register(EndpointSettings)
class EndpointSettingsAdmin(SingletonAdmin):
    form = EndpointForm
    wide_fields = frozenset({"rights_fields", "attribution_fields", "label_fields"})
    """What several long words are typed into."""
    fieldsets = [
        ("Versions", {"fields": ["version_1_enabled", "version_2_enabled", "version_3_enabled"]}),
        ("Manifests", {"fields": ["manifests_enabled", "collections_enabled"]}),
        (
            "Limits",
            {
                "fields": [
                    *("max_pixels", "max_width", "max_height", "allows_upscaling", "max_scale"),
                    *("min_size", "restricts_to_sizes"),
                ]
            },
        ),
        ("Pages and reduced sizes", {"fields": ["meta_delimiter", "reads_page_arguments"]}),
        (
            "What is said of images",
            {
                "fields": [
                    *("rights", "rights_fields", "attribution", "attribution_fields", "logo", "label_fields"),
                ],
                "description": "In info.json and in manifests. The names of fields begin with exif:, iptc: or xmp:.",
            },
        ),
        ("Choices", {"fields": ["oversized_box", "tile_size", "preferred_formats"]}),
        (
            "What viewers ask wrongly",
            {"fields": ["version_1_lenient", "version_2_lenient", "version_3_lenient"]},
        ),
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.wide_fields:
            field.widget.attrs["class"] = "vLargeTextField"
        return field
