"""The preview of a site on this machine: built, served, built again after each change, linked to."""

import json
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pelican_smo.errors import PreviewError
from pelican_smo.preview.cards import CardsPage, cards_page_for
from pelican_smo.preview.linkbacks import Receiver, held, receiver_for

__all__ = ["preview", "settings_file"]


def settings_file(site: Path) -> Path:
    """Return the settings file of ``site``, a folder or the file itself.

    Raises PreviewError where there is none.
    """
    file = site / "pelicanconf.py" if site.is_dir() else site
    if not file.is_file():
        raise PreviewError(
            f"{file} does not exist; name a folder that holds a pelicanconf.py, or a settings file"
        )
    return file


def preview(site: Path, port: int, bind: str, receiver_port: int = 0, cards_port: int = 0) -> None:
    """Build ``site`` and serve it until interrupted, with Pelican's own server and watcher.

    Beside it, for as long, and at 127.0.0.1, whatever ``bind`` is: if ``receiver_port`` is not 0
    and the site announces a receiver, a real one on that port, which the pages announce; if
    ``cards_port`` is not 0 and the site has cards, a page of them on that one. Where they cannot
    run, that is said. Raises PreviewError where there is no such site, or its port is taken.
    """
    from pelican import main  # noqa: PLC0415  half a second that other commands need not wait

    file = settings_file(site)
    arguments = ["--settings", str(file), "--autoreload", "--listen"]
    arguments += ["--port", str(port), "--bind", bind]
    beside: list[CardsPage | Receiver] = []
    changed: dict[str, Any] = {}
    with held(bind, port, "--port"):
        try:
            if cards := cards_page_for(file, cards_port) if cards_port else None:
                beside.append(cards)
                changed |= cards.settings
                click.echo(f"Cards: {cards.url}")
        except PreviewError as error:
            click.echo(f"No page of cards runs beside this preview: {error}", err=True)
        try:
            if receiver := receiver_for(file, bind, port, receiver_port) if receiver_port else None:
                beside.append(receiver)
                changed |= receiver.settings
        except PreviewError as error:
            click.echo(f"No receiver runs beside this preview: {error}", err=True)
            changed["SMO_LINKBACK_ENDPOINT"] = ""
    if changed:
        arguments.append("--extra-settings")
        arguments += [f"{name}={json.dumps(value)}" for name, value in changed.items()]
    with _running(beside):
        main(arguments)


@contextmanager
def _running(beside: Sequence[CardsPage | Receiver]) -> Iterator[None]:
    """Return a context in which all ``beside`` run, and end with it."""
    if beside:
        # Told to end, as if by Ctrl-C: Pelican then ends its processes, and we end ours.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in beside]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
