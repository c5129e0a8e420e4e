"""The home of values out of mf2 JSON, which strangers made: any may be of any type.

Nothing here recurses, so nothing here minds how deep something is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pelican_smo.linkbacks.addresses import normal, normal_page

__all__ = [
    "Item",
    "cards",
    "first_address",
    "first_text",
    "items",
    "key",
    "keys",
    "names",
    "text",
    "types",
    "values",
    "values_of_all",
]

Item = Mapping[str, Any]


def items(values: object) -> list[Item]:
    """Return the microformats among ``values``."""
    return [value for value in _list(values) if isinstance(value, Mapping) and types(value)]


def types(item: Item) -> frozenset[str]:
    """Return the types of ``item``, as ``h-entry``."""
    return frozenset(name for name in _list(item.get("type")) if isinstance(name, str))


def values(item: Item, name: str) -> list[Any]:
    """Return the values that ``item`` has for the property ``name``, of any type."""
    found = _properties(item).get(name)
    return found if isinstance(found, list) else [found] if found is not None else []


def names(item: Item) -> list[str]:
    """Return the names of the properties that ``item`` has."""
    return [name for name in _properties(item) if isinstance(name, str)]


def values_of_all(item: Item) -> list[Any]:
    """Return the values of every property of ``item``."""
    return [value for name in names(item) for value in values(item, name)]


def text(value: object) -> str:
    """Return ``value`` in words: itself, what the parser says it is, or the name that it has."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    own = value.get("value")
    if isinstance(own, str):
        return own
    return next((name for name in values(value, "name") if isinstance(name, str)), "")


def first_text(item: Item, name: str) -> str:
    """Return the first value of the property ``name`` that is not empty, in words."""
    return next(filter(None, map(text, values(item, name))), "")


def first_address(item: Item, name: str) -> str:
    """Return the first http(s) address of the property ``name``, in normal form, or nothing."""
    found = (normal(word.strip()) for value in values(item, name) for word in _words(value))
    return next(filter(None, found), "")


def keys(item: Item, *names: str) -> frozenset[str]:
    """Return the keys of the addresses that the properties ``names`` have."""
    found = (key(word) for name in names for value in values(item, name) for word in _words(value))
    return frozenset(found) - {""}


def key(url: str) -> str:
    """Return what the addresses of one page have in common: neither scheme nor fragment."""
    return normal_page(url.strip()).partition("://")[2]


def cards(mf2: Mapping[str, Any]) -> Iterator[Item]:
    """Return every h-card of a page, wherever it stands, those at the top first."""
    level = items(mf2.get("items"))
    while level:
        below: list[Item] = []
        for item in level:
            if "h-card" in types(item):
                yield item
            below.extend(items(item.get("children")))
            below.extend(items(values_of_all(item)))
        level = below


def _words(value: object) -> list[str]:
    """Return the texts of ``value`` that may be its address: its own, or an h-cite's url."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping):
        return []
    found = (*values(value, "url"), *values(value, "uid"), value.get("value"))
    return [word for word in found if isinstance(word, str)]


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _properties(item: Item) -> Mapping[str, Any]:
    found = item.get("properties")
    return found if isinstance(found, Mapping) else {}
