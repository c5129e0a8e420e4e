"""The home of plain text: out of HTML, on one line, cut where a reader would cut it."""

import html
import re

__all__ = ["cut", "lead", "plain", "printable", "words"]

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[/!?]?[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_UNSEEN = re.compile(
    r"<(script|style|template|noscript)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
# What HTML, JSON and XML cannot carry: controls, lone surrogates and noncharacters.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ASIDES = re.compile(
    r"""<(pre|script|style|figure|nav|aside|table|blockquote|svg|math|form|template|noscript
         |h[1-6]|sup)\b[^>]*>.*?</\1\s*>
      | <(div|section)\b[^>]*\bclass\s*=\s*["'][^"']*\b(?:admonition|footnotes?|toc)\b[^>]*>
        .*?</\2\s*>
      | \$\$.*?\$\$ | \\\[.*?\\\] """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)(?=</p\s*>|<p[\s>]|\Z)", re.DOTALL | re.IGNORECASE)
_LEAD_SOURCE = 20_000
_LEAD_ENOUGH = 80


def plain(markup: str) -> str:
    """Return the text that a browser would show for ``markup``, on one line.

    Tags are stripped, entities are decoded once, white space is folded, and what no
    output format can carry (controls, lone surrogates) is left out.
    """
    if "<" in markup:
        markup = _TAG.sub("", _UNSEEN.sub(" ", markup))
    if "&" in markup:
        markup = html.unescape(markup)
    if not markup.isprintable():
        markup = _UNPRINTABLE.sub("", markup)
    return " ".join(markup.split())


def printable(text: str) -> str:
    """Return ``text`` without what no output format can carry; line breaks and tabs stay."""
    # Most texts hold line breaks and nothing else to look for; that is told much faster.
    return text if text.replace("\n", "").isprintable() else _UNPRINTABLE.sub("", text)


def lead(body: str) -> str:
    """Return the opening sentences of an article's HTML ``body`` as plain text.

    Code listings, figures, tables, quotations, headings, admonitions, footnote marks and
    formulas are passed over; short paragraphs are joined until there is something to say.
    """
    prose = _ASIDES.sub(" ", body[:_LEAD_SOURCE])
    text = ""
    for paragraph in _PARAGRAPH.finditer(prose):
        text = f"{text} {plain(paragraph[1])}".strip()
        if len(text) >= _LEAD_ENOUGH:
            break
    return text


def cut(text: str, limit: int) -> str:
    """Return ``text`` if it has at most ``limit`` characters, else its start and an ellipsis.

    The cut falls between words, or where there is none in the last half between graphemes
    (Unicode Annex 29), so that no letter loses its accent and no emoji is torn.
    """
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    space = start.rfind(" ") if text[limit - 1] != " " else len(start)
    if space < limit // 2:
        space = _grapheme_boundary(text, limit - 1)
    return start[:space].rstrip(" ,;:–—-") + "…"


def words(markup: str) -> int:
    """Return how many words a reader of ``markup`` reads; each CJK character is 0.4 of one.

    The weight makes 200 words a minute come to 500 such characters a minute.
    """
    text = _TAG.sub(" ", markup)
    if text.isascii():
        return len(text.split())
    characters = len(_CJK.findall(text))
    return len(_CJK.sub(" ", text).split()) + round(characters * 0.4)


_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def _grapheme_boundary(text: str, limit: int) -> int:
    """Return the last grapheme boundary of ``text`` that is at most ``limit``."""
    if text.isascii():
        return limit
    import regex  # noqa: PLC0415  an import that most builds never need

    end = 0
    # A grapheme that begins before the limit may end behind it: look a little further.
    for grapheme in regex.finditer(r"\X", text[: limit + 64]):
        if grapheme.end() > limit:
            break
        end = grapheme.end()
    return end or limit
