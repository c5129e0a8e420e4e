"""The receiver on a real uvicorn, on this machine: real clients, slow clients, rude clients."""

import asyncio
import http.client
import socket
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn

from pelican_smo.receiver.app import Bounds, app
from pelican_smo.receiver.connections import connection
from pelican_smo.receiver.quota import Quota
from receiver.inbox_in_memory import ONE, SOURCE, TARGETS, MemoryInbox
from receiver.running import open_files

MESSAGE = urlencode({"source": SOURCE, "target": ONE}).encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HALF_A_HEAD = b"POST /webmention HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /webmention HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nsource="
)

Serve = Callable[..., str]


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture(params=["httptools", "h11"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have uvicorn read HTTP with the one or the other of its parsers."""
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    from pelican_smo.receiver import connections

    chosen = {"httptools": HttpToolsProtocol, "h11": H11Protocol}[request.param]
    monkeypatch.setattr(connections, "AutoHTTPProtocol", chosen)
    return str(request.param)


@pytest.fixture
def serve(inbox: MemoryInbox) -> Iterator[Serve]:
    """Serve the application on a free port of this machine; returns its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(bounds: Bounds | None = None, **limits: Any) -> str:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        application = app(
            inbox,
            lambda: TARGETS,
            public_url=address,
            secret=b"s",
            quota=Quota(client_a_minute=0, host_an_hour=0),
            bounds=bounds,
        )
        config = uvicorn.Config(
            application,
            http=connection(**limits),
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        running.append((server, thread))
        return address

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(5)


def raw(address: str, sent: bytes, *, seconds: float = 5.0) -> bytes:
    """Send bytes and return all that comes until the server closes the connection."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=seconds) as client:
        client.sendall(sent)
        return rest(client)


def rest(client: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while more := client.recv(65536):
            received += more
    return received


def post(address: str, path: str = "/webmention", body: bytes = MESSAGE) -> tuple[int, Any]:
    parts = urlsplit(address)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    client.request("POST", path, body, FORM)
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.status, answer.headers


def test_wr_5_pb_3_tb_4_real_clients_are_understood(
    serve: Serve, inbox: MemoryInbox, parser: str
) -> None:
    address = serve()
    status, headers = post(address)
    assert (status, headers["location"]) == (201, f"{address}/status/token1")
    assert headers["server"] is None
    thanks = xmlrpc.client.ServerProxy(f"{address}/pingback").pingback.ping(SOURCE, ONE)
    assert f"{address}/status/token2" in thanks
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.ServerProxy(f"{address}/pingback").pingback.ping(SOURCE, SOURCE)
    assert caught.value.faultCode == 33
    with pytest.raises(xmlrpc.client.Fault):
        xmlrpc.client.ServerProxy(f"{address}/pingback").system.listMethods()
    status, _ = post(address, "/trackback/one", urlencode({"url": SOURCE}).encode())
    assert status == 200
    assert [arrival.protocol for arrival in inbox.arrivals] == [
        "webmention",
        "pingback",
        "trackback",
    ]


def test_head_has_no_body_and_an_unknown_method_is_405(serve: Serve, parser: str) -> None:
    address = serve()
    head = raw(address, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert head.endswith(b"\r\n\r\n")
    put = raw(address, b"PUT /webmention HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert put.startswith(b"HTTP/1.1 405")
    assert b"allow: GET, HEAD, OPTIONS, POST" in put


def test_a_chunked_body_without_end_is_cut_off_at_its_limit(
    serve: Serve, inbox: MemoryInbox, parser: str
) -> None:
    address = serve()
    head = b"POST /webmention HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(address, head + b"4000\r\n" + b"x" * 0x4000 + b"\r\n" + b"1\r\nx\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert inbox.arrivals == []


def test_sec_16_a_body_that_stops_coming_is_given_up(serve: Serve, parser: str) -> None:
    address = serve(Bounds(seconds=0.05))
    assert raw(address, HALF_A_BODY).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("sent", [b"", b"POST", HALF_A_HEAD])
def test_sec_16_a_head_that_stops_coming_is_given_up(
    serve: Serve, parser: str, sent: bytes
) -> None:
    address = serve(head_seconds=0.05)
    assert raw(address, sent) == b""


def test_sec_16_a_second_request_on_a_connection_has_no_longer(serve: Serve, parser: str) -> None:
    parts = urlsplit(serve(head_seconds=0.05))
    with socket.create_connection((parts.hostname, parts.port), timeout=4) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        client.sendall(HALF_A_HEAD)
        assert rest(client) == b""


def test_sec_16_a_head_without_end_is_not_kept(serve: Serve, parser: str) -> None:
    address = serve(head_bytes=8192)
    endless = HALF_A_HEAD + b"x" * 9000 + b"\r\nX-More: "
    answer = raw(address, endless)
    assert not answer or answer.startswith(b"HTTP/1.1 4")
    assert post(address)[0] == 201


def test_sec_16_who_does_not_read_an_answer_is_left(serve: Serve, inbox: MemoryInbox) -> None:
    inbox.entries = [{"smo-article": "one", "name": "x" * 1000} for _ in range(8000)]
    parts = urlsplit(serve(drain_seconds=0.05))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(5)
        client.connect((parts.hostname, parts.port))
        client.sendall(b"GET /mentions.jf2 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.4)
        assert 0 < len(rest(client)) < 8_000_000


def test_sec_16_five_hundred_slow_clients_hold_up_nobody(serve: Serve, inbox: MemoryInbox) -> None:
    slow, ordinary = 500, 200
    open_files(2 * slow + 256)
    times = sorted(asyncio.run(siege(serve(), slow, ordinary)))
    assert times[int(len(times) * 0.99)] < 1.0
    assert len(inbox.arrivals) == ordinary


async def siege(address: str, slow: int, ordinary: int) -> list[float]:
    """Return how long each of ``ordinary`` messages took while ``slow`` clients drip theirs."""
    parts = urlsplit(address)

    async def drip(first: bytes, up: asyncio.Event, done: asyncio.Event) -> None:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(first)
        up.set()
        while not done.is_set():
            writer.write(b"x")
            await asyncio.sleep(0.2)
        writer.transport.abort()

    async def ask() -> float:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = b"POST /webmention HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(MESSAGE) + MESSAGE)
        assert (await reader.read()).startswith(b"HTTP/1.1 201")
        writer.close()
        return time.perf_counter() - began

    done = asyncio.Event()
    ups = [asyncio.Event() for _ in range(slow)]
    dripping = [
        asyncio.create_task(drip(HALF_A_HEAD if at % 2 else HALF_A_BODY, up, done))
        for at, up in enumerate(ups)
    ]
    await asyncio.gather(*(up.wait() for up in ups))
    times = [await ask() for _ in range(ordinary)]
    done.set()
    await asyncio.gather(*dripping)
    return times
