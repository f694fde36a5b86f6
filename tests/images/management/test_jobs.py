"""The commands that purge, maintain and warm."""

from __future__ import annotations

import gzip
import io
import json
import time

import pytest
from django.core.management import CommandError, call_command
from django_tasks import task_backends

from caching import runtime
from caching.models import Invalidation
from caching.purges import Purges
from iiifserver.shelf import Shelf
from images.jobs import foreground, queue
from images.jobs.foreground import Bar, bar
from images.jobs.model import Job, JobState
from images.management.commands import iiif_purge
from images.metrics import renders_total
from tests.sources.web_server import web_server


@pytest.fixture(autouse=True)
def own_process(monkeypatch, service):
    """Each test begins like a process that has just started, with one finished picture; nobody beats in a thread."""
    monkeypatch.setattr(runtime, "purges", Purges())
    monkeypatch.setattr(runtime, "shelf", Shelf(runtime.caches))
    monkeypatch.setattr(runtime, "_in_use", runtime.Caches())
    service.image("full/50,/0/default.jpg")


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestPurge:
    def test_a_dry_run_only_counts(self):
        assert run("iiif_purge", "--everything", "--dry-run") == "2 entries (0.0 MB) would be removed.\n"
        assert not Invalidation.objects.exists()
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        ("arguments", "count"),
        [
            (["--everything"], 2),
            (["--identifier", "card.png"], 2),
            (["--identifier", "map.png"], 0),
            (["--prefix", "ca"], 2),
            (["--source", "FilesystemSource"], 2),
            (["--source", "Samples"], 0),
            (["--older-than", "1"], 0),
            (["--expired"], 0),
        ],
    )
    def test_each_order(self, arguments, count):
        assert run("iiif_purge", *arguments).startswith(f"{count} ")
        assert Job.objects.get().state == JobState.DONE

    def test_a_source_that_is_not_there_is_told_and_what_it_left_is_purged(self, capsys):
        assert run("iiif_purge", "--source", "Gone") == "0 entries removed.\n"
        assert "There is no source “Gone” now" in capsys.readouterr().err
        assert Invalidation.objects.get().value == "Gone"

    def test_infos(self):
        assert run("iiif_purge", "--infos").startswith("1 entry")
        assert Invalidation.objects.get().scope == "infos"

    @pytest.mark.parametrize(
        "arguments", [[], ["--everything", "--expired"], ["--identifier", ""], ["--older-than", "-1"]]
    )
    def test_what_makes_no_sense_is_said(self, arguments):
        with pytest.raises(CommandError):
            run("iiif_purge", *arguments)
        assert not Invalidation.objects.exists()

    def test_one_that_is_interrupted_goes_back_into_the_queue(self, monkeypatch):
        def interrupted(job, ending, show):
            ending.set()
            return real(job, ending, show)

        real = foreground.do_taken
        monkeypatch.setattr(foreground, "do_taken", interrupted)
        with pytest.raises(CommandError, match="Interrupted"):
            run("iiif_purge", "--everything")
        assert Job.objects.get().state == JobState.WAITING

    def test_one_that_a_runner_has_begun_is_left_to_it(self, monkeypatch):
        def quicker(job, stream, **how):
            assert queue.take(["purge"], [""], "here/1")
            return foreground.do_now(job, stream, **how)

        monkeypatch.setattr(iiif_purge, "do_now", quicker)
        assert "a job runner has begun" in run("iiif_purge", "--everything")

    def test_the_sites_workers_are_not_told_of_what_the_command_does_itself(
        self, settings, django_capture_on_commit_callbacks
    ):
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
        settings.IIIFSERVER = {**settings.IIIFSERVER, "TASK_BACKEND": "default"}
        with django_capture_on_commit_callbacks(execute=True):
            run("iiif_purge", "--everything")
        assert task_backends["default"].results == []


class TestMaintain:
    def test_all_that_is_usual(self):
        text = run("iiif_maintain")
        assert text.count("\n") == 5
        assert "Remove what was purged: Nothing was purged since." in text
        assert {job.state for job in Job.objects.all()} == {JobState.DONE}

    def test_one_alone(self):
        assert run("iiif_maintain", "verify").startswith("Verify caches: 0 entries found damaged and removed.")

    def test_a_name_that_is_none_is_told(self):
        with pytest.raises(CommandError, match="There is no maintenance “polish”"):
            run("iiif_maintain", "polish")

    def test_a_failure_is_told(self, monkeypatch):
        monkeypatch.setattr("images.jobs.maintenance.swept_by", lambda *_: 1 / 0)
        with pytest.raises(CommandError, match="Clean up caches: It ended with a fault"):
            run("iiif_maintain", "clean")


class TestWarm:
    def test_one_image(self):
        assert run("iiif_warm", "--identifier", "card.png", "--per-second", "0") == "2 pictures of 1 image are ready.\n"

    def test_an_image_that_is_not_there_is_a_failure(self):
        with pytest.raises(CommandError, match="1 could not be made, the first: gone"):
            run("iiif_warm", "--identifier", "gone.jpg", "--per-second", "0")

    def test_a_list_a_manifest_and_a_log(self, tmp_path, service):
        service.draw("two.png")
        listed, manifest, log = (tmp_path / name for name in ("list", "manifest", "log"))
        listed.write_text("card.png\ntwo.png\n")
        manifest.write_text(json.dumps({"service": [{"id": "http://x/iiif/3/two.png"}]}))
        log.write_text('- "GET /iiif/3/card.png/full/60,/0/default.jpg HTTP/1.1" 200 1\n')
        quick = ("--per-second", "0")
        assert "of 2 images" in run("iiif_warm", "--list", str(listed), "--only", "sizes", *quick)
        assert "of 1 image " in run("iiif_warm", "--manifest", str(manifest), *quick)
        run("iiif_warm", "--log", str(log), *quick)
        before = renders_total._value.get()
        service.image("full/60,/0/default.jpg")
        assert renders_total._value.get() == before

    def test_a_manifest_at_an_address(self, service, fence, http):
        fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
        http(public_url="https://images.example.org")
        hosts = ("images.example.org", "other.example.org")
        services = [
            {"id": f"https://{host}/iiif/3/{name}"} for host, name in zip(hosts, ("card.png", "x"), strict=True)
        ]
        with web_server() as web:
            web.put("/manifest", json.dumps({"items": [{"service": services}]}).encode())
            quick = ("--per-second", "0", "--only", "sizes")
            assert "of 1 image is ready.\n" in run("iiif_warm", "--manifest", f"{web.address}/manifest", *quick)
            with pytest.raises(CommandError, match="404"):
                run("iiif_warm", "--manifest", f"{web.address}/gone")

    def test_a_log_that_is_packed(self, tmp_path):
        log = tmp_path / "access.log.1.gz"
        line = '- "GET /iiif/3/card.png/full/60,/0/default.jpg HTTP/1.1" 200 1\n'
        log.write_bytes(gzip.compress(line.encode()))
        assert "1 picture " in run("iiif_warm", "--log", str(log), "--per-second", "0")

    def test_the_same_that_was_interrupted_goes_on(self):
        arguments = ("iiif_warm", "--identifier", "card.png", "--per-second", "0")
        run(*arguments, "--queue")
        waiting = Job.objects.get()
        run(*arguments)
        assert Job.objects.get().pk == waiting.pk
        run(*arguments, "--queue")
        run(*arguments, "--again")
        assert sorted(job.state for job in Job.objects.all()) == ["cancelled", "done", "done"]

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--list", "/nowhere"],
            ["--list", "EMPTY"],
            ["--manifest", "EMPTY"],
            ["--log", "EMPTY"],
            ["--log", "TORN"],
            ["--manifest", "http://127.0.0.1/manifest"],
            ["--identifier", "x", "--per-second", "-1"],
            ["--identifier", "x", "--per-second", "nan"],
            ["--identifier", "x", "--per-second", "inf"],
            ["--identifier", "x", "--folder", "maps"],
            ["--identifier", "x", "--top", "5"],
            ["--source", "nowhere"],
            ["--source", ""],
        ],
    )
    def test_what_makes_no_sense_is_said(self, tmp_path, arguments):
        (tmp_path / "empty").touch()
        (tmp_path / "torn.gz").write_bytes(gzip.compress(b"-" * 100)[:20])
        files = {"EMPTY": str(tmp_path / "empty"), "TORN": str(tmp_path / "torn.gz")}
        with pytest.raises(CommandError):
            run("iiif_warm", *[files.get(word, word) for word in arguments])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestBar:
    @pytest.mark.parametrize(
        ("done", "total", "text"),
        [
            (1, 2, f"[{'#' * 15}{'.' * 15}] 50 %"),
            (0, 7, f"[{'.' * 30}] 0 %"),
            (9, 7, f"[{'#' * 30}] 100 %"),
            (1234, 0, "1,234 done"),
        ],
    )
    def test_it_tells_how_far_the_work_is(self, done, total, text):
        assert bar(done, total) == text

    def test_it_is_drawn_for_people_alone(self):
        terminal, file = Terminal(), io.StringIO()
        for stream in (terminal, file):
            drawn = Bar(stream)
            drawn.show(1, 2)
            drawn.end()
        assert "50 %" in terminal.getvalue()
        assert file.getvalue() == ""


def test_a_job_that_a_runner_has_taken_meanwhile_is_left_to_it():
    job = queue.order("sleep", {"seconds": 0})
    assert queue.take(["sleep"], [""], "here/1")
    begun = time.monotonic()
    assert foreground.do_now(job, io.StringIO()).state == JobState.RUNNING
    assert time.monotonic() - begun < 5
