"""The page of cards beside a preview: for this machine only, and as new as the last build."""

import http.client
import json
import os
import re
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pelican
import pytest
from click.testing import CliRunner
from clients import machines
from clients.machines import free_port, wait_until
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.cli import main
from pelican_smo.preview import cards, preview
from pelican_smo.preview.cards import CardsPage, Shown, cards_page_for
from pelican_smo.preview.watching import Watch, read_site

KEY = "0123456789abcdef0123456789abcdef"
OTHER = KEY[::-1]
NONE = "0" * 32
PNG = b"\x89PNG\r\n\x1a\n, as far as anybody looks"
JPEG = b"\xff\xd8\xff\xe0, so far"
CARD = {
    "path": "smo/cards/one.png",
    "key": KEY,
    "bytes": 61234,
    "title": "One",
    "source": "articles/one.md",
    "layout": "plain",
    "language": "en",
}
SAMPLE = {"key": OTHER, "form": "jpeg", "title": "نور", "language": "ar", "layout": "plain"}
REFUSED = {"source": "articles/two.md", "title": "我", "layout": "plain", "problem": "no font"}
MANIFEST = {
    "version": 1,
    "output": "/site/output",
    "site": "https://site.example",
    "cards": [CARD],
    "samples": [SAMPLE],
    "refused": [REFUSED],
}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "_SECONDS", 0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the settings file of a site with cards."""
    (tmp_path / "content").mkdir()
    path = tmp_path / "pelicanconf.py"
    path.write_text(
        "SITEURL = 'https://site.example'\nPATH = 'content'\nOUTPUT_PATH = 'output'\n"
        "TIMEZONE = 'UTC'\nSMO_CARDS = True\n"
    )
    return path


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what Pelican is called with; it does nothing."""
    calls: list[list[str]] = []
    monkeypatch.setattr(pelican, "main", calls.append)
    monkeypatch.setattr("pelican_smo.preview.signal.signal", lambda *_: None)
    return calls


def page_of(file: Path) -> CardsPage:
    page = cards_page_for(file, free_port())
    assert page is not None
    return page


def build(page: CardsPage, manifest: Any) -> None:
    """Have the site built, as far as its page of cards cares."""
    page._manifest.parent.mkdir(parents=True, exist_ok=True)
    new = page._manifest.with_suffix(".new")
    new.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    new.replace(page._manifest)


@contextmanager
def running(page: CardsPage) -> Iterator[None]:
    """Run ``page`` while the block lasts; it has to end with it, whoever listens to it."""
    stop = threading.Event()
    thread = threading.Thread(target=page.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def served(file: Path) -> Iterator[CardsPage]:
    """Return the running page of a site that is built."""
    page = page_of(file)
    build(page, MANIFEST)
    (page._manifest.parent / f"{KEY}.png").write_bytes(PNG)
    (page._manifest.parent / f"{OTHER}.jpg").write_bytes(JPEG)
    (page._manifest.parent / f"{NONE}.json").write_bytes(b"{}")
    with running(page):
        wait_for(lambda: json.loads(ask(page, "/cards.json")[2])["cards"])
        yield page


def ask(
    page: CardsPage, path: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    port = page._server.server_port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{port}"} | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Listener:
    """Who listens for changes, as a browser does."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._connection.request("GET", "/events")
        self._answer = self._connection.getresponse()
        assert self._answer.headers["Content-Type"] == "text/event-stream"

    def next(self) -> str:
        """Return the next state; nothing once the page has ended."""
        for line in iter(self._answer.readline, b""):
            if line.startswith(b"data: "):
                return line.removeprefix(b"data: ").strip().decode()
        return ""


def wait_for(done: Any) -> None:
    wait_until(done, lambda: "it never happened")


# What is shown


def shown_of(manifest: Any) -> Any:
    shown = Shown()
    shown.show(json.dumps(manifest).encode())
    return json.loads(shown.sheet.body)


def test_it_shows_what_the_build_says() -> None:
    said = shown_of(MANIFEST)
    assert said["site"] == "https://site.example"
    assert said["cards"] == [
        {
            "id": "card smo/cards/one.png",
            "image": f"/card/{KEY}",
            "path": "smo/cards/one.png",
            "key": KEY,
            "bytes": 61234,
            "title": "One",
            "source": "articles/one.md",
            "layout": "plain",
            "language": "en",
        }
    ]
    assert [row["image"] for row in said["samples"]] == [f"/card/{OTHER}"]
    article = {"source": "articles/two.md", "title": "我", "layout": "plain"}
    assert said["refused"] == [{"problem": "no font", "articles": [article], "samples": []}]
    assert said["warnings"] == []


def test_a_reason_is_said_once_with_the_articles_and_the_hard_titles_that_it_befell() -> None:
    rows = [
        {"source": "", "title": "", "layout": "", "problem": "SMO_CARD_CSS: gone"},
        {"source": "", "title": "Hard", "layout": "plain", "problem": "a typo"},
        {"source": "", "title": "Rare", "layout": "plain", "problem": "no font"},
        {"source": "a.md", "title": "A", "layout": "plain", "problem": "a typo"},
        {"source": "b.md", "title": "B", "layout": "quote", "problem": "a typo"},
        # An article may lack a title; what says the same twice says it once.
        {"source": "c.md", "title": "", "layout": "plain", "problem": "no title"},
        {"source": "", "title": "", "layout": "", "problem": "SMO_CARD_CSS: gone"},
    ]
    said = shown_of(MANIFEST | {"refused": rows})
    assert said["warnings"] == ["SMO_CARD_CSS: gone"]
    assert [
        (
            reason["problem"],
            [row["source"] for row in reason["articles"]],
            [row["title"] for row in reason["samples"]],
        )
        for reason in said["refused"]
    ] == [
        ("a typo", ["a.md", "b.md"], ["Hard"]),
        ("no font", [], ["Rare"]),
        ("no title", ["c.md"], []),
    ]


@pytest.mark.parametrize(
    "key", ["", "../../pelicanconf", KEY.upper(), KEY + "\n", KEY[1:], 7, None]
)
def test_what_has_no_key_is_left_out(key: Any) -> None:
    rows = {"cards": [CARD | {"key": key}], "samples": [SAMPLE | {"key": key}]}
    said = shown_of(MANIFEST | rows)
    assert (said["cards"], said["samples"]) == ([], [])


def test_a_site_is_linked_to_if_it_is_one() -> None:
    assert shown_of(MANIFEST | {"site": "javascript:alert(1)"})["site"] == ""


def test_what_stands_there_twice_is_shown_once() -> None:
    said = shown_of(MANIFEST | {"cards": [CARD, CARD], "samples": [SAMPLE, SAMPLE]})
    assert (len(said["cards"]), len(said["samples"])) == (1, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.just(KEY),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["path", "key", "title", "other"]), inner, max_size=6)
        | st.builds(dict, st.just(CARD), title=inner, layout=inner)
    ),
    max_leaves=20,
)
MANIFESTS = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional=dict.fromkeys(["output", "site", "cards", "samples", "refused"], JSON),
)


@given(st.binary() | (JSON | MANIFESTS).map(lambda loaded: json.dumps(loaded).encode()))
def test_any_bytes_leave_something_to_show(manifest: bytes) -> None:
    shown = Shown()
    shown.show(json.dumps(MANIFEST).encode())
    shown.show(manifest)
    body = json.loads(shown.sheet.body)
    assert body["state"] == shown.sheet.state == shown.after("", 0)
    images = [row["image"] for name in ("cards", "samples") for row in body[name]]
    assert all(re.fullmatch(r"/card/[0-9a-f]{32}", image) for image in images)


def test_a_manifest_that_is_none_leaves_the_last_one_there() -> None:
    shown = Shown()
    shown.show(json.dumps(MANIFEST).encode())
    before = shown.sheet
    for none in (b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000):
        shown.show(none)
        assert shown.sheet == before


# Who serves it


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/?a=b", "text/html; charset=utf-8", b"<title>Cards</title>"),
        ("/cards.css", "text/css; charset=utf-8", b":root"),
        ("/cards.js", "text/javascript; charset=utf-8", b"EventSource"),
        ("/cards.json", "application/json", b'"One"'),
        (f"/card/{KEY}", "image/png", PNG),
        (f"/card/{OTHER}", "image/jpeg", JPEG),
    ],
)
def test_it_serves_the_page_and_the_cards(
    served: CardsPage, path: str, kind: str, said: bytes
) -> None:
    status, headers, body = ask(served, path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert said in body
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    head = ask(served, path, "HEAD")
    assert (head[0], head[1]["Content-Length"], head[2]) == (200, str(len(body)), b"")


def test_no_script_and_no_style_stands_in_the_page(served: CardsPage) -> None:
    html = ask(served, "/")[2].decode()
    assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=|\sstyle=|javascript:", html)
    assert re.findall(r'(?:src|href)="(?!#)([^"]+)"', html) == ["data:,", "/cards.css", "/cards.js"]


@pytest.mark.parametrize(
    "path",
    [
        f"/card/{NONE}",
        f"/card/{NONE}.json",
        f"/card/{KEY}.png",
        f"/card/{KEY}%00",
        f"/card/{KEY}/",
        f"/card/./{KEY}",
        f"/{KEY}",
        "/card/../../pelicanconf.py",
        "/card/..%2f..%2fpelicanconf.py",
        "/../pelicanconf.py",
        "/card/",
        "//[",
        "*",
        "http://127.0.0.1/",
    ],
)
def test_it_serves_nothing_else(served: CardsPage, path: str) -> None:
    status, headers, body = ask(served, path)
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert body == b"There is nothing here."


def test_who_asks_for_another_host_is_told_nothing(served: CardsPage) -> None:
    port = served._server.server_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""):
        for path in ("/", "/cards.json", "/events", f"/card/{KEY}"):
            status, _, body = ask(served, path, Host=host)
            assert (status, b"One" in body or PNG in body) == (421, False)
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}", f"127.0.0.1:{port}"):
        assert ask(served, "/cards.json", Host=host)[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_no_other_method_is_answered(served: CardsPage, method: str) -> None:
    status, headers, _ = ask(served, "/", method)
    assert (status, headers["Allow"], headers["Connection"]) == (405, "GET, HEAD", "close")


@pytest.mark.parametrize(
    "told",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/3.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(
    served: CardsPage, told: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", served._server.server_port), 20) as line:
        line.sendall(told)
        line.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 200 " not in said
    assert b"doctype" not in said
    assert ask(served, "/")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_body_is_not_taken_for_another_request(served: CardsPage) -> None:
    port = served._server.server_port
    host = f"Host: 127.0.0.1:{port}\r\n".encode()
    inner = b"GET /cards.json HTTP/1.1\r\n" + host + b"\r\n"
    head = b"GET / HTTP/1.1\r\n" + host + b"Content-Length: " + str(len(inner)).encode()
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(head + b"\r\n\r\n" + inner)
        said = line.makefile("rb").read()
    assert said.count(b"HTTP/1.1 200") == 1


# Hearing of changes


def test_whoever_listens_hears_of_each_build_that_changes_a_card(served: CardsPage) -> None:
    listeners = [Listener(served._server.server_port), Listener(served._server.server_port)]
    first = [listener.next() for listener in listeners]
    state = json.loads(ask(served, "/cards.json")[2])["state"]
    assert first == [state, state]
    build(served, MANIFEST)  # the same cards: nothing to hear
    build(served, MANIFEST | {"cards": [CARD | {"key": OTHER}]})
    second = [listener.next() for listener in listeners]
    body = json.loads(ask(served, "/cards.json")[2])
    assert second == [body["state"]] * 2 != first
    assert body["cards"][0]["image"] == f"/card/{OTHER}"


def test_while_the_site_is_built_the_cards_stay_as_they_were(served: CardsPage) -> None:
    before = ask(served, "/cards.json")[2]
    for broken in ('{"cards": [', "[]"):
        build(served, broken)
        time.sleep(0.03)  # three looks
        assert ask(served, "/cards.json")[2] == before
    served._manifest.unlink()
    time.sleep(0.03)
    assert ask(served, "/cards.json")[2] == before
    build(served, MANIFEST | {"refused": []})
    wait_for(lambda: ask(served, "/cards.json")[2] != before)


def test_it_ends_though_somebody_listens(file: Path) -> None:
    page = page_of(file)
    with running(page):
        listener = Listener(page._server.server_port)
        assert listener.next()
    assert listener.next() == ""


def test_before_the_first_build_there_are_none(file: Path) -> None:
    page = page_of(file)
    with running(page):
        body = json.loads(ask(page, "/cards.json")[2])
    assert (body["cards"], body["samples"], body["refused"]) == ([], [], [])


# What is watched


MANIFEST_NAME = "manifest.json"


def watch(file: Path, more: str = "") -> Watch:
    """Return the watch of a site whose first build is done."""
    file.write_text(file.read_text() + more)
    site = read_site(file)
    assert site is not None
    seen = Watch(file, site, file.with_name(MANIFEST_NAME))
    draw(file, 0)
    assert not seen.must_build(0)
    return seen


def draw(file: Path, at: float) -> None:
    """Have a build draw the cards; its manifest may say what it said."""
    manifest = file.with_name(MANIFEST_NAME)
    manifest.touch()
    os.utime(manifest, (at, at))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("SMO_CARD_CSS = 'card.css'", "card.css"),
        ("SMO_CARD_FONTS = ('title.ttf',)", "title.ttf"),
        ("SMO_CARD_FONTS = ('fonts',)", "fonts/more/title.otf"),
        ("THEME_TEMPLATES_OVERRIDES = ['{0}/mine']", "mine/smo/card.html"),
        ("THEME_TEMPLATES_OVERRIDES = ['{0}/mine']", "mine/parts/frame.css"),
        ("THEME_TEMPLATES_OVERRIDES = ['{0}']", "smo/card-quote.html"),
    ],
)
def test_what_pelican_does_not_look_at_is_looked_at(file: Path, setting: str, name: str) -> None:
    path = file.parent / name
    seen = watch(file, setting.format(file.parent))

    def heard(at: float) -> bool:
        found = seen.must_build(at)
        draw(file, at)
        assert not seen.must_build(at + 5)
        return found

    assert not heard(20)
    put(path, "one")
    assert heard(40)
    put(path, "two, longer")
    assert heard(60)
    path.unlink()
    assert heard(80)
    os.utime(file, (0, 0))
    seen.build_again()
    assert file.stat().st_mtime > 0
    assert not heard(100)


@pytest.mark.parametrize(
    "name",
    [
        "output/one.html",
        "content/one.html",
        ".git/one.html",
        "node_modules/one.html",
        ".pelican-smo/one.html",
        "theme/templates/article.html",
        "smo/.card.html",
        "preview.log",
        "smo/card.html~",
    ],
)
def test_what_pelican_writes_or_looks_at_is_no_change(file: Path, name: str) -> None:
    (file.parent / "theme").mkdir()
    seen = watch(file, f"THEME = 'theme'\nTHEME_TEMPLATES_OVERRIDES = ['{file.parent}']")
    put(file.parent / name, "one")
    assert not seen.must_build(20)


@pytest.fixture
def template(file: Path) -> Path:
    """Return a template of the theme, which Pelican looks at."""
    put(file.parent / "theme" / "templates" / "smo" / "card.html", "one")
    file.write_text(file.read_text() + "THEME = 'theme'\n")
    return file.parent / "theme" / "templates" / "smo" / "card.html"


def test_a_change_that_no_build_has_drawn_is_told_of_again(file: Path, template: Path) -> None:
    seen = watch(file)
    put(template, "two, longer")
    assert not seen.must_build(20)  # Pelican sees it, unless it builds
    told = [at for at in range(21, 80) if seen.must_build(at)]
    assert told == [23, 26, 29, 32]  # a build that fails draws nothing, ever
    put(template, "three, even longer")
    assert not seen.must_build(80)
    draw(file, 81)
    draw_again = [at for at in range(81, 100) if seen.must_build(at)]
    assert draw_again == [83, 86, 89, 92]  # it was the second change without a build


def test_a_change_that_a_build_has_drawn_is_told_of_once(file: Path, template: Path) -> None:
    seen = watch(file)
    put(template, "two, longer")
    assert not seen.must_build(20)
    draw(file, 21)
    assert not any(seen.must_build(at) for at in range(21, 80))


@pytest.mark.parametrize(
    ("lag", "name", "is_drawn"),
    [
        (0.3, "settings", True),
        (0.3, "template", True),
        # Sooner than Pelican can hear of a change: that build was because of another.
        (0.02, "settings", False),
        (-0.3, "settings", False),
        (0.3, "gone", False),
        (0.3, "awaited", False),
    ],
)
def test_a_change_that_a_build_has_drawn_between_two_looks_is_told_of_to_nobody(
    file: Path, template: Path, lag: float, name: str, is_drawn: bool
) -> None:
    seen = watch(file)
    if name == "awaited":
        put(template, "two, longer")
        assert not seen.must_build(18)
    changed = template if name == "template" else file
    changed.write_text(changed.read_text() + "\n")
    os.utime(changed, (19, 19))
    if name == "gone":
        template.unlink()
    draw(file, 19 + lag)
    told = any(seen.must_build(at) for at in range(20, 30))
    assert told != is_drawn


def test_of_two_changes_in_a_row_the_second_is_drawn_too(file: Path, template: Path) -> None:
    seen = watch(file)
    put(template, "two, longer")
    assert not seen.must_build(20)
    put(template, "three, even longer")
    assert not seen.must_build(20.5)
    draw(file, 21)  # the first of them, perhaps
    assert not seen.must_build(21)
    draw(file, 21.1)  # of the same build
    assert [seen.must_build(at) for at in (21.1, 23, 23.5)] == [False, False, True]
    draw(file, 24)
    assert not any(seen.must_build(at) for at in range(24, 80))


def test_a_change_during_the_first_build_is_drawn_too(file: Path) -> None:
    file.write_text(file.read_text() + "SMO_CARD_CSS = 'card.css'\n")
    site = read_site(file)
    assert site is not None
    seen = Watch(file, site, file.with_name(MANIFEST_NAME))
    assert not any(seen.must_build(at) for at in range(20))  # as long as it takes
    put(file.parent / "card.css", "one")
    assert seen.must_build(20)
    draw(file, 21)
    assert [at for at in range(21, 25) if seen.must_build(at)] == [23]
    draw(file, 25)
    assert not any(seen.must_build(at) for at in range(25, 80))


def test_where_cards_are_off_by_now_none_are_waited_for(file: Path, template: Path) -> None:
    seen = watch(file)
    file.write_text(file.read_text().replace("SMO_CARDS = True", ""))
    put(template, "two, longer")
    assert not any(seen.must_build(at) for at in range(20, 80))


def test_other_settings_are_heeded_and_half_saved_ones_are_not(file: Path) -> None:
    seen = watch(file)
    right = file.read_text()
    put(file.parent / "card.css", "one")
    wrong = (right + "SMO_CARD_CSS = '", right + "SMO_TYPO = 1\n", right + "1 / 0\n")
    for at, broken in enumerate(wrong, 1):
        file.write_text(broken)
        assert not seen.must_build(at)
    file.write_text(right + "SMO_CARD_CSS = 'card.css'\n")
    assert not seen.must_build(5)  # Pelican sees it
    put(file.parent / "card.css", "two, longer")
    assert seen.must_build(6)
    file.unlink()
    assert not seen.must_build(7)
    seen.build_again()


def test_a_saved_stylesheet_has_the_site_built_again(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text() + "SMO_CARD_CSS = 'card.css'\n")
    os.utime(file, (0, 0))
    with running(page_of(file)):
        put(file.parent / "card.css", "one")
        wait_for(lambda: file.stat().st_mtime > 0)
        wait_for(lambda: "building again" in capsys.readouterr().out)


# Beside a preview


def test_a_preview_of_a_site_with_cards_has_hard_titles_drawn_and_says_where_they_are(
    file: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    preview(file, free_port(), "0.0.0.0", cards_port=port)
    assert f"Cards: http://127.0.0.1:{port}\n" in capsys.readouterr().out
    assert arguments[0][-2:] == ["--extra-settings", "SMO_CARD_SAMPLES=true"]
    with socket.create_server(("127.0.0.1", port)):
        pass  # it is free again


def test_a_site_without_cards_has_no_such_page_and_nothing_is_said(
    file: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    preview(file, free_port(), "127.0.0.1", cards_port=0)
    file.write_text(file.read_text().replace("SMO_CARDS = True", ""))
    preview(file, free_port(), "127.0.0.1", cards_port=free_port())
    file.write_text("SITEURL = 'https://site.example'\nTIMEZONE = 'UTC'\nSMO_TYPO = 1\n")
    preview(file, free_port(), "127.0.0.1", cards_port=free_port())
    assert ["--extra-settings" in one for one in arguments] == [False, False, False]
    assert capsys.readouterr() == ("", "")


def test_where_its_port_is_taken_the_preview_goes_on_without(
    file: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        preview(file, free_port(), "127.0.0.1", cards_port=port)
    said = capsys.readouterr().err
    assert f"No page of cards runs beside this preview: cannot listen on 127.0.0.1:{port}" in said
    assert "choose another port with --cards-port" in said
    assert "--extra-settings" not in arguments[0]


def test_without_the_extra_its_install_command_is_said(
    file: Path,
    arguments: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cards, "find_spec", lambda _: None)
    preview(file, free_port(), "127.0.0.1", cards_port=free_port())
    assert "pip install 'pelican-smo[cards]'" in capsys.readouterr().err
    assert "--extra-settings" not in arguments[0]


def test_no_receiver_takes_its_port(
    file: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text() + "SMO_LINKBACK_ENDPOINT = 'https://mentions.example'\n")
    port = free_port()
    preview(file, free_port(), "127.0.0.1", receiver_port=port, cards_port=port)
    said = capsys.readouterr()
    assert f"Cards: http://127.0.0.1:{port}" in said.out
    assert "choose another port with --receiver-port" in said.err


def test_the_command_names_the_page() -> None:
    assert "--cards-port" in CliRunner().invoke(main, ["preview", "--help"]).output


# All of it


TEMPLATE = '<div style="width:1200px;height:630px;background:{}"></div><p>{{{{ title }}}}</p>'


def get(url: str) -> Any:
    with urllib.request.urlopen(f"{url}/cards.json") as answer:
        return json.load(answer)


def test_a_saved_template_is_another_card_in_the_page_that_is_open(file: Path) -> None:
    """A real preview; the template is one that Pelican does not look at."""
    template, article = file.parent / "mine/smo/card.html", file.parent / "content/one.md"
    put(template, TEMPLATE.format("#123456"))
    put(article, "Title: One\nDate: 2026-11-25\n\nText.\n")
    file.write_text(
        file.read_text()
        + f"THEME = 'simple'\nTHEME_TEMPLATES_OVERRIDES = ['{template.parents[1]}']\n"
        "PLUGINS = ['pelican_smo']\n"
    )
    port, cards_port = free_port(), free_port()
    command = [sys.executable, "-m", "pelican_smo", "preview", str(file), "--port", str(port)]
    command += ["--cards-port", str(cards_port), "--receiver-port", "0"]
    url, log = f"http://127.0.0.1:{cards_port}", file.parent / "log"

    def card() -> tuple[str, bytes]:
        (row,) = get(url)["cards"]
        with urllib.request.urlopen(f"{url}{row['image']}") as answer:
            return row["image"], answer.read()

    with machines.running(command, url, log, {"CI": "1"}):
        listener = Listener(cards_port)
        wait_for(lambda: get(url)["cards"] and "Done:" in log.read_text())
        before = card()
        assert f"Cards: {url}\n" in log.read_text()
        template.write_text(TEMPLATE.format("#fedcba"))
        while card() == before:
            assert listener.next()
        after = card()
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert after[1].startswith(b"\x89PNG")
    assert (file.parent / "output/smo/cards/one.png").read_bytes() == after[1]
