"""The home of the command line: parse, call, print, exit code."""

from pathlib import Path

import click

from pelican_smo import __version__
from pelican_smo.errors import SmoError
from pelican_smo.preview import preview

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pelican-smo")
def main() -> None:
    """Social Media Optimization for Pelican sites."""


@main.command("preview")
@click.argument("site", type=click.Path(path_type=Path), default=".")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("-b", "--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
def preview_site(site: Path, port: int, bind: str) -> None:
    """Build SITE and serve it, again after each change.

    SITE is a folder that holds a pelicanconf.py, or a settings file; else this folder.
    """
    try:
        preview(site, port, bind)
    except SmoError as error:
        click.echo(f"pelican-smo: {error}", err=True)
        raise SystemExit(2) from error
