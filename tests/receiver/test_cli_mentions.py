"""Moderation at the command line: `pelican-smo mentions …`."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pelican_smo.cli import main
from pelican_smo.linkbacks.reading import Author, Reading
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import Filter
from pelican_smo.receiver.store.sqlite import SqliteStore

from .arrivals import BEA, NOW, arrival, conclude

Run = Callable[..., Result]
EDITED = replace(BEA, text="Buy pills")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mentions.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(file)
    yield made
    made.close()


@pytest.fixture
def run(file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the database; returns what it printed, with its exit code."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SMO_DATABASE", raising=False)

    def ran(*arguments: str, code: int = 0, database: Path = file, answer: str = "") -> Result:
        words = ["mentions", "--database", str(database), *arguments]
        result = CliRunner().invoke(main, words, input=answer)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return ran


def take(store: SqliteStore, source: str, reading: Reading | None = BEA, **changed: Any) -> None:
    """Have a mention arrive and, with a reading, verified."""
    found = Outcome(kind="verified", reading=reading) if reading else None
    take_as(store, source, found, **changed)


def take_as(store: SqliteStore, source: str, found: Outcome | None, **changed: Any) -> None:
    """Have a mention arrive and, with an outcome, looked at."""
    store.arrive(arrival(source, **changed))
    for job in store.claim("w", NOW, lease=60, most=1):
        if found is None:
            store.postpone(job, NOW + 9)
        else:
            conclude(store, job, found)


NO_LINK = Outcome(kind="no-link", reason="no link to the article")
BROKEN = Outcome(kind="unavailable", reason="the server answers 403")


def states(store: SqliteStore) -> dict[str, str]:
    return {one.source.removeprefix("https://"): one.moderation for one in store.mentions()}


# Looking


def test_a_list_is_readable_on_eighty_columns(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/reply")
    take(
        store,
        "https://c.example/2026/a-post-with-a-long-slug-that-goes-on/index.html?utm_source=feed",
        None,
        protocol="trackback",
        claims={"blog_name": "Cleo's", "excerpt": "word " * 60},
    )
    assert [text.rstrip() for text in run("list").output.splitlines()[1:]] == [
        " id   kind        state      who says what, and where",
        " ──────────────────────────────────────────────────────────────────────────────",
        "  2   trackback   pending    Cleo's: word word word word word word word word",
        "                  queued     word word word word word word word word word word",
        "                             word word word word word word word word word word",
        "                             word word word word…",
        "                             https://c.example/2026/a-post-with-a-long-slug-tha",
        "                             t-goes-on/index.html?utm_source=feed",
        "                             2025-06-15 15:06 → https://site.example/one.html",
        "",
        "  1   reply       pending    Bea: Well said.",
        "                  verified   https://b.example/reply",
        "                             2025-06-15 15:06 → https://site.example/one.html",
        "",
    ]


def test_a_list_has_what_waits_unless_others_are_asked_for(run: Run, store: SqliteStore) -> None:
    assert run("list").output == "No mention waits for you.\n"
    for source in ("https://a.example/1", "https://b.example/1", "https://c.example/1"):
        take(store, source)
    run("approve", "1")
    run("erase", "3")

    def ids(*options: str) -> list[int]:
        return [row["id"] for row in json.loads(run("list", "--json", *options).output)]

    assert ids() == [2]
    assert ids("--all") == [3, 2, 1]
    assert ids("--state", "approved") == [1]
    assert ids("--host", "B.example") == [2]
    assert ids("1", "2") == [2, 1]
    assert ids("--check", "verified", "--protocol", "webmention", "--article", "one") == [3, 2, 1]
    assert ids("--author", "https://b.example/") == [2, 1]
    assert run("list", "--host", "nobody.example").output == "No mention is like that.\n"
    assert "b.example/1" in run("list").output
    assert "a.example" not in run("list").output


def test_a_long_list_says_that_there_is_more(run: Run, store: SqliteStore) -> None:
    for number in range(4):
        take(store, f"https://b.example/{number}")
    assert run("list", "--most", "3").output.splitlines()[-1] == (
        "These are the newest 3; --all shows every one."
    )
    assert "newest" not in run("list", "--most", "4").output


def test_what_changed_is_found_however_old_it_is(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/0")
    run("approve", "1")
    run("recheck", "1")
    for job in store.claim("w", 4e9, lease=60, most=9):
        if job.kind == "verify":
            conclude(store, job, Outcome(kind="verified", reading=EDITED))
    for number in range(1, 4):
        take(store, f"https://b.example/{number}", received=NOW + number)
    run("approve", "2", "3", "4")
    assert "changed" in run("list", "--changed", "--most", "1").output
    assert run("approve", "--changed").output == "Approved 1 mention.\n"
    assert store.mentions(Filter(ids=(1,)))[0].shown == EDITED


def test_show_tells_all_that_is_known(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/reply", replace(BEA, text="Well said.\n\nAnd " + "more " * 16))
    run("approve", "1")
    output = run("show", "1").output
    assert output.startswith(
        "    source  https://b.example/reply\n"
        "    target  https://site.example/one.html\n"
        "   article  one\n"
        "     state  approved\n"
        "     check  verified\n"
        "  received  2025-06-15 15:06\n"
        "   checked  2025-06-15 15:06\n"
        "   came as  webmention\n"
        "\n"
        "says:\n"
        "  property  in-reply-to\n"
        "       url  https://b.example/reply\n"
        "    author  Bea https://b.example/ https://b.example/bea.jpg\n"
        "      text  Well said.\n"
        "            And more more more more more more more more more more more more more\n"
        "            more more more\n"
        "\n"
        "2025-06-15 15:06:40  webmention from the net net (test)\n"
    )
    assert re.search(r"\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \w+: approve \(was pending\)\n\Z", output)


def test_show_has_messages_and_decisions_in_their_order(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/1")
    store.moderate(store.mentions(), "approve", "ada", NOW + 60)
    store.arrive(arrival("https://b.example/1", protocol="pingback", received=NOW + 61))
    store.moderate(store.mentions(), "reject", "ada", NOW + 62)
    assert run("show", "1").output.rpartition("\n\n")[2].splitlines() == [
        "2025-06-15 15:06:40  webmention from the net net (test)",
        "2025-06-15 15:07:40  ada: approve (was pending)",
        "2025-06-15 15:07:41  pingback from the net net (test)",
        "2025-06-15 15:07:42  ada: reject (was approved)",
    ]


def test_show_as_json_has_the_shape_that_programs_read(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/reply", claims={"vouch": "https://v.example/"})
    run("spam", "1")
    row = json.loads(run("show", "1", "--json").output)
    (log,), (done,) = row.pop("log"), row.pop("history")
    assert (log["protocol"], log["net"], log["agent"]) == ("webmention", "net", "test")
    assert (done["action"], done["note"]) == ("spam", "was pending")
    received = row["received"]
    assert received.startswith("2025-06-15T15:06:40+00:00")
    assert row == {
        "id": 1,
        "source": "https://b.example/reply",
        "target": "https://site.example/one.html",
        "article": "one",
        "protocols": ["webmention"],
        "state": "spam",
        "check": "verified",
        "reason": "",
        "published": False,
        "changed": False,
        "signals": [],
        "claims": {"vouch": "https://v.example/"},
        "reading": BEA.as_json(),
        "shown": None,
        "received": received,
        "last_received": received,
        "checked": received,
    }
    listed = json.loads(run("list", "1", "--json").output)
    assert listed == [row]


# Deciding


@pytest.mark.parametrize(
    ("order", "state"),
    [("approve", "approved"), ("reject", "rejected"), ("spam", "spam"), ("erase", "erased")],
)
def test_an_order_is_carried_out_and_written_down(
    run: Run, store: SqliteStore, order: str, state: str
) -> None:
    take(store, "https://b.example/1")
    take(store, "https://c.example/1")
    assert json.loads(run(order, "2", "--json").output) == {"changed": 1, "ids": [2], "left": []}
    assert [one.moderation for one in store.mentions()] == [state, "pending"]
    assert store.history(2)[0].action == order
    output = run(order, "2").output
    assert re.fullmatch(rf"[A-Z].* 0 of 1 mention\.\n1 was {state} before\.\n", output)


def test_an_order_says_why_it_changed_less_than_was_named(run: Run, store: SqliteStore) -> None:
    for number in range(1, 5):
        take(store, f"https://b.example/{number}")
    run("erase", "1")
    run("reject", "2,3")
    assert run("reject", "1-4").output == (
        "Rejected 1 of 4 mentions.\n1 was erased before.\n2 were rejected before.\n"
    )


def test_orders_are_about_ids_filters_or_all_that_waits(run: Run, store: SqliteStore) -> None:
    for host in ("a", "b", "c", "d"):
        take(store, f"https://{host}.example/1")
    run("approve", code=2)
    assert run("reject", "--host", "https://A.example/x").output == "Rejected 1 mention.\n"
    assert run("approve", "--all", "--host", "b.example.").output == "Approved 1 mention.\n"
    assert run("spam", "--all").output == "Marked as spam 2 mentions.\n"
    assert states(store) == {
        "a.example/1": "rejected",
        "b.example/1": "approved",
        "c.example/1": "spam",
        "d.example/1": "spam",
    }


def test_approval_by_a_filter_brings_nothing_back_that_was_refused(
    run: Run, store: SqliteStore
) -> None:
    take(store, "https://b.example/1")
    take(store, "https://b.example/2")
    run("spam", "1")
    assert run("approve", "--host", "b.example").output == "Approved 1 mention.\n"
    run("approve", "--all", "--host", "b.example", code=1)
    assert states(store) == {"b.example/1": "spam", "b.example/2": "approved"}
    run("approve", "--host", "b.example", "--state", "spam")
    assert set(states(store).values()) == {"approved"}


def test_approval_in_bulk_is_of_verified_mentions_only(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/1")
    take(store, "https://b.example/2", None)
    take_as(store, "https://b.example/3", NO_LINK)
    take_as(store, "https://c.example/4", BROKEN)
    output = run("approve", "--host", "b.example").output
    assert output == (
        "Approved 1 of 3 mentions.\n"
        "2 were left: not verified (1 no-link, 1 queued); name them by id to approve all the same.\n"
    )
    assert json.loads(run("approve", "--all", "--json").output) == {
        "changed": 0,
        "ids": [],
        "left": [4, 3, 2],
    }
    assert states(store) == {
        "b.example/1": "approved",
        "b.example/2": "pending",
        "b.example/3": "pending",
        "c.example/4": "pending",
    }
    assert run("approve", "--check", "retrying").output == "Approved 1 mention.\n"
    assert run("reject", "--all").output == "Rejected 2 mentions.\n"


def test_who_approves_by_id_is_told_what_comes_of_it(run: Run, store: SqliteStore) -> None:
    take_as(store, "https://b.example/1", NO_LINK)
    take_as(store, "https://c.example/2", BROKEN)
    take(store, "https://d.example/3", None)
    take(store, "https://e.example/4")
    assert run("approve", "1-4").output == (
        "Approved 4 mentions.\n"
        "3 is not verified (queued): the page shows its host and no word.\n"
        "2 is not verified (the server answers 403): the page shows its host and no word.\n"
        "1 has no link (no link to the article): it is not shown until we find one.\n"
    )
    shown = {one.id: one.is_published for one in store.mentions()}
    assert shown == {1: False, 2: True, 3: True, 4: True}


def test_what_needs_no_decision_does_not_wait(run: Run, store: SqliteStore) -> None:
    take_as(store, "https://b.example/1", NO_LINK)
    take_as(store, "https://c.example/2", Outcome(kind="gone", reason="410"))
    rest = (
        "Not listed, as there is nothing to decide: 1 no-link, 1 gone. "
        "See them with --check no-link, or everything with --all.\n"
    )
    assert run("list").output == f"No mention waits for you.\n{rest}"
    take_as(store, "https://d.example/3", BROKEN)
    take(store, "https://e.example/4", None)
    assert run("list").output.endswith(rest)
    assert [one["id"] for one in json.loads(run("list", "--json").output)] == [4, 3]
    assert "b.example" in run("list", "--check", "no-link").output
    assert rest not in run("list", "--all").output


def test_quiet_is_for_cron_which_mails_what_is_said(run: Run, store: SqliteStore) -> None:
    take_as(store, "https://b.example/1", NO_LINK)
    assert run("list", "--quiet").output == ""
    assert run("list", "--quiet", "--json").output == ""
    take(store, "https://c.example/2")
    assert "c.example/2" in run("list", "--quiet").output


def test_to_erase_many_has_to_be_meant(run: Run, store: SqliteStore) -> None:
    for number in range(1, 6):
        take(store, f"https://b.example/{number}")
    assert "Erase 5 mentions for good? [y/N]" in run("erase", "--all", code=1, answer="n\n").output
    run("erase", "--host", "b.example", code=1)  # nobody is there to answer
    assert set(states(store).values()) == {"pending"}
    assert run("erase", "1").output == "Erased 1 mention.\n"
    assert "Erased 3 mentions." in run("erase", "2-4").output
    assert run("erase", "--all", "--yes").output == "Erased 1 mention.\n"


def test_an_author_who_is_erased_stays_away_wherever_he_writes(
    run: Run, store: SqliteStore
) -> None:
    take(store, "https://c.example/1")
    run("erase", "--author", "HTTPS://B.example", "--yes")
    take(store, "https://d.example/2")
    assert [one.moderation for one in store.mentions()] == ["erased", "erased"]


@pytest.mark.parametrize("order", ["approve", "reject", "spam", "erase", "recheck"])
def test_a_filter_that_means_nothing_is_said_with_exit_code_1(
    run: Run, store: SqliteStore, order: str
) -> None:
    take(store, "https://b.example/1")
    options = ("--yes",) if order == "erase" else ()
    assert run(order, "--host", "c.example", *options, code=1).output == (
        "Error: no mention is like that\n"
    )
    assert "is no host" in run(order, "--host", "not a host", *options, code=2).output
    assert "is no author" in run(order, "--author", "ada", *options, code=2).output


def test_all_of_nothing_is_no_mistake(run: Run, store: SqliteStore) -> None:
    assert run("approve", "--all").output == "No mention waits for you.\n"


def test_the_database_may_be_named_after_the_order(
    run: Run, store: SqliteStore, file: Path, tmp_path: Path
) -> None:
    take(store, "https://b.example/1")
    other = tmp_path / "other"
    run("list", database=other, code=2)
    assert "b.example/1" in run("list", "--database", str(file), database=other).output
    run("reject", "1", "--database", str(file), database=other)
    assert states(store) == {"b.example/1": "rejected"}


@pytest.mark.parametrize("order", ["approve", "reject", "spam", "erase", "recheck", "show"])
def test_an_id_that_is_not_there_is_said_with_exit_code_1(
    run: Run, store: SqliteStore, order: str
) -> None:
    take(store, "https://b.example/1")
    ids = ("7",) if order == "show" else ("1", "7", "9")
    result = run(order, *ids, code=1)
    assert f"there is no mention {'7,9' if len(ids) > 1 else '7'}\n" in result.output
    if order != "show":
        assert run(order, "99", code=1).output == "Error: there is no mention 99\n"
    if order == "reject":
        assert states(store) == {"b.example/1": "rejected"}


def test_ids_may_be_lists_and_ranges(run: Run, store: SqliteStore) -> None:
    for number in range(1, 9):
        take(store, f"https://b.example/{number}")
    assert json.loads(run("reject", "1,2", "2", "4-6,8", "--json").output)["ids"] == [
        8,
        6,
        5,
        4,
        2,
        1,
    ]


@pytest.mark.parametrize(
    "words", ["1-", "2-1", "1..2", "1 2", ",", "1-10001", "1-9999,20000,30000"]
)
def test_what_names_no_mentions_or_too_many_is_a_mistake(
    run: Run, store: SqliteStore, words: str
) -> None:
    take(store, "https://b.example/1")
    run("reject", words, code=2)
    assert states(store) == {"b.example/1": "pending"}


@pytest.mark.parametrize("identifier", ["0", "-1", "one", "99999999999999999999"])
def test_what_is_no_id_is_a_mistake_in_the_command(
    run: Run, store: SqliteStore, identifier: str
) -> None:
    run("show", "--", identifier, code=2)
    run("approve", "--", identifier, code=2)


@pytest.mark.parametrize("content", [None, b"no database", b""])
def test_without_the_receivers_database_nothing_is_done(
    run: Run, tmp_path: Path, content: bytes | None
) -> None:
    other = tmp_path / "other.sqlite3"
    if content is not None:
        other.write_bytes(content)
    result = run("list", database=other, code=2 if content != b"" else 0)
    assert "Traceback" not in result.output
    assert (content is not None) == other.exists()


def test_while_another_program_holds_the_database_that_is_said(
    run: Run, store: SqliteStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pelican_smo.receiver.store import sqlite

    take(store, "https://b.example/1")
    monkeypatch.setattr(sqlite, "_LOCK_SECONDS", 0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked" in run("approve", "1", code=2).output
    other.close()
    assert states(store) == {"b.example/1": "pending"}


def test_recheck_has_sources_read_as_soon_as_may_be(run: Run, store: SqliteStore) -> None:
    take(store, "https://b.example/1")
    assert store.due(4e9) == 0
    said = "The source of 1 mention will be read again.\n"
    assert run("recheck", "--host", "b.example").output == said
    assert store.due(4e9) == 1
    take(store, "https://b.example/2")
    assert run("recheck", "1,2").output == "The sources of 2 mentions will be read again.\n"
    run("recheck", code=2)


def test_sec_24_erase_leaves_no_word(run: Run, store: SqliteStore, file: Path) -> None:
    take(store, "https://b.example/1", replace(BEA, text="unforgettable"))
    run("approve", "1")
    run("erase", "1")
    for command in (("show", "1"), ("list", "--all"), ("list", "--all", "--json")):
        output = run(*command).output
        assert "unforgettable" not in output
        assert "b.example" not in output
    take(store, "https://b.example/1")
    assert [one.moderation for one in store.mentions()] == ["erased"]


# Rules


def test_rules_let_through_and_keep_out(run: Run, store: SqliteStore) -> None:
    assert run("rules").output == "There are no rules.\n"
    run("allow", "B.example", "--note", "a friend")
    run("block", "https://spam.example/blog/", "--scope", "url")
    run("block", "https://eve.example/", "--scope", "author")
    run("block", "00FF" * 8, "--scope", "net")
    assert run("rules").output == (
        " allow  host b.example  (a friend)\n"
        " block  url https://spam.example/blog/\n"
        " block  author https://eve.example/\n"
        f" block  net {'00ff' * 8}\n"
    )
    run("block", "b.example.", "bücher.example")
    assert " block  host xn--bcher-kva.example\n" in run("rules").output
    assert " block  host b.example\n" in run("rules").output
    run("block", "b.example", "--remove")
    assert "b.example" not in run("rules").output
    assert (
        "no rule about the host b.example" in run("block", "b.example", "--remove", code=1).output
    )


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        *(("host", "not a host"), ("url", "b.example"), ("author", "ada")),
        *(("net", "xyz"), ("net", "00ff"), ("net", "192.0.2.0/24")),
    ],
)
def test_a_rule_that_could_never_match_is_refused(
    run: Run, store: SqliteStore, scope: str, value: str
) -> None:
    good = {"host": "b.example", "net": "f" * 32}.get(scope, "https://b.example/")
    assert "write it as" in run("block", good, value, "--scope", scope, code=2).output
    run("block", code=2)
    assert store.rules() == []


def test_a_rule_is_taken_back_by_its_own_word_only(run: Run, store: SqliteStore) -> None:
    run("allow", "b.example")
    result = run("block", "--remove", "b.example", code=1)
    assert "b.example is allowed, not blocked" in result.output
    assert [rule.action for rule in store.rules()] == ["allow"]
    run("allow", "--remove", "b.example")
    run("block", "b.example")
    assert "blocked, not allowed" in run("allow", "--remove", "b.example", code=1).output
    assert [rule.action for rule in store.rules()] == ["block"]


def test_the_author_of_a_rule_is_the_one_that_mentions_have(run: Run, store: SqliteStore) -> None:
    eve = Author(name="Eve", url="https://shared.example/#eve")
    take(store, "https://b.example/1", replace(BEA, author=eve))
    take(store, "https://b.example/2")
    run("block", "https://SHARED.example#eve", "--scope", "author")
    assert states(store) == {"b.example/1": "spam", "b.example/2": "pending"}


def test_blocking_a_host_clears_away_what_waits_from_it(run: Run, store: SqliteStore) -> None:
    for source in ("https://b.example/1", "https://b.example/2", "https://c.example/1"):
        take(store, source)
    take(store, "https://www.b.example/3")
    take(store, "https://good.b.example/4")
    take(store, "https://notb.example/5")
    run("approve", "1")
    run("allow", "good.b.example")
    output = run("block", "b.example").output
    assert "2 mentions that waited are spam now." in output
    assert "What you approved of stays; to take it off: reject 1\n" in output
    assert states(store) == {
        "b.example/1": "approved",
        "b.example/2": "spam",
        "c.example/1": "pending",
        "www.b.example/3": "spam",
        "good.b.example/4": "pending",
        "notb.example/5": "pending",
    }


def test_blocking_the_beginning_of_addresses_clears_away_what_waits_below_it(
    run: Run, store: SqliteStore
) -> None:
    for source in ("https://shared.example/~eve/1", "https://shared.example/~ada/1"):
        take(store, source)
    run("block", "https://shared.example/~eve/", "--scope", "url")
    assert states(store) == {
        "shared.example/~eve/1": "spam",
        "shared.example/~ada/1": "pending",
    }
    # A rule that is taken back clears nothing away.
    run("block", "https://shared.example/~ada/", "--scope", "url", "--remove", code=1)
    assert states(store)["shared.example/~ada/1"] == "pending"


# Files


def test_an_export_has_what_is_approved(run: Run, store: SqliteStore, tmp_path: Path) -> None:
    take(store, "https://b.example/1")
    take(store, "https://c.example/1")
    run("approve", "1")
    out = tmp_path / "mentions.json"
    assert run("export", str(out)).output == f"{out} has 1 mention.\n"
    assert [one["wm-source"] for one in json.loads(out.read_text())["children"]] == [
        "https://b.example/1"
    ]
    targets = tmp_path / "targets.json"
    row = {"id": "one", "url": "https://site.example/renamed.html"}
    targets.write_text(json.dumps({"site": "https://site.example", "targets": [row]}))
    run("export", str(out), "--targets", str(targets))
    assert json.loads(out.read_text())["children"][0]["wm-target"] == row["url"]


def test_an_export_over_the_file_of_another_database_has_to_be_meant(
    run: Run, store: SqliteStore, tmp_path: Path
) -> None:
    out = tmp_path / "mentions.json"
    others = [{"wm-source": f"https://b{n}.example/", "smo-article": "one"} for n in range(12)]
    out.write_text(json.dumps({"type": "feed", "children": others}))
    take(store, "https://c.example/")
    run("approve", "--all")
    assert "--force" in run("export", str(out), code=2).output
    assert len(json.loads(out.read_text())["children"]) == 12
    run("export", str(out), "--force")
    assert len(json.loads(out.read_text())["children"]) == 1
    run("export", str(tmp_path / "nowhere" / "x" / "mentions.json"), "--targets", "none", code=2)


def test_a_backup_can_be_put_in_the_place_of_the_database(
    run: Run, store: SqliteStore, file: Path, tmp_path: Path
) -> None:
    take(store, "https://b.example/1")
    copy = tmp_path / "backup.sqlite3"
    assert run("backup", str(copy)).output == f"{copy} holds everything.\n"
    run("reject", "1")
    assert '"pending"' in run("list", "--all", "--json", database=copy).output
    run("backup", str(copy))
    assert '"rejected"' in run("list", "--all", "--json", database=copy).output
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == [copy.name]


def test_a_backup_that_cannot_be_made_says_so_and_harms_nothing(
    run: Run, store: SqliteStore, file: Path, tmp_path: Path
) -> None:
    take(store, "https://b.example/1")
    run("backup", str(tmp_path / "nowhere" / "copy"), code=2)
    assert "the database itself" in run("backup", str(file), code=2).output
    (tmp_path / "folder").mkdir()
    run("backup", str(tmp_path / "folder"), code=2)
    assert states(store) == {"b.example/1": "pending"}
    assert not list(tmp_path.glob("*.new"))


# Strangers' words on a terminal


EVIL = "\x1b[31mred\x1b]0;title\x07 \x9b31m [red]markup[/red] \u202eright\u2066 \x08\r\x00=1+1 <b>"
# Line breaks are ours, colours there are none without a terminal.
HARMLESS = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


def hostile(store: SqliteStore, words: str) -> None:
    """Have a mention hold ``words`` wherever a stranger could get them to be."""
    said = Reading(
        url=f"https://b.example/{words}",
        author=Author(name=words, url=words, photo=words),
        name=words,
        text=words,
        html=words,
        published=words,
        rsvp=words,
        language=words,
    )
    store.arrive(arrival(f"https://b.example/{words}", claims={"title": words}, agent=words))
    for job in store.claim("w", NOW, lease=60, most=1):
        found = Outcome(kind="verified", reason=words, reading=said, signals=(words,))
        conclude(store, job, found)


def test_sec_22_no_terminal_obeys_what_a_stranger_says(run: Run, store: SqliteStore) -> None:
    hostile(store, EVIL)
    run("approve", "1")
    for command in (
        ("list", "--all"),
        ("show", "1"),
        ("list", "--all", "--json"),
        ("show", "1", "--json"),
    ):
        output = run(*command).output
        assert HARMLESS.fullmatch(output), command
        assert "[red]markup[/red]" in output.replace("\n", " "), command
    assert json.loads(run("show", "1", "--json").output)["reading"]["text"] == EVIL


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_sec_22_any_words_are_shown_harmlessly(run: Run, store: SqliteStore, words: str) -> None:
    with store.transaction():
        store._db.execute("DELETE FROM job")
        store._db.execute("DELETE FROM mention")
    hostile(store, words)
    for command in (("list", "--all"), ("list", "--all", "--json")):
        assert HARMLESS.fullmatch(run(*command).output)
