"""Rows become one frozen runtime, and a changed row is used without a restart."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import partial
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection, connections

from images import runtime as runtime_module
from images.models import EndpointSettings
from images.runtime import RuntimeKeeper, build_runtime, keeper
from processors.models import Processor
from sources.models import Source

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock(service, fence, monkeypatch):
    """The clock by which the service looks for news, every two seconds."""
    fence(CONFIGURATION_POLL_SECONDS=2)
    clock = Clock()
    monkeypatch.setattr(keeper, "_clock", clock)
    return clock


def change(**values):
    row = EndpointSettings.current()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def tile_of(runtime):
    return runtime.endpoints.rules.default_tile.width


def refuse(*args, **kwargs):
    raise OperationalError("the database is gone")


# --- No queries ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [IMAGE, "/iiif/3/card.png/info.json", "/iiif/2/card.png", "/iiif/3/nothing/info.json"])
def test_an_image_request_makes_no_query(service, django_assert_num_queries, path):
    service.get(IMAGE)
    with django_assert_num_queries(0):
        service.get(path)


def test_somebody_who_is_signed_in_makes_no_query(service, django_assert_num_queries, admin_user):
    service.client.force_login(admin_user)
    service.get(IMAGE)
    with django_assert_num_queries(0):
        assert service.get(IMAGE).status_code == 200


def test_a_made_up_session_makes_no_query(service, django_assert_num_queries, settings):
    service.client.cookies[settings.SESSION_COOKIE_NAME] = "made-up"
    service.get(IMAGE)
    with django_assert_num_queries(0):
        assert service.get(IMAGE).status_code == 200


def test_the_look_for_news_is_three_small_queries(service, clock, django_assert_max_num_queries):
    """One for the configuration, one for what caches are to forget, one for the files that failed."""
    service.get(IMAGE)
    clock.seconds += 3
    with django_assert_max_num_queries(3):
        service.get(IMAGE)


# --- News ---------------------------------------------------------------------------------------------------------


def test_a_saved_row_is_used_after_the_interval(service, clock):
    assert service.info("card.png")["tiles"][0]["width"] == 512
    change(tile_size=256)
    clock.seconds += 1
    assert service.info("card.png")["tiles"][0]["width"] == 512
    clock.seconds += 2
    assert service.info("card.png")["tiles"][0]["width"] == 256


def test_a_new_source_is_used_after_the_interval(service, clock, tmp_path):
    assert service.get("/iiif/3/late.png/info.json").status_code == 404
    service.draw(str(tmp_path / "elsewhere" / "late.png"))
    options = {"path_prefix": str(tmp_path / "elsewhere")}
    Source.objects.create(name="Elsewhere", kind="filesystem", position=20, options=options)
    clock.seconds += 3
    assert service.get("/iiif/3/late.png/info.json").status_code == 200


def test_a_deleted_source_is_gone_after_the_interval(service, clock):
    assert service.get(IMAGE).status_code == 200
    Source.objects.get(name="FilesystemSource").delete()
    clock.seconds += 3
    assert service.get(IMAGE).status_code == 404


def test_a_source_that_is_switched_off_is_not_asked(service):
    source = Source.objects.get(name="FilesystemSource")
    source.enabled = False
    source.save()
    keeper.forget()
    assert service.get(IMAGE).status_code == 404


def test_sources_are_asked_in_their_order(service):
    service.draw("both.png")
    service.draw("../samples/both.png", service.image("0,0,10,10/max/0/default.png"))
    assert service.info("both.png")["width"] == 300
    samples = Source.objects.get(name="Samples")
    samples.position = 1
    samples.save()
    keeper.forget()
    assert service.info("both.png")["width"] == 10


def test_a_change_gives_images_another_date(service, clock):
    """Who asks by date alone learns that the settings have changed."""
    runtime = build_runtime()
    change(tile_size=256)
    assert build_runtime().changed_at >= runtime.changed_at
    assert build_runtime().revision > runtime.revision


# --- A database that fails ----------------------------------------------------------------------------------------


def test_the_last_runtime_is_kept_while_the_database_fails(service, clock, monkeypatch, caplog):
    assert service.get(IMAGE).status_code == 200
    monkeypatch.setattr(runtime_module, "newest_revision", refuse)
    clock.seconds += 3
    assert service.get(IMAGE).status_code == 200
    assert "could not be read" in caplog.text


def test_a_failing_database_is_not_asked_at_every_request(service, clock, monkeypatch):
    service.get(IMAGE)
    asked = []
    monkeypatch.setattr(runtime_module, "newest_revision", lambda: asked.append(1) or refuse())
    clock.seconds += 3
    for _ in range(3):
        service.get(IMAGE)
    assert len(asked) == 1


def test_news_is_used_when_the_database_is_back(service, clock, monkeypatch):
    service.get(IMAGE)
    with monkeypatch.context() as patch:
        patch.setattr(runtime_module, "newest_revision", refuse)
        clock.seconds += 3
        service.get(IMAGE)
    change(tile_size=256)
    clock.seconds += 3
    assert service.info("card.png")["tiles"][0]["width"] == 256


def test_without_any_runtime_the_service_is_not_available_at_present(service, monkeypatch):
    monkeypatch.setattr(runtime_module, "newest_revision", refuse)
    response = service.get(IMAGE)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


class Fault(Exception):
    """Nobody has foreseen it."""


def break_down(*args, **kwargs):
    raise Fault("with all that belongs to it")


def test_the_last_runtime_is_kept_while_a_fault_of_ours_keeps_another_from_being_made(
    service, clock, monkeypatch, caplog
):
    assert service.get(IMAGE).status_code == 200
    change(tile_size=256)
    monkeypatch.setattr(runtime_module, "active_sources", break_down)
    clock.seconds += 3
    assert service.info("card.png")["tiles"][0]["width"] == 512
    assert "Fault: with all that belongs to it" in caplog.text


@pytest.mark.parametrize("name", ["active_sources", "apply_new"])
def test_without_any_runtime_a_fault_of_ours_is_told_as_a_passing_one(service, monkeypatch, name):
    monkeypatch.setattr(runtime_module, name, break_down)
    response = service.get(IMAGE)
    assert response.status_code == 503
    assert "Retry-After" in response


def test_a_runtime_of_which_not_everything_has_heard_is_not_used(service, clock, monkeypatch):
    service.get(IMAGE)
    change(tile_size=256)
    with monkeypatch.context() as patch:
        patch.setattr(runtime_module, "apply_new", break_down)
        clock.seconds += 3
        assert service.info("card.png")["tiles"][0]["width"] == 512
    clock.seconds += 3
    assert service.info("card.png")["tiles"][0]["width"] == 256


# --- Transactions of the site ---------------------------------------------------------------------------------------


def test_the_connection_of_a_transaction_that_goes_on_stays_open(service, monkeypatch):
    """As in a test of the site's own, or where its page asks for an image inside its transaction."""
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(1))
    assert connection.in_atomic_block
    assert service.get(IMAGE).status_code == 200
    assert closed == []


@pytest.mark.parametrize("is_in_transaction", [False, True])
def test_connections_are_looked_after_outside_of_transactions(monkeypatch, is_in_transaction):
    lost = Mock(in_atomic_block=is_in_transaction)
    monkeypatch.setattr(runtime_module, "connections", Mock(all=lambda initialized_only: [lost]))
    runtime_module.give_up_lost_connections()
    assert lost.close_if_unusable_or_obsolete.called is not is_in_transaction


@pytest.mark.parametrize("path", [IMAGE, "/iiif/3/card.png/info.json", "/iiif/presentation/3/card.png/manifest"])
def test_a_site_with_a_transaction_for_each_request_has_none_for_images(
    service, django_assert_num_queries, monkeypatch, path
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    service.get(path)
    with django_assert_num_queries(0):
        assert service.get(path).status_code == 200


# --- Times without a zone -------------------------------------------------------------------------------------------


def test_a_site_whose_times_have_no_zone_has_a_configuration_with_the_right_time(service, settings):
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    before = datetime.now(UTC).replace(microsecond=0)
    change(tile_size=256)
    assert before <= build_runtime().changed_at <= datetime.now(UTC)


# --- Rows that are no good ----------------------------------------------------------------------------------------

BROKEN = [
    pytest.param({"kind": "filesystem", "options": {"nonsense": 1}}, id="unknown-option"),
    pytest.param({"kind": "filesystem", "options": {}}, id="missing-option"),
    pytest.param({"kind": "filesystem", "options": {"path_prefix": 7}}, id="wrong-type"),
    pytest.param({"kind": "uninstalled", "options": {}}, id="kind-that-is-gone"),
    pytest.param({"kind": "filesystem", "options": {"path_prefix": "/etc"}}, id="outside-the-fence"),
]


@pytest.mark.parametrize("row", BROKEN)
def test_a_broken_source_does_not_stop_the_others(service, row):
    Source.objects.create(name="Broken", position=1, **row)
    keeper.forget()
    assert service.get(IMAGE).status_code == 200


@pytest.mark.parametrize("row", BROKEN)
def test_what_nobody_else_has_may_be_in_the_broken_source(service, row):
    Source.objects.create(name="Broken", position=1, **row)
    keeper.forget()
    response = service.get("/iiif/3/nothing/info.json")
    assert response.status_code == 503
    assert "Retry-After" in response
    assert b"Broken" not in response.content


@pytest.mark.parametrize("row", [{"kind": "pillow", "options": {"nonsense": 1}}, {"kind": "uninstalled"}])
def test_a_broken_processor_does_not_stop_the_others(service, row):
    Processor.objects.create(name="Broken", position=1, **row)
    keeper.forget()
    assert service.get(IMAGE).status_code == 200


def test_without_a_processor_nothing_is_read(service):
    Processor.objects.all().delete()
    keeper.forget()
    assert service.get(IMAGE).status_code == 501


# --- One snapshot -------------------------------------------------------------------------------------------------


def test_a_change_while_rows_are_read_has_them_read_again(service, monkeypatch):
    """The sources are read first; had the endpoints been read after the change, two configurations would mix."""
    read = runtime_module.active_sources
    changes = iter([lambda: change(tile_size=256)])

    def read_while_somebody_saves(rows):
        active = read(rows)
        next(changes, lambda: None)()
        return active

    before = build_runtime().revision
    monkeypatch.setattr(runtime_module, "active_sources", read_while_somebody_saves)
    runtime = build_runtime()
    assert runtime.revision > before
    assert runtime.revision == build_runtime().revision
    assert tile_of(runtime) == 256


@pytest.mark.parametrize("path", [IMAGE, "/iiif/3/card.png/info.json", "/iiif/3/card.png"])
def test_a_request_uses_one_runtime(service, monkeypatch, path):
    taken = []
    monkeypatch.setattr("images.call.current_runtime", lambda: taken.append(1) or keeper.current())
    assert service.get(path).status_code in {200, 303}
    assert len(taken) == 1


def test_a_runtime_cannot_be_changed(service):
    with pytest.raises(AttributeError):
        keeper.current().revision = 7


def test_who_comes_while_another_looks_is_not_kept_waiting(service, fence, monkeypatch):
    """Only one thread asks the database; the others go on with what they have."""
    fence(CONFIGURATION_POLL_SECONDS=2)
    clock, looking, looked = Clock(), threading.Event(), threading.Event()
    keeper = RuntimeKeeper(clock)
    first = keeper.current()
    clock.seconds += 3

    def look():
        looking.set()
        assert looked.wait(10)
        return first.revision, first.changed_at

    monkeypatch.setattr(runtime_module, "newest_revision", look)
    other = threading.Thread(target=lambda: (keeper.current(), connections.close_all()))
    other.start()
    try:
        assert looking.wait(10)
        assert keeper.current() is first
    finally:
        looked.set()
        other.join(10)


# --- What is known of images ---------------------------------------------------------------------------------------


def known_after(change):
    """Whether what is known of images still holds after a change of settings."""
    before = build_runtime()
    change()
    after = build_runtime()
    assert after.revision > before.revision
    return after.info_settings == before.info_settings


def rename_a_source():
    row = Source.objects.first()
    row.name = "Another name"
    row.save()


def reorder_processors():
    row = Processor.objects.get(kind="pillow")
    row.position = 1
    row.save()


def switch_a_processor_off():
    row = Processor.objects.get(kind="pdf")
    row.enabled = False
    row.save()


@pytest.mark.parametrize("change_made", [partial(change, max_pixels=1_000_000), rename_a_source])
def test_a_setting_on_which_no_facts_depend_leaves_what_is_known(service, change_made):
    assert known_after(change_made)


@pytest.mark.parametrize(
    "change_made",
    [reorder_processors, switch_a_processor_off, partial(change, rights_fields="xmp:xmpRights:WebStatement")],
)
def test_a_setting_on_which_facts_depend_has_images_looked_at_anew(service, change_made):
    assert not known_after(change_made)


def test_the_kinds_that_a_source_gives_out_hold_at_once(service):
    assert service.get("/iiif/3/card.png/info.json").status_code == 200
    row = Source.objects.get(name="FilesystemSource")
    row.formats = ["TIFF"]
    row.save()
    keeper.forget()
    assert service.get("/iiif/3/card.png/info.json").status_code == 501
