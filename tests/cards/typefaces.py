"""Fonts to test with: each letter is a box, as wide as the font is heavy."""

import io
from collections.abc import Iterable, Sequence

from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables.O_S_2f_2 import Panose
from fontTools.ttLib.tables.sbixGlyph import Glyph
from fontTools.ttLib.tables.sbixStrike import Strike
from pictures import png

LATIN = "".join(map(chr, range(0x20, 0x7F)))
SANS, SERIF, MONO = (2, 11, 0), (2, 2, 0), (2, 11, 9)


def typeface(
    family: str,
    letters: Iterable[str],
    *,
    weight: int = 400,
    weights: tuple[int, int] | None = None,
    width: int = 5,
    italic: bool = False,
    panose: tuple[int, int, int] = SANS,
    code_pages: int = 0,
    colors: str = "",
    outlines: bool = True,
) -> bytes:
    """Return a font file; ``weights`` make it a variable one, ``colors`` is a table of pictures."""
    letters = sorted(set(letters))
    glyphs = [".notdef", "layer", *(f"u{ord(letter):04X}" for letter in letters)]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):04X}" for letter in letters})
    drawn = {name: _box(weight if outlines or name == "layer" else 0) for name in glyphs}
    builder.setupGlyf({**drawn, **({"u0020": _box(0)} if " " in letters else {})})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    style = ("Bold" if weight >= 600 else "") + ("Italic" if italic else "") or "Regular"
    builder.setupNameTable({"familyName": family, "styleName": style})
    shape = Panose()
    shape.bFamilyType, shape.bSerifStyle, shape.bProportion = panose
    builder.setupOS2(
        version=4,
        usWeightClass=weight,
        usWidthClass=width,
        panose=shape,
        fsSelection=0x40 | (0x20 if weight >= 600 else 0) | int(italic),
        ulCodePageRange1=code_pages,
        ulCodePageRange2=0,
    )
    builder.setupPost()
    if weights:
        builder.setupFvar([("wght", weights[0], weight, weights[1], "Weight")], [])
    _color(builder.font, colors, glyphs[2:])
    return saved(builder.font)


def _box(width: int) -> object:
    pen = TTGlyphPen(None)
    if width:
        pen.moveTo((100, 0))
        for point in ((100, 700), (100 + width, 700), (100 + width, 0)):
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def _color(font: TTFont, colors: str, glyphs: Sequence[str]) -> None:
    if colors.startswith("COLR"):
        layers: dict[str, object] = {name: [("layer", 0)] for name in glyphs}
        if colors == "COLRv1":
            fill = {"Format": 2, "PaletteIndex": 0, "Alpha": 1.0}
            layers = {name: {"Format": 10, "Paint": fill, "Glyph": "layer"} for name in glyphs}
        font["COLR"] = buildCOLR(layers, version=int(colors[-1]))
        font["CPAL"] = buildCPAL([[(1, 0, 0, 1)]])
    elif colors == "SVG":
        font["SVG "] = newTable("SVG ")
        box = '<svg xmlns="http://www.w3.org/2000/svg"><rect id="glyph{0}" width="9" height="9"/></svg>'
        numbers = [font.getGlyphID(name) for name in glyphs]
        font["SVG "].docList = [(box.format(number), number, number) for number in numbers]
    elif colors == "sbix":
        strike = Strike(ppem=64, resolution=72)
        for name in font.getGlyphOrder():
            data = png(64, 64) if name in glyphs else None
            strike.glyphs[name] = Glyph(
                glyphName=name,
                graphicType="png " if data else None,
                imageData=data,
                originOffsetX=0,
                originOffsetY=0,
            )
        font["sbix"] = newTable("sbix")
        font["sbix"].strikes = {64: strike}


def saved(font: TTFont | TTCollection) -> bytes:
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


def collection(*fonts: bytes) -> bytes:
    """Return the font files ``fonts`` in one."""
    made = TTCollection()
    made.fonts = [TTFont(io.BytesIO(font)) for font in fonts]
    return saved(made)
