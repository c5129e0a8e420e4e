"""The home of the first look at a source: whether it links to us, and what its head says."""

import codecs
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any
from unicodedata import normalize
from urllib.parse import urljoin

from pelican_smo.errors import MessageError
from pelican_smo.linkbacks.addresses import normal, normal_page
from pelican_smo.linkbacks.markup import ENDS_ITSELF, VOID, Token, attributes, closed, tokens
from pelican_smo.urls import host

__all__ = ["Survey", "decode", "is_html", "mentions_target", "resolved", "survey"]

# What the microformats parser can take (reference: limits); far above any page of people.
MAX_DEPTH = 256
MAX_NODES = 20_000
MAX_ATTRIBUTES = 128
# More different links to our own host than any honest page has; each costs some microseconds.
_MOST_LINKS = 20_000
_MOST_AUTHORS = 4

_HTML = ("text/html", "application/xhtml+xml", "")
_TEXT = ("text/plain", "text/markdown")
# Webmention section 3.2.2: where an address may stand in HTML.
_LINKS = {
    "a": "href",
    "link": "href",
    "area": "href",
    "img": "src",
    "video": "src",
    "audio": "src",
    "source": "src",
    "blockquote": "cite",
    "q": "cite",
    "ins": "cite",
    "del": "cite",
    "object": "data",
}
_TOLD = frozenset((*_LINKS, "html", "base", "meta"))
_PROPERTY = re.compile(r"(?:og|article):[a-z:_]{1,40}|description|author")

# Python's names of the encodings that the Encoding Standard has. Others that Python knows are
# traps for strangers' bytes: UTF-7 hides markup, punycode takes quadratic time.
_ENCODINGS = frozenset(
    (
        *("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "cp949"),
        *("euc_jp", "iso2022_jp", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
        *("cp866", "cp874", *(f"cp125{number}" for number in range(9))),
        *(f"iso8859-{number}" for number in (*range(2, 9), 10, *range(13, 17))),
    )
)
# Labels of the standard that Python does not know.
_LABELS = {
    "iso-8859-8-i": "iso8859-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
}
# The standard reads these as their supersets, as browsers always have.
_READ_AS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "utf-16": "utf-16-le",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABEL = re.compile(r"[a-zA-Z0-9][\w:.+-]{0,39}", re.ASCII)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?\bcharset\s*=\s*["']?\s*([\w:.+-]{1,40})"""
    rb"""|<\?xml[^>]{0,100}?\bencoding\s*=\s*["']([\w:.+-]{1,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What one look at a source tells.

    ``links`` says whether it links to a wanted address, ``gone`` whether it is a tombstone.
    ``properties`` are og:*, article:*, description and author as written, the first of each;
    ``authors`` the http(s) addresses of the first few rel=author, ``anchors`` the number of links
    to follow.
    ``depth`` is the deepest nesting of elements, ``nodes`` their number, ``widest`` the most
    attributes on one.
    """

    links: bool
    gone: bool = False
    title: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    authors: tuple[str, ...] = ()
    anchors: int = 0
    depth: int = 0
    nodes: int = 0
    widest: int = 0

    @property
    def simple(self) -> bool:
        """Tell whether the parser of microformats can take it."""
        return self.nodes <= MAX_NODES and self.depth <= MAX_DEPTH and self.widest <= MAX_ATTRIBUTES


def is_html(media_type: str) -> bool:
    """Tell whether a page of this type is HTML, as one is of which its server says nothing."""
    return media_type in _HTML


def mentions_target(text: str, media_type: str, base: str, wanted: Collection[str]) -> Survey:
    """Return what the source ``text`` with the address ``base`` tells, by its type (WR-7).

    ``wanted`` are normal forms of pages, for a link to a part of an article is one to the
    article. HTML is surveyed; JSON links where a text in it is a wanted address, plain text
    where it holds one. Raises MessageError for any other type.
    """
    if is_html(media_type):
        return survey(text, base, wanted)
    if media_type in _TEXT:
        return Survey(links=_text_links(text, wanted))
    if media_type == "application/json" or media_type.endswith("+json"):
        return Survey(links=_json_links(text, wanted))
    raise MessageError(f"a source of the type {media_type[:80]} cannot be read; HTML can")


def decode(body: bytes, charset: str = "") -> str:
    """Return ``body`` as text; what does not fit the encoding becomes U+FFFD.

    The encoding is that of the byte order mark, else ``charset`` (of the Content-Type), else
    what the page declares itself, else UTF-8 if it fits, else windows-1252 (HTML standard,
    section 13.2.3). Unknown names count as absent.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    encoding = _encoding(charset) or _declared(body)
    if encoding:
        return body.decode(encoding, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def survey(text: str, base: str, wanted: Collection[str]) -> Survey:
    """Return what the page of HTML ``text`` with the address ``base`` tells.

    ``wanted`` are normal forms of pages. The page is read once, whatever is in it. Links
    in comments, scripts and templates are none; those in noscript are.
    """
    notes = _Notes()
    for token in tokens(text):
        notes.take(token)
    base = resolved(base, notes.base) or base
    return Survey(
        links=_any_wanted(notes.links, base, wanted),
        gone=notes.gone,
        title=" ".join(notes.title.split()),
        properties=notes.properties,
        language=notes.language,
        authors=tuple(filter(None, (resolved(base, author) for author in notes.authors))),
        anchors=notes.anchors,
        depth=notes.depth,
        nodes=notes.nodes,
        widest=notes.widest,
    )


def resolved(base: str, reference: str) -> str:
    """Return the normal form of ``reference`` as found on the page ``base``, or nothing.

    White space is dropped where browsers drop it (URL standard, section 4.4).
    """
    try:
        return normal(urljoin(base, _tidy(reference)))
    except ValueError:
        return ""


def _tidy(reference: str) -> str:
    reference = reference.strip("\t\n\f\r ").translate(_DROPPED)
    return reference.replace(" ", "%20") if " " in reference else reference


_DROPPED = {ord(character): None for character in "\t\n\r"}


@dataclass(slots=True)
class _Notes:
    """What has been seen so far while a page goes by."""

    open: list[str] = field(default_factory=list)
    opened: Counter[str] = field(default_factory=Counter)
    links: dict[str, None] = field(default_factory=dict)
    authors: dict[str, None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    base: str = ""
    title: str = ""
    language: str = ""
    gone: bool = False
    anchors: int = 0
    depth: int = 0
    nodes: int = 0
    widest: int = 0

    def take(self, token: Token) -> None:
        if token.kind == "start":
            self._start(token)
        elif token.kind == "end":
            self._end(token.name)
        elif token.name == "title" and not (self.title or self.opened["svg"]):
            self.title = unescape(token.source)

    def _start(self, tag: Token) -> None:
        self.nodes += 1
        # Two characters make an attribute: most tags cannot be wide, and need no reading.
        told = tag.name in _TOLD
        if tag.source and (told or len(tag.source) > 2 * self.widest):
            found = attributes(tag.source)
            self.widest = max(self.widest, len(found))
            if told and not self.opened["template"]:
                self._tell(tag.name, found)
        if tag.name in VOID or closed(tag):
            return
        if tag.name in ENDS_ITSELF and self.open and self.open[-1] == tag.name:
            return
        self.open.append(tag.name)
        self.opened[tag.name] += 1
        self.depth = max(self.depth, len(self.open))

    def _end(self, name: str) -> None:
        # Each element is left once, so that end tags cost no more than start tags did.
        while self.opened[name]:
            left = self.open.pop()
            self.opened[left] -= 1
            if left == name:
                return

    def _tell(self, name: str, found: Mapping[str, str]) -> None:
        if name == "meta":
            self._meta(found)
        elif name == "html":
            self.language = self.language or found.get("lang", "").strip()
        elif name == "base":
            self.base = self.base or found.get("href", "")
        elif link := found.get(_LINKS[name]):
            self.links[link] = None
            self.anchors += name == "a"
            if (
                len(self.authors) < _MOST_AUTHORS
                and "author" in found.get("rel", "").lower().split()
            ):
                self.authors[link] = None

    def _meta(self, found: Mapping[str, str]) -> None:
        content = found.get("content", "").strip()
        key = (found.get("property") or found.get("name") or "").strip().lower()
        if content and _PROPERTY.fullmatch(key):
            self.properties.setdefault(key, content)
        if found.get("http-equiv", "").strip().lower() == "status":
            self.gone = self.gone or content.startswith("410")


def _any_wanted(links: Iterable[str], base: str, wanted: Collection[str]) -> bool:
    """Tell whether one of ``links`` leads to a wanted page (WR-8), or to a part of it."""
    hosts = {host(address) for address in wanted}
    # Most links name another host: they need no resolving, but on a page of the wanted one.
    if host(base) not in hosts:
        links = _naming(links, wanted)
    return any(_page(resolved(base, link)) in wanted for link in islice(links, _MOST_LINKS))


def _naming(texts: Iterable[str], wanted: Collection[str]) -> Iterator[str]:
    """Return those of ``texts`` that may be an address of a host among ``wanted``."""
    hosts = {name for address in wanted for name in _spellings(host(address))}
    for text in texts:
        # Browsers, and ``normal`` too, read a host in other letters as if in those of its name.
        lower = text.lower() if text.isascii() else normalize("NFKC", text).casefold()
        if any(name in lower for name in hosts):
            yield text


def _spellings(name: str) -> set[str]:
    """Return the host ``name`` as it is spelt in ASCII, and in letters."""
    try:
        return {name, name.encode().decode("idna").casefold()}
    except ValueError:
        return {name}


def _page(address: str) -> str:
    return address.partition("#")[0]


def _text_links(text: str, wanted: Collection[str]) -> bool:
    return any(
        re.search(rf"{re.escape(address)}(?!\.?[\w/%&=?~+-])", text, re.ASCII) for address in wanted
    )


def _json_links(text: str, wanted: Collection[str]) -> bool:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return False
    addresses = islice(_naming(_strings(values), wanted), _MOST_LINKS)
    return any(normal_page(address) in wanted for address in addresses)


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:_DECLARED_WITHIN])
    if not found:
        return ""
    encoding = _encoding((found[1] or found[2]).decode("ascii"))
    # What could be read as ASCII so far is no UTF-16 (HTML standard, section 13.2.3.2).
    return "utf-8" if encoding.startswith("utf-16") else encoding


def _encoding(label: str) -> str:
    """Return Python's name of the encoding that a page means by ``label``, or nothing."""
    label = label.strip().strip("\"'").lower()
    label = _LABELS.get(label, label)
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    name = _READ_AS.get(name, name)
    return name if name in _ENCODINGS else ""
