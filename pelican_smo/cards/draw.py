"""The home of one card's encoding: PNG, or JPEG where that is too heavy, or a word on why not."""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

from pelican_smo.cards.engine import CardEngine, Drawing, Format
from pelican_smo.errors import CardError, PassingError

__all__ = ["LIMIT", "Encoded", "encoded", "is_marked", "is_whole", "pictures_of"]

# Bytes; some networks show no picture that is heavier (WhatsApp's old limit, the strictest).
LIMIT = 300_000
# Characters of HTML, and elements within one another: far more than any card has.
_LONGEST, _DEEPEST = 1_000_000, 256
_TAG = r"<(/?)([a-zA-Z][^\s<>/]*)[^<>]*?(/?)>"
_EMPTY = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_TRIES: tuple[tuple[Format, int], ...] = (
    ("png", 100),
    ("jpeg", 85),
    ("jpeg", 75),
    ("jpeg", 60),
    ("jpeg", 45),
    ("jpeg", 30),
)
# More than that the engine does not decode.
_WIDEST = 8192
_KNOWN = f"save it as PNG, JPEG, WebP or SVG, of at most {_WIDEST} pixels a side"
_MARK = b"pelican_smo"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_PNG_END, _JPEG_END = b"IEND\xaeB`\x82", b"\xff\xd9"
_PNG_HEADER = 33  # signature and IHDR
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15 (ITU-T T.81, table B.1)
_COMMENT, _APP0 = 0xFE, 0xE0
# Not compiled before there is something to draw.
_CSS_URL = r"(?i)\burl\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\s\"']*))\s*\)"
_CSS_OTHER = r"(?s)/\*.*?\*/|@font-face\s*\{[^}]*\}|@(?:import|namespace)[^;]*;?"


class Encoded(NamedTuple):
    """A card as an image file."""

    form: Format
    data: bytes


def encoded(engine: CardEngine, drawing: Drawing) -> Encoded:
    """Return ``drawing`` as a file of at most LIMIT bytes: a PNG, else a JPEG of less quality.

    It is marked as one of ours. Raises CardError, whose ``where`` is the picture or font that is
    to blame, if one is; PassingError where another time it may go well.
    """
    _find_pictures(drawing)
    _find_depths(drawing)
    for form, quality in _TRIES:
        data = _marked(form, _rendered(engine, drawing, form, quality))
        if len(data) <= LIMIT:
            return Encoded(form, data)
    raise CardError(
        "",
        f"its picture has more than {LIMIT // 1000} KB even as a JPEG of the lowest quality",
        "use a background with less detail",
    )


def is_marked(start: bytes) -> bool:
    """Tell whether a file that has ``start`` for its first bytes, a hundred or so, is a card."""
    return start.startswith((_PNG, _JPEG)) and _MARK in start[:128]


def is_whole(data: bytes, width: int, height: int, form: Format | None = None) -> bool:
    """Tell whether ``data`` is a PNG or JPEG of that many pixels, from its start to its end."""
    if data.startswith(_PNG) and form != "jpeg":
        size = data[16:24] if data[12:16] == b"IHDR" else b""
        return size == struct.pack(">II", width, height) and data.endswith(_PNG_END)
    if data.startswith(_JPEG) and form != "png":
        return _jpeg_size(data) == (width, height) and data.endswith(_JPEG_END)
    return False


def _rendered(engine: CardEngine, drawing: Drawing, form: Format, quality: int) -> bytes:
    try:
        data = engine.render(drawing, form, quality)
    except CardError as error:
        raise _explained(engine, drawing, error) from error
    if not is_whole(data, drawing.width, drawing.height, form):
        raise CardError(
            "",
            "the card engine returned no picture",
            f"install another version than {engine.version}",
        )
    return data


def _explained(engine: CardEngine, drawing: Drawing, error: CardError) -> CardError:
    """Return ``error`` with the file that is to blame: the engine does not say which it is."""
    if isinstance(error.__cause__, (OSError, MemoryError)):
        return PassingError(error.where, error.problem, error.remedy)
    if error.where:
        return error
    for name, path in drawing.images.items():
        alone = Drawing(
            html=f'<img src="{escape(name)}" style="width:16px;height:16px">',
            css="",
            fonts=(),
            images={name: path},
            width=16,
            height=16,
        )
        try:
            engine.render(alone, "png", 100)
        except CardError:
            return CardError(str(path), "is no picture that can be drawn", _KNOWN)
    return error


def _find_pictures(drawing: Drawing) -> None:
    """Raise CardError for a picture that is not there, which an engine passes over in silence."""
    for path in drawing.images.values():
        if not path.is_file():
            raise PassingError(str(path), "is no file", "correct its path")
    for name in _pictures_named(drawing):
        if name not in drawing.images and not name.startswith(("data:", "#")):
            raise CardError(
                "",
                f"its template or stylesheet shows a picture {name!r} that is not there",
                'name a file below the content folder, in a template by {{ img("…") }}',
            )


def _find_depths(drawing: Drawing) -> None:
    """Raise CardError for markup that an engine gets lost in: that would take the build along."""
    if len(drawing.html) > _LONGEST:
        told = f"its template makes more than {_LONGEST // 1_000_000} MB of HTML"
        raise CardError("", told, "use less")
    if _is_deep(drawing.html):
        raise CardError("", f"its HTML is nested more than {_DEEPEST} levels deep", "flatten it")
    for path in drawing.images.values():
        if path.suffix.lower() == ".svg" and _is_deep(path.read_text("utf-8", "replace")):
            told = f"is nested more than {_DEEPEST} levels deep"
            raise CardError(str(path), told, "save it as PNG")


def _is_deep(markup: str) -> bool:
    depth = 0
    for closes, name, is_empty in re.findall(_TAG, markup):
        if closes:
            depth -= 1
        elif not is_empty and name.lower() not in _EMPTY:
            depth += 1
            if depth > _DEEPEST:
                return True
    return False


def _pictures_named(drawing: Drawing) -> Iterator[str]:
    names = _Names()
    with suppress(AssertionError):  # that is what the parser has for "<![x"
        names.feed(drawing.html)
        names.close()
    yield from names.found
    for css in (*names.css, drawing.css):
        yield from pictures_of(css)


def pictures_of(css: str) -> Iterator[str]:
    """Yield the names of the pictures that a stylesheet shows."""
    for double, single, bare in re.findall(_CSS_URL, re.sub(_CSS_OTHER, "", css)):
        name = double or single or bare
        if not name.startswith(("data:", "#")):
            yield name


class _Names(HTMLParser):
    """Finds the names of pictures in HTML, and the CSS in which there may be others."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.css: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img" and values.get("src"):
            self.found.append(values["src"])
        if "url(" in values.get("style", "").lower():
            self.css.append(values["style"])

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.css.append(data)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height that a JPEG's first frame header says (ITU-T T.81, B.2.2)."""
    for marker, start, end in _segments(data):
        if marker in _FRAMES:
            height, width = data[start + 1 : start + 3], data[start + 3 : min(start + 5, end)]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the marker of each segment before a JPEG's scan, and where its content lies."""
    at = len(_JPEG)
    while at + 4 <= len(data) and data[at : at + 1] == b"\xff":
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], at + 4, at + 2 + length
        at += 2 + max(length, 2)


def _marked(form: Format, data: bytes) -> bytes:
    """Return ``data`` with our name in it, by which a card is known wherever it lies.

    In a PNG that is the keyword Software of a tEXt chunk (PNG, third edition, 11.3.3), in a
    JPEG a comment behind the header that JFIF wants first.
    """
    if form == "png":
        body = b"tEXtSoftware\0" + _MARK
        mark = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:_PNG_HEADER] + mark + data[_PNG_HEADER:]
    mark = struct.pack(">BBH", 0xFF, _COMMENT, len(_MARK) + 2) + _MARK
    marker, _, end = next(_segments(data))
    at = end if marker == _APP0 else len(_JPEG)
    return data[:at] + mark + data[at:]
