"""The home of the three protocols' messages: forms and XML-RPC read, answers written.

What a stranger sent is read by pure functions on bytes; each returns the message or raises
MessageError with a sentence for its sender, never anything else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from encodings.aliases import aliases
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape

from pelican_smo.errors import MessageError
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.text import cut

__all__ = [
    "MAX_FIELDS",
    "Pingback",
    "TrackBack",
    "Webmention",
    "charset",
    "media_type",
    "pingback",
    "pingback_answer",
    "pingback_fault",
    "trackback",
    "trackback_answer",
    "webmention",
    "xml_text",
]

MAX_FIELDS = 20

# As much of a TrackBack's words as is worth keeping, in characters.
_MAX_TITLE = 500
_MAX_EXCERPT = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Webmention:
    """``source`` links to ``target``; ``vouch`` is a page that speaks for it, or nothing."""

    source: str
    target: str
    vouch: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pingback:
    """``source`` links to ``target``, says a call of ``pingback.ping``."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackBack:
    """The page ``url`` is about the article that was pinged; ``title`` is never empty."""

    url: str
    title: str
    excerpt: str = ""
    blog_name: str = ""

    @property
    def claims(self) -> dict[str, str]:
        """Return the words that its sender chose, by field; a title that is the URL is none."""
        words = {"title": self.title, "excerpt": self.excerpt, "blog_name": self.blog_name}
        return {name: word for name, word in words.items() if word and word != self.url}


def media_type(content_type: str) -> str:
    """Return the media type of a Content-Type header, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()


def charset(content_type: str) -> str:
    """Return the ``charset`` of a Content-Type header, or nothing."""
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def webmention(body: bytes) -> Webmention:
    """Return the webmention of a form (Webmention, section 3.2).

    Source and target stand exactly as they were sent. A ``vouch`` that is no address counts as
    none. Raises MessageError where source or target is missing, given twice or no absolute
    http(s) URL, and for private webmentions, which are not supported.
    """
    fields = _fields(body)
    if {"code", "realm"} & fields.keys():
        raise MessageError("private webmentions (code, realm) are not supported")
    vouch = b"".join(fields.get("vouch", ())).decode("utf-8", "replace").strip()
    return Webmention(
        source=_address("source", fields.get("source", ())),
        target=_address("target", fields.get("target", ())),
        vouch=vouch if vouch and normal(vouch) else "",
    )


def trackback(body: bytes, content_type: str = "") -> TrackBack:
    """Return the ping of a form (TrackBack 1.2), its words cropped to what is worth keeping.

    The charset is that of ``content_type``, else the field ``charset`` that WordPress sends,
    else UTF-8, else windows-1252; one that is unknown or does not fit counts as none. Raises
    MessageError where ``url`` is missing or no absolute http(s) URL, and for UTF-7.
    """
    fields = _fields(body)
    own = b"".join(fields.get("charset", ())).decode("ascii", "replace")
    charsets = [_codec(charset(content_type)), _codec(own)]
    url = _address("url", fields.get("url", ()))
    words = {
        name: _clean(_text(fields[name][0], charsets))
        for name in ("title", "excerpt", "blog_name")
        if name in fields
    }
    return TrackBack(
        url=url,
        title=cut(words.get("title", ""), _MAX_TITLE) or url,
        excerpt=cut(words.get("excerpt", ""), _MAX_EXCERPT),
        blog_name=cut(words.get("blog_name", ""), _MAX_TITLE),
    )


def trackback_answer(problem: str = "") -> bytes:
    """Return the XML that says that a ping was taken, or what the ``problem`` with it is."""
    message = f"\n<message>{_xml(problem)}</message>" if problem else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"<response>\n<error>{int(bool(problem))}</error>{message}\n</response>\n"
    ).encode()


def pingback(body: bytes) -> Pingback:
    """Return the ping of an XML-RPC call (Pingback 1.0, section 3).

    White space and a byte order mark before the prolog are passed over, and the encoding is
    that of the prolog. Raises MessageError for other XML, for any doctype and for any other
    method: many calls in one and lists of methods serve nobody but attackers.
    """
    call = _Call()
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = call.doctype
    parser.StartElementHandler = call.start
    parser.EndElementHandler = call.end
    parser.CharacterDataHandler = call.characters
    try:
        # Text and not bytes: then expat takes our word for the encoding.
        parser.Parse(_document(body), True)
    except (ExpatError, ValueError) as error:
        raise MessageError(f"this is no XML that a pingback can be read from: {error}") from error
    return call.pingback()


def pingback_answer(text: str) -> bytes:
    """Return the XML-RPC response that carries ``text``: the ping was taken."""
    return _response(
        f"<params><param><value><string>{_xml(text)}</string></value></param></params>"
    )


def pingback_fault(code: int, text: str) -> bytes:
    """Return the XML-RPC fault ``code`` (Pingback 1.0, section 3) with ``text`` for its sender."""
    return _response(
        "<fault><value><struct>"
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value><string>{_xml(text)}</string></value></member>"
        "</struct></value></fault>"
    )


def _response(inner: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<methodResponse>{inner}</methodResponse>\n'
    ).encode()


def _fields(body: bytes) -> dict[str, list[bytes]]:
    """Return the values of a form's fields by name, decoded to the bytes that were meant."""
    pieces = [piece for piece in body.split(b"&") if piece]
    if len(pieces) > MAX_FIELDS:
        raise MessageError(f"a form has at most {MAX_FIELDS} fields")
    fields: dict[str, list[bytes]] = {}
    for piece in pieces:
        name, _, value = piece.partition(b"=")
        fields.setdefault(_unquoted(name).decode("ascii", "replace"), []).append(_unquoted(value))
    return fields


def _unquoted(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


def _address(field: str, values: Iterable[bytes]) -> str:
    """Return the URL of ``field`` as it was sent; raises MessageError where there is not one."""
    try:
        found = [value.decode().strip(" \t\r\n") for value in values]
    except UnicodeDecodeError as error:
        raise MessageError(f"{field} is no UTF-8 text") from error
    return _web(field, *found)


def _web(field: str, *found: str) -> str:
    if not any(found):
        raise MessageError(f"{field} is missing")
    if len(found) > 1:
        raise MessageError(f"{field} is given more than once")
    if not normal(found[0]):
        raise MessageError(f"{field} must be an absolute http or https URL")
    return found[0]


_CHARSET = re.compile(r"""[;\s]charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)
_CODECS = frozenset({*aliases, *aliases.values(), "koi8_u", "koi8_t"})
# Browsers read Latin 1 as its superset, and so mean those who write it.
_SUPERSETS = {"latin_1": "cp1252", "iso8859_1": "cp1252"}


def _codec(name: str) -> str:
    """Return Python's name of the charset ``name``, or nothing for one that we do not know.

    We look in a closed list: asking Python for any name would import it and remember it.
    Raises MessageError for UTF-7, in which markup hides from those who look for it.
    """
    spelt = re.sub(r"[^a-z0-9]+", "_", name.lower())
    codec = aliases.get(spelt, spelt)
    if codec == "utf_7":
        raise MessageError("UTF-7 is not taken")
    return _SUPERSETS.get(codec, codec) if spelt in _CODECS else ""


def _text(raw: bytes, codecs: Iterable[str]) -> str:
    """Return ``raw`` as the first of ``codecs`` that fits reads it, else UTF-8, windows-1252."""
    for codec in (*filter(None, codecs), "utf-8"):
        try:
            return raw.decode(codec)
        except (LookupError, ValueError):  # no codec for text, or not this one
            continue
    return raw.decode("cp1252", "replace")


_PROLOG = re.compile(rb"<\?xml\s[^>]{0,100}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SPACES = b" \t\r\n"


def _document(body: bytes) -> str:
    body = body.lstrip(_SPACES)
    if body.startswith(_UTF16):
        return _text(body, ["utf-16"])
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACES)
    prolog = _PROLOG.match(body)
    return _text(body, [_codec(prolog[1].decode("ascii", "replace")) if prolog else ""])


_PARAMETER = ["methodCall", "params", "param", "value"]
_PARAMETERS = 2


class _Call:
    """What expat tells of an XML-RPC call: a name, and parameters that are strings."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.name = ""
        self.values: list[list[str]] = []

    def doctype(self, *_: Any) -> None:
        raise MessageError("a pingback has no doctype")

    def start(self, element: str, _: Any) -> None:
        self.path.append(element)
        if self.path == _PARAMETER:
            self.values.append([])
            if len(self.values) > _PARAMETERS:
                raise MessageError("pingback.ping takes two parameters")
        elif self.path[:4] == _PARAMETER and self.path != [*_PARAMETER, "string"]:
            raise MessageError("the parameters of pingback.ping are strings")

    def end(self, _: str) -> None:
        self.path.pop()

    def characters(self, text: str) -> None:
        if self.path == ["methodCall", "methodName"]:
            self.name += text
        elif self.path[:4] == _PARAMETER:
            self.values[-1].append(text)

    def pingback(self) -> Pingback:
        if self.name.strip() != "pingback.ping":
            raise MessageError("the only method here is pingback.ping")
        if len(self.values) != _PARAMETERS:
            raise MessageError("pingback.ping takes two parameters")
        source, target = ("".join(value).strip() for value in self.values)
        return Pingback(source=_web("sourceURI", source), target=_web("targetURI", target))


# What XML 1.0 section 2.2 does not allow, and C1 controls, which nobody types.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return ``text`` without the characters that no XML document may hold."""
    return _NOT_XML.sub("", text)


def _clean(text: str) -> str:
    return xml_text(text).strip()


def _xml(text: str) -> str:
    return escape(xml_text(text))
