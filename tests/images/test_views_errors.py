"""What cannot be answered with an image is answered with a status and a plain sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tests.images.conftest import draw_card, png_of

IN_REGION = {
    "I3-035": ["0,0,0,10", "0,0,10,0", "pct:0,0,0,10", "pct:0,0,10,0"],
    "I3-036": ["300,0,10,10", "0,200,10,10", "pct:100,0,10,10", "pct:0,100,10,10"],
    "I3-037": ["-1,0,10,10", "0,-1,10,10", "0,0,-10,10", "pct:-1,0,10,10"],
    "I3-038": ["0.5,0,10,10", "1e3,0,10,10", "+1,0,10,10", "0x10,0,10,10"],
    "I3-039": [
        *("0,0,10", "0,0,10,10,10", ",,,", "%20full", "FULL", "pct:", "PCT:0,0,1,1", "fullx", ""),
        *("max", "square:", "pct:0,0,10", "0,0,10,10%20", "full%0A"),
    ],
    "I3-040": ["99999999999999999999,0,1,1", "9" * 4400 + ",0,1,1"],
    "I3-130": ["pct:1e1,0,10,10", "pct:0;0;10;10", "pct:1,000,0,10,10"],
    "I3-132": ["pct:%D9%A5,0,10,10", "1_0,0,10,10", "%D9%A5,0,10,10", "pct:nan,0,10,10", "pct:inf,0,10,10"],
}

IN_SIZE_3 = {
    "I3-053": ["301,"],
    "I3-054": [",201"],
    "I3-056": ["pct:101", "pct:100.01"],
    "I3-058": ["301,10", "10,201"],
    "I3-064": ["^", "^^max", "^foo", "^pct:abc", "max^", ",^240", "!^10,10", "^!", "^full"],
    "I3-065": ["full"],
    "I3-066": ["0,", ",0", "0,0", "!0,0", "pct:0", "^0,", "pct:0.0", "10,0", "^!0,10"],
    "I3-067": ["^200000,", "^,200000", "^200000,1", "^1,200000000", "^pct:100000"],
    "I3-068": ["10.5,", "-10,", "+10,", "1e2,", "%2010,", "10,10.0", "!10.5,10"],
    "I3-069": [
        *("", ",", "!10,", "!,10", "!", "10", "10,10,10", "pct", "pct:", "undefined,", "NaN,", "MAX", "!max"),
        *("pct:10,10", "10x10", "10;10"),
    ],
    "D-09": [",^240", "pct:120"],
    "I3-132": ["1_0,", "%D9%A5,", "pct:inf", "pct:nan"],
}

IN_SIZE_2 = {
    "I2-007": ["^max", "^100,", "^!100,100", "^pct:50", "^"],
    "I2-008": ["0,", ",0", "0,0", "!0,0", "pct:0"],
    "I2-006": ["200000,", ",200000", "pct:100000"],
}

IN_ROTATION = {
    "I3-084": ["361", "360.1", "-90", "!-90", "!361"],
    "I3-085": ["", "!", "!!0", "0!", "90deg", "+90", "1e2", "nan", "inf", "0x5a", "90,", ".", "1.2.3", "%2090"],
}

IN_LAST = {
    "I3-106": ["grey.jpg", "native.jpg", "Default.jpg", "foo.jpg", ".jpg", "de%2Ffault.jpg"],
    "I3-113": ["default.bmp", "default.xyz", "default.jp2", "default.pdf"],
    "I3-114": ["default", "color"],
    "I3-115": ["default.JPG", "default.jpeg", "default.jpg.", ".jpg", "default.", "default.jpg.png", "default%2Ejpgx"],
}


def rows(template, table):
    return [
        pytest.param(template.format(value), id=f"{requirement}-{value[:20]}")
        for requirement, values in table.items()
        for value in values
    ]


BAD_3 = [
    *rows("{}/max/0/default.jpg", IN_REGION),
    *rows("full/{}/0/default.jpg", IN_SIZE_3),
    *rows("full/max/{}/default.jpg", IN_ROTATION),
    *rows("full/max/0/{}", IN_LAST),
]
BAD_2 = [
    *rows("{}/full/0/default.jpg", {"I2-033": ["0,0,0,10", "300,0,10,10", "FULL", ""]}),
    *rows("full/{}/0/default.jpg", IN_SIZE_2),
    *rows("full/full/{}/default.jpg", {"I2-033": ["361", "-90", "!", ""]}),
    *rows("full/full/0/{}", {"I2-010": ["native.jpg", "grey.jpg"], "I2-033": ["default.bmp", "default"]}),
]


def check_sentence(response, status):
    """A short plain sentence that nobody keeps, and that names nothing of the machine."""
    text = response.content.decode()
    assert response.status_code == status, text
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert text.endswith(".\n")
    assert text.count("\n") == 1
    assert 15 < len(text) < 350
    assert not any(word in text for word in ("Traceback", "/home", "/tmp", ".py", "Error"))


@pytest.mark.parametrize("parameters", BAD_3)
def test_a_bad_parameter_of_version_3(service, parameters):
    """Also I3-219."""
    check_sentence(service.get(f"/iiif/3/card.png/{parameters}"), 400)


@pytest.mark.parametrize("parameters", BAD_2)
def test_a_bad_parameter_of_version_2(service, parameters):
    check_sentence(service.get(f"/iiif/2/card.png/{parameters}"), 400)


def test_a_bad_parameter_is_refused_before_anything_is_opened(service):
    """I3-233."""
    check_sentence(service.get("/iiif/3/no-such-image/full/nonsense/0/default.jpg"), 400)


def test_the_sentence_about_a_parameter_does_not_repeat_markup(service):
    response = service.get("/iiif/3/card.png/%3Cscript%3Ealert(1)/max/0/default.jpg")
    check_sentence(response, 400)
    assert b"<" not in response.content


@pytest.mark.parametrize(
    ("limits", "size", "status"),
    [
        pytest.param({"max_width": 100}, "100,", 200, id="at-the-width"),
        pytest.param({"max_width": 100}, "101,", 400, id="above-the-width"),
        pytest.param({"max_width": 200, "max_height": 50}, ",50", 200, id="at-the-height"),
        pytest.param({"max_width": 200, "max_height": 50}, ",51", 400, id="above-the-height"),
        pytest.param({"max_pixels": 15_000}, "150,100", 200, id="at-the-area"),
        pytest.param({"max_pixels": 15_000}, "150,101", 400, id="above-the-area"),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_limits_are_kept_to_the_pixel(service, endpoints, version, limits, size, status):
    """I3-067, I3-177, D-02, D-03."""
    endpoints(**limits)
    assert service.get(f"/iiif/{version}/card.png/full/{size}/0/default.jpg").status_code == status


def test_limits_are_for_the_size_before_rotation(service, endpoints):
    """D-04."""
    endpoints(max_width=300, max_height=200)
    assert service.get("/iiif/3/card.png/full/max/90/default.jpg").status_code == 200


@pytest.mark.parametrize("size", ["^301,", "^,201", "^301,1", "^pct:101", "^!400,400"])
def test_enlarging_that_is_switched_off_is_501_in_version_3(service, endpoints, size):
    """I3-063."""
    endpoints(allows_upscaling=False)
    check_sentence(service.get(f"/iiif/3/card.png/full/{size}/0/default.jpg"), 501)


@pytest.mark.parametrize("size", ["301,", ",201", "301,1", "pct:101"])
def test_enlarging_that_is_switched_off_is_400_in_version_2(service, endpoints, size):
    """I2-006."""
    endpoints(allows_upscaling=False)
    check_sentence(service.get(f"/iiif/2/card.png/full/{size}/0/default.jpg"), 400)


def test_a_box_larger_than_the_region_is_refused_where_staff_want_it(service, endpoints):
    """D-01."""
    endpoints(oversized_box="refuse")
    check_sentence(service.get("/iiif/3/card.png/full/!2000,3000/0/default.jpg"), 400)
    assert service.get("/iiif/3/card.png/full/!100,3000/0/default.jpg").status_code == 200


def test_more_than_the_format_can_hold_is_refused(service):
    """I3-119."""
    response = service.get("/iiif/3/card.png/full/^17000,10/0/default.webp")
    check_sentence(response, 400)
    assert b"16383" in response.content


@pytest.mark.parametrize("what", ["full/max/0/default.jpg", "info.json", ""])
@pytest.mark.parametrize("version", [2, 3])
def test_an_unknown_identifier(service, version, what):
    """I3-014."""
    check_sentence(service.get(f"/iiif/{version}/no-such-image/{what}".rstrip("/")), 404)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("what", ["full/max/0/default.jpg", "info.json", ""])
def test_a_version_that_is_switched_off(service, endpoints, version, what):
    endpoints(**{f"version_{version}_enabled": False})
    response = service.get(f"/iiif/{version}/card.png/{what}".rstrip("/"))
    check_sentence(response, 404)
    assert b"switched off" in response.content
    assert service.get(f"/iiif/{5 - version}/card.png/info.json").status_code == 200


@pytest.mark.parametrize(
    "rest",
    ["full", "full/max", "full/max/0", "full/max/0/default", "full/max/0/default.jpg/more", "info", "/info.json"],
)
def test_an_address_of_no_known_form(service, rest):
    """I3-021: the mistake is told where the image exists, and nothing is there where it does not."""
    check_sentence(service.get(f"/iiif/3/card.png/{rest}"), 400)
    check_sentence(service.get(f"/iiif/3/no-such-image/{rest}"), 404)


@pytest.mark.parametrize("path", ["/iiif/1/card.png/info.json", "/iiif/4/card.png/info.json", "/iiif/card.png"])
def test_addresses_of_no_version(service, path):
    """I3-021."""
    assert service.get(path).status_code == 404


def test_an_address_that_is_too_long(service):
    """I3-020."""
    check_sentence(service.get(f"/iiif/3/{'x' * 9000}/info.json"), 414)


# --- Files that are no good ---------------------------------------------------------------------------------------

IMAGE = "full/100,/0/default.jpg"


def jpeg_bytes():
    buffer = io.BytesIO()
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    noise.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


NO_IMAGES = {
    "empty": b"",
    "text": b"This is a text, whatever its name says.\n" * 20,
    "html": b"<!doctype html><script>alert(1)</script>",
    "signature-only": b"\x89PNG\r\n\x1a\n",
    "jpeg-start-only": b"\xff\xd8\xff\xe0",
    "tiff-without-directory": b"II*\x00\xff\xff\xff\x7f",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "script": b"#!/bin/sh\nid\n",
}


@pytest.mark.parametrize("what", [IMAGE, "info.json"])
@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in NO_IMAGES.items()])
def test_a_file_that_is_no_image(service, content, what):
    (service.folder / "file.jpg").write_bytes(content)
    check_sentence(service.get(f"/iiif/3/file.jpg/{what}"), 501)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("extension", ["jpg", "png", "tif"])
def test_a_truncated_image_is_never_a_blank_one(service, extension, share):
    whole = service.draw(f"whole.{extension}", Image.effect_noise((300, 200), 90).convert("RGB")).read_bytes()
    (service.folder / f"cut.{extension}").write_bytes(whole[: int(len(whole) * share)])
    check_sentence(service.get(f"/iiif/3/cut.{extension}/full/max/0/default.jpg"), 501)


def test_a_png_with_broken_checksums(service):
    content = bytearray(png_of(draw_card()))
    content[content.index(b"IDAT") + 10] ^= 0xFF
    (service.folder / "broken.png").write_bytes(content)
    check_sentence(service.get(f"/iiif/3/broken.png/{IMAGE}"), 501)


def bomb():
    """A PNG that says it has 60,000 x 60,000 pixels, in a few bytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("what", [IMAGE, "0,0,10,10/max/0/default.jpg"])
def test_a_bomb_is_refused_from_its_header(service, what):
    """I3-232."""
    (service.folder / "bomb.png").write_bytes(bomb())
    check_sentence(service.get(f"/iiif/3/bomb.png/{what}"), 413)


def test_the_fence_says_how_much_is_decoded(service, fence):
    """I3-232."""
    fence(MAX_DECODE_PIXELS=300 * 200 - 1)
    check_sentence(service.get(f"/iiif/3/card.png/{IMAGE}"), 413)
    fence(MAX_DECODE_PIXELS=300 * 200)
    assert service.get(f"/iiif/3/card.png/{IMAGE}").status_code == 200


def test_the_extension_may_lie(service):
    service.draw("really-a-png.jpg", format="PNG")
    assert service.image("full/max/0/default.png", "really-a-png.jpg").size == (300, 200)


def test_a_folder_is_no_image(service):
    (service.folder / "folder").mkdir()
    check_sentence(service.get("/iiif/3/folder/info.json"), 404)


# --- Sources that are no good -------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [IMAGE, "info.json", ""])
def test_a_missing_folder_is_a_matter_of_time(service, what):
    (service.folder / "card.png").unlink()
    service.folder.rmdir()
    response = service.get(f"/iiif/3/card.png/{what}".rstrip("/"))
    check_sentence(response, 503)
    assert int(response["Retry-After"]) > 0


def test_a_missing_folder_does_not_stop_the_other_sources(service):
    service.draw("../samples/other.png")
    (service.folder / "card.png").unlink()
    service.folder.rmdir()
    assert service.get(f"/iiif/3/other.png/{IMAGE}").status_code == 200


def test_a_fault_of_our_own_is_500_and_tells_nothing(service, monkeypatch, caplog):
    """I3-219."""

    def fail(*args):
        raise ZeroDivisionError("a secret of /home/somebody")

    monkeypatch.setattr("images.pipeline.encode", fail)
    check_sentence(service.get(f"/iiif/3/card.png/{IMAGE}"), 500)
    assert "a secret" in caplog.text
