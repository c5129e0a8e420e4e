"""The preview of a site on this machine: built, served, built again after each change, linked to."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import click

from pelican_smo.errors import PreviewError
from pelican_smo.preview.linkbacks import held, receiver_for

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


def preview(site: Path, port: int, bind: str, receiver_port: int = 0) -> None:
    """Build ``site`` and serve it until interrupted, with Pelican's own server and watcher.

    If ``receiver_port`` is not 0 and the site announces a receiver, a real one runs beside it
    on that port for as long, and the pages announce that one; or none, where it cannot run,
    which is said. It is at 127.0.0.1, whatever ``bind`` is. Raises PreviewError where there is
    no such site, or its port is taken.
    """
    from pelican import main  # noqa: PLC0415  half a second that other commands need not wait

    file = settings_file(site)
    arguments = ["--settings", str(file), "--autoreload", "--listen"]
    arguments += ["--port", str(port), "--bind", bind]
    receiver = None
    changed: dict[str, Any] = {}
    with held(bind, port, "--port"):
        try:
            receiver = receiver_for(file, bind, port, receiver_port) if receiver_port else None
            changed = dict(receiver.settings) if receiver else {}
        except PreviewError as error:
            click.echo(f"No receiver runs beside this preview: {error}", err=True)
            changed = {"SMO_LINKBACK_ENDPOINT": ""}
    if changed:
        arguments.append("--extra-settings")
        arguments += [f"{name}={json.dumps(value)}" for name, value in changed.items()]
    if receiver is None:
        main(arguments)
        return
    # Told to end, as if by Ctrl-C: Pelican then ends its processes, and we end ours.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stop = threading.Event()
    beside = threading.Thread(target=receiver.run, args=(stop,), daemon=True)
    beside.start()
    try:
        main(arguments)
    finally:
        stop.set()
        beside.join()
