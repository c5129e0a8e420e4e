"""The home of the progress bar: for somebody who waits for cards at a terminal, and else none."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

__all__ = ["shown"]

# Seconds of work; for less, a bar would only flicker.
_WORTH = 1.0
# Cards until their pace is known: the first ones come in a bunch, after processes have started.
_FIRST = 8


@contextmanager
def shown(
    total: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[], None]]:
    """Yield what to call after each of ``total`` cards, which shows how many are done.

    The bar is on ``stream``, the standard error output, if that is a terminal, and only once
    there is more than a second of work left. It is gone when all is done.
    """
    stream = stream or sys.stderr
    with ExitStack() as stack:
        yield _Pace(total, stream, clock, stack).step if _is_watched(stream) else _nothing


def _nothing() -> None:
    pass


def _is_watched(stream: TextIO) -> bool:
    if os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        return False
    return hasattr(stream, "isatty") and stream.isatty()  # there may be none, on Windows


class _Pace:
    """How fast cards come, and the bar once that is worth one."""

    def __init__(
        self, total: int, stream: TextIO, clock: Callable[[], float], stack: ExitStack
    ) -> None:
        self._total, self._stream, self._clock, self._stack = total, stream, clock, stack
        self._done = 0
        self._first = 0.0
        self._advance: Callable[[], object] | None = None

    def step(self) -> None:
        self._done += 1
        if self._done == 1:
            self._first = self._clock()
        if self._advance is not None:
            self._advance()
        elif self._done >= _FIRST and self._left() > _WORTH:
            self._advance = self._begin()

    def _left(self) -> float:
        pace = (self._clock() - self._first) / (self._done - 1)
        return pace * (self._total - self._done)

    def _begin(self) -> Callable[[], object]:
        from rich.console import Console  # noqa: PLC0415  for few builds, and 40 ms
        from rich.progress import Progress  # noqa: PLC0415

        console = Console(file=self._stream)
        bar = self._stack.enter_context(Progress(console=console, transient=True))
        task = bar.add_task("Drawing cards", total=self._total, completed=self._done)
        return lambda: bar.advance(task)
