"""The home of how a command fails: one sentence for people, exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from pelican_smo.errors import ReceiverError, SmoError

__all__ = ["failing", "needs"]


@contextmanager
def failing() -> Iterator[None]:
    """Return a context in which an error of ours ends the program, with its text and code 2."""
    try:
        yield
    except SmoError as error:
        click.echo(f"pelican-smo: {error}", err=True)
        raise SystemExit(2) from error


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Return a context for imports that an extra brings; says how to install what is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pelican_smo"):
            raise
        raise ReceiverError(
            f"{error.name} is not installed; install it with "
            f"python -m pip install 'pelican-smo[{extra}]'"
        ) from error
