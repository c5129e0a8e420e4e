"""The home of who wins where a theme states what we state too: one of each stays."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pelican_smo.report import Change
from pelican_smo.scan import Element, Head
from pelican_smo.tags import Tag, json_ld, json_text, meta_name, meta_property
from pelican_smo.urls import is_web

__all__ = ["Merged", "Mode", "merge"]

Mode = Literal["merge", "theme", "plugin"]

_IMAGE = frozenset(
    f"og:image{part}" for part in ("", ":url", ":secure_url", ":type", ":width", ":height", ":alt")
) | frozenset(
    f"twitter:image{part}" for part in ("", ":src", ":alt", ":width", ":height", "0", "1", "2", "3")
)
# What else a theme's tag must give way to: a reader takes one for the other.
_ALSO_STATED_BY: Mapping[str, frozenset[str]] = {
    "og:title": frozenset({"twitter:title"}),
    "og:description": frozenset({"twitter:description"}),
    "og:url": frozenset({"twitter:url"}),
    "og:image": _IMAGE,
}
_OURS_IN_MERGE = ("og:", "article:", "profile:", "twitter:", "fediverse:")
_DETAILS_OF_TYPE = ("article:", "profile:", "book:", "og:article:", "og:profile:")
_CONTESTED = (*_OURS_IN_MERGE, *_DETAILS_OF_TYPE, "json-ld")
_REPEATABLE = _IMAGE | {"article:author", "article:tag", "feed", "og:locale:alternate"}
_ABSOLUTE = ("link:canonical", "alternate:", "og:url", "og:image")

_ARTICLES = frozenset(
    {
        "Article",
        "BlogPosting",
        "NewsArticle",
        "TechArticle",
        "ScholarlyArticle",
        "Report",
        "SocialMediaPosting",
    }
)
_PAGES = frozenset(
    {"WebPage", "AboutPage", "ContactPage", "CollectionPage", "ProfilePage", "FAQPage", "ItemPage"}
)
_ABOUT_THE_PAGE = _ARTICLES | _PAGES
_SITES = frozenset({"WebSite", "Blog"})
_KINDS_OF_NODE = (_ARTICLES, _PAGES, _SITES, frozenset({"BreadcrumbList"}))
_TYPE = re.compile(r'"@type":"(\w+)"')


@dataclass(frozen=True, slots=True)
class Merged:
    """What to do to a page's head: our tags to print, (start, end, text) edits, what changed.

    ``problems`` are sentences about what the theme has that nobody can read.
    """

    tags: list[Tag]
    edits: list[tuple[int, int, str]]
    changes: list[Change]
    problems: list[str]


def merge(head: Head, tags: list[Tag], mode: Mode) -> Merged:
    """Return what becomes of ``tags``, ours, beside what the theme's ``head`` states.

    In the mode "merge" ours win for Open Graph, article, Twitter and fediverse tags and the
    theme's for the rest; "theme" and "plugin" let one side win everything. A value that the
    page's author wrote wins in every mode; an empty one, and a relative URL where an
    absolute one is needed, never does.
    """
    ours = {tag.key: tag for tag in tags}
    if ("title" in ours) and head.title:
        del ours["title"]
    contested = [element for element in head.elements if _is_contested(element.keys, ours)]
    winners = {
        key
        for key, value in _stated(contested, ours).items()
        if _theirs_wins(key, value, ours, mode)
    }
    if "og:image" in winners:
        winners |= _IMAGE & ours.keys()
    settled = _Settled(ours, winners, _beaten(ours.keys() - winners), mode)
    for element in contested:
        settled.element(element)
    dropped = settled.winners | ({"title"} if head.title else set())
    kept = [tag for tag in tags if tag.key not in dropped]
    if settled.merged:
        kept = [settled.merged.get(tag.key, tag) for tag in kept]
    return Merged(settled.rescued + kept, settled.edits, settled.changes, settled.problems)


def _is_contested(keys: tuple[str, ...], ours: Mapping[str, Tag]) -> bool:
    """Tell whether an element of the theme with ``keys`` may have to change."""
    return any(key in ours or key.startswith(_CONTESTED) for key in keys)


def _stated(elements: Iterable[Element], ours: Mapping[str, Tag]) -> dict[str, str]:
    """Return the first usable value that the theme states under each key of ``ours``."""
    stated: dict[str, str] = {}
    for element in elements:
        for key in element.keys:
            if key in ours and key not in stated and _usable(key, element.value):
                stated[key] = element.value
    return stated


def _usable(key: str, value: str) -> bool:
    return bool(value.strip()) and (not key.startswith(_ABSOLUTE) or is_web(value))


def _theirs_wins(key: str, value: str, ours: Mapping[str, Tag], mode: Mode) -> bool:
    if key in ("json-ld", "robots"):
        return False
    if ours[key].authored:
        return value == ours[key].value and not key.startswith(_OURS_IN_MERGE)
    if mode == "merge":
        # Without an image of ours the theme's stays, and with it the card that suits it.
        bare_card = key == "twitter:card" and "og:image" not in ours
        return bare_card or not key.startswith(_OURS_IN_MERGE)
    return mode == "theme"


def _beaten(ours: set[str]) -> set[str]:
    """Return the theme's keys that have to go where ``ours`` stand."""
    for key, too in _ALSO_STATED_BY.items():
        if key in ours:
            ours = ours | too
    return ours


class _Settled:
    """The outcome for one page, element by element."""

    def __init__(
        self, ours: Mapping[str, Tag], winners: set[str], beaten: set[str], mode: Mode
    ) -> None:
        self.ours, self.winners, self.beaten, self.mode = ours, winners, beaten, mode
        self.edits: list[tuple[int, int, str]] = []
        self.changes: list[Change] = []
        self.problems: list[str] = []
        self.rescued: list[Tag] = []
        self.merged: dict[str, Tag] = {}
        self.seen: set[str] = set()

    def element(self, element: Element) -> None:
        """Decide about one element of the theme's."""
        if element.keys[0] == "json-ld":
            self._json_ld(element)
            return
        going = [key for key in element.keys if self._goes(key, element.value)]
        if not going:
            self.seen.update(element.keys)
            return
        self.edits.append((element.start, element.end, ""))
        for key in element.keys:
            if key in going:
                self._note(key, element.value)
            else:
                # One element stated two things; the one that stays gets an element of its own.
                make = meta_property if key.startswith(_OURS_IN_MERGE) else meta_name
                self.rescued.append(make(key, element.value))
                self.seen.add(key)

    def _goes(self, key: str, value: str) -> bool:
        if key in self.beaten:
            return True
        if key in self.winners:
            return not _usable(key, value) or (key in self.seen and key not in _REPEATABLE)
        if key.startswith(_DETAILS_OF_TYPE) and "og:type" in self.beaten:
            return True
        return not value.strip() and key.startswith(_OURS_IN_MERGE)

    def _note(self, key: str, value: str) -> None:
        ours = self.ours.get(key)
        if key == "robots" and ours is not None:
            combined = _robots(self.merged.get(key, ours).value, value)
            self.merged[key] = meta_name("robots", combined, ours.authored)
            self.changes.append(Change(key, "merged", value, combined))
        elif ours is None or key in self.winners:
            self.changes.append(Change(key, "removed", value, ""))
        elif ours.value != value:
            self.changes.append(Change(key, "replaced", value, ours.value))

    def _json_ld(self, element: Element) -> None:
        ours = self.ours.get("json-ld")
        context, nodes = _nodes(element.value)
        if nodes is None:
            self.problems.append("the theme's JSON-LD is not JSON and says nothing to any reader")
        if nodes is None or ours is None:
            return
        left = [node for node in nodes if not _same_subject(node, ours.value)]
        if len(left) == len(nodes):
            return
        gone = ", ".join(
            sorted({name for node in nodes if node not in left for name in _types(node)})
        )
        if self.mode == "theme" and any(_types(node) & _ABOUT_THE_PAGE for node in nodes):
            self.winners.add("json-ld")
            return
        self.changes.append(Change("json-ld", "replaced", gone, _types_in(ours.value)))
        graph = {"@context": context, "@graph": left}
        text = json_ld(json_text(graph)).html if left else ""
        self.edits.append((element.start, element.end, text))


def _nodes(text: str) -> tuple[Any, list[dict[str, Any]] | None]:
    """Return the context and the nodes at the top of a JSON-LD block, None where it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None, None
    context = data.get("@context") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(data.get("@graph"), list):
        data = data["@graph"]
    nodes = data if isinstance(data, list) else [data]
    readable = all(isinstance(node, dict) for node in nodes)
    return context or "https://schema.org", nodes if readable else None


def _types(node: Mapping[str, Any]) -> frozenset[str]:
    types = node.get("@type")
    return frozenset(map(str, types if isinstance(types, list) else [types]))


def _types_in(our_graph: str) -> str:
    return ", ".join(dict.fromkeys(_TYPE.findall(our_graph)))


def _same_subject(node: Mapping[str, Any], our_graph: str) -> bool:
    """Tell whether ``our_graph`` holds a node of the same kind about the same URL."""
    ours = frozenset(_TYPE.findall(our_graph))
    if not any(kind & _types(node) and kind & ours for kind in _KINDS_OF_NODE):
        return False
    about = node.get("url") or node.get("mainEntityOfPage") or node.get("@id")
    if isinstance(about, dict):
        about = about.get("@id")
    if not isinstance(about, str) or not is_web(about):
        return True
    address = json_ld(json_text(about.split("#")[0].rstrip("/"))).value[1:-1]
    return any(f'"{address}{end}' in our_graph for end in ('"', '/"', "#", "/#"))


def _robots(ours: str, theirs: str) -> str:
    """Return one robots value from two: the most restrictive of each pair wins."""
    directives = dict.fromkeys(
        directive.strip().lower() for directive in f"{ours},{theirs}".split(",")
    )
    directives.pop("", None)
    if "none" in directives:
        directives |= {"noindex": None, "nofollow": None}
    for restrictive, permissive in (("noindex", "index"), ("nofollow", "follow")):
        if restrictive in directives:
            directives.pop(permissive, None)
    if {"none", "noindex"} & directives.keys():
        directives.pop("all", None)
    previews = [name for name in directives if name.startswith("max-image-preview:")]
    order = ("max-image-preview:none", "max-image-preview:standard", "max-image-preview:large")
    for permissive in sorted(previews, key=lambda name: order.index(name) if name in order else 9)[
        1:
    ]:
        del directives[permissive]
    return ", ".join(directives)
