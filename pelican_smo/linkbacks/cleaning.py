"""The home of strangers' words made harmless before they are kept: cut, printable, clean."""

import re
from collections import Counter
from functools import cache
from html import unescape
from math import inf
from typing import TYPE_CHECKING

from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.markup import attributes, tokens
from pelican_smo.text import cut, printable

if TYPE_CHECKING:
    import nh3

__all__ = ["REL", "TAGS", "harmless", "is_tangled", "legible", "line", "lines", "text_of"]

# What a comment may be made of. No image: it would tell its server who reads the article.
TAGS = frozenset(
    {"a", "b", "blockquote", "br", "code", "del", "em", "i", "ins", "li", "ol"}
    | {"p", "pre", "strong", "sub", "sup", "ul"}
)
REL = "nofollow ugc noopener"
# Elements that a parser opens again in every block until their own end (HTML standard, section
# 13.2.4.3): of those that are alike up to three, and of links one.
_REOPENED = re.compile(
    r"""<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\t\n\f\r />])"""
    # The rest where it is so plain that what is written alike is alike.
    r"""((?:[\t\n\f\r ]++[a-z][a-z-]*+(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[\w.:-]++))?+)*+>)?+""",
    re.IGNORECASE,
)
_ALIKE = 3
# So many elements are some megabytes in a parser's tree.
_MOST_ELEMENTS = 50_000
_DEEPEST = 30
_TAGS = re.compile(r"<(/?)([a-z]+)")
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


def legible(text: str) -> str:
    """Return ``text`` without what cannot be printed, and what would turn what follows it."""
    return printable(text) if text.isascii() else _BIDI.sub("", printable(text))


def line(text: str, limit: int | None = None) -> str:
    """Return plain ``text`` on one line of at most ``limit`` characters."""
    text = " ".join(legible(text).split())
    return text if limit is None else cut(text, limit)


def lines(text: str, limit: int | None = None) -> str:
    """Return plain ``text`` with its line breaks, of at most ``limit`` characters.

    Of several blank lines one is kept, of several spaces one.
    """
    text = _settled(text)
    if limit is None or len(text) <= limit:
        return text
    # A line may end a word as well as a space does.
    return text[: len(cut(text.replace("\n", " "), limit)) - 1] + "…"


def _settled(text: str) -> str:
    # Most are one line with nothing to look for; that is told much faster than it is done.
    if text.isprintable() and "  " not in text:
        return text.strip()
    # Line separators are no less controls: they have to be line breaks first.
    rows = legible("\n".join(text.splitlines())).split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(" ".join(row.split()) for row in rows).strip())


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


def is_tangled(markup: str) -> bool:
    """Tell whether a parser might make many times as much of ``markup`` as is written.

    That is what unclosed ``<b a=1><b a=2>…`` and as many paragraphs behind them are for. Each
    tag is counted as if all that are ever opened again were to be opened again at it.
    """
    tags = markup.count("<")
    if tags * tags <= _MOST_ELEMENTS:
        return False
    found = list(_REOPENED.finditer(markup))
    alike = Counter(tag[0].lower() for tag in found if tag[1])
    others = len(found) - alike.total()
    return tags * (others + sum(min(_ALIKE, times) for times in alike.values())) > _MOST_ELEMENTS


def harmless(markup: str, limit: int) -> str:
    """Return of ``markup`` the text and what is in TAGS, or nothing if it is too much.

    Links lead to http(s) addresses only and say that they were left by readers. More than
    ``limit`` characters cannot be cut without damage: the plain text has to do, as it has for
    what is tangled, or nested as nobody writes.
    """
    markup = legible(markup) if len(markup) <= _WORTH * limit else ""
    if is_tangled(markup):
        return ""
    clean = _cleaner().clean(markup).strip()
    return clean if len(clean) <= limit and not _is_deep(clean) else ""


def _is_deep(clean: str) -> bool:
    """Tell whether elements of ``clean`` are deeper in each other than anybody writes."""
    if clean.count("<") <= _DEEPEST:
        return False
    depth = 0
    for end, name in _TAGS.findall(clean):
        depth += -1 if end else name != "br"
        if depth > _DEEPEST:
            return True
    return False


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3  # noqa: PLC0415  an import that most builds never need

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={"a": {"href"}},
        # The filter is asked about our own rel too; a stranger's is gone by then.
        attribute_filter=lambda tag, name, value: value if name == "rel" else normal(value) or None,
        url_schemes={"http", "https"},
        link_rel=REL,
    )
