"""The home of the public feeds: approved mentions as JF2 and as Atom."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from pelican_smo.linkbacks.messages import xml_text
from pelican_smo.receiver.targets import Targets
from pelican_smo.text import cut
from pelican_smo.urls import host, is_web

__all__ = ["atom", "etag", "is_known", "jf2", "mark"]

Entry = Mapping[str, Any]

_ATOM = "http://www.w3.org/2005/Atom"
_MAX_TITLE = 100
# A feed without entries has to say when it changed as well (RFC 4287, section 4.1.1).
_NEVER = "1970-01-01T00:00:00Z"
_VERBS = {
    "in-reply-to": "Reply",
    "like-of": "Like",
    "repost-of": "Repost",
    "bookmark-of": "Bookmark",
    "rsvp": "RSVP",
    "invitee": "Invitation",
    "quotation-of": "Quotation",
}


def etag(generation: int, addresses: str, kind: str, article: str | None) -> str:
    """Return the entity tag of a feed: the same as long as nothing in it has changed.

    That is what is published, which ``generation`` counts, and where its articles are, of
    which ``addresses`` is the mark.
    """
    about = "" if article is None else "-" + uuid.uuid5(uuid.NAMESPACE_URL, article).hex[:12]
    return f'"{generation}-{addresses}-{kind}{about}"'


def mark(targets: Targets) -> str:
    """Return a short word that is another one when an article, or the site, has moved."""
    digest = hashlib.blake2b(targets.site.encode("utf-8", "replace"), digest_size=6)
    for target in targets.by_id.values():
        digest.update(f"\n{target.id} {target.url}".encode("utf-8", "replace"))
    return digest.hexdigest()


def is_known(tag: str, if_none_match: str) -> bool:
    """Tell whether a client has ``tag`` already (RFC 9110, section 13.1.2: weak comparison)."""
    tags = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return tag in tags or "*" in tags


def jf2(entries: Iterable[Entry]) -> bytes:
    """Return ``entries`` as a JF2 feed (W3C Note)."""
    feed = {"type": "feed", "name": "Mentions", "children": list(entries)}
    written = json.dumps(feed, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace")


def atom(entries: Sequence[Entry], *, address: str, about: str) -> bytes:
    """Return ``entries`` as an Atom feed (RFC 4287) found at ``address``.

    ``about`` is the page, or the site, that is mentioned. The words are plain text: what a
    stranger marked up stays out of other people's readers.
    """
    rows = [_entry(entry) for entry in entries]
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", address)
    _add(feed, "title", f"Mentions of {about}")
    _add(feed, "updated", max((updated for updated, _ in rows), default=_NEVER))
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
    if is_web(about):
        ET.SubElement(feed, "link", rel="alternate", href=about)
    feed.extend(row for _, row in rows)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(entry: Entry) -> tuple[str, ET.Element]:
    source, target = _word(entry, "wm-source"), _word(entry, "wm-target")
    author = _author(entry) or host(source) or "Somebody"
    updated = _date(entry, "wm-received") or _NEVER
    row = ET.Element("entry")
    _add(row, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"{source} {target}").urn)
    _add(row, "title", _title(entry, author))
    _add(row, "updated", updated)
    if published := _date(entry, "published"):
        _add(row, "published", published)
    _add(ET.SubElement(row, "author"), "name", author)
    ET.SubElement(row, "category", term=_word(entry, "wm-property") or "mention-of")
    for relation, url in (("alternate", _word(entry, "url") or source), ("related", target)):
        if is_web(url):
            ET.SubElement(row, "link", rel=relation, href=url)
    _add(row, "content", _content(entry) or f"{source} links to {target}")
    return updated, row


def _title(entry: Entry, author: str) -> str:
    verb = _VERBS.get(_word(entry, "wm-property"), "Mention")
    name = " ".join(_word(entry, "name").split())
    return cut(f"{verb} by {author}{': ' if name else ''}{name}", _MAX_TITLE)


def _content(entry: Entry) -> str:
    content = entry.get("content")
    return _word(content, "text") if isinstance(content, Mapping) else _word(entry, "content")


def _author(entry: Entry) -> str:
    author = entry.get("author")
    return _word(author, "name") if isinstance(author, Mapping) else ""


def _word(values: Entry, name: str) -> str:
    value = values.get(name)
    return xml_text(value).strip() if isinstance(value, str) else ""


def _date(entry: Entry, name: str) -> str:
    """Return a date of ``entry`` in UTC (RFC 3339), or nothing where it has no offset."""
    try:
        date = datetime.fromisoformat(_word(entry, name))
        if date.tzinfo is None:
            return ""
        return date.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = xml_text(text)
