"""The home of the splice: html + edits + block + widgets -> html, every other byte as it was."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pelican_smo.scan import BLOCK_END, BLOCK_START, Head

__all__ = ["Edit", "Place", "block", "find_text", "place", "splice"]

Edit = tuple[int, int, str]
Position = Literal["after", "before", "both", "manual"]

# An element that may hold the body alone: the widget then goes outside, so that a theme's
# "e-content" or "articleBody" stays the author's own words.
_OPENS_BEFORE = re.compile(r"<(div|section|article|span|td)\b[^<>]*>\s*\Z", re.IGNORECASE)
_CLOSES_AFTER = re.compile(r"\s*</(div|section|article|span|td)\s*>", re.IGNORECASE)
_BACK = 400
_BEGINNING = 80
_ANCHORS = (
    re.compile(r"<(\w+)\b[^<>]*\bitemprop\s*=\s*[\"']?articleBody\b[^<>]*>", re.IGNORECASE),
    *(
        re.compile(
            rf"<(\w+)\b[^<>]*\bclass\s*=\s*[\"'](?:[^\"']*\s)?{name}[\s\"'][^<>]*>", re.IGNORECASE
        )
        for name in ("e-content", "entry-content", "post-content")
    ),
    re.compile(r"<(article)\b[^<>]*>", re.IGNORECASE),
    re.compile(r"<(main)\b[^<>]*>", re.IGNORECASE),
)
_CONTAINERS = ("article", "main")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article's body begins and ends on its page, as offsets to insert at.

    ``exact`` is true where the body stands there as rendered, false where an anchor had to
    do because theme or filter changed it. Then ``body`` is where it begins and ends itself,
    and ``holder`` the place of the start tag of an element that holds nothing else.
    """

    before: int
    after: int
    exact: bool
    body: tuple[int, int] = (0, 0)
    holder: tuple[int, int] | None = None


def block(lines: Iterable[str]) -> str:
    """Return our part of the head: ``lines`` between the two comments that mark it."""
    return "\n".join((BLOCK_START, *lines, BLOCK_END))


def splice(html: str, head: Head, block: str, edits: Sequence[Edit] = ()) -> str:
    """Return ``html`` with ``block`` in its head and ``edits`` made; the rest as it was.

    A block of an earlier run is replaced where it stands, so that doing it twice is the
    same as doing it once.
    """
    if head.block:
        changes = [*edits, (*head.block, block)]
    else:
        changes = [*edits, (head.insert_at, head.insert_at, f"\n{block}")]
    parts: list[str] = []
    position = 0
    for start, end, text in sorted(changes, key=_by_offset):
        parts += (html[position:start], text)
        position = end
    parts.append(html[position:])
    return "".join(parts)


def _by_offset(edit: Edit) -> tuple[int, int]:
    return edit[:2]


def find_text(html: str, text: str, start: int = 0) -> int:
    """Return the offset of the long ``text`` in ``html`` from ``start`` on, or -1.

    Its beginning is found much faster than all of it, and is nearly always unique.
    """
    at = html.find(text[:_BEGINNING], start)
    return at if at < 0 or html.startswith(text, at) else html.find(text, at)


def place(html: str, body: str, start: int) -> Place | None:
    """Return where ``body`` stands in ``html`` behind the offset ``start``, or None.

    A theme that prints the same body in the head as well (a description) is no trouble:
    the search begins behind it.
    """
    at = find_text(html, body, start) if body.strip() else -1
    if at < 0:
        return _anchor(html, start)
    end = at + len(body)
    opens = _OPENS_BEFORE.search(html, max(start, at - _BACK), at)
    closes = _CLOSES_AFTER.match(html, end)
    if opens and closes and opens[1].lower() == closes[1].lower():
        holder = opens.start(), html.index(">", opens.start()) + 1
        return Place(opens.start(), closes.end(), exact=True, body=(at, end), holder=holder)
    return Place(at, end, exact=True, body=(at, end))


def _anchor(html: str, start: int) -> Place | None:
    """Return a place by what themes call the article's body, best name first."""
    for anchor in _ANCHORS:
        opening = anchor.search(html, start)
        if opening is None:
            continue
        closing = _closing_tag(html, opening[1], opening.end())
        if closing is None:
            continue
        if opening[1].lower() in _CONTAINERS and anchor in _ANCHORS[-2:]:
            return Place(opening.end(), closing.start(), exact=False)
        return Place(opening.start(), closing.end(), exact=False)
    return None


def _closing_tag(html: str, name: str, position: int) -> re.Match[str] | None:
    """Return the end tag of the element ``name`` whose content begins at ``position``."""
    depth = 1
    for tag in re.compile(rf"<(/?){name}\b[^<>]*>", re.IGNORECASE).finditer(html, position):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag
    return None
