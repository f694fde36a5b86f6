"""The page that shows what a source has."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from iiifserver.backend import BackendError
from sources.identifiers import can_be_told

from ..responses import NEVER_STORED
from ..runtime import current_runtime
from .source_folder import FolderPage, Shown, Window, steps_to
from .source_row import Desk, source_in_use
from .source_upload import UploadForm, takes_uploads_of


def source_browse(desk: Desk, request: HttpRequest) -> HttpResponse:
    """A part of a folder: `folder`, `text` that names contain, `after` which name."""
    folder = request.GET.get("folder", "").strip("/")
    shown = Shown(folder=folder, text=request.GET.get("text", "").strip(), after=request.GET.get("after", ""))
    return browse_page(desk, request, shown)


def browse_page(
    desk: Desk, request: HttpRequest, shown: Shown, form: UploadForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The page, with the form of an upload that was sent back where there is one."""
    row, runtime = desk.row, current_runtime()
    page, tells_identifiers = FolderPage(sentence="", is_failure=True), True
    try:
        source = source_in_use(row, runtime)
        page = Window(request=request, runtime=runtime, row=row, source=source).page(shown)
        tells_identifiers = can_be_told(source)
    except BackendError as error:
        page = FolderPage(sentence=str(error), is_failure=True)
    takes_uploads = takes_uploads_of(row, request.user)
    context = {
        **desk.around(request, f"Browse “{row.name}”"),
        "shown": shown,
        "steps": list(steps_to(shown.folder)),
        "page": page,
        "tells_identifiers": tells_identifiers,
        "upload_form": (form or UploadForm(row)) if takes_uploads else None,
    }
    response = TemplateResponse(request, "admin/iiif_images/source/browse.html", context, status=status)
    response["Cache-Control"] = NEVER_STORED
    return response
