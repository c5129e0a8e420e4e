"""The home of the processes that parse microformats for us, so that no page can stop us."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, BinaryIO, cast

from pelican_smo.errors import ReceiverError, TooComplexError
from pelican_smo.linkbacks.child import MAX_ANSWER, receive, send

__all__ = ["Parsers"]

# The roots of microformats2, and of the classic ones that may be posts or people.
_MARKED = re.compile(r"\b(?:h-[a-z]|h(?:entry|feed|news|review|recipe)\b|vevent\b|vcard\b)")
_COMMAND = (sys.executable, "-P", "-m", "pelican_smo.linkbacks.child")
# A loaded machine may take long to start Python, and no page is to blame for it.
_START = 30.0


class Parsers:
    """A few processes that stay, each of which parses one page at a time.

    ``cpu`` and ``wall`` are seconds for one page, ``memory`` bytes of address space for one
    process, which is replaced after ``documents`` pages, or once it has used half of them.
    Processes start when they are needed. Any number of threads may ask.
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

    def parse(self, html: str, url: str) -> dict[str, Any]:
        """Return the microformats of the page ``html`` with the address ``url``, as mf2 JSON.

        A page without the name of one holds none, and needs no process. Raises
        TooComplexError where the page takes more time, memory or nesting than is
        allowed, and ReceiverError where no process can be started or these are closed.
        """
        if not _MARKED.search(html):
            return {"items": [], "rels": {}, "rel-urls": {}}
        order = json.dumps({"html": html, "url": url}).encode()
        with self._lent() as child:
            answer = child.ask(order, self.wall)
        found = answer.get("found")
        if not isinstance(found, dict):
            raise TooComplexError(f"its microformats cannot be read: {answer.get('failed')}")
        return found

    def close(self) -> None:
        """End the processes; a page that one of them was about is not judged."""
        with self._lock:
            self._closed = True
        for child in tuple(self._alive):
            self._end(child)

    def __enter__(self) -> "Parsers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _lent(self) -> Iterator["_Child"]:
        child = self._idle.get()
        try:
            if child is None or child.pages >= self.documents or not child.fit:
                child = self._replaced(child)
            yield child
        except BaseException as error:
            # Whatever it was, this process may still be about that page.
            if child is not None:
                self._end(child)
            child = None
            if self._closed:
                raise ReceiverError("the parsers are closed") from error
            raise
        finally:
            self._idle.put(child)

    def _replaced(self, child: "_Child | None") -> "_Child":
        if child is not None:
            self._end(child)
        with self._lock:
            if self._closed:
                raise ReceiverError("the parsers are closed")
            try:
                child = _Child(self._command)
            except OSError as error:
                raise ReceiverError(f"no parser can be started: {error}") from error
            self._alive.add(child)
        try:
            child.ask(b"", _START)
        except TooComplexError as error:
            self._end(child)
            raise ReceiverError(
                "no parser can be started; is mf2py there? pip install 'pelican-smo[linkbacks]'"
            ) from error
        return child

    def _end(self, child: "_Child") -> None:
        self._alive.discard(child)
        child.end()


class _Child:
    """One process, and whether it can take another page."""

    def __init__(self, command: Sequence[str]) -> None:
        # A session of its own: Ctrl-C in the terminal is for us, and we end it.
        self._process = subprocess.Popen(  # noqa: S603  our own module, no stranger's word
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._late = False
        self._spent = False
        self._asked = 0

    @property
    def pages(self) -> int:
        return self._asked - 1  # what it said of itself first was about none

    @property
    def fit(self) -> bool:
        return not self._spent and self._process.poll() is None

    def ask(self, order: bytes, patience: float) -> dict[str, Any]:
        """Return the answer to ``order``, or what it says of itself first if that is empty.

        Raises TooComplexError if it takes longer than ``patience`` seconds or gives none.
        """
        self._asked += 1
        clock = threading.Timer(patience, self._lose_patience)
        clock.daemon = True
        clock.start()
        try:
            if order:
                send(cast("BinaryIO", self._process.stdin), order)
            answer = receive(cast("BinaryIO", self._process.stdout), MAX_ANSWER)
        except (OSError, ValueError, RecursionError):
            answer = None
        finally:
            # Joined, so that it cannot end the process while it is about the next page.
            clock.cancel()
            clock.join()
        if self._late or not isinstance(answer, dict):
            why = f"{patience:g} seconds" if self._late else "what its parser is allowed"
            raise TooComplexError(f"its microformats take more than {why}")
        self._spent = answer.get("spent") is True
        return answer

    def end(self) -> None:
        """End the process, whatever it is about, and forget it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast("BinaryIO", pipe).close()

    def _lose_patience(self) -> None:
        self._late = True
        self._process.kill()
