"""From the web side to the disk: together, in order, and with the truth as the answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pelican_smo.receiver.inbox import Inbox, NotNowError
from pelican_smo.receiver.intake import Intake
from pelican_smo.receiver.store import Media, Rule
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.targets import Targets

from .arrivals import NOW, arrival, claim, only, verified

TARGETS = Targets.read(
    b'{"site": "https://site.example", "targets": [{"id": "one", "title": "One",'
    b' "url": "https://site.example/renamed.html", "aliases": [], "closed": false}]}'
)


class Desk:
    """An Intake with the store behind it."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self.store = SqliteStore(folder / "mentions.sqlite3")
        self.group = GroupCommit(SqliteStore(folder / "mentions.sqlite3"))
        self.woken, self.targets = 0, TARGETS
        self.inbox = Intake(
            self.group,
            SqliteStore(folder / "mentions.sqlite3"),
            lambda: self.targets,
            public_url="https://in.example/m/",
            arrived=self._wake,
            clock=lambda: NOW,
            **limits,
        )

    def _wake(self) -> None:
        self.woken += 1


@asynccontextmanager
async def opened(folder: Path, **limits: Any) -> AsyncIterator[Desk]:
    desk = Desk(folder, **limits)
    yield desk
    desk.group.close()
    desk.inbox.close()


def run(folder: Path, story: Callable[[Desk], Any], **limits: Any) -> Any:
    async def told() -> Any:
        async with opened(folder, **limits) as desk:
            return await story(desk)

    return asyncio.run(told())


def test_it_is_an_inbox(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        inbox: Inbox = desk.inbox
        assert await inbox.generation() == 0

    run(tmp_path, story)


def test_an_answer_is_given_once_record_and_job_are_kept(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.inbox.accept(arrival("https://b.example/1"))
        assert only(desk.store).token == token
        assert desk.store.due(NOW) == desk.woken == 1
        assert await desk.inbox.status(token) == "checking"
        assert await desk.inbox.status("0" * 32) is None

    run(tmp_path, story)


def test_arrivals_of_one_moment_share_transactions(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        tokens = await asyncio.gather(*(desk.inbox.accept(arrival()) for _ in range(500)))
        assert len(set(tokens)) == len(desk.store.mentions()) == 500
        assert desk.woken <= 3

    run(tmp_path, story)


def test_a_rush_is_known_while_it_lasts(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.inbox.accept(arrival())
        assert not desk.inbox.is_rushed()
        await asyncio.gather(*(desk.inbox.accept(arrival()) for _ in range(100)))
        assert desk.inbox.is_rushed()
        await asyncio.sleep(0.25)
        assert not desk.inbox.is_rushed()

    run(tmp_path, story)


def test_a_full_disk_is_told_to_everyone_who_was_not_kept(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        database = desk.group._store._db  # type: ignore[attr-defined]
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages + 8}")
        long = {"excerpt": "x" * 2000}
        told = await asyncio.gather(
            *(desk.inbox.accept(arrival(claims=long)) for _ in range(200)), return_exceptions=True
        )
        kept = {one for one in told if isinstance(one, str)}
        assert {type(one) for one in told} <= {str, NotNowError}
        assert len(kept) < 200
        assert {one.token for one in desk.store.mentions()} == kept
        database.execute("PRAGMA max_page_count = 1000000")
        assert await desk.inbox.accept(arrival())

    run(tmp_path, story)


def test_SEC_15_beyond_so_many_jobs_nothing_is_promised(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        for _ in range(3):
            await desk.inbox.accept(arrival())
        with pytest.raises(NotNowError) as caught:
            await desk.inbox.accept(arrival())
        assert caught.value.retry_after > 0
        desk.store.claim("w", NOW, lease=60, most=9)
        for job in desk.store.claim("w", NOW + 60, lease=60, most=9):
            desk.store.postpone(job, NOW + 999)
        desk.inbox.refresh()
        assert await desk.inbox.accept(arrival())

    run(tmp_path, story, most_due=3)


def test_SEC_15_beyond_so_many_that_wait_an_article_takes_no_new_ones(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.inbox.accept(arrival("https://b.example/1"))
        await desk.inbox.accept(arrival("https://b.example/2"))
        with pytest.raises(NotNowError):
            await desk.inbox.accept(arrival("https://b.example/3"))
        assert await desk.inbox.accept(arrival("https://b.example/2"))
        assert await desk.inbox.accept(arrival("https://b.example/3", article="two"))

    run(tmp_path, story, most_waiting=2)


def test_what_is_published_is_told_with_todays_address_and_our_picture(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.inbox.accept(arrival("https://b.example/1"))
        assert not await desk.inbox.is_published("https://b.example/1", "one")
        desk.store.moderate([verified(desk.store)], "approve", "ada", NOW)
        (entry,) = await desk.inbox.published("one")
        assert entry["wm-target"] == entry["in-reply-to"] == "https://site.example/renamed.html"
        assert entry["author"] == {"type": "card", "name": "Bea", "url": "https://b.example/"}
        picture = Media(
            origin="https://b.example/bea.jpg", name="a.webp", type="image/webp", data=b"x"
        )
        desk.store.settle_media(claim(desk.store), picture, NOW)
        (entry,) = await desk.inbox.published()
        assert entry["author"]["photo"] == "https://in.example/m/avatars/a.webp"
        assert await desk.inbox.avatar("a.webp") == (b"x", "image/webp")
        assert await desk.inbox.avatar("b.webp") is None
        assert await desk.inbox.published("two") == []
        assert await desk.inbox.is_published("https://b.example/1#top", "one")
        assert await desk.inbox.generation() == 2

    run(tmp_path, story)


def test_what_is_published_follows_a_new_build(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.inbox.accept(arrival("https://b.example/1"))
        desk.store.moderate([verified(desk.store)], "approve", "ada", NOW)
        addresses = []
        for url in ("https://site.example/renamed.html", "https://site.example/again.html"):
            desk.targets = Targets.read(
                json.dumps({"site": "", "targets": [{"id": "one", "url": url}]}).encode()
            )
            (entry,) = await desk.inbox.published()
            addresses.append(entry["wm-target"])
        assert addresses == ["https://site.example/renamed.html", "https://site.example/again.html"]

    run(tmp_path, story)


def test_a_new_rule_holds_after_a_moment(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert not desk.inbox.blocks("https://b.example/1", "net")
        desk.store.add_rule(Rule(scope="host", value="b.example", action="block", at=NOW), "ada")
        await asyncio.to_thread(desk.inbox.refresh)
        assert desk.inbox.blocks("https://b.example/1", "net")

    run(tmp_path, story)


def test_there_is_something_to_count(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.inbox.accept(arrival(received=NOW - 10))
        figures = await desk.inbox.figures()
        assert figures['mentions{moderation="pending"}'] == figures["jobs_due"] == 1
        assert figures["oldest_job_seconds"] == 10

    run(tmp_path, story)


def test_an_arrival_that_cannot_be_kept_takes_no_other_with_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        torn = arrival(agent="\ud800")
        told = await asyncio.gather(
            *(desk.inbox.accept(one) for one in (arrival(), torn, arrival())),
            return_exceptions=True,
        )
        assert [isinstance(one, str) for one in told] == [True, False, True]
        assert len(desk.store.mentions()) == 2

    run(tmp_path, story)
