"""The home of connections: how long a stranger may hold one without asking or listening.

A proxy in front has such limits, but a receiver must stand without one, and uvicorn has none: it
waits for the head of a request for ever, and keeps all of it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["connection"]


def connection(
    *, head_seconds: float = 10.0, head_bytes: int = 32 << 10, drain_seconds: float = 60.0
) -> type[asyncio.Protocol]:
    """Return the class of connections for uvicorn (its setting ``http``).

    A connection is closed when the head of a request takes longer than ``head_seconds`` or is
    longer than ``head_bytes``, and when its client does not make room for more of an answer
    within ``drain_seconds``.
    """
    limits = {
        "head_seconds": head_seconds,
        "head_bytes": head_bytes,
        "drain_seconds": drain_seconds,
    }
    return type("Connection", (_Bounded, AutoHTTPProtocol), limits)


class _Bounded(asyncio.Protocol):
    head_seconds: float
    head_bytes: int
    drain_seconds: float

    # What uvicorn's own classes have, over h11 and over httptools alike; ``cycle`` is the
    # request that was begun last, a new one as soon as a head is complete.
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any

    _received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._head = _Alarm(self.loop, self.head_seconds, self.transport.abort)
        self._drain = _Alarm(self.loop, self.drain_seconds, self.transport.abort)
        self._head.set()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._received = 0
            self._head.lift()
        elif before is None or before.response_complete:
            self._received += len(data)
            if self._received > self.head_bytes:
                self.transport.abort()
            self._head.set()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._drain.set()

    def resume_writing(self) -> None:
        self._drain.lift()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head.lift()
        self._drain.lift()
        super().connection_lost(exc)


class _Alarm:
    """Does something after a while, unless it is lifted before."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, act: Callable[[], object]
    ) -> None:
        self._loop, self._seconds, self._act = loop, seconds, act
        self._timer: asyncio.TimerHandle | None = None

    def set(self) -> None:
        """Begin to wait, if that has not begun yet."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._act)

    def lift(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
