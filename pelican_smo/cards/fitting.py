"""The home of text that fits: the size, the lines and where it is cut, for a box of a card."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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

    The largest size from ``max`` down to ``min`` is taken at which no word is broken; at
    ``min`` words that are too wide are, and what is too much gives way to an ellipsis, behind
    a word or a phrase if there is one. The lines of a text are made about equally long.
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
        box = self
        for part in (_SEAM.split, _POINT.split, _hyphenated):
            if words.widest(self.least) > self.width:
                pieces = [*self._parted(pieces, words, part)]
                words = self._words(pieces)
                # A word that must be broken is broken as seldom as may be.
                box = replace(self, style=self._smallest)
        if words.widest(self.least) > self.width:
            found = self._broken(pieces, is_cut=kept != text)
        elif kept != text:
            found = self._cut(words, pieces)
        else:
            found = box._whole(words) or self._cut(words.without_last(), pieces)
        return found if self._holds_height(found.extent) else self._lowered(found)

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

    def _parted(
        self, pieces: Sequence[str], words: Words, part: Callable[[str], list[str]]
    ) -> Iterator[str]:
        """Yield ``pieces``, which ``words`` are; ``part`` parts those too wide for a line."""
        for piece, word in zip(pieces, words.words, strict=True):
            is_wide = replace(words, words=(word,)).widest(self.least) > self.width
            yield from part(piece) if is_wide else [piece]

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
        """Return ``pieces`` at the least size, with words broken wherever a line is full."""
        text = "".join(
            _shown(piece) + (" " if piece.endswith(" ") else _BREAK) for piece in pieces
        ).strip(f" {_BREAK}")
        whole = self._torn(text)
        if not is_cut and self._suits(whole.extent):
            return whole
        units = graphemes(text)

        def ended(length: int) -> _Set:
            start = "".join(units[:length]).rstrip(_NOT_LAST)
            return replace(self._torn(start + _ELLIPSIS), is_cut=True)

        guess = int(len(units) * self.height / max(whole.extent.height, 1))
        length = _most(lambda count: self._suits(ended(count).extent), len(units), guess)
        start = "".join(units[:length])
        space = start.rfind(" ")
        return ended(len(graphemes(start[:space])) if space > len(start) / 2 else length)

    def _suits(self, extent: Extent) -> bool:
        """Tell whether a text fits, or would if its only line were lower."""
        is_line = extent.lines <= 1 and extent.width < self.width + 0.5
        return is_line or self._holds(extent)

    def _torn(self, text: str) -> _Set:
        """Return ``text`` at the least size, broken by the engine.

        A space at which it breaks a line is beyond the box, and is not seen there.
        """
        found = self._at(text, replace(self._smallest, break_words=True))
        beyond = found.extent.width - self.width
        if found.extent.lines > 1 and 0 < beyond < self.least / 2:
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
