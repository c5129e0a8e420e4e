"""The home of lines: words of known widths broken into lines of about equal length, by arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Word", "Words"]

# Lines are made equal to within this part of the size: less is not seen.
_EVEN = 1 / 8


class Word(NamedTuple):
    """What no line breaks: its ``width`` in em, and how many ``letters`` have space behind them.

    A line that ends behind the word shows neither the space that follows it, nor hides the
    hyphen that it has there.
    """

    text: str
    width: float
    letters: int
    has_space: bool = False
    has_hyphen: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, with the widths of a space, a hyphen and an ellipsis in em.

    ``spacing`` is the room between letters in pixels. Sizes and rooms are pixels, too.
    """

    words: tuple[Word, ...]
    space: float
    hyphen: float
    ellipsis: float
    spacing: float = 0.0

    def widest(self, size: float) -> float:
        """Return the width of the word that is the widest at ``size``."""
        widths, _, tails = self._at(size)
        return max(map(sum, zip(widths, tails, strict=True)))

    def largest(self, sizes: range, room: float, height: float, leading: float) -> int:
        """Return the largest of ``sizes`` at which all fits ``room`` and ``height``, else 0.

        A line is ``leading`` em high.
        """
        low, high = 0, len(sizes)
        while low < high:
            middle = (low + high + 1) // 2
            size = sizes[middle - 1]
            fits = self.widest(size) <= room
            if fits and len(self.ends(size, room)) * size * leading <= height:
                low = middle
            else:
                high = middle - 1
        return sizes[low - 1] if low else 0

    def ends(self, size: float, room: float) -> list[int]:
        """Return how many words each line ends behind, with as many in each as have ``room``."""
        widths, gaps, tails = self._at(size)
        ends, used = [], widths[0]
        for number in range(1, len(widths)):
            used += gaps[number - 1] + widths[number]
            if used + tails[number] > room:
                ends.append(number)
                used = widths[number]
        return [*ends, len(widths)]

    def even(self, size: float, room: float) -> list[int]:
        """Return the same for the narrowest room in which there are no more lines."""
        ends = self.ends(size, room)
        low = min(self.widest(size), room) if len(ends) > 1 else room
        while room - low > size * _EVEN:
            middle = (low + room) / 2
            narrow = self.ends(size, middle)
            if len(narrow) == len(ends):
                ends, room = narrow, middle
            else:
                low = middle
        return ends

    def joined(self, counts: Sequence[int], size: float, room: float) -> "Words":
        """Return these words, which are parts, as whole words of so many parts each.

        One that is wider than ``room`` stays in parts: as few as may be, and of about one width.
        """
        found: list[Word] = []
        start = 0
        for count in counts:
            parts = replace(self, words=self.words[start : start + count])
            ends = parts.even(size, room) if count > 1 else [1]
            found += [_joined(parts.words[one:end]) for one, end in pairwise((0, *ends))]
            start += count
        return replace(self, words=tuple(found))

    def text(self, ends: Sequence[int], last: str = "") -> str:
        """Return the text in the lines that end behind ``ends``, and ``last`` behind them."""
        starts = (0, *ends[:-1])
        lines = [self._line(start, end) for start, end in zip(starts, ends, strict=True)]
        return "\n".join(lines) + last

    def _line(self, start: int, end: int) -> str:
        *words, last = self.words[start:end]
        text = "".join(word.text + " " * word.has_space for word in words)
        is_parted = last.has_hyphen and end < len(self.words)
        return text + last.text + "-" * is_parted

    def without_last(self) -> "Words":
        """Return all words but the last."""
        return replace(self, words=self.words[:-1])

    def cut(self, size: float, room: float, rows: int) -> "Words | None":
        """Return the first words, as many as have room in ``rows`` lines with an ellipsis.

        The last is without what should not stand before an ellipsis; None if not one has room.
        """
        ends = self.ends(size, room) if self.words else [0]
        for count in range(ends[min(rows, len(ends)) - 1], 0, -1):
            *first, last = self.words[:count]
            wider = last._replace(width=last.width + self.ellipsis, has_hyphen=False)
            shown = replace(self, words=(*first, wider))
            if shown.widest(size) <= room and len(shown.ends(size, room)) <= rows:
                return shown
        return None

    def _at(self, size: float) -> tuple[list[float], list[float], list[float]]:
        """Return in pixels the widths of words, of what is behind each, and of its hyphen."""
        space = self.space * size + self.spacing
        hyphen = self.hyphen * size + self.spacing
        return (
            [word.width * size + word.letters * self.spacing for word in self.words],
            [space * word.has_space for word in self.words],
            [hyphen * word.has_hyphen for word in self.words],
        )


def _joined(parts: Sequence[Word]) -> Word:
    return parts[-1]._replace(
        text="".join(part.text for part in parts),
        width=sum(part.width for part in parts),
        letters=sum(part.letters for part in parts),
    )
