"""The home of the words that pages print, by language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

__all__ = ["LABELS", "Direction", "Labels", "labels_of", "shipped_labels"]

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The words of one language; ``{0}`` in one of them is the value.

    ``language`` is the one that they are in, English where a page's own has no words, and
    ``direction`` the one it is written in.
    """

    language: str
    direction: Direction
    share: str
    share_on: str
    send_by: str
    save_to: str
    ask: str
    more: str
    email: str
    sms: str
    copy: str
    copied: str
    copy_yourself: str
    link: str
    native: str
    print: str
    qr: str
    qr_code: str
    embed: str
    embed_code: str
    copy_text: str
    webmention: str
    source: str
    send: str
    fediverse: str
    server: str
    remember: str
    no_server: str
    prompt: str
    prompt_shown: str
    retired: str
    page: str
    written_by: str
    reading_time: str
    minutes: str
    responses: str
    likes: str
    reposts: str
    bookmarks: str
    reactions: str
    replies: str
    rsvp_yes: str
    rsvp_maybe: str
    rsvp_no: str
    rsvp_interested: str
    quotations: str
    invitees: str
    mentions: str
    read_on: str
    photo: str


LABELS = tuple(row.name for row in fields(Labels) if row.name != "language")


@cache
def shipped_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the words of ``labels.toml`` by language."""
    text = (files(__package__) / "labels.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def labels_of(language: str, own: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> Labels:
    """Return the words of ``language`` (BCP 47), or the English ones.

    ``own`` are a site's, by language; what a language lacks is taken from the shipped words
    of that language, else from English.
    """
    wanted = (language.lower(), language.lower().partition("-")[0])
    rows = {name.lower(): tuple(row.items()) for name, row in own.items()}
    return _labels(language, tuple(rows[name] for name in dict.fromkeys(wanted) if name in rows))


@lru_cache(maxsize=256)
def _labels(language: str, own: tuple[tuple[tuple[str, str], ...], ...]) -> Labels:
    shipped = shipped_labels()
    base = language.lower().partition("-")[0]
    words = {"direction": "ltr", **shipped["en"], **shipped.get(base, {})}
    for row in reversed(own):
        words |= dict(row)
    direction = words.pop("direction")
    known = base in shipped or bool(own)
    return Labels(
        language=language if known else "en",
        direction="rtl" if direction == get_args(Direction)[1] else "ltr",
        **words,
    )
