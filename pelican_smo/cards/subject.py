"""The home of what a card can say: each variable of its template, worked out when it is used."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pelican_smo.cards.layouts import MAPPINGS
from pelican_smo.cards.words import clean
from pelican_smo.collect import Collector, written
from pelican_smo.images import ALT_LIMIT
from pelican_smo.text import cut, plain
from pelican_smo.urls import host

__all__ = ["VARIABLES", "alt", "facts", "is_plain", "picked", "site"]

_ENDS = ".!?…。！？”"
# Pelican's word for the category of what has none.
_UNCHOSEN = "misc"
# The names of authors, categories and tags come up in article after article.
_name = lru_cache(maxsize=512)(lambda name: clean(plain(name)))


def _title(collector: Collector, content: Any) -> str:
    return clean(collector.social_title(content))


def _description(collector: Collector, content: Any) -> str:
    return clean(collector.social_description(content))


def _quote(collector: Collector, content: Any) -> str:
    own = clean(plain(written(content).get("smo_quote", "")))
    return own or _description(collector, content) or _title(collector, content)


def _authors(collector: Collector, content: Any) -> list[str]:
    return [_name(author.name) for author in getattr(content, "authors", ())]


def _tags(collector: Collector, content: Any) -> list[str]:
    return [_name(tag.name) for tag in getattr(content, "tags", ())]


def _category(collector: Collector, content: Any) -> str:
    name = _name(content.category.name) if hasattr(content, "category") else ""
    return "" if name == _UNCHOSEN else name


def _date(collector: Collector, content: Any) -> str:
    return clean(str(getattr(content, "locale_date", "")))


def _metadata(collector: Collector, content: Any) -> dict[str, str]:
    """Return what stands above the article, as far as it is text; dates and lists are not."""
    texts = ((str(key), value) for key, value in content.metadata.items())
    return {key: clean(plain(value)) for key, value in texts if isinstance(value, str)}


VARIABLES: Mapping[str, Callable[[Collector, Any], Any]] = MappingProxyType(
    {
        "title": _title,
        "description": _description,
        "quote": _quote,
        "authors": _authors,
        "tags": _tags,
        "category": _category,
        "date": _date,
        "metadata": _metadata,
    }
)


def facts(collector: Collector, content: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return those VARIABLES that ``names`` names, as the card of ``content`` says them."""
    return {name: VARIABLES[name](collector, content) for name in names}


def picked(said: Mapping[str, Any], variables: Collection[str]) -> dict[str, Any]:
    """Return ``said``, and of its mappings only the fields that ``variables`` name."""
    return {
        name: {field: one for field, one in value.items() if f"{name}.{field}" in variables}
        if name in MAPPINGS and name not in variables
        else value
        for name, value in said.items()
    }


def site(collector: Collector) -> dict[str, str]:
    """Return the variable that says the same on each card."""
    found = collector.site
    return {"name": found.name, "description": found.description, "host": host(found.url)}


def is_plain(value: Any) -> bool:
    """Tell whether a setting is written the same way each time, and so can be part of a card."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and is_plain(one) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, int, float, bool))


def alt(said: Mapping[str, Any]) -> str:
    """Return in words what a card says that shows the variables ``said``, for who cannot see it.

    Like any picture's, they are ALT_LIMIT characters at most.
    """
    title, quote = said.get("title", ""), said.get("quote", "")
    by = [*said.get("authors", ()), said.get("date", "")]
    sentences = [
        title if title != quote else "",
        f"“{quote}”" if quote else "",
        said.get("description", ""),
        said.get("category", ""),
        ", ".join([one for one in by if one]),
        ", ".join(said.get("tags", ())),
        said.get("site", {}).get("name", ""),
    ]
    return cut(" ".join([_sentence(one) for one in sentences if one]), ALT_LIMIT)


def _sentence(text: str) -> str:
    return text if text[-1] in _ENDS else f"{text}."
