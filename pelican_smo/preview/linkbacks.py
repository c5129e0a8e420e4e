"""The home of the receiver beside a preview: a real one, for this machine only."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from pelican_smo.errors import PreviewError, ReceiverError, SettingsError
from pelican_smo.receiver.targets import Targets, file_bytes
from pelican_smo.settings import Settings, cache_folder, mention_files

__all__ = ["Receiver", "held", "receiver_for"]

_SECONDS = 0.5
_LAST_SECONDS = 15.0
# Whoever can reach a preview may see it. Who may tell it of links is only this machine, for
# its receiver visits what it is told of, here too.
_HERE = "127.0.0.1"
_ANY = ("", "0.0.0.0", "::")  # noqa: S104  what others may listen to
_EMPTY = '{"type": "feed", "children": [\n]}\n'


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A receiver for the preview at ``sites``, its addresses, whose data is in ``folder``.

    It listens to this machine only, whoever may see the preview. ``targets`` is what the build
    writes, ``settings_file`` what a watcher looks at, and ``settings`` are those by which the
    pages announce it and show what it accepted.
    """

    folder: Path
    targets: Path
    settings_file: Path
    sites: Sequence[str]
    port: int
    mentions: tuple[Path, ...]

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{_HERE}:{self.port}"

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
        while not self._is_announced():
            if stop.wait(_SECONDS):
                return
        process = subprocess.Popen(self._command())  # noqa: S603  our own program
        try:
            mentions = f"{_program()} mentions --database {shlex.quote(_shown(self.database))}"
            click.echo(
                f"\nLinkbacks go to {self.url}; to look at them, and approve of them:\n"
                f"    {mentions} list\n"
                f"    {mentions} approve --all\n"
            )
            self._watch(process, stop)
        finally:
            process.terminate()
            try:
                process.wait(_LAST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _is_announced(self) -> bool:
        """Tell whether the site is built, and not only by an earlier build that named another."""
        try:
            targets = Targets.read(file_bytes(self.targets))
        except ReceiverError:
            return False
        return targets.endpoint in ("", self.url)

    def _watch(self, process: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
        seen = _changed(self.export)
        while not stop.wait(_SECONDS):
            # Interrupted together with us, it may end a moment before.
            if process.poll() is not None and not stop.wait(_SECONDS):
                click.echo(
                    f"The receiver beside this preview has ended (exit code {process.returncode}); "
                    "start the preview again to have another.",
                    err=True,
                )
                return
            if (now := _changed(self.export)) != seen:
                seen = now
                click.echo("\nNew mentions: building again, as if your settings had changed.")
                # Pelican watches its settings file, and no file that it does not know.
                with suppress(OSError):
                    os.utime(self.settings_file)

    def _command(self) -> list[str]:
        also = (word for site in self.sites for word in ("--also", site))
        return [
            *(sys.executable, "-m", "pelican_smo", "receive"),
            *("--database", str(self.database), "--targets", str(self.targets)),
            *("--public-url", self.url, "--bind", _HERE, "--port", str(self.port)),
            *("--export", str(self.export), *also),
            *("--allow-network", "127.0.0.0/8", "--allow-network", "::1/128", "--any-port"),
        ]


def receiver_for(file: Path, bind: str, port: int, receiver_port: int) -> Receiver | None:
    """Return the receiver to run beside a preview of the site with the settings ``file``.

    The preview is at ``bind`` and ``port``. Returns None for a site that announces none; raises
    PreviewError where it cannot run: the extra ``linkbacks`` is missing, or its port is taken.
    """
    from pelican.settings import read_settings  # noqa: PLC0415  half a second

    pelican = read_settings(str(file))
    try:
        settings = Settings.from_pelican(pelican)
    except SettingsError:
        return None  # the build says why, and again after each change
    if not settings.linkback_endpoint or not pelican.get("SITEURL"):
        return None
    if not all(map(find_spec, ("starlette", "uvicorn", "mf2py"))):
        raise PreviewError("python -m pip install 'pelican-smo[linkbacks]' brings what it needs")
    with held(_HERE, receiver_port, "--receiver-port"):
        pass
    receiver = Receiver(
        folder=cache_folder(settings, pelican) / "preview",
        targets=Path(pelican["OUTPUT_PATH"]) / "smo" / "targets.json",
        settings_file=file,
        sites=_sites(bind, port),
        port=receiver_port,
        mentions=tuple(path for path in mention_files(settings, pelican) if path.is_file()),
    )
    receiver.prepare()
    return receiver


@contextmanager
def held(bind: str, port: int, option: str) -> Iterator[None]:
    """Return a context in which ``port`` of the address ``bind`` is ours.

    Raises PreviewError, naming ``option``, where it is somebody else's.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        listener = socket.create_server((bind, port), family=family)
    except OSError as error:
        why = str(error.strerror or error).partition(" (")[0]  # not the address once more
        raise PreviewError(
            f"cannot listen on {_host(bind)}:{port}: {why}; choose another port with {option}"
        ) from error
    with listener:
        yield


def _sites(bind: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a preview, as far as this machine sees it."""
    hosts = dict.fromkeys([] if bind in _ANY else [bind])
    hosts |= dict.fromkeys((_HERE, "localhost"))
    return tuple(f"http://{_host(name)}:{port}" for name in hosts)


def _host(bind: str) -> str:
    return f"[{bind}]" if ":" in bind else bind


def _program() -> str:
    """Return how to call this program, as it was called."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(_shown(Path(sys.executable)))} -m pelican_smo"
    found = shutil.which(called.name)
    return called.name if found == str(called) else shlex.quote(_shown(called))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _shown(path: Path) -> str:
    """Return ``path`` as seen from here, if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
