"""The page that tries a source with one identifier."""

from __future__ import annotations

import base64
import io

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from iiifserver.delegates import Delegate
from iiifserver.delegates.consultation import SiteDelegate
from images import runtime as runtime_module
from images.admin.source_words import without_query
from images.runtime import keeper
from overlays.models import Overlay
from processors.models import FormatAssignment, Processor
from sources.models import AnswersFor, LookupKind, Source, WhenMissing
from tests.images.conftest import draw_card, png_of
from tests.sources.web_server import File, Handler, web_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(service):
    return Source.objects.get(name="FilesystemSource")


@pytest.fixture
def steps(admin_client, row):
    """What the page says of each step, by its title, when the row is tried as it is now."""

    def tried(identifier, changed=None, **changes):
        tested = changed or row
        for name, value in changes.items():
            setattr(tested, name, value)
        tested.save()
        keeper.forget()
        answer = admin_client.get(
            reverse("admin:iiif_sources_source_test", args=[tested.pk]), {"identifier": identifier}
        )
        assert answer.status_code == 200
        tried.page = answer.content.decode()
        tried.result = answer.context["result"]
        return {step.title: step for step in tried.result.steps}

    return tried


def words(step):
    return " ".join(step.told.sentences)


def outcomes(steps):
    return {title: step.told.outcome.value for title, step in steps.items()}


def last(steps):
    return list(steps.values())[-1]


def test_an_image_that_works_goes_through_every_step(steps):
    done = steps("card.png")
    assert list(done) == [
        *("Set up", "Access", "Asked before", "Lookup", "Find"),
        *("First bytes", "Kind of file", "Processor", "Facts", "First picture"),
    ]
    assert set(outcomes(done).values()) == {"right"}
    assert words(done["Lookup"]) == "It is looked for as “card.png”."
    assert words(done["Kind of file"]) == "Its bytes are PNG."
    assert "PNG, 300 by 200 pixels." in words(done["Facts"])
    assert all(step.milliseconds >= 0 and step.traffic is None for step in done.values())
    assert "It works" in steps.page


def test_the_picture_is_the_whole_image_small(steps):
    steps("card.png")
    kind, _, content = steps.result.picture.partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    assert kind == "data:image/jpeg;base64"
    assert image.size == (240, 160)


def test_before_anything_is_typed_there_is_only_the_form(admin_client, row):
    answer = admin_client.get(reverse("admin:iiif_sources_source_test", args=[row.pk]))
    assert answer.context["result"] is None
    assert "no-store" in answer["Cache-Control"]


def test_a_source_that_is_switched_off_is_tried_all_the_same(steps, service):
    done = steps("card.png", enabled=False)
    assert steps.result.is_right
    assert "visitors get nothing from it yet" in words(done["Set up"])
    assert service.get("/iiif/3/card.png/info.json").status_code == 404


def test_a_missing_image_names_those_that_are_called_alike(steps, service):
    service.draw("maps/Card.PNG", format="PNG")
    failed = last(steps("maps/card.png"))
    assert failed.title == "Find"
    assert words(failed) == "The source has nothing of this name. There is “Card.PNG”."
    assert "capital letters" in failed.told.cure


def test_an_identifier_as_it_stands_in_an_address_is_understood(steps):
    assert "“maps/card.png”" in last(steps("maps%2Fcard.png")).told.cure


def test_an_identifier_that_is_not_the_rows_own(steps):
    failed = last(steps("card.png", answers_for=AnswersFor.PREFIX, identifier_prefix="maps/"))
    assert failed.title == "Lookup"
    assert "begin with “maps/”" in words(failed)


def test_the_lookup_says_what_the_image_is_called(steps):
    done = steps("maps/card", answers_for=AnswersFor.PREFIX, identifier_prefix="maps/", lookup_suffix=".png")
    assert "“card.png”" in words(done["Lookup"])
    assert steps.result.is_right


def test_a_template_is_filled_in(steps, service):
    service.draw("ca/card.png")
    done = steps("card.png", lookup=LookupKind.TEMPLATE, lookup_template="ca/{identifier}")
    assert "“ca/card.png”" in words(done["Lookup"])
    assert steps.result.is_right


def test_an_earlier_source_that_has_the_image_is_named(steps, row, tmp_path):
    later = Source.objects.create(name="Later", kind="filesystem", position=50, options=row.options)
    done = steps("card.png", later)
    assert outcomes(done)["Asked before"] == "note"
    assert "“FilesystemSource” has an image with this identifier" in words(done["Asked before"])
    assert steps.result.is_right


def test_an_earlier_source_that_stops_the_search_is_named(steps, row, service):
    samples = {"path_prefix": str(service.folder.parent / "samples")}
    Source.objects.create(name="Earlier", kind="filesystem", position=1, options=samples, when_missing=WhenMissing.STOP)
    done = steps("card.png")
    assert words(done["Asked before"]) == "“Earlier” does not have it, and lets no other source be asked."
    assert outcomes(done)["Asked before"] == "note"


def test_a_folder_that_is_gone_fails_with_its_cure(steps, row):
    failed = last(steps("card.png", options={"path_prefix": f"{row.options['path_prefix']}-gone"}))
    assert failed.title == "Set up"
    assert "The folder of this source is not there" in words(failed)
    assert failed.told.cure


def test_options_that_make_no_source(steps):
    failed = last(steps("card.png", options={}))
    assert (failed.title, failed.told.outcome.value) == ("Set up", "wrong")


def test_a_name_that_lies_is_noted(steps, service):
    service.draw("liar.tif", format="PNG")
    done = steps("liar.tif")
    assert outcomes(done)["Kind of file"] == "note"
    assert "ends in .tif, but its bytes are PNG" in words(done["Kind of file"])
    assert steps.result.is_right


def test_a_kind_of_file_that_is_not_read_from_here(steps):
    failed = last(steps("card.png", formats=["jpeg"]))
    assert failed.title == "Kind of file"
    assert "Its bytes are PNG, which is not read from this source." in words(failed)
    assert "Reads" in failed.told.cure


@pytest.mark.parametrize(
    ("content", "title"),
    [(b"", "First bytes"), (b"words " * 100, "Kind of file"), (png_of(draw_card())[:500], "First picture")],
)
def test_a_damaged_file_fails_where_it_is_found_out(steps, service, content, title):
    (service.folder / "damaged.png").write_bytes(content)
    failed = last(steps("damaged.png"))
    assert (failed.title, failed.told.outcome.value) == (title, "wrong")
    assert failed.told.cure


def test_who_could_have_read_it_is_told(steps):
    FormatAssignment.objects.create(format_name="png", processor=Processor.objects.get(kind="pillow"), falls_back=False)
    done = steps("card.png")
    assert "is assigned to another" in words(done["Processor"]) or Processor.objects.filter(kind="vips").count() == 0
    assert "the first in order that reads this kind" in words(done["Processor"])


def test_levels_tiles_and_pages_are_told(steps, service):
    page = draw_card()
    page.save(service.folder / "two.tif", save_all=True, append_images=[page])
    assert "2 pages." in words(steps("two.tif;2")["Facts"])


def test_a_page_that_there_is_not(steps):
    failed = last(steps("card.png;9"))
    assert failed.title == "Processor"
    assert "There is no page 9" in words(failed)


def test_what_is_hidden_is_hidden_in_the_picture(steps):
    Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "0,0,150,100"})
    done = steps("card.png")
    assert "Overlays or redactions are on it." in words(done["First picture"])


def test_only_listed_sizes_do_not_get_in_the_way(steps, endpoints):
    endpoints(restricts_to_sizes=True, version_3_enabled=False)
    steps("card.png")
    assert steps.result.is_right


def test_nothing_is_kept_of_a_test(steps, service):
    steps("card.png")
    (service.folder / "card.png").unlink()
    assert last(steps("card.png")).title == "Find"


def test_who_may_only_look_may_test(client, django_user_model, row):
    user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    client.force_login(user)
    answer = client.get(reverse("admin:iiif_sources_source_test", args=[row.pk]), {"identifier": "card.png"})
    assert answer.context["result"].is_right


@pytest.fixture
def web(service):
    fence = {**settings.IIIFSERVER, "PRIVATE_NETWORKS": ["127.0.0.0/8"]}
    with override_settings(IIIFSERVER=fence), web_server() as server:
        keeper.forget()
        yield server


@pytest.fixture
def web_row(web):
    return Source.objects.create(
        name="Web",
        kind="http",
        position=5,
        options={"base_url": f"{web.address}/", "password": "geheim"},
        enabled=False,
    )


def test_requests_and_bytes_are_counted(steps, web, web_row):
    content = png_of(draw_card())
    web.files["/card.png"] = File(content)
    web_row.options.pop("password")
    done = steps("card.png", web_row)
    assert steps.result.is_right
    found = done["Find"].traffic
    assert (found.requests, found.received_bytes) == (1, len(content))
    assert sum(step.traffic.requests for step in done.values()) == len(web.requests)
    assert "The server gives pieces." in words(done["Find"])


def answering_to(command: str, status: int):
    """A fault: this status for every request of that kind."""

    def answer(handler: Handler) -> bool:
        is_meant = handler.command == command or (command == "Range" and "range" in handler.request_seen.headers)
        if is_meant:
            handler.answer(status, {"Content-Length": "0"})
        return is_meant

    return answer


@pytest.mark.parametrize(
    ("mode", "server", "reasons"),
    [
        ("auto", {}, ["The server gives pieces."]),
        ("auto", {"knows_ranges": False}, ["ignores that only a piece", "fetched as a whole"]),
        ("auto", {"knows_ranges": False, "tells_length": False}, ["ignores that only a piece", "fetched as a whole"]),
        ("auto", {"fault": answering_to("Range", 400)}, ["refuses to give pieces", "fetched as a whole"]),
        ("auto", {"fault": answering_to("HEAD", 403)}, ["The server gives pieces."]),
        ("ranged", {}, ["The server gives pieces."]),
        ("head", {}, ["HEAD told size and ranges."]),
        ("head", {"knows_head": False}, ["The server forbids HEAD.", "The server gives pieces."]),
        ("head", {"fault": answering_to("HEAD", 403)}, ["The server forbids HEAD.", "The server gives pieces."]),
        ("head", {"knows_head": False, "knows_ranges": False}, ["The server forbids HEAD.", "fetched as a whole"]),
        ("head", {"tells_length": False}, ["HEAD told no size", "fetched as a whole"]),
        ("whole", {}, ["The row asks for whole images.", "fetched as a whole"]),
    ],
)
def test_how_a_server_is_asked_is_found_out_and_explained(steps, web, web_row, mode, server, reasons):
    """An address that carries a signature is one that knows GET alone."""
    vars(web).update(server)
    web.put("/card.png", png_of(draw_card()))
    web_row.options = {"base_url": f"{web.address}/?X-Amz-Signature=0", "mode": mode}
    done = steps("card.png", web_row)
    assert steps.result.is_right
    assert [reason for reason in reasons if reason not in words(done["Find"])] == []


def test_a_signature_that_has_expired_fails_with_its_cure(steps, web, web_row):
    web.fault = answering_to("GET", 403)
    web_row.options = {"base_url": f"{web.address}/?X-Amz-Signature=geheim"}
    failed = last(steps("card.png", web_row))
    assert "does not give this image out" in words(failed)
    assert "with which this source signs in" in failed.told.cure
    assert "geheim" not in steps.page


def test_a_server_that_nobody_answers_for_says_what_the_machine_says(steps, web_row):
    web_row.options = {"base_url": "http://127.0.0.1:9/"}
    failed = last(steps("card.png", web_row))
    assert failed.title == "Find"
    assert "Connection refused" in words(failed)
    assert "can be reached from this machine" in failed.told.cure


def test_a_failure_shows_no_secret(steps, web, web_row):
    web_row.options["username"] = "somebody"
    failed = last(steps("card.png", web_row))
    assert failed.told.outcome.value == "wrong"
    assert "geheim" not in steps.page


@pytest.fixture
def delegate(monkeypatch):
    """Puts a delegate of the site in charge, with these answers by method."""

    def put(**answers):
        site = SiteDelegate("tests.site.Delegate", 30.0)
        methods = {name: lambda self, answer=answer: answer for name, answer in answers.items()}
        monkeypatch.setattr(site.loader, "newest", lambda: type("Site", (Delegate,), methods))
        monkeypatch.setattr(runtime_module, "site_delegate", lambda: site)
        keeper.forget()

    return put


def test_the_delegate_says_what_the_image_is_called(steps, delegate):
    delegate(filesystemsource_pathname="card.png")
    done = steps("anything", lookup=LookupKind.DELEGATE)
    assert words(done["Lookup"]) == "The site's delegate calls it “card.png”."
    assert steps.result.is_right


def test_an_address_from_the_delegate_is_shown_without_its_signature():
    address = "https://name:secret@images.example.org/a.tif?signature=secret"
    assert without_query(address) == "https://images.example.org/a.tif"


def test_who_may_not_see_the_image_is_shown_nothing_of_it(steps, delegate):
    delegate(pre_authorize=False)
    failed = last(steps("card.png"))
    assert (failed.title, words(failed)) == ("Access", "You may not see this image.")
    assert steps.result.picture == ""


def test_who_may_see_no_picture_of_it_gets_none(steps, delegate):
    delegate(authorize=False)
    failed = last(steps("card.png"))
    assert (failed.title, steps.result.picture) == ("First picture", "")


def test_a_delegate_that_sends_visitors_to_another_source_is_noted(steps, delegate):
    delegate(source="Samples")
    done = steps("card.png")
    assert "to the source “Samples”" in words(done["Asked before"])
    assert outcomes(done)["Asked before"] == "note"


def test_a_delegate_without_an_answer_has_no_place(steps, delegate):
    delegate(filesystemsource_pathname=None)
    failed = last(steps("anything", lookup=LookupKind.DELEGATE))
    assert (failed.title, failed.told.outcome.value) == ("Lookup", "wrong")
