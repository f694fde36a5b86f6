"""Fonts that are drawn here: each letter is a bar, as wide as the font is bold."""

from __future__ import annotations

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables.TupleVariation import TupleVariation

LETTERS = "ABab"


def bar(width):
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((100, 700))
    pen.lineTo((100 + width, 700))
    pen.lineTo((100 + width, 0))
    pen.closePath()
    return pen.glyph()


def built(family, style, width, letters):
    names = [f"bar{ord(letter)}" for letter in letters]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names, strict=True)})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **{name: bar(width) for name in names}})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names), (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": style})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    return builder, names


def saved(builder):
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


def font_file(family="Bars", style="Regular", width=100, letters=LETTERS):
    """A font of one weight."""
    return saved(built(family, style, width, letters)[0])


def variable_font_file(family="Moving Bars", letters=LETTERS):
    """A font from 100 to 900 in weight, whose bars are 100 wide at 400 and 500 wide at 900."""
    builder, names = built(family, "Regular", 100, letters)
    builder.setupFvar([("wght", 100, 400, 900, "Weight")], [])
    # The last four points are those of the advance: it stays.
    wider = [(0, 0), (0, 0), (400, 0), (400, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    builder.setupGvar({name: [TupleVariation({"wght": (0, 1, 1)}, wider)] for name in names})
    return saved(builder)
