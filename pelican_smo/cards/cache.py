"""The home of cards that are drawn already: known by their keys, kept, put where pages want them.

In the folder are a card as ``<key>.png`` or ``<key>.jpg``, the reason why there is none as
``<key>.json``, and a manifest for each output folder. A file gets its name only once it is whole,
so that a build may end at any point, and two may run at once.
"""

import json
import os
import re
import stat
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pelican_smo.cards.draw import Encoded, is_whole
from pelican_smo.cards.engine import HEIGHT, SUFFIXES, WIDTH, Format
from pelican_smo.cards.output import CardFolder, Kept, touched, unwritable
from pelican_smo.cards.rows import FOLDER, Manifest, Refusal, Row, Sample, is_sound, manifest_path
from pelican_smo.errors import CardError, PassingError
from pelican_smo.manifest import write_atomically

__all__ = ["Cached", "CardCache", "Refusal", "Refused", "Row", "Sample", "manifest_path"]

_ENTRY = re.compile(r"([0-9a-f]{32})\.(?:png|jpg|json)")
_MANIFEST = re.compile(r"[0-9a-f]{12}\.json")
_SPARE = re.compile(rf"\.(?:{_ENTRY.pattern}|{_MANIFEST.pattern})\.[0-9a-z_]{{8}}")
_KEY_LENGTH = 32
_DAY = 24 * 60 * 60.0
_KEPT = 30 * _DAY


class Cached(NamedTuple):
    """A card that is there: what kind of picture, of how many bytes."""

    form: Format
    bytes: int


class Refused(NamedTuple):
    """Why no card can be drawn from what its key stands for: a CardError's three parts."""

    where: str
    problem: str
    remedy: str


class CardCache:
    """The cards in ``folder``, as one run finds them and adds to them.

    ``clock`` gives the seconds since 1970 by which the old is told.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.folder, self._folder = folder, str(folder)
        self._clock = clock
        self._entries: dict[str, Kept | None] = {}

    def known(self, key: str) -> Cached | Refused | None:
        """Return what there is for ``key``; None for what is damaged, too, so that it is drawn."""
        if (entry := self._entry(key)) is not None:
            return Cached(entry.form, entry.bytes)
        return self._refusal(key) if f"{key}.json" in self._names else None

    def keep(self, key: str, card: Encoded | CardError) -> None:
        """Keep a card, or why there is none; but a PassingError, no property of the key, is not.

        Raises CardError where the folder cannot be written to.
        """
        if isinstance(card, PassingError):
            return
        if isinstance(card, Encoded):
            name, data = f"{key}{SUFFIXES[card.form]}", card.data
        else:
            refused = Refused(card.where, card.problem, card.remedy)
            name, data = f"{key}.json", json.dumps(refused._asdict()).encode()
        try:
            write_atomically(self.folder / name, data)
        except OSError as error:
            raise unwritable(self.folder, error) from error
        self._names.add(name)
        self._entries.pop(key, None)

    def publish(
        self,
        output: Path,
        rows: Sequence[Row],
        *,
        site: str = "",
        samples: Sequence[Sample] = (),
        refused: Sequence[Refusal] = (),
        stems: Collection[str] = (),
    ) -> Mapping[str, CardError]:
        """Have the cards of ``rows`` in ``output``, and no other of ours; say so in the manifest.

        What is there stays as it is, and so does a file that is not ours; and an earlier card of
        an article whose name is one of ``stems``: it was shared, though the article has a card of
        another format now, or none for some slip. Returns what went wrong, by the path of the
        card; what is wrong with the manifest is under its own.
        """
        output = output.absolute()
        path = manifest_path(self.folder, output)
        before = self._before(path.name, output)
        wanted = {row.path: row for row in rows}
        cards = CardFolder(output, before)

        def say(there: Iterable[Row]) -> None:
            manifest = Manifest(
                output=str(output),
                site=site,
                cards=tuple(there),
                samples=tuple(samples),
                refused=tuple(refused),
            )
            write_atomically(path, manifest.as_bytes())

        # A build that is ended from here on has said which of the files will be ours.
        if new := [row for row in wanted.values() if row.path not in before and cards.lacks(row)]:
            _problem(self.folder, say, [*before.values(), *map(self._measured, new)])
        stale = [row for row in before.values() if row.path not in wanted]
        still = [row for row in stale if _stem(row.path) in stems]
        changes = [(row, self._remove) for row in stale if _stem(row.path) not in stems]
        changes += [(row, self._put) for row in wanted.values()]
        problems = {
            row.path: problem
            for row, change in changes
            if (problem := _problem(cards.path, change, cards, row)) is not None
        }
        there = [self._measured(row) for row in wanted.values() if row.path not in problems]
        there += still
        # What could not be changed is still what it was.
        there += [before[name] for name in problems if name in before]
        if problem := _problem(self.folder, say, there):
            problems[str(path)] = problem
        with suppress(OSError):
            os.utime(path)  # that it is in use, though it may say what it said
        now = self._clock()
        cards.sweep({name.removeprefix(FOLDER) for name in (*before, *wanted)}, now)
        self._prune(path.name, now)
        return problems

    def _before(self, name: str, output: Path) -> Mapping[str, Row]:
        """Return by path what the manifest ``name`` says is in ``output``."""
        said = self._manifests.get(name)
        return {row.path: row for row in said.cards} if said and said.output == str(output) else {}

    def _put(self, cards: CardFolder, row: Row) -> None:
        if not is_sound(row):
            raise PassingError(row.path, "is no name for a card", "give the article another slug")
        entry = self._entry(row.key)
        if entry is None:
            raise PassingError(str(self.folder), "has lost a card", "build again")
        cards.put(row, entry)

    def _remove(self, cards: CardFolder, row: Row) -> None:
        cards.remove(row, self._entry(row.key))

    def _measured(self, row: Row) -> Row:
        entry = self._entry(row.key)
        if entry is None or entry.bytes == row.bytes:
            return row
        return row._replace(bytes=entry.bytes)

    def _entry(self, key: str) -> Kept | None:
        if key not in self._entries:
            self._entries[key] = self._found(key, "png") or self._found(key, "jpeg")
        return self._entries[key]

    def _found(self, key: str, form: Format) -> Kept | None:
        name = f"{key}{SUFFIXES[form]}"
        if name not in self._names:
            return None
        path = f"{self._folder}/{name}"
        try:
            found = os.lstat(path)
            is_good = stat.S_ISREG(found.st_mode) and self._is_whole(key, form, found.st_size)
        except OSError:
            return None
        if not is_good:
            return None
        return Kept(form, path, found.st_size, found.st_dev, found.st_ino, found.st_mtime_ns)

    def _is_whole(self, key: str, form: Format, size: int) -> bool:
        """Tell whether a card is as it was kept; one that is linked may be changed elsewhere."""
        if size == self._sizes.get(key, size):
            return size > 0
        card = (self.folder / f"{key}{SUFFIXES[form]}").read_bytes()
        return is_whole(card, WIDTH, HEIGHT, form)

    def _refusal(self, key: str) -> Refused | None:
        try:
            said = json.loads((self.folder / f"{key}.json").read_bytes())
            parts = [said[name] for name in Refused._fields]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return Refused(*parts) if all(isinstance(part, str) for part in parts) else None

    @cached_property
    def _names(self) -> set[str]:
        return self._listed()

    def _listed(self) -> set[str]:
        try:
            return {*os.listdir(self.folder)}  # noqa: PTH208  a name, not a Path, each
        except OSError:
            return set()

    @cached_property
    def _manifests(self) -> Mapping[str, Manifest]:
        return {name: said for name in self._names if (said := self._manifest(name)) is not None}

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        return {row.key: row.bytes for said in self._manifests.values() for row in said.cards}

    def _manifest(self, name: str) -> Manifest | None:
        if _MANIFEST.fullmatch(name) is None:
            return None
        try:
            return Manifest.from_bytes((self.folder / name).read_bytes())
        except OSError:
            return None

    def _prune(self, own: str, now: float) -> None:
        """Remove what no site has used for 30 days, and what builds that were ended left."""
        in_use = {*self._entries}
        spent = [
            name
            for name in self._names
            if name[:_KEY_LENGTH] not in in_use and name != own and self._is_spent(name, now)
        ]
        if not spent:
            return
        # What no build of this minute knows may be in the manifest of another.
        for name in self._listed():
            in_use |= _keys(self._manifest(name))
        for name in spent:
            if name[:_KEY_LENGTH] not in in_use:
                with suppress(OSError):
                    (self.folder / name).unlink()

    def _is_spent(self, name: str, now: float) -> bool:
        age = now - touched(f"{self._folder}/{name}")
        if _ENTRY.fullmatch(name) or _MANIFEST.fullmatch(name):
            return age > _KEPT
        return age > _DAY and _SPARE.fullmatch(name) is not None


def _stem(path: str) -> str:
    return path.removeprefix(FOLDER).rpartition(".")[0]


def _keys(said: Manifest | None) -> set[str]:
    if said is None:
        return set()
    return {row.key for row in said.cards} | {row.key for row in said.samples}


def _problem(folder: Path, change: Callable[..., None], *what: Any) -> CardError | None:
    """Make a change; return what is wrong with ``folder`` or the file if it cannot be made."""
    try:
        change(*what)
    except OSError as error:
        return unwritable(folder, error)
    except CardError as error:
        return error
    return None
