"""The home of the group commit: many calls on a store share one transaction and one fsync."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from pelican_smo.receiver.inbox import NotNowError
from pelican_smo.receiver.store import Store

__all__ = ["GroupCommit"]

T = TypeVar("T")
Call = Callable[[Store], Any]
_MOST = 512


class GroupCommit:
    """Carries out calls on ``store`` in a thread of its own.

    What waits when a transaction begins is part of it. A call's future is done when its
    effects are on disk, or with the reason why none of them is. A call that fails undoes
    its own effects alone; a full disk or a lock fails all that shared the transaction.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calls: queue.SimpleQueue[tuple[Call, Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="smo-commit", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[Store], T]) -> "Future[T]":
        """Have ``call`` carried out; returns a future of what it returns."""
        future: Future[T] = Future()
        if self._closed:
            future.set_exception(NotNowError("the receiver is shutting down", 60))
        else:
            self._calls.put((call, future))
        return future

    def close(self) -> None:
        """Carry out what is waiting, then stop."""
        self._closed = True
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        open = True
        while open:
            waiting = [self._calls.get()]
            while len(waiting) < _MOST and not self._calls.empty():
                waiting.append(self._calls.get())
            open = None not in waiting
            self._commit([one for one in waiting if one is not None])

    def _commit(self, calls: list[tuple[Call, "Future[Any]"]]) -> None:
        done: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with self._store.transaction():
                done = [(future, *self._carry_out(call)) for call, future in calls]
        except Exception as error:  # noqa: BLE001  it belongs to those who wait
            done = [(future, None, error) for _, future in calls]
        for future, result, problem in done:
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)

    def _carry_out(self, call: Call) -> tuple[Any, Exception | None]:
        try:
            with self._store.savepoint():
                return call(self._store), None
        except NotNowError:
            raise
        except Exception as error:  # noqa: BLE001  it belongs to the one who called
            return None, error
