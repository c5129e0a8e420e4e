"""An independent reader of pages: html5lib's tree, asked for what stands in the head."""

import json
import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib


def tree(page: str) -> Element:
    return html5lib.parse(page.removeprefix("\ufeff"), namespaceHTMLElements=False)


def head(page: str) -> Element:
    found = tree(page).find("head")
    assert found is not None
    return found


def metas(page: str) -> dict[str, list[str]]:
    """Return the contents of the head's metas by property or name."""
    values: dict[str, list[str]] = {}
    for meta in head(page).iter("meta"):
        key = meta.get("property") or meta.get("name")
        if key:
            values.setdefault(key, []).append(meta.get("content") or "")
    return values


def meta(page: str, key: str) -> str:
    """Return the one value under ``key``; more than one, or none, fails."""
    values = metas(page).get(key, [])
    assert len(values) == 1, f"{key}: {values}"
    return values[0]


def links(page: str, rel: str) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in head(page).iter("link") if link.get("rel") == rel]


def json_ld(page: str) -> list[Any]:
    """Return what stands in each JSON-LD block of the head."""
    return [
        json.loads(script.text or "")
        for script in head(page).iter("script")
        if script.get("type") == "application/ld+json"
    ]


def graph(page: str) -> dict[str, dict[str, Any]]:
    """Return the nodes of the page's JSON-LD by type."""
    (data,) = json_ld(page)
    return {node["@type"]: node for node in data["@graph"]}


def block(page: str) -> str:
    """Return our part of the head as it is written, without the marks around it."""
    (found,) = re.findall("<!-- pelican-smo -->\n(.*?\n)<!-- /pelican-smo -->", page, re.DOTALL)
    return str(found)


def widget(page: str) -> str:
    """Return the share widget as it is written, or nothing where there is none."""
    found = re.search('<aside class="smo-share".*?</aside>\n', page, re.DOTALL)
    return found[0] if found else ""


def section(page: str) -> str:
    """Return the section of mentions as it is written, or nothing where there is none."""
    found = re.search('<section class="smo-mentions".*?</section>\n', page, re.DOTALL)
    return found[0] if found else ""


_DATA = r"<data [^>]*></data>"
_OURS = (
    re.compile(r"\n<!-- pelican-smo -->.*?<!-- /pelican-smo -->", re.DOTALL),
    re.compile(r"\n<aside class=\"smo-share\".*?</aside>\n", re.DOTALL),
    re.compile(r"\n<section class=\"smo-mentions\".*?</section>\n", re.DOTALL),
    re.compile(
        rf'\n<(span|div) class="(?:h-entry )?smo-entry" hidden>(?:{_DATA}|<time [^>]*></time>'
        rf'|<span class="p-author h-card">(?:{_DATA})*</span>)*</\1>'
    ),
    # Class names of microformats are the only thing that we add to a theme's own elements.
    re.compile(r' class="(?:h-entry|e-content)"|(?<=\w) (?:h-entry|e-content)(?=")'),
)


def without_ours(page: str) -> str:
    """Return ``page`` without what the plugin adds to it."""
    for ours in _OURS:
        page = ours.sub("", page)
    return page


def repeated(page: str) -> dict[str, int]:
    """Return the keys that a page may state once but states more often."""
    many = ("article:tag", "article:author", "og:locale:alternate", "tags")
    counts = Counter(
        meta.get("property") or meta.get("name")
        for meta in head(page).iter("meta")
        if meta.get("property") or meta.get("name")
    )
    return {str(k): n for k, n in counts.items() if n > 1 and k not in many}
