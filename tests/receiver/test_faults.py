"""The receiver as a process: killed, starved, out of room, out of time; nothing promised is lost."""

import asyncio
import random
import resource
import signal
import socket
import sqlite3
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from clients.machines import wait_until
from linkbacks.servers import Server, answer, serving
from pictures import png

from pelican_smo.receiver.store import Mention

from .running import (
    ARTICLES,
    LOOPBACK,
    ONE,
    UNLIMITED,
    Message,
    Receiver,
    Starter,
    alive,
    flood,
    open_files,
    starter,
)
from .test_app_served import siege

ENTRY = answer(
    f'<article class="h-entry"><a class="u-in-reply-to" href="{ONE}">One</a>'
    '<p class="e-content">Well said.</p></article>'.encode(),
    "200 OK",
    "Content-Type: text/html; charset=utf-8",
)
PROTOCOLS = ("webmention", "pingback", "trackback")
LEASE = 121.0


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    with starter(tmp_path) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({"/post": ENTRY}) as made:
        yield made


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


def messages(prefix: str, port: int) -> Callable[[int], Message]:
    """Return what makes messages, all of different sources, by all three protocols."""

    def made(number: int) -> Message:
        source = f"http://127.0.0.1:{port}/{prefix}-{number}"
        return Message(PROTOCOLS[number % 3], source, ARTICLES[number % len(ARTICLES)])

    return made


def stored(database: Path) -> set[tuple[str, str]]:
    """Return the pairs that are kept with a job or an outcome; the file must be whole."""
    with sqlite3.connect(database) as found:
        assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = found.execute(
            "SELECT source, article FROM mention WHERE verification != 'queued'"
            " OR id IN (SELECT mention FROM job WHERE kind = 'verify')"
        ).fetchall()
    found.close()
    return set(rows)


def pairs(kept: Sequence[Message]) -> set[tuple[str, str]]:
    return {(one.source, one.article) for one in kept}


# Killed


def test_what_was_acknowledged_is_kept_when_it_is_killed_under_load_twenty_times(
    start: Starter,
) -> None:
    promised: set[tuple[str, str]] = set()
    port = unused_port()
    for number in range(20):
        receiver = start(*UNLIMITED, *LOOPBACK)

        async def round(receiver: Receiver = receiver, number: int = number) -> list[Message]:
            loop = asyncio.get_running_loop()
            loop.call_later(random.uniform(0.15, 0.35), receiver.process.kill)
            kept, sent = await flood(
                receiver.port, messages(f"{number}", port), connections=32, seconds=20
            )
            assert sent > len(kept)  # it was killed while it was asked
            return kept

        kept = asyncio.run(round())
        assert receiver.process.wait(10) == -signal.SIGKILL
        assert kept
        promised |= pairs(kept)
        assert promised <= stored(receiver.database)
    last = start(*UNLIMITED, *LOOPBACK)
    assert last.send(f"http://127.0.0.1:{port}/last")[0] == 201
    assert last.stop() == 0
    assert promised <= stored(last.database)


def only(receiver: Receiver) -> Mention:
    (found,) = receiver.store.mentions()
    return found


def until_verified(receiver: Receiver) -> Mention:
    wait_until(
        lambda: only(receiver).verification == "verified",
        lambda: f"{only(receiver)}\n{receiver.errors()}",
    )
    return only(receiver)


def assert_done(receiver: Receiver) -> None:
    """Check that the one mention is verified, once, and that no job or lock is left."""
    found = until_verified(receiver)
    assert found.reading is not None
    assert found.reading.text == "Well said."
    wait_until(lambda: receiver.store.figures(0)["jobs"] == 0, lambda: "a job is left")
    assert receiver.stop() == 0
    assert "Traceback" not in receiver.errors()


def test_a_worker_that_is_killed_while_it_fetches_has_its_job_done_again(
    start: Starter, server: Server
) -> None:
    server.plays["/post"] = server.silence
    first = start(*UNLIMITED, *LOOPBACK)
    first.send(server.url("/post"))
    wait_until(lambda: server.asked, lambda: "the source was never asked")
    first.kill()
    assert only(first).verification == "queued"
    server.plays["/post"] = ENTRY
    assert_done(start(*UNLIMITED, *LOOPBACK, shift=LEASE))
    assert server.paths() == ["/post"] * 2


@pytest.mark.parametrize(
    ("where", "visits"),
    [("claimed", 1), ("parsing", 2), ("looked", 2), ("settling", 2), ("written", 2)],
)
def test_a_worker_that_is_killed_in_any_state_has_its_job_done_once_more(
    start: Starter, server: Server, where: str, visits: int
) -> None:
    first = start(*UNLIMITED, *LOOPBACK, stall=where)
    status, headers, _ = first.send(server.url("/post"))
    assert status == 201
    first.stalled()
    children = first.children()
    first.kill()
    assert only(first).verification == "queued"
    assert [line.action for line in first.store.history(1)] == []
    wait_until(lambda: not any(map(alive, children)), lambda: f"left behind: {children}")

    second = start(*UNLIMITED, *LOOPBACK, shift=LEASE)
    assert second.word(f"{second.address}{urlsplit(headers['location']).path}") in (
        "checking",
        "waiting",
    )
    assert_done(second)
    assert server.paths() == ["/post"] * visits


@pytest.mark.parametrize(("where", "visits"), [("drawing", 1), ("drawn", 2)])
def test_a_worker_that_is_killed_over_a_picture_has_it_drawn_once_more(
    start: Starter, server: Server, where: str, visits: int
) -> None:
    photo = server.url("/bea.png")
    card = f'<img class="u-photo" src="{photo}" alt=""> <b class="p-name">Bea</b>'
    server.plays["/bea.png"] = answer(png(30, 30), "200 OK", "Content-Type: image/png")
    server.plays["/post"] = answer(
        f'<div class="h-entry"><p class="p-author h-card">{card}</p>'
        f'<a class="u-like-of" href="{ONE}">One</a></div>'.encode()
    )
    first = start(*UNLIMITED, *LOOPBACK, stall=where)
    first.send(server.url("/post"))
    first.store.moderate([until_verified(first)], "approve", "ada", time.time())
    first.stalled()
    first.kill()
    assert first.store.media(photo) is None

    second = start(*UNLIMITED, *LOOPBACK, shift=LEASE)
    wait_until(lambda: second.store.media(photo), second.errors)
    media = second.store.media(photo)
    assert media is not None
    assert second.ask("GET", f"/avatars/{media.name}")[0] == 200
    assert second.stop() == 0
    assert server.paths().count("/bea.png") == visits


def test_a_job_that_was_settled_before_the_kill_is_not_done_again(
    start: Starter, server: Server
) -> None:
    first = start(*UNLIMITED, *LOOPBACK)
    first.send(server.url("/post"))
    until_verified(first)
    first.kill()
    second = start(*UNLIMITED, *LOOPBACK, shift=LEASE)
    second.send(server.url("/other"))
    wait_until(lambda: "/other" in server.paths(), lambda: "no job is done")
    assert second.stop() == 0
    assert server.paths() == ["/post", "/other"]


@pytest.mark.parametrize("load", ["idle", "loaded"])
def test_a_stop_loses_nothing_and_leaves_nobody_behind(
    start: Starter, server: Server, load: str
) -> None:
    receiver = start(*UNLIMITED, *LOOPBACK)
    receiver.send(server.url("/post"))
    until_verified(receiver)
    children = receiver.children()
    assert children

    async def stopped() -> list[Message]:
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, receiver.process.terminate)
        made = messages("stop", unused_port())
        kept, _ = await flood(receiver.port, made, connections=32, seconds=20)
        return kept

    kept = asyncio.run(stopped()) if load == "loaded" else []
    assert bool(kept) == (load == "loaded")
    if load == "idle":
        receiver.process.terminate()
    assert receiver.process.wait(20) == 0
    assert not any(map(alive, children))
    assert pairs(kept) <= stored(receiver.database)
    assert "Traceback" not in receiver.errors()


# No room


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Return a file system of a few megabytes, or skip the test where none can be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(disk)],
        capture_output=True,
        check=False,
    )
    if mount.returncode:
        pytest.skip(f"no file system can be mounted here: {mount.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            return ballast
    return ballast


def refused(receiver: Receiver, promised: list[Message], prefix: str) -> tuple[int, str, bytes]:
    """Send messages until one is not kept; returns how that was said. The others are promised."""
    for number in range(2000):
        message = messages(prefix, 9)(number)
        status, headers, body = receiver.ask("POST", message.path, message.body, **message.headers)
        if not message.kept(status, body):
            return status, headers.get("retry-after", ""), body
        promised.append(message)
    raise AssertionError("there is room without an end")


def goes_on(receiver: Receiver, promised: list[Message]) -> None:
    """Check that messages are taken again, and that every promise was kept."""
    for number in range(30):
        message = messages("again", 9)(number)
        status, _, body = receiver.ask("POST", message.path, message.body, **message.headers)
        assert message.kept(status, body)
        promised.append(message)
    assert receiver.stop() == 0
    assert pairs(promised) <= stored(receiver.database)


def test_on_a_full_disk_nothing_is_promised_and_with_room_it_goes_on(
    tmp_path: Path, start: Starter
) -> None:
    promised: list[Message] = []
    with small_disk(tmp_path) as disk:
        receiver = start(*UNLIMITED, database=disk / "mentions.sqlite3")
        for number in range(60):
            assert receiver.send(f"http://127.0.0.1:9/before-{number}")[0] == 201
        ballast = fill(disk)
        for prefix in ("full", "still-full"):
            status, retry_after, _ = refused(receiver, promised, prefix)
            assert (status, int(retry_after) > 0) == (503, True)
        assert pairs(promised) <= stored(receiver.database)
        assert receiver.ask("GET", "/webmention")[0] == 200
        ballast.unlink()
        goes_on(receiver, promised)


def test_beyond_its_share_of_the_disk_nothing_is_promised_and_with_room_it_goes_on(
    start: Starter,
) -> None:
    promised: list[Message] = []
    receiver = start(*UNLIMITED)
    _, most = resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE, (1 << 20, most))
    for protocol in PROTOCOLS:
        status, retry_after, body = refused(receiver, promised, f"full-{protocol}")
        assert (status, int(retry_after) > 0) == (503, True)
        assert b"cannot be kept at the moment" in body
    resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE, (most, most))
    goes_on(receiver, promised)


def test_while_the_database_is_locked_senders_are_asked_to_come_back(start: Starter) -> None:
    receiver = start(*UNLIMITED, lock=0.1)
    promised: list[Message] = []
    other = sqlite3.connect(receiver.database, isolation_level=None)
    for protocol in PROTOCOLS:
        other.execute("BEGIN IMMEDIATE")
        status, headers, _ = receiver.send("http://127.0.0.1:9/locked", protocol)
        assert (status, headers["retry-after"]) == (503, "60")
        assert receiver.ask("GET", "/healthz")[0] == 200
        other.execute("COMMIT")
    other.close()
    goes_on(receiver, promised)


# Two of them, and clocks


def test_two_receivers_on_one_database_do_each_job_once(start: Starter) -> None:
    page = answer(f'<a href="{ONE}">One</a>'.encode(), "200 OK", "Content-Type: text/html")
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                serving({f"/{number}": page for number in range(5)}, host=f"127.0.1.{host}")
            )
            for host in range(1, 21)
        ]
        both = [start(*UNLIMITED, *LOOPBACK) for _ in range(2)]
        sources = [
            server.url(f"/{number}", host=f"127.0.1.{host}")
            for host, server in enumerate(servers, 1)
            for number in range(5)
        ]
        for at, source in enumerate(sources):
            assert both[at % 2].send(source)[0] == 201
        store = both[0].store
        wait_until(
            lambda: {one.verification for one in store.mentions()} == {"verified"},
            lambda: str(Counter(one.verification for one in store.mentions())),
        )
        assert [receiver.stop() for receiver in both] == [0, 0]
        assert [sorted(server.paths()) for server in servers] == [
            [f"/{number}" for number in range(5)]
        ] * 20
    assert len(store.mentions()) == 100


DAY = 86_400.0


@pytest.mark.parametrize("ahead", [-30 * DAY, -DAY, DAY, 30 * DAY, 300 * DAY])
def test_a_clock_that_was_wrong_when_it_was_killed_keeps_no_job_for_ever(
    start: Starter, server: Server, ahead: float
) -> None:
    server.plays["/post"] = server.silence
    first = start(*UNLIMITED, *LOOPBACK, shift=ahead)
    assert first.send(server.url("/post"))[0] == 201
    wait_until(lambda: server.asked, lambda: "the source was never asked")
    first.kill()
    server.plays["/post"] = ENTRY
    assert_done(start(*UNLIMITED, *LOOPBACK, shift=0.001))


@pytest.mark.parametrize("jump", [-2 * DAY, 2 * DAY])
def test_a_clock_that_jumps_while_it_runs_stops_nothing(
    start: Starter, server: Server, jump: float
) -> None:
    receiver = start(*UNLIMITED, *LOOPBACK, jump=jump)
    receiver.send(server.url("/post"))
    until_verified(receiver)
    receiver.process.send_signal(signal.SIGUSR1)
    server.plays["/later"] = ENTRY
    assert receiver.send(server.url("/later"))[0] == 201
    wait_until(
        lambda: [one.verification for one in receiver.store.mentions()] == ["verified"] * 2,
        lambda: str(receiver.store.mentions()),
    )
    assert receiver.send(server.url("/post"))[0] == 201  # and the first one is known as before
    assert len(receiver.store.mentions()) == 2
    assert receiver.stop() == 0


# Strangers


def test_sec_16_five_hundred_slow_clients_hold_up_nobody_as_it_is_really_run(
    start: Starter,
) -> None:
    open_files(1024)
    receiver = start(*UNLIMITED)
    times = sorted(asyncio.run(siege(receiver.address, slow=500, ordinary=200)))
    assert times[197] < 1.0
    assert receiver.ask("GET", "/healthz")[0] == 200


def test_sec_16_a_head_that_never_ends_is_closed_as_it_is_really_run(start: Starter) -> None:
    receiver = start(*UNLIMITED)
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=15) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (40 << 10))
        with suppress(ConnectionResetError):
            assert client.recv(4096) == b""


def test_sec_1_a_thousand_pings_reach_their_victim_at_the_pace_of_one_host(
    start: Starter, server: Server
) -> None:
    receiver = start("--per-minute", "0", "--per-host", "0", *LOOPBACK)
    began = time.monotonic()
    for number in range(1000):
        source = server.url(f"/?{random.getrandbits(64)}")
        status, _, _ = receiver.send(source, PROTOCOLS[number % 3], ARTICLES[number % 9])
        assert status == 200 + (number % 3 == 0)
    wait_until(lambda: time.monotonic() - began > 3 and len(server.asked) > 1, lambda: "no visit")
    seconds = time.monotonic() - began
    assert len(server.asked) <= seconds + 1
    # The victim can see who asks, and whom to tell that it should stop.
    assert all(f"+{receiver.address})" in head for head in server.asked)
    assert len(receiver.store.mentions()) == 1000
    assert receiver.stop() == 0


def test_sec_1_pings_about_one_host_are_taken_at_the_quota_only(start: Starter) -> None:
    """Whoever sends them: the quota of the sender's network is not what stops them here."""
    receiver = start("--per-minute", "0")
    told = Counter(receiver.send(f"http://127.0.0.1:9/{n}")[0] for n in range(100))
    assert told == {201: 60, 429: 40}


def test_sec_2_neither_words_nor_time_tell_what_is_at_a_source(
    start: Starter, server: Server
) -> None:
    server.plays["/slow"] = server.silence
    server.plays["/open"] = answer(b"SSH-2.0")
    closed = unused_port()
    sources = {
        "open": server.url("/open"),
        "silent": server.url("/slow"),
        "closed": f"http://127.0.0.1:{closed}/",
        "forbidden address": "http://10.0.0.1/",
        "link local": "http://169.254.169.254/latest/meta-data/",
        "no name": "http://nothing.invalid/",
    }
    # A judge lets loopback pass; all else that is private stays forbidden.
    receiver = start(*UNLIMITED, *LOOPBACK)
    bodies: dict[str, set[bytes]] = {name: set() for name in PROTOCOLS}
    times: dict[str, list[float]] = {name: [] for name in sources}
    locations: dict[str, str] = {}
    for at in range(30):
        for name, source in sources.items():
            protocol = PROTOCOLS[at % 3]
            began = time.perf_counter()
            status, headers, body = receiver.send(source, protocol)
            times[name].append(time.perf_counter() - began)
            assert status == 200 + (protocol == "webmention")
            token = headers.get("location", "").rpartition("/")[2].encode()
            if token:
                locations[name] = headers["location"]
                bodies[protocol].add(body.replace(token, b"TOKEN"))
    assert len(bodies["webmention"]) == 1
    medians = {name: statistics.median(found) for name, found in times.items()}
    assert max(medians.values()) - min(medians.values()) < 0.05, medians

    looked = ("open", "closed", "forbidden address", "link local")
    wait_until(
        lambda: all(receiver.word(locations[name]) != "checking" for name in looked),
        lambda: str({name: receiver.word(locations[name]) for name in looked}),
    )
    assert {receiver.word(locations[name]) for name in looked} == {"unverified"}
    pages = {receiver.ask("GET", urlsplit(locations[name]).path)[2] for name in looked}
    assert len(pages) == 1
