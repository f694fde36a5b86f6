"""How fresh answers are: how often a source is asked about an image that is kept, and what follows when it is gone."""

from __future__ import annotations

import threading

import pytest

from caching.invalidations import invalidate, write_line
from caching.keys import digest
from caching.models import FreshnessSettings, Invalidation
from caching.purges import EVERYTHING, Purge, Scope
from images.runtime import keeper
from sources.checking import Checks
from sources.models import Source
from sources.ranged.looks import RememberedLooks
from tests.images.api.conftest import own_process  # noqa: F401 - a fixture for every test here
from tests.images.conftest import BLUE, RED, changing, draw_card, picture, png_of
from tests.sources.pyramids import TILE as EDGE
from tests.sources.pyramids import write_scattered
from tests.sources.web_server import web_server

TILE = "/iiif/3/card/0,0,100,100/50,/0/default.png"
OTHER_TILE = "/iiif/3/card/100,0,100,100/50,/0/default.png"
LONG = 600
DEADLINE = 30


@pytest.fixture
def freshness(service):
    return changing(FreshnessSettings)


@pytest.fixture
def web(service, fence):
    """A web server with an image, which is the only source."""
    fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
    with web_server() as server:
        server.put("/card", png_of(draw_card()))
        Source.objects.all().delete()
        options = {"base_url": f"{server.address}/", "look_again_seconds": LONG}
        Source.objects.create(name="Web", kind="http", options=options)
        keeper.forget()
        yield server


class Clock:
    """The clock by which the source looks again; it moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(web, monkeypatch):
    """Set before the first request; settings that are changed later leave it as it is."""
    clock = Clock()
    monkeypatch.setattr("sources.ranged.source.RememberedLooks", lambda kept: RememberedLooks(kept, clock))
    keeper.forget()
    return clock


def recolour(web, colour):
    card = draw_card()
    card.paste(colour, (0, 0, *card.size))
    web.put("/card", png_of(card))


def colour_of(service, address=TILE):
    response = service.get(address)
    assert response.status_code == 200, response.content
    return picture(response).convert("RGB").getpixel((10, 10))


def asked(web, act):
    """The requests that the source got meanwhile."""
    before = len(web.requests)
    act()
    return web.requests[before:]


class TestACachedTile:
    def test_costs_no_request_to_its_source(self, web, clock, service):
        assert asked(web, lambda: service.get(TILE))
        assert asked(web, lambda: [service.get(TILE) for _ in range(20)]) == []
        assert asked(web, lambda: [service.get("/iiif/3/card/info.json") for _ in range(5)]) == []

    def test_costs_one_small_request_when_the_time_is_over(self, web, clock, service):
        service.get(TILE)
        clock.seconds += LONG
        (request,) = asked(web, lambda: [service.get(TILE) for _ in range(20)])
        assert "if-none-match" in request.headers
        assert request.sent == 0

    def test_is_a_new_one_when_the_time_is_over_and_the_image_another(self, web, clock, service):
        assert colour_of(service) == RED
        recolour(web, BLUE)
        assert colour_of(service) == RED
        clock.seconds += LONG
        assert colour_of(service) == BLUE

    def test_is_gone_when_the_time_is_over_and_the_image_is(self, web, clock, service):
        service.get(TILE)
        web.files.clear()
        clock.seconds += LONG
        assert service.get(TILE).status_code == 404


class TestATileThatNobodyKeptWhenTheTimeIsOver:
    """The answer to the request for its bytes tells whether the image is still the same."""

    @pytest.fixture
    def pyramid(self, web, clock, service, tmp_path):
        write_scattered(tmp_path / "pyramid.tif", 2048, 2048, is_noise=True)
        web.put("/pyramid", tmp_path / "pyramid.tif")
        assert service.get(self.tile(0)).status_code == 200
        clock.seconds += LONG

    @staticmethod
    def tile(column):
        return f"/iiif/3/pyramid/{column * EDGE},0,{EDGE},{EDGE}/{EDGE},{EDGE}/0/default.jpg"

    def test_costs_one_request(self, pyramid, web, service):
        (request,) = asked(web, lambda: service.get(self.tile(2)))
        assert "if-match" in request.headers

    def test_and_its_answer_counts_for_all_that_is_kept(self, pyramid, web, service):
        service.get(self.tile(2))
        assert asked(web, lambda: [service.get(self.tile(0)), service.get("/iiif/3/pyramid/info.json")]) == []

    def test_is_of_the_new_image_at_once(self, pyramid, web, service, tmp_path):
        write_scattered(tmp_path / "other.tif", 1024, 1024)
        web.put("/pyramid", tmp_path / "other.tif")
        assert service.get(self.tile(2)).status_code == 400
        assert service.get(self.tile(1)).status_code == 200

    def test_is_gone_with_its_image(self, pyramid, web, service):
        web.files.clear()
        assert service.get(self.tile(2)).status_code == 404

    def test_that_the_visitor_has_is_asked_for(self, pyramid, web, clock, service):
        etag = service.get(self.tile(0))["ETag"]
        clock.seconds += LONG
        web.files.clear()
        assert service.get(self.tile(0), headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize(
    "purge",
    [Purge.of_image("card"), Purge(Scope.PREFIX, "ca"), Purge(Scope.SOURCE, "Web"), Purge(Scope.INFOS), EVERYTHING],
)
@pytest.mark.parametrize("asks_first", [True, False])
def test_a_purge_has_the_source_asked_at_once(web, clock, service, freshness, purge, asks_first):
    freshness(asks_first=asks_first)
    assert colour_of(service) == RED
    recolour(web, BLUE)
    tell(purge)
    assert colour_of(service) == BLUE
    assert asked(web, lambda: service.get(TILE)) == []


def tell(purge):
    """As another process tells it: by a line in the journal, which this one reads when it looks for news."""
    write_line(purge)
    keeper.look_now()


@pytest.mark.parametrize("use", ["recache", "false"])
@pytest.mark.parametrize("asks_first", [True, False])
def test_a_picture_that_is_made_anew_is_that_of_the_source_now(web, clock, service, freshness, http, use, asks_first):
    freshness(asks_first=asks_first)
    http(cache_steering="127.0.0.1")
    assert colour_of(service) == RED
    recolour(web, BLUE)
    assert colour_of(service, f"{TILE}?cache={use}") == BLUE
    assert colour_of(service) == BLUE


def test_a_purge_of_another_image_leaves_what_is_known(web, clock, service):
    service.get(TILE)
    invalidate(digest("other"))
    assert asked(web, lambda: service.get(TILE)) == []


class TestWithoutAskingFirst:
    @pytest.fixture(autouse=True)
    def off(self, freshness, web, clock):
        freshness(asks_first=False)

    def test_the_source_is_never_asked_again(self, web, clock, service):
        service.get(TILE)
        clock.seconds += 100 * LONG
        web.files.clear()
        assert asked(web, lambda: service.get(TILE)) == []
        assert service.get("/iiif/3/card/info.json").status_code == 200

    def test_pixels_that_nobody_kept_are_still_asked_for(self, web, clock, service):
        colour_of(service)
        assert service.get(OTHER_TILE).status_code == 200

    def test_a_folder_is_not_looked_into_again(self, service, web):
        Source.objects.all().delete()
        Source.objects.create(name="Folder", kind="filesystem", options={"path_prefix": f"{service.folder}/"})
        keeper.forget()
        address = "/iiif/3/card.png/full/50,/0/default.png"
        assert service.get(address).status_code == 200
        (service.folder / "card.png").unlink()
        assert service.get(address).status_code == 200
        # Pixels that nobody kept: now it is.
        assert service.get("/iiif/3/card.png/full/60,/0/default.png").status_code == 404
        assert service.get(address).status_code == 404


class TestAFolderThatIsBelievedForATime:
    ADDRESS = "/iiif/3/card.png/0,0,100,100/50,/0/default.png"

    @pytest.fixture(autouse=True)
    def on(self, freshness):
        freshness(near_seconds=LONG)

    def test_is_not_looked_into_meanwhile(self, service):
        assert colour_of(service, self.ADDRESS) == RED
        service.draw("card.png", draw_card((30, 30)))
        assert colour_of(service, self.ADDRESS) == RED

    def test_is_looked_into_when_it_is_told_to_have_changed(self, service):
        colour_of(service, self.ADDRESS)
        (service.folder / "card.png").unlink()
        tell(Purge.of_image("card.png"))
        assert service.get(self.ADDRESS).status_code == 404

    def test_never_gives_pixels_of_another_image(self, service):
        colour_of(service, self.ADDRESS)
        recoloured = draw_card((600, 400))
        recoloured.paste(BLUE, (0, 0, 600, 400))
        service.draw("card.png", recoloured)
        assert colour_of(service, self.ADDRESS.replace("50,", "40,")) == BLUE


class TestWhileASourceIsAsked:
    @pytest.fixture(autouse=True)
    def on(self, freshness, web, clock):
        freshness(stale_seconds=60)

    def test_the_known_image_is_given_out(self, web, clock, service, monkeypatch):
        assert colour_of(service) == RED
        recolour(web, BLUE)
        clock.seconds += LONG
        held, checked = threading.Event(), threading.Event()
        see_when_checked(monkeypatch, checked)
        web.fault = lambda handler: not held.wait(DEADLINE)
        assert [colour_of(service) for _ in range(3)] == [RED] * 3
        held.set()
        assert checked.wait(DEADLINE)
        assert colour_of(service) == BLUE

    def test_a_source_that_fails_leaves_the_known_image_and_a_line_in_the_log(
        self, web, clock, service, monkeypatch, caplog
    ):
        assert colour_of(service) == RED
        clock.seconds += LONG
        checked = threading.Event()
        see_when_checked(monkeypatch, checked)
        web.fault = lambda handler: handler.answer(500, {"Content-Length": "0"}) or True
        assert colour_of(service) == RED
        assert checked.wait(DEADLINE)
        assert "could not be checked in the background" in caplog.text
        checked.clear()
        assert colour_of(service) == RED
        assert checked.wait(DEADLINE)

    def test_only_for_its_time(self, web, clock, service):
        assert colour_of(service) == RED
        recolour(web, BLUE)
        clock.seconds += LONG + 60
        assert colour_of(service) == BLUE


def see_when_checked(monkeypatch, checked):
    """Sets the event when a check in the background is over."""
    do = Checks._do

    def seen(self, name, check):
        try:
            do(self, name, check)
        finally:
            checked.set()

    monkeypatch.setattr(Checks, "_do", seen)


class TestAnImageThatIsGone:
    @pytest.fixture(autouse=True)
    def on(self, freshness):
        freshness(purges_missing=True)

    ADDRESS = "/iiif/3/card.png/full/50,/0/default.png"

    def kept_files(self, service):
        cache = service.folder.parent / "cache"
        return [file for file in cache.rglob("*") if file.is_file()]

    def test_is_purged(self, service):
        service.get(self.ADDRESS)
        assert self.kept_files(service)
        (service.folder / "card.png").unlink()
        assert service.get(self.ADDRESS).status_code == 404
        assert [line.purge for line in Invalidation.objects.all()] == [Purge.of_image("card.png")]

    def test_is_purged_once(self, service):
        service.get(self.ADDRESS)
        (service.folder / "card.png").unlink()
        for _ in range(3):
            assert service.get(self.ADDRESS).status_code == 404
        assert Invalidation.objects.count() == 1

    def test_that_was_never_there_is_not_purged(self, service, django_assert_num_queries):
        service.get("/iiif/3/none/info.json")
        with django_assert_num_queries(0):
            assert service.get("/iiif/3/none/info.json").status_code == 404

    def test_is_kept_where_staff_want_that(self, service, freshness):
        freshness(purges_missing=False)
        service.get(self.ADDRESS)
        (service.folder / "card.png").unlink()
        assert service.get(self.ADDRESS).status_code == 404
        assert not Invalidation.objects.exists()

    def test_is_kept_while_its_folder_cannot_be_read(self, service):
        service.get(self.ADDRESS)
        service.folder.rename(service.folder.with_name("away"))
        keeper.forget()
        assert service.get(self.ADDRESS).status_code == 503
        assert not Invalidation.objects.exists()
