"""A bare DRF view that answers tiles from its memory."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from bench.plain import FOLDER_VARIABLE, file_of


class PlainTile(APIView):
    """Answers with what stands under the path."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(kept(request.path), content_type="image/jpeg")


@cache
def kept(path: str) -> bytes:
    return file_of(Path(os.environ[FOLDER_VARIABLE]), path).read_bytes()
