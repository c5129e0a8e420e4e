"""The home of the commands that go on until they are stopped: preview and receive."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pelican_smo.cli.failing import failing, needs
from pelican_smo.preview import preview

__all__ = ["preview_site", "receive_linkbacks"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.command("preview")
@click.argument("site", type=click.Path(path_type=Path), default=".")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("-b", "--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--receiver-port",
    type=click.IntRange(0, 65535),
    default=8030,
    show_default=True,
    help="Port of the receiver that runs beside it, if the site sets SMO_LINKBACK_ENDPOINT; 0: none.",
)
def preview_site(site: Path, port: int, bind: str, receiver_port: int) -> None:
    """Build SITE and serve it, again after each change.

    SITE is a folder that holds a pelicanconf.py, or a settings file; else this folder. What
    links to the preview from this machine can tell it so, and shows on its pages once approved.
    """
    with failing():
        preview(site, port, bind, receiver_port)


def _option(name: str, help: str, **how: Any) -> Callable[[_Command], _Command]:
    """Return an option that may come from the environment too: --public-url, SMO_PUBLIC_URL."""
    variable = f"SMO_{name.strip('-').replace('-', '_').upper()}"
    return click.option(name, envvar=variable, show_envvar=True, help=help, **how)


@click.command("receive")
@_option(
    "--database",
    "SQLite file that keeps everything.",
    type=click.Path(path_type=Path),
    default=Path("mentions.sqlite3"),
    show_default=True,
)
@_option(
    "--targets", "Where the site's smo/targets.json is: a file, or its address.", required=True
)
@_option(
    "--public-url", "How the world reaches this receiver: SMO_LINKBACK_ENDPOINT.", required=True
)
@_option("--bind", "Address to listen on.", default="127.0.0.1", show_default=True)
@_option(
    "--port", "Port to listen on.", type=click.IntRange(1, 65535), default=8030, show_default=True
)
@_option(
    "--export",
    "Keep this mentions.json up to date, for the next build.",
    type=click.Path(path_type=Path),
)
@_option(
    "--trust-after",
    "Let a host through after so many approved mentions; 0: never.",
    type=click.IntRange(0),
    default=1,
    show_default=True,
)
@_option(
    "--contact",
    "Page or address that sources are told when we visit; else the public URL.",
    default="",
)
@_option("--also", "Another address of the whole site, such as a preview's.", multiple=True)
@_option(
    "--per-minute",
    "Messages a minute from one network; 0: no limit.",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
)
@_option(
    "--per-host",
    "Messages an hour about pages of one host; 0: no limit.",
    type=click.FloatRange(0),
    default=60,
    show_default=True,
)
@_option(
    "--spacing",
    "Seconds between two visits to one host.",
    type=click.FloatRange(0),
    default=1,
    show_default=True,
)
@_option(
    "--workers",
    "Sources to visit at once.",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
)
@_option(
    "--allow-network",
    "Visit sources in this private network too, such as 127.0.0.0/8.",
    multiple=True,
)
@_option("--any-port", "Visit sources on any port.", is_flag=True)
def receive_linkbacks(**chosen: Any) -> None:
    """Receive linkbacks for a site: Webmention, Pingback and TrackBack.

    Run it behind a web server that speaks https. What comes is kept in the database, looked
    at, and waits for you: see `pelican-smo mentions --help`.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with failing():
        with needs("linkbacks"):
            from pelican_smo.receiver.serve import Options, receive  # noqa: PLC0415  an extra
        options = Options(allow_networks=chosen.pop("allow_network"), **chosen)
        receive(options, started=lambda words: click.echo(f"pelican-smo {words}"))
