"""The documentation, as `make install` builds it beside the code."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils._os import safe_join
from django.views.decorators.http import require_safe
from django.views.static import serve

from ..content_security import HEADER, policy

FOLDER = Path(__file__).resolve().parent.parent / "documentation"
FRONT_PAGE = "index.html"
INLINE_STYLES = (re.compile(r'style="([^"]*)"'), re.compile(r"<style>(.*?)</style>", re.DOTALL))
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def is_built() -> bool:
    """Whether there is a documentation to link to."""
    return (FOLDER / FRONT_PAGE).is_file()


@require_safe
def documentation(request: HttpRequest, path: str = FRONT_PAGE) -> HttpResponseBase:
    """A file of the documentation."""
    if "\0" in path:
        raise Http404
    if path.endswith(".html"):
        return documentation_page(path)
    return serve(request, path, document_root=str(FOLDER))


def documentation_page(path: str) -> HttpResponse:
    """A page with its few scripts and styles of one line, each allowed by what it says and by nothing else."""
    try:
        text = Path(safe_join(str(FOLDER), path)).read_text(encoding="utf-8")
    except OSError as error:
        raise Http404 from error
    styles = [style for shape in INLINE_STYLES for style in shape.findall(text)]
    inline = {
        "script-src": sources_of(INLINE_SCRIPT.findall(text)),
        "style-src": ("'unsafe-hashes'", *sources_of(styles)),
    }
    return HttpResponse(text, headers={HEADER: policy(inline)})


def sources_of(texts: list[str]) -> tuple[str, ...]:
    """What a content security policy calls them, each once."""
    return tuple(source_of(text) for text in dict.fromkeys(texts))


@lru_cache(maxsize=100)
def source_of(text: str) -> str:
    """A text's digest in the words of a content security policy."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
