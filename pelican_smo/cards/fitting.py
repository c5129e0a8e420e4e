"""The home of text that fits: the size, the lines and where it is cut, for a box of a card."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pelican_smo.cards.engine import Extent, TextStyle
from pelican_smo.cards.lines import Word, Words
from pelican_smo.cards.scripts import is_joined, is_phrased, least_leading, with_breaks
from pelican_smo.cards.words import clean, direction, graphemes, phrases, syllables
from pelican_smo.errors import CardError
from pelican_smo.labels import Direction
from pelican_smo.text import plain

__all__ = ["Fitted", "fit"]

Measure = Callable[[str, TextStyle, int], Extent]

_ELLIPSIS, _HYPHEN, _SOFT_HYPHEN, _BREAK = "…", "-", "\u00ad", "\u200b"
# Words are measured at this size, in a box where none of them comes to its end.
_SAMPLE, _ENDLESS = 100, 100_000
# A letter is on average no narrower than this, in em: more of them than that cannot fit.
_NARROWEST = 0.15
# How much narrower a box is made in which lines turned out to be wider than the words in them.
_NARROWER = 0.985
# A word is rather parted than made smaller than this share of the largest size: three quarters
# of a card would stay empty for the sake of one word.
_READABLE = 0.6
# So many sizes are tried for a text that the engine breaks anywhere.
_TRIES = 3

# French sets a space before these, and behind an opening quotation mark; no line breaks there.
_SPACED = re.compile(r"(?<=[«‹]) | (?=[!?:;»›])")
# Where a word may part in any line, if it is long enough; where one that is too wide, and where
# if that is not enough.
_DASH = re.compile(r"(?<=\w{4}[-‐–—])(?=\w{3})")
_SEAM = re.compile(r"(?<=\u00ad)|(?<=[-/?&=#_])(?=[^-/?&=#_])")
_POINT = re.compile(r"(?<=[.:~@+])(?=[^.:~@+])")
_NOT_LAST = " \u00a0\u200b,;:–—-、，：；・（「『【([{«“‘"

# What a template may ask for, so that a slip is told and not drawn.
_LIMITS = {
    "width": (1, 10_000),
    "height": (1, 10_000),
    "max": (1, 1000),
    "min": (1, 1000),
    "weight": (1, 1000),
    "line_height": (0.5, 4),
    "spacing": (-50, 50),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A text that fits its box, in pixels: ``style`` is the CSS to give to its element.

    ``text`` has line breaks where its lines end, which ``style`` shows as such, and zero-width
    spaces where an engine needs them; it has an ellipsis where ``is_cut``.
    """

    text: str
    size: int
    style: str
    lines: int
    width: float
    height: float
    is_cut: bool
    direction: Direction

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def fit(
    text: str,
    *,
    measure: Measure,
    width: float,
    height: float,
    max: float,
    min: float,
    weight: int = 700,
    line_height: float = 1.15,
    spacing: float = 0,
    language: str = "en",
) -> Fitted:
    """Return ``text`` as large as it fits a box of ``width`` by ``height`` pixels.

    The largest size from ``max`` down to ``min`` is taken at which no word is broken, save that
    a word too wide for a line at 60 % of ``max`` is parted, as seldom as may be, where it has a
    soft hyphen, a seam as in an address, or (a guess) syllables. At ``min`` what is too much
    gives way to an ellipsis, behind a word or a phrase if there is one. The lines of a text are made about equally long.
    ``line_height`` grows for a script that needs more, and ``spacing`` (pixels between
    letters) is left out where letters are joined. ``measure`` returns what a text takes up.

    Raises CardError for a box that is none.
    """
    box = _box(
        width=width,
        height=height,
        max=max,
        min=min,
        weight=weight,
        line_height=line_height,
        spacing=spacing,
    )
    # What a macro of a template returns is HTML; all else is text.
    text = plain(str(text)) if hasattr(text, "__html__") else "" if text is None else text
    text = _SPACED.sub("\u00a0", clean(text))
    towards = direction(text, language)
    style = TextStyle(
        size=int(box["max"]),
        weight=int(box["weight"]),
        line_height=_leading(text, box),
        spacing=0 if is_joined(text) else box["spacing"],
        direction=towards,
        by_phrase=is_phrased(text),
        break_words=False,
    )
    found = _Set("", style, Extent(0, 0, 0))
    if text:
        bounds = int(box["width"]), box["height"], int(box["min"])
        found = _Box(measure, *bounds, style).set(text, language)
    return Fitted(
        text=found.text,
        size=found.style.size,
        style=found.style.css,
        lines=found.extent.lines,
        width=found.extent.width,
        height=found.extent.height,
        is_cut=found.is_cut,
        direction=towards,
    )


def _box(**asked: Any) -> dict[str, float]:
    """Return what a template asked for, which is numbers; raises CardError where it is none."""
    for name, value in asked.items():
        low, high = _LIMITS[name]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise _slip(f"{name} must be a number from {low} to {high}, got {value!r}")
    low, high, line = asked["min"], asked["max"], asked["line_height"]
    if low > high:
        raise _slip(f"min={low} is more than max={high}")
    if asked["height"] < low * line:
        raise _slip(
            f"height={asked['height']} has no room for one line of min={low} "
            f"with line_height={line}"
        )
    return asked


def _slip(told: str) -> CardError:
    return CardError("fit()", told, "correct the template")


def _leading(text: str, box: dict[str, float]) -> float:
    """Return the line height that the script of ``text`` needs, as far as a line has room."""
    needed = min(least_leading(text), box["height"] / box["min"])
    return max(box["line_height"], math.floor(needed * 100) / 100)


@dataclass(frozen=True, slots=True)
class _Set:
    """A text as it is set, and what it takes up."""

    text: str
    style: TextStyle
    extent: Extent
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    """A box to set text in: at most as large as ``style``, at least at the size ``least``."""

    measure: Measure
    width: int
    height: float
    least: int
    style: TextStyle

    def set(self, text: str, language: str) -> _Set:
        """Return ``text``, which is clean, as it fits."""
        if len(text) * self.style.size * _NARROWEST < self.width:
            found = self._at(text.replace(_SOFT_HYPHEN, ""), self.style)
            if found.extent.lines <= 1 and self._holds(found.extent):
                return found
        kept = self._kept(text)
        pieces = [part for piece in phrases(kept, language) for part in _DASH.split(piece)]
        words = self._words(pieces)
        large = self._set_parted(pieces, words) if kept == text else None
        found = large or self._set_small(pieces, words, is_cut=kept != text)
        return found if self._holds_height(found.extent) else self._lowered(found)

    def _set_small(self, pieces: Sequence[str], words: Words, *, is_cut: bool) -> _Set:
        """Return ``pieces``, which ``words`` are, parted or cut only at the least size."""
        box = self
        if words.widest(self.least) > self.width:
            parts, words = self._parted(pieces, words, self.least)
            pieces = [part for one in parts for part in one]
            # A word that must be broken is broken as seldom as may be.
            box = replace(self, style=self._smallest)
        if words.widest(self.least) > self.width:
            return self._broken(pieces, is_cut=is_cut)
        if is_cut:
            return self._cut(words, pieces)
        return box._whole(words) or self._cut(words.without_last(), pieces)

    @property
    def _smallest(self) -> TextStyle:
        return replace(self.style, size=self.least)

    def _kept(self, text: str) -> str:
        """Return as much of ``text`` as could possibly fit, so that nothing takes long."""
        rows = self.height // (self.least * self.style.line_height) + 1
        most = int(rows * (self.width / (self.least * _NARROWEST) + 1))
        return text if len(text) <= most else "".join(graphemes(text[: most + 64])[:most])

    # Measuring

    def _at(self, text: str, style: TextStyle, *, is_cut: bool = False) -> _Set:
        text = with_breaks(text)
        return _Set(text, style, self.measure(text, style, self.width), is_cut)

    def _holds(self, extent: Extent) -> bool:
        # Of a width the engine knows fractions.
        return extent.width < self.width + 0.5 and self._holds_height(extent)

    def _holds_height(self, extent: Extent) -> bool:
        # The engine rounds a height up to whole pixels.
        return extent.height < self.height + 1

    def _words(self, pieces: Sequence[str]) -> Words:
        """Return the words that ``pieces`` are, measured."""
        texts = [_shown(piece) for piece in pieces]
        # The space that stands between two words of the text, which may be of any font.
        spaced = next((n for n, piece in enumerate(pieces[:-1]) if piece.endswith(" ")), None)
        first, second = ("n", "n") if spaced is None else texts[spaced : spaced + 2]
        *widths, one, other, both, hyphen, ellipsis = self._widths(
            [*texts, first, second, f"{first} {second}", _HYPHEN, _ELLIPSIS]
        )
        words = (
            Word(
                text,
                width,
                len(graphemes(text)),
                has_space=piece.rstrip(_BREAK).endswith(" "),
                has_hyphen=piece.endswith(_SOFT_HYPHEN),
            )
            for text, width, piece in zip(texts, widths, pieces, strict=True)
        )
        space = max(both - one - other, 0.0)
        return Words(tuple(words), space, hyphen, ellipsis, self.style.spacing)

    def _widths(self, texts: Sequence[str]) -> list[float]:
        """Return the width of each of ``texts`` in em: all are measured at once, as lines."""
        found = iter(self._sampled([text for text in texts if text]))
        return [next(found) / _SAMPLE if text else 0.0 for text in texts]

    def _sampled(self, lines: Sequence[str]) -> tuple[float, ...]:
        style = replace(self.style, size=_SAMPLE, spacing=0)
        found = self.measure(with_breaks("\n".join(lines)), style, _ENDLESS)
        if len(lines) == 1:
            return (found.width,)
        if len(found.widths) == len(lines):
            return found.widths
        # A line that takes no room, of marks alone, is not seen: look for it.
        middle = len(lines) // 2
        return self._sampled(lines[:middle]) + self._sampled(lines[middle:])

    # Words that are too wide for a line of a size that is easy to read

    @property
    def _readable(self) -> int:
        return max(self.least, math.ceil(self.style.size * _READABLE))

    def _set_parted(self, pieces: Sequence[str], words: Words) -> _Set | None:
        """Return ``pieces``, which ``words`` are, with words parted rather than made small.

        None if none of them is too wide, or there is no size at which all fit.
        """
        if words.widest(self._readable) <= self.width:
            return None
        parts, words = self._parted(pieces, words, self._readable)
        counts = [len(one) for one in parts]
        sizes, leading = range(self.least, self.style.size + 1), self.style.line_height
        # Words in fewer parts fill their lines no better.
        readable = range(self.least, self._readable + 1)
        largest = words.largest(readable, self.width, self.height, leading)
        for size in range(largest, self.least - 1, -1):
            joined = words.joined(counts, size, self.width)
            if joined.largest(sizes, self.width, self.height, leading) >= size:
                return self._whole(joined)
        return None

    def _parted(
        self, pieces: Sequence[str], words: Words, size: int
    ) -> tuple[list[list[str]], Words]:
        """Return the parts of each of ``pieces``, which ``words`` are, and all parts as words.

        Those of a word that fits a line at ``size`` are one.
        """
        parts = [[piece] for piece in pieces]
        for part in (_SEAM.split, _POINT.split, _hyphenated):
            each = iter(words.words)
            parted = [
                [
                    inner
                    for piece, word in zip(one, each, strict=False)
                    for inner in (part(piece) if self._is_wide(words, word, size) else [piece])
                ]
                for one in parts
            ]
            if parted != parts:
                parts = parted
                words = self._words([piece for one in parts for piece in one])
        return parts, words

    def _is_wide(self, words: Words, word: Word, size: int) -> bool:
        return replace(words, words=(word,)).widest(size) > self.width

    # Words of which each fits in a line

    def _whole(self, words: Words) -> _Set | None:
        """Return ``words`` as large as all of them fit, None if they do not.

        What fonts add to the height of a line, and how letters lean on each other across
        words, shows when the lines are measured; then it is worked out again.
        """
        sizes, room = range(self.least, self.style.size + 1), float(self.width)
        leading = self.style.line_height
        while size := words.largest(sizes, room, self.height, leading):
            ends = words.even(size, room)
            found = self._at(words.text(ends), replace(self.style, size=size))
            if self._holds(found.extent):
                return found
            if found.extent.lines == len(ends) and not self._holds_height(found.extent):
                leading = found.extent.height / (len(ends) * size)
            else:
                room *= _NARROWER
        ends = words.ends(self.least, self.width)
        return self._at(words.text(ends), self._smallest) if len(ends) == 1 else None

    def _cut(self, words: Words, pieces: Sequence[str]) -> _Set:
        """Return as many of ``words`` as fit, and an ellipsis; ``pieces`` are all there are."""
        rows = int((self.height + 1) / (self.least * self.style.line_height))
        room = float(self.width)
        while rows and (shown := words.cut(self.least, room, rows)):
            text = shown.text(shown.even(self.least, room)).rstrip(_NOT_LAST)
            text = text.removesuffix(_ELLIPSIS) + _ELLIPSIS
            found = self._at(text, self._smallest, is_cut=True)
            if self._holds(found.extent) or (found.extent.lines == rows == 1):
                return found
            if found.extent.lines <= rows and not self._holds_height(found.extent):
                rows -= 1
            else:
                room *= _NARROWER
        return self._broken(pieces, is_cut=True)

    def _lowered(self, found: _Set) -> _Set:
        """Return ``found``, of one line, with a line height that makes up for what fonts add."""
        less = (found.extent.height - self.height) / found.style.size
        height = round(max(found.style.line_height - less, _NARROWEST), 2)
        return self._at(found.text, replace(found.style, line_height=height), is_cut=found.is_cut)

    # Words that are too wide for a line

    def _broken(self, pieces: Sequence[str], *, is_cut: bool) -> _Set:
        """Return ``pieces`` with words broken wherever a line is full, at the least size if need be."""
        text = "".join(
            _shown(piece) + (" " if piece.endswith(" ") else _BREAK) for piece in pieces
        ).strip(f" {_BREAK}")
        whole = self._torn(text)
        if not is_cut and self._suits(whole.extent):
            return self._grown(text, whole)
        units = graphemes(text)

        def ended(length: int) -> _Set:
            start = "".join(units[:length]).rstrip(_NOT_LAST)
            return replace(self._torn(start + _ELLIPSIS), is_cut=True)

        guess = int(len(units) * self.height / max(whole.extent.height, 1))
        length = _most(lambda count: self._suits(ended(count).extent), len(units), guess)
        start = "".join(units[:length])
        space = start.rfind(" ")
        return ended(len(graphemes(start[:space])) if space > len(start) / 2 else length)

    def _grown(self, text: str, found: _Set) -> _Set:
        """Return ``text``, at the least size ``found``, as large as it fits and reads well."""
        extent = found.extent
        length = (sum(extent.widths) or extent.lines * self.width) / self.least
        leading = extent.height / (extent.lines * self.least)
        sizes = (
            size
            for size in range(self._readable, self.least, -1)
            if math.ceil(length * size / self.width) * size * leading <= self.height
        )
        for size in islice(sizes, _TRIES):
            larger = self._torn(text, size)
            if larger.extent.lines > 1 and self._holds(larger.extent):
                return larger
        return found

    def _suits(self, extent: Extent) -> bool:
        """Tell whether a text fits, or would if its only line were lower."""
        is_line = extent.lines <= 1 and extent.width < self.width + 0.5
        return is_line or self._holds(extent)

    def _torn(self, text: str, size: int = 0) -> _Set:
        """Return ``text`` at ``size``, or the least one, broken by the engine.

        A space at which it breaks a line is beyond the box, and is not seen there.
        """
        style = replace(self.style, size=size or self.least, break_words=True)
        found = self._at(text, style)
        beyond = found.extent.width - self.width
        if found.extent.lines > 1 and 0 < beyond < style.size / 2:
            return replace(found, extent=found.extent._replace(width=float(self.width)))
        return found


def _shown(piece: str) -> str:
    return piece.replace(_SOFT_HYPHEN, "").strip(f" {_BREAK}")


def _hyphenated(piece: str) -> list[str]:
    """Return the syllables of ``piece``, each but the last with a soft hyphen."""
    word = piece.rstrip(f" {_BREAK}")
    *parts, last = syllables(word)
    behind = piece[len(word) :]
    return [*(part + _SOFT_HYPHEN for part in parts), last + behind]


def _most(fits: Callable[[int], bool], most: int, guess: int) -> int:
    """Return the largest number up to ``most`` that fits; it is looked for from ``guess`` on."""
    low, high, step = 0, most, 1
    while low < high:
        number = max(low + 1, min(high, guess))
        if fits(number):
            low, guess = number, number + step
        else:
            high, guess = number - 1, number - step
        step *= 2
        if low and high < most:
            guess = (low + high + 1) // 2
    return low
