"""The home of what the files of cards are called: by the article's slug, and for good."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Any

from pelican_smo.collect import article_id
from pelican_smo.text import plain

__all__ = ["stems"]

_UNSAFE = re.compile(r"[^\w.-]+")
# File systems allow 255 bytes for a name, which has a language, an id and more behind the slug.
_LONGEST = 60
_MOST_BYTES = 3 * _LONGEST


def stems(contents: Collection[Any], default_language: str) -> Mapping[int, str]:
    """Return the name of each content's card, without its suffix, by the content's ``id()``.

    It is the slug, with the language where that is not the site's. Of two articles of one slug
    the older one has it; the name of the other one ends in its id. So a name stays, and with it
    all that was shared, whatever is written later.
    """
    found = {id(content): _stem(content, default_language) for content in contents}
    taken = {stem.casefold() for stem in found.values()}
    if len(taken) == len(found):  # as nearly always
        return found
    taken.clear()
    for content in sorted(contents, key=_age):
        stem = next(
            name for name in _names(content, default_language) if name.casefold() not in taken
        )
        taken.add(stem.casefold())
        found[id(content)] = stem
    return found


def _names(content: Any, default_language: str) -> Iterator[str]:
    """Yield what a card may be called, the best first."""
    stem = _stem(content, default_language)
    yield stem
    yield (stem := f"{stem}-{_safe(article_id(content))}")
    yield from (f"{stem}-{number}" for number in count(2))


def _age(content: Any) -> tuple[str, str]:
    date = getattr(content, "date", None)
    return (date.isoformat() if date else "", str(content.relative_source_path or ""))


def _stem(content: Any, default_language: str) -> str:
    slug = _safe(plain(str(content.slug or ""))) or article_id(content)
    return slug if content.lang == default_language else f"{slug}-{_safe(content.lang)}"


def _safe(name: str) -> str:
    safe = _UNSAFE.sub("-", name).strip("-.")[:_LONGEST]
    return safe.encode()[:_MOST_BYTES].decode(errors="ignore")
