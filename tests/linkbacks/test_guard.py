"""Pages are fetched from real servers on loopback; what they do wrong costs little."""

import gzip
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import NotConnected
from pathlib import Path

import pytest
import trustme
from conftest import need

from linkbacks.servers import (
    LOOPBACK,
    Server,
    answer,
    fetcher,
    packed,
    redirect,
    serving,
    unspaced,
)
from pelican_smo.errors import FetchError
from pelican_smo.linkbacks import exchange
from pelican_smo.linkbacks.exchange import Budget, Place
from pelican_smo.linkbacks.guard import ACCEPT, Fetched, Fetcher, Limits, Pace, Sockaddr, allowing

PAGE = b"<p>A page that links to us.</p>"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({"/": answer(PAGE, "200 OK", "Content-Type: text/html")}) as running:
        yield running


def problem(ask: Callable[[], object]) -> str:
    with pytest.raises(FetchError) as caught:
        ask()
    return caught.value.problem


def took(ask: Callable[[], object]) -> tuple[str, float]:
    start = time.monotonic()
    return problem(ask), time.monotonic() - start


# What comes back


def test_a_page_comes_with_its_address_status_headers_and_body(server: Server) -> None:
    server.plays["/page"] = answer(
        PAGE, "200 OK", "Content-Type: Text/HTML; Charset=UTF-8", "Link: <a>; rel=x", "LINK: <b>"
    )
    fetched = fetcher().get(server.url("/page?q=1#part"))
    assert (fetched.url, fetched.status, fetched.body) == (server.url("/page?q=1"), 200, PAGE)
    assert (fetched.media_type, fetched.charset, fetched.hops) == ("text/html", "utf-8", ())
    assert fetched.headers["link"] == ("<a>; rel=x", "<b>")
    assert (fetched.header("Link"), fetched.header("etag")) == ("<a>; rel=x", "")


def test_an_answer_without_a_type_has_none() -> None:
    fetched = Fetched("https://example.org/", 200, {}, b"")
    assert (fetched.media_type, fetched.charset) == ("", "")


def test_a_request_says_who_asks_and_what_is_wanted(server: Server) -> None:
    Fetcher(
        agent="pelican_smo/1 (+https://example.org/)", limits=unspaced(), judge=allowing(*LOOPBACK)
    ).get(server.url("/?q=ä b".replace(" ", "+")), headers={"If-None-Match": '"ä"'})
    head = server.asked[0].encode("latin-1").decode()
    line, *fields = head.rstrip().split("\r\n")
    assert line == "GET /?q=%C3%A4+b HTTP/1.1"
    assert sorted(fields) == [
        "Accept-Encoding: gzip, identity",
        f"Accept: {ACCEPT}",
        "Connection: close",
        f"Host: 127.0.0.1:{server.port}",
        'If-None-Match: "ä"',
        "User-Agent: pelican_smo/1 (+https://example.org/)",
    ]


@pytest.mark.parametrize("status", [204, 304, 400, 404, 410, 429, 451, 500, 503])
def test_WR_11_every_status_is_an_answer(server: Server, status: int) -> None:
    server.plays["/"] = answer(b"", f"{status} Such", "Retry-After: 7")
    fetched = fetcher().get(server.url())
    assert (fetched.status, fetched.header("retry-after")) == (status, "7")


@pytest.mark.parametrize("headers", [("Content-Encoding: br",), ("Transfer-Encoding: gzip",)])
def test_WR_11_a_page_that_is_gone_is_gone_whatever_its_body(
    server: Server, headers: tuple[str, ...]
) -> None:
    server.plays["/"] = answer(PAGE, "410 Gone", *headers)
    assert fetcher().get(server.url()).status == 410
    server.plays["/"] = answer(b"x" * 500_000, "410 Gone")
    assert fetcher(raw=50_000).get(server.url()).status == 410


def test_a_post_sends_its_body_and_follows_nothing(server: Server) -> None:
    server.plays["/endpoint"] = redirect("/")
    sent = fetcher().post(server.url("/endpoint"), b"source=a", "application/x-www-form-urlencoded")
    assert (sent.status, sent.header("location"), server.paths()) == (302, "/", ["/endpoint"])
    assert "Content-Type: application/x-www-form-urlencoded\r\n" in server.asked[0]
    assert "Content-Length: 8\r\n" in server.asked[0]


def test_proxies_of_the_environment_are_not_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({"/": answer(b"proxied")}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv("no_proxy", "")
        assert fetcher().get(server.url()).body == PAGE
        assert proxy.asked == []


def test_cookies_are_neither_kept_nor_sent(server: Server) -> None:
    server.plays["/set"] = answer(b"", "302 Found", "Set-Cookie: a=b; Path=/", "Location: /")
    fetch = fetcher()
    fetch.get(server.url("/set"))
    fetch.get(server.url("/"))
    assert len(server.asked) == 3
    assert not any("cookie" in head.lower() for head in server.asked)


def test_what_http_says_between_chunks_is_no_content(server: Server) -> None:
    body = b"4\r\n<p>A\r\n7;x=y\r\n page.\n\r\n0\r\nTrailer: 1\r\n\r\n"
    server.plays["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    assert fetcher().get(server.url()).body == b"<p>A page.\n"


def test_an_answer_without_a_length_ends_with_the_connection(server: Server) -> None:
    server.plays["/"] = b"HTTP/1.0 200 OK\r\n\r\n" + PAGE
    assert fetcher().get(server.url()).body == PAGE


# Redirects (SEC-4)


def chain(length: int) -> dict[str, bytes]:
    return {f"/{number}": redirect(f"/{number + 1}") for number in range(length)}


def test_SEC_4_five_redirects_are_followed_and_a_sixth_is_not(server: Server) -> None:
    server.plays.update({**chain(5), "/5": answer(PAGE)})
    fetched = fetcher().get(server.url("/0"))
    assert (fetched.body, fetched.url) == (PAGE, server.url("/5"))
    assert fetched.hops == tuple(server.url(f"/{number}") for number in range(5))
    server.plays.update({**chain(6), "/6": answer(PAGE)})
    assert problem(lambda: fetcher().get(server.url("/0"))) == "too many redirects"
    assert "/6" not in server.paths()


def test_a_circle_is_left_at_once(server: Server) -> None:
    server.plays.update({"/a": redirect("/b"), "/b": redirect("/a#other")})
    assert problem(lambda: fetcher().get(server.url("/a"))) == "too many redirects"
    assert server.paths() == ["/a", "/b"]


@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("to", "/deep/to"),
        ("../to", "/to"),
        ("/to?a=b#c", "/to?a=b"),
        ("./?a", "/deep/?a"),
        ("  /to  ", "/to"),
        ("/two words", "/two%20words"),
        ("/größe", "/gr%C3%B6%C3%9Fe"),
        ("//127.0.0.1:{port}/to", "/to"),
        ("HTTP://127.0.0.1:{port}/to", "/to"),
    ],
)
def test_a_redirect_is_resolved_as_browsers_do(
    server: Server, status: str, location: str, path: str
) -> None:
    server.plays["/deep/start"] = redirect(location.format(port=server.port), status)
    server.plays[path.partition("?")[0]] = answer(PAGE)
    fetched = fetcher().get(server.url("/deep/start"))
    assert (fetched.url, server.paths()) == (server.url(path), ["/deep/start", path])


@pytest.mark.parametrize("location", ["", "   "])
def test_a_redirect_to_nowhere_is_an_answer(server: Server, location: str) -> None:
    server.plays["/"] = redirect(location)
    assert fetcher().get(server.url()).status == 302


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1%251]/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:6379/",
        "http://user:pass@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
        "http://[::1",
        "http://127.0.0.1:port/",
        "https://",
        "/" + "x" * 2100,
    ],
)
def test_SEC_4_a_redirect_is_checked_like_any_address(server: Server, location: str) -> None:
    server.plays["/"] = redirect(location)
    fetch = Fetcher(
        agent="test",
        limits=unspaced(ports=frozenset({80, 443, server.port})),
        judge=allowing("127.0.0.1/32"),
    )
    assert problem(lambda: fetch.get(server.url())) == "refused"
    assert server.paths() == ["/"]


def test_SEC_4_headers_for_one_origin_reach_no_other(server: Server) -> None:
    with serving({"/": answer(PAGE)}) as other:
        server.plays["/same"] = redirect("/away")
        server.plays["/away"] = redirect(other.url())
        fetcher().get(server.url("/same"), headers={"If-None-Match": '"1"'}, accept="text/html")
        assert all('If-None-Match: "1"' in head for head in server.asked)
        assert "If-None-Match" not in other.asked[0]
        assert "Accept: text/html\r\n" in other.asked[0]


# Time (SEC-8)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def test_SEC_8_a_server_that_says_nothing_is_left_after_the_first_byte_s_time(
    server: Server,
) -> None:
    server.plays["/"] = server.silence
    found, seconds = took(lambda: fetcher(first_byte=0.1).get(server.url()))
    assert (found, seconds < 1) == ("too slow", True)


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"", b"H"),
        (HEAD, b"X"),
        (HEAD, b"X: y\r\n"),
        (HEAD + b"\r\n", b"x"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_SEC_8_a_drip_ends_with_the_deadline_wherever_it_drips(
    server: Server, before: bytes, drop: bytes
) -> None:
    server.plays["/"] = server.drip(before, drop, 0.005)
    slow = fetcher(total=0.3, slowest=1)
    found, seconds = took(lambda: slow.get(server.url()))
    assert (found, 0.25 < seconds < 1) == ("too slow", True)


def test_SEC_8_a_server_below_the_least_speed_is_left_before_the_deadline(server: Server) -> None:
    server.plays["/"] = server.drip(HEAD + b"\r\n", b"x", 0.005)
    slow = fetcher(total=10, first_byte=0.2, slowest=100_000)
    found, seconds = took(lambda: slow.get(server.url()))
    assert (found, seconds < 1) == ("too slow", True)


def test_a_slow_start_is_no_reason_while_bytes_come_fast_enough(server: Server) -> None:
    body = b"x" * 400

    def play(sock: socket.socket) -> None:
        sock.sendall(HEAD + b"\r\n")
        for start in range(0, 400, 40):
            server.closing.wait(0.02)
            sock.sendall(body[start : start + 40])

    server.plays["/"] = play
    assert fetcher(first_byte=0.15, slowest=1000).get(server.url()).body == body


def test_SEC_8_redirects_share_one_deadline(server: Server) -> None:
    def late(sock: socket.socket) -> None:
        server.closing.wait(0.1)
        sock.sendall(redirect(f"/{len(server.asked)}"))

    server.plays.update({f"/{number}": late for number in range(20)})
    found, seconds = took(lambda: fetcher(total=0.35, redirects=20).get(server.url("/0")))
    assert (found, seconds < 1, len(server.asked) <= 4) == ("too slow", True, True)


def test_SEC_8_a_name_that_is_never_found_costs_the_time_of_connecting() -> None:
    hanging = threading.Event()

    def resolver(_host: str, _port: int) -> list[Sockaddr]:
        hanging.wait(5)
        return []

    fetch = Fetcher(agent="test", limits=unspaced(connect=0.1), resolver=resolver)
    found, seconds = took(lambda: fetch.get("http://slow.example/"))
    hanging.set()
    assert (found, seconds < 1) == ("too slow", True)


def test_SEC_8_names_that_are_never_found_do_not_pile_up_threads() -> None:
    hanging = threading.Event()

    def resolver(_host: str, _port: int) -> list[Sockaddr]:
        hanging.wait(5)
        return []

    fetch = Fetcher(agent="test", limits=unspaced(connect=0.001), resolver=resolver)
    before = threading.active_count()
    problems = {problem(lambda: fetch.get("http://slow.example/")) for _ in range(100)}
    assert (problems, threading.active_count() - before <= 64) == ({"too slow", "busy"}, True)
    hanging.set()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    with serving({"/": answer(PAGE)}) as server:
        assert fetcher().get(server.url()).body == PAGE


def test_SEC_8_shaking_hands_has_the_time_of_connecting() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        found, seconds = took(lambda: fetcher(connect=0.1).get(url))
    assert (found, seconds < 1) == ("too slow", True)


# Bytes (SEC-8, SEC-9)


def test_SEC_8_a_page_longer_than_allowed_is_too_big(server: Server) -> None:
    server.plays["/"] = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 981
    assert len(fetcher(raw=1000).get(server.url()).body) == 981
    server.plays["/"] += b"x"
    assert problem(lambda: fetcher(raw=1000).get(server.url())) == "too big"


def test_SEC_8_an_announced_excess_is_not_even_read(server: Server) -> None:
    server.plays["/"] = answer(b"x", length=1 << 40)
    found, seconds = took(lambda: fetcher().get(server.url()))
    assert (found, seconds < 1) == ("too big", True)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        HEAD,
        HEAD + b"X: ",
        HEAD + b"\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    ],
)
def test_SEC_8_an_endless_answer_ends(server: Server, before: bytes) -> None:
    def play(sock: socket.socket) -> None:
        sock.sendall(before)
        while True:
            sock.sendall(b"1" * 65536)

    server.plays["/"] = play
    found, seconds = took(lambda: fetcher().get(server.url()))
    assert (found in ("too big", "unreachable"), seconds < 3) == (True, True)


def bomb(size: int) -> bytes:
    return gzip.compress(b"\0" * size, 9, mtime=0)


def test_gzip_is_unpacked(server: Server) -> None:
    server.plays["/"] = packed(PAGE * 100)
    assert fetcher().get(server.url()).body == PAGE * 100
    server.plays["/"] = answer(gzip.compress(PAGE, mtime=0), "200 OK", "Content-Encoding: X-GZip")
    assert fetcher().get(server.url()).body == PAGE


def test_what_follows_the_gzip_is_passed_over(server: Server) -> None:
    server.plays["/"] = answer(
        gzip.compress(PAGE, mtime=0) + b"\0" * 99, "200 OK", "Content-Encoding: gzip"
    )
    assert fetcher().get(server.url()).body == PAGE


def test_SEC_9_a_bomb_is_unpacked_no_further_than_allowed(server: Server) -> None:
    server.plays["/"] = answer(bomb(50 << 20), "200 OK", "Content-Encoding: gzip")
    assert len(server.plays["/"]) < 60_000
    assert problem(lambda: fetcher().get(server.url())) == "too big"
    server.plays["/"] = answer(bomb(2 << 20), "200 OK", "Content-Encoding: gzip")
    assert len(fetcher().get(server.url()).body) == 2 << 20
    server.plays["/"] = answer(bomb((2 << 20) + 1), "200 OK", "Content-Encoding: gzip")
    assert problem(lambda: fetcher().get(server.url())) == "too big"


def test_SEC_9_a_bomb_costs_no_memory(server: Server) -> None:
    import tracemalloc

    server.plays["/"] = answer(bomb(100 << 20), "200 OK", "Content-Encoding: gzip")
    tracemalloc.start()
    assert problem(lambda: fetcher().get(server.url())) == "too big"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20


def test_SEC_9_a_bomb_in_a_bomb_is_unpacked_once(server: Server) -> None:
    inner = bomb(20 << 20)
    server.plays["/"] = packed(inner)
    assert fetcher().get(server.url()).body == inner
    server.plays["/"] = answer(
        gzip.compress(inner, mtime=0), "200 OK", "Content-Encoding: gzip, gzip"
    )
    assert problem(lambda: fetcher().get(server.url())) == "encoding"
    server.plays["/"] = packed(inner, "Content-Encoding: gzip")
    assert problem(lambda: fetcher().get(server.url())) == "encoding"


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "deflate", "compress", "gzip, br", "x", "gzip;q=1"]
)
def test_SEC_9_other_codings_are_refused(server: Server, coding: str) -> None:
    server.plays["/"] = answer(b"x", "200 OK", f"Content-Encoding: {coding}")
    assert problem(lambda: fetcher().get(server.url())) == "encoding"


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "chunked, chunked", "identity"])
def test_SEC_9_other_transfer_codings_are_refused(server: Server, coding: str) -> None:
    server.plays["/"] = answer(b"x", "200 OK", f"Transfer-Encoding: {coding}")
    assert problem(lambda: fetcher().get(server.url())) == "encoding"


@pytest.mark.parametrize(
    "body", [b"", b"plain", gzip.compress(PAGE, mtime=0)[:-1], gzip.compress(PAGE, mtime=0)[:12]]
)
def test_a_broken_gzip_is_no_page(server: Server, body: bytes) -> None:
    server.plays["/"] = answer(body, "200 OK", "Content-Encoding: gzip")
    assert problem(lambda: fetcher().get(server.url())) == "encoding"


def test_a_gzip_with_a_wrong_checksum_is_no_page(server: Server) -> None:
    wrong = bytearray(gzip.compress(PAGE, mtime=0))
    wrong[-6] ^= 1
    server.plays["/"] = answer(bytes(wrong), "200 OK", "Content-Encoding: gzip")
    assert problem(lambda: fetcher().get(server.url())) == "encoding"


# Malformed answers


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99999 Far\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        answer(b"short", length=6),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nx\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nx",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 70_000,
    ],
)
def test_a_malformed_answer_is_none(server: Server, wrong: bytes) -> None:
    server.plays["/"] = wrong
    assert problem(lambda: fetcher().get(server.url())) == "unreachable"


def test_an_error_quotes_a_server_in_one_short_line(server: Server) -> None:
    for wrong in (
        b"\x1b[2J\x9b\x07" * 5000,
        answer(b"", "200 OK", "Content-Encoding: " + "a," * 9999),
    ):
        server.plays["/"] = wrong
        with pytest.raises(FetchError) as caught:
            fetcher().get(server.url())
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300


def test_malformed_header_lines_are_passed_over_in_silence(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.plays["/"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nno colon\r\nA: b\r\n\r\nhi"
    fetched = fetcher().get(server.url())
    assert (fetched.media_type, fetched.body) == ("text/html", b"hi")
    assert caplog.records == []


def test_headers_hold_no_control_characters(server: Server) -> None:
    server.plays["/"] = answer(PAGE, "200 OK", "ETag: a\x00\x1b\r\n\tb\x7f")
    fetched = fetcher().get(server.url())
    assert fetched.header("etag").split() == ["a", "b"]
    assert fetcher().get(server.url(), headers={"If-None-Match": fetched.header("etag")})


def test_a_header_of_ours_that_would_split_the_request_is_not_sent(server: Server) -> None:
    injected = {"If-None-Match": '"1"\r\nX-Injected: yes'}
    assert problem(lambda: fetcher().get(server.url(), headers=injected)) == "unreachable"
    assert server.asked == []


def test_a_connection_that_is_reset_is_unreachable(server: Server) -> None:
    def play(sock: socket.socket) -> None:
        sock.sendall(answer(b"x", length=1000))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()

    server.plays["/"] = play
    assert problem(lambda: fetcher().get(server.url())) == "unreachable"


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert problem(lambda: fetcher().get(f"http://127.0.0.1:{port}/")) == "unreachable"


def test_SEC_3_a_connection_that_has_ended_is_not_made_again_by_name(server: Server) -> None:
    """``http.client`` would connect by itself, past every guard."""
    place = Place(server.url(), "http", "127.0.0.1", "127.0.0.1", server.port, "/")
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        budget = Budget(unspaced(), time.monotonic, time.monotonic() + 1)
        connection = exchange._Connection(place, exchange._Wire(sock, budget))
        connection.close()
        with pytest.raises(NotConnected):
            connection.request("GET", "/")


def test_every_socket_is_closed(server: Server) -> None:
    server.plays.update({**chain(3), "/3": answer(b"x", length=9), "/gone": b"nonsense"})
    fetch = fetcher()
    files = Path("/proc/self/fd")
    need(files.is_dir(), "open files cannot be counted here")
    before = len(list(files.iterdir()))
    for path in ("/0", "/gone", "/") * 10:
        with suppress(FetchError):
            fetch.get(server.url(path))
    deadline = time.monotonic() + 2
    while len(list(files.iterdir())) > before and time.monotonic() < deadline:
        time.sleep(0.01)  # the server's ends
    assert len(list(files.iterdir())) <= before


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def secure_fetcher(
    authority: trustme.CA | None, hosts: Mapping[str, str], **limits: object
) -> Fetcher:
    """Return a fetcher that believes ``authority`` and finds ``hosts`` on loopback."""
    trusting = ssl.create_default_context()
    if authority:
        authority.configure_trust(trusting)
    return Fetcher(
        agent="test",
        limits=unspaced(**limits),
        judge=allowing(*LOOPBACK),
        tls=trusting,
        resolver=lambda host, port: [(hosts[host], port)],
    )


def test_SEC_3_over_tls_the_name_stays_the_name(authority: trustme.CA) -> None:
    seen: list[str | None] = []
    context = serving_tls(authority, "blog.example")
    context.sni_callback = lambda _sock, name, _context: seen.append(name)
    with serving({"/": packed(PAGE)}, tls=context) as server:
        fetch = secure_fetcher(
            authority, {"blog.example": "127.0.0.1", "blog.example.": "127.0.0.1"}
        )
        assert fetch.get(server.url("/", "blog.example", "https")).body == PAGE
        assert fetch.get(server.url("/", "blog.example.", "https")).body == PAGE
        assert seen == ["blog.example", "blog.example"]
        assert f"Host: blog.example:{server.port}\r\n" in server.asked[0]


@pytest.mark.parametrize("name", ["other.example", "blog.example.evil.example"])
def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, name: str) -> None:
    with serving({"/": answer(PAGE)}, tls=serving_tls(authority, name)) as server:
        fetch = secure_fetcher(authority, {"blog.example": "127.0.0.1"})
        url = server.url("/", "blog.example", "https")
        assert problem(lambda: fetch.get(url)) == "unreachable"
        assert server.asked == []


def test_a_certificate_of_nobody_is_refused(authority: trustme.CA) -> None:
    with serving({"/": answer(PAGE)}, tls=serving_tls(authority, "blog.example")) as server:
        url = server.url("/", "blog.example", "https")
        nobody = secure_fetcher(None, {"blog.example": "127.0.0.1"})
        assert problem(lambda: nobody.get(url)) == "unreachable"
        system = Fetcher(
            agent="test",
            limits=unspaced(),
            judge=allowing(*LOOPBACK),
            resolver=lambda _host, port: [("127.0.0.1", port)],
        )
        assert problem(lambda: system.get(url)) == "unreachable"
        assert server.asked == []


def test_SEC_4_a_redirect_from_https_to_http_is_refused(
    authority: trustme.CA, server: Server
) -> None:
    plays = {"/": redirect(server.url())}
    with serving(plays, tls=serving_tls(authority, "blog.example")) as secure:
        fetch = secure_fetcher(authority, {"blog.example": "127.0.0.1", "127.0.0.1": "127.0.0.1"})
        url = secure.url("/", "blog.example", "https")
        assert problem(lambda: fetch.get(url)) == "refused"
        server.plays["/up"] = redirect(url)
        assert server.asked == []
        secure.plays["/"] = answer(PAGE)
        assert fetch.get(server.url("/up")).url == url


def test_SEC_8_a_drip_inside_tls_ends_with_the_deadline(authority: trustme.CA) -> None:
    with serving(tls=serving_tls(authority, "blog.example")) as server:
        server.plays["/"] = server.drip(HEAD + b"\r\n", b"x", 0.005)
        fetch = secure_fetcher(authority, {"blog.example": "127.0.0.1"}, total=0.4, slowest=1)
        url = server.url("/", "blog.example", "https")
        found, seconds = took(lambda: fetch.get(url))
        assert (found, seconds < 1) == ("too slow", True)


# Pace (SEC-1)


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def paced(clock: Clock, **limits: object) -> Fetcher:
    return Fetcher(
        agent="test",
        limits=Limits(**{"ports": None, **limits}),  # type: ignore[arg-type]
        judge=allowing(*LOOPBACK),
        clock=clock,
        sleep=clock.sleep,
        resolver=lambda _host, port: [("127.0.0.1", port)],
    )


def test_SEC_1_a_thousand_addresses_of_one_victim_reach_it_at_the_pace_of_one_host(
    server: Server,
) -> None:
    clock, rng = Clock(), random.Random(1)
    fetch, waits = paced(clock), []
    for _ in range(1000):
        host = rng.choice(["victim.example", "VICTIM.example.", f"{rng.random()}.evil.example"])
        try:
            fetch.get(server.url(f"/?q={rng.random()}", host))
        except FetchError as busy:
            assert busy.problem == "busy"  # noqa: PT017
            waits.append(busy.retry_after)
        clock.now += 0.01
    assert 1 <= len(server.asked) <= 11
    assert len(waits) == 1000 - len(server.asked)
    assert all(0 < wait <= 1 for wait in waits)


def test_SEC_1_a_host_whose_turn_it_is_not_is_not_even_looked_up(server: Server) -> None:
    looked_up = []

    def resolver(host: str, port: int) -> list[Sockaddr]:
        looked_up.append(host)
        return [("127.0.0.1", port)]

    fetch = Fetcher(
        agent="test", limits=Limits(ports=None), judge=allowing(*LOOPBACK), resolver=resolver
    )
    fetch.get(server.url("/", "a.example"))
    assert problem(lambda: fetch.get(server.url("/", "a.example"))) == "busy"
    assert looked_up == ["a.example"]


def test_SEC_1_two_fetchers_can_share_one_pace(server: Server) -> None:
    pace = Pace(clock=Clock())
    one, two = (
        Fetcher(agent="test", limits=unspaced(), judge=allowing(*LOOPBACK), pace=pace)
        for _ in range(2)
    )
    assert one.get(server.url()).body == PAGE
    assert problem(lambda: two.get(server.url())) == "busy"


def test_SEC_1_a_patient_caller_waits_for_its_turn(server: Server) -> None:
    clock = Clock()
    fetch = paced(clock)
    assert [fetch.get(server.url(), patient=True).body for _ in range(3)] == [PAGE] * 3
    assert clock.slept == [1.0, 1.0]


def test_SEC_1_a_redirect_waits_for_its_turn(server: Server) -> None:
    server.plays.update(chain(2))
    server.plays["/2"] = answer(PAGE)
    clock = Clock()
    assert paced(clock).get(server.url("/0")).body == PAGE
    assert clock.slept == [1.0, 1.0]


def test_SEC_1_a_redirect_does_not_wait_longer_than_the_deadline(server: Server) -> None:
    server.plays.update(chain(2))
    clock = Clock()
    fetch = paced(clock, spacing=10.0)
    assert problem(lambda: fetch.get(server.url("/0"))) == "busy"
    assert (clock.slept, server.paths()) == ([10.0], ["/0", "/1"])


def test_no_more_than_two_threads_ask_one_host_at_once(server: Server) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def play(sock: socket.socket) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        server.closing.wait(0.02)
        with lock:
            running -= 1
        sock.sendall(answer(PAGE))

    server.plays["/"] = play
    fetch = fetcher(concurrent=2)

    def ask(_number: int) -> str:
        try:
            return fetch.get(server.url()).body.decode()
        except FetchError as busy:
            return busy.problem

    with ThreadPoolExecutor(8) as threads:
        outcomes = set(threads.map(ask, range(40)))
    assert (outcomes, most) == ({PAGE.decode(), "busy"}, 2)
