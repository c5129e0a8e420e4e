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

    def ran(*arguments: str, code: int = 0, database: Path = file) -> Result:
        result = CliRunner().invoke(main, ["mentions", "--database", str(database), *arguments])
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return ran


def take(store: SqliteStore, source: str, reading: Reading | None = BEA, **changed: Any) -> None:
    """Have a mention arrive and, with a reading, verified."""
    store.arrive(arrival(source, **changed))
    for job in store.claim("w", NOW, lease=60, most=1):
        if reading is None:
            store.postpone(job, NOW + 9)
        else:
            conclude(store, job, Outcome(kind="verified", reading=reading))


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
    assert run("approve", "--changed").output == "Approved 1 of 1 mentions.\n"
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
        "2025-06-15 15:06  webmention from the net net (test)\n"
    )
    assert re.search(r"\n\d{4}-\d\d-\d\d \d\d:\d\d  \w+: approve \(was pending\)\n\Z", output)


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
    assert json.loads(run(order, "2", "--json").output) == {"changed": 1, "ids": [2]}
    assert [one.moderation for one in store.mentions()] == [state, "pending"]
    assert store.history(2)[0].action == order
    assert "0 of 1" in run(order, "2").output


def test_orders_are_about_ids_filters_or_all_that_waits(run: Run, store: SqliteStore) -> None:
    for host in ("a", "b", "c", "d"):
        take(store, f"https://{host}.example/1")
    run("approve", code=2)
    assert run("reject", "--host", "a.example").output == "Rejected 1 of 1 mentions.\n"
    assert run("approve", "--all", "--host", "b.example").output == "Approved 1 of 1 mentions.\n"
    assert run("spam", "--all").output == "Marked as spam 2 of 2 mentions.\n"
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
    assert run("approve", "--host", "b.example").output == "Approved 1 of 1 mentions.\n"
    assert run("approve", "--all", "--host", "b.example").output == "Approved 0 of 0 mentions.\n"
    assert states(store) == {"b.example/1": "spam", "b.example/2": "approved"}
    run("approve", "--host", "b.example", "--state", "spam")
    assert set(states(store).values()) == {"approved"}


@pytest.mark.parametrize("order", ["approve", "reject", "spam", "erase", "recheck", "show"])
def test_an_id_that_is_not_there_is_said_with_exit_code_1(
    run: Run, store: SqliteStore, order: str
) -> None:
    take(store, "https://b.example/1")
    ids = ("7",) if order == "show" else ("1", "7", "9")
    result = run(order, *ids, code=1)
    assert f"there is no mention {'7, 9' if len(ids) > 1 else '7'}" in result.output
    if order == "reject":
        assert states(store) == {"b.example/1": "rejected"}


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
    assert (
        run("recheck", "--host", "b.example").output
        == "The sources of 1 mentions will be read again.\n"
    )
    assert store.due(4e9) == 1
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
    run("block", "00ff", "--scope", "net")
    assert run("rules").output == (
        " allow  host b.example  (a friend)\n"
        " block  url https://spam.example/blog/\n"
        " block  author https://eve.example/\n"
        " block  net 00ff\n"
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
    ("scope", "value"), [("host", "not a host"), ("url", "b.example"), ("author", "ada")]
)
def test_a_rule_that_could_never_match_is_refused(
    run: Run, store: SqliteStore, scope: str, value: str
) -> None:
    assert "write it as" in run("block", value, "--scope", scope, code=2).output
    run("block", code=2)
    assert store.rules() == []


def test_blocking_a_host_clears_away_what_waits_from_it(run: Run, store: SqliteStore) -> None:
    for source in ("https://b.example/1", "https://b.example/2", "https://c.example/1"):
        take(store, source)
    run("approve", "1")
    run("block", "b.example")
    assert states(store) == {
        "b.example/1": "approved",
        "b.example/2": "spam",
        "c.example/1": "pending",
    }


# Files


def test_an_export_has_what_is_approved(run: Run, store: SqliteStore, tmp_path: Path) -> None:
    take(store, "https://b.example/1")
    take(store, "https://c.example/1")
    run("approve", "1")
    out = tmp_path / "mentions.json"
    assert run("export", str(out)).output == f"{out} has 1 mentions.\n"
    assert [one["wm-source"] for one in json.loads(out.read_text())["children"]] == [
        "https://b.example/1"
    ]
    targets = tmp_path / "targets.json"
    row = {"id": "one", "url": "https://site.example/renamed.html"}
    targets.write_text(json.dumps({"site": "https://site.example", "targets": [row]}))
    run("export", str(out), "--targets", str(targets))
    assert json.loads(out.read_text())["children"][0]["wm-target"] == row["url"]


def test_an_export_that_would_lose_much_has_to_be_meant(
    run: Run, store: SqliteStore, tmp_path: Path
) -> None:
    for number in range(12):
        take(store, f"https://b{number}.example/")
    run("approve", "--all")
    out = tmp_path / "mentions.json"
    run("export", str(out))
    run("reject", "--state", "approved")
    assert "--force" in run("export", str(out), code=2).output
    assert len(json.loads(out.read_text())["children"]) == 12
    run("export", str(out), "--force")
    assert json.loads(out.read_text())["children"] == []
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
