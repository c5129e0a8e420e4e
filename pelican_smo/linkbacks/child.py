"""The home of the process that parses microformats, and may die of it.

It reads orders from its standard input and answers on its standard output; each is a length
of four bytes, the highest first, and as many bytes of JSON. It says first that it is ready.
"""

import gc
import json
import math
import mmap
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["MAX_ANSWER", "receive", "send"]

# Nested entries repeat their text: what was two megabytes of page may be more as data.
MAX_ANSWER = 4 << 20
_HEAD = 4
# mf2py goes one level deeper for each element that a page leaves open.
_RECURSION = 3000

try:
    import resource
except ImportError:  # Windows: only the parent's patience ends it there
    resource = None  # type: ignore[assignment]


def receive(stream: BinaryIO, limit: int) -> Any:
    """Return the next message of ``stream``, None at its end.

    Raises ValueError for what is no message or has more than ``limit`` bytes, and
    RecursionError for nested nonsense.
    """
    head = stream.read(_HEAD)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if len(head) < _HEAD or length > limit:
        raise ValueError(f"no message of at most {limit} bytes")
    return json.loads(stream.read(length))


def send(stream: BinaryIO, data: bytes) -> None:
    """Write ``data``, which is JSON, as a message to ``stream``."""
    stream.write(len(data).to_bytes(_HEAD, "big") + data)
    stream.flush()


def main(cpu: int, memory: int) -> None:
    """Answer orders until there are none, with ``cpu`` seconds for each and ``memory`` bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
    # Only here: the parent speaks this module's language too.
    import mf2py  # noqa: PLC0415

    from pelican_smo.linkbacks.tree import NAME  # noqa: PLC0415

    sys.setrecursionlimit(_RECURSION)
    _limit("RLIMIT_AS", memory)
    _limit("RLIMIT_CORE", 0)
    # Rubbish is collected between pages: the next one is mostly not there yet.
    gc.freeze()
    gc.disable()
    send(answers, b'{"ready": true}')
    while order := receive(sys.stdin.buffer, sys.maxsize):
        _limit("RLIMIT_CPU", math.ceil(_cpu_used()) + cpu)
        send(answers, _answer(partial(mf2py.parse, html_parser=NAME), order, memory))
        gc.collect()


def _answer(parse: Callable[..., Any], order: Mapping[str, str], memory: int) -> bytes:
    """Return what the page of ``order`` holds, or why that is not to be had.

    A process that has used half its memory says so: the next page deserves a fresh one.
    """
    try:
        found = parse(doc=order["html"], url=order["url"])
        spent = _memory_used() > memory // 2
        data = json.dumps({"found": found, "spent": spent}).encode()
    except (MemoryError, RecursionError) as error:
        return json.dumps({"failed": type(error).__name__, "spent": True}).encode()
    except Exception as error:  # noqa: BLE001  a parser's own mistake is the page's misfortune
        return json.dumps({"failed": type(error).__name__, "spent": False}).encode()
    if len(data) > MAX_ANSWER:
        return json.dumps({"failed": "more data than is taken", "spent": spent}).encode()
    return data


def _limit(name: str, soft: int) -> None:
    if resource is None or not hasattr(resource, name):
        return
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    allowed = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(kind, (allowed, hard))


def _cpu_used() -> float:
    if resource is None:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory_used() -> int:
    # What RLIMIT_AS counts; where there is no /proc, the number of pages alone ends a process.
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
