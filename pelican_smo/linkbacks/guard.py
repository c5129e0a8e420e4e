"""The home of the one way out: HTTP to strangers' servers, with limits and an address guard.

A stranger's message makes this program ask a server that the stranger names. So nothing that a
name, a server or a page says is believed: each address is judged as it stands in the answer of
the resolver, the connection goes to that very address, and time, bytes, redirects and the number
of requests to one host are bounded.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from ipaddress import ip_address
from typing import cast
from urllib.parse import urljoin, urlsplit

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.addresses import normal_page
from pelican_smo.linkbacks.exchange import (
    BROKEN,
    REDIRECTS,
    Budget,
    Fetched,
    Limits,
    Place,
    Request,
    exchange,
    in_short,
)
from pelican_smo.linkbacks.pace import Pace
from pelican_smo.linkbacks.public import allowing, is_public, network

__all__ = [
    "ACCEPT",
    "Connector",
    "Fetched",
    "Fetcher",
    "Limits",
    "Pace",
    "Resolver",
    "Sockaddr",
    "allowing",
    "connect",
    "is_public",
    "resolve",
]

# What a link can be found in (Webmention section 3.2.2), the best to read first.
ACCEPT = "text/html, application/xhtml+xml, application/json;q=0.8, text/plain;q=0.6, */*;q=0.1"

# As the socket module gives and takes them: two items for IPv4, four for IPv6.
Sockaddr = tuple[str, int] | tuple[str, int, int, int]
Resolver = Callable[[str, int], Collection[Sockaddr]]
Connector = Callable[[Sockaddr, float], socket.socket]

_PORTS = {"http": 80, "https": 443}


def resolve(host: str, port: int) -> list[Sockaddr]:
    """Return every address of ``host`` that the system knows; raises OSError or ValueError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [cast("Sockaddr", sockaddr) for *_, sockaddr in found]


def connect(sockaddr: Sockaddr, timeout: float) -> socket.socket:
    """Return a connection to ``sockaddr``, made within ``timeout`` seconds; raises OSError."""
    family = socket.AF_INET6 if sockaddr[2:] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


class Fetcher:
    """The client by which every request leaves: one for a program, for any number of threads.

    ``agent`` is the User-Agent. ``judge`` says of an IP address whether it may be dialled,
    ``resolver`` gives the addresses of a host, ``connector`` dials one of them, ``tls`` holds
    the certificates that are believed (the system's where None). Proxies that the environment
    names are not used, for behind one no address could be judged. Cookies are not kept.
    """

    def __init__(
        self,
        *,
        agent: str,
        limits: Limits | None = None,
        judge: Callable[[str], bool] = is_public,
        resolver: Resolver = resolve,
        connector: Connector = connect,
        pace: Pace | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        limits = limits or Limits()
        self._agent, self._limits, self._judge = agent, limits, judge
        self._resolver, self._connector, self._tls = resolver, connector, tls
        self._clock, self._sleep = clock, sleep
        if pace is None:
            pace = Pace(spacing=limits.spacing, concurrent=limits.concurrent, clock=clock)
        self._pace = pace

    def get(
        self,
        url: str,
        *,
        accept: str = ACCEPT,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        patient: bool = False,
    ) -> Fetched:
        """Return what is at ``url`` after at most ``limits.redirects`` redirects.

        Any status is an answer, 304 and 404 too; only with a status 2xx the body has to come
        whole, else it may be empty. ``headers`` go to the origin of ``url`` and no other.
        ``patient`` waits for the host's turn, within the limits, where else it would be "busy".
        Raises FetchError and nothing else.
        """
        budget = self._budget(limits)
        request = Request("GET", _place(url, budget.limits), {**(headers or {}), "Accept": accept})
        hops: list[str] = []
        while True:
            answer = self._ask(request, budget, patient=patient or bool(hops))
            place = _following(request.place, answer, budget.limits)
            if place is None:
                return replace(answer, hops=tuple(hops))
            hops.append(request.place.url)
            if len(hops) > budget.limits.redirects or place.url in hops:
                raise FetchError("too many redirects", f"{len(hops)} from {hops[0]}")
            kept = request.headers if place.origin == request.place.origin else {"Accept": accept}
            request = Request("GET", place, kept)

    def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        accept: str = "*/*",
        limits: Limits | None = None,
    ) -> Fetched:
        """Return the answer to ``body`` sent to ``url``; no redirect is followed.

        Raises FetchError and nothing else.
        """
        budget = self._budget(limits)
        headers = {"Accept": accept, "Content-Type": content_type}
        request = Request("POST", _place(url, budget.limits), headers, body)
        return self._ask(request, budget, patient=False)

    def _budget(self, limits: Limits | None) -> Budget:
        limits = limits or self._limits
        return Budget(limits, self._clock, self._clock() + limits.total)

    def _ask(self, request: Request, budget: Budget, *, patient: bool) -> Fetched:
        host = request.place.host
        try:
            with ExitStack() as held:
                # The host's turn comes before the look-up, so that look-ups are spaced as well.
                self._take_turn(held, {host}, budget, patient=patient)
                sockaddrs = self._judged(request.place, budget)
                networks = {network(sockaddr[0]) for sockaddr in sockaddrs}
                self._take_turn(held, networks, budget, patient=patient)
                sock = held.enter_context(self._connected(request.place, sockaddrs, budget))
                return exchange(request, sock, budget, agent=self._agent)
        except TimeoutError as error:
            raise FetchError("too slow", host) from error
        except BROKEN as error:
            raise FetchError("unreachable", f"{host}: {in_short(error)}") from error

    def _take_turn(self, held: ExitStack, keys: set[str], budget: Budget, *, patient: bool) -> None:
        """Take a turn of all ``keys``; a ``patient`` caller, amidst redirects, waits for it."""
        while True:
            try:
                held.enter_context(self._pace.enter(*keys))
            except FetchError as busy:
                if not patient or busy.retry_after >= budget.left():
                    raise
                self._sleep(busy.retry_after)
            else:
                return

    def _judged(self, place: Place, budget: Budget) -> list[Sockaddr]:
        """Return one address to dial for each family; a bad one spoils the whole answer."""
        found = _looked_up(self._resolver, place, budget.step())
        if not found:
            raise FetchError("unreachable", f"{place.host} has no address")
        for literal in map(_literal, found):
            if not self._judge(literal):
                raise FetchError("refused", f"{place.host} is at {literal}")
        families: dict[int, Sockaddr] = {}
        for sockaddr in found:
            families.setdefault(len(sockaddr), sockaddr)
        return list(families.values())

    def _connected(
        self, place: Place, sockaddrs: Iterable[Sockaddr], budget: Budget
    ) -> socket.socket:
        problems: list[OSError] = []
        for sockaddr in sockaddrs:
            try:
                sock = self._connector(sockaddr, budget.step())
            except OSError as problem:
                problems.append(problem)
            else:
                return self._secured(sock, sockaddr, place, budget)
        raise problems[0]

    def _secured(
        self, sock: socket.socket, sockaddr: Sockaddr, place: Place, budget: Budget
    ) -> socket.socket:
        """Return ``sock`` once it is known to end where it should, in TLS where asked for."""
        try:
            _check_peer(sock, sockaddr)
            sock.settimeout(budget.step())
            if place.scheme == "http":
                return sock
            return (self._tls or _system_tls()).wrap_socket(sock, server_hostname=place.host)
        except BaseException:
            sock.close()
            raise


def _place(url: str, limits: Limits) -> Place:
    url = normal_page(url)
    parts = urlsplit(url)
    if not parts.hostname:
        raise FetchError("refused", "no http or https address that we take")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if limits.ports is not None and port not in limits.ports:
        raise FetchError("refused", f"port {port} of {parts.hostname}")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Place(url, parts.scheme, parts.netloc, parts.hostname.rstrip("."), port, path)


def _following(place: Place, answer: Fetched, limits: Limits) -> Place | None:
    """Return where ``answer``, given at ``place``, redirects to; None if it does not."""
    location = answer.header("location").strip()
    if answer.status not in REDIRECTS or not location:
        return None
    try:
        following = _place(urljoin(place.url, location.replace(" ", "%20")), limits)
    except ValueError as error:
        raise FetchError("refused", f"{place.host} redirects to no address") from error
    if (place.scheme, following.scheme) == ("https", "http"):
        raise FetchError("refused", f"{place.host} redirects from https to http")
    return following


# The system's resolver cannot be told to stop: a thread goes on with what nobody waits for any
# more. There are no more of them than this.
_LOOKUPS = threading.BoundedSemaphore(64)


def _looked_up(resolver: Resolver, place: Place, seconds: float) -> Collection[Sockaddr]:
    found: Future[Collection[Sockaddr]] = Future()

    def look_up() -> None:
        try:
            found.set_result(resolver(place.host, place.port))
        except (OSError, ValueError) as error:
            found.set_exception(error)
        finally:
            _LOOKUPS.release()

    if not _LOOKUPS.acquire(blocking=False):
        raise FetchError("busy", "too many names are being looked up", seconds)
    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return found.result(seconds)


def _literal(sockaddr: Sockaddr) -> str:
    """Return the IP address of ``sockaddr`` with its scope, for ``judge`` to see."""
    (scope,) = sockaddr[3:] or (0,)
    return f"{sockaddr[0]}%{scope}" if scope else sockaddr[0]


def _check_peer(sock: socket.socket, sockaddr: Sockaddr) -> None:
    host, port = sock.getpeername()[:2]
    if (ip_address(host), port) != (ip_address(sockaddr[0]), sockaddr[1]):
        raise FetchError("refused", f"{sockaddr[0]} was dialled, {host} is at the other end")


@cache
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
