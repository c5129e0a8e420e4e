"""The home of what is read of a request: its body within limits, and what its sender prefers."""

import asyncio
import re
from collections.abc import Collection

from starlette.requests import Request

from pelican_smo.errors import SmoError
from pelican_smo.linkbacks.messages import media_type

__all__ = ["FORM_TYPES", "XML_TYPES", "RefusedError", "agent", "prefers", "read_body"]

FORM_TYPES = frozenset({"application/x-www-form-urlencoded"})
# Serendipity sends its pingbacks as text/html.
XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})

_MAX_AGENT = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class RefusedError(SmoError):
    """A request is not granted; the text says why, for its sender.

    ``status`` is the HTTP status, ``fault`` the code of a pingback fault, ``retry_after`` the
    seconds after which another try may do better, ``outcome`` the word under which it counts.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int = 400,
        fault: int = 0,
        retry_after: int = 0,
        outcome: str = "malformed",
    ) -> None:
        self.status, self.fault, self.outcome = status, fault, outcome
        self.retry_after = retry_after
        super().__init__(text)


async def read_body(
    request: Request, most: int, seconds: float, types: Collection[str] = FORM_TYPES
) -> bytes:
    """Return the whole body: at most ``most`` bytes, within ``seconds``, uncompressed.

    Raises RefusedError for more (413), for slower (408), and for a content coding or a media
    type that is not one of ``types`` (415); a request that names no type is believed.
    """
    kind = media_type(request.headers.get("content-type", ""))
    if kind and kind not in types:
        raise RefusedError(f"the body must be {' or '.join(sorted(types))}", status=415)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError("the body must not be compressed", status=415)
    if _length(request) > most:
        raise _too_long(most)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, most)
    except TimeoutError as error:
        raise RefusedError("the body took too long to come", status=408) from error


def _length(request: Request) -> int:
    written = request.headers.get("content-length", "")
    # More digits than any body has bytes: int() need not read them.
    return int(written[:19]) if written.isascii() and written.isdigit() else 0


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_long(most)
    return bytes(body)


def _too_long(most: int) -> RefusedError:
    return RefusedError(f"the body is longer than {most // 1024} KB", status=413)


def agent(request: Request) -> str:
    """Return the User-Agent that the request names, on one line and not endless."""
    return _CONTROLS.sub("", request.headers.get("user-agent", ""))[:_MAX_AGENT]


def prefers(request: Request, wanted: str, other: str) -> bool:
    """Tell whether the sender would rather have the media type ``wanted`` than ``other``.

    As RFC 9110 section 12.5.1 has it: the weight of the most specific range counts.
    """
    accept = request.headers.get("accept", "")
    return accept != "" and _weight(accept, wanted) > _weight(accept, other)


def _weight(accept: str, media: str) -> float:
    ranges = {media: 2, f"{media.partition('/')[0]}/*": 1, "*/*": 0}
    best = (-1, 0.0)
    for part in accept.split(",")[:32]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in ranges:
            best = max(best, (ranges[name], _quality(parameters)))
    return best[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(1.0, max(0.0, float(parameter[2:])))
            except ValueError:
                return 0.0
    return 1.0
