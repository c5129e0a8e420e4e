"""The home of accepted mentions as values: JF2 files -> Mention, by the article they are for."""

import gc
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pelican_smo.linkbacks.reading import Author
from pelican_smo.mentions.cleaning import line, lines, page_key, web
from pelican_smo.report import Report
from pelican_smo.text import cut

__all__ = ["KINDS", "Kind", "Mention", "Mentions"]

Kind = Literal[
    "like", "repost", "bookmark", "reaction", "rsvp", "reply", "quotation", "invitee", "mention"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KIND_OF: Mapping[str, Kind] = {
    "like-of": "like",
    "repost-of": "repost",
    "bookmark-of": "bookmark",
    "in-reply-to": "reply",
    "rsvp": "rsvp",
    "quotation-of": "quotation",
    "invitee": "invitee",
}
RSVPS = ("yes", "maybe", "no", "interested")

# What is worth keeping of strangers' words (the receiver cuts at the same places), and reading.
_NAME, _AUTHOR, _TEXT, _HTML = 200, 100, 5_000, 10_000
_MAX_FILE = 64 << 20
_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*")
_LONGEST_EMOJI, _LONGEST_TAG, _LONGEST_DATE = 32, 35, 64
_PUBLIC = (None, False, 0, "", "false", "0")
_SKEW = timedelta(days=1)
_EXPORT = "write it anew with `pelican-smo mentions export`"
_NOBODY = Author()


class Mention(NamedTuple):
    """What one page says about an article: plain text, http(s) URLs, harmless as values.

    ``source`` is the page that was sent, ``url`` where to read it, ``html`` markup that is not
    clean yet, ``photo`` what a picture without words shows. ``folder`` is where the path
    ``author.photo`` begins. ``published`` is when it says so itself, else when it came, if
    that is known; ``number`` orders those of one time.
    """

    kind: Kind
    source: str
    url: str
    author: Author = _NOBODY
    name: str = ""
    text: str = ""
    html: str = ""
    summary: str = ""
    photo: str | None = None
    rsvp: str = ""
    language: str = ""
    protocol: str = ""
    published: datetime | None = None
    number: int = 0
    folder: Path = Path()


class _Row(NamedTuple):
    """An entry of a file that has a source and a target, not looked at any further yet."""

    source: str
    received: datetime | None
    folder: Path
    entry: Mapping[str, Any]


class Mentions:
    """The accepted mentions of a site, read from its files when somebody first asks.

    ``files`` that are missing are worth a warning only if ``expected``. ``ids`` are those of
    the site's articles, ``now`` is the time of the build.
    """

    def __init__(
        self,
        files: Sequence[Path],
        report: Report,
        *,
        expected: bool,
        ids: Callable[[], Collection[str]],
        now: datetime,
    ) -> None:
        self._report, self._expected, self._latest = report, expected, now + _SKEW
        self._by_id: dict[str, list[_Row]] = {}
        self._by_address: dict[str, list[_Row]] = {}
        self._known: dict[str, tuple[Mention, ...]] = {}
        self._asked: set[str] = set()
        known = None
        for file in files:
            if (children := self._children(file)) is not None:
                known = ids() if known is None else known
                self._sort_in(file, children, known)

    def __bool__(self) -> bool:
        """Tell whether there is any mention."""
        return bool(self._by_id or self._by_address)

    def of(self, identifier: str, addresses: Iterable[str]) -> tuple[Mention, ...]:
        """Return the mentions of the article ``identifier`` at ``addresses``, oldest first.

        Of two from one source the one received last is there, of two that say nothing of
        that the later in the files.
        """
        if identifier not in self._known:
            self._known[identifier] = self._read(identifier, addresses)
        return self._known[identifier]

    def _read(self, identifier: str, addresses: Iterable[str]) -> tuple[Mention, ...]:
        keys = dict.fromkeys(map(page_key, addresses))
        self._asked.update(keys)
        rows = [*self._by_id.get(identifier, ())]
        rows += (row for key in keys for row in self._by_address.get(key, ()))
        last: dict[str, _Row] = {}
        for row in rows:
            before = last.get(row.source)
            if before is None or not _is_earlier(row.received, before.received):
                last[row.source] = row
        found = (_mention(row, self._latest) for row in last.values())
        return tuple(sorted(found, key=_order))

    def left(self) -> int:
        """Return how many entries nobody has asked for."""
        of_ids = (rows for name, rows in self._by_id.items() if name not in self._known)
        of_addresses = (rows for key, rows in self._by_address.items() if key not in self._asked)
        return sum(map(len, (*of_ids, *of_addresses)))

    # Files

    def _children(self, file: Path) -> Sequence[Any] | None:
        """Return the entries of ``file``, None where it has none to offer."""
        remedy = _EXPORT
        try:
            return _entries(file)
        except FileNotFoundError:
            if not self._expected:
                return None
            problem = "is not there"
            remedy = "write it with `pelican-smo mentions export`, or leave SMO_MENTIONS out"
        except OSError as error:
            problem = f"cannot be read: {error.strerror or error}"
        except (ValueError, RecursionError) as error:
            problem = f"is no JF2 feed: {error}"
        self._report.add("warning", str(file), problem, remedy)
        return None

    def _sort_in(self, file: Path, children: Sequence[Any], ids: Collection[str]) -> None:
        wrong: list[int] = []
        for number, entry in enumerate(children, 1):
            if isinstance(entry, dict) and entry.get("wm-private") not in _PUBLIC:
                continue
            if not isinstance(entry, dict) or not self._sorted_in(file.parent, entry, ids):
                wrong.append(number)
        if wrong:
            self._report.add(
                "warning",
                str(file),
                f"{len(wrong)} of {len(children)} entries cannot be used, for they do not say "
                f"by web addresses who links to what; the first is number {wrong[0]}",
                _EXPORT,
            )

    def _sorted_in(self, folder: Path, entry: Mapping[str, Any], ids: Collection[str]) -> bool:
        """Put ``entry`` where its article will look for it; tell whether that can be."""
        source = _source(entry)
        if not source:
            return False
        row = _Row(source, _moment(entry.get("wm-received"), self._latest), folder, entry)
        identifier = entry.get("smo-article")
        if isinstance(identifier, str) and identifier in ids:
            self._by_id.setdefault(identifier, []).append(row)
            return True
        key = page_key(entry.get("wm-target"))
        if key:
            self._by_address.setdefault(key, []).append(row)
        return bool(key)


def _entries(file: Path) -> Sequence[Any]:
    """Return the entries of the JF2 feed ``file``.

    Raises OSError as the system does, ValueError or RecursionError for what is none.
    """
    if file.stat().st_size > _MAX_FILE:
        raise ValueError(f"it is larger than {_MAX_FILE >> 20} MB")
    data = _parsed(file.read_bytes().decode("utf-8-sig", "replace"))
    children = data.get("children") if isinstance(data, dict) else data
    if not isinstance(children, list):
        raise ValueError('it has no list of "children"')  # noqa: TRY004  all of it is the file's
    return children


def _parsed(text: str) -> Any:
    # Of what JSON makes all is kept: looking for garbage meanwhile takes longer than the rest.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return json.loads(text)
    finally:
        if was_enabled:
            gc.enable()


def _source(entry: Mapping[str, Any]) -> str:
    return web(entry.get("wm-source")) or web(entry.get("url"))


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is None and other is not None
    return one < other


_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def _order(mention: Mention) -> tuple[datetime, int, str]:
    return mention.published or _NEVER, mention.number, mention.source


# Entries


def _mention(row: _Row, latest: datetime) -> Mention:
    entry = row.entry
    text, html = _content(entry.get("content"))
    # Of what came, nothing was published more than a day later, whatever it says.
    limit = row.received + _SKEW if row.received else latest
    number = entry.get("wm-id")
    url = entry.get("url")
    name = line(_one(entry.get("name")))
    rsvp = _one(entry.get("rsvp"))
    rsvp = rsvp.strip().lower() if isinstance(rsvp, str) else ""
    return Mention(
        kind=_kind(entry, text or name, rsvp),
        source=row.source,
        url=row.source if url == row.source else web(_one(url)) or row.source,
        author=_author(entry.get("author")),
        name=cut(name, _NAME),
        text=text,
        html=html,
        summary=cut(lines(_one(entry.get("summary"))), _TEXT),
        photo=_photo(entry.get("photo")),
        rsvp=rsvp if rsvp in RSVPS else "",
        language=_language(entry.get("lang")),
        protocol=line(entry.get("wm-protocol")),
        published=_moment(entry.get("published"), limit) or row.received,
        number=number if isinstance(number, int) else 0,
        folder=row.folder,
    )


def _kind(entry: Mapping[str, Any], text: str, rsvp: str) -> Kind:
    claimed = entry.get("wm-property")
    kind = _KIND_OF.get(claimed, "mention") if isinstance(claimed, str) else "mention"
    if kind == "rsvp" and rsvp not in RSVPS:
        return "reply"
    return "reaction" if kind == "reply" and _is_emoji(text) else kind


def _is_emoji(text: str) -> bool:
    """Tell whether ``text`` is one emoji and nothing else: a reaction ("reacji")."""
    if not text or len(text) > _LONGEST_EMOJI or text.isascii():
        return False
    grapheme, emoji = _emoji()
    return bool(grapheme.fullmatch(text) and emoji.search(text))


@cache
def _emoji() -> tuple[Any, Any]:
    import regex  # noqa: PLC0415  an import that most builds never need

    found = r"\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{RI}\p{RI}"
    return regex.compile(r"\X"), regex.compile(found)


def _one(value: Any) -> Any:
    """Return the first of several values, of a value with more to it (MF-6) the value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get("value") if isinstance(value, dict) else value


def _content(value: Any) -> tuple[str, str]:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return cut(lines(value), _TEXT), ""
    # Older services name a type, and have the one text under "value".
    is_html = value.get("content-type") == "text/html"
    html = value.get("html") or (value.get("value") if is_html else "")
    text = lines(value.get("text")) or ("" if is_html else lines(value.get("value")))
    return cut(text, _TEXT), html if isinstance(html, str) and len(html) <= _HTML else ""


def _author(value: Any) -> Author:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return Author(name=cut(line(value), _AUTHOR))
    photo = _one(value.get("photo"))
    return Author(
        name=cut(line(_one(value.get("name"))), _AUTHOR),
        url=web(_one(value.get("url"))),
        photo=photo if isinstance(photo, str) else "",
    )


def _photo(value: Any) -> str | None:
    """Return what the picture ``value`` shows, as far as that is known; None for no picture."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not value or not isinstance(value, (str, dict)):
        return None
    return cut(line(value.get("alt")), _NAME) if isinstance(value, dict) else ""


def _language(value: Any) -> str:
    is_one = isinstance(value, str) and len(value) <= _LONGEST_TAG and _LANGUAGE.fullmatch(value)
    return value if is_one else ""


_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def _moment(value: Any, latest: datetime) -> datetime | None:
    """Return the time that ``value`` states with its offset, if it is one that can be (MF-5)."""
    if not isinstance(value, str) or len(value) > _LONGEST_DATE:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not _EARLIEST <= moment <= latest:
            return None
    except (ValueError, OverflowError):
        return None
    return moment
