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
_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/feed+json")
_SINGLE_LINKS = ("canonical", "webmention", "pingback", "prev", "next", "author")


class Element(NamedTuple):
    """An element of the head: its range of the page, its keys, and what it states."""

    start: int
    end: int
    keys: tuple[str, ...]
    value: str


# Keys of what is no element, or states nothing; no attribute can hold such a word.
_OPENS, _ENDS, _OURS, _SAYS_NOTHING = "<head>", "</head>", "<!-- ours -->", "<>"
_NOSCRIPT = "<noscript>"
_KEYS = {"outer": _OPENS, "close": _ENDS}
_NOTHING = ((_SAYS_NOTHING,), "")


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
    """Return what stands in the head of the document ``page``, and where."""
    elements: list[Element] = []
    title = ""
    head_start = insert_at = len(_BOM) if page.startswith(_BOM) else 0
    movable = True
    end: int | None = None
    block = None
    for element in _elements(page):
        start, stop, keys, value = element
        key = keys[0]
        if key == _OPENS:
            if not elements:
                head_start = insert_at = stop
        elif key == _ENDS:
            end = start if end is None else end
        elif key == _OURS:
            block = (start, stop)
        elif key == _NOSCRIPT:
            # A reader that runs no scripts may end the head there: better be before it.
            movable = False
        elif key != _SAYS_NOTHING:
            elements.append(element)
            if movable and end is None and _comes_first(key, start - head_start):
                insert_at = stop
            if key == "title":
                title = title or value
    return Head(tuple(elements), title, insert_at, end or 0, block)


def _comes_first(key: str, distance: int) -> bool:
    """Tell whether an element goes before our block: a late title or viewport need not."""
    return key == "charset" or (key in ("viewport", "title") and distance <= _EARLY)


def _elements(page: str) -> list[Element]:
    """Return what the head of ``page`` is made of, in order.

    The first element with the key ``_ENDS`` says where a browser ends the head. Where
    something that cannot be in a head ended it early, what theme and author meant for the
    head goes on to the literal ``</head>``: readers that do not parse HTML find it there.
    """
    elements, position = _up_to_body(page)
    if any(element.keys[0] == _ENDS for element in elements):
        return elements
    elements.append(Element(position, position, (_ENDS,), ""))
    literal = _HEAD_CLOSE_OR_BODY.search(page, position)
    if literal and literal[1]:
        elements += _stray_elements(page, position, literal.start())
    return elements


def _up_to_body(page: str) -> tuple[list[Element], int]:
    """Return what comes before the first thing that no head can hold, and where that is.

    Most heads are written line by line, and most lines are the same on many pages.
    """
    elements: list[Element] = []
    position = len(_BOM) if page.startswith(_BOM) else 0
    while position < len(page):
        line_end = page.find("\n", position) + 1 or len(page)
        line = _line(page[position:line_end])
        if line is not None:
            elements += [
                Element(start + position, end + position, keys, value)
                for start, end, keys, value in line
            ]
            position = line_end
        while position < line_end:
            token = _TOKEN.match(page, position)
            if token is None:
                return elements, _behind_space(page, position)
            elements.append(_read(page, token))
            position = elements[-1].end
    return elements, position


def _behind_space(page: str, position: int) -> int:
    space = _SPACE.match(page, position)
    return space.end() if space else position


@lru_cache(maxsize=256)
def _line(text: str) -> tuple[Element, ...] | None:
    """Return what the line ``text`` is made of; None if it is not whole in itself."""
    if BLOCK_START in text:
        return None
    page = f"{text}<body>"
    position = 0
    elements: list[Element] = []
    while (token := _TOKEN.match(page, position)) is not None:
        elements.append(_read(page, token))
        position = elements[-1].end
    rest = text[position:] if position <= len(text) else page
    return None if _SPACE.sub("", rest) else tuple(elements)


def _stray_elements(page: str, position: int, limit: int) -> Iterator[Element]:
    """Yield what stands between a head that ended early and its literal end."""
    while (token := _TOKEN.search(page, position, limit)) is not None:
        element = _read(page, token)
        position = element.end
        if element.keys[0] not in ("title", _OPENS, _ENDS, _NOSCRIPT):
            yield element


def _read(page: str, token: re.Match[str]) -> Element:
    """Return what ``token`` begins, whole."""
    kind = token.lastgroup or ""
    start, end = token.start(kind) - 1, token.end()
    if kind == "void":
        return Element(start, end, *_facts(page[start:end]))
    if kind == "raw":
        return _raw_element(page, token, start)
    if kind == "comment" and page.startswith(BLOCK_START, start):
        block_end = page.find(BLOCK_END, end)
        if block_end >= 0:
            return Element(start, block_end + len(BLOCK_END), (_OURS,), "")
    return Element(start, end, (_KEYS.get(kind, _SAYS_NOTHING),), "")


def _raw_element(page: str, token: re.Match[str], start: int) -> Element:
    """Return the element of text that ``token`` begins."""
    name = token["name"].lower()
    text_end, end = _raw_end(page, name, token.end())
    text = page[token.end() : text_end]
    if name == "title":
        return Element(start, end, ("title",), " ".join(unescape(text).split()))
    if name == "script" and "ld+json" in token["raw"].lower():
        return Element(start, end, ("json-ld",), text)
    return Element(start, end, (_NOSCRIPT if name == "noscript" else _SAYS_NOTHING,), "")


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


def _facts(tag: str) -> tuple[tuple[str, ...], str]:
    """Return the keys and the value of a meta, link or other void element."""
    name = tag[1:5].lower()
    if name == "meta":
        return _meta_facts(_attributes(tag)) or _NOTHING
    if name == "link":
        return _link_facts(_attributes(tag)) or _NOTHING
    return _NOTHING


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
