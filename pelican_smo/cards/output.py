"""The home of cards in the output folder: linked from the cache, replaced, removed if ours."""

import math
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pelican_smo.cards.draw import is_marked
from pelican_smo.cards.engine import Format
from pelican_smo.cards.rows import FOLDER, Row
from pelican_smo.errors import CardError, PassingError

__all__ = ["CardFolder", "Kept", "touched", "unwritable"]

_SPARE = re.compile(r"\.(.+)\.[0-9a-z_]{8}")
_DAY = 24 * 60 * 60.0
_START = 128


def unwritable(folder: Path, error: OSError) -> CardError:
    """Return what is to be said of a folder that cannot be written to; the same for each card."""
    return PassingError(
        str(folder),
        f"cannot be written: {error.strerror or error}",
        "make room or correct its permissions",
    )


def touched(path: str) -> float:
    """Return when a file was written, linked or unlinked last; infinity for what is no file."""
    found = _found(path)
    if found is None or not stat.S_ISREG(found.st_mode):
        return math.inf
    return max(found.st_mtime, found.st_ctime)


class Kept(NamedTuple):
    """The file of a card in the cache, and what tells whether another one is the same."""

    form: Format
    path: str
    bytes: int
    device: int
    inode: int
    drawn: int  # in nanoseconds since 1970


class CardFolder:
    """The folder of cards in one output, as one run finds it and changes it.

    ``before`` is what the last build put here, by path. A file is ours if it is in ``before``, or
    says that it is a card: a build may have been ended before it said what it put here.
    """

    def __init__(self, output: Path, before: Mapping[str, Row]) -> None:
        self.path = output / FOLDER
        self._folder, self._before = str(self.path), before
        self._inodes: dict[str, int] = {}
        self._device = -1
        with suppress(OSError), os.scandir(self.path) as files:
            # On Linux, the only look at a thousand files that are there already.
            self._inodes = {file.name: file.inode() for file in files}
            self._device = self.path.stat().st_dev

    def lacks(self, row: Row) -> bool:
        """Tell whether there was nothing at the path of ``row``."""
        return row.path[len(FOLDER) :] not in self._inodes

    def put(self, row: Row, card: Kept) -> None:
        """Have ``card`` at the path of ``row``.

        Raises OSError, and CardError where there is a file that is not ours.
        """
        name = row.path[len(FOLDER) :]
        if self._inodes.get(name) == card.inode and self._device == card.device:
            return
        target = f"{self._folder}/{name}"
        found = _found(target)
        if found is not None:
            if _is_there(target, found, card):
                return
            if not self._is_ours(row, target, found):
                raise PassingError(
                    target,
                    "is in the place of a card, and was not made by pelican_smo",
                    "move it, or give the article another slug",
                )
        elif self._device < 0:
            self.path.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # there by now, another device, too many links, none at all
            if found is None:
                os.link(card.path, target)
                return
        with suppress(OSError):
            _moved(os.link, card.path, _spare(card.path), target)
            return
        _moved(_copy, card.path, _spare(target), target)

    def remove(self, row: Row, card: Kept | None) -> None:
        """Remove the file at the path of ``row``, once a link or copy of ``card``, if it is ours.

        Raises OSError.
        """
        name = row.path[len(FOLDER) :]
        target = f"{self._folder}/{name}"
        if name not in self._inodes or (found := _found(target)) is None:
            return
        if stat.S_ISREG(found.st_mode) and (_is_same(found, card) or _is_card(target)):
            Path(target).unlink(missing_ok=True)

    def sweep(self, names: Collection[str], now: float) -> None:
        """Remove what builds that were ended a day ago or more left of the cards ``names``."""
        for name in self._inodes:
            spare = _SPARE.fullmatch(name)
            left = f"{self._folder}/{name}"
            if spare is not None and spare[1] in names and now - touched(left) > _DAY:
                with suppress(OSError):
                    Path(left).unlink()

    def _is_ours(self, row: Row, target: str, found: os.stat_result) -> bool:
        return stat.S_ISREG(found.st_mode) and (row.path in self._before or _is_card(target))


def _found(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None


def _spare(path: str) -> str:
    """Return where a file may be that is not yet to be at ``path``, but in the same folder."""
    folder, name = os.path.split(path)
    return f"{folder}/.{name}.{secrets.token_hex(4)}"


def _is_there(target: str, found: os.stat_result, card: Kept) -> bool:
    """Tell whether the file at ``target`` is ``card`` already, linked or copied."""
    if _is_same(found, card):
        return True
    if not stat.S_ISREG(found.st_mode) or found.st_size != card.bytes:
        return False
    if found.st_mtime_ns == card.drawn:
        return True
    if not _says_same(target, card.path):
        return False
    # The cache was lost, and the card drawn again. The old one is as good, and pages have it.
    with suppress(OSError):
        _moved(os.link, target, _spare(card.path), card.path)
    return True


def _is_same(found: os.stat_result, card: Kept | None) -> bool:
    return card is not None and (found.st_dev, found.st_ino) == (card.device, card.inode)


# What another build removes while we look is nobody's any more.


def _is_card(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a thousand of them
            return is_marked(file.read(_START))
    except FileNotFoundError:
        return True


def _says_same(one: str, other: str) -> bool:
    try:
        return Path(one).read_bytes() == Path(other).read_bytes()
    except FileNotFoundError:
        return False


def _copy(source: str, target: str) -> None:
    """Copy a card with its time: who looks at that sees no new file where a link would be none."""
    shutil.copyfile(source, target)
    drawn = os.stat(source).st_mtime_ns  # noqa: PTH116
    os.utime(target, ns=(drawn, drawn))


def _moved(make: Callable[[str, str], object], source: str, spare: str, target: str) -> None:
    """Make ``spare`` from ``source``, and move it to ``target``: there is always one or the other.

    Nothing is left of it; to move a link to another link of the same file does nothing (POSIX,
    rename).
    """
    try:
        make(source, spare)
        Path(spare).replace(target)
    finally:
        with suppress(OSError):
            Path(spare).unlink()
