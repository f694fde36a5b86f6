"""Whatever stands below the prefix, the answer is one that the standard knows, and never a failure of the server."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

ANSWERS = {200, 301, 303, 400, 403, 404, 413, 414, 415, 501}

NUMBERS = st.one_of(
    st.integers(0, 400).map(str),
    st.sampled_from(["-1", "0.5", "1e3", "+1", "", "9" * 30, "9" * 5000, "%D9%A5", "1_0", "nan", "00", "0x1", "1.5."]),
)
REGIONS = st.one_of(
    st.sampled_from(["full", "square", "FULL", "", "max", "full%20", "pct:", "%66ull"]),
    st.lists(NUMBERS, min_size=3, max_size=5).map(",".join),
    st.lists(NUMBERS, min_size=4, max_size=4).map(lambda numbers: "pct:" + ",".join(numbers)),
)
SIZES = st.one_of(
    st.sampled_from(["max", "^max", "full", "^", "!", "", "^^max", "%5Emax"]),
    st.builds(
        "{}{}{}{}".format, st.sampled_from(["", "^", "!", "^!", "!^"]), NUMBERS, st.sampled_from([",", ""]), NUMBERS
    ),
    NUMBERS.map("pct:{}".format),
    NUMBERS.map("^pct:{}".format),
)
ROTATIONS = st.builds("{}{}".format, st.sampled_from(["", "!", "!!", "-"]), NUMBERS)
LAST = st.builds(
    "{}{}{}".format,
    st.sampled_from(["default", "color", "gray", "bitonal", "native", "", "Default", "default.x"]),
    st.sampled_from([".", "", "..", "%2E"]),
    st.sampled_from(["jpg", "png", "gif", "tif", "webp", "avif", "jp2", "JPG", "", "pdf", "%00"]),
)
PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="?#/"), max_size=20)
ESCAPED = st.binary(max_size=12).map(lambda content: "".join(f"%{byte:02x}" for byte in content))
FILES = ["card.png", "tiny.jpg", "glass.png", "gray.tif", "palette.gif"]
METAS = st.builds(
    "{};{}".format,
    st.sampled_from(FILES),
    st.sampled_from(
        ["1", "2", "0", "1:2", "2:4", "3:2", "1:1", "1;1:3", "00:00:01", "x", "", "9" * 40, "1:" + "9" * 40]
    ),
)
IDENTIFIERS = st.one_of(
    METAS,
    st.sampled_from(
        [*FILES, *FILES, "nothing", "..", "%2e%2e%2fx", ".", "", "%", "[x]", "a%2Fb", "info.json", "text.jpg"]
    ),
    PRINTABLE,
    ESCAPED,
)
ANY_SEGMENT = st.one_of(IDENTIFIERS, REGIONS, SIZES, ROTATIONS, LAST, PRINTABLE, st.just("info.json"))
PATHS = st.one_of(
    st.tuples(IDENTIFIERS, REGIONS, SIZES, ROTATIONS, LAST).map("/".join),
    st.tuples(st.sampled_from(FILES), REGIONS, SIZES, ROTATIONS, st.sampled_from(["default.png", "gray.jpg"])).map(
        "/".join
    ),
    st.tuples(st.sampled_from(FILES), st.sampled_from(["full", "square"]), SIZES, st.just("0/default.webp")).map(
        "/".join
    ),
    IDENTIFIERS.map("{}/info.json".format),
    st.lists(ANY_SEGMENT, min_size=1, max_size=7).map("/".join).filter(bool),
)


@pytest.fixture(params=[False, True], ids=["strict", "lenient"])
def small_service(request, service, endpoints):
    """Sound small files, and limits that keep every answer small."""
    lenient = {f"version_{version}_lenient": request.param for version in (1, 2, 3)}
    endpoints(max_width=500, version_1_enabled=True, reads_page_arguments=True, **lenient)
    service.draw("tiny.jpg", Image.new("RGB", (1, 1), "teal"))
    service.draw("glass.png", Image.new("RGBA", (17, 3), (255, 0, 0, 90)))
    service.draw("gray.tif", Image.new("L", (31, 57), 90))
    service.draw("palette.gif", Image.new("P", (40, 40), 3))
    (service.folder / "text.jpg").write_text("no image")
    return service


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(version=st.sampled_from([1, 2, 3]), path=PATHS)
def test_the_answer_is_one_that_the_standard_knows(small_service, version, path):
    """I3-013, I3-020, I3-215, I3-232."""
    response = small_service.get(f"/iiif/{version}/{path}")
    assert response.status_code in ANSWERS, response.content
    assert response["Access-Control-Allow-Origin"] == "*"
    kind = {200: ("image/", "application/"), 301: ("",), 303: ("",)}.get(response.status_code, ("text/plain",))
    assert response.get("Content-Type", "").startswith(kind)
