"""The address that a browser sends an image to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Concatenate

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from caching.invalidations import outdate
from caching.purges import Purge
from iiifserver.backend import BackendError
from iiifserver.iiif.errors import AlreadyThere, IIIFError, SourceUnavailable
from sources.base import SourceBackend
from sources.identifiers import identifier_of
from sources.models import Source

from ..jobs.schedule import reclaim_soon
from ..responses import status_of
from ..runtime import current_runtime
from .source_browse import browse_page
from .source_folder import Shown, browse_address
from .source_row import Desk, may_look, source_in_use
from .source_upload import FORM_BYTES, BoundedUpload, UploadForm, keep_upload, most_bytes, takes_uploads_of

logger = logging.getLogger("iiifserver.sources")


def upload_view(site: AdminSite) -> Callable[Concatenate[HttpRequest, ...], HttpResponse]:
    """Looks at who sends it and how much before the first byte of the file is read; only then at the token against
    forged requests, which stands in the same form and would have all of it read.
    """

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Source, pk=pk) if may_look(request) else None
        if row is None or not takes_uploads_of(row, request.user):
            raise PermissionDenied
        desk = Desk(site, row)
        limit = most_bytes(row)
        if announced_bytes(request) > limit + FORM_BYTES:
            return refused(desk, request, too_large(row), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        handler = BoundedUpload(request, limit)
        request.upload_handlers = [handler]
        return csrf_protect(partial(received, desk, handler))(request)

    return view


def announced_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def received(desk: Desk, handler: BoundedUpload, request: HttpRequest) -> HttpResponse:
    """Keeps what was sent, or says why not, and shows the folder."""
    form = UploadForm(desk.row, request.POST, request.FILES)
    if handler.is_over:
        return refused(desk, request, too_large(desk.row), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    shown = shown_folder(request)
    if not form.is_valid():
        return browse_page(desk, request, shown, form, HTTPStatus.BAD_REQUEST)
    try:
        path = keep_upload(form, shown.folder, writable(desk.row), current_runtime())
    except IIIFError as error:
        form.add_error(field_of(error), error.sentence)
        return browse_page(desk, request, shown, form, status_of(error))
    if form.cleaned_data["replaces"]:
        have_looked_at_anew(desk.row, path)
    tell(desk, request, path)
    return HttpResponseRedirect(browse_address(desk, shown))


def writable(row: Source) -> SourceBackend:
    """Raises `SourceUnavailable` for a row that makes no source."""
    try:
        # Not one that is built anew: what it remembers of an image that is replaced would live on.
        backend = source_in_use(row, current_runtime()).backend
    except BackendError as error:
        raise SourceUnavailable(str(error)) from error
    if backend is None:
        raise SourceUnavailable("This source cannot be built: see what its form says.")
    return backend


def have_looked_at_anew(row: Source, path: str) -> None:
    """Has no worker remember what was there before."""
    identifier = identifier_of(source_in_use(row, current_runtime()), path)
    if identifier is not None:
        outdate([Purge.of_image(identifier)])
        reclaim_soon()


def tell(desk: Desk, request: HttpRequest, path: str) -> None:
    """Says it to whoever sent it, to the log, and to the history of the row in the admin."""
    logger.info("%s uploaded “%s” to the source “%s”.", request.user, path, desk.row.name)
    desk.site.get_model_admin(Source).log_change(request, desk.row, f"Uploaded “{path}”.")
    messages.success(request, f"“{path}” is there.")


def refused(desk: Desk, request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """The folder, with a sentence on what was sent; of the file nothing more is read."""
    messages.error(request, sentence)
    return browse_page(desk, request, shown_folder(request), None, status)


def shown_folder(request: HttpRequest) -> Shown:
    """In the address, since the form behind it may not be read."""
    return Shown(folder=request.GET.get("folder", "").strip("/"))


def too_large(row: Source) -> str:
    return f"The file is larger than {row.largest_upload_megabytes} megabytes: nothing of it was kept."


def field_of(error: IIIFError) -> str:
    """The field of the form that the error is about."""
    return "replaces" if isinstance(error, AlreadyThere) else "file"
