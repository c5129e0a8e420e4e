"""What runs beside a test on this machine: small servers, each at a loopback address of its own."""

import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# A slow machine may take so long for what takes a fast one a fraction of it.
PATIENCE = 30.0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def files_served(folder: Path, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve ``folder`` at a free port of ``host``; yields its address, without a slash."""
    server = ThreadingHTTPServer((host, 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running(
    command: Sequence[str], address: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run ``command`` until it answers at ``address`` and as long as the block lasts.

    It is ended with all its children, which share its process group with nobody.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(
            lambda: process.poll() is not None or _answers(address),
            lambda: f"{command[0]} does not answer:\n{log.read_text(errors='replace')}",
        )
        assert process.poll() is None, log.read_text(errors="replace")
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(done: Callable[[], object], complaint: Callable[[], str]) -> None:
    """Return once ``done`` holds; fail with ``complaint`` where it does not in good time."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, complaint()
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False
