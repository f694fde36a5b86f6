"""Nothing of what a redaction hides is in any answer: two images that differ in nothing else give equal bytes."""

from __future__ import annotations

import base64
import io
import struct
from functools import lru_cache

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from iiifserver.iiif.errors import IIIFError, TryAgainLater
from iiifserver.iiif.meta_identifier import read_meta_identifier
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, SizeRules
from iiifserver.iiif.visitor import Visitor
from iiifserver.testing.drawing import drawn, encoded, in_memory, likeness, with_orientation
from images import pipeline
from images.endpoints import Endpoints
from images.runtime import Runtime
from overlays.applied import ActiveOverlay
from overlays.backends.redaction import RedactionOverlay
from overlays.runtime import Overlays
from overlays.scope import Audience, Scope
from processors.backends.pillow import PillowOptions, PillowProcessor
from processors.backends.tiles import TilesOptions, TilesProcessor
from processors.metadata import Keep, MetadataSettings
from processors.output import Filter, Output
from processors.runtime import Processors

EXTENT = (403, 301)
BOX = (141, 90, 57, 44)
POLYGON = ((150, 80), (230, 120), (190, 200), (120, 150))
EVERYTHING_ALLOWED = Endpoints(rules=SizeRules(allows_upscaling=True))


def secret(seed: int) -> np.ndarray:
    """Black and white by chance: the strongest contrast that there is."""
    return np.random.default_rng(seed).choice([0, 255], (EXTENT[1], EXTENT[0], 3)).astype(np.uint8)


def hidden_area(shape: str) -> Image.Image:
    mask = Image.new("L", EXTENT)
    pen = ImageDraw.Draw(mask)
    if shape == "polygon":
        pen.polygon(POLYGON, 255)
    else:
        pen.rectangle((BOX[0], BOX[1], BOX[0] + BOX[2] - 1, BOX[1] + BOX[3] - 1), 255)
    return mask


@lru_cache
def picture_with(seed: int, shape: str) -> Image.Image:
    return Image.composite(Image.fromarray(secret(seed)), drawn(*EXTENT), hidden_area(shape))


SHAPES = {
    "box": "{},{},{},{}".format(*BOX),
    "polygon": "polygon:" + " ".join(f"{x},{y}" for x, y in POLYGON),
}


def pyramid(image: Image.Image, filter_of_levels: Image.Resampling) -> bytes:
    """A TIFF in small lossless tiles, with three smaller levels."""
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        options = {"tile": (64, 64), "compression": "deflate", "photometric": "rgb"}
        for level in range(4):
            writer.write(np.asarray(image), subfiletype=1 if level else 0, **options)
            image = image.resize((-(-image.width // 2), -(-image.height // 2)), filter_of_levels)
    return buffer.getvalue()


def stored(image: Image.Image, orientation: int) -> bytes:
    """A PNG that a viewer sees as this image."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turned = image.transpose(undo[orientation]) if orientation in undo else image
    return encoded(turned, "PNG", exif=with_orientation(orientation))


KINDS = {
    **{f"png-{orientation}": orientation for orientation in range(1, 9)},
    "pyramid-box": Image.Resampling.BOX,
    "pyramid-lanczos": Image.Resampling.LANCZOS,
}


@lru_cache(maxsize=200)
def file_of(kind: str, seed: int, shape: str) -> bytes:
    image = picture_with(seed, shape)
    if kind.startswith("png"):
        return stored(image, KINDS[kind])
    return pyramid(image, KINDS[kind])


class OneFile:
    """Stands for the sources: has one image under every identifier."""

    def __init__(self, content):
        self.content = content

    def find(self, identifier, *given):
        return in_memory(self.content, version="1")


def redaction(shape="box", scope=None, **options):
    backend = RedactionOverlay.build({"shapes": SHAPES.get(shape, shape), **options})
    return ActiveOverlay("redaction", scope or Scope(), backend, protects=True)


def runtime(content, overlays=(), output=None):
    return Runtime(
        sources=OneFile(content),
        processors=Processors((TilesProcessor(TilesOptions()), PillowProcessor(PillowOptions()))),
        overlays=Overlays(tuple(overlays)),
        output=output or Output(),
        endpoints=EVERYTHING_ALLOWED,
    )


def answered(parameters, at, visitor=None, identifier="card"):
    meta = read_meta_identifier(identifier, ";")
    request = parse_image_request(ApiVersion.V3, parse_path(f"{identifier}/{parameters}"), meta)
    return pipeline.serve(pipeline.prepare(request, visitor or Visitor(), at), at)


def bytes_or_error(parameters, at):
    try:
        return answered(parameters, at)
    except IIIFError as error:
        return type(error)


regions = st.one_of(
    st.just("full"),
    st.just("square"),
    st.tuples(st.integers(0, 300), st.integers(0, 250), st.integers(1, 400), st.integers(1, 300)).map(
        lambda numbers: ",".join(map(str, numbers))
    ),
    st.sampled_from(["128,64,64,64", "64,64,64,64", "192,64,64,64", "128,128,128,128", "0,0,256,256"]),
)
sizes = st.one_of(
    st.just("max"),
    st.integers(1, 700).map(lambda width: f"^{width},"),
    st.tuples(st.integers(1, 500), st.integers(1, 500)).map(lambda size: f"^{size[0]},{size[1]}"),
    st.sampled_from(["32,32", "64,64", "pct:50", "pct:25", "pct:12.5"]),
)
rotations = st.sampled_from(["0", "!0", "90", "180", "!270", "33.3", "!7"])


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    shape=st.sampled_from(sorted(SHAPES)),
    look=st.sampled_from(["filled", "mosaic", "cloud"]),
    filters=st.tuples(st.sampled_from(list(Filter)), st.sampled_from(list(Filter)), st.sampled_from([0.0, 1.0])),
    region=regions,
    size=sizes,
    rotation=rotations,
    quality=st.sampled_from(["default", "gray", "bitonal"]),
    extension=st.sampled_from(["png", "jpg", "webp"]),
)
def test_no_trace_of_what_is_hidden(kind, shape, look, filters, region, size, rotation, quality, extension):
    parameters = f"{region}/{size}/{rotation}/{quality}.{extension}"
    output = Output(downscale_filter=filters[0], upscale_filter=filters[1], sharpen=filters[2])
    rule = redaction(shape, look=look)
    one, other = (bytes_or_error(parameters, runtime(file_of(kind, seed, shape), [rule], output)) for seed in (1, 2))
    assert one == other


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_without_a_redaction_the_same_comparison_finds_the_secret(kind, shape):
    for parameters in ["full/max/0/default.png", "full/100,/0/default.png", "128,64,64,64/max/0/default.png"]:
        one, other = (answered(parameters, runtime(file_of(kind, seed, shape))) for seed in (1, 2))
        assert one != other


@pytest.mark.parametrize("quality", [95, 60])
@pytest.mark.parametrize("parameters", ["full/max/0/default.png", "full/200,/0/default.png", "full/100,/0/default.png"])
def test_of_a_lossy_file_no_more_is_left_than_the_noise_of_its_codec(quality, parameters):
    files = [encoded(picture_with(seed, "box"), "JPEG", quality=quality) for seed in (1, 2)]
    one, other = (
        Image.open(io.BytesIO(answered(parameters, runtime(file, [redaction()])))).convert("RGB") for file in files
    )
    assert likeness(one, other) > 40


def test_what_is_hidden_is_covered_and_the_rest_is_not():
    image = Image.open(
        io.BytesIO(answered("full/max/0/default.png", runtime(file_of("png-1", 1, "box"), [redaction()])))
    )
    x, y, width, height = BOX
    inside = np.asarray(image.convert("RGB"))[y : y + height, x : x + width]
    assert inside.max() == 0
    kept = np.asarray(image.convert("RGB"))
    whole = np.asarray(picture_with(1, "box"))
    assert (kept[:, : x - 8] == whole[:, : x - 8]).all()
    assert (kept[y + height + 8 :] == whole[y + height + 8 :]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_box_lies_where_the_viewer_sees_it(orientation):
    content = file_of(f"png-{orientation}", 1, "box")
    image = Image.open(io.BytesIO(answered("full/max/0/default.png", runtime(content, [redaction()])))).convert("L")
    black = Image.fromarray((np.asarray(image) == 0).astype(np.uint8) * 255)
    left, top, right, bottom = black.crop((BOX[0] - 9, BOX[1] - 9, BOX[0] + BOX[2] + 9, BOX[1] + BOX[3] + 9)).getbbox()
    assert (9 - left, 9 - top) == (4, 4)
    assert (right - 9 - BOX[2], bottom - 9 - BOX[3]) == (4, 4)


def test_a_reduced_image_is_covered_in_its_own_size():
    files = [file_of("png-1", seed, "box") for seed in (1, 2)]
    one, other = (answered("full/max/0/default.png", runtime(f, [redaction()]), identifier="card;1:3") for f in files)
    assert one == other


def test_percent_are_shares_of_the_image():
    rule = redaction("pct:50,0,50,100")
    image = Image.open(io.BytesIO(answered("full/100,/0/default.png", runtime(file_of("png-1", 1, "box"), [rule]))))
    assert np.asarray(image.convert("L"))[:, 51:].max() == 0
    assert np.asarray(image.convert("L"))[:, :40].max() > 0


JPEG_TILES = {"tile": (64, 64), "compression": "jpeg", "photometric": "ycbcr", "subsampling": (2, 2)}


@lru_cache
def jpeg_tiles(seed):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.asarray(picture_with(seed, "box")), **JPEG_TILES)
    return buffer.getvalue()


def test_a_stored_tile_that_a_redaction_touches_is_not_handed_out(monkeypatch):
    handed = []
    original = TilesProcessor.stored

    def counted(*given, **options):
        handed.append(1)
        return original(*given, **options)

    monkeypatch.setattr(TilesProcessor, "stored", counted)
    at = runtime(jpeg_tiles(1), [redaction()])
    answered("128,64,64,64/max/0/default.jpg", at)
    assert not handed
    answered("0,0,64,64/max/0/default.jpg", at)
    assert handed


def test_tiles_that_nothing_touches_are_the_same_picture_for_everybody():
    at, bare = runtime(jpeg_tiles(1), [redaction()]), runtime(jpeg_tiles(1))
    request = parse_image_request(ApiVersion.V3, parse_path("card/0,0,64,64/max/0/default.jpg"))
    assert pipeline.prepare(request, Visitor(), at).key == pipeline.prepare(request, Visitor(), bare).key


def test_members_see_through_and_get_a_picture_of_their_own():
    scope = Scope(audience=Audience.OTHERS, groups=frozenset({"Curators"}))
    at = runtime(file_of("png-1", 1, "box"), [redaction(scope=scope)])
    request = parse_image_request(ApiVersion.V3, parse_path("card/full/max/0/default.png"))
    strangers, member = Visitor(), Visitor(user_id="1", groups=frozenset({"Curators"}))
    hidden, seen = (pipeline.prepare(request, visitor, at) for visitor in (strangers, member))
    assert hidden.key != seen.key
    assert hidden.overlays.depends_on_visitor
    assert seen.overlays.depends_on_visitor
    assert pipeline.serve(seen, at) == answered("full/max/0/default.png", runtime(file_of("png-1", 1, "box")))


def test_a_page_of_its_own_is_hidden_and_no_other():
    buffer = io.BytesIO()
    first, second = picture_with(1, "box").copy(), picture_with(2, "box").copy()
    first.save(buffer, "TIFF", save_all=True, append_images=[second])
    at, bare = runtime(buffer.getvalue(), [redaction(page=2)]), runtime(buffer.getvalue())
    parameters = "full/max/0/default.png"
    assert answered(parameters, at) == answered(parameters, bare)
    assert answered(parameters, at, identifier="card;2") != answered(parameters, bare, identifier="card;2")


def test_what_cannot_cover_closes(monkeypatch):
    at = runtime(file_of("png-1", 1, "box"), [redaction(look="mosaic")])
    monkeypatch.setattr(RedactionOverlay, "paint", lambda *given: 1 / 0)
    with pytest.raises(TryAgainLater):
        answered("full/max/0/default.png", at)


def test_what_cannot_tell_what_to_cover_closes(monkeypatch):
    at = runtime(file_of("png-1", 1, "box"), [redaction()])
    monkeypatch.setattr(RedactionOverlay, "shapes", lambda *given: 1 / 0)
    with pytest.raises(TryAgainLater):
        answered("0,0,10,10/max/0/default.png", at)


def test_every_look_keeps_the_tiles_of_one_resolution_together():
    for look in ("filled", "mosaic", "cloud"):
        at = runtime(file_of("pyramid-box", 1, "box"), [redaction(look=look)])
        whole = Image.open(io.BytesIO(answered("full/max/0/default.png", at)))
        stitched = Image.new("RGB", EXTENT)
        for y in range(0, EXTENT[1], 64):
            for x in range(0, EXTENT[0], 64):
                tile = Image.open(io.BytesIO(answered(f"{x},{y},64,64/max/0/default.png", at)))
                stitched.paste(tile, (x, y))
        assert stitched.tobytes() == whole.convert("RGB").tobytes(), look


def with_thumbnails(seed):
    """A JPEG that carries a thumbnail in every place where programs put one."""
    thumbnail = encoded(Image.fromarray(secret(seed)).crop((0, 0, 64, 48)), "JPEG")
    image = encoded(picture_with(1, "box"), "JPEG", quality=95)
    text = base64.b64encode(thumbnail).decode()
    xmp = XMP_WITH_THUMBNAILS.format(text=text).encode()
    resource = b"8BIM" + (1036).to_bytes(2, "big") + b"\0\0" + (len(thumbnail) + 28).to_bytes(4, "big") + bytes(28)
    iptc = bytes((0x1C, 2, 202)) + len(thumbnail).to_bytes(2, "big") + thumbnail
    iptc_resource = b"8BIM" + (1028).to_bytes(2, "big") + b"\0\0" + len(iptc).to_bytes(4, "big") + iptc
    blocks = [
        (0xE1, b"Exif\0\0" + exif_with_thumbnail(thumbnail)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp),
        (0xED, b"Photoshop 3.0\0" + resource + thumbnail + bytes(len(thumbnail) % 2) + iptc_resource),
    ]
    segments = b"".join(bytes((0xFF, kind)) + (len(block) + 2).to_bytes(2, "big") + block for kind, block in blocks)
    return image[:2] + segments + image[2:]


XMP_WITH_THUMBNAILS = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmlns:GImage="http://ns.google.com/photos/1.0/image/"
 dc:source="archive" GImage:Data="{text}">
<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:image>{text}</xmpGImg:image></rdf:li></rdf:Alt>
</xmp:Thumbnails></rdf:Description></rdf:RDF></x:xmpmeta>"""


def exif_with_thumbnail(thumbnail):
    """A main directory with an artist, and a second one, whose picture is the thumbnail."""
    first = struct.pack("<HHHI4sI", 1, 0x013B, 2, 4, b"Ada\0", 26)
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 26 + 30, 0x0202, 4, 1, len(thumbnail), 0)
    return b"II*\0" + struct.pack("<I", 8) + first + second + thumbnail


def test_no_thumbnail_of_the_file_comes_with_an_answer():
    output = Output(metadata=MetadataSettings(keep=Keep.ALL, keeps_location=True))
    for extension in ("jpg", "png", "tif", "webp"):
        one, other = (
            answered(f"full/max/0/default.{extension}", runtime(with_thumbnails(seed), [redaction()], output))
            for seed in (1, 2)
        )
        assert one == other
        assert b"archive" in one, "words are kept, or else this test says nothing"
