"""The home of what scripts ask of who sets them: room between lines, letters left together."""

import unicodedata
from functools import cache
from typing import Any

__all__ = ["is_joined", "is_phrased", "least_leading", "pattern", "with_breaks"]

# Scripts that have no spaces between words, or spaces that a line should rather break at than
# anywhere (Korean: CSS Text 3, 5.2 on keep-all), and for which phrases are known.
_PHRASED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\p{Thai}]"

# Scripts whose letters a stroke joins, so that space between them tears words apart
# (CSS Text 3, appendix D), with those of India that hang from a line.
_JOINED = (
    r"[\p{Arabic}\p{Syriac}\p{Mongolian}\p{Nko}\p{Mandaic}\p{Phags_Pa}\p{Adlam}"
    r"\p{Hanifi_Rohingya}\p{Devanagari}\p{Bengali}\p{Gurmukhi}]"
)

# The least distance of lines, in em, at which no mark reaches into the next line or out of the
# box. Measured: the ink that is drawn with the Noto fonts (with Inter for capitals that carry
# two marks, which are looked for in decomposed text).
_LEADINGS = (
    (1.25, r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}]"),
    (1.3, r"[\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Tamil}\p{Malayalam}\p{Oriya}]"),
    (1.4, r"[\p{Telugu}\p{Kannada}\p{Sinhala}]"),
    (1.5, r"[\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}\p{Thai}\p{Lao}\p{Myanmar}\p{Tibetan}]"),
    (1.7, r"\p{Khmer}|[\p{Arabic}\p{Syriac}]\p{Mn}"),
)
_STACKED_CAPITAL = (1.4, r"\p{Lu}\p{ccc=230}{2}")

# Scripts whose words only a dictionary finds (Unicode Annex 14, class SA).
_BEFORE_BREAK = r"(?<=\p{lb=SA})\n"
# The first of them is Thai; what else Latin letters are set with needs no dictionary, either.
_THAI = "\u0e00"
_SPACES = "\u200b\u2060…—–”’"


@cache
def pattern(source: str) -> Any:
    """Return the pattern ``source``, whose scripts and categories only ``regex`` knows."""
    import regex  # noqa: PLC0415  15 ms that a build without a new card need not wait

    return regex.compile(source)


def is_phrased(text: str) -> bool:
    """Tell whether lines of ``text`` break between phrases, and not just anywhere."""
    return not text.isascii() and pattern(_PHRASED).search(text) is not None


def is_joined(text: str) -> bool:
    """Tell whether ``text`` has letters that no space may part."""
    return not text.isascii() and pattern(_JOINED).search(text) is not None


def least_leading(text: str) -> float:
    """Return the line height, a multiple of the size, that ``text`` needs; 0 if any will do."""
    if text.isascii():
        return 0.0
    found = [height for height, source in _LEADINGS if pattern(source).search(text)]
    height, source = _STACKED_CAPITAL
    if pattern(source).search(unicodedata.normalize("NFD", text)):
        found.append(height)
    return max(found, default=0.0)


def with_breaks(text: str) -> str:
    """Return ``text`` such that its line breaks are line breaks.

    The engine overlooks them behind letters of Thai, Lao, Khmer and Burmese, and sees them
    behind a zero-width space.
    """
    ends = {line[-1:] for line in text.split("\n")}
    if all(end < _THAI or end in _SPACES for end in ends):
        return text
    return str(pattern(_BEFORE_BREAK).sub("\u200b\n", text))
