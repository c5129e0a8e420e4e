"""Make pelican_smo/static/fonts/Inter.ttf: a reader of this package can do it again.

The source is "Inter[opsz,wght].ttf" of Inter 4.1 as Google Fonts has it, for instance out of the
package fontpkg-inter 4.1.post1:

    python tests/cards/make_inter.py "Inter[opsz,wght].ttf" pelican_smo/static/fonts/Inter.ttf
"""

import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.otlLib.optimize import compact
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Between text (14) and display (32): titles of 44 to 84 pixels that are mostly seen scaled down.
OPTICAL_SIZE = 24
WEIGHTS = (400, 400, 800)
FEATURES = ["calt", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]
LETTERS = """
    U+0020-007E U+00A0-017F
    U+0181 U+0186 U+0189-018A U+018E-0194 U+0197-0199 U+019D U+019F-01A1 U+01AF-01B4
    U+01B7 U+01CD-01DC U+01E2-01EF U+01F4-01F5 U+0218-021F U+0226-0233 U+0243-0244 U+0253-0254
    U+0256-0257 U+0259 U+025B U+0260 U+0263 U+0268-0269 U+0272 U+0275 U+0289-028B U+0292
    U+02B9-02BC U+02BE-02BF U+02C6-02CC U+02D8-02DD U+0300-0312 U+0315 U+031B U+0323-0328
    U+032D-0332 U+0370-03FF U+0400-045F U+0462-0463 U+046A-046B U+0472-0475 U+048A-0527
    U+1E00-1EFF U+1F00-1FFF
    U+2000-206F U+2070-208E U+20A0-20CF U+2100-214F U+2150-215F U+2190-21FF U+2200-22FF
    U+2300-23FF U+2460-24FF U+2500-27BF U+2B00-2BFF U+2C60-2C7F U+2E00-2E7F U+FB00-FB06
"""


def make(source: Path) -> bytes:
    """Return the font that is shipped, made from the file ``source``."""
    font = instancer.instantiateVariableFont(
        _again(TTFont(source, recalcTimestamp=False)), {"opsz": OPTICAL_SIZE, "wght": WEIGHTS}
    )
    font = _again(font)
    options = subset.Options(
        layout_features=FEATURES, hinting=False, name_IDs=["*"], notdef_outline=True
    )
    options.drop_tables += ["gasp"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(LETTERS.replace("\n", " ")))
    subsetter.subset(font)
    font = _again(font)
    compact(font, 9)
    return _bytes(font)


def _bytes(font: TTFont) -> bytes:
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


def _again(font: TTFont) -> TTFont:
    # The instancer leaves glyphs without a variation out, and the subsetter looks for them.
    return TTFont(io.BytesIO(_bytes(font)), recalcTimestamp=False)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(make(Path(sys.argv[1])))
