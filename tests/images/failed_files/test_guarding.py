"""What a visitor meets who asks for a file that failed."""

from __future__ import annotations

import pytest

from iiifserver.iiif.values import Identifier
from iiifserver.watching.reports import Ending
from images.failed_files.recording import record
from images.runtime import current_runtime, keeper
from processors.runtime import Processors

IMAGE = "/iiif/3/card.png/full/max/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"


@pytest.fixture
def version(service):
    """The version of the card as its source tells it."""

    def current():
        return current_runtime().sources.find(Identifier("card.png")).version

    return current


@pytest.mark.parametrize(("ending", "status"), [(Ending.FAULT, 501), (Ending.OVERDUE, 504), (Ending.KILLED, 200)])
@pytest.mark.parametrize("address", [IMAGE, INFO, "/iiif/2/card.png/info.json", "/iiif/2/card.png"])
def test_it_is_answered_by_its_status(service, accuse, version, address, ending, status):
    record(accuse("card.png", ending=ending, version=version()))
    keeper.look_now()
    answer = service.get(address)
    assert answer.status_code == (303 if status == 200 and address.endswith("/2/card.png") else status)
    if status != 200:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer.content.decode().endswith("Staff can have it tried anew.\n")


def test_not_a_byte_of_it_is_read(service, accuse, version, monkeypatch):
    record(accuse("card.png", version=version()))
    keeper.look_now()
    monkeypatch.setattr(Processors, "inspect", lambda *_: pytest.fail("It was opened."))
    assert service.get(IMAGE).status_code == 501


def test_a_picture_that_is_remembered_is_not_given_out_either(service, accuse, version):
    assert service.get(IMAGE).status_code == 200
    record(accuse("card.png", version=version()))
    keeper.look_now()
    assert service.get(IMAGE).status_code == 501


def test_other_images_are_answered(service, accuse, version):
    service.draw("other.png")
    record(accuse("card.png", version=version()))
    keeper.look_now()
    assert service.get("/iiif/3/other.png/full/max/0/default.jpg").status_code == 200


def test_a_new_version_is_answered(service, accuse, version):
    record(accuse("card.png", version=version()))
    keeper.look_now()
    service.draw("card.png").touch()
    service.draw("card.png", compress_level=1)
    keeper.forget()
    assert service.get(IMAGE).status_code == 200


def test_it_makes_no_query(service, accuse, version, django_assert_num_queries):
    record(accuse("card.png", version=version()))
    keeper.look_now()
    with django_assert_num_queries(0):
        service.get(IMAGE)
