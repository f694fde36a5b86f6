"""How visitors reach the server."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models

from iiifserver.conf import conf
from iiifserver.configured import Singleton

from ..cache_control import CacheControl
from ..http import Http, networks
from ..validators import validate_hosts, validate_networks, validate_public_url, validate_slash_substitute


class HttpSettings(Singleton):
    """How visitors reach the server, and what their browsers and proxies may keep."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "public: proxies may keep them for everybody"
        PRIVATE = "private", "private: only the visitor's own browser may keep them"

    class ProxyHeaders(models.TextChoices):
        X_FORWARDED = "x-forwarded", "X-Forwarded-For, -Proto, -Host and -Port (nginx, Apache, Caddy and most others)"
        FORWARDED = "forwarded", "Forwarded (the standard, RFC 7239)"

    public_url = models.URLField(
        "public URL",
        blank=True,
        validators=[URLValidator(schemes=["http", "https"]), validate_public_url],
        help_text="The address by which visitors know the server, such as https://images.example.org. It stands in "
        "info.json and in links; a path may follow the host. Empty: the address of the request.",
    )
    trusted_proxies = models.TextField(
        blank=True,
        validators=[validate_networks],
        help_text="Addresses or networks of reverse proxies, one a line, such as 10.0.0.5 or 10.0.0.0/24. Only what "
        "they say of the visitor's address, host and scheme is believed.",
    )
    proxy_headers = models.CharField(
        "proxies speak through",
        max_length=12,
        choices=ProxyHeaders,
        default=ProxyHeaders.X_FORWARDED,
        help_text="What trusted proxies write. They must write it themselves in every request, and not let through "
        "what a visitor has sent: the other kind is ignored.",
    )
    slash_substitute = models.CharField(
        max_length=20,
        blank=True,
        validators=[validate_slash_substitute],
        help_text="Stands for a slash in the identifiers of addresses, for proxies that do not let %2F through: such "
        "as __, if that stands in none of your identifiers. Usually empty.",
    )
    images_are_cached = models.BooleanField(
        "send Cache-Control",
        default=True,
        help_text="Tells browsers and proxies how long they may keep images. Switched off, nothing is said, and a "
        "proxy in front may add its own rules.",
    )
    images_visibility = models.CharField(
        "cached images are", max_length=10, choices=Visibility, default=Visibility.PUBLIC
    )
    images_max_age_seconds = models.PositiveIntegerField(
        "images are fresh for",
        default=86_400,
        help_text="Seconds for which browsers and proxies use an image without asking again (max-age); 0: they ask "
        "each time.",
    )
    images_shared_max_age_seconds = models.PositiveIntegerField(
        "in shared caches for",
        null=True,
        blank=True,
        help_text="Seconds, for proxies and delivery networks alone (s-maxage); empty: the same as for browsers.",
    )
    images_stale_while_revalidate_seconds = models.PositiveIntegerField(
        "old ones are shown for",
        default=0,
        help_text="Seconds for which an image that is no longer fresh is shown at once, and asked about meanwhile "
        "(stale-while-revalidate); 0: visitors wait for the answer.",
    )
    images_must_revalidate = models.BooleanField(
        "never old",
        default=False,
        help_text="An old image is not shown even where the server cannot be asked (must-revalidate).",
    )
    images_proxy_revalidate = models.BooleanField(
        "never old in proxies", default=False, help_text="The same, for proxies alone (proxy-revalidate)."
    )
    images_no_transform = models.BooleanField(
        "not to be changed",
        default=False,
        help_text="Proxies must not compress images further or change them in another way (no-transform).",
    )
    images_no_cache = models.BooleanField(
        "ask each time", default=False, help_text="Images are kept, and asked about before each use (no-cache)."
    )
    images_no_store = models.BooleanField(
        "keep nothing", default=False, help_text="Images are not kept at all (no-store). Viewers become slow."
    )
    information_max_age_seconds = models.PositiveIntegerField(
        "info.json is fresh for",
        default=0,
        help_text="Seconds; 0: viewers ask each time, so that they see a change of settings at once.",
    )
    cache_steering = models.TextField(
        "who steers caches",
        blank=True,
        validators=[validate_networks],
        help_text="Addresses or networks, one a line, from which the argument cache=false or cache=recache is obeyed. "
        "Everybody else must be signed in and be allowed to change caches, or show a token that may purge.",
    )

    viewer_hosts = models.TextField(
        blank=True,
        validators=[validate_hosts],
        help_text="Other servers whose images the page /viewer may show, one a line, such as images.example.org or "
        "images.example.org:8443. This server's own images need no line.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "HTTP"

    def frozen(self) -> Http:
        """The row as requests use it; what the settings file says goes before."""
        return Http(
            public_url=conf.public_url or self.public_url.rstrip("/") or None,
            trusted_proxies=networks(conf.trusted_proxies or self.trusted_proxies.split()),
            reads_forwarded=self.proxy_headers == self.ProxyHeaders.FORWARDED,
            slash_substitute=self.slash_substitute,
            image_cache_control=self.images_cache_control().header if self.images_are_cached else None,
            information_cache_control=self.information_cache_control().header,
            cache_steering=networks(self.cache_steering.split()),
            viewer_hosts=tuple(self.viewer_hosts.lower().split()),
        )

    def information_cache_control(self) -> CacheControl:
        """That of info.json and manifests: where images are private, what is said of them is too."""
        return CacheControl(visibility=self.images_visibility, max_age_seconds=self.information_max_age_seconds)

    def images_cache_control(self) -> CacheControl:
        return CacheControl(
            visibility=self.images_visibility,
            max_age_seconds=self.images_max_age_seconds,
            shared_max_age_seconds=self.images_shared_max_age_seconds,
            stale_while_revalidate_seconds=self.images_stale_while_revalidate_seconds,
            no_cache=self.images_no_cache,
            no_store=self.images_no_store,
            must_revalidate=self.images_must_revalidate,
            proxy_revalidate=self.images_proxy_revalidate,
            no_transform=self.images_no_transform,
        )
