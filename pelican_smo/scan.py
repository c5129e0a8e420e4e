"""The home of reading a rendered page's head: what stands there already, at which offsets.

The rules are those of the HTML standard, sections 13.2.5 (tokenization) and 13.2.6.4.1 to
13.2.6.4.6 (insertion modes up to "after head"), as far as they decide where an element of
the head begins and ends. Nothing is parsed a second time, nothing is written anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

__all__ = ["BLOCK_END", "BLOCK_START", "Element", "Head", "is_document", "scan"]

BLOCK_START = "<!-- pelican-smo -->"
BLOCK_END = "<!-- /pelican-smo -->"

_BOM = "\ufeff"
_ATTRIBUTE = (
    r"""=?+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
)
_REST_OF_TAG = rf"(?=[\s/>])(?:[\s/]++|{_ATTRIBUTE}|=)*+>"
_TOKEN = re.compile(
    rf"""[\t\n\f\r ]*+<(?:
      (?P<comment>!--(?:-?>|.*?(?:--!?>|\Z)))
    | (?P<declaration>[!?][^>]*+(?:>|\Z))
    | (?P<void>(?:meta|link|base|basefont|bgsound){_REST_OF_TAG})
    | (?P<raw>(?P<name>title|style|script|noscript|noframes|template){_REST_OF_TAG})
    | (?P<outer>(?:html|head){_REST_OF_TAG})
    | (?P<close>/head(?=[\s/>])[^>]*+>)
    | (?P<ignored>/(?!(?:head|body|html|br|template)[\s/>])[a-z][^>]*+>)
    )""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_SPACE = re.compile(r"[\t\n\f\r ]*+")
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|head|body|title)[\s/>]", re.IGNORECASE)
_HEAD_CLOSE_OR_BODY = re.compile(r"<(?:(/head)|body)[\s/>]", re.IGNORECASE)
_PAIR = re.compile(
    r"""(=?[^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*))?)?""", re.DOTALL
)
_RAW_END = {
    name: re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE)
    for name in ("title", "style", "noscript", "noframes", "template")
}
_SCRIPT = re.compile(r"<!--|</script(?=[\s/>])[^>]*>", re.IGNORECASE)
_ESCAPED_SCRIPT = re.compile(r"-->|<script(?=[\s/>])|</script(?=[\s/>])[^>]*>", re.IGNORECASE)
_TWICE_ESCAPED_SCRIPT = re.compile(r"-->|</script(?=[\s/>])", re.IGNORECASE)
# A title behind this many characters is no reason to let our block wait: Slack reads 32 KB
# of a page, and the first kilobytes are often a theme's inline style.
_EARLY = 4096
_ENDS_NAME = frozenset("\t\n\f\r />")
_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/feed+json")
_SINGLE_LINKS = ("canonical", "webmention", "pingback", "prev", "next", "author")


class Element(NamedTuple):
    """An element of the head: its range of the page, its keys, and what it states."""

    start: int
    end: int
    keys: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a page's head holds.

    ``insert_at`` is the offset for our block, right after charset, viewport and title;
    ``end`` is where the head ends; ``block`` is the range of an earlier block of ours.
    """

    elements: tuple[Element, ...]
    title: str
    insert_at: int
    end: int
    block: tuple[int, int] | None


def is_document(page: str) -> bool:
    """Tell whether ``page`` is a whole HTML document, not a fragment or another format."""
    return _DOCUMENT.search(page, 0, 4096) is not None


def scan(page: str) -> Head:
    """Return what stands in the head of the document ``page``, and where.

    Pages of one kind often have heads that differ in their title only; what stands before
    and behind it is read once for all of them.
    """
    title = page.find("<title>") + len("<title>")
    behind = page.find("<", title)
    body = page.find("<body", behind)
    if page.startswith("</title>", behind) and page[body + 5 : body + 6] in _ENDS_NAME:
        head = _without_title(page[:title], page[behind:body])
        if head is not None:
            return _with_title(head, title, page[title:behind])
    return _scan(page)[0]


@lru_cache(maxsize=32)
def _without_title(before: str, behind: str) -> Head | None:
    """Return the head that ``before`` and ``behind`` make with an empty title between them.

    None if they are no whole head, or if it is not a title that stands between them.
    """
    head, rest = _scan(f"{before}{behind}<body>")
    title = Element(len(before) - len("<title>"), len(before) + len("</title>"), ("title",), "")
    whole = rest == len(before) + len(behind)
    return head if whole and title in head.elements and not head.title else None


def _with_title(head: Head, at: int, text: str) -> Head:
    """Return the titleless ``head`` with the title ``text`` at the offset ``at``."""
    by = len(text)
    value = _folded(text)
    elements = [
        Element(start, end, keys, stated)
        if end <= at
        else Element(start + by, end + by, keys, stated)
        if start >= at
        else Element(start, end + by, keys, value)
        for start, end, keys, stated in head.elements
    ]
    insert_at, end = (
        offset + by if offset >= at else offset for offset in (head.insert_at, head.end)
    )
    block = head.block
    if block and block[0] >= at:
        block = (block[0] + by, block[1] + by)
    return Head(tuple(elements), value, insert_at, end, block)


def _scan(page: str) -> tuple[Head, int]:
    """Return the head of ``page``, and the offset of the first thing that is none of it."""
    elements: list[Element] = []
    title = ""
    head_start = insert_at = len(_BOM) if page.startswith(_BOM) else 0
    end: int | None = None
    rest = 0
    block = None
    for kind, start, stop, text in _tokens(page):
        if kind == "outer":
            if not elements:
                head_start = insert_at = stop
        elif kind == "end":
            end = start
        elif kind == "block":
            block = (start, stop)
        elif kind == "rest":
            rest = start
        elif (facts := _facts(kind, text)) is not None:
            keys, value = facts
            elements.append(Element(start, stop, keys, value))
            if end is None and _comes_first(keys[0], start - head_start):
                insert_at = stop
            if keys[0] == "title":
                title = title or value
                head_start += len(text)  # A long title keeps nothing from coming first.
    return Head(tuple(elements), title, insert_at, end or 0, block), rest


def _comes_first(key: str, distance: int) -> bool:
    """Tell whether an element goes before our block: a late title or viewport need not."""
    return key == "charset" or (key in ("viewport", "title") and distance <= _EARLY)


_Token = tuple[str, int, int, str]


def _tokens(page: str) -> Iterator[_Token]:
    """Yield (kind, start, end, text) of what the head of ``page`` is made of, in order.

    One token of the kind "end" says where a browser ends the head. Where something that
    cannot be in a head ended it early, what theme and author meant for the head goes on to
    the literal ``</head>``: readers that do not parse HTML find it there.
    """
    position = len(_BOM) if page.startswith(_BOM) else 0
    closed = False
    while (token := _TOKEN.match(page, position)) is not None:
        if token.lastgroup == "close" and not closed:
            closed = True
            yield "end", _start(token), _start(token), ""
        found, position = _read(page, token)
        if found:
            yield found
    space = _SPACE.match(page, position)
    position = space.end() if space else position
    yield "rest", position, position, ""
    if closed:
        return
    yield "end", position, position, ""
    literal = _HEAD_CLOSE_OR_BODY.search(page, position)
    if literal and literal[1]:
        yield from _stray_tokens(page, position, literal.start())


def _stray_tokens(page: str, position: int, limit: int) -> Iterator[_Token]:
    """Yield what stands between a head that ended early and its literal end."""
    while (token := _TOKEN.search(page, position, limit)) is not None:
        found, position = _read(page, token)
        if found and found[0] in ("void", "json-ld", "block"):
            yield found


def _read(page: str, token: re.Match[str]) -> tuple[_Token | None, int]:
    """Return what ``token`` begins, None if it states nothing, and where to go on."""
    kind = token.lastgroup
    start, end = _start(token), token.end()
    if kind == "comment":
        return _block_or_comment(page, start, end)
    if kind in ("close", "ignored"):
        return None, end
    if kind != "raw":
        return ("void" if kind == "void" else "outer", start, end, page[start:end]), end
    name = token["name"].lower()
    text_end, after = _raw_end(page, name, end)
    text = page[end:text_end]
    if name == "title":
        return ("title", start, after, text), after
    if name == "script" and "ld+json" in token["raw"].lower():
        return ("json-ld", start, after, text), after
    return None, after


def _start(token: re.Match[str]) -> int:
    """Return where the ``<`` of ``token`` stands, behind the space before it."""
    return token.start(token.lastgroup or 0) - 1


def _block_or_comment(page: str, start: int, end: int) -> tuple[_Token | None, int]:
    """Return the token of our own block, if the comment begins one, and where to go on."""
    if page[start:end] == BLOCK_START:
        block_end = page.find(BLOCK_END, end)
        if block_end >= 0:
            stop = block_end + len(BLOCK_END)
            return ("block", start, stop, ""), stop
    return None, end


def _raw_end(page: str, name: str, start: int) -> tuple[int, int]:
    """Return where the text of the element ``name`` ends, and where its end tag ends."""
    end = _script_end(page, start) if name == "script" else _RAW_END[name].search(page, start)
    return end.span() if end else (len(page), len(page))


def _script_end(page: str, position: int) -> re.Match[str] | None:
    """Return the end tag of a script, as the script data states of the standard find it."""
    state = _SCRIPT
    while (found := state.search(page, position)) is not None:
        position = found.end()
        if found[0] == "<!--":
            state, position = _ESCAPED_SCRIPT, position - 2
        elif found[0] == "-->":
            state = _SCRIPT
        elif found[0].lower() == "<script":
            state = _TWICE_ESCAPED_SCRIPT
        elif state is _TWICE_ESCAPED_SCRIPT:
            state = _ESCAPED_SCRIPT
        else:
            return found
    return None


def _folded(text: str) -> str:
    return " ".join(unescape(text).split())


@lru_cache(maxsize=512)
def _facts(kind: str, text: str) -> tuple[tuple[str, ...], str] | None:
    """Return the keys and the value of an element, or None for one that states nothing here."""
    if kind == "title":
        return ("title",), _folded(text)
    if kind == "json-ld":
        return ("json-ld",), text
    attributes = _attributes(text)
    if text[1:5].lower() == "meta":
        return _meta_facts(attributes)
    if text[1:5].lower() == "link":
        return _link_facts(attributes)
    return None


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of the start tag ``tag``, decoded; the first of a name counts."""
    attributes: dict[str, str] = {}
    for name, *values in _PAIR.findall(tag, 5, len(tag) - 1):
        attributes.setdefault(name.lower(), unescape("".join(values)))
    return attributes


def _meta_facts(attributes: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
    if "charset" in attributes or attributes.get("http-equiv", "").lower() == "content-type":
        return ("charset",), attributes.get("charset", "")
    names = (attributes.get("property", "") + " " + attributes.get("name", "")).lower().split()
    keys = tuple(dict.fromkeys(names))
    return (keys, attributes.get("content", "")) if keys else None


def _link_facts(attributes: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
    rels = attributes.get("rel", "").lower().split()
    href = attributes.get("href", "").strip()
    if "alternate" in rels and "stylesheet" not in rels:
        if attributes.get("hreflang"):
            return (f"alternate:{attributes['hreflang'].strip().lower()}",), href
        if attributes.get("type", "").lower() in _FEED_TYPES:
            return ("feed",), href
        return None
    if "me" in rels:
        return (f"me:{href}",), href
    keys = tuple(f"link:{rel}" for rel in _SINGLE_LINKS if rel in rels)
    return (keys, href) if keys else None
