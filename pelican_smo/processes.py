"""The home of the processes of our own that work for us, and of how both sides speak.

A message is a length of four bytes, the highest first, and as many bytes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, cast

__all__ = ["at_work", "end", "limit", "module", "receive", "send", "start"]

_HEAD = 4

try:
    import resource
except ImportError:  # Windows: only the parent's patience ends it there
    resource = None  # type: ignore[assignment]


def module(name: str) -> tuple[str, ...]:
    """Return the command that runs a module of ours; the working folder offers no other."""
    return sys.executable or "", "-P", "-m", name


def start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Return a new process that runs ``command`` and imports from where we do.

    A session of its own: Ctrl-C in the terminal is for us, and we end it. Raises OSError.
    """
    return subprocess.Popen(  # noqa: S603  our own module, no stranger's word
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """End ``process``, whatever it is about."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            cast("BinaryIO", pipe).close()


def at_work() -> BinaryIO:
    """Return where this process, a child, answers; it is deaf to Ctrl-C and leaves no core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
    limit("RLIMIT_CORE", 0)
    return answers


def limit(name: str, soft: int) -> None:
    """Lower a limit of this process, where there are such, as far as its hard one allows."""
    if resource is None or not hasattr(resource, name):
        return
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    allowed = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(kind, (allowed, hard))


def receive(stream: BinaryIO, most: int) -> bytes:
    """Return the next message of ``stream``, nothing at its end.

    Raises ValueError for what is no message or has more than ``most`` bytes.
    """
    head = stream.read(_HEAD)
    if not head:
        return b""
    length = int.from_bytes(head, "big")
    if len(head) < _HEAD or length > most:
        raise ValueError(f"no message of at most {most} bytes")
    message = stream.read(length)
    if len(message) < length:
        raise ValueError("the message ends before its time")
    return message


def send(stream: BinaryIO, *pieces: bytes) -> None:
    """Write ``pieces`` to ``stream`` as one message."""
    stream.write(sum(map(len, pieces)).to_bytes(_HEAD, "big"))
    stream.writelines(pieces)
    stream.flush()
