"""The home of what a card's text is before it is set: its letters, its direction, its phrases."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import pairwise
from typing import Any

from pelican_smo.cards.scripts import is_phrased, pattern
from pelican_smo.labels import Direction

__all__ = ["clean", "direction", "graphemes", "phrases", "syllables", "version"]

_PACKAGE = "budoux"

# Controls, lone surrogates and noncharacters; what turns the direction of other text, for which
# a card has no use (Unicode Annex 9, 2: embeddings, overrides, isolates); deprecated format
# characters, and marks of interlinear notes, which are drawn as boxes. Joiners, direction
# marks, soft hyphens and zero-width spaces stay: words are written with them.
_UNWANTED = (
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\U000e0001"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
# Of marks above or below a letter languages stack two, some three; strangers stack thirty.
_ABOVE, _BELOW = 230, 220
_PILED = r"([\p{ccc=230}\p{ccc=220}]{3})[\p{ccc=230}\p{ccc=220}]+"

_RTL_LANGUAGES = re.compile(
    r"(ar|arc|arz|ckb|dv|fa|he|iw|ji|ks|lrc|mzn|nqo|pnb|prs|ps|sd|syr|ug|ur|yi)(?![a-z])"
)
_RTL_SCRIPTS = re.compile(r"[a-z]+-(adlm|arab|aran|hebr|mand|nkoo|rohg|samr|syrc|thaa)(?![a-z])")
_SCRIPT = re.compile(r"[a-z]+-[a-z]{4}(?![a-z])")
_RTL = ("R", "AL")
_STRONG = ("L", *_RTL)

_KANA = r"[\p{Hiragana}\p{Katakana}]"
# With the punctuation and the full-width letters that belong to them.
_IDEOGRAPHIC = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\u3000-\u303f\u30fb\u30fc\uff01-\uff65]"
)
_THAI = r"\p{Thai}"
# Where Japanese and Chinese may break whatever else is known: before an opening bracket, and
# behind a closing mark, unless a particle follows it (「東京」の).
_MARKS = r"(?=[「『（【〈《〔［])|(?<=[」』）】〉》〕］、。，．！？：；〜～])(?!\p{Hiragana})"
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))

# What may not begin a line (JIS X 4051; Unicode Annex 14, classes CL, EX, NS; Thai marks of
# repetition), and what may not end one, beyond what the categories of punctuation say.
_NO_START = frozenset(
    "ーｰ々〻ゝゞヽヾ〜～–—％%℃°"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿฯๆะาำๅ"
)
_NO_END = frozenset("#＃@＠¿¡第$€£¥￥№เแโใไ")

_PIECE = re.compile(r"[^ \u200b]*[ \u200b]*")

# What begins a syllable in languages that write letters for sounds: the consonant before a
# vowel, with those that are one sound with it. What no dictionary was asked about.
_VOWELS = "aeiouyæœøıαεηιουωаеёиоуыэюяіїє"
_ONSET = rf"(?i)(?:sch|[cpgts]h|ck|qu|pf[lr]|[bdfgkpt][lr]|[^\W\d_{_VOWELS}])(?=[{_VOWELS}])"
_SYLLABLE = 3


def version() -> str:
    """Return name and version of what finds phrases, without importing it."""
    return f"{_PACKAGE} {metadata.version(_PACKAGE)}"


def clean(text: str) -> str:
    """Return ``text``, which is no HTML, as a card shows it: on one line, composed (NFC).

    Left out are control characters, those that override the direction of text, those that no
    output can carry, and of marks piled up on a letter all but three.
    """
    text = " ".join(str(text).split())
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", re.sub(_UNWANTED, "", text))
    if not {_ABOVE, _BELOW}.isdisjoint(map(unicodedata.combining, text)):
        text = pattern(_PILED).sub(r"\1", text)
    return " ".join(text.split())


def direction(text: str, language: str) -> Direction:
    """Return the direction in which ``text`` is written.

    The first letter that has one decides (Unicode Annex 9, P2), save that a text of a
    right-to-left ``language`` (BCP 47) may begin with a foreign name: any letter of its own
    will do. A text without such letters goes as its language does.
    """
    towards = (found for char in text if (found := unicodedata.bidirectional(char)) in _STRONG)
    if _is_rtl(language):
        return "ltr" if {*towards} == {"L"} else "rtl"
    return "rtl" if next(towards, "L") in _RTL else "ltr"


@cache
def _is_rtl(language: str) -> bool:
    tag = language.lower().replace("_", "-")
    known = _RTL_SCRIPTS if _SCRIPT.match(tag) else _RTL_LANGUAGES
    return known.match(tag) is not None


def graphemes(text: str) -> list[str]:
    """Return the characters of ``text`` as readers see them (Unicode Annex 29)."""
    return list(text) if text.isascii() else pattern(r"\X").findall(text)


def phrases(text: str, language: str) -> tuple[str, ...]:
    """Return ``text`` in pieces between which a line may break; joined, they are the text.

    A piece ends behind spaces and zero-width spaces. Japanese, Chinese and Thai are cut into
    phrases: the script tells which of them a text is, and of ideographs alone ``language``.
    No cut falls before what closes, behind what opens, between a number and what it counts,
    or inside of a grapheme.
    """
    pieces = tuple(_PIECE.findall(text))[:-1]
    if not is_phrased(text):
        return pieces
    return tuple(phrase for piece in pieces for phrase in _cut(piece, _parsers(text, language)))


def syllables(word: str) -> list[str]:
    """Return ``word`` in parts between which a hyphen may stand if it must be broken.

    That is a guess, for words of Latin, Greek and Cyrillic letters; others are one part.
    """
    if pattern(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Mn}\p{P}]+").fullmatch(word) is None:
        return [word]
    bases = "".join(unicodedata.normalize("NFD", char)[0] for char in word)
    starts = [found.start() for found in re.finditer(_ONSET, bases)]
    inner = [start for start in starts if _SYLLABLE <= start <= len(word) - _SYLLABLE]
    return [word[start:end] for start, end in pairwise([0, *inner, len(word)])]


def _cut(piece: str, parsers: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the phrases of ``piece``, which has spaces only at its end."""
    word = piece.rstrip(" \u200b")
    found = {end for name, script in parsers for end in _ends(word, name, script)}
    found |= {mark.start() for mark in pattern(_MARKS).finditer(word)}
    found &= set(_offsets(graphemes(word)))
    ends = [0, *sorted(end for end in found if _may_part(word[end - 1], word[end])), len(piece)]
    yield from (piece[start:end] for start, end in pairwise(ends))


def _ends(word: str, name: str, script: str) -> Iterator[int]:
    """Yield where phrases of ``word`` end, those between letters of another script left out."""
    of_script = pattern(script)
    if not of_script.search(word):
        return
    for end in _offsets(_parser(name).parse(word)):
        if of_script.match(word[end - 1]) or of_script.match(word[end]):
            yield end


def _offsets(pieces: list[str]) -> Iterator[int]:
    """Yield the offsets at which ``pieces`` meet."""
    end = 0
    for piece in pieces[:-1]:
        end += len(piece)
        yield end


def _may_part(before: str, after: str) -> bool:
    """Tell whether a line may break between two characters."""
    return not (
        before.isnumeric()
        or before in _NO_END
        or after in _NO_START
        or unicodedata.category(before) in {"Ps", "Pi"}
        or unicodedata.category(after) in {"Pe", "Pf", "Po"}
    )


def _parsers(text: str, language: str) -> list[tuple[str, str]]:
    """Return which parsers ``text`` asks for, each with the script that it is asked about."""
    found = [("thai", _THAI)] if pattern(_THAI).search(text) else []
    return [*found, (_ideographic(text, language), _IDEOGRAPHIC)]


def _ideographic(text: str, language: str) -> str:
    base, *rest = language.lower().replace("_", "-").split("-")
    if base == "ja" or pattern(_KANA).search(text):
        return "japanese"
    return "traditional_chinese" if _TRADITIONAL.intersection(rest) else "simplified_chinese"


@cache
def _parser(name: str) -> Any:
    """Return a parser of phrases; it takes 2 µs for each character."""
    import budoux  # noqa: PLC0415  5 ms that only such texts take

    return getattr(budoux, f"load_default_{name}_parser")()
