"""The home of who wrote a post: the authorship algorithm of the microformats wiki.

The post's own word counts, else its feed's, else the page's rel=author. An address alone names
nobody: a card with it on the same page does, else the card of the page that it leads to.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.cleaning import line
from pelican_smo.linkbacks.items import (
    Item,
    cards,
    first_address,
    first_text,
    key,
    keys,
    text,
    values,
)
from pelican_smo.linkbacks.reading import Author
from pelican_smo.linkbacks.source import Survey
from pelican_smo.urls import host

__all__ = ["AUTHOR_LIMIT", "author", "known", "person", "representative"]

# In characters (reference: limits).
AUTHOR_LIMIT = 100

_NOBODY = Author()


def author(post: Item, feed: Item | None, mf2: Mapping[str, Any], survey: Survey) -> Author:
    """Return who wrote ``post``, as far as its page tells (MF-3).

    ``feed`` is what it stands in, ``mf2`` and ``survey`` are the page's. The name is empty
    where only an address is known, which another page may explain.
    """
    said = values(post, "author") or (values(feed, "author") if feed else [])
    found = next((someone for value in said if (someone := _said(value)) != _NOBODY), _NOBODY)
    if found.name:
        return found
    pages = [found.url] if found.url else list(survey.authors)
    named = _named(frozenset(map(key, pages)), mf2)
    for page in pages:
        if card := named.get(key(page)):
            return replace(card, url=card.url or page, photo=card.photo or found.photo)
    return replace(found, url=pages[0]) if pages else found


def person(card: Item) -> Author:
    """Return the person that an h-card is."""
    name = line(first_text(card, "name"), AUTHOR_LIMIT)
    return Author(
        # A card that consists of an address has it for its name.
        name="" if normal(name) else name,
        url=first_address(card, "url"),
        photo=first_address(card, "photo"),
    )


def known(found: Author, survey: Survey, url: str) -> Author:
    """Return ``found`` with a name in any case: the page's, its site's, or that of its host."""
    properties = survey.properties
    name = found.name or properties.get("author") or properties.get("og:site_name") or host(url)
    return replace(found, name=line(name, AUTHOR_LIMIT))


def representative(mf2: Mapping[str, Any], url: str) -> Author | None:
    """Return the person that the page at ``url`` is about, or None.

    That is the card whose url and uid are the page's; else one whose url is rel=me; else the
    only one whose url is the page's (microformats wiki: representative h-card).
    """
    page, everyone = key(url), list(cards(mf2))
    here = [card for card in everyone if page in keys(card, "url")]
    rels = mf2.get("rels")
    selves = {key(text(me)) for me in values({"properties": rels}, "me")} - {""}
    chosen = (
        *(card for card in here if page in keys(card, "uid")),
        *(card for card in everyone if selves & keys(card, "url")),
        *(here if len(here) == 1 else ()),
    )
    return person(chosen[0]) if chosen else None


def _said(value: object) -> Author:
    """Return the author that a property's value is: a card, an address, or a name."""
    found = person(value) if isinstance(value, Mapping) else _NOBODY
    words = text(value).strip()
    address = normal(words)
    return replace(
        found,
        name=found.name or ("" if address else line(words, AUTHOR_LIMIT)),
        url=found.url or address,
    )


def _named(pages: Collection[str], mf2: Mapping[str, Any]) -> dict[str, Author]:
    """Return the first person with a name that has each of ``pages``, which are keys."""
    found: dict[str, Author] = {}
    for card in cards(mf2) if pages else ():
        for page in keys(card, "url") & pages - found.keys():
            if (someone := person(card)).name:
                found[page] = someone
    return found
