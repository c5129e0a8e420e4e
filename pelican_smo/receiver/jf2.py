"""The home of a mention as others read it: a JF2 entry with the names of webmention.io."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pelican_smo.linkbacks.reading import Author, Reading
from pelican_smo.receiver.store import Mention

__all__ = ["AVATARS", "entry"]

# Where our pictures of authors are, below the receiver's address and beside an export.
AVATARS = "avatars"


def entry(mention: Mention, target: str, photo: str = "") -> dict[str, Any]:
    """Return what is shown of an approved ``mention`` (JF2, W3C Note of 2018).

    ``target`` is the canonical address of its article, ``photo`` our own picture of its
    author. What is empty is left out.
    """
    reading = mention.shown or Reading()
    content = {"text": reading.text, "html": reading.html}
    facts = {
        "type": "entry",
        "url": reading.url or mention.source,
        "author": _card(reading.author, photo),
        "published": reading.published,
        "name": reading.name,
        "content": {name: value for name, value in content.items() if value},
        "photo": reading.photo,
        "rsvp": reading.rsvp,
        "lang": reading.language,
    }
    return {
        **{name: value for name, value in facts.items() if value},
        # An answer to an invitation has its own word under "rsvp".
        "in-reply-to" if reading.property == "rsvp" else reading.property: target,
        "wm-id": mention.id,
        "wm-source": mention.source,
        "wm-target": target,
        "wm-protocol": mention.protocols[0],
        "wm-property": reading.property,
        "wm-received": datetime.fromtimestamp(mention.first_received, UTC).isoformat(
            timespec="seconds"
        ),
        "wm-private": False,
        "smo-article": mention.article,
    }


def _card(author: Author, photo: str) -> Mapping[str, str]:
    facts = {"name": author.name, "url": author.url, "photo": photo}
    return {"type": "card", **{name: value for name, value in facts.items() if value}}
