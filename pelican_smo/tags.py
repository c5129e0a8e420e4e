"""The home of Tag: an element of a page's head as a value, its key, its only escaping."""

import json
from functools import lru_cache
from html import escape
from json.encoder import encode_basestring
from typing import NamedTuple

__all__ = [
    "Tag",
    "comment",
    "json_ld",
    "json_string",
    "json_text",
    "link",
    "meta_name",
    "meta_property",
    "script_file",
    "shared_name",
    "shared_property",
    "title",
]


class Tag(NamedTuple):
    """One element of the head.

    ``key`` says which of two tags is the same statement (``og:title``, ``canonical``,
    ``alternate:fr``), ``value`` is what it states, unescaped, ``html`` is the element, and
    ``authored`` is true where the page's author wrote the value himself. A tuple, because
    every page makes thirty of them.
    """

    key: str
    value: str
    html: str
    authored: bool = False


def meta_property(key: str, value: str, authored: bool = False) -> Tag:
    """Return the ``<meta property>`` of Open Graph and its kin (ogp.me, RDFa)."""
    return Tag(key, value, f'<meta property="{key}" content="{escape(value)}">', authored)


def meta_name(key: str, value: str, authored: bool = False) -> Tag:
    """Return the ``<meta name>`` of the HTML standard, Twitter cards and the fediverse."""
    return Tag(key, value, f'<meta name="{key}" content="{escape(value)}">', authored)


# For values that many pages state.
shared_property = lru_cache(maxsize=512)(meta_property)
shared_name = lru_cache(maxsize=512)(meta_name)


def link(key: str, rel: str, href: str, authored: bool = False, **attributes: str) -> Tag:
    """Return a ``<link>``; ``attributes`` follow ``rel`` and ``href`` in their order."""
    more = "".join([f' {name}="{escape(value)}"' for name, value in attributes.items()])
    return Tag(key, href, f'<link rel="{rel}" href="{escape(href)}"{more}>', authored)


def script_file(src: str) -> Tag:
    """Return a ``<script>`` that runs when the page is there."""
    return Tag("script", src, f'<script src="{escape(src)}" defer></script>')


def title(text: str) -> Tag:
    """Return the document's ``<title>``."""
    return Tag("title", text, f"<title>{escape(text, quote=False)}</title>")


# Returns a text as JSON.
json_string = encode_basestring
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_text(data: object) -> str:
    """Return ``data`` as JSON, as short as it can be written."""
    return _JSON.encode(data)


def json_ld(text: str) -> Tag:
    r"""Return the JSON-LD block that holds the JSON ``text``, safe in any HTML.

    ``<``, ``>``, ``&`` and the line separators become ``\uXXXX``, which is the same JSON:
    HTML entities would end up in the values, and readers that decode entities before they
    parse (Mastodon) would break on a literal ``&quot;``.
    """
    text = (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
    return Tag("json-ld", text, f'<script type="application/ld+json">{text}</script>')


def comment(key: str, text: str) -> Tag:
    """Return an HTML comment; the caller has seen to it that ``text`` holds no ``--``."""
    return Tag(key, text, f"<!--{text}-->")
