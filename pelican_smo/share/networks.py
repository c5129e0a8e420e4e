"""The home of share networks: rows of data, checked when read, turned into share URLs."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

__all__ = [
    "CATEGORIES",
    "PLACEHOLDERS",
    "Network",
    "Shared",
    "address",
    "encoded",
    "hashtag",
    "lacking",
    "network_problems",
    "read_networks",
    "shipped",
]

CATEGORIES = ("social", "messaging", "save", "local", "ai")
STATUSES = ("live", "limited", "retired", "none")
PLACEHOLDERS = ("url", "title", "text", "tags", "hashtags", "image", "via")
_FIELDS = ("name", "category", "url", "status", "successors", "source", "checked")
_SCHEMES = ("https://", "mailto:", "sms:")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BLANK_END = re.compile(r"(?:%0D|%0A|%20)+$")
_NETWORK_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """One network: its name, its share address with placeholders, how things stand with it.

    ``parts`` is the address split at ``&``, each part a tuple of literals and placeholders
    in turn, beginning with a literal.
    """

    id: str
    name: str
    category: str
    parts: tuple[tuple[str, ...], ...]
    status: str = "live"
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What a page gives to the networks, as plain text."""

    url: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    via: str = ""


def network_problems(identifier: str, row: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a network's ``row``, a clause each, without its name.

    A row under a shipped id needs only the fields that it changes.
    """
    row = {**shipped().get(identifier, {}), **row}
    problems = []
    if not _NETWORK_ID.fullmatch(identifier):
        problems.append("its id must be of a-z, 0-9, '-' and '_'")
    problems += [
        f"{name!r} is not a field; the fields are {', '.join(_FIELDS)}"
        for name in row
        if name not in _FIELDS
    ]
    if not isinstance(row.get("name"), str) or not row["name"].strip():
        problems.append("'name' must be what readers call the network")
    if row.get("category", "social") not in CATEGORIES:
        problems.append(f"'category' must be one of {', '.join(CATEGORIES)}")
    if row.get("status", "live") not in STATUSES:
        problems.append(f"'status' must be one of {', '.join(STATUSES)}")
    return problems + _url_problems(row.get("url"))


def _url_problems(url: object) -> list[str]:
    if not isinstance(url, str):
        return ["'url' must be the share address with {url} in it"]
    problems = [
        f"'url' holds {{{name}}}, which is not one of {', '.join(PLACEHOLDERS)}"
        for name in _PLACEHOLDER.findall(url)
        if name not in PLACEHOLDERS
    ]
    if "{url}" not in url:
        problems.append("'url' must hold {url}, or the link would share nothing")
    if set(_PLACEHOLDER.sub("", url)) & {"{", "}"}:
        problems.append("'url' has a brace that belongs to no placeholder; write %7B or %7D")
    if not url.startswith(_SCHEMES):
        problems.append("'url' must begin with https://, mailto: or sms:")
    return problems


@cache
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of ``networks.toml`` by id."""
    return tomllib.loads((files(__package__) / "networks.toml").read_text(encoding="utf-8"))


def read_networks(custom: Mapping[str, Mapping[str, Any]]) -> dict[str, Network]:
    """Return every network by id: the shipped ones, and ``custom`` rows that have no problems.

    A custom row under a shipped id changes the fields that it names.
    """
    rows = {
        **shipped(),
        **{name: {**shipped().get(name, {}), **row} for name, row in custom.items()},
    }
    return {name: _network(name, row) for name, row in rows.items()}


def _network(identifier: str, row: Mapping[str, Any]) -> Network:
    return Network(
        id=identifier,
        name=row["name"],
        category=row.get("category", "social"),
        parts=tuple(tuple(_PLACEHOLDER.split(part)) for part in row["url"].split("&")),
        status=row.get("status", "live"),
        successors=tuple(row.get("successors", ())),
    )


def address(network: Network, empty: frozenset[str]) -> str:
    """Return the network's address as a format string for pages that lack the values ``empty``.

    It is filled in one pass, so that a value that looks like a placeholder stays a value. A
    parameter whose values are all empty is left out.
    """
    return "&".join([filled for part in network.parts if (filled := _part(part, empty))])


def _part(part: tuple[str, ...], empty: frozenset[str]) -> str:
    names = part[1::2]
    if names and empty.issuperset(names) and not part[0].startswith(_SCHEMES):
        return ""
    pieces = [
        piece if at % 2 == 0 else "" if piece in empty else f"{{{piece}}}"
        for at, piece in enumerate(part)
    ]
    return _BLANK_END.sub("", "".join(pieces))


def lacking(values: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the ``values`` that are empty."""
    return frozenset(name for name, value in values.items() if not value)


def encoded(shared: Shared) -> dict[str, str]:
    """Return the values of ``shared`` under the names of the placeholders, percent-encoded.

    Every value is encoded once and whole (RFC 3986 section 2.1): a space is ``%20``, which
    mail programs and web sites both read, and never ``+``.
    """
    tags, hashtags = _tags(shared.tags)
    return {
        "url": _quoted(shared.url),
        "title": _quoted(shared.title),
        "text": _quoted(shared.text),
        "tags": tags,
        "hashtags": hashtags,
        "image": _quoted_often(shared.image),
        "via": _quoted_often(shared.via),
    }


def _quoted(value: str) -> str:
    return quote(value, safe="") if value else ""


_quoted_often = lru_cache(maxsize=256)(_quoted)


@lru_cache(maxsize=256)
def _tags(names: tuple[str, ...]) -> tuple[str, str]:
    """Return the tags ``names`` as "a,b" and as "#a #b", percent-encoded."""
    hashtags = [found for name in names if (found := hashtag(name))]
    return _quoted(",".join(hashtags)), _quoted(" ".join([f"#{name}" for name in hashtags]))


@lru_cache(maxsize=4096)
def hashtag(name: str) -> str:
    """Return the tag ``name`` as networks write it behind ``#``, or nothing.

    "machine learning" becomes MachineLearning, 日本語 stays; what would mean something else
    without its signs (C++, AT&T) or is digits only gives none.
    """
    pieces = re.split(r"[\s_\-./·]+", name.strip())
    joined = "".join(piece[:1].upper() + piece[1:] for piece in pieces) if pieces[1:] else pieces[0]
    return joined if re.fullmatch(r"\w+", joined) and not joined.isdigit() else ""
