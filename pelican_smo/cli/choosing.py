"""The home of which mentions, hosts and authors a command is about."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pelican_smo.cli.failing import failing
from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal, normal_page
from pelican_smo.receiver.store import (
    MODERATIONS,
    PROTOCOLS,
    VERIFICATIONS,
    Filter,
    Mention,
    Store,
    Verification,
)
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.urls import host

__all__ = [
    "ID",
    "NotThereError",
    "check_ids",
    "chosen",
    "database",
    "filter_of",
    "fruitless",
    "listed",
    "opened",
    "ruled",
    "waiting",
]

_MOST_ID = (1 << 63) - 1
ID = click.IntRange(1, _MOST_ID)
# As many as one question to the database may name.
_MOST_IDS = 10_000
_MOST_LISTED = 20
_IDS = re.compile(r"([1-9][0-9]{0,18})(?:-([1-9][0-9]{0,18}))?")
# What our looks ended with for good. It waits for nobody: there is nothing to show.
_FRUITLESS: tuple[Verification, ...] = ("no-link", "gone", "refused", "unreachable")


class NotThereError(click.ClickException):
    """Something asked for was not there: exit code 1, as for findings."""

    exit_code = 1


@contextmanager
def opened(context: click.Context) -> Iterator[SqliteStore]:
    """Open the store that the command was told of; a new file is made by `receive` only."""
    with failing():
        if not context.obj.is_file():
            raise ReceiverError(
                f"{context.obj} does not exist; name the receiver's file with --database"
            )
        store = SqliteStore(context.obj)
        try:
            yield store
        finally:
            store.close()


def database(command: click.Command) -> None:
    """Let ``command`` be told of the database as well, not only the group that it is in."""

    def tell(context: click.Context, _: click.Parameter, path: Path | None) -> None:
        context.obj = path or context.obj

    command.params.append(
        click.Option(
            ["--database"],
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=tell,
            help="SQLite file of the receiver; may stand before the order, too.",
        )
    )


def _ids(context: click.Context, param: click.Parameter, words: Sequence[str]) -> tuple[int, ...]:
    """Return the ids that ``words`` name: 7, or 7,9, or 7-9; each once."""
    ids: dict[int, None] = {}
    for part in (part for word in words for part in word.strip(",").split(",")):
        found = _IDS.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not first <= last <= _MOST_ID:
            raise click.BadParameter(f"{part!r} is none; write 7, or 7,9, or 7-9", context, param)
        if last - first + len(ids) >= _MOST_IDS:
            raise click.BadParameter(f"these are more than {_MOST_IDS}", context, param)
        ids |= dict.fromkeys(range(first, last + 1))
    return tuple(ids)


def chosen(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which a command is told which mentions it is about."""
    for decorate in (
        click.argument("ids", nargs=-1, callback=_ids),
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


def filter_of(options: dict[str, Any], **more: Any) -> Filter:
    """Return the filter that ``options`` mean; raises ReceiverError for what can never match."""
    return Filter(
        ids=options["ids"],
        moderation=options["state"] or "",
        verification=options["check"] or "",
        host=ruled("host", options["host"]) if options["host"] else "",
        author=ruled("author", options["author"]) if options["author"] else "",
        article=options["article"] or "",
        protocol=options["protocol"] or "",
        changed=options["changed"],
        **more,
    )


_EXAMPLES = {
    "host": "b.example",
    "net": "`mentions show` has it, 32 letters and digits",
}


def ruled(scope: str, value: str) -> str:
    """Return ``value`` as rules compare it; raises ReceiverError for what can never match."""
    if scope == "url":
        found = normal_page(value)
    elif scope == "author":
        found = normal(value)
    elif scope == "host":
        page = normal_page(value if "://" in value else f"https://{value}/")
        found = host(page).rstrip(".")
    else:
        found = value.lower() if re.fullmatch(r"[0-9a-fA-F]{32}", value) else ""
    if not found:
        example = _EXAMPLES.get(scope, "https://b.example/")
        raise ReceiverError(f"{value!r} is no {scope}; write it as {example}")
    return found


def waiting(store: Store, most: int = 0) -> list[Mention]:
    """Return what waits for the owner, newest first: ``most`` of it, or all.

    That is not what turned out to be no link, or could not be looked at until we gave it up.
    """
    found = [
        mention
        for check in VERIFICATIONS
        if check not in _FRUITLESS
        for mention in store.mentions(Filter(moderation="pending", verification=check, most=most))
    ]
    found.sort(key=lambda one: (one.last_received, one.id), reverse=True)
    return found[: most or None]


def fruitless(store: Store) -> Counter[str]:
    """Return how many undecided mentions need no decision, by what our looks ended with."""
    return Counter(
        {
            check: count
            for check in _FRUITLESS
            if (count := len(store.mentions(Filter(moderation="pending", verification=check))))
        }
    )


def check_ids(ids: Sequence[int], found: Sequence[Mention]) -> None:
    """Raise NotThereError if one of ``ids`` was not found."""
    missing = sorted(set(ids) - {one.id for one in found})
    if missing:
        raise NotThereError(f"there is no mention {listed(missing)}")


def listed(ids: Sequence[int]) -> str:
    """Return ``ids`` as an order takes them, or the first of many."""
    return ",".join(map(str, ids[:_MOST_LISTED])) + (", …" if len(ids) > _MOST_LISTED else "")
