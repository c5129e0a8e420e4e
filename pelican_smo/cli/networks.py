"""The home of the list of share networks: `pelican-smo networks`."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

import click

from pelican_smo.labels import labels_of
from pelican_smo.share.networks import CATEGORIES, Network, read_networks

__all__ = ["list_networks"]


@click.command("networks")
@click.option("--category", type=click.Choice(CATEGORIES), help="Only those of one category.")
@click.option("--stale", is_flag=True, help="Only those not checked for a year; exit code 1.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def list_networks(category: str | None, stale: bool, as_json: bool) -> None:
    """List the share networks: the ids for SMO_SHARE_NETWORKS, and how things stand with each."""
    oldest = date.today() - timedelta(days=365)
    chosen = [
        network
        for network in read_networks({}).values()
        if category in (None, network.category)
        and not (stale and network.checked and network.checked >= oldest)
    ]
    if as_json:
        click.echo(json.dumps([_row(network) for network in chosen], ensure_ascii=False, indent=1))
    elif chosen:
        _print_table(chosen)
    elif stale:
        click.echo("Every network was checked within the last year.")
    raise SystemExit(1 if stale and chosen else 0)


def _row(network: Network) -> dict[str, object]:
    return {
        "id": network.id,
        "name": _name(network),
        "category": network.category,
        "url": "&".join(map(_with_braces, network.parts)),
        "needs": sorted(network.needs - {"url", "prompt"}),
        "limit": network.limit or None,
        "title_limit": network.title_limit or None,
        "status": network.status,
        "note": network.note,
        "successors": network.successors,
        "source": network.source,
        "checked": network.checked.isoformat() if network.checked else None,
    }


def _name(network: Network) -> str:
    return network.name or str(getattr(labels_of("en"), network.id))


def _with_braces(part: tuple[str, ...]) -> str:
    return "".join(f"{{{piece}}}" if at % 2 else piece for at, piece in enumerate(part))


_NEEDS = {"image": "a picture of the page", "instance": "a server in SMO_SHARE_INSTANCES"}
_STATUS_STYLES = {"limited": "yellow", "retired": "red", "none": "red"}


def _print_table(networks: Iterable[Network]) -> None:
    from rich import box  # noqa: PLC0415  other commands need not wait
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("id", "name", "category", "status"):
        table.add_column(name, no_wrap=True)
    table.add_column("to know", min_width=24)
    for network in networks:
        table.add_row(
            network.id,
            _name(network),
            network.category,
            network.status,
            _to_know(network),
            style=_STATUS_STYLES.get(network.status),
        )
    Console().print(table)


def _to_know(network: Network) -> str:
    facts = [network.note] if network.note else []
    facts += [f"needs {_NEEDS[name]}" for name in sorted(network.needs & set(_NEEDS))]
    if network.successors:
        facts.append(f"instead: {', '.join(network.successors)}")
    return "; ".join(facts)
