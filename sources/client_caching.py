"""What browsers and proxies may keep of a source's images, where that is not what is set for all."""

from __future__ import annotations

from typing import Any

from django.db import models

AS_SET = "as under HTTP"
YES_OR_NO = [(None, AS_SET), (True, "yes"), (False, "no")]
DIRECTIVES = (
    "visibility",
    "max_age_seconds",
    "shared_max_age_seconds",
    "stale_while_revalidate_seconds",
    "must_revalidate",
    "proxy_revalidate",
    "no_transform",
    "no_cache",
    "no_store",
)
"""Of Cache-Control, as they are called here and under HTTP."""


def seconds(label: str, help_text: str) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(label, null=True, blank=True, help_text=f"Seconds {help_text} Empty: {AS_SET}.")


def yes_or_no(label: str, help_text: str) -> models.BooleanField[bool | None, bool | None]:
    return models.BooleanField(label, null=True, blank=True, choices=YES_OR_NO, help_text=help_text)


class ClientCaching(models.Model):
    """The header Cache-Control for the images of one source: each directive is its own, or that of all sources."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "public: proxies may keep them for everybody"
        PRIVATE = "private", "private: only the visitor's own browser may keep them"

    client_visibility = models.CharField(
        "cached images are",
        max_length=10,
        blank=True,
        choices=[("", AS_SET), *Visibility.choices],
        help_text="Private keeps info.json and manifests of these images out of proxies and delivery networks too.",
    )
    client_max_age_seconds = seconds(
        "images are fresh for", "for which browsers and proxies use an image without asking again (max-age)."
    )
    client_shared_max_age_seconds = seconds(
        "in shared caches for", "for proxies and delivery networks alone (s-maxage)."
    )
    client_stale_while_revalidate_seconds = seconds(
        "old ones are shown for",
        "for which an image that is no longer fresh is shown at once, and asked about meanwhile "
        "(stale-while-revalidate).",
    )
    client_must_revalidate = yes_or_no("never old", "No old image even where the server cannot be asked.")
    client_proxy_revalidate = yes_or_no("never old in proxies", "The same, for proxies alone (proxy-revalidate).")
    client_no_transform = yes_or_no("not to be changed", "Proxies must not compress images further (no-transform).")
    client_no_cache = yes_or_no("ask each time", "Images are kept, and asked about before each use (no-cache).")
    client_no_store = yes_or_no("keep nothing", "Images are not kept at all (no-store). Viewers become slow.")
    client_information_max_age_seconds = seconds(
        "info.json is fresh for", "for which info.json and manifests are used without asking again."
    )

    class Meta:
        abstract = True

    def own_directives(self) -> dict[str, Any]:
        """Those for images that are not as under HTTP."""
        values = {name: getattr(self, f"client_{name}") for name in DIRECTIVES}
        return {name: value for name, value in values.items() if value not in (None, "")}


CLIENT_FIELDS = (*(f"client_{name}" for name in DIRECTIVES), "client_information_max_age_seconds")
