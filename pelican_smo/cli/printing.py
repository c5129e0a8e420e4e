"""The home of how mentions look on a terminal, and to other programs."""

import json
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from pelican_smo.linkbacks.cleaning import line, lines
from pelican_smo.receiver.store import Audited, Logged, Mention, Rule

__all__ = [
    "counted",
    "events",
    "print_events",
    "print_facts",
    "print_json",
    "print_rules",
    "print_table",
    "reason",
    "row",
]

# As much of what somebody says as a list needs, and more than anything has that is stored.
_GIST, _ALL = 160, 1 << 20
# What a terminal may obey or turn round, and JSON need not escape.
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def counted(number: int, word: str = "mention") -> str:
    """Return so many of ``word``, in words: 1 mention, 2 mentions."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def reason(mention: Mention) -> str:
    """Return why a mention is not verified, on one line."""
    return line(mention.reason, _GIST) or mention.verification


def print_json(value: object) -> None:
    """Print ``value`` so that a terminal shows what is in it, whatever that is."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def row(mention: Mention) -> dict[str, Any]:
    """Return a mention as other programs read it."""
    return {
        "id": mention.id,
        "source": mention.source,
        "target": mention.target,
        "article": mention.article,
        "protocols": mention.protocols,
        "state": mention.moderation,
        "check": mention.verification,
        "reason": mention.reason,
        "published": mention.is_published,
        "changed": mention.has_changed,
        "signals": mention.signals,
        "claims": dict(mention.claims),
        "reading": mention.reading.as_json() if mention.reading else None,
        "shown": mention.shown.as_json() if mention.shown else None,
        "received": _time(mention.first_received),
        "last_received": _time(mention.last_received),
        "checked": _time(mention.checked) if mention.checked else None,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


_STATE_STYLES = {"approved": "green", "rejected": "dim", "spam": "dim", "erased": "dim"}


def print_table(found: Sequence[Mention]) -> None:
    """Print mentions, a few lines each."""
    from rich import box  # noqa: PLC0415  other commands need not wait
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", justify="right", no_wrap=True)
    for name in ("kind", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("who says what, and where", overflow="fold")
    for one in found:
        table.add_row(
            str(one.id),
            _kind(one),
            "\n".join(
                (one.moderation, one.verification, *(["changed"] if one.has_changed else []))
            ),
            escape(_said(one)),
            style=_STATE_STYLES.get(one.moderation),
            end_section=True,
        )
    Console().print(table)


def _kind(mention: Mention) -> str:
    if mention.reading is None:
        return mention.protocols[0]
    return mention.reading.property.removesuffix("-of").replace("in-reply-to", "reply")


def _said(mention: Mention) -> str:
    """Return who says what and where, in lines of plain text that no terminal obeys."""
    reading = mention.reading
    claims = mention.claims
    who = (reading.author.name if reading else "") or claims.get("blog_name", "")
    words = (reading.text or reading.name) if reading else claims.get("excerpt", "")
    received = _minute(_time(mention.last_received))
    told = [
        ": ".join(filter(None, (line(who, _GIST), line(words, _GIST)))),
        line(mention.source, _ALL),
        f"{received} → {line(mention.target, _ALL)}" if mention.target else received,
    ]
    told += [f"! {line(signal, _ALL)}" for signal in mention.signals]
    if mention.reason and not mention.signals:
        told.append(f"({line(mention.reason, _ALL)})")
    return "\n".join(filter(None, told))


def _minute(time: str) -> str:
    """Return an ISO 8601 ``time`` as people read it."""
    return time[:16].replace("T", " ")


def print_facts(row: dict[str, Any]) -> None:
    """Print all that is known of a mention."""
    for name in ("source", "target", "article", "state", "check", "reason"):
        _print_fact(name, row[name])
    for name in ("received", "checked"):
        _print_fact(name, _minute(row[name] or ""))
    _print_fact("came as", ", ".join(row["protocols"]))
    for name, claim in row["claims"].items():
        _print_fact(name, claim)
    for signal in row["signals"]:
        _print_fact("!", signal)
    for title, reading in (("says", row["reading"]), ("shown", row["shown"])):
        if reading and (title == "says" or reading != row["reading"]):
            click.echo(f"\n{title}:")
            for name, value in _flat(reading):
                _print_fact(name, value)


def events(history: Sequence[Audited], log: Sequence[Logged]) -> dict[str, Any]:
    """Return what was done to a mention, and what told of it, as other programs read it."""
    return {
        "log": [
            {"at": _time(one.at), "protocol": one.protocol, "net": one.client, "agent": one.agent}
            for one in log
        ],
        "history": [
            {"at": _time(one.at), "who": one.who, "action": one.action, "note": one.note}
            for one in history
        ],
    }


def print_events(history: Sequence[Audited], log: Sequence[Logged]) -> None:
    """Print the messages that told of a mention and what was done to it, in their order."""
    told = [(one.at, f"{one.protocol} from the net {one.client}", one.agent) for one in log]
    told += [(one.at, f"{line(one.who, _GIST)}: {one.action}", one.note) for one in history]
    click.echo()
    for at, what, note in sorted(told, key=lambda one: one[0]):
        more = f" ({line(note, _ALL)})" if note else ""
        click.echo(f"{_time(at)[:19].replace('T', ' ')}  {what}{more}")


def _print_fact(name: str, value: str) -> None:
    """Print what ``name`` is, if it is anything; the lines of a long one hang below each other."""
    wrap = textwrap.TextWrapper(
        max(shutil.get_terminal_size().columns, 40),
        initial_indent=f"{name:>10}  ",
        subsequent_indent=" " * 12,
        break_long_words=False,  # an address is copied more easily as it is
        break_on_hyphens=False,
    )
    for text in filter(None, lines(value, _ALL).split("\n")):
        click.echo(wrap.fill(text))
        wrap.initial_indent = wrap.subsequent_indent


def _flat(reading: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in reading.items():
        if name == "author":
            yield "author", " ".join(value.values())
        elif name != "html" or "text" not in reading:
            yield name, str(value)


def print_rules(rules: Sequence[Rule]) -> None:
    """Print whom the owner lets through and whom he keeps out."""
    for rule in rules:
        note = f"  ({line(rule.note, _GIST)})" if rule.note else ""
        click.echo(f"{rule.action:>6}  {rule.scope} {line(rule.value, _ALL)}{note}")
    if not rules:
        click.echo("There are no rules.")
