"""What a font looks like, for those who choose one."""

from __future__ import annotations

import base64
import io
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from .coverage import has
from .fonts import Face, FontMissing, face, weighted
from .lettering import Lettering
from .weights import NAMED, WEIGHTS

PERMISSIONS = ("iiif_overlays.view_overlay", "iiif_overlays.change_overlay")
SIZE = 28
WORDS = "Hamburgefonstiv 0123"
ACCENTS = "äéßøłñçőžș"
"""What names in Europe need most; a sample shows those that the face has."""


@require_safe
def font_sample(request: HttpRequest) -> JsonResponse:
    """A line in the font that `font` names, in the `weight`, and a sentence on which face that is."""
    if not any(request.user.has_perm(permission) for permission in PERMISSIONS):
        raise PermissionDenied
    weight = weight_in(request.GET.get("weight", ""))
    try:
        chosen = weighted(face(request.GET.get("font", "")), weight)
    except FontMissing as error:
        return JsonResponse({"sentence": str(error)}, status=HTTPStatus.NOT_FOUND)
    return JsonResponse({"sentence": sentence_on(chosen, weight), "picture": picture_of(chosen)})


def weight_in(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 4 and int(text) in WEIGHTS else None


def sentence_on(chosen: Face, weight: int | None) -> str:
    """Which face is used, whether it has the weight that was asked for, and which accents it lacks."""
    lacking = [character for character in ACCENTS if not has(chosen, character)]
    accents = f" It has no {' '.join(lacking)}: a text with one of them is set in another font." if lacking else ""
    return weight_sentence(chosen, weight) + accents


def weight_sentence(chosen: Face, weight: int | None) -> str:
    if weight is None:
        return f"Set in {chosen.name}."
    if chosen.weight == weight:
        return f"Set in {chosen.name}, which has this weight."
    wanted = NAMED.get(weight, str(weight))
    return f"Set in {chosen.name}: its weight of {chosen.weight} is the nearest to {wanted} that there is."


def picture_of(chosen: Face) -> str:
    """The sample as an address that holds its PNG."""
    buffer = io.BytesIO()
    words = " ".join((WORDS, "".join(character for character in ACCENTS if has(chosen, character))))
    Lettering(text=words.strip(), face=chosen, colour=(0, 0, 0, 255)).picture(SIZE).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
