"""The receiver as it really runs: a process of its own on a port of loopback, to be asked and killed."""

import asyncio
import http.client
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode
from xmlrpc.client import dumps

from clients.machines import free_port, wait_until

from pelican_smo.receiver.store.sqlite import SqliteStore

SITE = "https://site.example"
ONE = f"{SITE}/one.html"
# More than one, for no article takes more mentions than its author can read.
ARTICLES = ("one", *(f"a{number}" for number in range(200)))
RUNNER = Path(__file__).with_name("runner.py")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UNLIMITED = ("--per-minute", "0", "--per-host", "0", "--spacing", "0")
LOOPBACK = ("--allow-network", "127.0.0.0/8", "--any-port")


@dataclass
class Message:
    """A message of one of the three protocols, and whether an answer to it is a promise."""

    protocol: str
    source: str
    article: str = "one"

    @property
    def target(self) -> str:
        return f"{SITE}/{self.article}.html"

    @property
    def path(self) -> str:
        return f"/{self.protocol}{f'/{self.article}' if self.protocol == 'trackback' else ''}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "text/xml"} if self.protocol == "pingback" else FORM

    @property
    def body(self) -> bytes:
        if self.protocol == "pingback":
            return dumps((self.source, self.target), "pingback.ping").encode()
        if self.protocol == "trackback":
            return urlencode({"url": self.source, "title": "A title"}).encode()
        return urlencode({"source": self.source, "target": self.target}).encode()

    def kept(self, status: int, body: bytes) -> bool:
        """Tell whether that answer says that the message is kept."""
        if self.protocol == "webmention":
            return status == 201
        word = b"<error>0</error>" if self.protocol == "trackback" else b"<string>Thank you"
        return status == 200 and word in body


@dataclass
class Receiver:
    """``pelican-smo receive`` on the database of a folder."""

    folder: Path
    database: Path
    port: int
    process: "subprocess.Popen[str]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self) -> SqliteStore:
        return SqliteStore(self.database)

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            client.request(method, path, body or None, headers)
            answer = client.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        finally:
            client.close()

    def send(
        self, source: str, protocol: str = "webmention", article: str = "one"
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a message; returns status, headers and body of the answer."""
        message = Message(protocol, source, article)
        return self.ask("POST", message.path, message.body, **message.headers)

    def word(self, location: str) -> str:
        """Return the word of the status page at ``location``."""
        path = location.removeprefix(self.address)
        _, _, body = self.ask("GET", path, Accept="application/json")
        return str(json.loads(body)["status"])

    def children(self) -> list[int]:
        """Return its processes that parse."""
        numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return [one for one in numbers if _state(one)[1:2] == [str(self.process.pid)]]

    def kill(self) -> None:
        """End it as the system does that has no memory left."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """End it as its owner does; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def stalled(self) -> None:
        """Return once the runner has come to where it was told to stall."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "stalled\n"

    def errors(self) -> str:
        return (self.folder / f"errors-{self.port}.txt").read_text()


def alive(pid: int) -> bool:
    return _state(pid)[:1] not in ([], ["Z"])


def _state(pid: int) -> list[str]:
    """Return what the system says of a process from its state on (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


@dataclass
class Starter:
    """Starts receivers on one database, in a folder that holds targets and errors."""

    folder: Path
    started: list[Receiver] = field(default_factory=list)

    def __call__(self, *options: str, database: Path | None = None, **runner: object) -> Receiver:
        """Return a receiver that answers. With ``runner`` something is wrong with it: runner.py."""
        port = free_port()
        database = database or self.folder / "mentions.sqlite3"
        program = [str(RUNNER), json.dumps(runner)] if runner else ["-m", "pelican_smo"]
        command = [
            *(sys.executable, *program, "receive", "--port", str(port)),
            *("--public-url", f"http://127.0.0.1:{port}"),
            *("--database", str(database), "--targets", str(self._targets())),
            *options,
        ]
        with (self.folder / f"errors-{port}.txt").open("w") as errors:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment()
            )
        made = Receiver(self.folder, database, port, process)
        self.started.append(made)
        assert process.stdout is not None
        assert "receives linkbacks" in process.stdout.readline(), made.errors()
        wait_until(lambda: process.poll() is not None or _is_up(made), made.errors)
        assert process.poll() is None, made.errors()
        return made

    def _targets(self) -> Path:
        path = self.folder / "targets.json"
        if not path.exists():
            rows = [{"id": one, "url": f"{SITE}/{one}.html"} for one in ARTICLES]
            path.write_text(json.dumps({"site": SITE, "targets": rows}))
        return path

    def end(self) -> None:
        for one in self.started:
            if one.process.poll() is None:
                one.kill()
            assert one.process.stdout is not None
            one.process.stdout.close()


@contextmanager
def starter(folder: Path) -> Iterator[Starter]:
    """Return what starts receivers in ``folder``; none of them outlives the block."""
    made = Starter(folder)
    try:
        yield made
    finally:
        made.end()


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMO_")}
    return {**kept, "PYTHONPATH": os.pathsep.join((str(root), str(root / "tests")))}


def _is_up(receiver: Receiver) -> bool:
    try:
        return receiver.ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


# Many senders at once


async def flood(
    port: int, messages: Callable[[int], Message], *, connections: int, seconds: float
) -> tuple[list[Message], int]:
    """Send messages over ``connections`` for ``seconds``, or until nobody answers.

    ``messages`` makes the one of a number. Returns those that were promised to be kept, and
    how many were sent.
    """
    kept: list[Message] = []
    loop = asyncio.get_running_loop()
    end, number = loop.time() + seconds, iter(range(1 << 30))
    sent = 0

    async def one() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while loop.time() < end:
                message = messages(next(number))
                writer.write(_request(message))
                sent += 1
                if message.kept(*await _answer(reader)):
                    kept.append(message)
        finally:
            writer.transport.abort()

    async def until_it_ends() -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await one()

    await asyncio.gather(*(until_it_ends() for _ in range(connections)))
    return kept, sent


def _request(message: Message) -> bytes:
    body = message.body
    lines = (f"POST {quote(message.path)} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}")
    lines += tuple(f"{name}: {value}" for name, value in message.headers.items())
    return "\r\n".join((*lines, "", "")).encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].split()[0])
    return int(head.split()[1]), await reader.readexactly(length)


def open_files(number: int) -> None:
    """Let this process have as many files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
