"""The home of the hard titles: what a layout is shown with, so that its maker sees what they do."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["HARD_TITLES", "samples"]

# A language and a title in it; each is hard to set in a way of its own.
HARD_TITLES: tuple[tuple[str, str], ...] = ()


def samples() -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what a card of each hard title says, and its language (BCP 47)."""
    for language, title in HARD_TITLES:
        said = {
            "title": title,
            "description": title,
            "quote": title,
            "authors": ["Ada Lovelace", "Mary Somerville"],
            "tags": ["engines", "notes"],
            "category": "Notes",
            "date": "10 July 1843",
            "metadata": {},
        }
        yield said, language
