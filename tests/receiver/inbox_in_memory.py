"""An inbox in memory, and a way to ask an application without a network."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pelican_smo.receiver.app import app
from pelican_smo.receiver.inbox import Arrival, NotNowError, Status
from pelican_smo.receiver.quota import Quota
from pelican_smo.receiver.targets import Target, Targets

ONE = "https://site.example/one.html"
CLOSED = "https://site.example/closed.html"
SOURCE = "https://b.example/reply"
ROOT = "https://mentions.example/in"

TARGETS = Targets(
    "https://site.example",
    {
        target.id: target
        for target in (
            Target(
                id="one",
                url=ONE,
                title="One & only",
                closed=False,
                addresses=frozenset({ONE, "http://site.example/one.html"}),
            ),
            Target(
                id="closed",
                url=CLOSED,
                title="Closed",
                closed=True,
                addresses=frozenset({CLOSED}),
            ),
        )
    },
)


@dataclass
class MemoryInbox:
    """Keeps what comes in a list; what it answers is set by the test."""

    arrivals: list[Arrival] = field(default_factory=list)
    shown: set[tuple[str, str]] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    states: dict[str, Status] = field(default_factory=dict)
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    pictures: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    number: int = 1
    failure: Exception | None = None
    asked: int = 0

    async def accept(self, arrival: Arrival) -> str:
        if self.failure:
            raise self.failure
        self.arrivals.append(arrival)
        return f"token{len(self.arrivals)}"

    async def is_published(self, source: str, article: str) -> bool:
        return (source, article) in self.shown

    def blocks(self, source: str, client: str) -> bool:
        return source in self.blocked or client in self.blocked

    async def status(self, token: str) -> Status | None:
        return self.states.get(token)

    async def generation(self) -> int:
        if self.failure:
            raise self.failure
        return self.number

    async def published(self, article: str | None = None) -> Sequence[Mapping[str, Any]]:
        self.asked += 1
        return [entry for entry in self.entries if article in (None, entry["smo-article"])]

    async def avatar(self, name: str) -> tuple[bytes, str] | None:
        return self.pictures.get(name)

    async def figures(self) -> Mapping[str, float]:
        return {"mentions_published": len(self.shown), 'jobs{state="queued"}': 3}


FULL = NotNowError("disk full", 30)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Asker:
    """Asks an ASGI application as a server would, from ``client``'s address."""

    def __init__(
        self,
        inbox: MemoryInbox,
        *,
        targets: Callable[[], Targets] = lambda: TARGETS,
        **options: Any,
    ) -> None:
        self.inbox = inbox
        options.setdefault("public_url", ROOT)
        options.setdefault("secret", b"secret")
        options.setdefault("quota", Quota(client_a_minute=0, host_an_hour=0))
        options.setdefault("clock", lambda: 1_000.0)
        self.app = app(inbox, targets, **options)

    def post(self, path: str, body: bytes | dict[str, str] = b"", **options: Any) -> Answer:
        if isinstance(body, dict):
            body = urlencode(body).encode()
            options.setdefault("content_type", "application/x-www-form-urlencoded")
        return self.ask("POST", path, body, **options)

    def get(self, path: str, **options: Any) -> Answer:
        return self.ask("GET", path, **options)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes | None] = b"",
        *,
        client: tuple[str, int] | None = ("192.0.2.7", 1),
        content_type: str = "",
        **headers: str,
    ) -> Answer:
        """Return the answer; a ``body`` in pieces comes piece by piece, None is a hang-up."""
        if content_type:
            headers["content_type"] = content_type
        pieces = [body] if isinstance(body, bytes) else list(body)
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.replace("_", "-").encode(), value.encode("latin-1"))
                for name, value in headers.items()
            ],
            "client": client,
        }
        return asyncio.run(_exchange(self.app, scope, pieces))


async def _exchange(application: Any, scope: dict[str, Any], pieces: list[bytes | None]) -> Answer:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()  # a client that sends no more and stays
        piece = pieces.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    if not sent:
        return Answer(0, {}, b"")
    headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(part["body"] for part in sent[1:]))
