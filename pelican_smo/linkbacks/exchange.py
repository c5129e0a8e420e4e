"""The home of one request and its answer over a connection that is there, within limits."""

import io
import re
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.messages import charset, media_type

__all__ = [
    "BROKEN",
    "REDIRECTS",
    "Budget",
    "Fetched",
    "Limits",
    "Place",
    "Request",
    "exchange",
    "in_short",
]

# What urllib3 and what is below it raise for broken connections and malformed answers.
BROKEN = (HTTPError, HTTPException, OSError, ValueError)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SUCCESS = range(200, 300)
_CHUNK = 16 * 1024
_WORDS = 200
_GZIP = zlib.MAX_WBITS | 16  # a gzip header and trailer and nothing else, RFC 1952
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a fetch may take, in seconds and bytes, and where it may go.

    ``connect`` bounds each of looking up a name, connecting, and shaking hands. An answer of
    n bytes may take ``first_byte`` + n / ``slowest`` seconds, and all hops together ``total``.
    ``raw`` counts the bytes of one answer as they come, headers included, ``decoded`` those of
    its body when unpacked. ``ports`` None means any port. ``spacing`` and ``concurrent`` are
    those of ``Pace``.
    """

    connect: float = 3.0
    first_byte: float = 5.0
    total: float = 15.0
    raw: int = 1 << 20
    decoded: int = 2 << 20
    redirects: int = 5
    slowest: int = 1024
    ports: frozenset[int] | None = frozenset({80, 443, 8080, 8443})
    spacing: float = 1.0
    concurrent: int = 2


@dataclass(frozen=True)
class Fetched:
    """What a server answered: the address that did so, and what it said.

    ``headers`` has names in lower case, ``body`` is unpacked, ``hops`` are the addresses that
    redirected to ``url``, in order.
    """

    url: str
    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes
    hops: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first value of the header ``name``, or nothing."""
        return self.headers.get(name.lower(), ("",))[0]

    @property
    def media_type(self) -> str:
        """The media type in lower case without its parameters, or nothing."""
        return media_type(self.header("content-type"))

    @property
    def charset(self) -> str:
        """The character encoding that the server names, in lower case, or nothing."""
        return charset(self.header("content-type")).lower()


@dataclass(frozen=True)
class Place:
    """Where a request goes: a checked URL and its parts."""

    url: str
    scheme: str
    authority: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: who is told what is meant for one server only."""
        return self.scheme, self.host, self.port


@dataclass(frozen=True)
class Request:
    """What is asked: a method, a place, headers beside our own, a body or none."""

    method: str
    place: Place
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Budget:
    """What one errand, all its hops together, may still take."""

    limits: Limits
    clock: Callable[[], float]
    end: float

    def left(self) -> float:
        """Return the seconds that are left of all."""
        return self.end - self.clock()

    def step(self) -> float:
        """Return the seconds that the next step of connecting may take."""
        left = min(self.limits.connect, self.left())
        if left <= 0:
            raise FetchError("too slow", f"not done within {self.limits.total} seconds")
        return left


class _Wire(io.RawIOBase):
    """A connection as http.client sees its socket, on which no wait outlasts the limits.

    A socket's own timeout starts anew with each byte; here each wait is cut to what is left.
    """

    def __init__(self, sock: socket.socket, budget: Budget) -> None:
        self._sock, self._budget = sock, budget
        self._began, self._received = budget.clock(), 0

    @property
    def limits(self) -> Limits:
        return self._budget.limits

    def readinto(self, buffer: Any) -> int:
        self._cut_timeout()
        try:
            count = self._sock.recv_into(buffer)
        except TimeoutError as error:  # urllib3 would make it one of many broken connections
            raise self._too_slow() from error
        self._received += count
        if self._received > self.limits.raw:
            raise FetchError("too big", f"more than {self.limits.raw} bytes")
        return count

    def sendall(self, data: bytes) -> None:
        self._cut_timeout()
        self._sock.sendall(data)

    def _cut_timeout(self) -> None:
        patience = self.limits.first_byte + self._received / self.limits.slowest
        left = min(self._budget.left(), self._began + patience - self._budget.clock())
        if left <= 0:
            raise self._too_slow()
        self._sock.settimeout(left)

    def _too_slow(self) -> FetchError:
        return FetchError("too slow", f"{self._received} bytes came in time")

    def readable(self) -> bool:
        return True

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, _CHUNK)

    def settimeout(self, _seconds: float | None) -> None:
        """Keep our own timeouts, whatever urllib3 asks for."""

    def close(self) -> None:
        """Stay open: http.client closes before it has read, and the socket is not ours."""


class _Response(HTTPResponse):
    """What http.client reads; malformed header lines are passed over, not logged by urllib3."""

    def begin(self) -> None:
        super().begin()
        self.msg.defects.clear()
        self.msg.set_payload("")


class _Connection(HTTPConnection):
    """A connection that is there already, for one request."""

    auto_open = 0  # it must never connect by itself: it would look up the name once more
    response_class = _Response

    def __init__(self, place: Place, wire: _Wire) -> None:
        super().__init__(place.host, place.port)
        self.sock = cast("socket.socket", wire)


def exchange(request: Request, sock: socket.socket, budget: Budget, *, agent: str) -> Fetched:
    """Return the answer to ``request``, sent over ``sock``, which stays open.

    Raises FetchError, TimeoutError, or what ``BROKEN`` lists.
    """
    connection = _Connection(request.place, _Wire(sock, budget))
    headers = {
        **request.headers,
        "Host": request.place.authority,
        "User-Agent": agent,
        "Accept-Encoding": "gzip, identity",
        "Connection": "close",
    }
    connection.request(
        request.method,
        request.place.path,
        request.body,
        _encoded(headers),
        preload_content=False,
    )
    response = connection.getresponse()
    answer = Fetched(request.place.url, response.status, _headers(response), b"")
    if answer.status in REDIRECTS:
        return answer
    try:
        return replace(answer, body=_body(response, answer, budget.limits))
    except (FetchError, *BROKEN):
        if answer.status in _SUCCESS:
            raise
        return answer


def in_short(said: object) -> str:
    """Return what a stranger, or an error that quotes one, says, fit for one line of a log."""
    return _CONTROLS.sub(" ", str(said)).strip()[:_WORDS]


def _encoded(headers: Mapping[str, str]) -> dict[str, str]:
    """Return ``headers`` so that http.client, which writes Latin-1, sends UTF-8."""
    return {name: value.encode().decode("latin-1") for name, value in headers.items()}


def _headers(response: BaseHTTPResponse) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in response.headers.iteritems():
        key = name.lower()
        headers[key] = (*headers.get(key, ()), _CONTROLS.sub(" ", _decoded(value)))
    return headers


def _decoded(value: str) -> str:
    """Return a header's ``value``, which http.client reads as Latin-1, as UTF-8 if it is that."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _body(response: BaseHTTPResponse, answer: Fetched, limits: Limits) -> bytes:
    coding, transfer = _list(answer, "content-encoding"), _list(answer, "transfer-encoding")
    if coding not in ("", "identity", "gzip", "x-gzip") or transfer not in ("", "chunked"):
        raise FetchError("encoding", in_short(f"{coding} {transfer}"))
    if (response.length_remaining or 0) > limits.raw:
        raise FetchError("too big", f"{response.length_remaining} bytes are announced")
    chunks: Iterable[bytes] = response.stream(_CHUNK, decode_content=False)
    if "gzip" in coding:
        chunks = _unpacked(chunks, limits.decoded)
    return _joined(chunks, limits.decoded)


def _list(answer: Fetched, name: str) -> str:
    return ", ".join(answer.headers.get(name, ())).strip().lower()


def _joined(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise FetchError("too big", f"more than {most} bytes of content")
    return bytes(body)


def _unpacked(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Yield ``chunks`` of gzip unpacked, no piece longer than ``most`` + 1 bytes.

    Like browsers it takes the first member and passes over what follows it.
    """
    unpack = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            yield unpack.decompress(chunk, most + 1)
            if unpack.eof:
                return
    except zlib.error as error:
        raise FetchError("encoding", in_short(error)) from error
    raise FetchError("encoding", "the end of the gzip is missing")
