"""Jobs are done, once each, whatever happens to those who do them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import Media, Mention, Rule
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.workers import Workers

from .arrivals import BEA, DAY, NOW, arrival, only

VERIFIED = Outcome(kind="verified", reading=BEA)
Look = Callable[[Mention, int], Outcome]


def drawn(origin: str) -> Media:
    return Media(origin=origin, name="a.webp", type="image/webp", data=b"x")


class Bench:
    """A store with workers that are started by the test."""

    def __init__(self, file: Path) -> None:
        self.store = SqliteStore(file)
        self.group = GroupCommit(SqliteStore(file))
        self.now = NOW

    def work(self, look: Look, *, picture: Callable[[str], Media] = drawn, **how: int) -> Workers:
        workers = Workers(
            self.group,
            look=look,
            picture=picture,
            clock=lambda: self.now,
            threads=how.get("threads", 2),
            trust_after=how.get("trust_after", 1),
        )
        workers.start(gives_way=lambda: bool(how.get("rushed")))
        return workers

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(500):
            if holds():
                return
            time.sleep(0.01)
        raise AssertionError("it did not come to pass")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "mentions.sqlite3")
    yield made
    made.group.close()


def test_every_job_is_done_once(bench: Bench) -> None:
    looked: list[int] = []

    def look(mention: Mention, twins: int) -> Outcome:
        looked.append(mention.id)
        return VERIFIED

    for _ in range(50):
        bench.store.arrive(arrival())
    workers = bench.work(look, threads=4)
    bench.until(lambda: all(one.verification == "verified" for one in bench.store.mentions()))
    workers.stop()
    assert sorted(looked) == list(range(1, 51))


def test_two_sets_of_workers_do_no_job_twice(bench: Bench) -> None:
    looked: list[int] = []

    def look(mention: Mention, twins: int) -> Outcome:
        looked.append(mention.id)
        time.sleep(0.002)
        return VERIFIED

    for _ in range(60):
        bench.store.arrive(arrival())
    both = [bench.work(look), bench.work(look)]
    bench.until(lambda: all(one.verification == "verified" for one in bench.store.mentions()))
    for workers in both:
        workers.stop()
    assert sorted(looked) == list(range(1, 61))


def test_a_host_that_was_just_visited_is_visited_later_and_not_counted_as_tried(
    bench: Bench,
) -> None:
    visits: list[float] = []

    def look(mention: Mention, twins: int) -> Outcome:
        if visits and bench.now - visits[-1] < 1:
            raise FetchError("busy", "a moment", retry_after=1.0)
        visits.append(bench.now)
        return VERIFIED

    for _ in range(3):
        bench.store.arrive(arrival())
    workers = bench.work(look, threads=1)
    for second in (1, 2, 3):
        bench.until(lambda second=second: len(visits) == second)  # type: ignore[misc]
        bench.until(lambda: bench.store.due(bench.now) == 0)
        bench.now = NOW + second * 1.1 + 0.2
        workers.wake()
    workers.stop()
    assert len(visits) == 3


def test_many_jobs_of_one_busy_host_each_get_a_turn_of_their_own(bench: Bench) -> None:
    def look(mention: Mention, twins: int) -> Outcome:
        raise FetchError("busy", "a moment", retry_after=1.0)

    for _ in range(20):
        bench.store.arrive(arrival())
    workers = bench.work(look)
    bench.until(lambda: bench.store.due(NOW) == 0)
    workers.stop()
    times = sorted(row[0] - NOW for row in bench.store._db.execute("SELECT run_at FROM job"))
    assert times == pytest.approx(range(1, 21))


def test_a_clock_that_is_set_back_puts_no_turn_of_a_busy_host_out_of_reach(bench: Bench) -> None:
    def look(mention: Mention, twins: int) -> Outcome:
        raise FetchError("busy", "a moment", retry_after=1.0)

    bench.now = NOW + 30 * DAY
    bench.store.arrive(arrival())
    workers = bench.work(look)
    bench.until(lambda: bench.store.due(bench.now) == 0)
    bench.now = NOW
    bench.store.arrive(arrival())
    workers.wake()
    bench.until(lambda: bench.store.due(NOW) == 0)
    workers.stop()
    times = sorted(row[0] - NOW for row in bench.store._db.execute("SELECT run_at FROM job"))
    assert times == pytest.approx([1.0, 30 * DAY + 1])


def test_a_look_that_fails_by_our_own_mistake_is_not_lost(bench: Bench) -> None:
    failing = threading.Event()

    def look(mention: Mention, twins: int) -> Outcome:
        if not failing.is_set():
            failing.set()
            raise RuntimeError("ours")
        return VERIFIED

    bench.store.arrive(arrival())
    workers = bench.work(look)
    bench.until(failing.is_set)
    bench.until(lambda: only(bench.store).verification == "retrying")
    assert only(bench.store).reason == "a mistake of pelican-smo, told in its log"
    bench.now = NOW + 121
    bench.until(lambda: only(bench.store).verification == "verified")
    workers.stop()


def test_hosts_approved_before_are_let_through_and_rules_come_first(bench: Bench) -> None:
    workers = bench.work(lambda mention, twins: VERIFIED)
    bench.store.arrive(arrival("https://b.example/1"))
    bench.until(lambda: only(bench.store).verification == "verified")
    assert only(bench.store).moderation == "pending"
    bench.store.moderate(bench.store.mentions(), "approve", "ada", NOW)
    bench.store.arrive(arrival("https://b.example/2"))
    bench.store.add_rule(Rule(scope="host", value="c.example", action="block", at=NOW), "ada")
    bench.store.arrive(arrival("https://c.example/1"))
    workers.wake()

    def states() -> dict[str, str]:
        return {one.source[8:]: one.moderation for one in bench.store.mentions()}

    bench.until(
        lambda: (
            states()
            == {"b.example/1": "approved", "b.example/2": "approved", "c.example/1": "rejected"}
        )
    )
    workers.stop()


def test_the_authors_picture_comes_along_with_approval(bench: Bench) -> None:
    workers = bench.work(lambda mention, twins: VERIFIED)
    bench.store.arrive(arrival("https://b.example/1"))
    bench.until(lambda: only(bench.store).verification == "verified")
    bench.store.moderate(bench.store.mentions(), "approve", "ada", NOW)
    workers.wake()
    bench.until(lambda: bench.store.media(BEA.author.photo) is not None)
    workers.stop()


def test_SEC_13_twins_are_told_of(bench: Bench) -> None:
    told: list[int] = []

    def look(mention: Mention, twins: int) -> Outcome:
        told.append(twins)
        return VERIFIED

    pills = {"protocol": "trackback", "claims": {"title": "Pills"}}
    for article in ("one", "two", "three"):
        bench.store.arrive(arrival("https://b.example/1", article=article, **pills))
    bench.store.arrive(arrival(claims={"vouch": "https://c.example/"}))
    workers = bench.work(look)
    bench.until(lambda: len(told) == 4)
    workers.stop()
    assert sorted(told) == [0, 2, 2, 2]


def test_stopping_finishes_what_was_begun_and_loses_nothing(bench: Bench) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look(mention: Mention, twins: int) -> Outcome:
        begun.set()
        go_on.wait(5)
        return VERIFIED

    for _ in range(10):
        bench.store.arrive(arrival())
    workers = bench.work(look, threads=1)
    begun.wait(5)
    stopping = threading.Thread(target=workers.stop)
    stopping.start()
    go_on.set()
    stopping.join(5)
    done = [one for one in bench.store.mentions() if one.verification == "verified"]
    assert 1 <= len(done) <= 2
    assert len(bench.store.claim("at once", NOW, lease=60, most=99)) == 10 - len(done)


def test_SEC_13_what_comes_while_a_trackback_is_read_has_its_words_read_again(
    bench: Bench,
) -> None:
    """The words of a stranger's TrackBack must not pass as those of a trusted host's page."""
    bench.store.arrive(arrival("https://b.example/0"))
    workers = bench.work(lambda mention, twins: VERIFIED)
    bench.until(lambda: only(bench.store).verification == "verified")
    bench.store.moderate(bench.store.mentions(), "approve", "ada", NOW)
    workers.stop()
    read: list[tuple[str, ...]] = []

    def look(mention: Mention, twins: int) -> Outcome:
        read.append(mention.protocols)
        if mention.protocols == ("trackback",):
            bench.store.arrive(arrival("https://b.example/1"))
            return Outcome(kind="verified", reading=Reading(text="Pills"), digest="d")
        return VERIFIED

    trackback = {"protocol": "trackback", "claims": {"title": "Pills"}}
    bench.store.arrive(arrival("https://b.example/1", **trackback))
    workers = bench.work(look, threads=1)
    bench.until(lambda: len(read) == 2)
    bench.until(lambda: bench.store.mentions()[0].verification == "verified")
    workers.stop()
    newest = bench.store.mentions()[0]
    assert (newest.reading, newest.moderation) == (BEA, "approved")
    assert read == [("trackback",), ("webmention", "trackback")]


def test_a_picture_that_was_not_to_be_had_is_tried_again_and_then_given_up(
    bench: Bench,
) -> None:
    tries: list[str] = []

    def picture(origin: str) -> Media:
        tries.append(origin)
        raise FetchError("too slow", "b.example")

    bench.store.arrive(arrival())
    workers = bench.work(lambda mention, twins: VERIFIED, picture=picture)
    bench.until(lambda: only(bench.store).verification == "verified")
    bench.store.moderate(bench.store.mentions(), "approve", "ada", NOW)
    for count in range(1, 9):
        workers.wake()
        bench.until(lambda count=count: len(tries) == count)  # type: ignore[misc]
        bench.until(lambda: bench.store.due(bench.now) == 0)
        bench.now += 3 * DAY
        for job in bench.store.claim("other", bench.now, lease=0, most=9):
            if job.kind == "verify":
                bench.store.postpone(job, bench.now + 99 * DAY)
            else:
                bench.store.postpone(job, bench.now)
    workers.stop()
    assert len(tries) == 8
    assert bench.store.media(BEA.author.photo) == Media(origin=BEA.author.photo)


def test_while_much_arrives_sources_are_looked_at_slowly_but_looked_at(bench: Bench) -> None:
    looked: list[float] = []

    def look(mention: Mention, twins: int) -> Outcome:
        looked.append(time.monotonic())
        return VERIFIED

    for _ in range(6):
        bench.store.arrive(arrival())
    workers = bench.work(look, threads=2, rushed=True)
    bench.until(lambda: len(looked) == 6)
    workers.stop()
    # Two at a time, and a quarter of a second between.
    assert looked[-1] - looked[0] > 0.4
