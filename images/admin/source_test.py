"""The page that tries a source with one identifier."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from caching.runtime import Caches
from iiifserver.backend import BackendError
from iiifserver.iiif.errors import IIIFError
from sources.models import Source

from ..responses import NEVER_STORED
from ..runtime import Runtime, current_runtime
from ..visitors import visitor_of
from .drawing import asked_by
from .source_cures import cure_for
from .source_row import Desk, looking_into, source_alone
from .source_steps import Asked, Trial
from .source_told import Outcome, Step, Told

if TYPE_CHECKING:
    from sources.runtime import ActiveSource


@dataclass(frozen=True, slots=True)
class Result:
    """What came of trying."""

    steps: tuple[Step, ...]
    picture: str = ""
    """The address of the picture, the whole of it in itself; empty where there is none."""

    @property
    def is_right(self) -> bool:
        return all(step.told.outcome is not Outcome.WRONG for step in self.steps)

    @property
    def milliseconds(self) -> float:
        return sum(step.milliseconds for step in self.steps)


def source_test(desk: Desk, request: HttpRequest) -> HttpResponse:
    """The form; asked with an identifier, what happens as well. Nothing is changed or remembered by it."""
    identifier = request.GET.get("identifier", "").strip()
    context = {
        **desk.around(request, f"Test “{desk.row.name}”"),
        "identifier": identifier,
        "result": tried(desk.row, identifier, request) if identifier else None,
    }
    response = TemplateResponse(request, "admin/iiif_images/source/test.html", context)
    response["Cache-Control"] = NEVER_STORED
    return response


def tried(row: Source, identifier: str, request: HttpRequest) -> Result:
    """The source is built anew, so that what is asked is the source and not what a worker remembers of it."""
    try:
        image, source = asked_by(identifier), source_alone(row)
    except IIIFError as error:
        return failed("Identifier", error.sentence, cure_for(error))
    except BackendError as error:
        return failed("Set up", str(error), "Change that in the form of this source.")
    used = current_runtime()
    try:
        runtime = replace(looking_into(source, used, request), caches=Caches())
    except IIIFError as error:
        return failed("Access", error.sentence, cure_for(error))
    trial = Trial(
        Asked(
            row=row,
            source=source,
            earlier=earlier_sources(row, used),
            image=image,
            visitor=visitor_of(request),
            runtime=runtime,
        )
    )
    steps = tuple(trial.steps())
    return Result(steps, in_itself(trial.picture) if trial.picture else "")


def failed(title: str, sentence: str, cure: str) -> Result:
    told = Told(sentences=(sentence,), outcome=Outcome.WRONG, cure=cure)
    return Result((Step(title=title, told=told, milliseconds=0, traffic=None),))


def earlier_sources(row: Source, runtime: Runtime) -> tuple[ActiveSource, ...]:
    """Those that are asked before this one, or would be if it were switched on."""
    rows = Source.objects.filter(enabled=True).values_list("position", "name")
    earlier = {name for position, name in rows if (position, name) < (row.position, row.name)}
    return tuple(source for source in runtime.sources.active if source.name in earlier)


def in_itself(picture: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
