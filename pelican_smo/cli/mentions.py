"""The home of moderation at the command line: `pelican-smo mentions …`."""

import getpass
import json
import re
import shutil
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from pelican_smo.cli.failing import failing
from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal_page
from pelican_smo.linkbacks.cleaning import line, lines
from pelican_smo.receiver.export import export
from pelican_smo.receiver.store import (
    MODERATIONS,
    PROTOCOLS,
    VERIFICATIONS,
    Action,
    Filter,
    Mention,
    Rule,
    Scope,
)
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.targets import Targets, file_bytes
from pelican_smo.urls import host

__all__ = ["mentions"]

_ID = click.IntRange(1, (1 << 63) - 1)
# As much of what somebody says as a list needs, and more than anything has that is stored.
_GIST, _ALL = 160, 1 << 20
# What a terminal may obey or turn round, and JSON need not escape.
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@click.group()
@click.option(
    "--database",
    envvar="SMO_DATABASE",
    show_envvar=True,
    type=click.Path(path_type=Path),
    default=Path("mentions.sqlite3"),
    show_default=True,
    help="SQLite file of the receiver.",
)
@click.pass_context
def mentions(context: click.Context, database: Path) -> None:
    """Look at what linked to the site, and decide what its pages show."""
    context.obj = database


@contextmanager
def _opened(context: click.Context) -> Iterator[SqliteStore]:
    """Open the store that the group was told of; a new file is made by `receive` only."""
    with failing():
        if not context.obj.is_file():
            raise ReceiverError(
                f"{context.obj} does not exist; name the receiver's file with --database, "
                "before the word that says what to do"
            )
        store = SqliteStore(context.obj)
        try:
            yield store
        finally:
            store.close()


def _chosen(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which a command is told which mentions it is about."""
    for decorate in (
        click.argument("ids", type=_ID, nargs=-1),
        click.option(
            "--state", type=click.Choice(MODERATIONS), help="Only these; by your decision."
        ),
        click.option(
            "--check", type=click.Choice(VERIFICATIONS), help="Only these; by our last look."
        ),
        click.option("--host", help="Only those from this host."),
        click.option("--author", help="Only those by the author with this URL."),
        click.option("--article", help="Only those to this article, by its id."),
        click.option("--protocol", type=click.Choice(PROTOCOLS), help="Only those that came so."),
        click.option("--changed", is_flag=True, help="Only approved ones that say something new."),
    ):
        command = decorate(command)
    return command


def _filter(chosen: dict[str, Any], **more: Any) -> Filter:
    return Filter(
        ids=chosen["ids"],
        moderation=chosen["state"] or "",
        verification=chosen["check"] or "",
        host=(chosen["host"] or "").lower().rstrip("."),
        author=chosen["author"] or "",
        article=chosen["article"] or "",
        protocol=chosen["protocol"] or "",
        changed=chosen["changed"],
        **more,
    )


# Looking


@mentions.command("list")
@_chosen
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="So many.")
@click.option("--all", "everything", is_flag=True, help="All of them, and erased ones too.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.pass_context
def list_mentions(
    context: click.Context, /, most: int, everything: bool, as_json: bool, **chosen: Any
) -> None:
    """List mentions, newest first: what waits for you, unless you ask for others."""
    with _opened(context) as store:
        asked = any(value for value in chosen.values())
        if not asked and not everything:
            chosen["state"] = "pending"
        found = store.mentions(_filter(chosen, most=0 if everything or as_json else most + 1))
    if as_json:
        _print_json([_row(one) for one in found])
    elif found:
        _print_table(found if everything else found[:most])
        if not everything and len(found) > most:
            click.echo(f"These are the newest {most}; --all shows every one.")
    else:
        click.echo("No mention waits for you." if not asked else "No mention is like that.")


def _print_json(value: object) -> None:
    """Print ``value`` so that a terminal shows what is in it, whatever that is."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _row(mention: Mention) -> dict[str, Any]:
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


def _print_table(found: Sequence[Mention]) -> None:
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


@mentions.command("show")
@click.argument("id", type=_ID)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.pass_context
def show(context: click.Context, id: int, as_json: bool) -> None:
    """Show all that is known of mention ID, what waits for approval, and what was done to it."""
    with _opened(context) as store:
        found = store.mentions(Filter(ids=(id,)))
        if not found:
            raise NotThereError(f"there is no mention {id}; `pelican-smo mentions list --all`")
        history, log = store.history(id), store.log(id)
    row = _row(found[0])
    row["log"] = [
        {"at": _time(one.at), "protocol": one.protocol, "net": one.client, "agent": one.agent}
        for one in log
    ]
    row["history"] = [
        {"at": _time(one.at), "who": one.who, "action": one.action, "note": one.note}
        for one in history
    ]
    if as_json:
        _print_json(row)
    else:
        _print_facts(row)
        _print_log(row)


def _print_facts(row: dict[str, Any]) -> None:
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


def _print_log(row: dict[str, Any]) -> None:
    """Print the messages that told of a mention, and what its owner did with it."""
    click.echo()
    for one in row["log"]:
        agent = f" ({line(one['agent'], _GIST)})" if one["agent"] else ""
        click.echo(f"{_minute(one['at'])}  {one['protocol']} from the net {one['net']}{agent}")
    for one in row["history"]:
        note = f" ({line(one['note'], _ALL)})" if one["note"] else ""
        click.echo(f"{_minute(one['at'])}  {line(one['who'], _GIST)}: {one['action']}{note}")


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


# Deciding


def _ordering(name: Action, done: str, help: str) -> None:
    """Add the command that gives the order ``name`` about many mentions at once."""

    @mentions.command(name, help=help)
    @_chosen
    @click.option("--all", "everything", is_flag=True, help="All that wait for you.")
    @click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
    @click.pass_context
    def order(context: click.Context, /, everything: bool, as_json: bool, **chosen: Any) -> None:
        if not everything and not any(chosen.values()):
            raise click.UsageError("name the mentions: by ids, by a filter, or --all")
        if everything and not chosen["state"]:
            chosen["state"] = "pending"
        with _opened(context) as store:
            meant = store.mentions(_filter(chosen))
            if name == "approve" and not (chosen["ids"] or chosen["state"]):
                # A filter says whom he likes; what he refused of them before stays refused.
                meant = [one for one in meant if one.moderation in ("pending", "approved")]
            count = store.moderate(meant, name, _who(), time.time())
        if as_json:
            _print_json({"changed": count, "ids": [one.id for one in meant]})
        else:
            click.echo(f"{done} {count} of {len(meant)} mentions.")
        _check_ids(chosen["ids"], meant)


def _check_ids(ids: Sequence[int], found: Sequence[Mention]) -> None:
    missing = sorted(set(ids) - {one.id for one in found})
    if missing:
        raise NotThereError(f"there is no mention {', '.join(map(str, missing))}")


class NotThereError(click.ClickException):
    """Something asked for was not there: exit code 1, as for findings."""

    exit_code = 1


_ordering("approve", "Approved", "Show mentions on the page, with what they say now.")
_ordering("reject", "Rejected", "Show them never; what their senders send again changes nothing.")
_ordering("spam", "Marked as spam", "As reject, and say why.")
_ordering("erase", "Erased", "Forget every word of them, and of what their authors send again.")


@mentions.command("recheck")
@_chosen
@click.pass_context
def recheck(context: click.Context, /, **chosen: Any) -> None:
    """Have their sources read again as soon as may be."""
    if not any(chosen.values()):
        raise click.UsageError("name the mentions: by ids or by a filter")
    with _opened(context) as store:
        meant = store.mentions(_filter(chosen))
        count = store.recheck(meant, _who(), time.time())
    click.echo(f"The sources of {count} mentions will be read again.")
    _check_ids(chosen["ids"], meant)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


# Rules


def _ruling(action: Any, help: str) -> None:
    """Add the command that lets something through, or keeps it out."""

    @mentions.command(action, help=help)
    @click.argument("values", nargs=-1, required=True)
    @click.option(
        "--scope",
        type=click.Choice(get_args(Scope)),
        default="host",
        show_default=True,
        help="What they are: hosts, URLs of authors, beginnings of addresses, or nets as `show` has them.",
    )
    @click.option("--note", default="", help="Why, for yourself.")
    @click.option("--remove", is_flag=True, help="Take the rule back.")
    @click.pass_context
    def rule(
        context: click.Context, values: tuple[str, ...], scope: Any, note: str, remove: bool
    ) -> None:
        with _opened(context) as store:
            for value in (_ruled(scope, value) for value in values):
                if remove:
                    if not store.drop_rule(scope, value, _who(), time.time()):
                        raise NotThereError(f"there is no rule about the {scope} {value}")
                    continue
                store.add_rule(
                    Rule(scope=scope, value=value, action=action, note=note, at=time.time()),
                    _who(),
                )
                if action == "block" and scope == "host":
                    waiting = store.mentions(Filter(moderation="pending", host=value))
                    store.moderate(waiting, "spam", _who(), time.time())
            _print_rules(store.rules())


def _ruled(scope: str, value: str) -> str:
    """Return ``value`` as rules compare it; raises ReceiverError for what can never match."""
    if scope in ("url", "author"):
        found = normal_page(value)
    elif scope == "host":
        page = normal_page(value if "://" in value else f"https://{value}/")
        found = host(page).rstrip(".")
    else:
        found = value
    if not found:
        example = "b.example" if scope == "host" else "https://b.example/"
        raise ReceiverError(f"{value!r} is no {scope}; write it as {example}")
    return found


def _print_rules(rules: Sequence[Rule]) -> None:
    for rule in rules:
        note = f"  ({line(rule.note, _GIST)})" if rule.note else ""
        click.echo(f"{rule.action:>6}  {rule.scope} {line(rule.value, _ALL)}{note}")
    if not rules:
        click.echo("There are no rules.")


_ruling("allow", "Let mentions of these through unseen, once they are verified.")
_ruling("block", "Take nothing from these; what waits from a blocked host becomes spam.")


@mentions.command("rules")
@click.pass_context
def list_rules(context: click.Context) -> None:
    """List whom you let through and whom you keep out."""
    with _opened(context) as store:
        _print_rules(store.rules())


# Files


@mentions.command("export")
@click.argument("file", type=click.Path(path_type=Path), default=Path("mentions.json"))
@click.option(
    "--targets",
    help="The site's smo/targets.json, for today's addresses.",
    type=click.Path(path_type=Path),
)
@click.option("--force", is_flag=True, help="Write it even if it loses more than half.")
@click.pass_context
def export_mentions(context: click.Context, file: Path, targets: Path | None, force: bool) -> None:
    """Write what is approved to FILE, for the next build: set SMO_MENTIONS to it."""
    with _opened(context) as store:
        known = Targets.read(file_bytes(targets), str(targets)) if targets else None
        count = export(store, known, file, force=force)
    click.echo(f"{file} has {count} mentions.")


@mentions.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Copy the database to FILE while the receiver goes on. To restore, put it in its place."""
    with _opened(context) as store:
        store.backup(file)
    click.echo(f"{file} holds everything.")
