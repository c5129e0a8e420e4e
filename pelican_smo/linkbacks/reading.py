"""The home of what a look at a source page finds: Look, Reading and Author."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

__all__ = ["PROPERTIES", "Author", "Look", "Property", "Reading"]

# How a page relates to what it links to, as JF2 services name it; the strongest claim first.
Property = Literal[
    "rsvp",
    "invitee",
    "repost-of",
    "like-of",
    "bookmark-of",
    "in-reply-to",
    "quotation-of",
    "mention-of",
]
PROPERTIES: tuple[Property, ...] = get_args(Property)


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who wrote the source: plain text, and http(s) URLs or nothing."""

    name: str = ""
    url: str = ""
    photo: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one source says, cleaned: strangers' words, cut to what is worth keeping.

    ``url`` is where to read it (http or https), ``text`` plain text that may hold line breaks,
    ``html`` the same with harmless markup or nothing, ``photo`` the URL of a picture in it,
    ``published`` an RFC 3339 date with its offset or nothing, ``language`` a BCP 47 tag or
    nothing.
    """

    property: Property = "mention-of"
    url: str = ""
    author: Author = Author()
    name: str = ""
    text: str = ""
    html: str = ""
    photo: str = ""
    published: str = ""
    rsvp: str = ""
    language: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the reading as plain values; what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value and value != _NOBODY}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Reading":
        """Return the reading that ``as_json`` wrote."""
        return cls(**{**values, "author": Author(**values.get("author", {}))})


_NOBODY = asdict(Author())


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one look at a page found.

    ``links`` tells whether it links to a wanted address, ``gone`` whether it is a tombstone,
    ``anchors`` is the number of links to follow. ``reading`` is what it says: that of its post
    if it ``has_post``, else what its head tells. ``author_page`` is the address of a page that
    may tell who wrote it, or nothing. It is not ``whole`` where the page was too complex to be
    read further than its head.
    """

    links: bool
    gone: bool = False
    anchors: int = 0
    reading: Reading = Reading()
    has_post: bool = False
    author_page: str = ""
    whole: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the look as plain values."""
        return {**asdict(self), "reading": self.reading.as_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Look":
        """Return the look that ``as_json`` wrote."""
        return cls(**{**values, "reading": Reading.from_json(values["reading"])})
