"""Many calls, one fsync: each caller hears the truth about his own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pelican_smo.receiver.inbox import NotNowError
from pelican_smo.receiver.store import Store
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.store.sqlite import SqliteStore

from .arrivals import arrival


class Counting(SqliteStore):
    """Counts its transactions."""

    commits = 0

    def transaction(self):  # type: ignore[no-untyped-def]
        if not self._db.in_transaction:
            self.commits += 1
        return super().transaction()


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "mentions.sqlite3")


@pytest.fixture
def group(store: Counting) -> Iterator[GroupCommit]:
    group = GroupCommit(store)
    yield group
    group.close()


def held_up(group: GroupCommit) -> threading.Event:
    """Keep the committing thread busy until the event is set."""
    release, busy = threading.Event(), threading.Event()

    def wait(_: Store) -> None:
        busy.set()
        release.wait(10)

    group.submit(wait)
    busy.wait(10)
    return release


def test_what_waits_shares_one_transaction(store: Counting, group: GroupCommit) -> None:
    release = held_up(group)
    before = store.commits
    futures = [group.submit(lambda s: s.arrive(arrival())) for _ in range(100)]
    release.set()
    for future in futures:
        future.result(10)
    assert store.commits == before + 1
    assert len(store.mentions()) == 100


def test_a_call_that_fails_undoes_its_own_effects_alone(
    store: Counting, group: GroupCommit
) -> None:
    def fail(s: Store) -> None:
        s.arrive(arrival("https://b.example/failed"))
        raise KeyError("mine")

    release = held_up(group)
    good, bad, better = (
        group.submit(lambda s: s.arrive(arrival("https://b.example/1"))),
        group.submit(fail),
        group.submit(lambda s: s.arrive(arrival("https://b.example/2"))),
    )
    release.set()
    good.result(10)
    better.result(10)
    with pytest.raises(KeyError, match="mine"):
        bad.result(10)
    assert sorted(one.source[-1] for one in store.mentions()) == ["1", "2"]


def test_a_full_disk_fails_all_that_shared_the_transaction(
    store: Counting, group: GroupCommit
) -> None:
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    release = held_up(group)
    long = {"excerpt": "x" * 3000}
    futures = [group.submit(lambda s: s.arrive(arrival(claims=long))) for _ in range(20)]
    release.set()
    assert {type(future.exception(10)) for future in futures} == {NotNowError}
    assert store.mentions() == []
    store._db.execute("PRAGMA max_page_count = 1000000")
    group.submit(lambda s: s.arrive(arrival())).result(10)
    assert len(store.mentions()) == 1


def test_what_is_waiting_when_it_closes_is_still_done(store: Counting) -> None:
    group = GroupCommit(store)
    release = held_up(group)
    futures = [group.submit(lambda s: s.arrive(arrival())) for _ in range(10)]
    release.set()
    group.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(NotNowError):
        group.submit(lambda s: s.arrive(arrival())).result(10)
