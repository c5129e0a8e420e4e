"""The home of what a card engine does, measure text and draw HTML, and of the values it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from pelican_smo.labels import Direction

__all__ = [
    "HEIGHT",
    "SUFFIXES",
    "WIDTH",
    "CardEngine",
    "Drawing",
    "Extent",
    "Font",
    "Format",
    "TextStyle",
]

# What every network shows large (reference: Facebook's and X's documentation of cards).
WIDTH, HEIGHT = 1200, 630

Format = Literal["png", "jpeg"]
SUFFIXES: Mapping[Format, str] = {"png": ".png", "jpeg": ".jpg"}


class Font(NamedTuple):
    """A font file: where it is, the digest of its bytes, the families that it holds.

    Of a collection, only the families named here are drawn with.
    """

    path: Path
    digest: str
    families: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextStyle:
    """How a run of text is set; ``size`` and ``spacing`` (between letters) are CSS pixels.

    ``by_phrase`` breaks lines at spaces, zero-width spaces and punctuation only, not between
    any two ideographs. ``break_words`` breaks a word that is wider than its box, which it
    leaves otherwise.
    """

    size: int
    weight: int = 700
    line_height: float = 1.15
    spacing: float = 0.0
    direction: Direction = "ltr"
    by_phrase: bool = False
    break_words: bool = True

    @property
    def css(self) -> str:
        """Return the declarations that a template gives to its element, and that are measured.

        What would change the width of the text if the element inherited it is set back. A line
        break in the text is one on the card. A weight that a font has not is never made up: the
        engine would draw an outline around letters of weight 700 to have 750.
        """
        parts = {
            "font-size": f"{self.size}px",
            "font-weight": f"{self.weight}",
            "font-synthesis-weight": "none",
            "line-height": f"{self.line_height:g}",
            "letter-spacing": f"{self.spacing:g}px",
            "word-spacing": "0",
            "text-transform": "none",
            "white-space": "pre-line",
            "direction": self.direction,
            "overflow-wrap": "anywhere" if self.break_words else "normal",
            "word-break": "keep-all" if self.by_phrase else "normal",
        }
        return ";".join(f"{name}:{value}" for name, value in parts.items())


class Extent(NamedTuple):
    """What a text takes up: CSS pixels of its widest line and of all lines, and their number.

    ``widths`` are those of each line; a space at which a line was broken counts.
    """

    width: float
    height: float
    lines: int
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """All that a card is drawn from; it can be pickled, and drawn by any process.

    ``images`` are files by the name by which ``html`` and ``css`` call them. ``fonts`` are in
    the order in which they are asked for a letter.
    """

    html: str
    css: str
    fonts: tuple[Font, ...]
    images: Mapping[str, Path] = field(default_factory=dict)
    language: str = "en"
    width: int = WIDTH
    height: int = HEIGHT


class CardEngine(Protocol):
    """What draws cards. All it is asked raises CardError where it cannot be done."""

    @property
    def version(self) -> str:
        """Name and version, such as "pytakumi 0.1.5": another one draws all cards again."""

    def measure(
        self, text: str, style: TextStyle, width: int, fonts: Sequence[Font], language: str
    ) -> Extent:
        """Return what ``text`` takes up in a box ``width`` pixels wide."""

    def render(self, drawing: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        """Return ``drawing`` as an image file; ``quality`` is that of a JPEG, 1 to 100."""
