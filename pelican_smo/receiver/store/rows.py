"""The home of how mentions and readings stand in rows of a database, whichever it is."""

import json
from typing import Any

from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.store import PROTOCOLS, Filter, Mention

__all__ = ["BITS", "COLUMNS", "condition", "mention_of", "text_of"]

BITS = {name: 1 << at for at, name in enumerate(PROTOCOLS)}
COLUMNS = (
    *("id", "key", "source", "host", "article", "target", "protocols", "claims"),
    *("first_received", "last_received", "verification", "reason", "moderation"),
    *("reading", "shown", "signals", "checked", "etag", "last_modified", "digest"),
    *("failures", "missing", "missing_at", "rechecks"),
)


def condition(filter: Filter) -> tuple[str, list[Any]]:
    """Return the condition of ``filter`` and its values."""
    terms, values = ["1"], list[Any]()
    if filter.ids:
        terms.append(f"id IN ({', '.join('?' * len(filter.ids))})")
        values += filter.ids
    for column in ("moderation", "verification", "host", "article", "author"):
        if wanted := getattr(filter, column):
            terms.append(f"{column} = ?")
            values.append(wanted)
    if filter.protocol:
        terms.append("protocols & ?")
        values.append(BITS[filter.protocol])
    if filter.changed or filter.published:
        terms.append("moderation = 'approved'")
    return " AND ".join(terms), values


def mention_of(row: tuple[Any, ...]) -> Mention:
    """Return the mention in a row of COLUMNS."""
    values = dict(zip(COLUMNS, row, strict=True))
    key = values.pop("key")
    return Mention(
        **{
            **values,
            "token": key.hex(),
            "protocols": tuple(name for name, bit in BITS.items() if values["protocols"] & bit),
            "claims": json.loads(values["claims"]) if values["claims"] else {},
            "reading": _reading(values["reading"]),
            "shown": _reading(values["shown"]),
            "signals": tuple(filter(None, values["signals"].split("\n"))),
        }
    )


def _reading(text: str) -> Reading | None:
    return Reading.from_json(json.loads(text)) if text else None


def text_of(reading: Reading | None) -> str:
    """Return ``reading`` as a column holds it."""
    return json.dumps(reading.as_json(), ensure_ascii=False) if reading is not None else ""
