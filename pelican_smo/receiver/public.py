"""The home of what other programs read of the receiver: feeds, pictures, health, figures."""

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pelican_smo.receiver import feeds
from pelican_smo.receiver.answers import JSON, PUBLIC, TEXT, Answer, nothing_here, respond
from pelican_smo.receiver.inbox import Inbox
from pelican_smo.receiver.requests import RefusedError
from pelican_smo.receiver.targets import Target, Targets

__all__ = ["Public", "exposition"]

_PREFIX = "pelican_smo_"
_AVATAR = re.compile(r"[0-9a-zA-Z_-]{1,80}\.[a-z0-9]{1,5}")
_AVATAR_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
}
_FEED_TYPES = {
    "json": JSON,
    "jf2": "application/jf2feed+json",
    "atom": "application/atom+xml; charset=utf-8",
}
_MOST_FEEDS = 64
# A feed with more entries is written in a thread, so that messages need not wait for it.
_MANY_ENTRIES = 200
_HEALTH_SECONDS = 2.0


class Public:
    """Answers from what is approved and what is counted; written feeds are kept until they change.

    ``root`` is the receiver's public address, ``counts`` the messages by protocol and outcome.
    """

    def __init__(
        self,
        inbox: Inbox,
        targets: Callable[[], Targets],
        root: str,
        counts: Counter[tuple[str, str]],
    ) -> None:
        self._inbox, self._targets, self._root, self._counts = inbox, targets, root, counts
        self._feeds: OrderedDict[tuple[str, str | None], tuple[str, bytes]] = OrderedDict()
        self._marked: tuple[Targets | None, str] = (None, "")

    def rows(self) -> dict[str, Answer]:
        """Return what is answered at which path."""
        return {
            "/mentions.jf2": partial(self.feed, kind="jf2"),
            "/mentions.json": partial(self.feed, kind="json"),
            "/mentions.atom": partial(self.feed, kind="atom"),
            "/avatars/{name}": self.avatar,
            "/healthz": self.health,
            "/metrics": self.metrics,
        }

    async def feed(self, request: Request, kind: str) -> Response:
        """Return the approved mentions, those of ``?target=`` or all, as a feed of ``kind``."""
        asked = request.query_params.get("target")
        targets = self._targets()
        target = None if asked is None else targets.find(asked)
        # Pages that we do not know share one empty feed.
        article = None if asked is None else (target.id if target else "")
        tag = feeds.etag(await self._inbox.generation(), self._mark(targets), kind, article)
        headers = {**PUBLIC, "etag": tag}
        if feeds.is_known(tag, request.headers.get("if-none-match", "")):
            return Response(None, 304, headers)
        held, body = self._feeds.get((kind, article), ("", b""))
        if held != tag:
            body = await self._written(kind, article, target)
            self._feeds[kind, article] = (tag, body)
        self._feeds.move_to_end((kind, article))
        if len(self._feeds) > _MOST_FEEDS:
            self._feeds.popitem(last=False)
        return Response(body, 200, headers, _FEED_TYPES[kind])

    def _mark(self, targets: Targets) -> str:
        # They are built anew at each change, and there may be thousands.
        if self._marked[0] is not targets:
            self._marked = targets, feeds.mark(targets)
        return self._marked[1]

    async def _written(self, kind: str, article: str | None, target: Target | None) -> bytes:
        entries = () if article == "" else await self._inbox.published(article)
        if kind == "atom":
            query = f"?{urlencode({'target': target.url})}" if target else ""
            address, about = (
                f"{self._root}/mentions.atom{query}",
                target.url if target else self._targets().site,
            )
            write = partial(feeds.atom, entries, address=address, about=about)
        else:
            write = partial(feeds.jf2, entries)
        return await asyncio.to_thread(write) if len(entries) > _MANY_ENTRIES else write()

    async def avatar(self, request: Request) -> Response:
        """Return a picture of an author."""
        name = request.path_params["name"]
        found = await self._inbox.avatar(name) if _AVATAR.fullmatch(name) else None
        if found is None or not found[1].startswith("image/"):
            raise nothing_here()
        return respond(*found, headers=_AVATAR_HEADERS)

    async def health(self, _: Request) -> Response:
        """Tell whether the inbox answers: 200, or 503."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await self._inbox.generation()
        except Exception as error:
            raise RefusedError("the inbox does not answer", status=503) from error
        return respond(b"ok\n", TEXT)

    async def metrics(self, _: Request) -> Response:
        """Return what there is to count, as Prometheus reads it."""
        figures: dict[str, float] = {
            f'requests_total{{protocol="{protocol}",outcome="{outcome}"}}': count
            for (protocol, outcome), count in self._counts.items()
        }
        lines = exposition({**figures, **await self._inbox.figures()})
        return respond(lines, f"{TEXT}; version=0.0.4; charset=utf-8")


def exposition(figures: Mapping[str, float]) -> bytes:
    """Return ``figures`` as Prometheus' text format has them, each name with our prefix.

    What ends in ``_total`` is a counter, everything else a gauge.
    """
    lines = []
    last = ""
    for name, value in sorted(figures.items()):
        base = name.partition("{")[0]
        if base != last:
            kind = "counter" if base.endswith("_total") else "gauge"
            lines.append(f"# TYPE {_PREFIX}{base} {kind}")
            last = base
        lines.append(f"{_PREFIX}{name} {value:.15g}")
    return ("\n".join(lines) + "\n").encode()
