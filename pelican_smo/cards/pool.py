"""The home of drawing many cards: here if they are few, else by processes that may die of one."""

import math
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import BinaryIO, NamedTuple, cast

from pelican_smo.cards.draw import Encoded, encoded
from pelican_smo.cards.engine import CardEngine, Drawing
from pelican_smo.cards.worker import MAX_ANSWER, read_answer, say_engine, write_order
from pelican_smo.errors import CardError, PassingError
from pelican_smo.processes import end, module, receive, send, start

__all__ = ["FEW", "cores", "draw_all"]

# So many are drawn here before two processes have started and drawn their share.
FEW = 24
_MOST_WORKERS = 4
_PATIENCE = 30.0
# A loaded machine may take long to start Python, and no card is to blame for it.
_START = 30.0
# What each process has before it, so that none waits for a template to be rendered.
_AHEAD = 4
# Losses in a row after which it is the engine's fault, not the cards'.
_HOPELESS = 8
_TICK = 0.2
_KILLED = -9
_REMEDY = "choose another layout or picture"


class _Order(NamedTuple):
    name: str
    drawing: Drawing


_Drawn = tuple[_Order, Encoded | CardError]


def cores() -> int:
    """Return how many processes draw best here: one for each core, at most four."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    return min(os.cpu_count() or 1, _MOST_WORKERS)


def draw_all(
    drawings: Iterable[tuple[str, Drawing]],
    engine: CardEngine,
    *,
    workers: int,
    progress: Callable[[], None] = lambda: None,
    patience: float = _PATIENCE,
    command: Sequence[str] = (),
) -> Iterator[tuple[str, Encoded | CardError]]:
    """Yield the card of each of ``drawings`` by its name, or why it has none, in any order.

    Fewer than FEW are drawn by ``engine`` in this process, and all of them if ``workers`` is 0;
    more by so many processes of their own, which make an engine of the same class, while
    ``drawings`` goes on making some. One on which a process dies or takes more than ``patience``
    seconds is tried once more, alone; then it is a PassingError. ``progress`` is called after
    each. ``command`` starts another process than ours.
    """
    rest = iter(drawings)
    few = [*islice(rest, FEW)] if workers > 0 else []
    orders = (_Order(*one) for one in chain(few, rest))
    if len(few) < FEW:
        cards = _drawn_here(orders, engine)
    else:
        hired = command or (*module("pelican_smo.cards.worker"), say_engine(engine))
        cards = _drawn_by(lambda many: _Crew(hired, many, patience), workers, orders, engine)
    for order, card in cards:
        progress()
        yield order.name, card


def _drawn_here(orders: Iterable[_Order], engine: CardEngine) -> Iterator[_Drawn]:
    for order in orders:
        try:
            yield order, encoded(engine, order.drawing)
        except CardError as error:
            yield order, error


def _drawn_by(
    hire: Callable[[int], "_Crew"], workers: int, orders: Iterator[_Order], engine: CardEngine
) -> Iterator[_Drawn]:
    suspects: list[_Order] = []
    with hire(workers) as crew:
        for order, card in crew.drawn(orders):
            if isinstance(card, _LostError):
                suspects.append(order)
            else:
                yield order, card
    left = chain(crew.open, orders)
    if crew.is_hopeless:
        # Perhaps they only took memory from each other.
        with hire(1) as single:
            yield from single.drawn(left)
        yield from ((order, _crashed()) for order in chain(single.open, left))
    else:
        yield from _drawn_here(left, engine)
    yield from _drawn_alone(hire, suspects)


def _drawn_alone(hire: Callable[[int], "_Crew"], orders: Iterable[_Order]) -> Iterator[_Drawn]:
    """Draw each in a fresh process, beside which there is no other that takes its memory."""
    losses = 0
    for order in orders:
        card: Encoded | CardError = _crashed()
        if losses < _HOPELESS:
            with hire(1) as crew:
                card = next((card for _, card in crew.drawn(iter([order]))), _crashed())
            losses = losses + 1 if isinstance(card, _LostError) else 0
        yield order, card


class _LostError(PassingError):
    """The process that was about a card has ended; nobody knows that the card is to blame."""


def _crashed() -> _LostError:
    return _LostError("", "the card engine crashed", _REMEDY)


class _Crew:
    """Some processes that draw, each asked by a thread of ours; all of them end with it.

    ``open`` are the orders on which there is no word yet. ``is_hopeless`` once so many
    processes ended one after the other that the next would, too.
    """

    def __init__(self, command: Sequence[str], size: int, patience: float) -> None:
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[_Drawn] = queue.SimpleQueue()
        self._drawers = [
            _Drawer(command, patience, self._orders, self._answers) for _ in range(size)
        ]
        self._losses = 0
        self.open: list[_Order] = []

    @property
    def is_hopeless(self) -> bool:
        return self._losses >= _HOPELESS

    def drawn(self, orders: Iterator[_Order]) -> Iterator[_Drawn]:
        """Yield the cards of ``orders`` until there are none, or nobody who could draw them."""
        while not self.is_hopeless:
            for order in islice(orders, _AHEAD * len(self._drawers) - len(self.open)):
                self.open.append(order)
                self._orders.put(order)
            answer = self._next() if self.open else None
            if answer is None:
                return
            self.open.remove(answer[0])
            self._losses = self._losses + 1 if isinstance(answer[1], _LostError) else 0
            yield answer

    def _next(self) -> _Drawn | None:
        """Wait for a card; None if nobody is left who draws."""
        while True:
            someone = any(drawer.thread.is_alive() for drawer in self._drawers)
            with suppress(queue.Empty):
                # Not longer, for Windows hears of Ctrl-C only in between.
                return self._answers.get(timeout=_TICK if someone else 0)
            if not someone:
                return None
            for drawer in self._drawers:
                drawer.watch()

    def __enter__(self) -> "_Crew":
        with suppress(RuntimeError):  # no more threads
            for drawer in self._drawers:
                drawer.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for drawer in self._drawers:
            drawer.end()
            self._orders.put(None)
        for drawer in self._drawers:
            if drawer.thread.ident is not None:
                drawer.thread.join()


class _Drawer:
    """A thread that has a process draw; one that ended is replaced, if there is more to do."""

    def __init__(
        self,
        command: Sequence[str],
        patience: float,
        orders: "queue.SimpleQueue[_Order | None]",
        answers: "queue.SimpleQueue[_Drawn]",
    ) -> None:
        self.thread = threading.Thread(target=self._work, daemon=True)
        self._command, self._patience = command, patience
        self._orders, self._answers = orders, answers
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # on what is below: the other thread ends the process
        self._deadline = math.inf
        self._is_late = self._is_over = False

    def watch(self) -> None:
        """End the process if it has been about a card for too long."""
        with self._lock:
            if self._process is not None and time.monotonic() > self._deadline:
                self._is_late = True
                self._process.kill()

    def end(self) -> None:
        """End the process, and let there be no other."""
        with self._lock:
            self._is_over = True
            if self._process is not None:
                self._process.kill()

    def _work(self) -> None:
        try:
            while (order := self._orders.get()) is not None:
                process = self._process or self._started()
                if process is None:
                    self._orders.put(order)
                    return
                self._answers.put((order, self._drawn(process, order)))
        finally:
            self._dismiss()

    def _started(self) -> "subprocess.Popen[bytes] | None":
        """Return a process that said it is ready; None if none can be had."""
        with self._lock, suppress(OSError):
            if not self._is_over:
                self._process = start(self._command)
        if self._process is not None and self._answer(self._process, _START) is None:
            self._dismiss()
        return self._process

    def _drawn(self, process: "subprocess.Popen[bytes]", order: _Order) -> Encoded | CardError:
        card = _understood(self._answer(process, self._patience, write_order(order.drawing)))
        if card is None or self._is_late:
            # It may have answered and been ended all the same: then another takes its place.
            card = card or _lost(process, self._patience if self._is_late else math.inf)
            self._dismiss()
        return card

    def _answer(
        self, process: "subprocess.Popen[bytes]", patience: float, *order: bytes
    ) -> bytes | None:
        """Return its answer to ``order``, what it says first if that is empty; None if it ends."""
        with self._lock:
            self._deadline = time.monotonic() + patience
        answer = b""
        with suppress(OSError, ValueError):
            if order:
                send(cast("BinaryIO", process.stdin), *order)
            answer = receive(cast("BinaryIO", process.stdout), MAX_ANSWER)
        with self._lock:
            self._deadline = math.inf
        return answer or None

    def _dismiss(self) -> None:
        with self._lock:
            process, self._process, self._is_late = self._process, None, False
        if process is not None:
            end(process)


def _understood(answer: bytes | None) -> Encoded | CardError | None:
    with suppress(ValueError, LookupError, TypeError):
        return read_answer(answer) if answer is not None else None
    return None


def _lost(process: "subprocess.Popen[bytes]", patience: float) -> _LostError:
    if patience < math.inf:
        return _LostError("", f"the card engine took more than {patience:g} seconds", _REMEDY)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)  # its pipes close before it has ended
    if process.returncode == _KILLED:
        return _LostError("", "the card engine was killed", "give the build more memory")
    return _crashed()
