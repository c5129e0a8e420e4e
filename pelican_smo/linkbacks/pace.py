"""The home of how often one host is asked, by all threads together."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pelican_smo.errors import FetchError

__all__ = ["Pace"]


@dataclass(slots=True)
class _Turns:
    due: float
    running: int = 0


class Pace:
    """Turns to ask a host: some at once, and some time between the starts of two.

    At most ``concurrent`` turns of a key run at once, and ``spacing`` seconds lie between two
    starts. Keys are free text: a host, a network. Idle ones are forgotten, and no more than
    ``capacity`` are known at a time.
    """

    def __init__(
        self,
        *,
        spacing: float = 1.0,
        concurrent: int = 2,
        clock: Callable[[], float] = time.monotonic,
        capacity: int = 10_000,
    ) -> None:
        self._spacing, self._concurrent = spacing, concurrent
        self._clock, self._capacity = clock, capacity
        self._turns: dict[str, _Turns] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._turns)

    @contextmanager
    def enter(self, *keys: str) -> Iterator[None]:
        """Hold a turn of all ``keys``, each named once, for the time of a ``with`` block.

        Raises FetchError "busy" at once, with the seconds to wait, where one of them has none.
        """
        self._start(keys)
        try:
            yield
        finally:
            self._finish(keys)

    def _start(self, keys: tuple[str, ...]) -> None:
        with self._lock:
            now = self._clock()
            if len(self._turns) + len(keys) > self._capacity:
                self._forget(now)
            wait, key = max((self._wait(key, now), key) for key in keys)
            if wait > 0:
                raise FetchError("busy", f"{key} has its turn in {wait:.1f} s", wait)
            for key in keys:
                turns = self._turns.setdefault(key, _Turns(now))
                turns.due, turns.running = now + self._spacing, turns.running + 1

    def _wait(self, key: str, now: float) -> float:
        turns = self._turns.get(key)
        if turns is None:
            full = len(self._turns) >= self._capacity
            return self._a_while() if full else 0.0
        wait = max(turns.due - now, 0.0)
        return wait if turns.running < self._concurrent else wait or self._a_while()

    def _a_while(self) -> float:
        """Return the seconds after which to ask again where nobody knows when a turn ends."""
        return self._spacing or 1.0

    def _finish(self, keys: tuple[str, ...]) -> None:
        with self._lock:
            for key in keys:
                self._turns[key].running -= 1

    def _forget(self, now: float) -> None:
        known = self._turns.items()
        self._turns = {key: turns for key, turns in known if turns.running or turns.due > now}
