"""The home of the receiver's web side: its addresses, and what is answered there.

A request only records: it is read, judged by what is known here, kept, and answered. Nothing is
ever fetched from here. The same is done and said for every source that could be one, so that
neither words nor time tell what a fetch would meet.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from pelican_smo.linkbacks import messages
from pelican_smo.linkbacks.addresses import MAX_LENGTH, normal_page
from pelican_smo.receiver.answers import (
    HTML,
    JSON,
    TEXT,
    XML,
    Answer,
    Endpoint,
    Post,
    nothing_here,
    respond,
)
from pelican_smo.receiver.inbox import Arrival, Inbox, ProtocolName
from pelican_smo.receiver.pages import Pages
from pelican_smo.receiver.public import Public
from pelican_smo.receiver.quota import Quota, client_key
from pelican_smo.receiver.requests import (
    FORM_TYPES,
    XML_TYPES,
    RefusedError,
    agent,
    prefers,
    read_body,
)
from pelican_smo.receiver.targets import Target, Targets
from pelican_smo.urls import host

__all__ = ["Bounds", "app"]

# Statuses that say what became of the HTTP request, not of the message in it. XML-RPC and
# TrackBack answer 200 to all that they understood, whatever they think of it.
_OF_HTTP = frozenset({408, 413, 415, 500, 503})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much of a body is read: bytes of a message and of a TrackBack, and seconds."""

    message: int = 16 << 10
    trackback: int = 32 << 10
    seconds: float = 10.0


def app(
    inbox: Inbox,
    targets: Callable[[], Targets],
    *,
    public_url: str,
    secret: bytes,
    quota: Quota | None = None,
    bounds: Bounds | None = None,
    clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Return the receiver as an ASGI application.

    ``inbox`` keeps what comes, ``targets`` returns what may be linked to at the moment, and
    ``secret`` is the key under which the networks of clients are hashed. ``public_url`` is how
    the world reaches the application, with the path below which it stands, if any; a proxy in
    front may pass that path on or not. ``clock`` tells the seconds since 1970.
    """
    desk = _Desk(
        inbox=inbox,
        targets=targets,
        root=public_url.rstrip("/"),
        client=client_key(secret),
        quota=quota or Quota(),
        bounds=bounds or Bounds(),
        clock=clock,
    )
    router = Router(desk.routes(), redirect_slashes=False, default=desk.nowhere)
    return _below(urlsplit(desk.root).path, router)


def _below(prefix: str, router: ASGIApp) -> ASGIApp:
    """Return ``router`` as it is reached with and without the path ``prefix``."""

    async def relative(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            scope = {**scope, "root_path": prefix, "path": path if path != prefix else f"{path}/"}
        await router(scope, receive, send)

    return relative if prefix else router


class _Desk:
    """Where messages are taken in and questions are answered."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        targets: Callable[[], Targets],
        root: str,
        client: Callable[[str], str],
        quota: Quota,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self.inbox, self.targets, self.root = inbox, targets, root
        self._client, self._quota, self._bounds, self._clock = client, quota, bounds, clock
        self._pages = Pages(root)
        self._counts: Counter[tuple[str, str]] = Counter()

    def routes(self) -> list[Route]:
        """Return every address, the busiest first."""
        takes = {
            "webmention": Post("webmention", self.webmention, self._refuse_webmention),
            "pingback": Post("pingback", self.pingback, _refuse_pingback),
            "trackback": Post("trackback", self.trackback, _refuse_trackback),
        }
        rows: dict[str, Answer] = {
            "/webmention": self.form,
            "/pingback": self.pingback_page,
            "/trackback/{article:path}": self.trackback_page,
            "/status/{token}": self.status,
            "/": self.home,
            **Public(self.inbox, self.targets, self.root, self._counts).rows(),
        }
        return [
            Route(path, Endpoint(get, self._refuse, self._counts, takes.get(path.split("/")[1])))
            for path, get in rows.items()
        ]

    async def nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is asked of, or sent to, an address that there is not (ASGI)."""
        answer = self._refuse(Request(scope, receive), nothing_here())
        await answer(scope, receive, send)

    # Messages.

    async def webmention(self, request: Request) -> Response:
        """Take a webmention: 201 with the address of its status page, which browsers get to see.

        Browsers are those that would rather have HTML than anything else.
        """
        client = self._admitted(request)
        message = messages.webmention(await self._body(request, self._bounds.message))
        request.state.message = message
        target = self._judged(message.source, self.targets().find(message.target), client)
        location = await self._kept(
            request,
            target,
            protocol="webmention",
            client=client,
            source=message.source,
            address=message.target,
            claims={"vouch": message.vouch} if message.vouch else {},
        )
        status = 303 if prefers(request, HTML, JSON) else 201
        thanks = f"Thank you. How it stands: {location}\n"
        return respond(thanks.encode(), TEXT, status, {"location": location})

    async def pingback(self, request: Request) -> Response:
        """Take a pingback; one for a mention that is shown already is looked at again (48)."""
        client = self._admitted(request)
        call = messages.pingback(await self._body(request, self._bounds.message, XML_TYPES))
        target = self._judged(call.source, self.targets().find(call.target), client)
        known = await self.inbox.is_published(call.source, target.id)
        location = await self._kept(
            request,
            target,
            protocol="pingback",
            client=client,
            source=call.source,
            address=call.target,
        )
        if known:
            raise RefusedError("this link is registered already", fault=48, outcome="known")
        return respond(messages.pingback_answer(f"Thank you. How it stands: {location}"), XML)

    async def trackback(self, request: Request) -> Response:
        """Take a TrackBack for the article whose id ends the address."""
        client = self._admitted(request)
        body = await self._body(request, self._bounds.trackback)
        ping = messages.trackback(body, request.headers.get("content-type", ""))
        article = self.targets().by_id.get(request.path_params["article"])
        target = self._judged(ping.url, article, client)
        await self._kept(
            request,
            target,
            protocol="trackback",
            client=client,
            source=ping.url,
            address=target.url,
            claims=ping.claims,
        )
        return respond(messages.trackback_answer(), XML)

    def _admitted(self, request: Request) -> str:
        """Return the client's key; raises RefusedError where it has sent too much."""
        client = self._client(request.client.host if request.client else "")
        _raise_too_many(self._quota.client(client))
        return client

    async def _body(
        self, request: Request, most: int, types: Collection[str] = FORM_TYPES
    ) -> bytes:
        return await read_body(request, most, self._bounds.seconds, types)

    def _judged(self, source: str, target: Target | None, client: str) -> Target:
        """Return ``target`` if a page ``source`` may say that it links there.

        Judged by what is known here, never by what is found at the source.
        """
        if target is None:
            raise RefusedError("target is no page of ours", fault=33, outcome="unknown target")
        if target.closed:
            raise RefusedError(
                "the target takes no mentions any more", fault=33, outcome="closed target"
            )
        page = normal_page(source)
        if page in target.addresses:
            raise RefusedError("source and target are the same page")
        if self.inbox.blocks(source, client):
            raise RefusedError(
                "the owner of this site takes nothing from there",
                status=403,
                fault=49,
                outcome="blocked",
            )
        _raise_too_many(self._quota.host(host(page).rstrip("."), f"{target.id} {page}"))
        return target

    async def _kept(
        self,
        request: Request,
        target: Target,
        *,
        protocol: ProtocolName,
        client: str,
        source: str,
        address: str,
        claims: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Keep an arrival; returns the address of its status page once it is on disk."""
        token = await self.inbox.accept(
            Arrival(
                protocol=protocol,
                source=source,
                target=address,
                article=target.id,
                client=client,
                agent=agent(request),
                received=self._clock(),
                claims=claims,
            )
        )
        return f"{self.root}/status/{token}"

    # Pages for people.

    async def home(self, _: Request) -> Response:
        """Return the first page."""
        return self._page(self._pages.home(self._site))

    async def form(self, request: Request) -> Response:
        """Return the form, filled in with the ``source`` and ``target`` of the query."""
        asked = request.query_params
        page = self._pages.webmention(
            self._site,
            source=asked.get("source", "")[:MAX_LENGTH],
            target=asked.get("target", "")[:MAX_LENGTH],
        )
        return self._page(page)

    async def pingback_page(self, _: Request) -> Response:
        """Return what people get to see who open the pingback endpoint."""
        return self._page(self._pages.pingback(self._site))

    async def trackback_page(self, request: Request) -> Response:
        """Return what people get to see who open a TrackBack address; it creates nothing."""
        target = self.targets().by_id.get(request.path_params["article"])
        if target is None:
            raise nothing_here()
        return self._page(self._pages.trackback(self._site, target))

    async def status(self, request: Request) -> Response:
        """Return how a mention stands: a page, or JSON for who would rather have that."""
        status = await self.inbox.status(request.path_params["token"])
        if status is None:
            raise nothing_here()
        if prefers(request, JSON, HTML):
            return respond(json.dumps({"status": status}).encode(), JSON)
        return self._page(self._pages.status(self._site, status))

    @property
    def _site(self) -> str:
        return self.targets().site

    def _page(self, page: bytes, status: int = 200) -> Response:
        return respond(page, HTML, status, {"content-security-policy": self._pages.policy})

    # How no is said.

    def _refuse(self, request: Request, refused: RefusedError) -> Response:
        if prefers(request, HTML, JSON):
            page = self._pages.problem(self._site, refused.status, str(refused))
            return self._page(page, refused.status)
        return respond(f"{refused}\n".encode(), TEXT, refused.status)

    def _refuse_webmention(self, request: Request, refused: RefusedError) -> Response:
        message = getattr(request.state, "message", None)
        if message is None or not prefers(request, HTML, JSON):
            return self._refuse(request, refused)
        page = self._pages.webmention(
            self._site, source=message.source, target=message.target, problem=str(refused)
        )
        return self._page(page, refused.status)


def _refuse_pingback(_: Request, refused: RefusedError) -> Response:
    status = refused.status if refused.status in _OF_HTTP else 200
    return respond(messages.pingback_fault(refused.fault, str(refused)), XML, status)


def _refuse_trackback(_: Request, refused: RefusedError) -> Response:
    status = refused.status if refused.status in (*_OF_HTTP, 429) else 200
    return respond(messages.trackback_answer(str(refused)), XML, status)


def _raise_too_many(wait: float) -> None:
    if wait:
        seconds = math.ceil(wait)
        raise RefusedError(
            f"too many messages came from there; try again in {seconds} seconds",
            status=429,
            fault=49,
            retry_after=seconds,
            outcome="too many",
        )
