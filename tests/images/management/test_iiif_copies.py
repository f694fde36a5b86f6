from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from caching.working_copies import copy_store
from iiifserver.testing.drawing import drawn
from images.jobs.model import Job
from tests.images.conftest import fence, service
from tests.images.copies.conftest import own_process, rules

__all__ = ["fence", "own_process", "rules", "service"]


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command("iiif_copies", *arguments, "--quiet", stdout=out)
    return out.getvalue()


def test_one_image_is_copied_whatever_the_rules_say(service, rules):
    rules(least_megapixels=1000)
    service.draw("large.jpg", drawn(1400, 1100))
    assert "MB. A tile took" in call("--identifier", "large.jpg")
    assert copy_store().usage().entries == 1


def test_a_source_is_copied_as_the_rules_say(service, rules):
    service.draw("large.jpg", drawn(1400, 1100))
    assert call("--source", "FilesystemSource") == "2 images looked at, 1 working copy made.\n"


def test_what_cannot_be_copied_is_an_error_with_the_reason(service, rules):
    with pytest.raises(CommandError, match="There is no image"):
        call("--identifier", "nowhere.jpg")


def test_it_can_be_left_to_the_runner(service, rules):
    assert "waits for a job runner" in call("--identifier", "large.jpg", "--queue")
    assert "waits for a job runner" in call("--identifier", "large.jpg", "--queue")
    assert Job.objects.filter(kind="copy").count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--identifier", "large.jpg", "--folder", "maps"), "--folder goes with --source alone"),
        (("--source", "FilesystemSource", "--page", "2"), "--page goes with --identifier alone"),
        (("--identifier", "large.jpg", "--page", "0"), "--page is not below 1"),
        (("--source", ""), "--source is empty"),
    ],
)
@pytest.mark.django_db
def test_options_that_make_no_sense_together_are_refused(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call(*arguments)
    assert not Job.objects.exists()
