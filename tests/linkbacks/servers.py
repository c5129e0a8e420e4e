"""Servers on loopback that answer as strangers do: byte by byte, wrongly, or without an end."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pelican_smo.linkbacks.guard import Fetcher, Limits, allowing

LOOPBACK = ("127.0.0.0/8", "::1/128")

# What the server does with a connection once the request's head is read.
Play = Callable[[socket.socket], None]


@dataclass
class Server:
    """One server of a test; ``asked`` holds the head of each request, ``plays`` paths to answers."""

    port: int
    plays: dict[str, bytes | Play]
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.asked]

    def handle(self, sock: socket.socket) -> None:
        with sock, suppress(OSError):
            sock.settimeout(5)
            head = b""
            while b"\r\n\r\n" not in head:
                received = sock.recv(65536)
                if not received:
                    return
                head += received
            self.asked.append(head.decode("latin-1"))
            play = self.plays.get(self.paths()[-1].partition("?")[0], b"")
            if callable(play):
                play(sock)
            else:
                sock.sendall(play)
            sock.shutdown(socket.SHUT_WR)

    def drip(self, before: bytes, drop: bytes, seconds: float = 0.01) -> Play:
        """Return a play that sends ``before`` and then ``drop`` again and again."""

        def play(sock: socket.socket) -> None:
            sock.sendall(before)
            while not self.closing.wait(seconds):
                sock.sendall(drop)

        return play

    def silence(self, sock: socket.socket) -> None:
        self.closing.wait(5)


@contextmanager
def serving(
    plays: Mapping[str, bytes | Play] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[Server]:
    """Serve ``plays`` on an ephemeral port of loopback."""
    listener = socket.create_server((host, 0), backlog=128)
    server = Server(listener.getsockname()[1], dict(plays or {}))

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=secured, args=(sock,), daemon=True).start()

    def secured(sock: socket.socket) -> None:
        with suppress(OSError):
            server.handle(tls.wrap_socket(sock, server_side=True) if tls else sock)
        sock.close()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def answer(
    body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    """Return an HTTP answer; ``length`` is what it claims to have."""
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"elsewhere", status, f"Location: {location}")


def packed(body: bytes, *headers: str) -> bytes:
    return answer(gzip.compress(body, mtime=0), "200 OK", "Content-Encoding: gzip", *headers)


def unspaced(**limits: object) -> Limits:
    """Return limits that let tests ask any port of loopback as often as they like."""
    return Limits(**{"ports": None, "spacing": 0.0, "concurrent": 1000, **limits})  # type: ignore[arg-type]


def fetcher(**limits: object) -> Fetcher:
    return Fetcher(agent="test", limits=unspaced(**limits), judge=allowing(*LOOPBACK))
