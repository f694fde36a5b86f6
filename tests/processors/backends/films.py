"""Films for the tests of processors, a few frames long."""

from __future__ import annotations

import io

from PIL import Image

MATRICES = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""What a film says that is to be shown as each EXIF orientation has it."""

ONE = 1 << 16


def film(
    frames: list[Image.Image],
    *,
    container: str = "mp4",
    codec: str = "mpeg4",
    frames_per_second: int = 2,
    orientation: int = 1,
    key_frame_every: int = 12,
    **options: str,
) -> bytes:
    """A film of these frames, each of the same even size."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as target:
        stream = target.add_stream(codec, rate=frames_per_second, options=options)
        stream.width, stream.height, stream.pix_fmt = *frames[0].size, "yuv420p"
        stream.bit_rate = 8_000_000
        stream.gop_size = key_frame_every
        if orientation != 1:
            a, b, c, d = (number * ONE for number in MATRICES[orientation])
            stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for image in frames:
            for packet in stream.encode(av.VideoFrame.from_image(image)):
                target.mux(packet)
        for packet in stream.encode():
            target.mux(packet)
    return buffer.getvalue()


def gray_film(seconds: int, **options) -> bytes:
    """A film that is lighter by ten each second, with two frames in each."""
    return film([Image.new("RGB", (64, 48), (10 * (n // 2),) * 3) for n in range(2 * seconds)], **options)
