from __future__ import annotations

import time
from itertools import pairwise

import pytest

from processors.safe_svg import SafeSvg, read_svg

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" %s>%s</svg>'


def safe(content: str = "", attributes: str = 'width="30" height="20"', before: str = "") -> SafeSvg:
    return read_svg((before + ROOT % (attributes, content)).encode())


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="30px" height="20.5px"', (30, 20.5)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('width="72pt" height="6pc"', (96, 96)),
        ('width="25.4mm" height="1e2"', (96, 100)),
        ('width="100%" height="50%" viewBox="0 0 80 40"', (80, 20)),
        ('viewBox="-10,-10 80 40"', (80, 40)),
        ('width="40" viewBox="0 0 80 40"', (40, 20)),
        ('height="40" viewBox="0 0 80 40"', (80, 40)),
        ('width="auto" height="auto" viewBox="0 0 80 40"', (80, 40)),
        ('viewBox="none of this"', (300, 150)),
        ('viewBox="0 0 0 40"', (300, 150)),
        ("", (300, 150)),
    ],
)
def test_the_size_is_the_one_that_browsers_see(attributes: str, size: tuple[float, float]):
    svg = safe(attributes=attributes)
    assert (svg.width, svg.height) == pytest.approx(size)


@pytest.mark.parametrize("attributes", ['width="0" height="5"', 'width="-3" height="5"', 'width="1e999" height="5"'])
def test_a_drawing_without_a_size_is_refused(attributes: str):
    with pytest.raises(ValueError, match="size"):
        safe(attributes=attributes)


@pytest.mark.parametrize(
    "content",
    [
        '<image href="file:///etc/passwd"/>',
        '<image xlink:href="/etc/passwd"/>',
        '<image xlink:href="https://example.org/a.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="other.svg#a"/>',
        '<feImage xlink:href="../a.png"/>',
        '<g xml:base="https://example.org/"/>',
        '<g onload="alert(1)"/>',
        "<script>alert(1)</script>",
        '<g><script href="x"><a>deep</a></script></g>',
        "<foreignObject><b>x</b></foreignObject>",
    ],
)
def test_nothing_is_left_that_leads_out_or_runs(content: str):
    kept = safe(content).content
    words = ("passwd", "example", "svg+xml", "other", "..", "alert", "script", "deep", "foreign")
    assert [word for word in words if word in kept] == []


@pytest.mark.parametrize(
    "content",
    [
        '<use xlink:href="#a"></use>',
        '<image href="data:image/png;base64,AAAA"></image>',
        '<rect fill="url(#a)"></rect>',
        "<text>a &lt; b &amp; c</text>",
    ],
)
def test_what_is_in_the_file_stays(content: str):
    assert safe(content).content == f"{content}</svg>"


def test_entities_of_the_file_are_put_in():
    before = '<!DOCTYPE svg [<!ENTITY red "#f00">]>'
    assert 'fill="#f00"' in safe('<rect fill="&red;"/>', before=before).content


def test_entities_from_elsewhere_are_nothing():
    before = '<!DOCTYPE svg [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    assert safe("<text>&file;</text>", before=before).content == "<text></text></svg>"


def test_entities_that_multiply_are_refused_at_once():
    names = "abcdefghij"
    doubled = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    begin = time.process_time()
    with pytest.raises(ValueError, match=r"long|formed"):
        safe("<text>&j;</text>", before=f'<!DOCTYPE svg [<!ENTITY a "lol">{doubled}]>')
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("content", ["<g>" * 1000 + "</g>" * 1000, "<g/>" * 600_000])
def test_absurdly_many_elements_are_refused(content: str):
    with pytest.raises(ValueError, match="more elements"):
        safe(content)


@pytest.mark.parametrize("content", [b"", b"<svg", b"<svg><g></svg>", b"<html></html>", b"\xff\xfe\0", b"<svg/><svg/>"])
def test_what_is_no_svg_is_refused(content: bytes):
    with pytest.raises(ValueError, match=r"formed|no SVG"):
        read_svg(content)


def test_only_words_need_fonts():
    assert (safe("<text>a</text>").has_text, safe("<rect/>").has_text) == (True, False)


def test_a_part_shows_its_window_alone():
    part = safe("<rect/>", 'x="5" width="30" height="20" viewBox="0 0 3 2"').part((30, 20), (10, 5, 20.5, 15), (21, 20))
    assert part.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="21" height="20" ')
    assert 'viewBox="10 5 10.5 10"' in part
    assert 'width="30" height="20" viewBox="0.0 0.0 3.0 2.0" overflow="visible"><rect></rect></svg></svg>' in part
