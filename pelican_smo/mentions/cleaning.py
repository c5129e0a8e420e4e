"""The home of the second gate for strangers' words: text made printable, HTML made harmless.

The receiver cleans what it takes in; but a file may come from elsewhere, and may be changed.
"""

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from pelican_smo.linkbacks import cleaning
from pelican_smo.linkbacks.addresses import normal, normal_page
from pelican_smo.linkbacks.cleaning import TAGS, is_tangled, legible
from pelican_smo.text import plain
from pelican_smo.urls import host, safe

if TYPE_CHECKING:
    import nh3

__all__ = ["TAGS", "harmless", "host_of", "line", "lines", "page_key", "text_of", "web"]

REL = f"{cleaning.REL} external"
# Names of hosts may hold spaces of other scripts, as the standard library encodes them.
_SPACE = re.compile(r"\s")
# The host of most addresses, told without taking them apart.
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
# What begins a line of its own in a browser, and would run into the next without its tag.
_BREAKS = re.compile(r"</(?:div|h[1-6]|section|article|tr|dt|dd)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^<>]*>|</a>")
_LINE_ENDS = re.compile(
    r"(?:<br\b[^<>]*>|</(?:p|li|blockquote|pre|ul|ol)>)(?:\s*</(?:p|li|blockquote|pre|ul|ol)>)*"
)


def web(value: object) -> str:
    """Return ``value`` if it is an http(s) address without a user name, ready to print, or ""."""
    if not isinstance(value, str) or _SPACE.search(value):
        return ""
    spelt = normal(value)
    # A host in another script must not be escaped as a path is.
    return safe(value) if spelt and value.isascii() else spelt


def page_key(value: object) -> str:
    """Return what all spellings of the address of one page have in common, or "" for none."""
    return normal_page(value).partition("://")[2].rstrip("/") if isinstance(value, str) else ""


def host_of(url: str) -> str:
    """Return the host of an address that ``web`` let pass."""
    found = _HOST.match(url)
    return found[1] if found else host(url)


def line(value: object) -> str:
    """Return ``value`` as one line of plain text, an empty one for what is no text."""
    return cleaning.line(value) if isinstance(value, str) else ""


def lines(value: object) -> str:
    """Return ``value`` as plain text in lines, of which at most one after the other is blank."""
    return cleaning.lines(value) if isinstance(value, str) else ""


def harmless(html: str) -> str:
    """Return of ``html`` the text and what is in TAGS, its links to http(s) only.

    Of what is tangled the text alone stays.
    """
    html = _BREAKS.sub("<br>", legible(html))
    if is_tangled(html):
        return escape(lines(cleaning.text_of(html)))
    cleaned = _cleaner().clean(html)
    if "<a" in cleaned:
        cleaned = _without_dead_links(cleaned)
    cleaned = cleaned.strip()
    while cleaned.startswith("<br>"):
        cleaned = cleaned[4:].lstrip()
    while cleaned.endswith("<br>"):
        cleaned = cleaned[:-4].rstrip()
    return cleaned


def _without_dead_links(html: str) -> str:
    """Return ``html`` with the words alone of links that lead nowhere: they look like links."""
    is_live: list[bool] = []

    def kept(tag: re.Match[str]) -> str:
        if tag[0] == "</a>":
            return tag[0] if is_live.pop() else ""
        is_live.append(" href=" in tag[0])
        return tag[0] if is_live[-1] else ""

    return _LINK.sub(kept, html)


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3  # noqa: PLC0415  an import that most builds never need

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={"a": {"href"}},
        # It is asked about our own attributes as well.
        attribute_filter=lambda _, name, value: (web(value) or None) if name == "href" else value,
        link_rel=REL,
        set_tag_attribute_values={"a": {"referrerpolicy": "no-referrer"}},
        url_schemes={"http", "https"},
    )


def text_of(html: str) -> str:
    """Return the plain text in lines of ``html`` that ``harmless`` made."""
    return lines("\n".join(map(plain, _LINE_ENDS.sub("\n", html).split("\n"))))
