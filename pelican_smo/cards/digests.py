"""The home of the digests of picture files, each worked out once as long as a file stays as it is."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from pelican_smo.errors import CardError
from pelican_smo.manifest import write_atomically

__all__ = ["Digests"]


class Digests:
    """Digests of files by path, size and time of change, kept in ``file`` between builds."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)
        self._used: dict[str, tuple[int, int, str]] = {}

    def of(self, path: Path) -> str:
        """Return the BLAKE2b digest of the file at ``path``, 32 hexadecimal digits.

        Raises CardError for a file that cannot be read.
        """
        name = str(path)
        if name in self._used:
            return self._used[name][2]
        try:
            facts = path.stat()
            size, changed = facts.st_size, facts.st_mtime_ns
            known = self._known.get(name, (0, 0, ""))
            digest = known[2] if known[:2] == (size, changed) else _digest(path)
        except OSError as error:
            raise CardError(name, f"cannot be read: {error.strerror}", "correct it") from error
        self._used[name] = (size, changed, digest)
        return digest

    def close(self) -> None:
        """Write down what was asked for; what cannot be written is worked out again."""
        if self._used and self._used != self._known:
            text = json.dumps(self._used, ensure_ascii=False, indent=0, sort_keys=True)
            with suppress(OSError):
                write_atomically(self._file, text.encode("utf-8", "surrogateescape"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.blake2b(digest_size=16)
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _read(file: Path) -> dict[str, tuple[int, int, str]]:
    """Return what ``file`` holds; of a damaged one nothing."""
    try:
        rows = json.loads(file.read_bytes().decode("utf-8", "surrogateescape"))
        return {
            name: (int(size), int(changed), str(digest))
            for name, (size, changed, digest) in rows.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
