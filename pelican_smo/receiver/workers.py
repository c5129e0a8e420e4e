"""The home of the workers: they take jobs, look at sources, and settle what was found."""

import logging
import os
import queue
import random
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from pelican_smo.errors import FetchError
from pelican_smo.receiver.inbox import NotNowError
from pelican_smo.receiver.moderate import Verdict, verdict
from pelican_smo.receiver.states import RETRIES, Outcome, after
from pelican_smo.receiver.store import Job, Media, Mention, Store
from pelican_smo.receiver.store.group import GroupCommit

__all__ = ["Workers"]

log = logging.getLogger(__name__)

# Longer than any look may take: fifteen seconds for each of two pages, and the parser's.
_LEASE = 120.0
_IDLE = 0.25
_MOST_HOSTS = 10_000
_REST = 5.0
_FAILED = Outcome(kind="unavailable", reason="a mistake of pelican-smo, told in its log")


class Workers:
    """Threads that do the jobs of a store until they are told to stop.

    ``look`` looks at a source, ``picture`` fetches an author's picture; either raises
    FetchError "busy" to be asked again later. ``group`` writes what they find.
    """

    def __init__(
        self,
        group: GroupCommit,
        *,
        look: Callable[[Mention, int], Outcome],
        picture: Callable[[str], Media],
        trust_after: int = 1,
        threads: int = 8,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._gives_way: Callable[[], bool] = lambda: False
        self._group, self._look, self._picture = group, look, picture
        self._trust_after, self._clock = trust_after, clock
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._free = threading.Semaphore(threads * 2)
        self._batch = threads
        self._wake = threading.Event()
        self._stopping = False
        self._ending = threading.Event()
        self._turns: OrderedDict[str, float] = OrderedDict()
        self._turned = 0.0
        self._turns_lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, name=f"smo-look-{at}", daemon=True)
            for at in range(threads)
        ]
        self._feeder = threading.Thread(target=self._feed, name="smo-feed", daemon=True)

    def start(self, *, gives_way: Callable[[], bool] | None = None) -> None:
        """Begin. While ``gives_way`` says so, go slowly: a look can wait, a sender does not."""
        self._gives_way = gives_way or self._gives_way
        for thread in (*self._threads, self._feeder):
            thread.start()

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is being looked at, give back what was not begun, then stop."""
        self._stopping = True
        self._ending.set()
        self._wake.set()
        self._feeder.join()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _feed(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                jobs = self._claim()
            except NotNowError as error:
                log.warning("pelican_smo: no job can be taken: %s", error)
                self._wake.wait(_REST)
                continue
            except Exception:
                log.exception("pelican_smo: jobs cannot be taken; trying again")
                self._wake.wait(_REST)
                continue
            for job in jobs:
                self._free.acquire()
                self._jobs.put(job)
            if not jobs:
                self._wake.wait(_IDLE)
            if self._gives_way():
                self._ending.wait(_IDLE)

    def _claim(self) -> list[Job]:
        now = self._clock()
        return self._group.submit(
            lambda store: store.claim(self._owner, now, lease=_LEASE, most=self._batch)
        ).result()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                (self._give_back(job) if self._stopping else self._do(job)).result()
            except NotNowError as error:
                log.warning("pelican_smo: %s; its job will be done again", error)
            except Exception:
                log.exception("pelican_smo: job %s failed; it will be tried again later", job.id)
                self._put_off(job)
            finally:
                self._free.release()

    def _do(self, job: Job) -> Future[bool]:
        try:
            if job.kind == "avatar":
                return self._draw(job)
            return self._verify(job)
        except FetchError as error:
            if error.problem != "busy":
                return self._put_off(job)
            turn = self._turn(job.mention.host, error.retry_after)
            return self._settle(job, lambda store, _: store.postpone(job, turn))

    def _put_off(self, job: Job) -> Future[bool]:
        """Have a job that failed done again later, and more seldom each time."""
        if job.kind == "verify":
            return self._settle(
                job, lambda store, mention: self._conclude(store, job, mention, _FAILED)
            )
        now = self._clock()
        if job.attempts > len(RETRIES):
            origin = job.mention.shown.author.photo if job.mention.shown else ""
            nothing = Media(origin=origin)
            return self._settle(job, lambda store, _: store.settle_media(job, nothing, now))
        later = now + RETRIES[job.attempts - 1]
        return self._settle(job, lambda store, _: store.postpone(job, later, tried=True))

    def _give_back(self, job: Job) -> Future[bool]:
        return self._settle(job, lambda store, _: store.postpone(job, self._clock()))

    def _draw(self, job: Job) -> Future[bool]:
        shown = job.mention.shown
        media = self._picture(shown.author.photo if shown else "")
        return self._settle(job, lambda store, _: store.settle_media(job, media, self._clock()))

    def _verify(self, job: Job) -> Future[bool]:
        outcome = self._look(job.mention, self._twins(job.mention))
        return self._settle(
            job, lambda store, mention: self._conclude(store, job, mention, outcome)
        )

    def _twins(self, mention: Mention) -> int:
        if "trackback" not in mention.protocols:
            return 0
        return self._group.submit(lambda store: store.twins(mention)).result()

    def _settle(self, job: Job, how: Callable[[Store, Mention], None]) -> Future[bool]:
        """Write down what became of ``job``, unless it is another worker's by now."""

        def write(store: Store) -> bool:
            mention = store.held(job)
            if mention is not None:
                how(store, mention)
            return mention is not None

        return self._group.submit(write)

    def _conclude(self, store: Store, job: Job, mention: Mention, outcome: Outcome) -> None:
        now = self._clock()
        if (mention.protocols, mention.claims) != (job.mention.protocols, job.mention.claims):
            # What came meanwhile decides how the source is to be read: once more, at once.
            store.postpone(job, now)
            return
        judged = self._judged(store, mention, outcome)
        # Not for secrecy: many sources of one host that was down should not come back at once.
        jitter = random.uniform(0.9, 1.2)  # noqa: S311
        next = after(mention, outcome, now, verdict=judged, jitter=jitter)
        store.settle(job, mention, next, now)

    def _judged(self, store: Store, mention: Mention, outcome: Outcome) -> Verdict:
        if outcome.kind not in ("verified", "unchanged"):
            return "hold"
        return verdict(
            mention,
            outcome.reading or mention.reading,
            store.rules(),
            approved_before=store.approved_beside(mention),
            trust_after=self._trust_after,
            signals=mention.signals if outcome.kind == "unchanged" else outcome.signals,
        )

    def _turn(self, host: str, wait: float) -> float:
        """Return when the next job of a busy ``host`` may run: each of them gets its own turn."""
        with self._turns_lock:
            now = self._clock()
            if now < self._turned:  # the clock was set back: turns by the old one are too far off
                self._turns.clear()
            self._turned = now
            turn = max(now, self._turns.get(host, 0.0)) + max(wait, _IDLE)
            self._turns[host] = turn
            self._turns.move_to_end(host)
            if len(self._turns) > _MOST_HOSTS:
                self._turns.popitem(last=False)
        return turn
