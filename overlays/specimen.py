"""What a font looks like, for those who choose one."""

from __future__ import annotations

import io
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .fonts import FontMissing, face
from .lettering import Lettering

PERMISSIONS = ("iiif_overlays.view_overlay", "iiif_overlays.change_overlay")
SIZE = 28
WORDS = "Hamburgefonstiv 0123 äéß ©"


@require_safe
def font_sample(request: HttpRequest) -> HttpResponse:
    """A line in the font that `font` names, as PNG."""
    if not any(request.user.has_perm(permission) for permission in PERMISSIONS):
        raise PermissionDenied
    try:
        lettering = Lettering(text=WORDS, face=face(request.GET.get("font", "")), colour=(0, 0, 0, 255))
    except FontMissing as error:
        return HttpResponse(str(error), status=HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8")
    buffer = io.BytesIO()
    lettering.picture(SIZE).save(buffer, "PNG")
    return HttpResponse(buffer.getvalue(), content_type="image/png")
