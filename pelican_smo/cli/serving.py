"""The home of the commands that go on until they are stopped: preview and receive."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import click

from pelican_smo.cli.failing import failing, needs
from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.preview import preview
from pelican_smo.settings import PROTOCOLS

__all__ = ["check_options", "preview_site", "receive_linkbacks"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.command("preview")
@click.argument("site", type=click.Path(path_type=Path), default=".")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "-b",
    "--bind",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. What runs beside it is for this machine only, always.",
)
@click.option(
    "--receiver-port",
    type=click.IntRange(0, 65535),
    default=8030,
    show_default=True,
    help="Port of the receiver that runs beside it, if the site sets SMO_LINKBACK_ENDPOINT; 0: none.",
)
@click.option(
    "--cards-port",
    type=click.IntRange(0, 65535),
    default=8031,
    show_default=True,
    help="Port of the page that shows all cards, if the site sets SMO_CARDS; 0: none.",
)
def preview_site(site: Path, port: int, bind: str, receiver_port: int, cards_port: int) -> None:
    """Build SITE and serve it, again after each change.

    SITE is a folder that holds a pelicanconf.py, or a settings file; else this folder. What
    links to the preview from this machine can tell it so, and shows on its pages once approved.
    A page beside it shows all cards, and each anew when its template is saved.
    """
    with failing():
        preview(site, port, bind, receiver_port, cards_port)


def check_options(chosen: Mapping[str, Any]) -> None:
    """Raise ReceiverError with all that is wrong with the options of a receiver."""
    if problems := list(_problems(chosen)):
        raise ReceiverError("\n- ".join(("receive cannot use these options:", *problems)))


def _problems(chosen: Mapping[str, Any]) -> Iterator[str]:
    if not chosen["targets"].strip():
        yield (
            "--targets is missing; it is where the site's list of articles is, such as "
            "output/smo/targets.json"
        )
    public_url = chosen["public_url"]
    if not public_url:
        yield (
            "--public-url is missing; it is what the site has as SMO_LINKBACK_ENDPOINT, such as "
            "https://mentions.example.org"
        )
    elif not _is_root(public_url):
        yield _no_root("--public-url", public_url, "https://mentions.example.org")
    elif (end := public_url.rstrip("/").rpartition("/")[2]) in PROTOCOLS:
        yield f"--public-url {public_url!r} is to be the receiver's own address, without '/{end}'"
    for url in chosen["also"]:
        if not _is_root(url):
            yield _no_root("--also", url, "http://127.0.0.1:8000")
    contact = chosen["contact"]
    if contact and not (normal(contact) or _MAIL.fullmatch(contact)):
        yield (
            f"--contact {contact!r} is no http(s) and no mail address; write it as "
            "https://example.org/about.html or nora@example.org"
        )
    for network in chosen["allow_network"]:
        if not _network(network, strict=True):
            # 10.0.0.1/8 means 10.0.0.0/8, but nobody should have to guess.
            example = _network(network, strict=False) or "127.0.0.0/8 or fd00::/8"
            yield f"--allow-network {network!r} is no network; write it as {example}"


# What is put into the header of a request, so one word of ASCII.
_MAIL = re.compile(r"(?:mailto:)?[!#-'*-;=?A-Z^-~]+@[A-Za-z0-9.-]+")
# Senders find our addresses with the simplest of means, which some characters defeat (PB-2).
_UNFIT = re.compile(r"[?#&'\"<>]|[^\x21-\x7e]")


def _is_root(url: str) -> bool:
    return normal(url) != "" and _UNFIT.search(url) is None


def _no_root(option: str, url: str, example: str) -> str:
    # Of an address in another script there is a form that all understand.
    known = normal(url)
    example = example if _UNFIT.search(known) else known or example
    return f"{option} {url!r} is no http(s) address that all understand; write it as {example}"


def _network(written: str, *, strict: bool) -> str:
    try:
        return str(ip_network(written, strict=strict))
    except ValueError:
        return ""


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
    "--targets",
    "Where the site's smo/targets.json is: a file, or its address. Required.",
    default="",
)
@_option(
    "--public-url",
    "How the world reaches this receiver: SMO_LINKBACK_ENDPOINT. Required.",
    default="",
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
    "Page or mail address that sources are told when we visit; else the public URL.",
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
    "Links an hour from pages of one host; 0: no limit.",
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
        check_options(chosen)
        with needs("linkbacks"):
            from pelican_smo.receiver.serve import Options, receive  # noqa: PLC0415  an extra
        contact = normal(chosen["contact"]) or chosen["contact"]
        networks = chosen.pop("allow_network")
        options = Options(**chosen | {"contact": contact, "allow_networks": networks})
        receive(options, started=lambda words: click.echo(f"pelican-smo {words}"))
