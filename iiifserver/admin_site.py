"""The standalone site's admin: sections with the names and the order that staff know from Cantaloupe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the admin's first page."""

    name: str
    description: str
    models: tuple[str, ...]
    """The object names of the models below it, in order."""


SECTIONS = (
    Section("Status", "How the server is doing: workers, memory, versions, what was answered.", ("Status",)),
    Section("Application", "The program itself: what it writes to its log.", ("ApplicationSettings",)),
    Section("HTTP", "How visitors reach the server, and what browsers and proxies may keep.", ("HttpSettings",)),
    Section(
        "Endpoints",
        "The versions of the Image API, manifests, limits, and what is said of images.",
        ("EndpointSettings", "DescriptionLink"),
    ),
    Section("Source", "Where images are looked for, one place after the other.", ("Source",)),
    Section(
        "Processors",
        "Who reads which format, how pictures are scaled and written, and which files failed.",
        ("Processor", "FormatAssignment", "OutputSettings", "FailedFile", "DecodingSettings"),
    ),
    Section(
        "Caches",
        "What is kept so that it need not be made again, and the images that are slow.",
        ("Cache", "FreshnessSettings", "SlowImage", "WorkingCopySettings"),
    ),
    Section(
        "Jobs",
        "Work beside the answering of requests: purges, maintenance, warming.",
        ("Job", "MaintenanceSettings"),
    ),
    Section("Overlays", "Marks and captions on the images that leave the server.", ("Overlay",)),
    Section("HTTP API", "Addresses for programs, and the tokens that open them.", ("ApiSettings", "ApiToken")),
    Section("History", "Every change of the settings above: who, when, what, and the way back.", ("Revision",)),
)


class IIIFServerAdminSite(AdminSite):
    site_header = "IIIF image server"
    site_title = "IIIF image server"
    index_title = "Settings"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The sections; what belongs to none of them, such as the accounts, follows below its own app."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        ours = {model["object_name"]: model for app in apps if is_ours(app) for model in app["models"]}
        return [*filter(None, (section_entry(section, ours) for section in SECTIONS)), *filter(is_foreign, apps)]


def is_ours(app: dict[str, Any]) -> bool:
    return str(app["app_label"]).startswith("iiif_")


def is_foreign(app: dict[str, Any]) -> bool:
    return not is_ours(app)


def section_entry(section: Section, models: dict[str, Any]) -> dict[str, Any] | None:
    """The section in the form that the admin's templates want; `None` when the person may see nothing of it."""
    shown = [models[name] for name in section.models if name in models]
    if not shown:
        return None
    return {
        "name": section.name,
        "description": section.description,
        "app_label": section.name.lower(),
        "app_url": shown[0]["admin_url"],
        "has_module_perms": True,
        "models": shown,
    }
