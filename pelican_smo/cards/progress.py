"""The home of the progress bar: for somebody who waits for cards at a terminal, and else none."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["shown"]

# Seconds of work; for less, a bar would only flicker.
_WORTH = 1.0
# Cards until their pace is known: the first ones come in a bunch, after processes have started.
_FIRST = 8


@contextmanager
def shown(
    total: int, console: "Console | None", clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[], None]]:
    """Yield what to call after each of ``total`` cards, which shows how many are done.

    The bar is on ``console``, below what that shows already, if it is a terminal, and only once
    there is more than a second of work left. It is gone when all is done.
    """
    with ExitStack() as stack:
        if console is None or not _is_watched(console):
            yield _nothing
        else:
            yield _Pace(total, console, clock, stack).step


def _nothing() -> None:
    pass


def _is_watched(console: "Console") -> bool:
    is_live = console.is_terminal and not console.is_dumb_terminal
    return is_live and not os.environ.get("CI")


class _Pace:
    """How fast cards come, and the bar once that is worth one."""

    def __init__(
        self, total: int, console: "Console", clock: Callable[[], float], stack: ExitStack
    ) -> None:
        self._total, self._console, self._clock, self._stack = total, console, clock, stack
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
        from rich.errors import LiveError  # noqa: PLC0415  for few builds
        from rich.progress import Progress  # noqa: PLC0415

        bar = Progress(console=self._console, transient=True)
        task = bar.add_task("Drawing cards", total=self._total, completed=self._done)
        try:
            self._stack.enter_context(bar)
        except LiveError:  # before rich 14.1 a console shows one thing at a time
            return _nothing
        return lambda: bar.advance(task)
