"""Where a connection goes is judged by the address that is dialled (SEC-3, SEC-5, SEC-6).

No test here dials: resolvers and connectors are stubs, and what they were asked is compared.
"""

import ast
import itertools
import socket
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbacks.servers import answer, redirect, serving
from pelican_smo.errors import FetchError
from pelican_smo.linkbacks import look
from pelican_smo.linkbacks.guard import Fetched, Fetcher, Limits, Sockaddr

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"


@dataclass
class Line:
    """A connection that says ``said`` in pieces of ``size`` bytes, and keeps what it is told."""

    peer: Sockaddr
    said: bytes
    size: int = 1 << 20
    told: bytes = b""
    closed: bool = False

    def getpeername(self) -> Sockaddr:
        return self.peer

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def sendall(self, data: bytes) -> None:
        self.told += data

    def recv_into(self, buffer: memoryview) -> int:
        piece = self.said[: min(len(buffer), self.size)]
        buffer[: len(piece)] = piece
        self.said = self.said[len(piece) :]
        return len(piece)

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Net:
    """An internet of stubs: names and their addresses, and answers by address."""

    names: dict[str, Collection[Sockaddr]] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    peers: dict[str, Sockaddr] = field(default_factory=dict)
    size: int = 1 << 20
    looked_up: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Collection[Sockaddr]:
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(sockaddr[0], port, *sockaddr[2:]) for sockaddr in self.names[host]]

    def connect(self, sockaddr: Sockaddr, timeout: float) -> socket.socket:
        assert timeout > 0
        self.dialled.append(sockaddr[0])
        if sockaddr[0] not in self.answers:
            raise ConnectionRefusedError
        peer = self.peers.get(sockaddr[0], sockaddr)
        line = Line(peer, self.answers[sockaddr[0]], self.size)
        self.lines.append(line)
        return line  # type: ignore[return-value]

    def get(self, url: str, **limits: object) -> Fetched:
        return Fetcher(
            agent="test",
            limits=Limits(**{"spacing": 0.0, "concurrent": 100, **limits}),  # type: ignore[arg-type]
            resolver=self.resolve,
            connector=self.connect,
        ).get(url)

    def problem(self, url: str, **limits: object) -> str:
        with pytest.raises(FetchError) as caught:
            self.get(url, **limits)
        return caught.value.problem


def at(*addresses: str) -> list[Sockaddr]:
    return [(address, 0, 0, 0) if ":" in address else (address, 0) for address in addresses]


def blog(*addresses: str, **answers: bytes) -> Net:
    return Net({"blog.example": at(*addresses)}, {PUBLIC: answer(b"here"), **answers})


def test_a_public_address_is_dialled_and_asked_by_name() -> None:
    net = blog(PUBLIC)
    assert net.get("http://Blog.example/a").body == b"here"
    assert (net.looked_up, net.dialled) == (["blog.example"], [PUBLIC])
    assert net.lines[0].told.startswith(b"GET /a HTTP/1.1\r\n")
    assert b"Host: blog.example\r\n" in net.lines[0].told
    assert net.lines[0].closed


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
@pytest.mark.parametrize("order", [0, 1])
def test_SEC_3_one_forbidden_address_spoils_the_whole_answer(address: str, order: int) -> None:
    both = (PUBLIC, address) if order else (address, PUBLIC)
    net = blog(*both)
    assert (net.problem("http://blog.example/"), net.dialled) == ("refused", [])


def test_SEC_3_a_name_that_is_bound_anew_is_looked_up_once_only() -> None:
    changing = itertools.chain([at(PUBLIC)], itertools.repeat(at("127.0.0.1")))
    net = blog(PUBLIC)
    asked = []

    def resolver(host: str, _port: int) -> list[Sockaddr]:
        asked.append(host)
        return next(changing)

    fetch = Fetcher(
        agent="test", limits=Limits(spacing=0), resolver=resolver, connector=net.connect
    )
    net.peers[PUBLIC] = (PUBLIC, 0)
    assert fetch.get("http://blog.example/").body == b"here"
    assert (asked, net.dialled) == (["blog.example"], [PUBLIC])
    with pytest.raises(FetchError, match=r"refused: blog\.example is at 127\.0\.0\.1"):
        fetch.get("http://blog.example/")
    assert net.dialled == [PUBLIC]


def test_SEC_3_a_redirect_to_the_same_name_is_judged_anew() -> None:
    changing = iter([at(PUBLIC), at("127.0.0.1")])
    net = blog(PUBLIC)
    net.answers[PUBLIC] = redirect("/again")
    net.peers[PUBLIC] = (PUBLIC, 0)
    fetch = Fetcher(
        agent="test",
        limits=Limits(spacing=0),
        resolver=lambda _host, _port: next(changing),
        connector=net.connect,
    )
    with pytest.raises(FetchError, match="refused"):
        fetch.get("http://blog.example/")
    assert net.dialled == [PUBLIC]


@pytest.mark.parametrize("peer", [("127.0.0.1", 80), (PUBLIC, 81), ("93.184.216.35", 80)])
def test_SEC_3_a_connection_that_ends_elsewhere_is_told_nothing(peer: Sockaddr) -> None:
    net = blog(PUBLIC)
    net.peers[PUBLIC] = peer
    assert net.problem("http://blog.example/") == "refused"
    assert (net.lines[0].told, net.lines[0].closed) == (b"", True)


def test_the_second_family_is_dialled_where_the_first_cannot_be() -> None:
    net = blog(PUBLIC_6, "2606:2800:220:1::2", PUBLIC, "93.184.216.35")
    assert net.get("http://blog.example/").body == b"here"
    assert net.dialled == [PUBLIC_6, PUBLIC]


def test_a_name_without_an_address_is_unreachable() -> None:
    assert blog().problem("http://blog.example/") == "unreachable"
    assert blog().problem("http://none.example/") == "unreachable"


SPELLINGS = (
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "017700000001",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[fec0::1]",
    "[ff02::1]",
    "3232235777",
    "0xa9fea9fe",
    "169.254.169.254",
    "0xA9.0xFE.0xA9.0xFE",
    "2852039166",
    "192.0.0.8",
    "224.0.0.1",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_SEC_5_odd_spellings_are_judged_as_what_they_would_be_dialled_as(spelling: str) -> None:
    """The system says what a spelling means; it reads numbers only and asks no name server."""
    net, meant = Net(), []

    def resolver(host: str, port: int) -> list[Sockaddr]:
        flags = socket.AI_NUMERICHOST
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        meant.extend(sockaddr for *_, sockaddr in found)
        return meant

    fetch = Fetcher(
        agent="test", limits=Limits(spacing=0), resolver=resolver, connector=net.connect
    )
    with pytest.raises(FetchError) as caught:
        fetch.get(f"http://{spelling}/")
    assert (caught.value.problem, net.dialled) == ("refused" if meant else "unreachable", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://user@93.184.216.34/",
        "http://user:pass@93.184.216.34/",
        "http://:@93.184.216.34/",
        "http://@93.184.216.34/",
        "http://93.184.216.34\\@127.0.0.1/",
        "http:\\\\93.184.216.34/",
        "http:/93.184.216.34/",
        "http:93.184.216.34",
        "//93.184.216.34/",
        "93.184.216.34",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "https+unix://93.184.216.34/",
        "http://93.184.216.34:22/",
        "http://93.184.216.34:0/",
        "http://93.184.216.34:65536/",
        "http://93.184.216.34:-1/",
        "http://93.184.216.34:８０８１/",
        "http://93.184.216.34/ a",
        "http://93.184.216.34/\r\nX: y",
        "http://93.184.216.34/\x00",
        "http://93.184.216.34/\ud800",
        " http://93.184.216.34/",
        "http://" + "a" * 2100,
        "",
    ],
)
def test_SEC_5_what_is_no_plain_web_address_is_refused_before_any_look_up(url: str) -> None:
    net = Net({PUBLIC: at(PUBLIC)}, {PUBLIC: answer()})
    assert (net.problem(url), net.looked_up, net.dialled) == ("refused", [], [])


def test_SEC_5_an_address_with_a_scope_is_refused() -> None:
    net = Net({"blog.example": [(PUBLIC_6, 0, 0, 3)]}, {PUBLIC_6: answer()})
    assert (net.problem("http://blog.example/"), net.dialled) == ("refused", [])


def test_SEC_4_ports_are_those_of_the_list_unless_any_is_allowed() -> None:
    net = blog(PUBLIC)
    for port in (80, 8080):
        assert net.get(f"http://blog.example:{port}/").status == 200
    assert net.problem("http://blog.example:8081/") == "refused"
    assert net.get("http://blog.example:8081/", ports=frozenset({8081})).status == 200
    assert net.get("http://blog.example:9/", ports=None).status == 200
    assert net.problem("http://blog.example/", ports=frozenset()) == "refused"


# Strangers' text and bytes

URLS = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["http://", "https://", "http:", "//", "HTTP://a@", "http://[", ""]),
        st.one_of(st.text(max_size=30), st.sampled_from(["blog.example", "[::1]", "127.1"])),
        st.one_of(st.text(max_size=30), st.from_regex(r"(:[0-9]{0,6})?/[^ ]*", fullmatch=True)),
    ),
)


@given(URLS)
def test_any_url_is_fetched_or_refused_with_our_error(url: str) -> None:
    net = Net({"blog.example": at(PUBLIC)}, {PUBLIC: answer(b"here")})
    try:
        fetched = net.get(url, ports=frozenset({80}))
    except FetchError:
        assert net.dialled == []
    else:
        assert (fetched.body, set(net.looked_up)) == (b"here", {"blog.example"})


@given(URLS)
def test_any_redirect_is_followed_or_refused_with_our_error(location: str) -> None:
    said = redirect("@").replace(b"@", location.encode("utf-8", "surrogatepass"))
    net = Net({"blog.example": at(PUBLIC)}, {PUBLIC: said})
    with suppress(FetchError):
        net.get("http://blog.example/", ports=frozenset({80}))
    assert set(net.dialled) == {PUBLIC}


LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.0 404 \r\n",
        b"HTTP/1.1 301 Moved\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Content-Type: message/rfc822\r\n",
        b'Content-Type: text/html; charset="utf-8\r\n',
        b"Location: //[\r\n",
        b"Location: http://blog.example/\xff\r\n",
        b"Connection: keep-alive\r\n",
        b": empty\r\n",
        b" folded\r\n",
        b"\r\n",
        b"--x\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    ]
)
ANSWERS = st.lists(LINES | st.binary(max_size=40), max_size=25).map(b"".join)


@given(ANSWERS | st.binary(), st.sampled_from([1, 7, 1 << 20]))
def test_any_answer_is_fetched_or_refused_with_our_error(said: bytes, size: int) -> None:
    net = Net({"blog.example": at(PUBLIC)}, {PUBLIC: said}, size=size)
    try:
        fetched = net.get("http://blog.example/")
    except FetchError:
        pass
    else:
        assert isinstance(fetched.media_type + fetched.charset, str)
        assert len(fetched.body) <= 2 << 20
    assert all(line.closed for line in net.lines)


# One way out (SEC-6)

PACKAGE = Path(__file__).parents[2] / "pelican_smo"
WAYS_OUT = frozenset(
    [
        "urllib3",
        "requests",
        "httpx",
        "aiohttp",
        "http.client",
        "urllib.request",
        "socket",
        "ssl",
        "ftplib",
        "smtplib",
        "telnetlib",
        "imaplib",
        "poplib",
        "nntplib",
    ]
)
GUARD = {"linkbacks/guard.py", "linkbacks/exchange.py"}
# They listen: the receiver, and the preview that tries whether a port is free.
LISTENS = {"receiver/serve.py", "preview/linkbacks.py"}


def trees() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in PACKAGE.rglob("*.py")
    ]


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_SEC_6_no_module_but_the_guard_can_send_a_request() -> None:
    senders = {
        path
        for path, tree in trees()
        if any(name in WAYS_OUT or name.split(".")[0] in WAYS_OUT for name in imported(tree))
    }
    assert senders == GUARD | LISTENS


def test_SEC_6_no_module_calls_what_connects_by_itself() -> None:
    calls = {
        (path, name)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (name := node.attr if isinstance(node, ast.Attribute) else node.id)
        in {"open_connection", "create_connection", "ServerProxy", "urlopen", "urlretrieve"}
    }
    assert calls == set()


@pytest.mark.parametrize("html", ["", " ", "\0", "<a href=/>", "<base href=http://a@/>"])
def test_SEC_6_the_microformats_parser_fetches_nothing(html: str) -> None:
    """``mf2py`` would fetch by itself if it got an address and no document."""
    with serving() as server:
        assert look._microformats(html, server.url())["items"] == []
        assert server.asked == []
