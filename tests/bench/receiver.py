"""How much the receiver takes in, verifies and drains: `python tests/bench/receiver.py --help`.

Everything is on loopback: wrk (a program of that name, from the system's packages) sends, and
the sources are served on many addresses in 127.0.0.0/8, each a host of its own to the receiver,
whose limits are all on but for those on the one network that this machine is.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click
import uvicorn

from pelican_smo.receiver.inbox import Arrival
from pelican_smo.receiver.store.sqlite import SqliteStore

SITE = "https://site.example"
ARTICLES = 1000
TOKEN = "smo-bench"
WORD = "harbour "

LUA = """
local n, id = 0, 0
function setup(thread) thread:set("id", id); id = id + 1 end
request = function()
  n = n + 1
  local body = "source=http%%3A%%2F%%2F127.0." .. (n %% 250) .. ".9%%2F" .. id .. "-" .. n
    .. "&target=https%%3A%%2F%%2Fsite.example%%2F" .. (n %% %d) .. ".html"
  return wrk.format("POST", "/webmention", {["Content-Type"]="application/x-www-form-urlencoded"}, body)
end
"""


def targets(folder: Path) -> Path:
    rows = [
        {"id": f"a{n}", "url": f"{SITE}/{n}.html", "aliases": [], "title": f"{n}", "closed": False}
        for n in range(ARTICLES)
    ]
    path = folder / "targets.json"
    path.write_text(json.dumps({"version": 1, "site": SITE, "targets": rows}))
    return path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def receiver(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a receiver; yields its process and address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "pelican_smo", "receive"),
            *("--database", str(folder / "mentions.sqlite3")),
            *("--targets", str(targets(folder))),
            *("--public-url", address, "--port", str(port)),
            *options,
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                urlopen(f"{address}/healthz").close()
                break
            except URLError:
                time.sleep(0.1)
        yield process, address
    finally:
        process.terminate()
        process.wait()


def accept(folder: Path, seconds: int, connections: int) -> None:
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("there is no wrk; it is in the packages of most systems")
    script = folder / "unique.lua"
    script.write_text(LUA % ARTICLES)
    # Each source is judged at once, too: refused, for it is in a private network.
    with receiver(folder, "--per-minute", "0", "--per-host", "0") as (_, address):
        subprocess.run(
            [
                *(wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
                *("-s", str(script), address),
            ],
            check=True,
        )
    store = SqliteStore(folder / "mentions.sqlite3")
    click.echo(f"stored: {len(store.mentions())} mentions")


def page(size: int, article: int) -> bytes:
    link = f'<a class="u-in-reply-to" href="{SITE}/{article}.html">in reply</a>'
    paragraphs = "".join(f"<p>{WORD * 60}<a href='/other'>on</a></p>\n" for _ in range(size // 520))
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>Reply</title>"
        "<link rel=stylesheet href=/style.css></head><body><main><article class='h-entry'>"
        f"<h1 class=p-name>Reply</h1><a class='p-author h-card' href='/'>Bea</a>{link}"
        f"<time class=dt-published datetime=2026-11-01T10:00:00Z>then</time>"
        f"<div class=e-content>{paragraphs}</div></article></main></body></html>"
    ).encode()


def serve(port: int, hosts: int, size: int) -> None:
    """Serve sources on many loopback addresses until killed."""

    async def sources(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        article = int(scope["path"].rpartition("-")[2])
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page(size, article)})

    sockets = []
    for number in range(hosts):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address(number), port))
        sockets.append(listening)
    config = uvicorn.Config(sources, log_level="error", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=sockets)


def address(number: int) -> str:
    return f"127.1.{number // 200}.{number % 200 + 1}"


def fill(folder: Path, count: int, hosts: int, port: int) -> None:
    """Put ``count`` jobs into a new store, spread over ``hosts``."""
    store = SqliteStore(folder / "mentions.sqlite3", synchronous="OFF")
    now = time.time()
    with store.transaction():
        for number in range(count):
            store.arrive(
                Arrival(
                    protocol="webmention",
                    source=f"http://{address(number % hosts)}:{port}/{number}-{number % ARTICLES}",
                    target=f"{SITE}/{number % ARTICLES}.html",
                    article=f"a{number % ARTICLES}",
                    client="bench",
                    agent="bench",
                    received=now,
                )
            )
    store.close()


def verify(folder: Path, count: int, hosts: int, size: int, *options: str) -> None:
    """Have ``count`` sources verified; prints the rate and the memory of the receiver."""
    port = free_port()
    fill(folder, count, hosts, port)
    command = [sys.executable, __file__, "serve", str(port), str(hosts), str(size)]
    sources = subprocess.Popen(command)
    try:
        time.sleep(2)
        with receiver(folder, "--allow-network", "127.0.0.0/8", "--any-port", *options) as (
            process,
            _,
        ):
            began, peak = time.monotonic(), [0, 0]
            store = SqliteStore(folder / "mentions.sqlite3")
            seen: list[tuple[float, int]] = []
            while (done := count - _queued(store)) < count:
                seen.append((time.monotonic() - began, done))
                memory = _memory(process.pid)
                peak = [max(one) for one in zip(peak, memory, strict=True)]
                if len(seen) % 20 == 1:
                    rate = done / max(seen[-1][0], 0.1)
                    click.echo(
                        f"{done:>7} verified, {rate:.0f}/s, {memory[0] >> 20} MB, children {memory[1] >> 20} MB",
                    )
                time.sleep(0.5)
            seconds = time.monotonic() - began
            spent = [_cpu(process.pid), sum(map(_cpu, _children(process.pid)))]
        states = {one.verification for one in store.mentions()}
        click.echo(
            f"{count} sources of {size >> 10} KB on {hosts} hosts: {count / seconds:.0f}/s, all {states}; "
            f"peak {peak[0] >> 20} MB, and {peak[1] >> 20} MB in its children; "
            f"{spent[0] / count * 1000:.1f} ms CPU each, and {spent[1] / count * 1000:.1f} in the children"
        )
    finally:
        sources.terminate()
        sources.wait()


def _queued(store: SqliteStore) -> int:
    sql = "SELECT count(*) FROM mention WHERE verification = 'queued'"
    return int(store._db.execute(sql).fetchone()[0])


def _memory(pid: int) -> tuple[int, int]:
    """Return the resident bytes of a process, and of its children."""
    return _resident(pid), sum(map(_resident, _children(pid)))


def _children(pid: int) -> list[int]:
    numbers = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [number for number in numbers if _stat(number)[1:2] == [str(pid)]]


def _stat(pid: int) -> list[str]:
    """Return what the system counts of a process, from its state on (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    one = what.add_parser("accept", help="messages a second that are on disk when answered")
    one.add_argument("--seconds", type=int, default=10)
    one.add_argument("--connections", type=int, default=64)
    one = what.add_parser("verify", help="sources a second that are fetched, checked and read")
    one.add_argument("--count", type=int, default=3000)
    one.add_argument("--hosts", type=int, default=400)
    one.add_argument("--size", type=int, default=17 << 10)
    one = what.add_parser("drain", help="memory while a long queue is worked off")
    one.add_argument("--count", type=int, default=100_000)
    one.add_argument("--hosts", type=int, default=800)
    one.add_argument("--size", type=int, default=1 << 10)
    one = what.add_parser("serve", help="(the sources of the other two)")
    for name in ("port", "hosts", "size"):
        one.add_argument(name, type=int)
    chosen = parser.parse_args()
    if chosen.what == "serve":
        serve(chosen.port, chosen.hosts, chosen.size)
        return
    with tempfile.TemporaryDirectory() as folder:
        if chosen.what == "accept":
            accept(Path(folder), chosen.seconds, chosen.connections)
        else:
            verify(Path(folder), chosen.count, chosen.hosts, chosen.size)


if __name__ == "__main__":
    main()
