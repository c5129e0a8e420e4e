"""The home of the manifest of a site's cards: what a build says of them, and what is believed."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from pelican_smo.tags import json_string, json_text

__all__ = ["FOLDER", "Manifest", "Refusal", "Row", "Sample", "is_key", "manifest_path"]

# Below the output folder.
FOLDER = "smo/cards/"
_VERSION = 1
_KEY = re.compile(r"[0-9a-f]{32}")
_PATH = re.compile(rf"{FOLDER}[^./\\\0][^/\\\0]*\.(?:png|jpe?g)")


class Row(NamedTuple):
    """A card in the output, ``path`` below its folder; ``bytes`` is filled in by the cache."""

    path: str
    key: str
    title: str
    source: str
    layout: str
    language: str
    bytes: int = 0


class Sample(NamedTuple):
    """A card that is drawn for a preview only, and in the cache only."""

    key: str
    form: str
    title: str
    language: str
    layout: str


class Refusal(NamedTuple):
    """An article that has no card, and why."""

    source: str
    title: str
    layout: str
    problem: str


_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """All cards of one output folder, as its last build left them."""

    output: str
    site: str = ""
    cards: tuple[Row, ...] = ()
    samples: tuple[Sample, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def as_bytes(self) -> bytes:
        """Return the manifest as JSON, a line for each row and in order: good to diff."""
        top = json_text({"version": _VERSION, "output": self.output, "site": self.site})
        tables = (
            ("cards", sorted(self.cards)),
            ("samples", self.samples),
            ("refused", sorted(self.refused)),
        )
        body = ",\n".join(f'"{name}":[{_lines(rows)}]' for name, rows in tables)
        # A surrogate, which is no character, becomes the escape that JSON has for it.
        return f"{top[:-1]},\n{body}}}\n".encode("utf-8", "backslashreplace")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest | None":
        """Return what ``data`` says as far as it makes sense; None if it is no manifest.

        No path leads out of the folder of cards.
        """
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            return None
        if not isinstance(said, dict) or said.get("version") != _VERSION:
            return None
        output, site = said.get("output"), said.get("site")
        return cls(
            output=output if isinstance(output, str) else "",
            site=site if isinstance(site, str) else "",
            cards=tuple(row for row in _rows(Row, said, "cards") if is_sound(row)),
            samples=tuple(row for row in _rows(Sample, said, "samples") if is_key(row.key)),
            refused=tuple(_rows(Refusal, said, "refused")),
        )


def is_key(text: str) -> bool:
    """Tell whether ``text`` is a digest of 128 bits as we write it."""
    return _KEY.fullmatch(text) is not None


def is_sound(row: Row) -> bool:
    """Tell whether a card may be where ``row`` says: a picture, right in the folder of cards."""
    return _PATH.fullmatch(row.path) is not None and is_key(row.key) and _is_name(row.path)


def _is_name(path: str) -> bool:
    try:
        return path.isascii() or bool(os.fsencode(path))
    except ValueError:
        return False


def manifest_path(cache: Path, output: Path) -> Path:
    """Return where the manifest of the cards in ``output`` is, in the folder ``cache``."""
    digest = hashlib.blake2b(os.fsencode(output.absolute()), digest_size=6)
    return cache / f"{digest.hexdigest()}.json"


def _lines(rows: Iterable[Row | Sample | Refusal]) -> str:
    lines = ",\n".join([_line(row) for row in rows])
    return f"\n{lines}\n" if lines else ""


def _line(row: Row | Sample | Refusal) -> str:
    values = [json_string(value) if isinstance(value, str) else value for value in row]
    return _form(row._fields) % tuple(values)


@cache
def _form(fields: tuple[str, ...]) -> str:
    return "{%s}" % ",".join(f'"{name}":%s' for name in fields)  # noqa: UP031


def _rows(kind: type[_Value], said: Mapping[str, Any], name: str) -> Iterable[_Value]:
    rows = said.get(name)
    make, types = cast("Any", kind)._make, kind.__annotations__
    wanted = [*types.values()]
    for row in rows if isinstance(rows, list) else ():
        values = [*map(row.get, types)] if isinstance(row, dict) else []
        if [*map(type, values)] == wanted:
            yield make(values)
