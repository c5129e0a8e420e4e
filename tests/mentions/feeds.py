"""Files of mentions to test with."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pelican_smo.mentions.store import Mention, Mentions
from pelican_smo.report import Report

TARGET = "https://example.org/blog/a.html"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def entry(number: int = 1, kind: str = "in-reply-to", **more: Any) -> dict[str, Any]:
    """Return an entry as the receiver exports it, from the site b<number>.example."""
    return {
        "type": "entry",
        "wm-id": number,
        "wm-source": f"https://b{number}.example/post",
        "wm-target": TARGET,
        "wm-property": kind,
        "wm-protocol": "webmention",
        "wm-received": f"2026-11-{number % 28 + 1:02d}T10:00:00Z",
        "wm-private": False,
        **{
            name.replace("_", "-") if name.startswith("wm_") else name: v
            for name, v in more.items()
        },
    }


def feed(*entries: Any) -> str:
    """Return a JF2 feed of ``entries``."""
    return json.dumps({"type": "feed", "children": list(entries)})


def read(
    folder: Path, *texts: str | bytes, ids: tuple[str, ...] = ("a1",), expected: bool = True
) -> tuple[Mentions, Report]:
    """Return the mentions in files of ``texts``, and what was reported of them."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"m{number}.json")
        files[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
    report = Report()
    return Mentions(files, report, expected=expected, ids=lambda: ids, now=NOW), report


def only(folder: Path, one: Any) -> Mention:
    """Return the mention that the entry ``one`` is."""
    mentions, _ = read(folder, feed(one))
    (found,) = mentions.of("a1", [TARGET])
    return found
