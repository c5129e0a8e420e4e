"""An independent reader of pages: html5lib's tree, asked for what stands in the head."""

import json
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


def graph(page: str) -> dict[str, dict[str, Any]]:
    """Return the nodes of the page's JSON-LD by type."""
    scripts = [
        s.text or "" for s in head(page).iter("script") if s.get("type") == "application/ld+json"
    ]
    assert len(scripts) == 1
    return {node["@type"]: node for node in json.loads(scripts[0])["@graph"]}


def repeated(page: str) -> dict[str, int]:
    """Return the keys that a page may state once but states more often."""
    many = ("article:tag", "article:author", "og:locale:alternate", "tags")
    counts = Counter(
        meta.get("property") or meta.get("name")
        for meta in head(page).iter("meta")
        if meta.get("property") or meta.get("name")
    )
    return {str(k): n for k, n in counts.items() if n > 1 and k not in many}
