"""A plugin that times cards inside a real build, loaded after pelican_smo.

It writes one JSON object to the file that BENCH_CLOCK names. BENCH_EACH has it time each card,
BENCH_MEMORY look at the memory of the processes that draw.
"""

import json
import os
import re
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pelican import signals

from pelican_smo.finish import Run

ROW: dict[str, Any] = {"each": [], "workers": {}}
LOOK = 0.01


def children_cpu() -> float:
    """Return the CPU seconds of the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(draw: Callable[..., None]) -> Callable[..., None]:
    """Return ``Run.draw_cards``, its time written down."""

    def draw_cards(run: Run, context: Any, *args: Any) -> None:
        run.collector(context)  # which the first page needs, with cards or without
        ROW["each"].append(time.process_time())
        wall, cpu, others = time.perf_counter(), time.process_time(), children_cpu()
        draw(run, context, *args)
        ROW["wall"] = time.perf_counter() - wall
        ROW["cpu"] = time.process_time() - cpu
        ROW["workers_cpu"] = children_cpu() - others
        ROW["line"] = run.cards.line if run.cards else ""
        ROW["engine"] = "pytakumi" in sys.modules

    return draw_cards


def time_each() -> None:
    """Write down the CPU time of this process whenever a card has been kept."""
    from pelican_smo.cards.cache import CardCache

    keep = CardCache.keep

    def timed_keep(cache: CardCache, *args: Any) -> None:
        keep(cache, *args)
        ROW["each"].append(time.process_time())

    CardCache.keep = timed_keep  # type: ignore[method-assign]


def peak(pid: int | str) -> float:
    """Return the largest memory so far of a process, in MB; 0 where that is not to be had."""
    try:
        found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def watch_workers() -> None:
    """Write down the largest memory of each child of this process, for ever."""
    threads = Path(f"/proc/{os.getpid()}/task")
    while True:
        for path in threads.glob("*/children"):
            for pid in path.read_text().split():
                if is_worker(pid):
                    ROW["workers"][pid] = max(peak(pid), ROW["workers"].get(pid, 0.0))
        time.sleep(LOOK)


def is_worker(pid: str) -> bool:
    """Tell whether a process draws: one that is only starting has our memory for its own."""
    try:
        return b"pelican_smo.cards.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def write(_: Any) -> None:
    """Write the file."""
    ROW["peak"] = peak("self")
    Path(os.environ["BENCH_CLOCK"]).write_text(json.dumps(ROW))


def register() -> None:
    """Be loaded by Pelican."""
    Run.draw_cards = timed(Run.draw_cards)  # type: ignore[method-assign]
    if os.environ.get("BENCH_EACH"):
        time_each()
    if os.environ.get("BENCH_MEMORY"):
        threading.Thread(target=watch_workers, daemon=True).start()
    signals.finalized.connect(write)
