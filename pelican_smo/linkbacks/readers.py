"""The home of the processes that read strangers' pages for us, so that no page can stop us."""

import json
import queue
import threading
from base64 import b64decode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

from pelican_smo.errors import MessageError, ReceiverError, TooComplexError
from pelican_smo.linkbacks.child import MAX_ANSWER
from pelican_smo.linkbacks.reading import Author, Look
from pelican_smo.processes import end, module, receive, send, start

if TYPE_CHECKING:
    from pelican_smo.linkbacks.exchange import Fetched

__all__ = ["Readers"]

_COMMAND = module("pelican_smo.linkbacks.child")
# A loaded machine may take long to start Python, and no page is to blame for it.
_START = 30.0
_CLOSED = "the readers are closed"
_REMEDY = "no reader can be started; is mf2py there? pip install 'pelican-smo[linkbacks]'"


class Readers:
    """A few processes that stay, each of which reads one page at a time.

    ``cpu`` and ``wall`` are seconds for one page, ``memory`` bytes of address space for one
    process, which is replaced after ``documents`` pages, or once it has used half of them.
    Processes start when they are needed. Any number of threads may ask. What is asked raises
    TooComplexError where a page takes more time, memory or nesting than is allowed, and
    ReceiverError where no process can be started or these are closed.
    """

    def __init__(
        self,
        children: int = 1,
        *,
        cpu: int = 2,
        wall: float = 5.0,
        memory: int = 512 << 20,
        documents: int = 5000,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self.wall, self.documents = wall, documents
        self._command = (*command, str(cpu), str(memory))
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(max(children, 1)):
            self._idle.put(None)
        self._alive: set[_Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def look(
        self,
        page: "Fetched",
        *,
        source: str,
        wanted: Collection[str],
        received: float,
        claims: Mapping[str, str],
    ) -> Look:
        """Return what ``page`` is found to be; all is as ``look.looks`` has it.

        A page whose link is found has its reading, even if the rest of it is too complex.
        Raises MessageError for what no links can be found in.
        """
        facts = {"source": source, "wanted": [*wanted], "received": received, "claims": {**claims}}
        answers = self._ask("look", page.body, **_place(page), **facts)
        if answers.refused:
            raise MessageError(answers.refused)
        if not answers.found:
            raise TooComplexError(answers.problem)
        return _understood(Look.from_json, answers.found[-1])

    def card(self, page: "Fetched") -> Author | None:
        """Return the person that ``page`` is about, or None."""
        answers = self._ask("card", page.body, **_place(page))
        if answers.problem:
            raise TooComplexError(answers.problem)
        return (
            _understood(lambda card: Author(**card), answers.found[-1]) if answers.found else None
        )

    def portrait(self, picture: bytes) -> bytes:
        """Return ``picture`` drawn again, as ``portrait.redrawn`` has it."""
        answers = self._ask("portrait", picture)
        if answers.problem:
            raise TooComplexError(answers.problem)
        return _understood(lambda found: b64decode(found[0]), answers.found)

    def close(self) -> None:
        """End the processes; a page that one of them was about is not judged."""
        with self._lock:
            self._closed = True
        for child in tuple(self._alive):
            self._end(child)

    def __enter__(self) -> "Readers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, read: str, body: bytes, **facts: Any) -> "_Answers":
        order = json.dumps({"read": read, **facts}).encode()
        with self._lent() as child:
            answers = child.ask(order, b"\n", body, patience=self.wall)
        if self._closed:
            # It was ended, and whose fault that is cannot be told.
            raise ReceiverError(_CLOSED)
        return answers

    @contextmanager
    def _lent(self) -> Iterator["_Child"]:
        child = self._idle.get()
        try:
            if child is None or child.pages >= self.documents or not child.fit:
                child = self._replaced(child)
            yield child
        finally:
            # Whatever it was, an unfit process may still be about that page.
            if child is not None and not child.fit:
                self._end(child)
                child = None
            self._idle.put(child)

    def _replaced(self, child: "_Child | None") -> "_Child":
        if child is not None:
            self._end(child)
        with self._lock:
            if self._closed:
                raise ReceiverError(_CLOSED)
            try:
                child = _Child(self._command)
            except OSError as error:
                raise ReceiverError(f"no reader can be started: {error}") from error
            self._alive.add(child)
        if child.ask(patience=_START).problem:
            self._end(child)
            raise ReceiverError(_CLOSED if self._closed else _REMEDY)
        return child

    def _end(self, child: "_Child") -> None:
        self._alive.discard(child)
        child.end()


@dataclass(kw_only=True, slots=True)
class _Answers:
    """What was found by an order, why that is not all, and why nothing was looked for."""

    found: list[Any] = field(default_factory=list)
    problem: str = ""
    refused: str = ""


class _Child:
    """One process, and whether it can take another page."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = start(command)
        self._late = False
        self._ready = False
        self._asked = 0

    @property
    def pages(self) -> int:
        return self._asked - 1  # what it said of itself first was about none

    @property
    def fit(self) -> bool:
        return self._ready and self._process.poll() is None

    def ask(self, *order: bytes, patience: float) -> _Answers:
        """Return the answers to ``order``, or what it says of itself first if that is empty.

        There is a problem if it takes longer than ``patience`` seconds or ends before all
        is said; then it is not fit for another.
        """
        self._asked += 1
        self._ready = False
        answers = _Answers()
        clock = threading.Timer(patience, self._lose_patience)
        clock.daemon = True
        clock.start()
        try:
            if order:
                send(cast("BinaryIO", self._process.stdin), *order)
            while "found" in (answer := self._answer()):
                answers.found.append(answer["found"])
            answers.refused = str(answer.get("refused", ""))
            problem = str(answer.get("failed", "")) and f"it cannot be read: {answer['failed']}"
            self._ready = answer["spent"] is False
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            problem = "it takes more than its reader is allowed"
        finally:
            # Joined, so that it cannot end the process while it is about the next page.
            clock.cancel()
            clock.join()
        answers.problem = f"it takes more than {patience:g} seconds" if self._late else problem
        self._ready = self._ready and not self._late
        return answers

    def _answer(self) -> Mapping[str, Any]:
        answer = json.loads(receive(cast("BinaryIO", self._process.stdout), MAX_ANSWER))
        if not isinstance(answer, dict):
            raise TypeError("an answer is an object")
        return answer

    def end(self) -> None:
        """End the process, whatever it is about, and forget it."""
        end(self._process)

    def _lose_patience(self) -> None:
        self._late = True
        self._process.kill()


def _place(page: "Fetched") -> dict[str, str]:
    return {"media_type": page.media_type, "charset": page.charset, "url": page.url}


_Value = TypeVar("_Value")


def _understood(kind: Callable[[Any], _Value], values: Any) -> _Value:
    """Return what ``kind`` makes of an answer, which a process at its end may have garbled."""
    try:
        return kind(values)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise TooComplexError("it cannot be read: its reader makes no sense") from error
