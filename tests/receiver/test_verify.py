"""One look at a source, from its server to what is known of the link, against servers on loopback."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from linkbacks.servers import LOOPBACK, Play, Server, answer, packed, redirect, serving, unspaced

from pelican_smo.linkbacks.guard import Fetcher, Limits, Sockaddr, allowing, connect
from pelican_smo.linkbacks.readers import Readers
from pelican_smo.receiver.moderate import verdict
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import Mention
from pelican_smo.receiver.targets import Targets
from pelican_smo.receiver.verify import Reads, Verifier

from .arrivals import BEA, NOW, mention

ONE = "https://site.example/one.html"
TARGETS = Targets.read(
    json.dumps(
        {
            "site": "https://site.example",
            "targets": [
                {"id": "one", "url": ONE, "aliases": ["http://site.example/one.html", f"{ONE}/"]},
                {"id": "two", "url": "https://site.example/two.html"},
            ],
        }
    ).encode()
)
LINK = f'<a href="{ONE}">One</a>'
ENTRY = (
    '<title>Page</title><article class="h-entry"><a class="u-url" href="{url}"></a>'
    '<span class="p-author h-card">Bea</span>'
    f'<a class="u-in-reply-to" href="{ONE}">One</a>'
    '<div class="e-content">{words}</div></article>'
)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


class Looker:
    """Looks at pages of one server of the test."""

    def __init__(self, server: Server, readers: Reads) -> None:
        self.server, self.readers = server, readers
        self.targets = TARGETS
        self.dialled: list[str] = []

    def __call__(
        self,
        play: bytes | str | Play | None = None,
        *headers: str,
        path: str = "/post",
        limits: Limits | None = None,
        known: Mention | None = None,
        twins: int = 0,
        **changed: Any,
    ) -> Outcome:
        """Return what is found at ``path`` that answers ``play``: bytes as they are, or a page."""
        if play is not None:
            if isinstance(play, str):
                play = answer(play.encode(), "200 OK", *(headers or ("Content-Type: text/html",)))
            self.server.plays[path] = play
        changed.setdefault("source", self.server.url(path))
        changed.setdefault("host", "127.0.0.1")
        verifier = Verifier(self.fetcher(limits), self.readers, lambda: self.targets)
        return verifier.look(known or mention(**changed), twins=twins)

    def fetcher(self, limits: Limits | None) -> Fetcher:
        return Fetcher(
            agent="smo test",
            limits=limits or unspaced(),
            judge=allowing(*LOOPBACK),
            connector=self._connect,
        )

    def _connect(self, sockaddr: Sockaddr, timeout: float) -> socket.socket:
        self.dialled.append(sockaddr[0])
        assert sockaddr[0] in ("127.0.0.1", "::1")
        return connect(sockaddr, timeout)


@pytest.fixture
def look(server: Server, readers: Readers) -> Looker:
    return Looker(server, readers)


# Fetching


def test_WR_6_redirects_are_followed_and_html_is_asked_for_first(
    look: Looker, server: Server
) -> None:
    server.plays["/post"] = redirect("/moved")
    server.plays["/moved"] = redirect("/there", "307 Temporary Redirect")
    found = look(LINK, path="/there", source=server.url("/post"))
    assert found.kind == "verified"
    assert server.paths() == ["/post", "/moved", "/there"]
    (accept,) = {line for head in server.asked for line in head.split("\r\n") if "Accept:" in line}
    assert accept.startswith("Accept: text/html, application/xhtml+xml, application/json")


@pytest.mark.parametrize(
    ("media", "body", "kind"),
    [
        ("text/html", LINK, "verified"),
        ("text/html; charset=utf-16", LINK, "no-link"),
        ("application/xhtml+xml", LINK, "verified"),
        ("application/json", json.dumps({"deep": [{"in-reply-to": ONE}]}), "verified"),
        ("application/json", json.dumps({"text": f"about {ONE}"}), "no-link"),
        ("application/activity+json", json.dumps({"inReplyTo": ONE}), "verified"),
        ("text/plain", f"I read {ONE}.", "verified"),
        ("text/plain", f"I read {ONE}?page=2.", "no-link"),
        ("application/pdf", LINK, "refused"),
        ("image/svg+xml", LINK, "refused"),
    ],
)
def test_WR_7_a_link_is_looked_for_as_the_media_type_has_links(
    look: Looker, media: str, body: str, kind: str
) -> None:
    found = look(body, f"Content-Type: {media}")
    assert found.kind == kind
    assert (found.reading is not None) == (kind == "verified")


@pytest.mark.parametrize(
    ("target", "link", "kind"),
    [
        (ONE, ONE, "verified"),
        (ONE, "http://site.example/one.html", "verified"),  # an alias that the build lists
        (ONE, f"{ONE}/", "verified"),
        ("http://site.example/one.html", ONE, "verified"),
        (ONE, "HTTPS://SITE.EXAMPLE:443/%6Fne.html", "verified"),
        (ONE, "http://site.example/one.html/", "no-link"),
        (ONE, "https://site.example/one", "no-link"),
        (ONE, "https://site.example/two.html", "no-link"),
        (ONE, f"{ONE}?page=2", "no-link"),
        (ONE, f"{ONE}#part", "verified"),  # a part of the article is the article
        (f"{ONE}#part", f"{ONE}#part", "verified"),
        (f"{ONE}#part", ONE, "verified"),
        (f"{ONE}#part", f"{ONE}#other", "verified"),
        (f"{ONE}#part", "https://site.example/two.html#part", "no-link"),
        (ONE, f"https://tracker.example/?{ONE}", "no-link"),
    ],
)
def test_WR_8_the_link_is_one_of_the_articles_own_addresses(
    look: Looker, target: str, link: str, kind: str
) -> None:
    assert look(f'<a href="{link}">read</a>', target=target).kind == kind


def test_a_target_that_left_the_site_meanwhile_is_still_what_was_sent(look: Looker) -> None:
    look.targets = Targets("https://site.example", {})
    assert look(LINK).kind == "verified"
    assert look('<a href="http://site.example/one.html">an alias</a>').kind == "no-link"


# What servers do wrong

QUICK = unspaced(total=0.4, first_byte=0.3, raw=64 << 10, decoded=128 << 10, slowest=1)


def drip(head: str) -> Callable[[Server], Play]:
    return lambda server: server.drip(head.encode(), b"x")


ATTACKS: dict[str, Callable[[Server], bytes | Play]] = {
    "a gzip bomb": lambda _: packed(bytes(8 << 20), "Content-Type: text/html"),
    "a drip for a body": drip("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
    "a drip for a head": drip("HTTP/1.1 200 OK\r\nX: "),
    "a body of any length": lambda server: server.drip(
        b"HTTP/1.1 200 OK\r\n\r\n", bytes(32 << 10), 0
    ),
    "an announced excess": lambda _: answer(b"", length=1 << 40),
    "a body that stays behind its length": lambda _: answer(LINK.encode(), length=999),
    "silence": lambda server: server.silence,
    "nothing": lambda _: b"",
    "no http": lambda _: b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "a circle": lambda _: redirect("/post"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_WR_9_WR_11_SEC_8_SEC_9_an_attack_ends_in_time_as_a_source_that_may_be_better_later(
    look: Looker, server: Server, attack: str
) -> None:
    """PB-9, the erratum of Pingback, asks the same of its sources."""
    began = time.monotonic()
    found = look(ATTACKS[attack](server), limits=QUICK)
    assert found.kind == "unavailable"
    assert found.reason
    assert time.monotonic() - began < 2


def test_SEC_4_a_chain_of_redirects_is_followed_five_times(look: Looker, server: Server) -> None:
    for number in range(7):
        server.plays[f"/{number}"] = redirect(f"/{number + 1}")
    server.plays["/7"] = answer(LINK.encode())
    assert look(source=server.url("/1")).kind == "unavailable"
    assert server.paths() == ["/1", "/2", "/3", "/4", "/5", "/6"]
    assert look(source=server.url("/2")).kind == "verified"


@pytest.mark.parametrize(
    "place",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00::1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
    ],
)
def test_SEC_4_a_redirect_to_where_nothing_is_fetched_is_refused_and_not_dialled(
    look: Looker, place: str
) -> None:
    assert look(redirect(place)).kind == "refused"
    assert look.dialled == ["127.0.0.1"]


def test_a_host_that_had_its_visit_is_asked_for_later(look: Looker, server: Server) -> None:
    fetcher = look.fetcher(unspaced(spacing=60.0))
    server.plays["/post"] = answer(LINK.encode())
    fetcher.get(server.url("/post"))
    verifier = Verifier(fetcher, look.readers, lambda: TARGETS)
    with pytest.raises(Exception, match="has its turn") as caught:
        verifier.look(mention(source=server.url("/post")))
    assert caught.value.retry_after > 50  # type: ignore[attr-defined]


# Updates and deletions


def verified(server: Server, found: Outcome) -> Mention:
    """Return a mention of which ``found`` was the last look."""
    return mention(
        source=server.url("/post"),
        verification="verified",
        reading=found.reading,
        etag=found.etag,
        last_modified=found.last_modified,
        digest=found.digest,
    )


def test_WR_10_a_changed_source_is_read_anew_from_its_primary_entry(
    look: Looker, server: Server
) -> None:
    page = f"<nav class=h-entry><p class=p-name>Another</nav>{ENTRY}"
    url = server.url("/post")
    first = look(page.format(url=url, words="Well said."))
    assert first.reading is not None
    assert first.reading.text == "Well said."
    second = look(page.format(url=url, words="Well said, and true."), known=verified(server, first))
    assert second.kind == "verified"
    assert second.reading is not None
    assert second.reading.text == "Well said, and true."
    assert second.reading.property == "in-reply-to"


def test_WR_10_the_same_bytes_are_unchanged(look: Looker, server: Server) -> None:
    first = look(LINK)
    again = look(known=verified(server, first))
    assert (again.kind, again.digest) == ("unchanged", first.digest)


def test_WR_10_a_source_that_was_never_verified_is_read_whatever_its_bytes(look: Looker) -> None:
    first = look(LINK)
    assert look(digest=first.digest, verification="retrying").kind == "verified"


def test_WR_10_a_server_is_asked_only_for_what_is_new(look: Looker, server: Server) -> None:
    marks = ('ETag: "v1"', "Last-Modified: Tue, 24 Nov 2026 08:00:00 GMT")
    first = look(LINK, "Content-Type: text/html", *marks)
    assert (first.etag, first.last_modified) == ('"v1"', "Tue, 24 Nov 2026 08:00:00 GMT")
    assert "if-none-match" not in server.asked[-1].lower()
    found = look(answer(b"", "304 Not Modified"), known=verified(server, first))
    assert found.kind == "unchanged"
    asked = server.asked[-1].lower()
    assert 'if-none-match: "v1"' in asked
    assert "if-modified-since: tue, 24 nov 2026 08:00:00 gmt" in asked


def test_WR_11_not_modified_is_no_answer_to_who_knows_nothing(look: Looker) -> None:
    assert look(answer(b"", "304 Not Modified")).kind == "unavailable"


TOMBSTONE = f'<meta http-equiv="Status" content="410 Gone">{LINK}'


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("410 Gone", LINK, "gone"),
        ("200 OK", TOMBSTONE, "gone"),
        ("200 OK", "<p>Nothing here.</p>", "no-link"),
        ("200 OK", "", "no-link"),
        ("404 Not Found", LINK, "missing"),
        ("401 Unauthorized", LINK, "unavailable"),
        ("403 Forbidden", "<title>Just a moment…</title>", "unavailable"),
        ("408 Request Timeout", "", "unavailable"),
        ("429 Too Many Requests", "", "unavailable"),
        ("500 Internal Server Error", LINK, "unavailable"),
        ("503 Service Unavailable", "", "unavailable"),
        ("300 Multiple Choices", LINK, "unavailable"),
    ],
)
def test_WR_11_only_what_says_so_is_gone(look: Looker, status: str, body: str, kind: str) -> None:
    found = look(answer(body.encode(), status, "Content-Type: text/html; charset=utf-8"))
    assert found.kind == kind
    assert found.reason
    assert found.reading is None


def test_WR_11_a_server_that_is_away_may_come_back(look: Looker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert look(source=f"http://127.0.0.1:{port}/").kind == "unavailable"


# What it says


def test_WR_15_a_moved_source_is_still_itself_and_its_own_address_is_only_shown(
    look: Looker, server: Server
) -> None:
    server.plays["/post"] = redirect("/moved")
    found = look(ENTRY.format(url="https://b.example/canonical", words="."), path="/moved")
    source = mention(source=server.url("/post"))
    found = look(known=source)
    assert found.reading is not None
    assert found.reading.url == "https://b.example/canonical"
    plain = look(LINK, path="/moved", known=source)
    assert plain.reading is not None
    assert plain.reading.url == server.url("/post")
    odd = look(ENTRY.format(url="tag:b.example,2026:1", words="."), path="/moved", known=source)
    assert odd.reading is not None
    assert odd.reading.url == server.url("/post")


PILLS = {"title": "My title", "excerpt": "My words", "blog_name": "My blog"}


def test_TB_10_a_trackback_counts_if_its_page_links_and_then_its_words_do(look: Looker) -> None:
    ping = {"protocols": ("trackback",), "claims": PILLS}
    found = look(f"<title>Its page</title>{LINK}", **ping)
    assert found.kind == "verified"
    assert found.reading is not None
    assert found.reading.name == "My title"
    assert found.reading.text == "My words"
    assert found.reading.author.name == "My blog"
    assert look("<title>Its page</title>", **ping).kind == "no-link"


@pytest.mark.parametrize("protocols", [("pingback", "trackback"), ("webmention", "trackback")])
def test_TB_10_the_words_of_a_trackback_do_not_count_beside_another_protocol(
    look: Looker, protocols: tuple[str, ...]
) -> None:
    found = look(f"<title>Its page</title>{LINK}", protocols=protocols, claims=PILLS)
    assert found.reading is not None
    assert (found.reading.name, found.reading.text) == ("Its page", "")
    assert "My" not in str(found.reading)


def test_TB_10_what_the_page_says_itself_counts_more_than_its_trackback(
    look: Looker, server: Server
) -> None:
    found = look(
        ENTRY.format(url=server.url("/post"), words="Well said."),
        protocols=("trackback",),
        claims=PILLS,
    )
    assert found.reading is not None
    assert (found.reading.text, found.reading.author.name) == ("Well said.", "Bea")


NOBODYS = f'<div class="h-entry"><a class="u-like-of" href="{ONE}">One</a></div>'
ABOUT = '<div class="h-card"><a class="u-url u-uid p-name" href="{url}">Bea Lindqvist</a></div>'


def test_MF_3_the_authors_page_is_read_where_the_post_names_nobody(
    look: Looker, server: Server
) -> None:
    server.plays["/about"] = answer(ABOUT.format(url=server.url("/about")).encode())
    found = look(f'<link rel="author" href="/about">{NOBODYS}')
    assert found.reading is not None
    assert found.reading.author.name == "Bea Lindqvist"
    assert server.paths() == ["/post", "/about"]


def test_MF_3_the_authors_page_waits_for_its_hosts_turn(look: Looker, server: Server) -> None:
    """Its host had a visit a moment ago, which must not mean that it is never read."""
    slept: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    fetcher = Fetcher(
        agent="test",
        limits=unspaced(spacing=1.0),
        judge=allowing(*LOOPBACK),
        clock=lambda: now[0],
        sleep=sleep,
    )
    server.plays["/post"] = answer(f'<link rel="author" href="/about">{NOBODYS}'.encode())
    server.plays["/about"] = answer(ABOUT.format(url=server.url("/about")).encode())
    verifier = Verifier(fetcher, look.readers, lambda: TARGETS)
    found = verifier.look(mention(source=server.url("/post")))
    assert found.reading is not None
    assert found.reading.author.name == "Bea Lindqvist"
    assert slept == [1.0]


@pytest.mark.parametrize(
    "about",
    [
        answer(b"", "404 Not Found"),
        answer(b"", "500 Internal Server Error"),
        answer(ABOUT.encode(), "200 OK", "Content-Type: image/png"),
        redirect("http://10.0.0.1/about"),
        redirect("file:///etc/passwd"),
        packed(bytes(8 << 20)),
        answer(b"<b>" * 3000),
        b"",
    ],
)
def test_SEC_6_without_the_authors_page_the_reading_is_as_good(
    look: Looker, server: Server, about: bytes
) -> None:
    server.plays["/about"] = about
    found = look(f'<link rel="author" href="/about">{NOBODYS}')
    assert (found.kind, found.reason) == ("verified", "")
    assert found.reading is not None
    assert (found.reading.property, found.reading.author.name) == ("like-of", "127.0.0.1")
    assert server.paths() == ["/post", "/about"]
    assert set(look.dialled) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "place",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[::ffff:10.0.0.1]/",
        "https://public.example/",  # one hop, to the same host only
        "//127.0.0.2/",
    ],
)
def test_SEC_6_an_author_elsewhere_is_not_visited(look: Looker, server: Server, place: str) -> None:
    found = look(f'<link rel="author" href="{place}">{NOBODYS}')
    assert found.kind == "verified"
    assert server.paths() == ["/post"]
    assert look.dialled == ["127.0.0.1"]


BOMBS = {
    "20,000 entries in each other": '<div class="h-entry">' * 20_000,
    "3,000 open b": '<p class="h-entry">' + "<b>" * 3_000,
    "60,000 attributes": f'<p class="h-entry" {" ".join(f"a{n}" for n in range(60_000))}>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_SEC_10_a_bomb_is_verified_by_its_link_with_the_plain_reading_and_a_word_for_the_owner(
    look: Looker, bomb: str
) -> None:
    began = time.monotonic()
    found = look(f"<title>Boom</title>{LINK}{BOMBS[bomb]}")
    assert time.monotonic() - began < 5
    assert (found.kind, found.reason) == ("verified", "too complex to be read in full")
    assert found.reason in found.signals
    assert found.reading is not None
    assert (found.reading.property, found.reading.name) == ("mention-of", "Boom")


# Links to us, and microformats on which more than a second of a processor is spent.
ENDLESS = (
    f"{LINK}<title>Boom</title>{'<div class=h-entry><p class=p-name>' * 60}" + "<b>x</b>" * 18_000
)


def test_SEC_10_what_is_too_much_behind_the_link_is_told_likewise(look: Looker) -> None:
    with Readers(cpu=1) as look.readers:
        found = look(ENDLESS)
    assert (found.kind, found.reason) == ("verified", "too complex to be read in full")
    assert found.reason in found.signals
    assert found.reading is not None
    assert (found.reading.property, found.reading.name) == ("mention-of", "Boom")


def test_SEC_10_a_page_that_ends_its_reader_before_the_link_may_be_better_another_time(
    look: Looker,
) -> None:
    with Readers(wall=0.001) as look.readers:
        found = look(f"<p>{LINK}" + "<br>" * 200_000)
    assert (found.kind, found.reading) == ("unavailable", None)
    assert found.reason.startswith("the page is too complex: it takes more than")


def test_SEC_10_a_long_article_is_verified_within_the_limits(look: Looker) -> None:
    words = "<p>harbour <a href='/x'>on</a> and on and on.</p>\n" * 22_000
    page = ENTRY.format(url="/", words=words).encode()
    assert len(page) > 1_080_000
    began = time.monotonic()
    found = look(
        answer(gzip.compress(page), "200 OK", "Content-Encoding: gzip", "Content-Type: text/html")
    )
    assert found.kind == "verified"
    assert time.monotonic() - began < 15
    assert f"the page has {22_001 + 1} links" in found.signals


def test_SEC_12_what_is_read_is_clean(look: Looker) -> None:
    found = look(
        ENTRY.format(
            url="javascript:alert(1)",
            words="Hi<script>alert(1)</script><img src=x onerror=alert(1)>"
            '<a href="javascript:alert(1)" onclick="alert(1)">here</a><b style="x">!</b>',
        ).replace(">Bea<", ">&lt;script&gt;Bea\x00\u202e<")
    )
    reading = found.reading
    assert reading is not None
    assert reading.url.startswith("http://127.0.0.1")
    assert reading.author.name == "<script>Bea"  # text, which is escaped where it is shown
    for forbidden in ("script", "onerror", "onclick", "javascript", "style", "img", "\x00"):
        assert forbidden not in reading.html
    assert "<b>!</b>" in reading.html


# Spam


def test_SEC_13_a_page_of_links_is_told_of(look: Looker) -> None:
    found = look(LINK + "<a href=/x>x</a>" * 250)
    assert "the page has 251 links" in found.signals
    assert look(LINK + "<a href=/x>x</a>" * 150 + "<a>x</a>" * 100, path="/home").signals == ()


EXCERPT = "[...] read your blog [...] cheap watches"
SPAM: dict[str, tuple[str, dict[str, Any]]] = {
    "a page without the link": ("<p>Buy watches</p>", {"claims": PILLS}),
    "a link in a comment": (f"<!-- {LINK} -->", {"claims": PILLS}),
    "a link in a script": (f"<script>'{LINK}'</script>", {"claims": PILLS}),
    "the [...] shape": (LINK, {"claims": {"excerpt": EXCERPT}}),
    "read more": (LINK, {"claims": {"excerpt": "… Read more at our shop"}}),
    "a blog that is copied": (LINK, {"claims": PILLS, "twins": 12}),
    "a page of links": (LINK + "<a href=/x>x</a>" * 400, {"claims": PILLS}),
    "a trackback that looks fine": (LINK, {"claims": PILLS}),
    "without any words": (LINK, {"claims": {}}),
    "markup in its words": (LINK, {"claims": {"title": "<a href='//x.example'>x</a>"}}),
}


@pytest.mark.parametrize("ping", SPAM)
def test_SEC_13_no_trackback_is_let_through_unseen(look: Looker, ping: str) -> None:
    """Not even from a host of which the owner has approved a hundred mentions."""
    page, how = SPAM[ping]
    found = look(page, protocols=("trackback",), **how)
    assert found.kind in ("no-link", "verified")
    if found.kind == "verified":
        one = mention(protocols=("trackback",), claims=how["claims"])
        judged = verdict(
            one, found.reading, [], approved_before=100, trust_after=1, signals=found.signals
        )
        assert judged == "hold"


@pytest.mark.parametrize(
    ("page", "path", "words"),
    [
        (LINK, "/", "it came from a home page"),
        (LINK + "<a href=/x>x</a>" * 400, "/post", "the page has 401 links"),
    ],
)
def test_SEC_13_a_webmention_of_that_shape_waits_from_a_trusted_host_too(
    look: Looker, page: str, path: str, words: str
) -> None:
    found = look(page, path=path)
    assert found.signals == (words,)
    one = mention()
    how = {"approved_before": 100, "trust_after": 1, "signals": found.signals}
    assert verdict(one, found.reading, [], **how) == "hold"  # type: ignore[arg-type]
    assert verdict(one, BEA, [], **{**how, "signals": ()}) == "allow"  # type: ignore[arg-type]


def test_MF_5_a_date_of_the_future_is_none(look: Looker, server: Server) -> None:
    stamp = '<time class="dt-published" datetime="{}"></time></article>'
    page = ENTRY.format(url=server.url("/post"), words="Hm.")
    for written, kept in (
        ("2025-06-01T10:00:00+02:00", "2025-06-01T10:00:00+02:00"),
        ("2099-01-01T00:00:00Z", ""),
        ("2025-06-01 10:00", ""),
    ):
        found = look(page.replace("</article>", stamp.format(written)), first_received=NOW)
        assert found.reading is not None
        assert found.reading.published == kept
