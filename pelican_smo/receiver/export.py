"""The home of the file that a build reads: mentions.json, with the pictures of authors beside it."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pelican_smo.errors import ReceiverError
from pelican_smo.manifest import write_atomically
from pelican_smo.receiver.jf2 import AVATARS, entry
from pelican_smo.receiver.store import Filter, Mention, Store
from pelican_smo.receiver.targets import Targets

__all__ = ["export", "feed"]

_VERSION = 1
_PICTURE = re.compile(rf"{AVATARS}/([0-9a-f]{{64}}\.webp)")
# A file that loses so many mentions or more that the store never heard of is taken for that
# of another store. What the owner took away, the store knows.
_ENOUGH_TO_DOUBT = 10


def export(store: Store, targets: Targets | None, path: Path, *, force: bool = False) -> int:
    """Write what is published to ``path``, and pictures into a folder beside it.

    Returns the number of mentions. Readers see the old file or the new one, whole; pictures
    that only the old one had are removed. Raises ReceiverError where it cannot be written,
    and unless ``force`` is set where most of the old file is of another store.
    """
    generation, mentions = store.generation(), store.mentions(Filter(published=True))
    before = _entries(path)
    unknown = [one for one in before if not _is_known(store, one)]
    if not force and len(unknown) >= _ENOUGH_TO_DOUBT and len(unknown) > len(before) / 2:
        raise ReceiverError(
            f"{path} has {len(unknown)} mentions that this database never heard of; name another "
            f"file, or write over it by `pelican-smo mentions --database … export {path} --force`"
        )
    try:
        entries = [_entry(store, targets, mention, path.parent) for mention in mentions]
        write_atomically(path, feed(entries, generation).encode(), durable=True)
        for name in _pictures(before) - _pictures(entries):
            (path.parent / AVATARS / name).unlink(missing_ok=True)
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


def _entries(path: Path) -> list[Mapping[str, Any]]:
    """Return the entries of an earlier export at ``path``, as far as there is one."""
    try:
        children = json.loads(path.read_bytes())["children"]
        return [one for one in children if isinstance(one, dict)]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def _is_known(store: Store, entry: Mapping[str, Any]) -> bool:
    source, article = str(entry.get("wm-source")), str(entry.get("smo-article"))
    return store.by_token(store.token(source, article)) is not None


def _pictures(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of the pictures of ours that ``entries`` show."""
    authors = (one.get("author") for one in entries)
    photos = (str(one.get("photo", "")) for one in authors if isinstance(one, dict))
    return {found[1] for photo in photos if (found := _PICTURE.fullmatch(photo))}
