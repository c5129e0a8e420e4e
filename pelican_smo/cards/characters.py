"""The home of what must be known of a character to find it a font: its script, and its need."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec

from pelican_smo.cards.fonts import Region

__all__ = ["EMOJI", "IDEOGRAPHS", "SYMBOLS", "Groups", "needs_glyph", "regions", "remedy", "script"]

# Groups of characters that are looked for together; the others are named like their script.
EMOJI, IDEOGRAPHS, SYMBOLS = "emoji", "CJK", ""

# White_Space, and Default_Ignorable_Code_Point without those that HarfBuzz draws all the same
# (Hangul fillers, shorthand controls, the fourth Mongolian selector): tried one by one.
_UNDRAWN = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x3000, 0x3000),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFF8),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)

_IDEOGRAPHIC = ("Han", "Hiragana", "Katakana", "Hangul", "Bopomofo")
# Those with a font in the package manimgx-fonts 2026.9.26, then all others of Unicode 15.
_NOTO_NAMES = (
    "Arabic Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer "
    "Lao Malayalam Myanmar Oriya Sinhala Tamil Telugu Thai Latin Greek Cyrillic"
)
_OTHER_NAMES = (
    "Adlam Ahom Anatolian_Hieroglyphs Avestan Balinese Bamum Bassa_Vah Batak Bhaiksuki Brahmi "
    "Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee "
    "Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Deseret Dives_Akuru Dogra Duployan "
    "Egyptian_Hieroglyphs Elbasan Elymaic Glagolitic Gothic Grantha Gunjala_Gondi Hanifi_Rohingya "
    "Hanunoo Hatran Imperial_Aramaic Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi "
    "Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khojki Khudawadi Lepcha Limbu Linear_A Linear_B "
    "Lisu Lycian Lydian Mahajani Makasar Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin "
    "Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro "
    "Multani Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong "
    "Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian "
    "Old_South_Arabian Old_Turkic Old_Uyghur Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau "
    "Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham "
    "SignWriting Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa "
    "Tai_Le Tai_Tham Tai_Viet Takri Tangsa Tangut Thaana Tibetan Tifinagh Tirhuta Toto Ugaritic "
    "Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square"
)
_NOTO = frozenset(_NOTO_NAMES.split())
_NAMES = (*_IDEOGRAPHIC, *_NOTO_NAMES.split(), *_OTHER_NAMES.split())
# Characters of the Basic Multilingual Plane that are emoji by themselves (Emoji_Presentation),
# with U+20E3, which makes a keycap of a digit; where others begin and end that may be emoji.
_EMOJI = frozenset(
    "\u20e3⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
_PICTOGRAPHS = (0x1F000, 0x1FC00)
_SYMBOLS = (0x2190, 0x2C00)

# Where begins and ends what fonts for Chinese, Japanese and Korean have: Hangul, radicals to
# ideographs, compatibility and full width forms, kana of other planes.
_IDEOGRAPHIC_BOUNDS = (
    *(0x1100, 0x1200, 0x2E80, 0x3000, 0x3001, 0xA000, 0xA960, 0xA980, 0xAC00, 0xD800),
    *(0xF900, 0xFB00, 0xFE30, 0xFE50, 0xFF00, 0xFFF0, 0x1AFF0, 0x1B170, 0x20000, 0x40000),
)
_WORDS = frozenset(name.split("_")[0].upper() for name in _NAMES)
_KINDS = (
    (r"\p{Co}", "private use"),
    (r"\p{Cs}", "surrogate"),
    (r"\p{Cn}", "unassigned"),
    (r"\p{Cc}", "control"),
    (r"\p{M}", "mark"),
    (r"\p{P}", "punctuation"),
    (r"\p{L}", "letter"),  # of a script that is younger than Unicode 15
)
_BETWEEN = frozenset(("punctuation", "symbol", "mark", "letter"))
_NO_LETTERS = frozenset(("private use", "surrogate", "unassigned", "control"))


@cache
def needs_glyph(char: str) -> bool:
    """Tell whether ``char`` needs a glyph: white space and what steers others need none."""
    code = ord(char)
    return not any(first <= code <= last for first, last in _UNDRAWN)


def _matches(pattern: str, char: str) -> bool:
    import regex  # noqa: PLC0415  only a site with other scripts need wait for it

    return regex.match(pattern, char) is not None


@cache
def script(char: str) -> str:
    """Return what people call the script of ``char``: "Han", "Thai", or "emoji", or "symbol"."""
    if char in _EMOJI or _is_between(char, _PICTOGRAPHS):
        return EMOJI
    for name in _NAMES:
        if _matches(rf"\p{{Script={name}}}", char):
            return name.replace("_", " ")
    return next((kind for pattern, kind in _KINDS if _matches(pattern, char)), "symbol")


class Groups:
    """The groups that characters are looked for in: a script, EMOJI, IDEOGRAPHS or SYMBOLS.

    ``with_emoji`` is for texts with a selector U+FE0F, which makes emoji of symbols.
    """

    def __init__(self, *, with_emoji: bool) -> None:
        self._with_emoji = with_emoji
        self._asked: set[str] = set()
        self._groups: dict[str, set[str]] = {}

    def of(self, chars: frozenset[str]) -> Mapping[str, frozenset[str]]:
        """Return ``chars`` by their groups, in the order of these with SYMBOLS last."""
        for char in chars - self._asked:
            self._groups.setdefault(self._group(char), set()).add(char)
        self._asked |= chars
        parts = {name: chars & group for name, group in self._groups.items()}
        return {name: parts[name] for name in sorted(parts, key=_last_symbols) if parts[name]}

    def _group(self, char: str) -> str:
        if char in _EMOJI or _is_between(char, _PICTOGRAPHS):
            return EMOJI
        if self._with_emoji and _is_between(char, _SYMBOLS):
            return EMOJI
        if _is_between(char, _IDEOGRAPHIC_BOUNDS):
            return IDEOGRAPHS
        # A character's name begins with its script, punctuation of one script with it.
        word = re.split("[ -]", unicodedata.name(char, ""))[0]
        return word if word in _WORDS else SYMBOLS


def _last_symbols(name: str) -> tuple[bool, str]:
    return name == SYMBOLS, name


def _is_between(char: str, bounds: Sequence[int]) -> bool:
    return bisect_right(bounds, ord(char)) % 2 == 1


def regions(text: str, language: str) -> tuple[Region, ...]:
    """Return whose forms of ideographs ``text`` is to be drawn in, the best first.

    That is told by ``language``, a language tag, else by letters that only one region writes;
    where nothing tells it, there are none.
    """
    parts = language.lower().replace("_", "-").split("-")
    if parts[0] in ("ja", "ko"):
        return ("JP",) if parts[0] == "ja" else ("KR",)
    if parts[0] == "yue" or (parts[0] == "zh" and {"hk", "mo"} & set(parts)):
        return ("SC",) if "hans" in parts else ("HK", "TC")
    if parts[0] == "zh":
        return ("TC", "HK") if {"hant", "tw"} & set(parts) else ("SC",)
    if any("\u3041" <= char <= "\u30ff" for char in text):
        return ("JP",)
    return ("KR",) if any("\uac00" <= char <= "\ud7a3" for char in text) else ()


def remedy(missing: str) -> str:
    """Return in one line what gives ``missing``, characters that no font has, a font."""
    scripts = sorted({script(char) for char in missing})
    if all(name in _NO_LETTERS for name in scripts):
        return f"leave {_listed(scripts)} characters out"
    letters = [name for name in scripts if name not in _NO_LETTERS | _BETWEEN] or ["them"]
    named = f"name a font that has {_listed(letters)} in SMO_CARD_FONTS"
    if EMOJI in letters:
        named += " (NotoColorEmoji.ttf of Debian's fonts-noto-color-emoji has them in colour)"
    packages = _packages(letters)
    return f"pip install {' '.join(packages)}, or {named}" if packages else named


def _packages(scripts: Iterable[str]) -> list[str]:
    """Return the font packages that have ``scripts`` and that are not installed."""
    found = {
        "manimgx-fonts-cjk" if name in _IDEOGRAPHIC else "manimgx-fonts"
        for name in scripts
        if name in _IDEOGRAPHIC or name in _NOTO or name == EMOJI
    }
    return sorted(name for name in found if find_spec(name.replace("-", "_")) is None)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
