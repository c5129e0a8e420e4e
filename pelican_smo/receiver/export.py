"""The home of the file that a build reads: mentions.json, with the pictures of authors beside it."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pelican_smo.errors import ReceiverError
from pelican_smo.manifest import write_atomically
from pelican_smo.receiver.jf2 import AVATARS, entry
from pelican_smo.receiver.store import Filter, Mention, Store
from pelican_smo.receiver.targets import Targets

__all__ = ["export", "feed"]

_VERSION = 1
# A file that loses more than half of so many mentions or more is taken for a mistake.
_ENOUGH_TO_DOUBT = 10


def export(store: Store, targets: Targets | None, path: Path, *, force: bool = False) -> int:
    """Write what is published to ``path``, and new pictures into a folder beside it.

    Returns the number of mentions. Readers see the old file or the new one, whole. Raises
    ReceiverError where it cannot be written, and unless ``force`` is set where it would hold
    fewer than half as many mentions as before.
    """
    generation, mentions = store.generation(), store.mentions(Filter(published=True))
    before = _count(path)
    if not force and before >= _ENOUGH_TO_DOUBT and len(mentions) < before / 2:
        raise ReceiverError(
            f"{path} has {before} mentions and would have {len(mentions)}; if that is right, "
            "say --force"
        )
    try:
        entries = [_entry(store, targets, mention, path.parent) for mention in mentions]
        write_atomically(path, feed(entries, generation).encode(), durable=True)
    except OSError as error:
        raise ReceiverError(
            f"{error.filename or path} cannot be written: {error.strerror or error}"
        ) from error
    return len(entries)


def feed(entries: Iterable[dict[str, Any]], generation: int) -> str:
    """Return a JF2 feed of ``entries``, a line each in a lasting order: good to diff."""
    ordered = sorted(entries, key=lambda one: one["wm-id"])
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in ordered)
    top = json.dumps({"type": "feed", "smo-version": _VERSION, "smo-generation": generation})
    return f'{top[:-1]}, "children": [\n{lines}\n]}}\n'


def _entry(store: Store, targets: Targets | None, mention: Mention, folder: Path) -> dict[str, Any]:
    target = targets.by_id.get(mention.article) if targets else None
    photo = _picture(store, mention, folder)
    return entry(mention, target.url if target else mention.target, photo)


def _picture(store: Store, mention: Mention, folder: Path) -> str:
    origin = mention.shown.author.photo if mention.shown else ""
    media = store.media(origin) if origin else None
    if media is None or not media.name:
        return ""
    path = folder / AVATARS / os.path.basename(media.name)  # noqa: PTH119  a name, no path
    if not path.exists():
        write_atomically(path, media.data, durable=True)
    return f"{AVATARS}/{path.name}"


def _count(path: Path) -> int:
    try:
        return len(json.loads(path.read_bytes())["children"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return 0
