"""The file that a build reads: whole, in a lasting order, with pictures beside it."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.export import export
from pelican_smo.receiver.jf2 import entry
from pelican_smo.receiver.store import Filter, Media
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.targets import Targets

from .arrivals import BEA, NOW, arrival, claim, verified

TARGETS = Targets.read(
    b'{"site": "https://site.example", "targets": [{"id": "one", "title": "One",'
    b' "url": "https://site.example/renamed.html", "aliases": [], "closed": false}]}'
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "mentions.sqlite3")
    yield opened
    opened.close()


def approve(store: SqliteStore, count: int = 1) -> None:
    for number in range(count):
        store.arrive(arrival(f"https://b.example/{number:03}"))
    for job in store.claim("w", NOW, lease=60, most=count):
        store.postpone(job, NOW + 1)
    store.moderate(store.mentions(Filter(moderation="pending")), "approve", "ada", NOW)


def test_it_holds_what_is_approved_and_nothing_else(store: SqliteStore, tmp_path: Path) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], "approve", "ada", NOW)
    store.arrive(arrival("https://c.example/waits"))
    path = tmp_path / "site" / "mentions.json"
    assert export(store, TARGETS, path) == 1
    top = json.loads(path.read_text())
    assert (top["type"], top["smo-generation"]) == ("feed", 1)
    assert top["children"] == [
        {
            "type": "entry",
            "url": "https://b.example/reply",
            "author": {"type": "card", "name": "Bea", "url": "https://b.example/"},
            "content": {"text": "Well said."},
            "in-reply-to": "https://site.example/renamed.html",
            "wm-id": 1,
            "wm-source": "https://b.example/1",
            "wm-target": "https://site.example/renamed.html",
            "wm-protocol": "webmention",
            "wm-property": "in-reply-to",
            "wm-received": "2025-06-15T15:06:40+00:00",
            "wm-private": False,
            "smo-article": "one",
        }
    ]


def test_an_answer_to_an_invitation_says_what_it_answers(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    mention = verified(store)
    shown = Reading(property="rsvp", rsvp="maybe")
    exported = entry(replace(mention, shown=shown), "https://site.example/one.html")
    assert (exported["wm-property"], exported["rsvp"]) == ("rsvp", "maybe")
    assert exported["in-reply-to"] == "https://site.example/one.html"


def test_without_targets_it_has_the_address_that_was_sent(
    store: SqliteStore, tmp_path: Path
) -> None:
    approve(store)
    export(store, None, tmp_path / "mentions.json")
    (entry,) = json.loads((tmp_path / "mentions.json").read_text())["children"]
    assert entry["wm-target"] == "https://site.example/one.html"


def test_an_empty_one_is_valid_too(store: SqliteStore, tmp_path: Path) -> None:
    export(store, TARGETS, tmp_path / "mentions.json")
    assert json.loads((tmp_path / "mentions.json").read_text())["children"] == []


def test_pictures_of_authors_lie_beside_it(store: SqliteStore, tmp_path: Path) -> None:
    store.arrive(arrival())
    store.moderate([verified(store)], "approve", "ada", NOW)
    media = Media(
        origin="https://b.example/bea.jpg", name=f"{'ab' * 32}.webp", type="image/webp", data=b"x"
    )
    store.settle_media(claim(store), media, NOW)
    export(store, TARGETS, tmp_path / "mentions.json")
    (entry,) = json.loads((tmp_path / "mentions.json").read_text())["children"]
    assert entry["author"]["photo"] == f"avatars/{'ab' * 32}.webp"
    assert (tmp_path / f"avatars/{'ab' * 32}.webp").read_bytes() == b"x"


def test_the_same_mentions_are_the_same_bytes(store: SqliteStore, tmp_path: Path) -> None:
    approve(store, 5)
    export(store, TARGETS, tmp_path / "one.json")
    export(store, TARGETS, tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_file_of_another_store_has_to_be_written_over_on_purpose(
    store: SqliteStore, tmp_path: Path
) -> None:
    other = SqliteStore(tmp_path / "other.sqlite3")
    approve(other, 12)
    path = tmp_path / "mentions.json"
    export(other, TARGETS, path)
    before = path.read_bytes()
    with pytest.raises(ReceiverError, match="12 mentions that this database never heard of"):
        export(store, TARGETS, path)
    assert path.read_bytes() == before
    assert export(store, TARGETS, path, force=True) == 0


@pytest.mark.parametrize("action", ["reject", "erase"])
def test_what_the_owner_took_away_is_gone_without_a_word(
    store: SqliteStore, tmp_path: Path, action: str
) -> None:
    approve(store, 20)
    path = tmp_path / "mentions.json"
    export(store, TARGETS, path)
    store.moderate(store.mentions()[:19], action, "ada", NOW)  # type: ignore[arg-type]
    assert export(store, TARGETS, path) == 1


def test_SEC_24_the_picture_of_somebody_who_is_erased_goes_and_other_files_stay(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.arrive(arrival())
    store.moderate([verified(store)], "approve", "ada", NOW)
    name = f"{'ab' * 32}.webp"
    media = Media(origin=BEA.author.photo, name=name, type="image/webp", data=b"x")
    store.settle_media(claim(store), media, NOW)
    export(store, TARGETS, tmp_path / "mentions.json")
    theirs = tmp_path / "avatars" / f"{'cd' * 32}.webp"
    theirs.write_bytes(b"of another export")
    assert (tmp_path / "avatars" / name).exists()
    store.moderate(store.mentions(), "erase", "ada", NOW)
    export(store, TARGETS, tmp_path / "mentions.json")
    assert [path.name for path in (tmp_path / "avatars").iterdir()] == [theirs.name]


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be made read-only so there")
def test_a_place_that_cannot_be_written_is_told_and_the_old_file_stays(
    store: SqliteStore, tmp_path: Path
) -> None:
    approve(store)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(ReceiverError, match="cannot be written"):
        export(store, TARGETS, blocked / "mentions.json")
    assert blocked.read_text() == "no folder"
