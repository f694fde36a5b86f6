from __future__ import annotations

import pytest

from caching.seal import sealed, unsealed


@pytest.mark.parametrize("content", [b"", b"x", bytes(100_000)])
def test_what_was_sealed_comes_back(content):
    assert unsealed(sealed(content)) == content


@pytest.mark.parametrize("end", range(len(sealed(b"picture"))))
def test_no_part_of_it_will_do(end):
    assert unsealed(sealed(b"picture")[:end]) is None


@pytest.mark.parametrize("position", range(len(sealed(b"picture"))))
def test_every_changed_byte_is_noticed(position):
    raw = bytearray(sealed(b"picture"))
    raw[position] ^= 1
    assert unsealed(bytes(raw)) is None
