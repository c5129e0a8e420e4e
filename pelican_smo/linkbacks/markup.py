"""The home of strangers' HTML as a stream of tokens, in one pass that no page can slow down.

The rules are those of the HTML standard, section 13.2.5, as far as they decide where tags,
comments and raw text begin and end. The standard library's parser is not used: in Python
3.11 to 3.13 it looks again for every end that a page leaves out, and 24 KB of ``<a `` take it
five seconds. Here each character is looked at a fixed number of times, in every version.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import Literal, NamedTuple

__all__ = ["ENDS_ITSELF", "VOID", "Token", "attributes", "closed", "tokens"]

# Elements that have no end tag (HTML standard, section 13.1.2).
VOID = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img"),
        *("input", "keygen", "link", "meta", "param", "source", "track", "wbr"),
    )
)
# Elements that end where their like begins (section 13.1.2.4).
ENDS_ITSELF = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option"))

_SPACE = r"[\t\n\f\r ]"
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+)"""
_ATTRIBUTE = rf"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)(?:{_SPACE}*+={_SPACE}*+{_VALUE}?+)?+"
_REST = rf"(?:[\t\n\f\r /]++|{_ATTRIBUTE})*+"
# Possessive throughout: a token that begins is read to its end or to the end of the page.
_TOKEN = re.compile(
    rf"""<(?:
      !--(?:-?>|.*?(?:--!?>|\Z))
    | (?:[!?]|/[^a-zA-Z])[^>]*+>?
    | (?P<end>/)?(?P<name>[a-zA-Z][^\t\n\f\r />]*+)(?P<rest>{_REST})(?P<whole>>|\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)
_PAIR = re.compile(
    rf"""(=[^\t\n\f\r />=]*|[^\t\n\f\r />=]+)(?:{_SPACE}*={_SPACE}*"""
    r"""(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*))?)?"""
)
# Elements whose text is no markup, and in which only their own end tag counts.
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
_RAW_END = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _RAW}
# Section 13.2.5.73: in an attribute, a name without its semicolon ends the attempt where
# a letter, a digit or "=" follows, so that "?a=1&copy=2" stays an address.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|([a-zA-Z][a-zA-Z0-9]*+(?:;|(?!=))))")


class Token(NamedTuple):
    """A piece of a page: a start tag, an end tag, or text.

    ``name`` is the element's, in lower case; of text, that of the raw element that it is in
    (``script``, ``title`` …) or nothing. ``source`` is as written: text with its character
    references, or a start tag's attributes, which ``attributes`` reads.
    """

    kind: Literal["start", "end", "text"]
    name: str
    source: str


def tokens(page: str) -> Iterator[Token]:
    """Return what ``page`` consists of, in order; comments and declarations are left out."""
    at, foreign = 0, False
    while found := _TOKEN.search(page, at):
        if at < found.start():
            yield Token("text", "", page[at : found.start()])
        at = found.end()
        if found["name"] is None:
            continue
        if not found["whole"]:  # the page ends inside a tag, which then is none
            return
        token = Token("end" if found["end"] else "start", found["name"].lower(), found["rest"])
        yield token
        if token.name in ("svg", "math"):
            foreign = token.kind == "start"
        elif token.kind == "start" and token.name in _RAW_END and not (foreign and closed(token)):
            end = _RAW_END[token.name].search(page, at)
            stop = end.start() if end else len(page)
            yield Token("text", token.name, page[at:stop])
            at = stop
    if at < len(page):
        yield Token("text", "", page[at:])


def closed(tag: Token) -> bool:
    """Tell whether a start ``tag`` closes its element too, as in ``<path/>``."""
    return tag.source.endswith("/")


def attributes(source: str) -> dict[str, str]:
    """Return the attributes that stand in a start tag; of two with one name, the first."""
    found: dict[str, str] = {}
    for name, double, single, bare in _PAIR.findall(source):
        found.setdefault(name.lower(), _decoded(double or single or bare))
    return found


def _decoded(value: str) -> str:
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(reference: re.Match[str]) -> str:
    if reference[1] is None:
        return unescape(reference[0])
    return html5.get(reference[1], reference[0])
