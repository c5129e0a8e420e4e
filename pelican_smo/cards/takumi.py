"""The home of the card engine that comes with the extra: pytakumi, HTML and flexbox to pixels."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pelican_smo.cards.engine import Drawing, Extent, Font, Format, TextStyle
from pelican_smo.errors import CardError

__all__ = ["Takumi", "is_installed", "version"]

_PACKAGE = "pytakumi"
# A thousand covers are drawn once each; the logo, on all cards, stays. Bytes, decoded, and files.
_PIXELS = 8 << 20
_PICTURES = 8

# What the engine takes of a language tag: it refuses a card for one that is not well-formed,
# and draws the same whatever follows these parts.
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?(?![a-z\d])", re.IGNORECASE
)


def is_installed() -> bool:
    """Tell whether the engine is there, without importing it."""
    return find_spec(_PACKAGE) is not None


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
        self.version = version()

    def _new(self) -> Any:
        return self._takumi.Renderer(cache_max_bytes=_PIXELS)

    def measure(
        self, text: str, style: TextStyle, width: int, fonts: Sequence[Font], language: str
    ) -> Extent:
        """Return what ``text`` takes up in a box ``width`` pixels wide."""
        html = f'<div style="display:block;{style.css}">{escape(text)}</div>'
        renderer, families = self._renderer(fonts)
        with _told():
            found = renderer.measure(
                self._takumi.from_html(html),
                width=width,
                font_families=families,
                lang=_language(language),
            )
        widths = tuple(_widths(found["runs"]))
        return Extent(max(widths, default=0.0), found["height"], len(widths), widths)

    def render(self, drawing: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        """Return ``drawing`` as an image file."""
        images = {name: self._picture(path) for name, path in drawing.images.items()}
        renderer, families = self._renderer(drawing.fonts, drawing.html + drawing.css)
        with _told():
            data: bytes = renderer.render_html(
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
        return data

    def _renderer(self, fonts: Sequence[Font], markup: str = "") -> tuple[Any, list[str]]:
        """Return a renderer that draws ``markup`` with ``fonts`` only, and their families.

        The engine asks the families that it is given; but a style sheet may name any that it
        knows, and a family may be known from another file. Then one is taken that knows
        these fonts alone.
        """
        digests = tuple(font.digest for font in fonts)
        shared = self._shared
        for font in fonts:
            shared.add(font)
        if not shared.is_exact(digests, markup):
            if self._apart[0] != digests:
                self._apart = digests, _Fonts(self._new())
            shared = self._apart[1]
            for font in fonts:
                shared.add(font)
        return shared.renderer, [family for font in fonts for family in font.families]


class _Fonts:
    """A renderer, and the fonts that it knows: digests to families, in order."""

    def __init__(self, renderer: Any) -> None:
        self.renderer = renderer
        self._known: dict[str, frozenset[str]] = {}

    def add(self, font: Font) -> None:
        """Let the renderer know ``font``, if it does not yet."""
        if font.digest in self._known:
            return
        data = _read(font.path)
        with _told(str(font.path)):
            found = {family["name"] for family in self.renderer.register_font(data)}
        if missing := [family for family in font.families if family not in found]:
            told = f"as {', '.join(sorted(found))}" if found else "not at all"
            problem = f"the card engine reads {', '.join(missing)} {told}"
            raise CardError(str(font.path), problem, "choose another font")
        self._known[font.digest] = frozenset(map(str.casefold, found))

    def is_exact(self, digests: Sequence[str], markup: str) -> bool:
        """Tell whether ``markup`` is drawn as if only the fonts ``digests`` were known."""
        wanted = {family for digest in digests for family in self._known[digest]}
        others = {family for known in self._known.values() for family in known} - wanted
        clashes = [
            digest
            for digest, families in self._known.items()
            if families & wanted and digest not in digests
        ]
        order = [digest for digest in self._known if digest in digests]
        shared = sum(len(self._known[digest]) for digest in digests) != len(wanted)
        markup = markup.casefold()
        return not (
            clashes
            or (shared and order != list(dict.fromkeys(digests)))
            or any(family in markup for family in others)
        )


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


def _language(tag: str) -> str:
    found = _LANGUAGE.match(tag)
    return found[0] if found else "und"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CardError(str(path), f"cannot be read: {error.strerror}", "correct it") from error


@contextmanager
def _told(where: str = "") -> Iterator[None]:
    """Raise what the engine raises as CardError, its panics too, which are no Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise CardError(where, f"the card engine cannot draw it: {error}") from error
