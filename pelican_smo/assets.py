"""The home of fingerprinted files: text under ``smo/`` of the output, named by what is in it."""

import hashlib
import re
from importlib.resources import files
from typing import NamedTuple

__all__ = ["Asset", "asset", "shipped"]


class Asset(NamedTuple):
    """A file under ``smo/`` of the output; its name changes with its text."""

    name: str
    text: str


def asset(stem: str, kind: str, text: str) -> Asset:
    """Return the asset ``stem-<digest>.kind`` that holds ``text``."""
    return Asset(f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.{kind}", text)


def shipped(name: str) -> str:
    """Return our own static file ``name`` without its comments and indentation."""
    return _squeezed((files("pelican_smo") / "static" / name).read_text(encoding="utf-8"))


def _squeezed(text: str) -> str:
    """Return ``text`` squeezed; each line stays a line."""
    text = re.sub(r"^\s*(?://.*|/\*.*?\*/)$\n?", "", text, flags=re.MULTILINE)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())
