"""The home of the card engine that comes with the extra: pytakumi, HTML and flexbox to pixels."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

from pelican_smo.cards.engine import Drawing, Extent, Font, Format, TextStyle
from pelican_smo.errors import CardError

__all__ = ["Takumi", "version"]

_PACKAGE = "pytakumi"
# A thousand covers are drawn once each; the logo, on all cards, stays. Bytes, decoded, and files.
_PIXELS = 8 << 20
_PICTURES = 8

# The element of an SVG.
_TEXT = b"<text"

# What the engine takes of a language tag: it refuses a card for one that is not well-formed,
# and draws the same whatever follows these parts.
_LANGUAGE = r"(?i)[a-z]{2,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?(?![a-z\d])"


def version() -> str:
    """Return the engine's name and version, without importing it."""
    return f"{_PACKAGE} {metadata.version(_PACKAGE)}"


class Takumi:
    """A card engine; it reads each font once.

    What it draws depends on nothing but the drawing, whatever it drew before.
    """

    def __init__(self) -> None:
        import pytakumi  # noqa: PLC0415  20 ms that a build without a new card need not wait

        self._takumi = pytakumi
        self._shared = _Fonts(self._new())
        self._apart: tuple[tuple[str, ...], _Fonts] = ((), self._shared)
        self._picture = lru_cache(maxsize=_PICTURES)(_read)
        self._elsewhere: Any = None
        self.version = version()

    def _new(self) -> Any:
        return self._takumi.Renderer(cache_max_bytes=_PIXELS)

    def _told(self, call: Callable[[], Any], where: str = "") -> Any:
        """Return what ``call`` of the engine does, and raise what it raises as CardError.

        A panic, which is no Exception, leaves the engine unusable in the thread that it came
        to pass in; then another thread does what is asked.
        """
        try:
            return self._elsewhere.submit(call).result() if self._elsewhere else call()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            if not isinstance(error, Exception):
                self._elsewhere = _thread()
            raise CardError(where, f"the card engine cannot draw it: {error}") from error

    def measure(
        self, text: str, style: TextStyle, width: int, fonts: Sequence[Font], language: str
    ) -> Extent:
        """Return what ``text`` takes up in a box ``width`` pixels wide."""
        html = f'<div style="display:block;{style.css}">{escape(text)}</div>'
        renderer, families = self._renderer(fonts)
        found = self._told(
            lambda: renderer.measure(
                self._takumi.from_html(html),
                width=width,
                font_families=families,
                lang=_language(language),
            )
        )
        widths = tuple(_widths(found["runs"]))
        return Extent(max(widths, default=0.0), found["height"], len(widths), widths)

    def render(self, drawing: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        """Return ``drawing`` as an image file."""
        images = {name: self._picture(path) for name, path in drawing.images.items()}
        drawn = b"".join(data for data in images.values() if _TEXT in data).decode(errors="replace")
        renderer, families = self._renderer(drawing.fonts, drawing.html + drawing.css + drawn)
        data: bytes = self._told(
            lambda: renderer.render_html(
                drawing.html,
                width=drawing.width,
                height=drawing.height,
                format=form,
                quality=quality if form == "jpeg" else None,
                stylesheets=[drawing.css],
                images=images,
                font_families=families,
                lang=_language(drawing.language),
            )
        )
        return data

    def _renderer(self, fonts: Sequence[Font], markup: str = "") -> tuple[Any, list[str]]:
        """Return a renderer that draws ``markup`` with ``fonts`` only, and their families.

        The engine asks the families that it is given; but a style sheet may name any that it
        knows, and a family may be known from another file. Then one is taken that knows
        these fonts alone.
        """
        digests = tuple(font.digest for font in fonts)
        found = self._knowing(self._shared, fonts)
        if not found.is_exact(digests, markup):
            if self._apart[0] != digests:
                self._apart = digests, _Fonts(self._new())
            found = self._knowing(self._apart[1], fonts)
        return found.renderer, [family for font in fonts for family in font.families]

    def _knowing(self, known: "_Fonts", fonts: Sequence[Font]) -> "_Fonts":
        """Return ``known`` with ``fonts``, of which those are read that are new to it."""
        for font in fonts:
            if font.digest not in known.families:
                families = self._register(known.renderer, font)
                known.families[font.digest] = frozenset(map(str.casefold, families))
        return known

    def _register(self, renderer: Any, font: Font) -> list[str]:
        """Let ``renderer`` know ``font``; returns its families as the engine calls them."""
        data = _read(font.path)
        rows = self._told(lambda: renderer.register_font(data), str(font.path))
        names = sorted({row["name"] for row in rows})
        if missing := sorted({*font.families}.difference(names)):
            told = f"calls {', '.join(missing)} {', '.join(names)}" if names else "finds none in it"
            raise CardError(str(font.path), f"the card engine {told}", "choose another font")
        return names


@dataclass(slots=True)
class _Fonts:
    """A renderer, and the families, in small letters, of the fonts it knows, by digest."""

    renderer: Any
    families: dict[str, frozenset[str]] = field(default_factory=dict)

    def is_exact(self, digests: Sequence[str], markup: str) -> bool:
        """Tell whether ``markup`` is drawn as if only the fonts ``digests`` were known.

        It is not where a family is known from another file, too, or from these in another
        order, or where it names one of another file; nor if it holds text of an SVG, for which
        any font is asked.
        """
        wanted = {family for digest in digests for family in self.families[digest]}
        others = {family for families in self.families.values() for family in families} - wanted
        if others and _TEXT.decode() in markup:
            return False
        markup = markup.casefold()
        return all(
            self._holders(self.families, family) == self._holders(digests, family)
            for family in wanted
        ) and not any(family in markup for family in others)

    def _holders(self, digests: Iterable[str], family: str) -> list[str]:
        return [digest for digest in dict.fromkeys(digests) if family in self.families[digest]]


def _widths(runs: Iterable[Any]) -> Iterator[float]:
    """Yield the width of each line of ``runs``, which go from left to right in a line."""
    start = end = None
    for run in runs:
        if end is not None and run["x"] < end - 0.5:
            yield end - start
            start = None
        start = run["x"] if start is None else start
        end = run["x"] + run["width"]
    if end is not None:
        yield end - start


def _thread() -> Any:
    """Return a new thread to call in."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  hardly any build needs it

    return ThreadPoolExecutor(max_workers=1)


def _language(tag: str) -> str:
    found = re.match(_LANGUAGE, tag)
    return found[0] if found else "und"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CardError(str(path), f"cannot be read: {error.strerror}", "correct it") from error
