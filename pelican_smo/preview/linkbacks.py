"""The home of the receiver beside a preview: a real one, for this machine only."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from pelican_smo.errors import SettingsError
from pelican_smo.settings import Settings, cache_folder, mention_files

__all__ = ["Receiver", "receiver_for"]

_SECONDS = 0.5
_EMPTY = '{"type": "feed", "children": [\n]}\n'


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A receiver for the preview at ``site_url``, whose data is in ``folder``.

    ``targets`` is what the build writes, ``settings_file`` what a watcher looks at, and
    ``settings`` are those by which the pages announce it and show what it accepted.
    """

    folder: Path
    targets: Path
    settings_file: Path
    site_url: str
    bind: str
    port: int
    mentions: tuple[Path, ...]

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{_host(self.bind)}:{self.port}"

    @property
    def database(self) -> Path:
        """Return the file that keeps what it received."""
        return self.folder / "mentions.sqlite3"

    @property
    def export(self) -> Path:
        """Return the file of what was approved."""
        return self.folder / "mentions.json"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the site's settings that are others in a preview."""
        files = [str(path) for path in (*self.mentions, self.export)]
        return {"SMO_LINKBACK_ENDPOINT": self.url, "SMO_MENTIONS": files}

    def prepare(self) -> None:
        """Make the folder, and an export of nothing for the first build."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.export.is_file():
            self.export.write_text(_EMPTY, encoding="utf-8")

    def run(self, stop: threading.Event) -> None:
        """Run once there are targets, until ``stop``; after each approval have the site rebuilt."""
        while not self.targets.is_file():
            if stop.wait(_SECONDS):
                return
        process = subprocess.Popen(self._command())  # noqa: S603  our own program
        click.echo(
            f"\nLinkbacks go to {self.url}; to look at them, and approve of them:\n"
            f"    pelican-smo mentions --database {_shown(self.database)} list\n"
            f"    pelican-smo mentions --database {_shown(self.database)} approve --all\n"
        )
        seen = _changed(self.export)
        while not stop.wait(_SECONDS) and process.poll() is None:
            if (now := _changed(self.export)) != seen:
                seen = now
                # Pelican watches its settings file, and no file that it does not know.
                os.utime(self.settings_file)
        process.terminate()
        process.wait()

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "pelican_smo", "receive"),
            *("--database", str(self.database), "--targets", str(self.targets)),
            *("--public-url", self.url, "--bind", self.bind, "--port", str(self.port)),
            *("--export", str(self.export), "--also", self.site_url),
            *("--allow-network", "127.0.0.0/8", "--allow-network", "::1/128", "--any-port"),
        ]


def receiver_for(file: Path, bind: str, port: int, receiver_port: int) -> Receiver | None:
    """Return the receiver to run beside a preview of the site with the settings ``file``.

    Returns None for a site that announces none, and where the extra ``linkbacks`` is missing,
    which is told.
    """
    from pelican.settings import read_settings  # noqa: PLC0415  half a second

    pelican = read_settings(str(file))
    try:
        settings = Settings.from_pelican(pelican)
    except SettingsError:
        return None  # the build says why, and again after each change
    if not settings.linkback_endpoint or not pelican.get("SITEURL"):
        return None
    if not all(map(find_spec, ("starlette", "uvicorn", "mf2py", "nh3"))):
        click.echo(
            "No receiver runs beside this preview: python -m pip install 'pelican-smo[linkbacks]'"
        )
        return None
    receiver = Receiver(
        folder=cache_folder(settings, pelican) / "preview",
        targets=Path(pelican["OUTPUT_PATH"]) / "smo" / "targets.json",
        settings_file=file,
        site_url=f"http://{_host(bind)}:{port}",
        bind=bind,
        port=receiver_port,
        mentions=tuple(path for path in mention_files(settings, pelican) if path.is_file()),
    )
    receiver.prepare()
    return receiver


def _host(bind: str) -> str:
    return f"[{bind}]" if ":" in bind else bind


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _shown(path: Path) -> str:
    """Return ``path`` as seen from here, if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
