"""The home of strangers' words made harmless before they are kept: cut, printable, clean."""

import re
from html import unescape

import nh3

from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.markup import attributes, tokens
from pelican_smo.text import cut, printable

__all__ = ["TAGS", "harmless", "line", "lines", "text_of"]

# What a comment may be made of. No image: it would tell its server who reads the article.
TAGS = frozenset(
    {"a", "b", "blockquote", "br", "code", "del", "em", "i", "ins", "li", "ol"}
    | {"p", "pre", "strong", "sub", "sup", "ul"}
)
REL = "nofollow ugc noopener"
# Clean HTML is at most a little longer than it came; more is not worth the time.
_WORTH = 3
_SLACK = 1000

# Embeddings and overrides without their end would turn the text that follows.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# A single space, of which there are most, is left as it is.
_SPACE = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_AROUND_BREAK = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")
_FOLDED = re.compile(r"[\t\n\f\r ]{2,}|[\t\n\f\r]")
_LINES = frozenset(
    {"address", "article", "aside", "caption", "dd", "details", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "form", "header", "hr", "li", "main", "nav", "section", "summary", "tr"}
)
_PARAGRAPHS = frozenset(
    {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
)


def line(text: str, limit: int) -> str:
    """Return plain ``text`` on one line of at most ``limit`` characters."""
    return cut(" ".join(_printable(text).split()), limit)


def lines(text: str, limit: int) -> str:
    """Return plain ``text`` with its line breaks, of at most ``limit`` characters.

    Of several blank lines one is kept, of several spaces one.
    """
    # White space that goes may be much, but what is twice too long is long enough without it.
    text = text.strip()[: 2 * limit + _SLACK]
    text = _SPACE.sub(" ", _printable(_BREAK.sub("\n", text)))
    text = _BLANK_LINES.sub("\n\n", _AROUND_BREAK.sub("\n", text)).strip()
    if len(text) <= limit:
        return text
    # A line may end a word as well as a space does.
    return text[: len(cut(text.replace("\n", " "), limit)) - 1] + "…"


def text_of(markup: str) -> str:
    """Return the text that a browser would show for ``markup``, its blocks on lines of their own.

    A picture is its alternative text; scripts, styles and templates are nothing.
    """
    pieces: list[str] = []
    preformatted, unseen = 0, 0
    for kind, name, source in tokens(markup):
        step = {"start": 1, "end": -1, "text": 0}[kind]
        if name == "template":
            unseen = max(unseen + step, 0)
        elif name == "pre":
            preformatted = max(preformatted + step, 0)
        if kind == "text":
            if not (name or unseen):
                text = unescape(source)
                pieces.append(text if preformatted else _FOLDED.sub(" ", text))
        else:
            pieces.append("" if unseen else _between(kind, name, source))
    return "".join(pieces)


def _between(kind: str, name: str, source: str) -> str:
    if name in _PARAGRAPHS:
        return "\n\n"
    if name in _LINES or name == "br":
        return "\n"
    if name == "img" and kind == "start":
        return f" {attributes(source).get('alt', '')} "
    return " " if name in ("td", "th") else ""


def harmless(markup: str, limit: int) -> str:
    """Return of ``markup`` the text and what is in TAGS, or nothing if it is too much.

    Links lead to http(s) addresses only and say that they were left by readers. More than
    ``limit`` characters cannot be cut without damage: the plain text has to do.
    """
    if len(markup) > _WORTH * limit:
        return ""
    clean = nh3.clean(
        _printable(markup),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        # The filter is asked about our own rel too; a stranger's is gone by then.
        attribute_filter=lambda tag, name, value: value if name == "rel" else normal(value) or None,
        url_schemes={"http", "https"},
        link_rel=REL,
    ).strip()
    return clean if len(clean) <= limit else ""


def _printable(text: str) -> str:
    return _BIDI.sub("", printable(text))
