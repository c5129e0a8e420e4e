"""Runs `pelican-smo …` with something wrong: `python runner.py '{"shift": 86400}' receive …`.

``shift``   seconds that the clock of the whole process is ahead (or behind)
``jump``    seconds that it is ahead from the signal SIGUSR1 on
``lock``    seconds that a writer waits for the database
``stall``   where a worker stops for ever, once "stalled" is printed: see ``STALLS``
"""

import json
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# Class and method, and whether the worker stops before it or behind it.
STALLS = {
    "claimed": ("pelican_smo.receiver.workers", "Workers", "_do", "before"),
    "parsing": ("pelican_smo.linkbacks.readers", "Readers", "look", "behind"),
    "looked": ("pelican_smo.receiver.verify", "Verifier", "look", "behind"),
    "settling": ("pelican_smo.receiver.store.sqlite", "SqliteStore", "_end", "before"),
    "drawing": ("pelican_smo.receiver.workers", "Workers", "_draw", "before"),
    "drawn": ("pelican_smo.receiver.store.sqlite", "SqliteStore", "settle_media", "before"),
    "written": ("pelican_smo.receiver.store.sqlite", "SqliteStore", "_end", "behind"),
}


def shifted(seconds: float, jump: float) -> None:
    ahead = [seconds]
    real = time.time

    def leap(number: int, frame: "FrameType | None") -> None:
        ahead[0] = jump

    signal.signal(signal.SIGUSR1, leap)
    time.time = lambda: real() + ahead[0]


def stalling(module: str, owner: str, name: str, where: str) -> None:
    holder = getattr(sys.modules[module], owner)
    real: Callable[..., Any] = getattr(holder, name)

    def stalled(*values: Any, **options: Any) -> Any:
        found = real(*values, **options) if where == "behind" else None
        sys.stdout.write("stalled\n")
        sys.stdout.flush()
        threading.Event().wait()
        return found

    setattr(holder, name, stalled)


def main(wrong: dict[str, Any], arguments: list[str]) -> None:
    # Before anything else: parts of the receiver take the clock when they are imported.
    shifted(wrong.get("shift", 0.0), wrong.get("jump", 0.0))
    from pelican_smo.cli import main as command
    from pelican_smo.receiver import serve
    from pelican_smo.receiver.store import sqlite

    assert serve
    sqlite._LOCK_SECONDS = wrong.get("lock", sqlite._LOCK_SECONDS)
    if "stall" in wrong:
        stalling(*STALLS[wrong["stall"]])
    command(arguments)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
