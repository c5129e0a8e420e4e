"""The home of the way in: arrivals of one moment go to the store together, and then are answered."""

import asyncio
import time
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from pelican_smo.receiver.inbox import Arrival, NotNowError, Status
from pelican_smo.receiver.jf2 import AVATARS, entry
from pelican_smo.receiver.moderate import blocks
from pelican_smo.receiver.store import Filter, Mention, Rule, Store
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.targets import Targets

__all__ = ["Intake"]

T = TypeVar("T")
_RETRY_AFTER = 300
# So many arrivals in one transaction, within so many seconds, are a rush.
_CROWD, _MOMENT = 16, 0.2


class Intake:
    """Implements Inbox on a store: ``group`` writes, ``reader`` is an own view of the same file.

    What arrives while the disk is busy waits, and shares the next transaction; so the more
    there is to do, the less a message costs. ``most_due`` is how many jobs may wait, ``most_waiting`` how many
    undecided mentions an article may have.
    """

    def __init__(
        self,
        group: GroupCommit,
        reader: Store,
        targets: Callable[[], Targets],
        *,
        public_url: str = "",
        most_due: int = 100_000,
        most_waiting: int = 500,
        arrived: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._group, self._reader, self._targets = group, reader, targets
        self._public_url = public_url.rstrip("/")
        self._most_due, self._most_waiting = most_due, most_waiting
        self._arrived, self._clock = arrived, clock
        # A store is for one thread at a time, so its reader has one of its own.
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="smo-read")
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._writing = False
        self._crowded_at = float("-inf")
        self._due = reader.due(clock())
        self._rules: Sequence[Rule] = reader.rules()
        self._entries: list[Mapping[str, Any]] = []
        self._entries_of: tuple[int, Targets] | None = None

    async def accept(self, arrival: Arrival) -> str:
        """Return the status token of ``arrival`` once it and its job are on disk.

        Raises NotNowError where disk, lock or queue forbid it: then nothing was promised.
        """
        if self._due >= self._most_due:
            raise NotNowError("too many linkbacks wait to be looked at", _RETRY_AFTER)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        if not self._writing:
            self._write()
        await kept
        return self._reader.token(arrival.source, arrival.article)

    def _write(self) -> None:
        batch, self._waiting = self._waiting, []
        self._writing = True
        if len(batch) >= _CROWD:
            self._crowded_at = time.monotonic()
        loop = asyncio.get_running_loop()
        arrivals = [arrival for arrival, _ in batch]
        future = self._group.submit(lambda store: _arrive(store, arrivals, self._most_waiting))
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._written, batch, done))

    def _written(
        self,
        batch: Sequence[tuple[Arrival, "asyncio.Future[None]"]],
        done: "Future[Sequence[Exception | None]]",
    ) -> None:
        self._writing = False
        if self._waiting:
            self._write()
        error = done.exception()
        if error is None:
            problems = done.result()
            self._due += len(batch)
            self._arrived()
        for at, (_, kept) in enumerate(batch):
            problem = error or problems[at]
            if kept.done():
                continue
            if problem is None:
                kept.set_result(None)
            else:
                kept.set_exception(problem)

    def is_rushed(self) -> bool:
        """Tell whether so much arrives at the moment that other work had better wait."""
        return time.monotonic() - self._crowded_at < _MOMENT

    async def is_published(self, source: str, article: str) -> bool:
        """Tell whether the link from ``source`` to ``article`` is approved and shown."""
        token = self._reader.token(source, article)
        found = await self._read(lambda store: store.by_token(token))
        return found is not None and found.is_published

    def blocks(self, source: str, client: str) -> bool:
        """Tell whether the owner takes nothing from ``source`` or from the network ``client``."""
        return bool(self._rules) and blocks(source, client, self._rules)

    async def status(self, token: str) -> Status | None:
        """Return how the mention with the status ``token`` stands; None if there is none."""
        found = await self._read(lambda store: store.by_token(token))
        return found.status if found else None

    async def generation(self) -> int:
        """Return a number that grows with each change of what is published."""
        return await self._read(lambda store: store.generation())

    async def published(self, article: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Return the approved mentions as JF2 entries, newest first, of one article or all."""
        return await self._read(lambda store: self._published(store, article))

    def _published(self, store: Store, article: str | None) -> Sequence[Mapping[str, Any]]:
        generation, targets = store.generation(), self._targets()
        if self._entries_of != (generation, targets):
            mentions = store.mentions(Filter(published=True))
            self._entries = [self._entry(store, targets, one) for one in mentions]
            self._entries_of = generation, targets
        if article is None:
            return self._entries
        return [one for one in self._entries if one["smo-article"] == article]

    def _entry(self, store: Store, targets: Targets, mention: Mention) -> Mapping[str, Any]:
        target = targets.by_id.get(mention.article)
        origin = mention.shown.author.photo if mention.shown else ""
        media = store.media(origin) if origin else None
        photo = f"{self._public_url}/{AVATARS}/{media.name}" if media and media.name else ""
        return entry(mention, target.url if target else mention.target, photo)

    async def avatar(self, name: str) -> tuple[bytes, str] | None:
        """Return bytes and media type of the avatar file ``name``."""
        media = await self._read(lambda store: store.media_named(name))
        return (media.data, media.type) if media else None

    async def figures(self) -> Mapping[str, float]:
        """Return what there is to count."""
        return await self._read(lambda store: store.figures(self._clock()))

    async def _read(self, look: Callable[[Store], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, look, self._reader)

    def refresh(self) -> None:
        """Read the rules and the length of the queue again; for a thread that has the time."""
        self._rules = self._reading.submit(self._reader.rules).result()
        self._due = self._reading.submit(self._reader.due, self._clock()).result()

    def close(self) -> None:
        """Let go of the reader."""
        self._reading.shutdown()
        self._reader.close()


def _arrive(
    store: Store, arrivals: Sequence[Arrival], most_waiting: int
) -> Sequence[Exception | None]:
    """Keep ``arrivals``; returns for each why it was not kept, or None."""
    articles = {arrival.article for arrival in arrivals}
    full = {article for article in articles if store.is_full(article, most_waiting)}
    try:
        with store.savepoint():
            return [_kept(store, arrival, full) for arrival in arrivals]
    except NotNowError:
        raise
    except Exception:  # noqa: BLE001  one of them is at fault: each for itself
        return [_alone(store, arrival, full) for arrival in arrivals]


def _kept(store: Store, arrival: Arrival, full: Container[str]) -> Exception | None:
    if arrival.article in full and (
        store.by_token(store.token(arrival.source, arrival.article)) is None
    ):
        return NotNowError("too many linkbacks to this article wait for its author", 3600)
    store.arrive(arrival)
    return None


def _alone(store: Store, arrival: Arrival, full: Container[str]) -> Exception | None:
    try:
        with store.savepoint():
            return _kept(store, arrival, full)
    except NotNowError:
        raise
    except Exception as error:  # noqa: BLE001  it belongs to this arrival
        return error
