"""The home of moderation at the command line: `pelican-smo mentions …`."""

import getpass
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import click

from pelican_smo.cli.choosing import (
    ID,
    NotThereError,
    check_ids,
    chosen,
    database,
    filter_of,
    fruitless,
    listed,
    opened,
    ruled,
    waiting,
)
from pelican_smo.cli.printing import (
    counted,
    events,
    print_events,
    print_facts,
    print_json,
    print_rules,
    print_table,
    reason,
    row,
)
from pelican_smo.receiver.export import export
from pelican_smo.receiver.moderate import verdict
from pelican_smo.receiver.store import (
    EVERY,
    Action,
    Filter,
    Mention,
    Moderation,
    Rule,
    Scope,
    Store,
)
from pelican_smo.receiver.targets import Targets, file_bytes

__all__ = ["mentions"]


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


# Looking


@mentions.command("list")
@chosen
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="So many.")
@click.option("--all", "everything", is_flag=True, help="All of them, and erased ones too.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.option("--quiet", is_flag=True, help="Not a word if there is none: cron sends no mail then.")
@click.pass_context
def list_mentions(
    context: click.Context,
    /,
    most: int,
    everything: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """List mentions, newest first: what waits for you, unless you ask for others."""
    asked = any(options.values())
    limit = 0 if everything or as_json else most + 1
    with opened(context) as store:
        if asked or everything:
            found, rest = store.mentions(filter_of(options, most=limit)), Counter[str]()
        else:
            found, rest = waiting(store, limit), fruitless(store)
    if quiet and not found:
        return
    if as_json:
        print_json([row(one) for one in found])
        return
    if found:
        print_table(found if everything else found[:most])
    else:
        click.echo("No mention is like that." if asked else "No mention waits for you.")
    if limit and len(found) > most:
        click.echo(f"These are the newest {most}; --all shows every one.")
    if rest:
        checks = ", ".join(f"{count} {check}" for check, count in rest.items())
        click.echo(
            f"Not listed, as there is nothing to decide: {checks}. "
            f"See them with --check {next(iter(rest))}, or everything with --all."
        )


@mentions.command("show")
@click.argument("id", type=ID)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.pass_context
def show(context: click.Context, id: int, as_json: bool) -> None:
    """Show all that is known of mention ID, what waits for approval, and what was done to it."""
    with opened(context) as store:
        found = store.mentions(Filter(ids=(id,)))
        check_ids((id,), found)
        history, log = store.history(id), store.log(id)
    facts = row(found[0])
    if as_json:
        print_json(facts | events(history, log))
    else:
        print_facts(facts)
        print_events(history, log)


# Deciding


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What can be done with mentions, and how it is said that it was."""

    action: Action
    state: Moderation
    done: str
    help: str


_ORDERS = (
    _Order(
        action="approve",
        state="approved",
        done="Approved",
        help="Show mentions on the page, with what they say now.",
    ),
    _Order(
        action="reject",
        state="rejected",
        done="Rejected",
        help="Show them never; what their senders send again changes nothing.",
    ),
    _Order(
        action="spam",
        state="spam",
        done="Marked as spam",
        help="The same as reject, and recorded as spam.",
    ),
    _Order(
        action="erase",
        state="erased",
        done="Erased",
        help="Forget every word of them for good, and of what their authors send again.",
    ),
)


_IDS = "IDS are the numbers that `list` has: 7 9, or 7,9, or 7-9."


def _ordering(order: _Order) -> None:
    """Add the command that gives ``order`` about many mentions at once."""

    @mentions.command(order.action, help=f"{order.help}\n\n{_IDS}")
    @chosen
    @click.option(
        "--all",
        "everything",
        is_flag=True,
        help="All that wait for you."
        if order.action != "approve"
        else "All that wait for you and were verified.",
    )
    @click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
    @click.option("--yes", is_flag=True, hidden=order.action != "erase", help="Do not ask.")
    @click.pass_context
    def give(
        context: click.Context, /, everything: bool, as_json: bool, yes: bool, **options: Any
    ) -> None:
        if not everything and not any(options.values()):
            raise click.UsageError("name the mentions: by ids, by a filter, or --all")
        named = bool(options["ids"])
        with opened(context) as store:
            meant, left = _meant(store, order, options, everything=everything)
            if order.action == "erase" and meant and not (named or yes):
                click.confirm(f"Erase {counted(len(meant))} for good?", abort=True, err=True)
            count = store.moderate(meant, order.action, _who(), time.time())
            if order.action == "erase" and options["author"]:
                store.bar_author(options["author"], _who(), time.time())
        if as_json:
            ids, others = ([one.id for one in some] for some in (meant, left))
            print_json({"changed": count, "ids": ids, "left": others})
        else:
            click.echo("\n".join(_done(order, count, meant, left, named=named)))
        check_ids(options["ids"], meant)


for _order in _ORDERS:
    _ordering(_order)


def _meant(
    store: Store, order: _Order, options: dict[str, Any], *, everything: bool
) -> tuple[list[Mention], list[Mention]]:
    """Return the mentions that an order is about, and those that it leaves for want of a link.

    Raises NotThereError where ``options`` mean none.
    """
    filter = filter_of(options)
    found = store.mentions(
        replace(filter, moderation="pending") if everything and not filter.moderation else filter
    )
    if not found:
        check_ids(filter.ids, found)
    if not found and filter != EVERY:
        raise NotThereError("no mention is like that")
    if order.action != "approve" or filter.ids:
        return found, []
    if not filter.moderation:
        # A filter says whom he likes; what he refused of them before stays refused.
        found = [one for one in found if one.moderation in ("pending", "approved")]
    if filter.verification:
        return found, []
    sure = [one for one in found if _is_sure(one)]
    return sure, [one for one in found if not _is_sure(one)]


def _is_sure(mention: Mention) -> bool:
    return mention.verification == "verified" or mention.moderation == "approved"


def _done(
    order: _Order, count: int, meant: Sequence[Mention], left: Sequence[Mention], *, named: bool
) -> list[str]:
    """Return in words what an order did, and what it did not, and why."""
    total = len(meant) + len(left)
    if not total:
        return ["No mention waits for you."]
    of = "" if count == total else f"{count} of "
    told = [f"{order.done} {of}{counted(total)}."]
    if count < len(meant):
        # Nothing is done a second time, and nothing at all to what was erased.
        states = Counter(one.moderation for one in meant)
        told += [
            f"{_were(states[state])} {state} before."
            for state in sorted({order.state, "erased"} & set(states))
        ]
    if left:
        reasons = Counter(one.verification for one in left)
        checks = ", ".join(f"{number} {check}" for check, number in sorted(reasons.items()))
        told.append(
            f"{_were(len(left))} left: not verified ({checks}); "
            f"name {'it' if len(left) == 1 else 'them'} by id to approve all the same."
        )
    if named and order.action == "approve":
        told += [
            _unverified(one)
            for one in meant
            if one.verification != "verified" and one.moderation != "erased"
        ]
    return told


def _were(number: int) -> str:
    return f"{number} {'was' if number == 1 else 'were'}"


def _unverified(mention: Mention) -> str:
    """Return what comes of approving a mention of which we saw no link, or not lately."""
    if mention.verification in ("no-link", "gone"):
        return f"{mention.id} has no link ({reason(mention)}): it is not shown until we find one."
    shown = "what it last said" if mention.reading else "its host and no word"
    return f"{mention.id} is not verified ({reason(mention)}): the page shows {shown}."


@mentions.command("recheck")
@chosen
@click.pass_context
def recheck(context: click.Context, /, **options: Any) -> None:
    """Have their sources read again as soon as may be."""
    if not any(options.values()):
        raise click.UsageError("name the mentions: by ids or by a filter")
    with opened(context) as store:
        meant = store.mentions(filter_of(options))
        count = store.recheck(meant, _who(), time.time())
    if meant:
        sources = "The source" if count == 1 else "The sources"
        click.echo(f"{sources} of {counted(count)} will be read again.")
    check_ids(options["ids"], meant)
    if not meant:
        raise NotThereError("no mention is like that")


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


# Rules


def _ruling(action: Literal["allow", "block"], help: str) -> None:
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
        with opened(context) as store:
            rules = [
                Rule(scope=scope, value=value, action=action, note=note, at=time.time())
                for value in [ruled(scope, value) for value in values]
            ]
            for one in rules:
                if remove:
                    _take_back(store, one)
                else:
                    store.add_rule(one, _who())
            print_rules(store.rules())
            if action == "block" and not remove:
                _clear_away(store, rules)


def _take_back(store: Store, rule: Rule) -> None:
    known = {(one.scope, one.value): one.action for one in store.rules()}
    found = known.get((rule.scope, rule.value))
    if found is None:
        raise NotThereError(f"there is no rule about the {rule.scope} {rule.value}")
    if found != rule.action:
        raise NotThereError(f"{rule.value} is {found}ed, not {rule.action}ed")
    store.drop_rule(rule.scope, rule.value, _who(), time.time())


def _clear_away(store: Store, rules: Sequence[Rule]) -> None:
    """Make spam of what waits from where the new ``rules`` keep out; tell what stays."""
    every = store.rules()
    waits = [one for one in store.mentions(Filter(moderation="pending")) if _is_out(one, every)]
    if count := store.moderate(waits, "spam", _who(), time.time()):
        click.echo(f"{counted(count)} that waited {'is' if count == 1 else 'are'} spam now.")
    stays = [one for one in store.mentions(Filter(moderation="approved")) if _is_out(one, rules)]
    if stays:
        ids = listed([one.id for one in stays])
        click.echo(f"What you approved of stays; to take it off: reject {ids}")


def _is_out(mention: Mention, rules: Sequence[Rule]) -> bool:
    return (
        verdict(mention, mention.reading, rules, approved_before=0, trust_after=0, signals=())
        == "block"
    )


_ruling("allow", "Let mentions of these through unseen, once they are verified.")
_ruling("block", "Take nothing from these; what waits from them becomes spam.")


@mentions.command("rules")
@click.pass_context
def list_rules(context: click.Context) -> None:
    """List whom you let through and whom you keep out."""
    with opened(context) as store:
        print_rules(store.rules())


# Files


@mentions.command("export")
@click.argument("file", type=click.Path(path_type=Path), default=Path("mentions.json"))
@click.option(
    "--targets",
    help="The site's smo/targets.json, for today's addresses.",
    type=click.Path(path_type=Path),
)
@click.option("--force", is_flag=True, help="Write it even over the file of another database.")
@click.pass_context
def export_mentions(context: click.Context, file: Path, targets: Path | None, force: bool) -> None:
    """Write what is approved to FILE, for the next build: set SMO_MENTIONS to it."""
    with opened(context) as store:
        known = Targets.read(file_bytes(targets), str(targets)) if targets else None
        count = export(store, known, file, force=force)
    click.echo(f"{file} has {counted(count)}.")


@mentions.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Copy the database to FILE while the receiver goes on. To restore, put it in its place."""
    with opened(context) as store:
        store.backup(file)
    click.echo(f"{file} holds everything.")


for _command in mentions.commands.values():
    database(_command)
