"""What the receiver answers to the messages of the three protocols, and to people."""

import asyncio
import logging
import re
import xmlrpc.client
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.receiver.answers import Seldom
from pelican_smo.receiver.app import Bounds, app
from pelican_smo.receiver.inbox import Arrival
from pelican_smo.receiver.quota import Quota, client_key
from pelican_smo.receiver.targets import Target, Targets
from receiver.inbox_in_memory import (
    CLOSED,
    FULL,
    ONE,
    ROOT,
    SOURCE,
    TARGETS,
    Answer,
    Asker,
    MemoryInbox,
)

FORM = "application/x-www-form-urlencoded"
PAIR = {"source": SOURCE, "target": ONE}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
def ask(inbox: MemoryInbox) -> Asker:
    return Asker(inbox)


def ping(source: str = SOURCE, target: str = ONE) -> bytes:
    return xmlrpc.client.dumps((source, target), "pingback.ping").encode()


def fault(answer: Answer) -> tuple[int, str]:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(answer.body)
    return caught.value.faultCode, caught.value.faultString


def trackback_error(answer: Answer) -> tuple[str, str]:
    response = ET.fromstring(answer.body)
    assert response.tag == "response"
    return response.findtext("error", ""), response.findtext("message", "")


def send(ask: Asker, protocol: str, source: str = SOURCE, **options: Any) -> Answer:
    """Send the same link by ``protocol``."""
    if protocol == "webmention":
        return ask.post("/webmention", {**PAIR, "source": source}, **options)
    if protocol == "pingback":
        return ask.post("/pingback", ping(source), content_type="text/xml", **options)
    return ask.post("/trackback/one", {"url": source}, **options)


PROTOCOLS = pytest.mark.parametrize("protocol", ["webmention", "pingback", "trackback"])


class TestWebmention:
    def test_wr_5_a_webmention_is_kept_and_answered_201_with_its_status_page(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        answer = ask.post("/webmention", PAIR, user_agent="Sender/1 \x07(x)")
        assert answer.status == 201
        assert answer.headers["location"] == f"{ROOT}/status/token1"
        assert answer.headers["location"] in answer.text
        assert inbox.arrivals == [
            Arrival(
                protocol="webmention",
                source=SOURCE,
                target=ONE,
                article="one",
                client=client_key(b"secret")("192.0.2.99"),
                agent="Sender/1 (x)",
                received=1000.0,
            )
        ]

    def test_wr_5_a_browser_is_sent_to_the_status_page(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        answer = ask.post("/webmention", PAIR, accept=BROWSER)
        assert (answer.status, answer.headers["location"]) == (303, f"{ROOT}/status/token1")
        assert len(inbox.arrivals) == 1

    @pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html;q=0, */*"])
    def test_wr_5_a_program_gets_201(self, ask: Asker, accept: str) -> None:
        assert ask.post("/webmention", PAIR, accept=accept).status == 201

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"source=" + SOURCE.encode(),
            b"target=" + ONE.encode(),
            urlencode({**PAIR, "source": "reply"}).encode(),
            urlencode({**PAIR, "source": "ftp://b.example/"}).encode(),
            urlencode({**PAIR, "target": "//site.example/one.html"}).encode(),
            b"<xml/>",
            b"\xff\xfe\x00",
        ],
    )
    def test_wr_1_missing_and_malformed_fields_are_400(
        self, ask: Asker, inbox: MemoryInbox, body: bytes
    ) -> None:
        answer = ask.post("/webmention", body, content_type=FORM)
        assert (answer.status, inbox.arrivals) == (400, [])
        assert len(answer.text.split()) >= 3

    @pytest.mark.parametrize(
        "source",
        [
            ONE,
            f"{ONE}#me",
            "http://site.example/one.html",
            "HTTPS://SITE.example:443/%6Fne.html",
        ],
    )
    def test_wr_2_sec_20_a_page_does_not_mention_itself(
        self, ask: Asker, inbox: MemoryInbox, source: str
    ) -> None:
        answer = ask.post("/webmention", {"source": source, "target": f"{ONE}#you"})
        assert (answer.status, inbox.arrivals) == (400, [])
        assert "same page" in answer.text

    def test_another_page_of_the_same_site_may_be_the_source(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        assert ask.post("/webmention", {"source": CLOSED, "target": ONE}).status == 201
        assert [arrival.source for arrival in inbox.arrivals] == [CLOSED]

    @pytest.mark.parametrize(
        "target",
        ["https://site.example/two.html", "https://other.example/one.html", f"{ONE}?x", CLOSED],
    )
    def test_wr_3_a_target_that_is_not_ours_or_closed_is_400(
        self, ask: Asker, inbox: MemoryInbox, target: str
    ) -> None:
        answer = ask.post("/webmention", {"source": SOURCE, "target": target})
        assert (answer.status, inbox.arrivals) == (400, [])
        assert "target" in answer.text

    def test_wr_3_the_fragment_and_the_spelling_of_a_target_do_not_matter(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        for target in (f"{ONE}#comments", "http://SITE.example:80/%6fne.html"):
            assert ask.post("/webmention", {"source": SOURCE, "target": target}).status == 201
            assert (inbox.arrivals[-1].target, inbox.arrivals[-1].article) == (target, "one")

    def test_wr_3_targets_are_looked_up_anew_each_time(self, inbox: MemoryInbox) -> None:
        held = [Targets("https://site.example", {})]
        application = Asker(inbox)
        application.app = app(
            inbox,
            lambda: held[0],
            public_url=ROOT,
            secret=b"",
        )
        assert application.post("/webmention", PAIR).status == 400
        held[0] = TARGETS
        assert application.post("/webmention", PAIR).status == 201

    def test_wr_4_wr_12_what_is_answered_does_not_depend_on_the_source(self, ask: Asker) -> None:
        sources = (
            "https://b.example/",
            "http://127.0.0.1:22/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]:25/",
            "http://nowhere.invalid/",
            "http://2130706433/",
            "http://localhost/",
        )
        answers = [ask.post("/webmention", {"source": s, "target": ONE}) for s in sources]
        assert {answer.status for answer in answers} == {201}
        assert len({re.sub(r"token\d", "", answer.text) for answer in answers}) == 1

    def test_wr_12_a_browser_gets_the_form_back_with_what_was_wrong(self, ask: Asker) -> None:
        evil = "https://b.example/\"><script>alert('x')</script>"
        answer = ask.post("/webmention", {"source": evil, "target": CLOSED}, accept=BROWSER)
        assert answer.status == 400
        page = html5lib.parse(answer.text, namespaceHTMLElements=False)
        (source,) = page.findall(".//input[@name='source']")
        (target,) = page.findall(".//input[@name='target']")
        assert (source.get("value"), target.get("value")) == (evil, CLOSED)
        assert "takes no mentions" in "".join(page.find(".//*[@role='alert']").itertext())
        assert page.findall(".//script") == []

    def test_wr_13_sec_17_cookies_are_neither_read_nor_set(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        plain = ask.post("/webmention", PAIR)
        inbox.arrivals.clear()
        with_cookie = ask.post(
            "/webmention", PAIR, cookie="session=admin", origin="https://evil.example"
        )
        assert with_cookie == plain
        for path in ("/", "/webmention", "/pingback", "/trackback/one", "/mentions.jf2"):
            assert "set-cookie" not in ask.get(path, cookie="a=b").headers

    def test_vo_1_a_vouch_comes_along_as_a_claim(self, ask: Asker, inbox: MemoryInbox) -> None:
        vouch = "https://c.example/?q=" + "%C3%A9" * 100
        ask.post("/webmention", {**PAIR, "vouch": vouch})
        assert inbox.arrivals[0].claims == {"vouch": vouch}

    def test_sec_21_what_looks_like_sql_is_an_address_like_any_other(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        source = "https://b.example/?id=1'%20OR%20'1'='1';DROP/**/TABLE/**/mention;--"
        assert ask.post("/webmention", {"source": source, "target": ONE}).status == 201
        assert inbox.arrivals[0].source == source


class TestPingback:
    def test_pb_3_pb_6_success_is_a_string_with_the_status_page(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        answer = ask.post("/pingback", ping(), content_type="text/xml")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        ((text,), _) = xmlrpc.client.loads(answer.body)
        assert f"{ROOT}/status/token1" in text
        (arrival,) = inbox.arrivals
        assert (arrival.protocol, arrival.source, arrival.target) == ("pingback", SOURCE, ONE)

    @pytest.mark.parametrize(
        "content_type",
        ["text/xml", "application/xml", "text/html", "text/html; charset=iso-8859-1", ""],
    )
    def test_pb_7_media_types_that_senders_use(self, ask: Asker, content_type: str) -> None:
        body = b"\xef\xbb\xbf\n " + ping().replace(b"<string>", b"").replace(b"</string>", b"")
        answer = ask.post("/pingback", body, content_type=content_type)
        xmlrpc.client.loads(answer.body)

    @pytest.mark.parametrize(
        ("source", "target", "code"),
        [
            (SOURCE, "https://site.example/two.html", 33),
            (SOURCE, "https://other.example/", 33),
            (SOURCE, CLOSED, 33),
            (ONE, ONE, 0),
            ("reply", ONE, 0),
            (SOURCE, "one.html", 0),
        ],
    )
    def test_pb_4_pb_5_faults_come_from_what_is_known_here(
        self, ask: Asker, inbox: MemoryInbox, source: str, target: str, code: int
    ) -> None:
        answer = ask.post("/pingback", ping(source, target), content_type="text/xml")
        assert (answer.status, fault(answer)[0], inbox.arrivals) == (200, code, [])

    def test_pb_5_a_mention_that_is_shown_is_registered_and_looked_at_again(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        inbox.shown.add((SOURCE, "one"))
        assert fault(ask.post("/pingback", ping()))[0] == 48
        assert len(inbox.arrivals) == 1

    def test_pb_5_who_is_blocked_or_too_fast_is_denied(self, inbox: MemoryInbox) -> None:
        inbox.blocked.add(SOURCE)
        assert fault(Asker(inbox).post("/pingback", ping()))[0] == 49
        inbox.blocked.clear()
        slow = Asker(inbox, quota=Quota(client_a_minute=1, client_burst=1, clock=lambda: 0.0))
        xmlrpc.client.loads(slow.post("/pingback", ping()).body)
        assert fault(slow.post("/pingback", ping()))[0] == 49

    def test_pb_5_sec_2_nothing_of_the_source_shows_in_the_answer(self, ask: Asker) -> None:
        sources = (
            "http://127.0.0.1:22/",
            "http://10.0.0.1/",
            "http://b.example/",
            "http://x.invalid",
        )
        texts = {
            re.sub(r"token\d", "", ask.post("/pingback", ping(source)).text) for source in sources
        }
        assert len(texts) == 1

    def test_pb_8_there_is_no_multicall(self, ask: Asker, inbox: MemoryInbox) -> None:
        calls = [{"methodName": "pingback.ping", "params": [SOURCE, ONE]}] * 3
        body = xmlrpc.client.dumps((calls,), "system.multicall").encode()
        code, text = fault(ask.post("/pingback", body, content_type="text/xml"))
        assert (code, bool(text), inbox.arrivals) == (0, True, [])
        for method in ("system.listMethods", "demo.sayHello"):
            body = xmlrpc.client.dumps((), method).encode()
            assert fault(ask.post("/pingback", body))[0] == 0

    def test_sec_11_a_doctype_is_a_fault(self, ask: Asker, inbox: MemoryInbox) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>'
        assert fault(ask.post("/pingback", ping().replace(b"?>", b"?>" + bomb)))[0] == 0
        assert inbox.arrivals == []


class TestTrackBack:
    def test_tb_1_tb_2_tb_4_a_ping_is_kept_with_its_words(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        words = {"title": "Ä title", "excerpt": "Some text", "blog_name": "B's blog"}
        answer = ask.post("/trackback/one", {"url": SOURCE, **words, "unknown": "x"})
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert trackback_error(answer) == ("0", "")
        (arrival,) = inbox.arrivals
        assert (arrival.protocol, arrival.source, arrival.target, arrival.article) == (
            "trackback",
            SOURCE,
            ONE,
            "one",
        )
        assert arrival.claims == words

    def test_tb_3_the_charset_is_that_of_the_content_type(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        body = urlencode({"url": SOURCE, "title": "café"}, encoding="latin-1").encode()
        ask.post("/trackback/one", body, content_type=f"{FORM}; charset=iso-8859-1")
        assert inbox.arrivals[0].claims == {"title": "café"}

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/trackback/one", {}),
            ("/trackback/one", {"url": "reply"}),
            ("/trackback/one", {"url": ONE}),
            ("/trackback/closed", {"url": SOURCE}),
            ("/trackback/two", {"url": SOURCE}),
            ("/trackback/one/", {"url": SOURCE}),
            ("/trackback/../one", {"url": SOURCE}),
        ],
    )
    def test_tb_4_failure_is_200_with_error_1_and_a_message(
        self, ask: Asker, inbox: MemoryInbox, path: str, fields: dict[str, str]
    ) -> None:
        answer = ask.post(path, fields)
        assert (answer.status, inbox.arrivals) == (200, [])
        error, message = trackback_error(answer)
        assert (error, len(message) > 10) == ("1", True)

    def test_tb_5_a_ping_that_comes_twice_is_no_error(self, ask: Asker, inbox: MemoryInbox) -> None:
        inbox.shown.add((SOURCE, "one"))
        for _ in range(2):
            assert trackback_error(ask.post("/trackback/one", {"url": SOURCE}))[0] == "0"

    @pytest.mark.parametrize("query", ["", "?url=https://b.example/&title=x", "?__mode=rss"])
    def test_tb_9_get_shows_a_page_and_creates_nothing(
        self, ask: Asker, inbox: MemoryInbox, query: str
    ) -> None:
        answer = ask.get(f"/trackback/one{query}")
        assert (answer.status, inbox.arrivals) == (200, [])
        assert "One &amp; only" in answer.text
        assert ask.get("/trackback/two").status == 404

    def test_tb_10_a_ping_is_only_kept_for_verification_like_all_others(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        spam = "http://127.0.0.1:9/casino"
        assert trackback_error(ask.post("/trackback/one", {"url": spam}))[0] == "0"
        assert inbox.arrivals[0].source == spam

    def test_an_id_that_an_author_chose_may_hold_any_character(self, inbox: MemoryInbox) -> None:
        url = "https://site.example/x.html"
        name = "2026/my own, é"
        target = Target(id=name, url=url, title="", closed=False, addresses=frozenset({url}))
        targets = Targets("https://site.example", {name: target})
        asker = Asker(inbox, targets=lambda: targets)
        assert trackback_error(asker.post(f"/trackback/{name}", {"url": SOURCE}))[0] == "0"


class TestEveryProtocol:
    @PROTOCOLS
    def test_nothing_lost_a_full_inbox_is_503_and_says_when_to_come_back(
        self, ask: Asker, inbox: MemoryInbox, protocol: str
    ) -> None:
        inbox.failure = FULL
        answer = send(ask, protocol)
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        if protocol == "pingback":
            assert fault(answer)[0] == 0
        elif protocol == "trackback":
            assert trackback_error(answer)[0] == "1"

    @PROTOCOLS
    def test_an_error_of_ours_is_logged_and_tells_no_stranger_more(
        self,
        ask: Asker,
        inbox: MemoryInbox,
        protocol: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        inbox.failure = RuntimeError("password in here")
        answer = send(ask, protocol)
        assert (answer.status, "password" in answer.text) == (500, False)
        (record,) = caplog.records
        assert (record.levelno, record.exc_info is not None) == (logging.ERROR, True)

    @PROTOCOLS
    def test_a_flood_of_errors_is_logged_once(
        self,
        ask: Asker,
        inbox: MemoryInbox,
        protocol: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO)
        for failure in (FULL, OSError("gone"), OSError("gone"), FULL):
            inbox.failure = failure
            for _ in range(50):
                assert send(ask, protocol).status >= 500
        assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]

    @PROTOCOLS
    def test_blocked_sources_and_networks_are_told_so(
        self, ask: Asker, inbox: MemoryInbox, protocol: str
    ) -> None:
        for blocked in (SOURCE, client_key(b"secret")("192.0.2.7")):
            inbox.blocked = {blocked}
            answer = send(ask, protocol)
            expected = 403 if protocol == "webmention" else 200
            assert (answer.status, inbox.arrivals) == (expected, [])
            assert "takes nothing from there" in answer.text

    @PROTOCOLS
    def test_sec_15_a_network_that_sends_too_much_waits(
        self, inbox: MemoryInbox, protocol: str
    ) -> None:
        quota = Quota(client_a_minute=6, client_burst=2, host_an_hour=0, clock=lambda: 0.0)
        ask = Asker(inbox, quota=quota)
        for last in (1, 2):
            assert send(ask, protocol, client=("192.0.2.5", last)).status < 300
        answer = send(ask, protocol, client=("192.0.2.200", 3))
        assert answer.status == (200 if protocol == "pingback" else 429)
        assert answer.headers["retry-after"] == "10"
        assert "10 seconds" in answer.text
        assert len(inbox.arrivals) == 2
        assert send(ask, protocol, client=("192.0.3.5", 1)).status < 300

    @PROTOCOLS
    def test_sec_1_pages_of_one_host_wait_whoever_sends_them(
        self, inbox: MemoryInbox, protocol: str
    ) -> None:
        quota = Quota(client_a_minute=0, host_an_hour=60, host_burst=2, clock=lambda: 0.0)
        ask = Asker(inbox, quota=quota)
        for number in range(5):
            client = (f"192.0.{number}.1", 1)
            answer = send(ask, protocol, f"{SOURCE}/{number}", client=client)
        assert answer.headers["retry-after"] == "60"
        assert len(inbox.arrivals) == 2

    def test_sec_1_one_link_told_of_in_three_ways_counts_once(self, inbox: MemoryInbox) -> None:
        quota = Quota(client_a_minute=0, host_an_hour=60, host_burst=1, clock=lambda: 0.0)
        ask = Asker(inbox, quota=quota)
        for protocol in ("trackback", "pingback", "webmention", "webmention"):
            assert send(ask, protocol).status < 300
        assert len(inbox.arrivals) == 4
        assert send(ask, "webmention", f"{SOURCE}/2").status == 429

    def test_sec_1_another_spelling_of_a_host_is_the_same_host(self, inbox: MemoryInbox) -> None:
        quota = Quota(client_a_minute=0, host_an_hour=60, host_burst=1, clock=lambda: 0.0)
        ask = Asker(inbox, quota=quota)
        hosts = ("v.example", "V.EXAMPLE", "v.example.", "v.example:8080", "v.example:80")
        statuses = [
            ask.post("/webmention", {"source": f"http://{h}/?{h}", "target": ONE}).status
            for h in hosts
        ]
        assert statuses == [201, 429, 429, 429, 429]

    @PROTOCOLS
    def test_a_client_behind_a_unix_socket_is_taken_too(
        self, ask: Asker, inbox: MemoryInbox, protocol: str
    ) -> None:
        assert send(ask, protocol, client=None).status < 300
        assert len(inbox.arrivals) == 1

    @PROTOCOLS
    def test_a_client_that_hangs_up_is_answered_nothing(
        self, ask: Asker, inbox: MemoryInbox, protocol: str
    ) -> None:
        path = {"trackback": "/trackback/one"}.get(protocol, f"/{protocol}")
        assert ask.ask("POST", path, [b"source=", None]).status == 0
        assert inbox.arrivals == []
        assert f'protocol="{protocol}",outcome="disconnected"}} 1' in ask.get("/metrics").text


def test_what_is_seldom_said_is_said_again_after_a_while_and_not_remembered_for_ever() -> None:
    now = 100.0
    seldom = Seldom(60, clock=lambda: now)
    assert [seldom("a"), seldom("a"), seldom("b")] == [True, False, True]
    now = 159.0
    assert not seldom("a")
    now = 160.0
    assert [seldom("a"), seldom("a")] == [True, False]
    assert all(seldom(str(number)) for number in range(1000))
    assert len(seldom._said) <= 100


PATHS = pytest.mark.parametrize(
    ("path", "most"),
    [("/webmention", 16 << 10), ("/pingback", 16 << 10), ("/trackback/one", 32 << 10)],
)


class TestBounds:
    @PATHS
    def test_a_body_is_read_up_to_its_limit_and_not_a_byte_further(
        self, ask: Asker, path: str, most: int
    ) -> None:
        assert ask.post(path, b"x" * most).status in (200, 400)
        assert ask.post(path, b"x" * (most + 1)).status == 413

    @PATHS
    def test_an_announced_length_is_believed_before_reading(
        self, ask: Asker, path: str, most: int
    ) -> None:
        answer = ask.ask("POST", path, [], content_length=str(most + 1))
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert ask.ask("POST", path, [], content_length="9" * 5000).status == 413

    @PATHS
    def test_a_length_that_lies_or_is_missing_changes_nothing(
        self, ask: Asker, path: str, most: int
    ) -> None:
        pieces = [b"x" * 1024] * (most // 1024 + 1) + [b"never read"] * 9
        assert ask.ask("POST", path, pieces).status == 413
        assert ask.ask("POST", path, pieces, content_length="5").status == 413
        assert ask.ask("POST", path, pieces, content_length="-1").status == 413
        assert ask.ask("POST", path, pieces, content_length="²").status == 413

    @PATHS
    def test_sec_16_a_body_that_does_not_come_is_408(
        self, inbox: MemoryInbox, path: str, most: int
    ) -> None:
        ask = Asker(inbox, bounds=Bounds(seconds=0.02))
        answer = ask.ask("POST", path, [])
        assert (answer.status, answer.headers["connection"]) == (408, "close")

    @PATHS
    @pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "deflate, gzip", "x"])
    def test_sec_9_no_content_coding_is_undone(
        self, ask: Asker, path: str, most: int, coding: str
    ) -> None:
        assert ask.post(path, b"x", content_encoding=coding).status == 415

    @PATHS
    @pytest.mark.parametrize("media", ["multipart/form-data; boundary=x", "application/json"])
    def test_other_media_types_are_not_taken(
        self, ask: Asker, path: str, most: int, media: str
    ) -> None:
        assert ask.post(path, b"x", content_type=media).status == 415

    @PATHS
    def test_refusals_are_in_the_words_of_the_protocol(
        self, ask: Asker, path: str, most: int
    ) -> None:
        answer = ask.post(path, b"x" * (most + 1))
        assert f"longer than {most // 1024} KB" in answer.text
        if path == "/pingback":
            assert fault(answer)[0] == 0
        elif path != "/webmention":
            assert trackback_error(answer)[0] == "1"


class TestMethods:
    @pytest.mark.parametrize("path", ["/webmention", "/pingback", "/trackback/one"])
    def test_an_endpoint_says_which_methods_it_has(self, ask: Asker, path: str) -> None:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "X"):
            answer = ask.ask(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
        options = ask.ask("OPTIONS", path)
        assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")

    @pytest.mark.parametrize("path", ["/", "/status/x", "/mentions.jf2", "/healthz", "/metrics"])
    def test_what_only_tells_takes_no_post(self, ask: Asker, path: str) -> None:
        answer = ask.post(path, PAIR)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_what_is_sent_to_no_address_of_ours_finds_nothing(self, ask: Asker) -> None:
        for path in ("/nowhere", "/trackback", "/webmention/", "/webmention/x"):
            for method in ("POST", "GET", "PUT"):
                assert ask.ask(method, path, b"x=y", content_type=FORM).status == 404

    def test_head_is_get(self, ask: Asker) -> None:
        for path in ("/", "/webmention", "/pingback", "/trackback/one", "/mentions.jf2"):
            assert ask.ask("HEAD", path).headers == ask.get(path).headers


class TestPathPrefix:
    """A receiver below a path, with a proxy that passes the path on, or takes it away."""

    @pytest.mark.parametrize("prefix", ["", "/in"])
    @pytest.mark.parametrize("public_url", [ROOT, f"{ROOT}/"])
    def test_every_link_and_location_is_public(
        self, inbox: MemoryInbox, prefix: str, public_url: str
    ) -> None:
        ask = Asker(inbox, public_url=public_url)
        location = ask.post(f"{prefix}/webmention", PAIR).headers["location"]
        assert location == f"{ROOT}/status/token1"
        inbox.states["token1"] = "waiting"
        assert ask.get(f"{prefix}/status/token1").status == 200
        for path in ("/", "/webmention", "/pingback", "/trackback/one", "/status/token1"):
            text = ask.get(f"{prefix}{path}").text
            addresses = re.findall(r'(?:href|action)="(?!data:)([^"]*)"', text)
            assert addresses
            for address in addresses:
                assert address.startswith((ROOT, "https://site.example", "https://www.w3.org/"))
        assert f'action="{ROOT}/webmention"' in ask.get(f"{prefix}/").text

    def test_the_path_alone_is_the_first_page(self, ask: Asker) -> None:
        assert ask.get("/in").body == ask.get("/in/").body == ask.get("/").body
        assert ask.get("/inn").status == 404

    def test_a_receiver_at_the_root_has_no_prefix(self, inbox: MemoryInbox) -> None:
        ask = Asker(inbox, public_url="https://mentions.example")
        location = ask.post("/webmention", PAIR).headers["location"]
        assert location == "https://mentions.example/status/token1"


class TestStatus:
    def test_wr_16_a_status_page_says_one_word_and_is_not_kept(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        for state in ("checking", "waiting", "published", "unverified", "declined"):
            inbox.states["t"] = state  # type: ignore[assignment]
            page = ask.get("/status/t", accept=BROWSER)
            assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["x-robots-tag"] == "noindex"
            assert '<meta name="robots" content="noindex">' in page.text
            assert f"{state}</p>" in page.text
            assert SOURCE not in page.text
            answer = ask.get("/status/t", accept="application/json")
            assert answer.headers["content-type"] == "application/json"
            assert answer.text == f'{{"status": "{state}"}}'

    def test_what_a_status_page_says_is_true_before_and_after_the_build(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        inbox.states["t"] = "published"
        text = ask.get("/status/t", accept=BROWSER).text
        assert "It stands below the article, or will as soon as the site is built again." in text

    def test_wr_16_an_unknown_token_is_404(self, ask: Asker) -> None:
        for token in ("nope", "x" * 5000, "%00", "a/b", ".."):
            assert ask.get(f"/status/{token}").status == 404


class TestPeople:
    PAGES = ("/", "/webmention", "/pingback", "/trackback/one", "/nowhere")

    @pytest.mark.parametrize("path", PAGES)
    def test_a_page_is_whole_html_without_script_or_foreign_request(
        self, ask: Asker, path: str
    ) -> None:
        answer = ask.get(path, accept=BROWSER)
        parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
        page = parser.parse(answer.text)
        assert page.get("lang") == "en"
        assert page.findtext(".//title")
        assert len(page.findall(".//h1")) == 1
        assert page.findall(".//script") == []
        assert [link.get("href") for link in page.findall(".//link")] == ["data:,"]
        assert page.findall(".//img") == []

    @pytest.mark.parametrize("path", PAGES)
    def test_a_page_carries_a_strict_policy(self, ask: Asker, path: str) -> None:
        headers = ask.get(path, accept=BROWSER).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "form-action https://mentions.example;" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"

    def test_the_form_is_filled_in_from_its_address_and_escaped(self, ask: Asker) -> None:
        evil = '"><img src=x onerror=alert(1)>'
        query = urlencode({"source": evil, "target": ONE})
        page = html5lib.parse(ask.get(f"/webmention?{query}").text, namespaceHTMLElements=False)
        fields = {field.get("name"): field.get("value") for field in page.findall(".//input")}
        assert fields == {"source": evil, "target": ONE}
        assert page.findall(".//img") == []

    def test_a_program_is_told_in_plain_text_that_there_is_nothing(self, ask: Asker) -> None:
        answer = ask.get("/nowhere")
        assert (answer.status, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")

    def test_an_address_with_a_title_of_markup_shows_it_as_text(self, inbox: MemoryInbox) -> None:
        url = "https://site.example/x.html"
        title = "<script>alert(1)</script>"
        target = Target(id="x", url=url, title=title, closed=False, addresses=frozenset({url}))
        targets = Targets("https://site.example", {"x": target})
        asker = Asker(inbox, targets=lambda: targets)
        page = html5lib.parse(asker.get("/trackback/x").text, namespaceHTMLElements=False)
        assert page.findall(".//script") == []
        assert title in "".join(page.itertext())


class TestPrograms:
    def test_health_is_that_the_inbox_answers(self, ask: Asker, inbox: MemoryInbox) -> None:
        assert (ask.get("/healthz").status, ask.get("/healthz").body) == (200, b"ok\n")
        for failure in (FULL, OSError("gone")):
            inbox.failure = failure
            assert ask.get("/healthz").status == 503

    def test_metrics_count_messages_by_protocol_and_outcome(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        ask.post("/webmention", PAIR)
        ask.post("/webmention", PAIR)
        ask.post("/webmention", b"")
        ask.post("/pingback", ping(SOURCE, CLOSED))
        inbox.failure = FULL
        ask.post("/trackback/one", {"url": SOURCE})
        answer = ask.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.text.splitlines() == [
            "# TYPE pelican_smo_jobs gauge",
            'pelican_smo_jobs{state="queued"} 3',
            "# TYPE pelican_smo_mentions_published gauge",
            "pelican_smo_mentions_published 0",
            "# TYPE pelican_smo_requests_total counter",
            'pelican_smo_requests_total{protocol="pingback",outcome="closed target"} 1',
            'pelican_smo_requests_total{protocol="trackback",outcome="not now"} 1',
            'pelican_smo_requests_total{protocol="webmention",outcome="accepted"} 2',
            'pelican_smo_requests_total{protocol="webmention",outcome="malformed"} 1',
        ]

    def test_sec_23_an_avatar_is_a_picture_that_can_do_nothing(
        self, ask: Asker, inbox: MemoryInbox
    ) -> None:
        inbox.pictures = {"ab12.webp": (b"RIFF", "image/webp"), "x.html": (b"<p>", "text/html")}
        answer = ask.get("/avatars/ab12.webp")
        assert (answer.status, answer.body) == (200, b"RIFF")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert "immutable" in answer.headers["cache-control"]
        for name in ("x.html", "nope.png", "../x", "..", "a%2fb", "\0", "x" * 500):
            assert ask.get(f"/avatars/{name}").status == 404


HEADERS = st.dictionaries(
    st.sampled_from(
        ["content_type", "content_length", "content_encoding", "accept", "if_none_match"]
    ),
    st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=30),
        st.sampled_from(
            [FORM, "text/xml", "5", "*/*;q=x", "text/html;q=1e999,*", "identity", BROWSER, "*"]
        ),
    ),
)
DOCUMENTED = {200, 201, 204, 303, 304, 400, 403, 404, 405, 408, 413, 415, 429}


@settings(max_examples=400, deadline=None)
@given(
    method=st.sampled_from(["POST", "GET", "HEAD", "OPTIONS", "DELETE"]),
    path=st.one_of(
        st.sampled_from(
            [
                *("/webmention", "/pingback", "/trackback/one", "/trackback/", "/in/webmention"),
                *("/mentions.jf2?target=%FF", "/mentions.atom?target=http://[", "/status/%00"),
            ]
        ),
        st.text(max_size=20).map(lambda text: f"/{text}".replace("?", "")),
    ),
    body=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(["source", "target", "url", "title"]),
            st.one_of(st.text(max_size=20), st.sampled_from([SOURCE, ONE, CLOSED])),
        ).map(lambda fields: urlencode(fields).encode()),
        st.tuples(st.text(max_size=9), st.text(max_size=9)).map(
            lambda pair: xmlrpc.client.dumps(pair, "pingback.ping").encode("utf-8", "replace")
        ),
    ),
    headers=HEADERS,
)
def test_any_request_has_a_documented_answer(
    method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = Asker(MemoryInbox()).ask(method, path, body, **headers)
    assert answer.status in DOCUMENTED


def test_requests_at_once_do_not_mix(inbox: MemoryInbox) -> None:
    """One slow inbox answer does not hold up the next request, and each gets its own."""
    gates: dict[str, asyncio.Event] = {}

    class Slow(MemoryInbox):
        async def accept(self, arrival: Arrival) -> str:
            await gates[arrival.source].wait()
            return arrival.source.rpartition("/")[2]

    application = app(Slow(), lambda: TARGETS, public_url=ROOT, secret=b"")

    async def one(name: str) -> str:
        body = urlencode({"source": f"https://b.example/{name}", "target": ONE}).encode()
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def keep(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/webmention",
            "headers": [],
            "query_string": b"",
        }
        await application(scope, receive, keep)
        return str(dict(sent[0]["headers"])[b"location"].decode())

    async def both() -> list[str]:
        for name in ("a", "b"):
            gates[f"https://b.example/{name}"] = asyncio.Event()
        waiting = [asyncio.create_task(one(name)) for name in ("a", "b")]
        gates["https://b.example/b"].set()
        second = await waiting[1]
        assert not waiting[0].done()
        gates["https://b.example/a"].set()
        return [await waiting[0], second]

    assert asyncio.run(both()) == [f"{ROOT}/status/a", f"{ROOT}/status/b"]
