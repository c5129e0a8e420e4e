"""The home of what is known of font files from an earlier build: their faces and digests."""

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from pelican_smo.cards.fonts import Face, font_faces
from pelican_smo.errors import CardError
from pelican_smo.manifest import write_atomically

__all__ = ["KnownFonts"]

_VERSION = 1
_SMALL = 2 << 20


class KnownFonts:
    """What has been read of font files; one that has another time or size is read anew.

    It is kept in the file ``path``, which may be lost, damaged or unwritable: then fonts are
    read as if there were none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_new = False
        self._faces: dict[Path, tuple[Face, ...]] = {}

    def faces(self, path: Path) -> tuple[Face, ...]:
        """Return the fonts in the file ``path``; raises CardError as font_faces does."""
        if path not in self._faces:
            self._faces[path] = self._faces_of(path)
        return self._faces[path]

    def _faces_of(self, path: Path) -> tuple[Face, ...]:
        try:
            row = self._row(path)
        except (OSError, ValueError):
            return font_faces(path)
        try:
            if "problem" in row:
                problem, remedy = map(str, row["problem"])
                raise CardError(str(path), problem, remedy)
            return tuple(map(_face, row["faces"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            self._is_new = True
        try:
            faces = font_faces(path)
        except CardError as error:
            if not isinstance(error.__cause__, OSError):
                row["problem"] = [error.problem, error.remedy]
            raise
        row["faces"] = [_fields(face) for face in faces]
        return faces

    def digest(self, path: Path) -> str:
        """Return the digest of the bytes of ``path``, 32 hex digits; "" if it cannot be read.

        That of a small file is not worth remembering.
        """
        try:
            row = self._row(path) if path.stat().st_size > _SMALL else {}
            if not row.get("digest"):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
                row["digest"] = digest.hexdigest()
                self._is_new = self._is_new or len(row) > 1
        except OSError:
            return ""
        return str(row["digest"])

    def size(self, path: Path) -> int:
        """Return the size in bytes of a font file that has been read."""
        return int(self._rows[str(path)]["size"])

    def save(self) -> None:
        """Keep what is known for the next build, without the files that are gone."""
        if self._is_new:
            self._is_new = False
            rows = {path: row for path, row in self._rows.items() if Path(path).exists()}
            text = json.dumps({"version": _VERSION, "files": rows}, separators=(",", ":"))
            # What is not remembered is read again, which is slow and not wrong.
            with suppress(OSError):
                write_atomically(self._path, text.encode())

    @cached_property
    def _rows(self) -> dict[str, dict[str, Any]]:
        try:
            kept = json.loads(self._path.read_bytes())
            rows = kept["files"] if kept["version"] == _VERSION else {}
            return {path: dict(row) for path, row in rows.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}

    def _row(self, path: Path) -> dict[str, Any]:
        """Return what is known of ``path`` as it is now; raises OSError where it is not."""
        status = path.stat()
        now = {"time": status.st_mtime_ns, "size": status.st_size}
        row = self._rows.get(str(path))
        if row is None or not now.items() <= row.items():
            row = self._rows[str(path)] = now
        return row


def _fields(face: Face) -> list[object]:
    return [
        face.family,
        *face.weights,
        face.is_italic,
        face.width,
        face.genre,
        face.colors,
        face.region,
        face.bounds,
    ]


def _face(fields: Any) -> Face:
    family, low, high, is_italic, width, genre, colors, region, bounds = fields
    return Face(
        family=str(family),
        weights=(int(low), int(high)),
        is_italic=bool(is_italic),
        width=int(width),
        genre=genre,
        colors=str(colors),
        region=region,
        bounds=tuple(map(int, bounds)),
    )
