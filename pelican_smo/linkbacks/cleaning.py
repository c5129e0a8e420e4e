"""The home of strangers' words made harmless before they are kept: cut, printable, clean."""

import re
from html import unescape
from math import inf

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

# Embeddings and overrides without their end would turn the text that follows.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
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
    rows = (" ".join(row.split()) for row in text.splitlines())
    text = _printable("\n".join(rows)).strip()
    text = _BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text
    if len(text) <= limit:
        return text
    # A line may end a word as well as a space does.
    return text[: len(cut(text.replace("\n", " "), limit)) - 1] + "…"


def text_of(markup: str, enough: float = inf) -> str:
    """Return the text that a browser would show for ``markup``, its blocks on lines of their own.

    A picture is its alternative text; scripts, styles and templates are nothing. The
    text may end after ``enough`` characters.
    """
    pieces: list[str] = []
    preformatted, unseen, length = 0, 0, 0
    for kind, name, source in tokens(markup):
        if length > enough:
            break
        step = {"start": 1, "end": -1, "text": 0}[kind]
        if name == "template":
            unseen = max(unseen + step, 0)
        elif name == "pre":
            preformatted = max(preformatted + step, 0)
        if kind == "text":
            if not (name or unseen):
                text = unescape(source)
                length += len(text)
                pieces.append(text if preformatted else _folded(text))
        else:
            pieces.append("" if unseen else _between(kind, name, source))
    return "".join(pieces)


def _folded(text: str) -> str:
    """Return ``text`` with each run of white space, as HTML knows it, as one space."""
    if not text.isascii():
        return _FOLDED.sub(" ", text)
    words = " ".join(text.split())
    before, after = text[:1].isspace(), bool(words) and text[-1:].isspace()
    return f"{' ' * before}{words}{' ' * after}"


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
    return printable(text) if text.isascii() else _BIDI.sub("", printable(text))
