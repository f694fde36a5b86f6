from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from caching.models import Invalidation
from images.jobs import queue
from images.jobs.doing import do
from images.jobs.model import Job, JobState
from images.jobs.tokens import ApiToken
from tests.images.api.conftest import Program, sentence

TASKS = "/tasks"
EVERYTHING = {"verb": "PurgeCache"}


@pytest.fixture
def program(api, token):
    return token("may_purge")


def finished(number: str) -> Job:
    job = Job.objects.get(uuid=number)
    assert queue.take_one(job, "here/1")
    do(Job.objects.get(pk=job.pk), Event())
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (EVERYTHING, "everything"),
        ({"verb": "PurgeInfoCache"}, "infos"),
        ({"verb": "PurgeInfosFromCache"}, "infos"),
        ({"verb": "PurgeInvalidFromCache"}, "expired"),
        ({"verb": "PurgeItemFromCache", "identifier": "card.png"}, "identifier"),
    ],
)
def test_each_verb_orders_its_job(program, document, what):
    answer = program.post(TASKS, document)
    assert answer.status_code == 202
    job = Job.objects.get()
    assert (job.kind, job.arguments["what"]) == ("purge", what)
    assert answer["Location"] == f"http://testserver/tasks/{job.uuid}"


def test_a_purge_holds_before_its_job_is_done(program, service):
    service.image("full/50,/0/default.jpg")
    program.post(TASKS, EVERYTHING)
    assert Invalidation.objects.count() == 1
    assert Job.objects.get().state == JobState.WAITING


def test_a_task_is_looked_up_from_beginning_to_end(program, service):
    service.image("full/50,/0/default.jpg")
    address = program.post(TASKS, EVERYTHING)["Location"].removeprefix("http://testserver")
    document = program.get(address).json()
    assert (document["verb"], document["status"], document["started_at"]) == ("PurgeCache", "QUEUED", None)
    finished(document["uuid"])
    document = program.get(address).json()
    assert (document["status"], document["done"]) == ("SUCCEEDED", True)
    assert document["queued_at"] < document["started_at"] <= document["stopped_at"]
    assert "2 entries" in document["outcome"]
    assert "exception" not in document


def test_a_task_that_failed_says_why(program, monkeypatch):
    number = program.post(TASKS, EVERYTHING).json()["uuid"]
    monkeypatch.setattr("images.jobs.purging.shared", lambda: 1 / 0)
    finished(number)
    document = program.get(f"{TASKS}/{number}").json()
    assert document["status"] == "FAILED"
    assert "ZeroDivisionError" in document["exception"]


def test_a_task_is_cancelled(program):
    number = program.post(TASKS, {"verb": "Sleep", "duration": 5}).json()["uuid"]
    cancelled = program.delete(f"{TASKS}/{number}")
    assert (cancelled.status_code, cancelled.json()["status"], cancelled.json()["cancelled"]) == (202, "FAILED", True)
    assert program.delete(f"{TASKS}/{number}").status_code == 409


def test_the_last_tasks_are_listed_without_the_schedule(program):
    program.post(TASKS, EVERYTHING)
    Job.objects.create(kind="clean", interval_seconds=60)
    assert [task["verb"] for task in program.get(TASKS).json()["tasks"]] == ["PurgeCache"]


@pytest.mark.parametrize("number", ["00000000-0000-0000-0000-000000000000", "x", "1", "..%2F"])
def test_an_unknown_task_is_404(program, number):
    assert program.get(f"{TASKS}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, "verb"),
        ({"verb": "PurgeWorld"}, "verb"),
        ({"verb": ["PurgeCache"]}, "verb"),
        (["PurgeCache"], "verb"),
        (None, "verb"),
        ({"verb": "PurgeItemFromCache"}, "identifier"),
        ({"verb": "PurgeItemFromCache", "identifier": ""}, "identifier"),
        ({"verb": "PurgeItemFromCache", "identifier": 7}, "identifier"),
        ({"verb": "PurgeItemFromCache", "identifier": "a\0b"}, "zero byte"),
        ({"verb": "PurgeItemFromCache", "identifier": "x" * 9000}, "identifier"),
        ({"verb": "Sleep", "duration": -1}, "duration"),
        ({"verb": "Sleep", "duration": True}, "duration"),
        ({"verb": "Sleep", "duration": 1e9}, "duration"),
    ],
)
def test_what_makes_no_sense_is_400(program, document, told):
    answer = program.post(TASKS, document)
    assert answer.status_code == 400
    assert told in sentence(answer)
    assert not Job.objects.exists()


@pytest.mark.parametrize("body", [b" ", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_400(program, body):
    assert program.post(TASKS, body=body).status_code == 400


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_site_is_415(program, media_type):
    answer = program.post(TASKS, EVERYTHING, media_type=media_type)
    assert answer.status_code == 415
    assert "application/json" in sentence(answer)


def test_too_much_is_413(program):
    assert program.post(TASKS, body=b" " * 1_000_001).status_code == 413


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_405(program, client, method):
    answer = getattr(client, method)(TASKS)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


class TestWhoMay:
    def test_nobody_while_it_is_switched_off(self, api, token):
        api(tasks_enabled=False)
        answer = token("may_purge").post(TASKS, EVERYTHING)
        assert answer.status_code == 403
        assert "switched off" in sentence(answer)

    def test_it_is_off_at_first(self, service, token):
        assert token("may_purge").post(TASKS, EVERYTHING).status_code == 403

    @pytest.mark.parametrize(
        "authorization", ["", "Bearer", "Bearer x", "Basic", "Basic !!!", "Basic eA==", "Digest x"]
    )
    def test_strangers_are_asked_who_they_are(self, api, authorization):
        answer = Program(authorization).post(TASKS, EVERYTHING)
        assert answer.status_code == 401
        assert 'realm="IIIF image server"' in answer["WWW-Authenticate"]
        assert sentence(answer)
        assert not Job.objects.exists()

    def test_a_token_for_something_else_is_403(self, api, token):
        assert token("may_tell_changes", "may_read_numbers").post(TASKS, EVERYTHING).status_code == 403

    def test_a_token_that_is_over_or_revoked_is_401(self, api, token):
        assert token("may_purge", expires_at=timezone.now() - timedelta(seconds=1)).get(TASKS).status_code == 401
        program = token("may_purge")
        assert program.get(TASKS).status_code == 200
        ApiToken.objects.all().delete()
        assert program.get(TASKS).status_code == 401

    def test_a_token_is_kept_as_a_digest_and_its_use_is_noted(self, api, token):
        program = token("may_purge")
        program.get(TASKS)
        row = ApiToken.objects.get()
        assert row.last_used_at is not None
        assert row.digest not in program.authorization
        assert program.authorization.removeprefix("Bearer ") not in str(vars(row))

    def test_an_account_with_the_permission(self, api, account):
        assert account("change_cache").post(TASKS, EVERYTHING).status_code == 202
        assert Job.objects.get().ordered_by.username == "catalogue"

    def test_an_account_without_it_is_403(self, api, account):
        answer = account("view_cache").post(TASKS, EVERYTHING)
        assert answer.status_code == 403
        assert "may not purge" in sentence(answer)

    def test_accounts_may_be_left_out(self, api, account):
        api(accounts_allowed=False)
        assert account("change_cache").get(TASKS).status_code == 401

    def test_who_guesses_passwords_is_locked_out(self, api, account, settings):
        settings.AXES_FAILURE_LIMIT = 3
        wrong = account("change_cache", password="wrong")
        assert [wrong.get(TASKS).status_code for _ in range(4)][-1] == 429

    def test_the_session_of_a_browser_opens_nothing(self, api, admin_client):
        assert admin_client.post(TASKS, EVERYTHING, "application/json").status_code == 401
