"""The home of the process that reads strangers' pages, and may die of it.

It reads orders from its standard input and answers on its standard output. An order is a line
of JSON, what is asked and about which page, and behind it the page. Answers are JSON: what is
found, as soon as it is, and then whether that is all. It says first that it is ready.
"""

import gc
import json
import math
import mmap
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pelican_smo.errors import MessageError
from pelican_smo.processes import at_work, limit, receive, send

__all__ = ["MAX_ANSWER"]

# A reading is cut to some ten thousand characters, of which each may be twelve bytes of JSON.
MAX_ANSWER = 1 << 18
# mf2py goes one level deeper for each element that a page leaves open.
_RECURSION = 3000

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


# What is asked of a page, by its name: its bytes and the facts in, plain values out.
_Reads = Mapping[str, Callable[..., Iterator[Any]]]


def main(cpu: int, memory: int) -> None:
    """Answer orders until there are none, with ``cpu`` seconds for each and ``memory`` bytes."""
    answers = at_work()
    reads = _reads()
    sys.setrecursionlimit(_RECURSION)
    limit("RLIMIT_AS", memory)
    # Rubbish is collected between pages: the next one is mostly not there yet.
    gc.freeze()
    gc.disable()
    send(answers, b'{"spent": false}')
    while order := receive(sys.stdin.buffer, sys.maxsize):
        limit("RLIMIT_CPU", math.ceil(_cpu_used()) + cpu)
        for answer in _answers(reads, order, memory):
            send(answers, answer)
        del order, answer
        gc.collect()


def _reads() -> _Reads:
    # Only here: the parent speaks this module's language too, and needs none of them.
    from pelican_smo.linkbacks.look import card, looks  # noqa: PLC0415
    from pelican_smo.linkbacks.portrait import redrawn  # noqa: PLC0415

    def look(body: bytes, **facts: Any) -> Iterator[Any]:
        return (found.as_json() for found in looks(body, **facts))

    def person(body: bytes, **facts: Any) -> Iterator[Any]:
        found = card(body, **facts)
        return iter([asdict(found)] if found else [])

    def portrait(body: bytes) -> Iterator[Any]:
        return iter([b64encode(redrawn(body)).decode()])

    return {"look": look, "card": person, "portrait": portrait}


def _answer(found: Any) -> bytes:
    answer = json.dumps({"found": found}).encode()
    if len(answer) > MAX_ANSWER:
        raise ValueError("more is found than is taken")
    return answer


def _answers(reads: _Reads, order: bytes, memory: int) -> Iterator[bytes]:
    """Return what is found by ``order``, and last whether that is all.

    A process that has used half its memory says so: the next page deserves a fresh one.
    """
    failed, spent = "", False
    line, _, body = order.partition(b"\n")
    try:
        facts = json.loads(line)
        for found in reads[facts.pop("read")](body, **facts):
            yield _answer(found)
        spent = _memory_used() > memory // 2
    except MessageError as error:
        yield json.dumps({"refused": str(error), "spent": False}).encode()
        return
    except (MemoryError, RecursionError) as error:
        failed, spent = type(error).__name__, True
    except Exception as error:  # noqa: BLE001  a parser's own mistake is the page's misfortune
        failed = type(error).__name__
    yield json.dumps({"failed": failed, "spent": spent}).encode()


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
