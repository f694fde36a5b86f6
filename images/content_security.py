"""What browsers may load and run for the pages of the standalone site: the header Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"

# The page for failures carries its style in itself, since it must show even where static files do not.
STYLE_OF_FAILURE_PAGES = "'sha256-qS1tlb4/bwmjfssEX4/BrCtWCAxdiGI6GB/vj7oDfRk='"

EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""A style element without text, which a script fills rule by rule."""

SOURCES: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "base-uri": ("'none'",),
    "connect-src": ("'self'",),
    "font-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "img-src": ("'self'", "data:", "blob:"),
    "object-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'", STYLE_OF_FAILURE_PAGES),
}
"""From each directive to what it allows on every page: this server alone, and nothing written into the page itself."""


def policy(more: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """The header's value; `more` adds to the directives of one page."""
    added = more or {}
    return "; ".join(f"{name} {' '.join(sources + added.get(name, ()))}" for name, sources in SOURCES.items())


class ContentSecurity:
    """Middleware: every answer that has no policy of its own gets the one of the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.value = policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.value)
        return response
