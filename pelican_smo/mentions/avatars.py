"""The home of faces: copies of pictures that lie beside the mentions, else initials."""

import hashlib
import re
import zlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

__all__ = ["HUES", "Avatars", "hue", "initials"]

# The receiver writes pictures of 96 pixels; whatever is much larger is something else.
MAX_BYTES = 1 << 16
# How many colours the stylesheet has for initials, each readable under white letters.
HUES = 12
_BETWEEN_WORDS = re.compile(r"[\s!-/:-@\[-`{-~]+")
_FIRST_BYTES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"GIF8[79]a"), "gif"),
)


class Avatars:
    """The avatars of one build: ``files`` are those in use, by path in the output."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._paths: dict[tuple[Path, str], str] = {}

    def path(self, folder: Path, photo: str) -> str:
        """Return the path in the output of the picture ``photo`` in ``folder``, or nothing.

        Nothing is what any other thing gives: an address, a path that leads out of the
        folder, a file that is missing, large, or no raster picture by its first bytes.
        """
        if not photo:
            return ""
        key = (folder, photo)
        if key not in self._paths:
            self._paths[key] = self._copy(folder, photo)
        return self._paths[key]

    def _copy(self, folder: Path, photo: str) -> str:
        data = _read(folder, photo)
        kind = next((kind for first, kind in _FIRST_BYTES if first.match(data)), "")
        if not kind:
            return ""
        path = f"smo/avatars/{hashlib.sha256(data).hexdigest()}.{kind}"
        self.files[path] = data
        return path


def _read(folder: Path, photo: str) -> bytes:
    """Return the bytes of the file ``photo`` below ``folder``; none for what must not be read."""
    if re.match(r"[/~]|[a-zA-Z][\w+.-]*:", photo) or "\\" in photo or ".." in photo.split("/"):
        return b""
    try:
        file = (folder / photo).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return b""
        if file.stat().st_size > MAX_BYTES:
            return b""
        return file.read_bytes()
    except (OSError, ValueError, RuntimeError):
        return b""


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """Return one or two letters for ``name``: of its first word and of its last.

    Scripts without capitals have no initials either: of them it is the first letter alone.
    """
    words = [word for word in _BETWEEN_WORDS.split(name) if word[:1].isalnum()] or ["?"]
    first, last = _first(words[0]), _first(words[-1])
    return first + last if len(words) > 1 and first.lower() != first else first


def _first(word: str) -> str:
    if word.isascii():
        return word[0].upper()
    found = _grapheme().match(word)
    letter = found[0] if found else word[0]
    # Some letters become two or three in upper case.
    return letter.upper() if len(letter.upper()) == len(letter) else letter


@cache
def _grapheme() -> Any:
    import regex  # noqa: PLC0415  an import that most builds never need

    return regex.compile(r"\X")


def hue(name: str) -> int:
    """Return the number of the colour for ``name``, from 0 to HUES - 1, always the same."""
    return zlib.crc32(name.encode("utf-8", "replace")) % HUES
