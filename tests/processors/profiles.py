"""Colour profiles put together by us."""

from __future__ import annotations

import struct

from PIL import ImageCms


def built_in(space: str = "sRGB") -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def s15(value: float) -> bytes:
    return struct.pack(">l", round(value * 65_536))


def made_profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile of an input device with these tags."""
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">LL", start + len(body), len(content))
        body += content
    white = s15(0.9642) + s15(1) + s15(0.8249)
    head = struct.pack(">L4sL4s4s4s", 0, b"test", 0x02400000, b"scnr", space, b"XYZ ") + bytes(12) + b"acsp"
    head = (head + bytes(28)).ljust(68, b"\0") + white
    head = head.ljust(128, b"\0") + struct.pack(">L", len(tags)) + table + body
    return struct.pack(">L", len(head)) + head[4:]


def xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">LH", 1, round(value * 256))


def named(text: bytes) -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">L", len(text) + 1) + text + bytes(90)


WHITE = xyz(0.9642, 1, 0.8249)
SWAPPED_TAGS = {
    b"desc": named(b"Red and blue swapped"),
    b"wtpt": WHITE,
    b"bXYZ": xyz(0.4361, 0.2225, 0.0139),
    b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
    b"rXYZ": xyz(0.1431, 0.0606, 0.7141),
    b"rTRC": gamma(2.2),
    b"gTRC": gamma(2.2),
    b"bTRC": gamma(2.2),
}
SWAPPED = made_profile(b"RGB ", SWAPPED_TAGS)
LINEAR_GRAY = made_profile(b"GRAY", {b"desc": named(b"Linear gray"), b"wtpt": WHITE, b"kTRC": gamma(1.0)})


def large_profile(size: int) -> bytes:
    """The swapped one, with so many bytes of notes."""
    return made_profile(b"RGB ", SWAPPED_TAGS | {b"note": bytes(number % 251 for number in range(size))})
