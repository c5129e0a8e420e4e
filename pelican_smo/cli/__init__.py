"""The command line: parse, call, print, exit code; a module for each family of commands."""

import click

from pelican_smo import __version__
from pelican_smo.cli.mentions import mentions
from pelican_smo.cli.networks import list_networks
from pelican_smo.cli.serving import preview_site, receive_linkbacks

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pelican-smo")
def main() -> None:
    """Social Media Optimization for Pelican sites."""


for _command in (preview_site, list_networks, receive_linkbacks, mentions):
    main.add_command(_command)
