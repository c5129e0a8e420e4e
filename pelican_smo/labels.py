"""The home of the words that pages print, by language."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Labels", "labels_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The words of one language; ``{0}`` in one of them is the value."""

    share: str
    share_on: str
    send_by: str
    save_to: str
    more: str
    page: str
    written_by: str
    reading_time: str
    minutes: str


@cache
def labels_of(language: str) -> Labels:
    """Return the words of ``language`` (BCP 47), or the English ones."""
    text = (files(__package__) / "labels.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    return Labels(**rows.get(language.lower().partition("-")[0], rows["en"]))
