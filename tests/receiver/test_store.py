"""What the SQLite store keeps, and that nothing is lost or undone: SEC-14, SEC-15, SEC-21, SEC-24."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.reading import Author, Reading
from pelican_smo.receiver.inbox import NotNowError
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import VERIFICATIONS, Filter, Media, Rule, Verification, sqlite
from pelican_smo.receiver.store.sqlite import SqliteStore

from .arrivals import BEA, DAY, NOW, arrival, claim, conclude, mention, only, verified


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mentions.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(file)
    yield opened
    opened.close()


def count(store: SqliteStore, table: str) -> int:
    return int(sqlite3.connect(store.path).execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# Arriving


def test_an_arrival_is_a_mention_a_line_of_the_log_and_a_job(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1", claims={"title": "Ü \U0001f41f"}))
    found = only(store)
    assert (found.source, found.host, found.article) == ("https://b.example/1", "b.example", "one")
    assert (found.verification, found.moderation, found.claims) == (
        "queued",
        "pending",
        {"title": "Ü \U0001f41f"},
    )
    assert [count(store, name) for name in ("mention", "inbound", "job")] == [1, 1, 1]


def test_three_protocols_for_one_link_are_one_mention(store: SqliteStore) -> None:
    for protocol in ("pingback", "trackback", "webmention"):
        store.arrive(arrival("https://b.example/1", protocol=protocol))
    assert only(store).protocols == ("webmention", "pingback", "trackback")
    assert [count(store, name) for name in ("mention", "inbound", "job")] == [1, 3, 1]


def test_spellings_of_one_page_are_one_mention(store: SqliteStore) -> None:
    for source in ("https://b.example/%7Ebea", "HTTPS://B.example:443/~bea#top"):
        store.arrive(arrival(source))
    assert only(store).source == "https://b.example/%7Ebea"


def test_another_article_is_another_mention(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.arrive(arrival("https://b.example/1", article="two"))
    assert len(store.mentions()) == 2


def test_SEC_19_the_status_token_is_keyed_and_leads_to_its_mention(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.arrive(arrival("https://b.example/1"))
    token = store.token("https://b.example/1", "one")
    found = store.by_token(token)
    assert found is not None
    assert (len(token), found.token) == (32, token)
    other = SqliteStore(tmp_path / "other.sqlite3")
    assert other.token("https://b.example/1", "one") != token
    assert [store.by_token(wrong) for wrong in ("", "zz", "00" * 16, "é")] == [None] * 4


@pytest.mark.parametrize("found", VERIFICATIONS)
def test_SEC_2_WR_16_a_status_does_not_tell_what_answered_at_the_source(
    found: Verification,
) -> None:
    words = {"queued": "checking", "verified": "waiting"}
    assert mention(verification=found).status == words.get(found, "unverified")
    for decided in ("rejected", "spam", "erased"):
        assert mention(verification=found, moderation=decided).status == "declined"


def test_SEC_21_what_looks_like_sql_is_stored_as_text(store: SqliteStore) -> None:
    probes = ("'; DROP TABLE mention; --", '" OR 1=1', "' UNION SELECT 1", "a\x00b")
    for words in probes:
        store.arrive(
            arrival(f"https://b.example/?q={quote(words)}", agent=words, claims={"title": words})
        )
    assert [one.claims["title"] for one in store.mentions()] == list(reversed(probes))
    assert store.mentions(Filter(host="' OR 1=1 --")) == []


# Jobs


def test_a_job_is_taken_by_one_worker_only(store: SqliteStore) -> None:
    store.arrive(arrival())
    assert len(store.claim("a", NOW, lease=60, most=9)) == 1
    assert store.claim("b", NOW, lease=60, most=9) == []


def test_two_workers_in_two_processes_never_take_one_job(store: SqliteStore, file: Path) -> None:
    for _ in range(200):
        store.arrive(arrival())

    def work(owner: str) -> list[int]:
        own, taken = SqliteStore(file), list[int]()
        while jobs := own.claim(owner, NOW, lease=60, most=3):
            taken += [job.id for job in jobs]
        own.close()
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [job for jobs in pool.map(work, "abcd") for job in jobs]
    assert len(taken) == len(set(taken)) == 200


def test_a_killed_workers_job_is_done_again_after_its_lease(store: SqliteStore) -> None:
    store.arrive(arrival())
    dead = claim(store, owner="dead")
    assert store.claim("b", NOW + 59, lease=60, most=1) == []
    alive = claim(store, NOW + 60, owner="alive")
    assert store.held(dead) is None
    assert alive.attempts == 2
    conclude(store, alive, Outcome(kind="verified", reading=BEA), NOW + 61)
    assert only(store).verification == "verified"


def test_a_message_that_comes_while_its_source_is_read_has_it_read_once_more(
    store: SqliteStore,
) -> None:
    store.arrive(arrival("https://b.example/1"))
    job = claim(store)
    store.arrive(arrival("https://b.example/1"))
    conclude(store, job, Outcome(kind="no-link"))
    assert store.claim("b", NOW + 29, lease=60, most=1) == []
    conclude(store, claim(store, NOW + 30), Outcome(kind="verified", reading=BEA), NOW + 30)
    assert only(store).verification == "verified"
    assert count(store, "job") == 0


def test_a_pair_that_was_just_read_is_not_read_again_within_half_a_minute(
    store: SqliteStore,
) -> None:
    store.arrive(arrival("https://b.example/1"))
    verified(store)
    store.arrive(arrival("https://b.example/1", received=NOW + 1))
    assert store.claim("b", NOW + 29, lease=60, most=1) == []
    assert store.claim("b", NOW + 30, lease=60, most=1)


def test_a_postponed_job_has_not_been_tried(store: SqliteStore) -> None:
    store.arrive(arrival())
    job = claim(store)
    store.postpone(job, NOW + 5)
    assert store.held(job) is None
    assert claim(store, NOW + 5).attempts == 1


def test_the_oldest_job_comes_first(store: SqliteStore) -> None:
    for at in (3, 1, 2):
        store.arrive(arrival(f"https://b.example/{at}", received=NOW + at))
    jobs = store.claim("a", NOW + 9, lease=60, most=9)
    assert [job.mention.source[-1] for job in jobs] == ["1", "2", "3"]


@pytest.mark.parametrize("jump", [-30 * DAY, 2 * 3600, DAY, 30 * DAY, 300 * DAY])
def test_a_clock_that_jumped_puts_no_job_out_of_reach(store: SqliteStore, jump: float) -> None:
    store.arrive(arrival("https://b.example/1", received=NOW + jump))
    store.claim("before the jump", NOW + jump, lease=60, most=1)
    store.arrive(arrival("https://b.example/2", received=NOW + jump))
    store.mend_times(NOW)
    assert len(store.claim("after it", NOW + 61, lease=60, most=9)) == 2
    assert max(one.last_received for one in store.mentions()) <= NOW


def test_times_that_are_right_are_not_mended(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    verified(store, verdict="allow")
    store.claim("a", NOW, lease=60, most=9)
    store.arrive(arrival("https://b.example/2"))
    store.claim("b", NOW, lease=60, most=9)
    assert store.mend_times(NOW + 1) == 0


def test_a_source_that_was_looked_at_in_the_future_is_looked_at_again(store: SqliteStore) -> None:
    store.arrive(arrival())
    conclude(store, claim(store), Outcome(kind="missing"), NOW + 30 * DAY)
    store.mend_times(NOW + 60)
    assert only(store).missing_at == only(store).checked == NOW + 60
    assert claim(store, NOW + 60)
    assert store.mend_times(NOW + 61) == 0


# Deciding


def test_SEC_14_a_hundred_replays_change_nothing_that_was_decided(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], "approve", "ada", NOW)
    before, generation, jobs = only(store), store.generation(), count(store, "job")
    for at in range(100):
        store.arrive(arrival("https://b.example/1", received=NOW + at))
    after = only(store)
    assert (after.moderation, after.verification, after.shown) == (
        before.moderation,
        before.verification,
        before.shown,
    )
    assert (store.generation(), count(store, "job")) == (generation, jobs)


@pytest.mark.parametrize("action", ["reject", "spam", "erase"])
def test_SEC_14_what_was_refused_stays_refused(store: SqliteStore, action: str) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], action, "ada", NOW)  # type: ignore[arg-type]
    refused = only(store).moderation
    store.arrive(arrival("https://b.example/1", received=NOW + 100, claims={"title": "again"}))
    for job in store.claim("w", NOW + 200, lease=60, most=9):
        conclude(store, job, Outcome(kind="verified", reading=BEA), NOW + 200, verdict="allow")
    assert only(store).moderation == refused
    assert not only(store).is_published


def test_SEC_24_an_erased_mention_leaves_no_word_and_stays_erased(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/private", claims={"title": "Mine"}))
    store.moderate([verified(store)], "erase", "ada", NOW)
    store.arrive(arrival("https://b.example/private", received=NOW + 1, claims={"title": "Mine"}))
    store.arrive(arrival("https://b.example/private", received=NOW + 2, article="two"))
    assert store.claim("w", NOW + 999, lease=60, most=9) == []
    assert {one.moderation for one in store.mentions()} == {"erased"}
    store.close()
    dump = "\n".join(sqlite3.connect(store.path).iterdump())
    assert "private" not in dump
    assert "Mine" not in dump
    assert "Bea" not in dump


def test_SEC_24_an_erased_word_is_gone_from_the_files_too(store: SqliteStore, file: Path) -> None:
    reading = replace(BEA, text="unforgettable " * 300, html="<p>unforgettable")
    store.arrive(arrival("https://b.example/hidden-page", claims={"title": "unforgettable"}))
    store.moderate([verified(store, reading)], "approve", "ada", NOW)

    def words() -> list[int]:
        bytes_ = b"".join(path.read_bytes() for path in file.parent.iterdir())
        return [bytes_.count(word) for word in (b"unforgettable", b"hidden-page")]

    assert min(words()) > 0
    store.moderate(store.mentions(), "erase", "ada", NOW)
    assert words() == [0, 0]


def test_SEC_24_an_erased_author_stays_erased_under_other_addresses(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], "erase", "ada", NOW)
    store.arrive(arrival("https://c.example/2", received=NOW))
    conclude(store, claim(store), Outcome(kind="verified", reading=BEA), verdict="allow")
    assert {one.moderation for one in store.mentions()} == {"erased"}
    assert "c.example" not in "\n".join(sqlite3.connect(store.path).iterdump())


def test_approval_shows_what_was_read_and_a_later_edit_waits(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], "approve", "ada", NOW)
    edited = Reading(url="https://b.example/1", text="Edited")
    store.arrive(arrival("https://b.example/1", received=NOW + DAY))
    found = verified(store, edited, NOW + DAY)
    assert (found.shown, found.has_changed) == (BEA, True)
    assert store.mentions(Filter(changed=True)) == [found]
    assert store.moderate([found], "approve", "ada", NOW) == 1
    assert (only(store).shown, only(store).has_changed) == (edited, False)


def test_what_could_not_be_read_can_be_approved_by_hand(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    conclude(store, claim(store), Outcome(kind="unavailable", reason="403"))
    store.moderate(store.mentions(), "approve", "ada", NOW)
    found = only(store)
    assert found.is_published
    assert found.shown == Reading(url="https://b.example/1")


def test_an_order_given_twice_changes_nothing_the_second_time(store: SqliteStore) -> None:
    store.arrive(arrival())
    found = verified(store)
    assert [store.moderate([found], "approve", "ada", NOW) for _ in range(2)] == [1, 0]
    assert [line.action for line in store.history(found.id)] == ["approve"]


def test_the_audit_log_says_who_did_what(store: SqliteStore) -> None:
    store.arrive(arrival())
    found = verified(store, verdict="allow")
    store.moderate([found], "spam", "ada", NOW + 1)
    store.moderate([found], "approve", "bob", NOW + 2)
    assert [(line.who, line.action, line.note) for line in store.history(found.id)] == [
        ("rules", "approved", ""),
        ("ada", "spam", "was approved"),
        ("bob", "approve", "was spam"),
    ]


def test_the_owners_word_stands_that_came_while_the_source_was_read(store: SqliteStore) -> None:
    store.arrive(arrival())
    job = claim(store)
    store.moderate(store.mentions(), "reject", "ada", NOW)
    conclude(store, job, Outcome(kind="verified", reading=BEA), verdict="allow")
    assert only(store).moderation == "rejected"


def test_the_generation_grows_with_what_is_published_and_with_nothing_else(
    store: SqliteStore,
) -> None:
    seen = [store.generation()]
    store.arrive(arrival("https://b.example/1"))
    found = verified(store)
    seen.append(store.generation())
    store.moderate([found], "approve", "ada", NOW)
    seen.append(store.generation())
    store.recheck([found], "ada", NOW)
    conclude(store, claim(store), Outcome(kind="unchanged"))
    seen.append(store.generation())
    store.recheck([found], "ada", NOW)
    conclude(store, claim(store), Outcome(kind="gone"))
    seen.append(store.generation())
    assert seen == [0, 0, 1, 1, 2]


def test_an_authors_picture_is_looked_for_once_his_mention_is_shown(store: SqliteStore) -> None:
    store.arrive(arrival())
    found = verified(store)
    assert count(store, "job") == 0
    store.moderate([found], "approve", "ada", NOW)
    job = claim(store)
    assert job.kind == "avatar"
    picture = Media(origin="https://b.example/bea.jpg", name="a.webp", type="image/webp", data=b"x")
    store.settle_media(job, picture, NOW)
    assert store.media("https://b.example/bea.jpg") == store.media_named("a.webp") == picture
    store.arrive(arrival())
    store.moderate(store.mentions(Filter(moderation="pending")), "approve", "ada", NOW)
    assert [job.kind for job in store.claim("w", NOW, lease=60, most=9)] == ["verify"]


def test_rules_replace_each_other_and_can_be_taken_back(store: SqliteStore) -> None:
    rule = Rule(scope="host", value="b.example", action="allow", note="a friend", at=NOW)
    store.add_rule(rule, "ada")
    store.add_rule(Rule(scope="host", value="b.example", action="block", at=NOW), "ada")
    assert [one.action for one in store.rules()] == ["block"]
    assert store.drop_rule("host", "b.example", "ada", NOW)
    assert not store.drop_rule("host", "b.example", "ada", NOW)
    assert store.rules() == []


def test_filters_mean_what_they_say(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1", protocol="trackback"))
    store.arrive(arrival("https://c.example/1", article="two", received=NOW + 1))
    sources = {
        "all": Filter(),
        "host": Filter(host="b.example"),
        "article": Filter(article="two"),
        "protocol": Filter(protocol="trackback"),
        "most": Filter(most=1),
        "state": Filter(moderation="approved"),
        "ids": Filter(ids=[1]),
    }
    found = {
        name: [one.host[0] for one in store.mentions(filter)] for name, filter in sources.items()
    }
    assert found == {
        "all": ["c", "b"],
        "host": ["b"],
        "article": ["c"],
        "protocol": ["b"],
        "most": ["c"],
        "state": [],
        "ids": ["b"],
    }


# Keeping


def test_SEC_15_the_log_goes_after_two_weeks_and_what_never_was_a_link_after_three_months(
    store: SqliteStore,
) -> None:
    store.arrive(arrival("https://b.example/no-link"))
    conclude(store, claim(store), Outcome(kind="no-link"))
    store.arrive(arrival("https://b.example/verified"))
    conclude(store, claim(store), Outcome(kind="verified", reading=BEA))
    store.arrive(arrival("https://b.example/waiting"))
    assert store.prune(NOW + 13 * DAY) == 0
    assert store.prune(NOW + 15 * DAY) == 3
    store.prune(NOW + 91 * DAY)
    assert sorted(one.source[18:] for one in store.mentions()) == ["verified", "waiting"]


def test_SEC_15_the_log_of_a_flood_is_cut_to_its_newest_lines(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LOG_MOST", 20)
    for number in range(50):
        store.arrive(arrival("https://b.example/1", received=NOW + number))
    store.prune(NOW)
    assert [one.at - NOW for one in store.log(1)] == list(range(30, 50))
    assert only(store).verification == "queued"


def test_a_locked_database_is_a_matter_of_time(
    store: SqliteStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pelican_smo.receiver.store.sqlite._LOCK_SECONDS", 0.05)
    other = SqliteStore(file)
    with store.transaction(), pytest.raises(NotNowError) as caught:
        other.arrive(arrival())
    assert caught.value.retry_after > 0
    other.arrive(arrival())
    assert len(other.mentions()) == 1


def test_a_full_disk_is_a_matter_of_time_and_leaves_the_store_whole(store: SqliteStore) -> None:
    store.arrive(arrival())
    database = store._db
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 1}")
    long = arrival(claims={"excerpt": "x" * 20_000})
    with pytest.raises(NotNowError):
        store.arrive(long)
    kept = len(store.mentions())
    database.execute("PRAGMA max_page_count = 1000000")
    store.arrive(arrival())
    assert len(store.mentions()) == kept + 1
    assert count(store, "inbound") == kept + 1
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_kept_is_on_the_disk(store: SqliteStore) -> None:
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_backup_made_in_use_can_be_opened(store: SqliteStore, tmp_path: Path) -> None:
    store.arrive(arrival("https://b.example/1"))
    token = store.token("https://b.example/1", "one")
    store.backup(tmp_path / "copy.sqlite3")
    restored = SqliteStore(tmp_path / "copy.sqlite3")
    assert only(restored).source == "https://b.example/1"
    assert restored.token("https://b.example/1", "one") == token


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE theirs (a)")
    text = tmp_path / "text.sqlite3"
    text.write_text("not a database " * 100)
    newer = tmp_path / "newer.sqlite3"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    for path, words in (
        (other, "another program"),
        (text, "not a database"),
        (newer, "newer"),
        (tmp_path / "no/such/folder.sqlite3", "cannot be used"),
    ):
        with pytest.raises(ReceiverError, match=words):
            SqliteStore(path)
    assert text.read_text() == "not a database " * 100


def test_two_processes_may_open_a_new_file_at_once(file: Path) -> None:
    code = (
        "import sys; from pelican_smo.receiver.store.sqlite import SqliteStore;"
        "print(SqliteStore(sys.argv[1]).token('https://b.example/', 'one'))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_the_author_of_a_reading_can_be_filtered_by(store: SqliteStore) -> None:
    store.arrive(arrival())
    verified(store, Reading(author=Author(url="https://bea.example/")))
    assert store.mentions(Filter(author="https://bea.example/"))
    assert not store.mentions(Filter(author="https://ada.example/"))


def test_a_job_of_an_erased_mention_is_no_other_mentions_job(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/erased"))
    stale = claim(store)
    store.moderate(store.mentions(), "erase", "ada", NOW)
    store.arrive(arrival("https://c.example/new"))
    fresh = claim(store)
    assert store.held(stale) is None
    assert store.held(fresh) is not None


def test_SEC_24_what_a_rule_of_erasing_takes_off_the_page_is_told_and_grows_the_generation(
    store: SqliteStore,
) -> None:
    plain = Reading(author=Author(name="Bea", url="https://b.example/"))
    for number in (1, 2):
        store.arrive(arrival(f"https://b.example/{number}"))
        conclude(store, claim(store), Outcome(kind="verified", reading=plain), verdict="allow")
    one, other = store.mentions()
    store.moderate([one], "erase", "ada", NOW)
    generation = store.generation()
    store.recheck([other], "ada", NOW)
    (job,) = [job for job in store.claim("w", NOW, lease=60, most=9) if job.kind == "verify"]
    conclude(store, job, Outcome(kind="verified", reading=plain))
    assert {one.moderation for one in store.mentions()} == {"erased"}
    assert store.generation() == generation + 1
    assert [line.action for line in store.history(other.id)][-1] == "erased"


def test_SEC_24_erasing_an_impostor_does_not_erase_the_one_he_claims_to_be(
    store: SqliteStore,
) -> None:
    store.arrive(arrival("https://impostor.example/1"))
    store.moderate([verified(store)], "erase", "ada", NOW)
    store.arrive(arrival("https://b.example/2"))
    conclude(store, claim(store), Outcome(kind="verified", reading=BEA))
    assert store.mentions()[0].moderation == "pending"
    store.bar_author(BEA.author.url, "ada", NOW)
    store.arrive(arrival("https://c.example/3"))
    conclude(store, claim(store), Outcome(kind="verified", reading=BEA), verdict="allow")
    assert store.mentions()[0].moderation == "erased"


def test_SEC_15_links_that_are_none_do_not_fill_an_article(store: SqliteStore) -> None:
    for _ in range(3):
        store.arrive(arrival())
        conclude(store, claim(store), Outcome(kind="no-link"))
    assert not store.is_full("one", 3)
    for _ in range(3):
        store.arrive(arrival())
    assert store.is_full("one", 3)
    assert not store.is_full("two", 1)


def test_a_mention_does_not_vouch_for_itself(store: SqliteStore) -> None:
    store.arrive(arrival("https://b.example/1"))
    store.moderate([verified(store)], "approve", "ada", NOW)
    assert store.approved_beside(only(store)) == 0
    store.arrive(arrival("https://b.example/2"))
    assert store.approved_beside(store.mentions()[0]) == 1


def test_a_picture_that_is_missing_is_looked_for_at_each_new_look(store: SqliteStore) -> None:
    store.arrive(arrival())
    store.moderate([verified(store)], "approve", "ada", NOW)
    store.settle_media(claim(store), Media(origin=BEA.author.photo), NOW)
    store.prune(NOW + 8 * DAY)
    conclude(store, claim(store, NOW + 8 * DAY), Outcome(kind="unchanged"), NOW + 8 * DAY)
    assert [job.kind for job in store.claim("w", NOW + 8 * DAY, lease=9, most=9)] == ["avatar"]


def test_the_file_is_for_its_owner_alone(store: SqliteStore) -> None:
    store.arrive(arrival())
    assert {path.stat().st_mode & 0o077 for path in store.path.parent.iterdir()} == {0}


def test_erasing_is_quick_beside_a_long_log(store: SqliteStore) -> None:
    plan = store._db.execute("EXPLAIN QUERY PLAN DELETE FROM inbound WHERE mention = 1").fetchall()
    assert "inbound_by_mention" in str(plan)
