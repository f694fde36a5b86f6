"""Identifiers: what is sent, what is looked up, what is answered."""

from __future__ import annotations

import os

import pytest

SECRET = "the-secret-of-the-house"


def cases(table):
    return [pytest.param(*values, id=f"{name}-{values[0]}"[:60]) for name, *values in table]


# Requirement, what is sent, the file that it names.
GOOD = [
    ("I3-007", "ark:%2F12025%2F654xz321", "ark:/12025/654xz321"),
    ("I3-007", "urn:foo:a123,456", "urn:foo:a123,456"),
    ("I3-007", "example.com%2F%3F54%23a", "example.com/?54#a"),
    ("I3-007", "%5Bx%5D@%40", "[x]@@"),
    ("I3-008", "a%2Fb", "a/b"),
    ("I3-008", "a%252Fb", "a%2Fb"),
    ("I3-010", "%63ard%2E%70ng", "card.png"),
    ("I3-011", "a+b", "a+b"),
    ("I3-011", "a%2Bb", "a+b"),
    ("I3-011", "a%20b", "a b"),
    ("I3-012", "caf%C3%A9", "café"),
    ("I3-012", "%E5%9C%B0%E5%9B%B3", "地図"),
    ("I3-017", "full", "full"),
    ("I3-017", "info.json", "info.json"),
    ("I3-017", "max", "max"),
    ("I3-017", "0", "0"),
    ("I3-017", "default.jpg", "default.jpg"),
    ("I3-017", "pct:1", "pct:1"),
    ("I3-017", "square%2Fmax%2F0%2Fdefault.jpg", "square/max/0/default.jpg"),
    ("back-slash", "a%5Cb", "a\\b"),
    ("quotes", "it%27s%20%22x%22", 'it\'s "x"'),
]


@pytest.mark.parametrize(("sent", "name"), cases(GOOD))
def test_an_identifier_is_decoded_exactly_once(service, sent, name):
    service.draw(name, format="PNG")
    assert service.info(sent)["width"] == 300
    assert service.image("full/30,/0/default.png", sent).size == (30, 20)


@pytest.mark.parametrize(("sent", "name"), cases(GOOD))
@pytest.mark.parametrize(("version", "key"), [(2, "@id"), (3, "id")])
def test_the_published_id_is_the_address_that_was_asked(service, sent, name, version, key):
    """I3-003, I3-018, I2-014."""
    service.draw(name, format="PNG")
    published = service.info(sent, version)[key]
    assert published == f"http://testserver/iiif/{version}/{sent}"
    assert service.get(f"{published.removeprefix('http://testserver')}/info.json").status_code == 200


def test_an_encoded_and_a_doubly_encoded_slash_are_two_images(service):
    """I3-008."""
    service.draw("a/b", format="PNG")
    assert service.get("/iiif/3/a%2Fb/info.json").status_code == 200
    assert service.get("/iiif/3/a%252Fb/info.json").status_code == 404


def test_a_plus_is_no_blank(service):
    """I3-011."""
    service.draw("a+b", format="PNG")
    assert service.get("/iiif/3/a%20b/info.json").status_code == 404


def test_spellings_of_one_identifier_are_one_picture(service):
    """I3-010."""
    service.draw("a-b")
    plain, escaped = (service.get(f"/iiif/3/{name}/full/max/0/default.jpg") for name in ("a-b", "a%2Db"))
    assert plain["ETag"] == escaped["ETag"]


@pytest.mark.parametrize("what", ["full/max/0/default.jpg", "info.json"])
def test_an_unencoded_slash_is_not_found(service, what):
    """I3-015."""
    service.draw("a/b", format="PNG")
    assert service.get(f"/iiif/3/a/b/{what}").status_code == 404


@pytest.mark.parametrize("sent", ["[frob]", "a[1]", "{x}", "a|b", "<x>", '"x"', "a^b", "`x`", "a\\b"])
def test_characters_that_should_have_been_encoded(service, sent):
    """I3-016."""
    assert service.get(f"/iiif/3/{sent}/full/max/0/default.jpg").status_code in {400, 404}


def test_a_raw_bracket_is_published_encoded(service):
    """I3-016, I3-018."""
    service.draw("[frob]", format="PNG")
    assert service.info("[frob]")["id"].endswith("/%5Bfrob%5D")


@pytest.mark.parametrize(
    "sent", ["%", "%g1", "100%", "%C3%28", "%FF", "%00", "a%00b", "%0A", "%7F", "%ED%A0%80", "caf\xe9"]
)
@pytest.mark.parametrize("what", ["info.json", "full/max/0/default.jpg", ""])
def test_broken_escapes_and_control_characters(service, sent, what):
    """I3-013."""
    response = service.get(f"/iiif/3/{sent}/{what}".rstrip("/"))
    assert response.status_code in {400, 404}
    assert b"Traceback" not in response.content


CLIMBING = [
    "..%2Fsecret.png",
    "..%2F..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "%2E%2E%2Fsecret.png",
    "%2Fetc%2Fpasswd",
    "%2F%2Fetc%2Fpasswd",
    "card.png%2F..%2F..%2Fsecret.png",
    ".%2F..%2Fsecret.png",
    "folder%2F..%2F..%2Fsecret.png",
    "..%5Csecret.png",
    "C:%5CWindows%5Cwin.ini",
    "%5C%5Cserver%5Cshare",
    "file:%2F%2F%2Fetc%2Fpasswd",
    "http:%2F%2F127.0.0.1%2F",
    "..",
    "%2E%2E",
    ".",
    "~root",
    "link.png",
    "linked%2Fsecret.png",
    "x" * 300,
    "%2F".join(["x"] * 1500),
]


@pytest.fixture
def secret(service):
    """An image outside the folder, with links to it inside."""
    path = service.draw(f"../{SECRET}/secret.png")
    (service.folder.parent / "secret.png").hardlink_to(path)
    (service.folder / "link.png").symlink_to(path)
    (service.folder / "linked").symlink_to(path.parent)
    (service.folder / "folder").mkdir()
    return path


@pytest.mark.parametrize("sent", [pytest.param(sent, id=sent[:30]) for sent in CLIMBING])
@pytest.mark.parametrize("what", ["info.json", "full/max/0/default.jpg"])
def test_an_identifier_that_climbs_is_not_found_and_told_nothing(service, secret, sent, what):
    """I3-019."""
    response = service.get(f"/iiif/3/{sent}/{what}")
    unknown = service.get(f"/iiif/3/no-such-image/{what}")
    assert response.status_code == 404
    assert response.content == unknown.content


def test_an_absolute_path_into_the_folder_is_not_found(service):
    """I3-019."""
    sent = str(service.folder / "card.png").replace("/", "%2F")
    assert service.get(f"/iiif/3/{sent}/info.json").status_code == 404


def test_links_inside_the_folder_work(service):
    (service.folder / "again.png").symlink_to(service.folder / "card.png")
    assert service.info("again.png")["width"] == 300


def test_a_pipe_is_not_waited_for(service):
    os.mkfifo(service.folder / "pipe.png")
    assert service.get("/iiif/3/pipe.png/info.json").status_code == 404
