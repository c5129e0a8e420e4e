"""The home of font files: which families, weights and letters a file holds, read by ourselves.

Only the tables that tell it are read (OpenType 1.9.1, chapters cmap, name, OS/2, fvar, post), for
a font may have 30 MB. What is read may be anyone's: a file is a font or a CardError, at once.
"""

import stat
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import BinaryIO, Literal

from pelican_smo.errors import CardError

__all__ = ["SUFFIXES", "Face", "Genre", "Region", "font_faces"]

SUFFIXES = frozenset((".ttf", ".otf", ".ttc", ".otc"))

Genre = Literal["sans", "serif", "mono", ""]
Region = Literal["JP", "KR", "SC", "TC", "HK", ""]

_SFNT = {b"\0\1\0\0", b"OTTO", b"true"}
_MOST_FACES = 128
_MOST_TABLES = 256
# A quarter of it is what the cmap of 45,000 ideographs takes; the others are far smaller.
_LARGEST = 1 << 20
_LARGEST_CMAPS = 4 << 20
_MOST_NAMES = 4096
_LONGEST_NAME = 200

# Bits of fsSelection (OS/2) and of macStyle (head).
_ITALIC, _BOLD = 0x201, 0x20
_MAC_BOLD, _MAC_ITALIC = 1, 2
_WEIGHTS, _WIDTHS = range(1, 1001), range(1, 10)
_LEAST_BOLD = 600

# PANOSE (OS/2): a family for text, the forms of its serifs, letters that are all as wide.
_TEXT, _SERIFS, _SANS, _MONOSPACED = 2, range(2, 11), range(11, 16), 9

# Of the names in English, which is 9 whatever its region: first that of the United States.
_WINDOWS, _AMERICAN, _ENGLISH = 3, 0x409, 9

_LAST_CHARACTER = 0x10FFFF

# Where an encoding stands in cmap; the first of these that is there is the one that counts.
_UNICODE = ((3, 10), (3, 1), (0, 6), (0, 4), (0, 3), (0, 2), (0, 1), (0, 0))

# The last word of a family whose ideographs have the forms of one region, as foundries name it.
_REGIONS: dict[str, Region] = {
    "JP": "JP",
    "J": "JP",
    "KR": "KR",
    "K": "KR",
    "SC": "SC",
    "CN": "SC",
    "GB": "SC",
    "TC": "TC",
    "TW": "TC",
    "HK": "HK",
    "HC": "HK",
}
# Bits of ulCodePageRange1 (OS/2): the character sets that a font says it is made for.
_CODE_PAGES: dict[int, Region] = {1 << 17: "JP", 1 << 18: "SC", 1 << 19: "KR", 1 << 20: "TC"}


@dataclass(frozen=True, slots=True)
class Face:
    """One font of a file.

    ``weights`` are the lightest and the heaviest (1 to 1000), ``width`` is 1 to 9 with 5 for
    normal, ``colors`` the table that its pictures are in ("CBDT", "sbix", "COLRv0", "COLRv1",
    "SVG" or ""), ``region`` that of its ideographs, as far as it is known. ``bounds`` are the
    code points at which what it draws begins and ends, in turn.
    """

    family: str
    weights: tuple[int, int]
    is_italic: bool
    width: int
    genre: Genre
    colors: str
    region: Region
    bounds: tuple[int, ...]

    def draws(self, char: str) -> bool:
        """Tell whether there is a glyph for ``char`` that the card engine draws."""
        return bisect_right(self.bounds, ord(char)) % 2 == 1

    def reaches(self, first: int, end: int) -> bool:
        """Tell whether anything is drawn of the code points from ``first`` to before ``end``."""
        place = bisect_right(self.bounds, first)
        return place % 2 == 1 or (place < len(self.bounds) and self.bounds[place] < end)


def font_faces(path: Path) -> tuple[Face, ...]:
    """Return the fonts in the file ``path``, of which it has at least one.

    A glyph that is a picture which the card engine leaves blank (COLRv1, SVG) draws nothing.
    Raises CardError where the file cannot be read, or is no font that the card engine takes.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CardError(str(path), "is not a file", "name a font file")
        with path.open("rb") as file:
            faces = tuple(_faces(_File(file, status.st_size, path)))
    except OSError as error:
        raise CardError(
            str(path), f"cannot be read: {error.strerror}", "correct the path"
        ) from error
    except (struct.error, ValueError) as error:
        raise CardError(
            str(path), "is damaged, or no font at all", "take another copy of the font"
        ) from error
    if not faces:
        raise CardError(str(path), "holds no font that has a name", "take another copy of the font")
    return faces


@dataclass(frozen=True, slots=True)
class _File:
    """An open font file, read in pieces that lie inside it."""

    file: BinaryIO
    size: int
    path: Path

    def read(self, offset: int, length: int) -> bytes:
        if offset + length > self.size or length > _LARGEST:
            raise ValueError
        self.file.seek(offset)
        return self.file.read(length)


def _faces(file: _File) -> Iterator[Face]:
    """Yield each font of ``file``; those of a collection often share their tables."""
    kind = file.read(0, 4)
    if kind in (b"wOFF", b"wOF2"):
        raise CardError(
            str(file.path),
            "is a WOFF file, packed for browsers",
            "convert it to TTF or OTF, for instance with fonttools: fonttools ttLib.woff2 "
            "decompress FILE",
        )
    coverages: dict[tuple[int, int], tuple[int, ...]] = {}
    for offset in _offsets(file) if kind == b"ttcf" else (0,):
        tables = _tables(file, offset)
        family = _family(_table(file, tables, b"name"))
        if family:
            yield _face(file, tables, family, coverages)


def _offsets(file: _File) -> tuple[int, ...]:
    (count,) = struct.unpack(">L", file.read(8, 4))
    if count > _MOST_FACES:
        raise ValueError
    return struct.unpack(f">{count}L", file.read(12, 4 * count))


_Tables = dict[bytes, tuple[int, int]]


def _tables(file: _File, offset: int) -> _Tables:
    """Return where each table of a font is: offset and length."""
    kind, count = struct.unpack(">4sH", file.read(offset, 6))
    if kind not in _SFNT or count > _MOST_TABLES:
        raise ValueError
    records = struct.iter_unpack(">4s4xLL", file.read(offset + 12, 16 * count))
    tables = {tag: (start, length) for tag, start, length in records}
    if any(start + length > file.size for start, length in tables.values()):
        raise ValueError
    return tables


def _table(file: _File, tables: _Tables, tag: bytes) -> bytes:
    return file.read(*tables[tag]) if tag in tables else b""


def _head(file: _File, tables: _Tables, tag: bytes, length: int) -> bytes:
    """Return the first ``length`` bytes of a table, with zeros for what is not there."""
    start, size = tables.get(tag, (0, 0))
    return file.read(start, min(size, length)).ljust(length, b"\0")


def _face(
    file: _File, tables: _Tables, family: str, coverages: dict[tuple[int, int], tuple[int, ...]]
) -> Face:
    os2 = _head(file, tables, b"OS/2", 82)
    weight, width = struct.unpack_from(">HH", os2, 4)
    selection, pages = struct.unpack_from(">H14xL", os2, 62)
    (mac_style,) = struct.unpack_from(">H", _head(file, tables, b"head", 46), 44)
    is_bold = bool(selection & _BOLD or mac_style & _MAC_BOLD)
    if weight not in _WEIGHTS or (is_bold and weight < _LEAST_BOLD):
        weight = 700 if is_bold else 400
    colors = _colors(file, tables)
    bounds: tuple[int, ...] = ()
    if tables.keys() & {b"glyf", b"CFF ", b"CFF2", b"CBDT", b"sbix"}:
        place = tables.get(b"cmap", (0, 0))
        if place not in coverages:
            if sum(length for _, length in (*coverages, place)) > _LARGEST_CMAPS:
                raise ValueError
            coverages[place] = _coverage(file.read(*place), _blank(file, tables, colors))
        bounds = coverages[place]
    return Face(
        family=family,
        weights=_axis(_table(file, tables, b"fvar")) or (weight, weight),
        is_italic=bool(selection & _ITALIC or mac_style & _MAC_ITALIC),
        width=width if width in _WIDTHS else 5,
        genre=_genre(family, os2, _head(file, tables, b"post", 16)),
        colors=colors,
        region=_region(family, pages),
        bounds=bounds,
    )


def _colors(file: _File, tables: _Tables) -> str:
    """Return the table of a font's pictures, of several the one that the engine draws."""
    for tag in (b"CBDT", b"sbix"):
        if tag in tables:
            return tag.decode()
    if b"COLR" in tables:
        version, layered = struct.unpack(">HH", _head(file, tables, b"COLR", 4))
        return "COLRv0" if layered or not version else "COLRv1"
    return "SVG" if b"SVG " in tables else ""


def _blank(file: _File, tables: _Tables, colors: str) -> frozenset[int]:
    """Return the glyphs that are pictures which the card engine does not draw (tried).

    It draws the outlines of a glyph with an SVG, which may be none, and nothing of one in COLR
    of version 1.
    """
    if colors.startswith("COLR"):
        start = tables[b"COLR"][0]
        version, layers, layered = struct.unpack(">HHL", _head(file, tables, b"COLR", 8))
        painted = struct.unpack_from(">L", _head(file, tables, b"COLR", 18), 14)[0]
        if not version or not painted:
            return frozenset()
        (paints,) = struct.unpack(">L", file.read(start + painted, 4))
        return _first_glyphs(file.read(start + painted + 4, 6 * paints)) - _first_glyphs(
            file.read(start + layered, 6 * layers)
        )
    if colors == "SVG" and b"glyf" in tables:
        start = tables[b"SVG "][0]
        start += struct.unpack(">2xL", _head(file, tables, b"SVG ", 6))[0]
        (many,) = struct.unpack(">H", file.read(start, 2))
        documents = struct.iter_unpack(">HH8x", file.read(start + 2, 12 * many))
        return _empty(file, tables) & frozenset(_between(sorted(documents)))
    return frozenset()


def _between(spans: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield each number from the first to the last of any of ``spans``, which are sorted, once."""
    after = 0
    for first, last in spans:
        yield from range(max(first, after), last + 1)
        after = max(after, last + 1)


def _first_glyphs(records: bytes) -> frozenset[int]:
    return frozenset(glyph for (glyph,) in struct.iter_unpack(">H4x", records))


def _empty(file: _File, tables: _Tables) -> frozenset[int]:
    """Return the glyphs without an outline."""
    is_long = any(_head(file, tables, b"head", 52)[50:52])
    loca = _table(file, tables, b"loca")
    size = 4 if is_long else 2
    offsets = struct.unpack(f">{len(loca) // size}{'L' if is_long else 'H'}", loca)
    return frozenset(
        glyph for glyph, (here, after) in enumerate(pairwise(offsets)) if here == after
    )


def _genre(family: str, os2: bytes, post: bytes) -> Genre:
    """Return what kind of letters they are, by its name, else as its classification says."""
    words = set(family.lower().split())
    kind, serif, proportion = os2[32], os2[33], os2[35]
    if "mono" in words or proportion == _MONOSPACED or any(post[12:16]):
        return "mono"
    if "serif" in words and "sans" not in words:
        return "serif"
    if "sans" in words or (kind == _TEXT and serif in _SANS):
        return "sans"
    return "serif" if kind == _TEXT and serif in _SERIFS else ""


def _region(family: str, pages: int) -> Region:
    named = _REGIONS.get(family.rsplit(maxsplit=1)[-1].upper())
    if named:
        return named
    # One that is made for several (as the Noto fonts say they are) does not tell.
    regions = [region for bit, region in _CODE_PAGES.items() if pages & bit]
    return regions[0] if len(regions) == 1 else ""


def _axis(fvar: bytes) -> tuple[int, int] | None:
    """Return the lightest and the heaviest weight of a variable font."""
    if not fvar:
        return None
    start, count, size = struct.unpack_from(">4xH2xHH", fvar)
    for offset in range(start, start + count * size, max(size, 1)):
        tag, low, high = struct.unpack_from(">4sl4xl", fvar, offset)
        if tag == b"wght":
            return low >> 16, high >> 16
    return None


def _family(name: bytes) -> str:
    """Return the name of a font's family: the typographic one before the older, English first."""
    if not name:
        return ""
    count, strings = struct.unpack_from(">2xHH", name)
    if count > _MOST_NAMES:
        raise ValueError
    found: dict[tuple[int, int], str] = {}
    for index in range(count):
        platform, _, language, kind, length, offset = struct.unpack_from(
            ">6H", name, 6 + 12 * index
        )
        if kind in (1, 16):
            start = strings + offset
            text = _decoded(name[start : start + min(length, 2 * _LONGEST_NAME)], platform)
            if text:
                found.setdefault((-kind, _strangeness(platform, language)), text)
    return found[min(found)] if found else ""


def _strangeness(platform: int, language: int) -> int:
    if platform == _WINDOWS:
        return 0 if language == _AMERICAN else 1 if language & 0xFF == _ENGLISH else 4
    return 2 if platform == 0 else 3 if (platform, language) == (1, 0) else 5


def _decoded(text: bytes, platform: int) -> str:
    encoding = "mac_roman" if platform == 1 else "utf-16-be"
    return text.decode(encoding, "ignore").replace("\0", "").strip()


def _coverage(cmap: bytes, blank: frozenset[int]) -> tuple[int, ...]:
    """Return the bounds of the code points that a font has a glyph for which is not ``blank``."""
    many = struct.unpack_from(">2xH", cmap)[0] if cmap else 0
    encodings = {
        (platform, encoding): offset
        for platform, encoding, offset in struct.iter_unpack(">HHL", cmap[4 : 4 + 8 * many])
    }
    for encoding in _UNICODE:
        offset = encodings.get(encoding)
        if offset is not None:
            (form,) = struct.unpack_from(">H", cmap, offset)
            if form in _FORMATS:
                spans = _FORMATS[form](cmap[offset:])
                return _bounds(_without(spans, blank) if blank else spans)
    return ()


# From a code point to before another, and the glyph of the first; those of the others follow it.
_Span = tuple[int, int, int]


def _without(spans: Iterable[_Span], blank: frozenset[int]) -> Iterator[_Span]:
    for start, end, first in spans:
        for char, glyph in zip(range(start, end), count(first), strict=False):
            if glyph & 0xFFFF not in blank:
                yield char, char + 1, glyph


def _bounds(spans: Iterable[_Span]) -> tuple[int, ...]:
    """Return the bounds of ``spans``, which are in ascending order."""
    bounds: list[int] = []
    for start, end, _ in spans:
        if bounds and start == bounds[-1]:
            bounds[-1] = end
        else:
            bounds += start, end
    return tuple(bounds)


def _segments(table: bytes) -> Iterator[_Span]:
    """Yield the spans of a table of format 4: segments of the Basic Multilingual Plane."""
    count = struct.unpack_from(">6xH", table)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 4 * count)
    place = 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", table, place)
    after = 0
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        start = max(start, after)  # noqa: PLW2901  a segment that lies in another adds nothing
        if start > end:
            continue
        after = end + 1
        if offsets[index]:
            first = place + 2 * index + offsets[index] + 2 * (start - starts[index])
            glyphs = table[first : first + 2 * (after - start)]
            for char, (glyph,) in enumerate(
                struct.iter_unpack(">H", glyphs[: len(glyphs) // 2 * 2]), start
            ):
                if glyph and (glyph + deltas[index]) & 0xFFFF:
                    yield char, char + 1, glyph + deltas[index]
        else:
            absent = -deltas[index] & 0xFFFF  # the character whose glyph is the one for none
            if start <= absent <= end:
                parts = (start, absent), (absent + 1, after)
                yield from ((a, b, a + deltas[index]) for a, b in parts if a < b)
            else:
                yield start, after, start + deltas[index]


def _groups(table: bytes) -> Iterator[_Span]:
    """Yield the spans of a table of format 12: groups of code points of any plane."""
    (count,) = struct.unpack_from(">12xL", table)
    if count > len(table) // 12:
        raise ValueError
    after = 0
    for first, last, glyph in struct.iter_unpack(">LLL", table[16 : 16 + 12 * count]):
        start = max(first, after)
        if start == first and not glyph:
            start += 1
        if start <= last <= _LAST_CHARACTER:
            after = last + 1
            yield start, after, glyph + start - first


# Format 13 draws one glyph for many characters: that of the Last Resort Font, a box for each.
_FORMATS = {4: _segments, 12: _groups}
