"""The home of Tag: an element of a page's head as a value, its key, its only escaping."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

__all__ = ["Tag", "comment", "json_ld", "link", "meta_name", "meta_property", "title"]


@dataclass(frozen=True, slots=True)
class Tag:
    """One element of the head.

    ``key`` says which of two tags is the same statement (``og:title``, ``canonical``,
    ``alternate:fr``), ``value`` is what it states, unescaped, ``html`` is the element, and
    ``authored`` is true where the page's author wrote the value himself.
    """

    key: str
    value: str
    html: str
    authored: bool = False


@lru_cache(maxsize=1024)
def meta_property(key: str, value: str, *, authored: bool = False) -> Tag:
    """Return the ``<meta property>`` of Open Graph and its kin (ogp.me, RDFa)."""
    return Tag(key, value, f'<meta property="{key}" content="{escape(value)}">', authored)


@lru_cache(maxsize=1024)
def meta_name(key: str, value: str, *, authored: bool = False) -> Tag:
    """Return the ``<meta name>`` of the HTML standard, Twitter cards and the fediverse."""
    return Tag(key, value, f'<meta name="{key}" content="{escape(value)}">', authored)


def link(
    key: str,
    rel: str,
    href: str,
    attributes: Mapping[str, str] | None = None,
    *,
    authored: bool = False,
) -> Tag:
    """Return a ``<link>``; ``attributes`` follow ``rel`` and ``href`` in their order."""
    more = "".join(f' {name}="{escape(value)}"' for name, value in (attributes or {}).items())
    return Tag(key, href, f'<link rel="{rel}" href="{escape(href)}"{more}>', authored)


def title(text: str) -> Tag:
    """Return the document's ``<title>``."""
    return Tag("title", text, f"<title>{escape(text, quote=False)}</title>")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_NEEDS_ESCAPE = re.compile("[<>&\u2028\u2029]")


def json_text(data: object) -> str:
    r"""Return ``data`` as JSON that neither HTML nor a careless reader can misread.

    ``<``, ``>``, ``&`` and the line separators become ``\uXXXX``, which is the same JSON:
    HTML entities would end up in the values, and readers that decode entities before they
    parse (Mastodon) would break on a literal ``&quot;``.
    """
    text = _JSON.encode(data)
    if not _NEEDS_ESCAPE.search(text):
        return text
    return _NEEDS_ESCAPE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def json_ld(text: str) -> Tag:
    """Return the JSON-LD block that holds ``text``, made by :func:`json_text`."""
    return Tag("json-ld", text, f'<script type="application/ld+json">{text}</script>')


def comment(key: str, text: str) -> Tag:
    """Return an HTML comment; the caller has seen to it that ``text`` holds no ``--``."""
    return Tag(key, text, f"<!--{text}-->")
