"""The home of the whole look at a page that was fetched: from its bytes to what it says.

Whatever a page can do to those who read it, it does here: so this is for the process that may
die of it (child.py), and readers.py asks that for what is found.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import mf2py

from pelican_smo.linkbacks.authorship import representative
from pelican_smo.linkbacks.microformats import from_survey, read
from pelican_smo.linkbacks.reading import Author, Look
from pelican_smo.linkbacks.source import decode, is_html, mentions_target, survey
from pelican_smo.linkbacks.tree import NAME

__all__ = ["card", "looks"]

# The roots of microformats2, and of the classic ones that may be posts or people.
_MARKED = re.compile(r"\b(?:h-[a-z]|h(?:entry|feed|news|review|recipe)\b|vevent\b|vcard\b)")


def looks(
    body: bytes,
    *,
    media_type: str,
    charset: str,
    url: str,
    source: str,
    wanted: Collection[str],
    received: float,
    claims: Mapping[str, str],
) -> Iterator[Look]:
    """Return what the page ``body`` is found to be, as soon as each look at it is done.

    The first is at its links and its head. There is a second, at its microformats, where
    it links to us and may have some. The other values are as ``mentions_target``, ``read`` and
    ``from_survey`` take them. Raises MessageError for what no links can be found in.
    """
    text = decode(body, charset)
    seen = mentions_target(text, media_type, url, wanted)
    if seen.gone or not seen.links:
        yield Look(links=seen.links, gone=seen.gone, anchors=seen.anchors)
        return
    marked = is_html(media_type) and _MARKED.search(text) is not None
    plain = from_survey(seen, claims, source=source, url=url, received=received)
    first = Look(links=True, anchors=seen.anchors, reading=plain, whole=not marked)
    yield first
    if not (marked and seen.simple):
        return
    found = read(
        _microformats(text, url), seen, source=source, url=url, wanted=wanted, received=received
    )
    if found is None:
        yield replace(first, whole=True)
    else:
        reading, author_page = found
        yield replace(first, whole=True, has_post=True, reading=reading, author_page=author_page)


def card(body: bytes, *, media_type: str, charset: str, url: str) -> Author | None:
    """Return the person that the page ``body`` at ``url`` is about, or None."""
    if not is_html(media_type):
        return None
    text = decode(body, charset)
    if not (_MARKED.search(text) and survey(text, url, ()).simple):
        return None
    return representative(_microformats(text, url), url)


def _microformats(text: str, url: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = mf2py.parse(doc=text, url=url, html_parser=NAME)
    return found
