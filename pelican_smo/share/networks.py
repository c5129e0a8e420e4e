"""The home of share networks: rows of data, checked when read, turned into share URLs."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
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
    "instance_host",
    "lacking",
    "network_problems",
    "read_networks",
    "shipped",
    "tracked",
]

CATEGORIES = ("social", "messaging", "save", "local", "ai")
STATUSES = ("live", "limited", "retired", "none")
PLACEHOLDERS = (
    "url",
    "title",
    "text",
    "tags",
    "hashtags",
    "tag_words",
    "image",
    "via",
    "app_id",
    "prompt",
)
_WITHOUT_ADDRESS = ("retired", "none")
_SCHEMES = ("https://", "mailto:", "sms:", "viber:", "threema:")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BLANK = r"(?:%0D|%0A|%20)+"
_BLANK_END = re.compile(rf"{_BLANK}$")
_BLANK_START = re.compile(rf"(=){_BLANK}")
_NETWORK_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_INSTANCE = re.compile(
    r"(?:https://)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*"
    r"(?::\d{1,5})?(?:/[\w.~-]+)*)/?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Network:
    """One network: its name, its share address with placeholders, how things stand with it.

    ``name`` is empty where the name is a word of the reader's language (labels.toml).
    ``parts`` is the address split at ``&``, each part a tuple of literals and placeholders
    in turn, beginning with a literal; it is empty where there is no address. ``placeholders``
    are the names in it, ``needs`` those without whose value there is no link. ``limit`` is
    how many characters a whole post may have, ``title_limit`` the title alone, 0 where
    there is no such limit. An address counts ``url_length`` characters, 0 standing for its
    own length, a character outside Latin scripts counts ``wide_length``.
    """

    id: str
    name: str
    category: str
    parts: tuple[tuple[str, ...], ...]
    needs: frozenset[str]
    placeholders: frozenset[str] = frozenset()
    limit: int = 0
    title_limit: int = 0
    url_length: int = 0
    wide_length: int = 1
    color: str = ""
    icon: str = ""
    status: str = "live"
    note: str = ""
    successors: tuple[str, ...] = ()
    source: str = ""
    checked: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What a page gives to the networks, as plain text."""

    url: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    via: str = ""
    app_id: str = ""
    prompt: str = ""


def _are(value: Any, choices: tuple[str, ...] = ()) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(name, str) and (not choices or name in choices) for name in value
    )


# The fields of a row: how a value is told to be right, and what to say of one that is not.
_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: isinstance(v, str) and bool(v.strip()), "what readers call the network"),
    "category": (CATEGORIES.__contains__, f"one of {', '.join(CATEGORIES)}"),
    "url": (lambda v: isinstance(v, str), "the share address with {url} in it"),
    "needs": (lambda v: _are(v, PLACEHOLDERS), f"a list of {', '.join(PLACEHOLDERS)}"),
    "limit": (lambda v: type(v) is int and v > 0, "a number of characters"),
    "title_limit": (lambda v: type(v) is int and v > 0, "a number of characters"),
    "url_length": (lambda v: type(v) is int and v > 0, "a number of characters"),
    "wide_length": (lambda v: v in (1, 2), "1 or 2"),
    "color": (
        lambda v: isinstance(v, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", v) is not None,
        "a colour such as '#1185fe'",
    ),
    "icon": (lambda v: isinstance(v, str), "an SVG, or the path of one"),
    "status": (STATUSES.__contains__, f"one of {', '.join(STATUSES)}"),
    "note": (lambda v: isinstance(v, str), "text"),
    "successors": (_are, "a list of ids"),
    "source": (lambda v: isinstance(v, str), "text"),
    "checked": (lambda v: isinstance(v, date), "a date"),
}


def network_problems(identifier: str, row: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a network's ``row``, a clause each, without its name.

    A row under a shipped id needs only the fields that it changes.
    """
    known = shipped().get(identifier)
    whole = {**(known or {}), **row}
    problems = []
    if not _NETWORK_ID.fullmatch(identifier):
        problems.append("its id must be of a-z, 0-9, '-' and '_'")
    for name, value in whole.items():
        if name not in _FIELDS:
            problems.append(f"{name!r} is not a field; the fields are {', '.join(_FIELDS)}")
        elif not _FIELDS[name][0](value):
            problems.append(f"{name!r} must be {_FIELDS[name][1]}, got {value!r}")
    if known is None:
        problems += _new_row_problems(whole)
    if whole.get("category") == "local":
        return problems or (["a local control has no 'url'"] if "url" in whole else [])
    if "url" not in whole and whole.get("status") not in _WITHOUT_ADDRESS:
        problems.append(f"'url' must be {_FIELDS['url'][1]}")
    url = whole.get("url")
    return problems + (_url_problems(url, whole.get("needs", ())) if isinstance(url, str) else [])


def _new_row_problems(row: Mapping[str, Any]) -> list[str]:
    problems = []
    if "name" not in row:
        problems.append(f"'name' must be {_FIELDS['name'][1]}")
    if row.get("category") == "local":
        problems.append("'category' local is for the plugin's own controls")
    return problems


def _url_problems(url: str, needs: Any) -> list[str]:
    names = _PLACEHOLDER.findall(url)
    problems = [
        f"'url' holds {{{name}}}, which is not one of {', '.join((*PLACEHOLDERS, 'instance'))}"
        for name in names
        if name not in PLACEHOLDERS and name != "instance"
    ]
    if not {"url", "prompt"} & set(names):
        problems.append("'url' must hold {url}, or the link would share nothing")
    if "instance" in names and not (
        url.startswith("https://{instance}/") and names.count("instance") == 1
    ):
        problems.append("'url' may hold {instance} as in https://{instance}/… only")
    if set(_PLACEHOLDER.sub("", url)) & {"{", "}"}:
        problems.append("'url' has a brace that belongs to no placeholder; write %7B or %7D")
    if re.search(r"[\s\"'<>\\^`|]", url):
        problems.append("'url' holds a character that no URL may hold; percent-encode it")
    if not url.startswith(_SCHEMES):
        problems.append(f"'url' must begin with one of {' '.join(_SCHEMES)}")
    problems += [f"'needs' names {name}, which 'url' does not hold" for name in _rest(needs, names)]
    return problems


def _rest(needs: Any, names: list[str]) -> list[str]:
    return [name for name in needs if name not in names] if isinstance(needs, (list, tuple)) else []


@cache
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of ``networks.toml`` by id."""
    text = (files(__package__) / "networks.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def instance_host(value: object) -> str:
    """Return the server that ``value`` names, as it stands in an address, or nothing.

    It is a host name, with a port and a path if need be; ``https://`` before it is no harm.
    """
    found = _INSTANCE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else ""


def read_networks(
    custom: Mapping[str, Mapping[str, Any]], instances: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Network]:
    """Return every network by id: the shipped ones, and ``custom`` rows that have no problems.

    A custom row under a shipped id changes the fields that it names; one that brings an
    address for a network without a working one makes it live. ``instances`` are the servers
    of networks that have many; one that is not named stays a value that is needed.
    """
    rows = {**shipped(), **{name: _changed(name, row) for name, row in custom.items()}}
    return {
        name: _network(name, row, instance_host(instances.get(name))) for name, row in rows.items()
    }


def _changed(identifier: str, row: Mapping[str, Any]) -> dict[str, Any]:
    known = dict(shipped().get(identifier, {}))
    if "url" in row and known.get("status") in _WITHOUT_ADDRESS:
        known["status"] = "live"
    return {**known, **row}


def _network(identifier: str, row: Mapping[str, Any], instance: str) -> Network:
    url = row.get("url", "")
    if instance:
        url = url.replace("{instance}", instance)
    names = frozenset(_PLACEHOLDER.findall(url))
    plain = ("limit", "title_limit", "url_length", "wide_length", "color", "icon", "status")
    more = ("note", "source", "checked")
    return Network(
        id=identifier,
        name=row.get("name", ""),
        category=row.get("category", "social"),
        parts=tuple(tuple(_PLACEHOLDER.split(part)) for part in url.split("&")) if url else (),
        needs=names & {"url", "prompt", "instance", *row.get("needs", ())},
        placeholders=names,
        successors=tuple(row.get("successors", ())),
        **{name: row[name] for name in (*plain, *more) if name in row},
    )


@lru_cache(maxsize=1024)
def address(network: Network, empty: frozenset[str]) -> str:
    """Return the network's address as a format string for pages that lack the values ``empty``.

    It is filled in one pass, so that a value that looks like a placeholder stays a value. A
    parameter whose values are all empty is left out, and so is white space around a text.
    """
    filled = "&".join([text for part in network.parts if (text := _part(part, empty))])
    return _BLANK_START.sub(r"\1", filled)


def _part(part: tuple[str, ...], empty: frozenset[str]) -> str:
    names = part[1::2]
    if names and empty.issuperset(names) and not part[0].startswith(_SCHEMES):
        return ""
    pieces = [
        piece if at % 2 == 0 else "" if piece in empty else f"{{{piece}}}"
        for at, piece in enumerate(part)
    ]
    return _BLANK_END.sub("", "".join(pieces))


def tracked(url: str, campaign: str, network: Network) -> str:
    """Return ``url`` with the parameters of ``campaign`` for what comes back from ``network``."""
    base, mark, fragment = url.partition("#")
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}{campaign.replace('{network}', network.id)}{mark}{fragment}"


def lacking(values: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the ``values`` that are empty."""
    return frozenset([name for name, value in values.items() if not value])


def encoded(shared: Shared) -> dict[str, str]:
    """Return the values of ``shared`` under the names of the placeholders, percent-encoded.

    Every value is encoded once and whole (RFC 3986 section 2.1): a space is ``%20``, which
    mail programs and web sites both read, and never ``+``. A server that is still missing
    from an address is an empty value.
    """
    tags, hashtags, tag_words = _tags(shared.tags)
    return {
        "url": _quoted_url(shared.url),
        "title": _quoted(shared.title),
        "text": _quoted(shared.text),
        "tags": tags,
        "hashtags": hashtags,
        "tag_words": tag_words,
        "image": _quoted_often(shared.image),
        "via": _quoted_often(shared.via),
        "app_id": _quoted_often(shared.app_id),
        "prompt": _quoted(shared.prompt),
        "instance": "",
    }


def _quoted(value: str) -> str:
    return quote(value, safe="") if value else ""


def _quoted_url(url: str) -> str:
    folder, slash, name = url.rpartition("/")
    return _quoted_often(folder + slash) + _quoted(name)


_quoted_often = lru_cache(maxsize=256)(_quoted)


@lru_cache(maxsize=256)
def _tags(names: tuple[str, ...]) -> tuple[str, str, str]:
    """Return the tags ``names`` as "a,b", as "#a #b" and as "a b", percent-encoded."""
    found = [word for name in names if (word := hashtag(name))]
    return (
        _quoted(",".join(found)),
        _quoted(" ".join([f"#{word}" for word in found])),
        _quoted(" ".join(found)),
    )


@lru_cache(maxsize=4096)
def hashtag(name: str) -> str:
    """Return the tag ``name`` as networks write it behind ``#``, or nothing.

    "machine learning" becomes MachineLearning, 日本語 stays; what would mean something else
    without its signs (C++, AT&T) or is digits only gives none.
    """
    pieces = re.split(r"[\s_\-./·]+", name.strip())
    joined = "".join(piece[:1].upper() + piece[1:] for piece in pieces) if pieces[1:] else pieces[0]
    return joined if re.fullmatch(r"\w+", joined) and not joined.isdigit() else ""
