"""Tasks as Cantaloupe's HTTP API has them: ordered by verb, looked up by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from caching.purging import PurgeOrder, What

from ..addresses import public_origin
from ..jobs import queue
from ..jobs.model import Job, JobState
from ..jobs.purging import order_purge
from ..jobs.settings import ApiSettings
from ..jobs.sleeping import LONGEST_SECONDS
from ..runtime import current_runtime
from .access import Caller, Refusal, caller
from .views import ApiView, json_of, json_response

PERMISSION = "iiif_caching.change_cache"
MOST_LISTED = 50
LONGEST_IDENTIFIER = 8000

STATUSES = {
    JobState.WAITING: "QUEUED",
    JobState.RUNNING: "RUNNING",
    JobState.DONE: "SUCCEEDED",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "FAILED",
}
"""In Cantaloupe's words; it knows no word for what was cancelled."""

PURGES = {
    "PurgeCache": What.EVERYTHING,
    "PurgeInfoCache": What.INFOS,
    "PurgeInfosFromCache": What.INFOS,
    "PurgeInvalidFromCache": What.EXPIRED,
}


def admitted(request: HttpRequest) -> Caller:
    settings = ApiSettings.current()
    if not settings.tasks_enabled:
        raise Refusal(
            HTTPStatus.FORBIDDEN, "Tasks are switched off: an administrator may switch them on, under HTTP API."
        )
    return caller(request, "may_purge", PERMISSION, takes_accounts=settings.accounts_allowed)


class TasksView(ApiView):
    """Orders a task, or lists the last ones."""

    def get(self, request: HttpRequest) -> HttpResponse:
        admitted(request)
        tasks = Job.objects.filter(interval_seconds=None)[:MOST_LISTED]
        return json_response({"tasks": [task_document(job) for job in tasks]})

    def post(self, request: HttpRequest) -> HttpResponse:
        who = admitted(request)
        job = ordered(json_of(request), who)
        response = json_response(task_document(job), HTTPStatus.ACCEPTED)
        origin = public_origin(request, current_runtime().http.public_url)
        response["Location"] = f"{origin}{reverse('iiif_api:task', args=[job.uuid])}"
        return response


class TaskView(ApiView):
    """Tells how a task is doing, or cancels it."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        admitted(request)
        return json_response(task_document(task(number)))

    def delete(self, request: HttpRequest, number: str) -> HttpResponse:
        admitted(request)
        job = task(number)
        if not queue.cancel(job):
            raise Refusal(HTTPStatus.CONFLICT, "This task has ended.")
        return json_response(task_document(task(number)), HTTPStatus.ACCEPTED)


def task(number: str) -> Job:
    try:
        job = Job.objects.filter(uuid=UUID(number)).first()
    except ValueError:
        job = None
    if job is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "There is no task with this number.")
    return job


def ordered(document: Any, who: Caller) -> Job:
    """The job that a document asks for; raises `Refusal`."""
    verb = document.get("verb") if isinstance(document, dict) else None
    make = VERBS.get(verb) if isinstance(verb, str) else None
    if make is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Write a verb: one of {', '.join(VERBS)}.")
    return make(document, who)


def purge(what: What) -> Callable[[dict[str, Any], Caller], Job]:
    return lambda document, who: order_purge(PurgeOrder(what), by=who.account, called=who.name)


def purge_item(document: dict[str, Any], who: Caller) -> Job:
    identifier = document.get("identifier")
    if not isinstance(identifier, str) or not identifier.strip() or len(identifier) > LONGEST_IDENTIFIER:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Write the identifier of the image.")
    if "\0" in identifier:
        raise Refusal(HTTPStatus.BAD_REQUEST, "No identifier has a zero byte in it.")
    return order_purge(PurgeOrder(What.IDENTIFIER, identifier), by=who.account, called=who.name)


def sleep(document: dict[str, Any], who: Caller) -> Job:
    seconds = document.get("duration")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= LONGEST_SECONDS:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Write a duration in seconds, from 0 to {LONGEST_SECONDS}.")
    return queue.order("sleep", {"seconds": seconds}, by=who.account)


VERBS: dict[str, Callable[[dict[str, Any], Caller], Job]] = {
    **{verb: purge(what) for verb, what in PURGES.items()},
    "PurgeItemFromCache": purge_item,
    "Sleep": sleep,
}


def task_document(job: Job) -> dict[str, Any]:
    """What Cantaloupe tells of a task, and how far it is and what came of it."""
    has_failed = job.state in (JobState.FAILED, JobState.CANCELLED)
    document = {
        "uuid": str(job.uuid),
        "verb": verb_of(job),
        "status": STATUSES[JobState(job.state)],
        "queued_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "stopped_at": moment(job.ended_at),
        "cancelled": job.state == JobState.CANCELLED,
        "done": job.has_ended,
        "title": job.title,
        "percent": job.percent,
        "outcome": job.outcome or None,
    }
    return {**document, "exception": job.outcome} if has_failed else document


def verb_of(job: Job) -> str:
    """The verb that orders such a job; what none orders is called by its kind."""
    if job.kind == "sleep":
        return "Sleep"
    what = job.arguments.get("what") if job.kind == "purge" else None
    if what == What.IDENTIFIER:
        return "PurgeItemFromCache"
    if what == What.INFOS:
        return "PurgeInfosFromCache"
    return next((verb for verb, purged in PURGES.items() if purged == what), job.kind)


def moment(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
