"""A redaction holds when its form has been saved: in every worker, in every cache, for every answer from then on."""

from __future__ import annotations

import io
import os
import re
import threading
import time

import pytest
from django.contrib.auth.models import Group
from PIL import Image

from caching.invalidations import Purged
from images import pipeline, protection
from images.protection import late_workers, sentences, wait_for_workers
from images.runtime import keeper
from overlays.models import Overlay
from tests.browsing import Visitor
from tests.live import live_server, share_samples

FORM = {
    "name": "Face",
    "enabled": "on",
    "position": "10",
    "option_shapes": "pct:25,25,50,50",
    "option_page": "",
    "option_look": "filled",
    "option_colour": "rgb(255, 0, 0)",
    "identifier": "deep-zoom.tif",
    "identifier_pattern": "",
    "source": "",
    "audience": "everybody",
    "first_day": "",
    "last_day": "",
}
ADDRESS = "/iiif/3/deep-zoom.tif/full/{},/0/default.jpg"
CLIENTS = 6


def token_in(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]


def is_hidden(body):
    with Image.open(io.BytesIO(body)) as image:
        middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    return middle[0] > 200 and max(middle[1:]) < 60


class Client(threading.Thread):
    """Asks for one picture after the other; notes when each was asked for, and whether the secret showed."""

    def __init__(self, server, number, is_over):
        super().__init__()
        self.visitor, self.number, self.is_over = Visitor(server.url), number, is_over
        self.seen, self.errors = [], []

    def run(self):
        turn = 0
        while not self.is_over.is_set():
            turn += 1
            # Every other picture has been asked for before, and waits in a cache.
            width = 100 + (self.number * 7 + turn) % 40 if turn % 2 else 100 + turn % 5
            asked_at = time.monotonic()
            reply = self.visitor.get(ADDRESS.format(width))
            if reply.status == 200:
                self.seen.append((asked_at, is_hidden(reply.body)))
            else:
                self.errors.append(reply.status)


@pytest.mark.slow
def test_from_save_on_no_worker_and_no_cache_shows_what_is_hidden(tmp_path, drawn_samples):
    home = tmp_path / "home"
    share_samples(drawn_samples, home)
    is_over = threading.Event()
    with live_server(home) as server:
        staff = Visitor(server.url)
        staff.sign_in(server.password)
        add = "/admin/iiif_overlays/overlay/add/"
        added = staff.post(add, {"csrfmiddlewaretoken": token_in(staff.get(add)), "name": "Face", "kind": "redaction"})
        form = added.headers["Location"]
        etag = Visitor(server.url).get(ADDRESS.format(100)).headers["ETag"]
        clients = [Client(server, number, is_over) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            while not all(client.seen for client in clients):
                time.sleep(0.05)
            saved = staff.post(form, {**FORM, "csrfmiddlewaretoken": token_in(staff.get(form))})
            saved_at = time.monotonic()
            while not all(client.seen[-1][0] > saved_at + 2 for client in clients):
                time.sleep(0.05)
        finally:
            is_over.set()
            for client in clients:
                client.join()
        again = Visitor(server.url).get(ADDRESS.format(100), **{"If-None-Match": etag})
        after = staff.get(form)
    assert saved.status == 302, saved.text
    assert "not in use everywhere" not in after.text
    answers = [answer for client in clients for answer in client.seen]
    assert not all(hidden for _, hidden in answers)
    assert [hidden for asked_at, hidden in answers if asked_at > saved_at].count(False) == 0
    assert again.status == 200
    assert is_hidden(again.body)
    assert [client.errors for client in clients] == [[]] * CLIENTS


@pytest.fixture
def workers(monkeypatch):
    """Workers by process id: the revision that each uses, and how long ago it looked."""

    def tell(**known):
        revisions = {int(pid[1:]): float(revision) for pid, (revision, _) in known.items()}
        looks = {int(pid[1:]): time.time() - ago for pid, (_, ago) in known.items()}
        numbers = {"iiifserver_worker_revision": revisions, "iiifserver_worker_looked_seconds": looks}
        monkeypatch.setattr(protection, "by_process", lambda metrics, name: numbers[name])

    return tell


def test_a_worker_at_work_with_an_older_revision_is_late(workers):
    workers(p1=(7, 0.1), p2=(6, 0.1), p3=(8, 0.1))
    assert late_workers(7, bound=2) == [2]


def test_a_worker_that_has_had_nothing_to_do_is_not_late(workers):
    workers(p1=(6, 60))
    assert late_workers(7, bound=2) == []


def test_who_waits_is_told_who_has_not_taken_it_over(workers, monkeypatch):
    workers(p1=(6, -100))
    monkeypatch.setattr(protection, "LONGEST_WAIT_SECONDS", 0.05)
    assert wait_for_workers(7) == [1]
    (sentence,) = sentences(Overlay(name="Face"), (), [1])
    assert sentence.startswith("“Face” is not in use everywhere yet: the worker 1 has not taken it over.")


def test_a_cache_that_could_not_be_asked_is_told():
    (sentence,) = sentences(Overlay(name="Face"), ("Redis",), [])
    assert "“Redis”" in sentence


@pytest.fixture
def prompt(monkeypatch):
    """Nobody waits for anybody."""
    monkeypatch.setattr(protection, "wait_for_workers", lambda revision: [os.getpid()])


def test_the_warning_is_shown_on_the_next_page(service, prompt, admin_client, django_capture_on_commit_callbacks):
    row = Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "1,1,2,2"})
    with django_capture_on_commit_callbacks(execute=True):
        row.save()
    assert row.warnings
    assert "has not taken it over" in row.warnings[0]


def test_what_was_made_before_is_forgotten(service, prompt, django_capture_on_commit_callbacks, monkeypatch):
    purged = []
    monkeypatch.setattr(protection, "invalidate", lambda image: purged.append(image) or Purged(0, ()))
    for columns in ({"identifier": "card.png"}, {"identifier_pattern": "c.*"}, {"enabled": False}):
        with django_capture_on_commit_callbacks(execute=True):
            Overlay.objects.create(
                name=str(columns), kind="redaction", options={"shapes": "1,1,2,2"}, **columns
            )  # fmt: skip
    assert [bool(image) for image in purged] == [True, False]


def redact(**columns):
    row = Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "0,0,150,100"}, **columns)
    keeper.forget()
    return row


@pytest.fixture
def group(django_user_model):
    user = django_user_model.objects.create_user("curator", password="x")
    user.groups.add(Group.objects.create(name="Curators"))
    return user


URL = "/iiif/3/card.png/full/max/0/default.png"


def pixel(response):
    return Image.open(io.BytesIO(response.content)).convert("RGB").getpixel((20, 20))


def test_a_redaction_for_everybody_may_be_kept_by_proxies(service):
    redact()
    response = service.get(URL)
    assert pixel(response) == (0, 0, 0)
    assert response["Cache-Control"].startswith("public")
    assert "Cookie" not in response.get("Vary", "")


def test_members_see_through_and_nobody_else_gets_their_answer(service, group):
    redact(audience="others", groups=["Curators"])
    stranger = service.get(URL)
    service.client.force_login(group)
    member = service.get(URL)
    assert (pixel(stranger), pixel(member)) == ((0, 0, 0), (220, 40, 30))
    for response in (stranger, member):
        assert response["Cache-Control"] == "private, no-cache"
        assert "Cookie" in response["Vary"]
    assert stranger["ETag"] != member["ETag"]
    assert "Last-Modified" not in stranger


@pytest.mark.parametrize("broken", [{"options": {}}, {"kind": "gone", "protects": True}])
def test_a_redaction_that_cannot_be_built_closes_its_images(service, broken):
    row = redact(identifier="card.png")
    Overlay.objects.filter(pk=row.pk).update(**broken)
    keeper.forget()
    service.draw("other.png")
    response = service.get(URL)
    assert response.status_code == 503
    assert response["Cache-Control"] == "no-store"
    assert service.get(URL.replace("card", "other")).status_code == 200


def test_something_hidden_while_a_picture_is_made_is_hidden_in_it(service, monkeypatch):
    original = pipeline.render
    redacted = []

    def slow_render(planned, runtime):
        content = original(planned, runtime)
        if not redacted:
            redacted.append(redact())
        return content

    monkeypatch.setattr(pipeline, "render", slow_render)
    assert pixel(service.get(URL)) == (0, 0, 0)


def test_the_other_conditions_of_marks_do_not_open_a_redaction(service):
    redact(min_width=5000, region_kind="whole", api_version=2)
    assert pixel(service.get(URL)) == (0, 0, 0)
    assert pixel(service.get("/iiif/3/card.png/0,0,100,100/max/0/default.png")) == (0, 0, 0)


def test_many_rows_of_one_change_are_waited_for_once(monkeypatch):
    waited = []
    monkeypatch.setattr(protection, "_taken_over", 6)
    monkeypatch.setattr(protection, "wait_for_workers", lambda revision: waited.append(revision) or [])
    assert [protection.late_in(revision) for revision in (7, 7, 7, 8)] == [[], [], [], []]
    assert waited == [7, 8]


SPELLINGS = [
    "maps%2Fcard.png",
    "maps%2fcard.png",
    "m%61ps%2Fcard%2Epng",
    "maps__card.png",
    "maps%2Fcard.png;1",
    "maps%2Fcard.png%3B1",
    "maps%2Fcard.png;1:2",
    "maps%2Fcard.png;1;2:3",
    "maps%2Fcard.png;00:00:00",
    "MAPS%2FCARD.PNG",
    "maps%2F%2Fcard.png",
    "maps%2F.%2Fcard.png",
    "x%2F..%2Fmaps%2Fcard.png",
    "maps%2Fcard.png%20",
    "maps%2Fcard.png.",
    "maps%5Ccard.png",
    "maps%252Fcard.png",
    "maps%2Fcard.png%00",
    "maps/card.png",
]
QUERIES = ["", "?page=1", "?time=00:00:00", "?cache=false", "?cache=recache", "?response-content-disposition=inline"]


@pytest.mark.parametrize("columns", [{"identifier": "maps/card.png"}, {"identifier_pattern": "maps/.*"}], ids=str)
def test_no_spelling_of_an_address_shows_what_is_hidden(service, http, endpoints, columns):
    service.draw("maps/card.png")
    http(slash_substitute="__")
    endpoints(version_1_enabled=True, reads_page_arguments=True, version_3_lenient=True)
    redact(**columns)
    addresses = [
        f"/iiif/{version}/{spelling}/full/max/0/{'native' if version == 1 else 'default'}.png{query}"
        for version in (1, 2, 3)
        for spelling in SPELLINGS
        for query in (QUERIES if spelling == SPELLINGS[0] else [""])
    ]
    replies = {address.replace("/max/", "/full/") if address[6] == "1" else address: None for address in addresses}
    replies = {address: service.get(address) for address in replies}
    answered = {address: pixel(reply) for address, reply in replies.items() if reply.status_code == 200}
    assert len(answered) > 20
    assert set(answered.values()) == {(0, 0, 0)}, answered


@pytest.mark.parametrize("header", ["X-Forwarded-ID", "X-IIIF-ID"])
def test_no_header_of_a_stranger_names_another_image(service, header):
    service.draw("other.png")
    redact(identifier="card.png")
    assert pixel(service.get(URL, **{header: "other.png"})) == (0, 0, 0)
