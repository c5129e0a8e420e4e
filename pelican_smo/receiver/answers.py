"""The home of answers: what every one carries, and how an error becomes one."""

import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pelican_smo.errors import MessageError
from pelican_smo.receiver.inbox import NotNowError, ProtocolName
from pelican_smo.receiver.requests import RefusedError

__all__ = [
    "HTML",
    "JSON",
    "PUBLIC",
    "TEXT",
    "XML",
    "Answer",
    "Endpoint",
    "Post",
    "Refuse",
    "Seldom",
    "nothing_here",
    "respond",
]

log = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, RefusedError], Response]

HTML, JSON, TEXT, XML = "text/html", "application/json", "text/plain", "text/xml"

# An answer is for its asker alone, and for no search engine …
_PRIVATE = {
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
# … but a feed is for everybody, scripts of other sites included.
PUBLIC = {
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=60",
    "access-control-allow-origin": "*",
}

# The rest of a body that nobody reads goes away with its connection.
_UNREAD = frozenset({408, 413, 415, 429})


def respond(
    body: bytes, media: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a private answer; ``headers`` are added to what every one carries."""
    return Response(body, status, {**_PRIVATE, **(headers or {})}, media)


def nothing_here() -> RefusedError:
    """Return the error for an address, or a name in one, that there is not."""
    return RefusedError("there is nothing at this address", status=404)


class Seldom:
    """Tells what may be said again: each thing once in ``seconds``.

    What goes wrong for one message goes wrong for a flood of them, and a log must not fill the
    disk that is full already.
    """

    _MOST = 100

    def __init__(
        self, seconds: float = 60.0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._clock = seconds, clock
        self._said: dict[str, float] = {}

    def __call__(self, text: str) -> bool:
        """Tell whether ``text`` was not said for a while; if so, it is now."""
        now = self._clock()
        if now - self._said.get(text, -self._seconds) < self._seconds:
            return False
        if len(self._said) >= self._MOST:
            self._said.clear()
        self._said[text] = now
        return True


class Post(NamedTuple):
    """How the messages of one protocol are taken, and in which voice they are refused."""

    protocol: ProtocolName
    take: Answer
    refuse: Refuse


class Endpoint:
    """One address: what it answers to GET and, where it takes messages, to POST.

    ``refuse`` is the voice in which it says no to people; messages have their protocol's own.
    ``counts`` counts them by protocol and by what came of them.
    """

    def __init__(
        self, get: Answer, refuse: Refuse, counts: Counter[tuple[str, str]], post: Post | None
    ) -> None:
        self._get, self._refuse, self._counts, self._post = get, refuse, counts, post
        self._loud = Seldom()
        self._allow = {"allow": f"GET, HEAD, OPTIONS{', POST' if post else ''}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope, receive)
        try:
            if self._post and request.method == "POST":
                response = await self._taken(request, self._post)
            else:
                response = await self._told(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _taken(self, request: Request, post: Post) -> Response:
        outcome = "disconnected"
        try:
            response = await post.take(request)
            outcome = "accepted"
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  whatever happens, its sender gets an answer
            refused = _refused(error, self._loud)
            response, outcome = _refusal(request, refused, post.refuse), refused.outcome
        finally:
            self._counts[post.protocol, outcome] += 1
        return response

    async def _told(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(None, 204, {**_PRIVATE, **self._allow})
        if request.method not in ("GET", "HEAD"):
            return respond(b"This address has no such method.\n", TEXT, 405, self._allow)
        try:
            return await self._get(request)
        except Exception as error:  # noqa: BLE001  the same for questions
            return _refusal(request, _refused(error, self._loud), self._refuse)


def _refusal(request: Request, refused: RefusedError, refuse: Refuse) -> Response:
    response = refuse(request, refused)
    if refused.retry_after:
        response.headers["retry-after"] = str(refused.retry_after)
    if refused.status in _UNREAD:
        response.headers["connection"] = "close"
    return response


def _refused(error: Exception, loud: Seldom) -> RefusedError:
    """Return ``error`` as what its sender may know of it; what is our fault is logged."""
    if isinstance(error, MessageError):
        return RefusedError(str(error))
    if isinstance(error, RefusedError):
        return error
    level = logging.ERROR if loud(f"{type(error)} {error}") else logging.DEBUG
    if isinstance(error, NotNowError):
        seconds = max(1, math.ceil(error.retry_after))
        log.log(level, "a linkback could not be kept: %s", error)
        return RefusedError(
            f"this cannot be kept at the moment; try again in {seconds} seconds",
            status=503,
            retry_after=seconds,
            outcome="not now",
        )
    log.log(level, "a request could not be answered", exc_info=error)
    return RefusedError("something went wrong here", status=500, outcome="error")
