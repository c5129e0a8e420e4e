"""Messages of the three protocols, as strangers send them and as they read our answers."""

import re
import xmlrpc.client
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.errors import MessageError
from pelican_smo.linkbacks.messages import (
    Pingback,
    TrackBack,
    Webmention,
    charset,
    media_type,
    pingback,
    pingback_answer,
    pingback_fault,
    trackback,
    trackback_answer,
    webmention,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE, TARGET = "https://b.example/reply?a=1&b=é#x", "https://site.example/one.html#top"


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def call(source: str = SOURCE, target: str = TARGET, method: str = "pingback.ping") -> str:
    return xmlrpc.client.dumps((source, target), method)


class TestWebmention:
    def test_wr_1_source_and_target_are_taken_as_they_were_sent(self) -> None:
        found = webmention(form(source=SOURCE, target=TARGET))
        assert found == Webmention(source=SOURCE, target=TARGET)

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({}, "source is missing"),
            ({"source": SOURCE}, "target is missing"),
            ({"target": TARGET}, "source is missing"),
            ({"source": "", "target": TARGET}, "source is missing"),
            ({"source": " ", "target": TARGET}, "source is missing"),
            ({"source": "/reply", "target": TARGET}, "source must be an absolute http"),
            ({"source": "b.example/reply", "target": TARGET}, "source must be an absolute http"),
            ({"source": "ftp://b.example/", "target": TARGET}, "source must be an absolute http"),
            ({"source": "javascript:alert(1)", "target": TARGET}, "source must be an absolute"),
            ({"source": "mailto:a@b.example", "target": TARGET}, "source must be an absolute"),
            ({"source": "http://", "target": TARGET}, "source must be an absolute http"),
            ({"source": "http://[::1", "target": TARGET}, "source must be an absolute http"),
            ({"source": "http://a:b@b.example/", "target": TARGET}, "source must be an absolute"),
            ({"source": "http://b.example/a\nb", "target": TARGET}, "source must be an absolute"),
            ({"source": "http://b.example/a\0b", "target": TARGET}, "source must be an absolute"),
            ({"source": "http://b.example/a b", "target": TARGET}, "source must be an absolute"),
            ({"source": "http://b.example\\@c.example/", "target": TARGET}, "source must be an"),
            ({"source": "http://b.example:99999/", "target": TARGET}, "source must be an absolute"),
            ({"source": f"http://b.example/{'x' * 2048}", "target": TARGET}, "source must be an"),
            ({"source": SOURCE, "target": "one.html"}, "target must be an absolute http"),
        ],
    )
    def test_wr_1_a_missing_or_malformed_source_or_target_is_none(
        self, fields: dict[str, str], complaint: str
    ) -> None:
        with pytest.raises(MessageError, match=complaint):
            webmention(form(**fields))

    def test_wr_1_a_source_that_is_given_twice_is_not_guessed_at(self) -> None:
        body = form(source=SOURCE, target=TARGET) + b"&source=https%3A%2F%2Fc.example%2F"
        with pytest.raises(MessageError, match="more than once"):
            webmention(body)

    def test_wr_1_bytes_that_are_no_utf_8_are_no_source(self) -> None:
        with pytest.raises(MessageError, match="source is no UTF-8"):
            webmention(b"source=http://b.example/%E9&target=http://site.example/")

    def test_space_around_a_pasted_address_does_not_matter(self) -> None:
        found = webmention(form(source=f"\n {SOURCE} ", target=f"{TARGET}\r\n"))
        assert (found.source, found.target) == (SOURCE, TARGET)

    def test_vo_1_a_vouch_is_kept(self) -> None:
        vouch = "https://c.example/?" + urlencode({"q": "a&b=c#d"})
        assert webmention(form(source=SOURCE, target=TARGET, vouch=vouch)).vouch == vouch

    @pytest.mark.parametrize(
        "vouch",
        [
            "https://c.example/" + quote("é&=%?#/" * 400),
            "https://c.example/" + "x" * 9000,
            "%ff%fe",
            "javascript:alert(1)",
            "",
        ],
    )
    def test_vo_1_a_vouch_that_is_no_address_harms_nothing(self, vouch: str) -> None:
        found = webmention(form(source=SOURCE, target=TARGET, vouch=vouch))
        assert found == Webmention(source=SOURCE, target=TARGET)

    @pytest.mark.parametrize("field", ["code", "realm"])
    def test_pr_1_a_private_webmention_is_refused(self, field: str) -> None:
        with pytest.raises(MessageError, match="private"):
            webmention(form(source=SOURCE, target=TARGET, **{field: "x"}))

    def test_a_form_has_at_most_twenty_fields(self) -> None:
        eighteen = {f"f{number}": "x" for number in range(18)}
        assert webmention(form(source=SOURCE, target=TARGET, **eighteen)).source == SOURCE
        with pytest.raises(MessageError, match="at most 20 fields"):
            webmention(form(source=SOURCE, target=TARGET, more="x", **eighteen))

    def test_empty_fields_do_not_hide_what_follows(self) -> None:
        body = b"&" * 100 + form(source=SOURCE, target=TARGET)
        assert webmention(body).target == TARGET


class TestTrackBack:
    def test_tb_2_fields_are_read_and_others_passed_over(self) -> None:
        body = form(url=SOURCE, title="T", excerpt="E & é", blog_name="B", tb_url="x")
        found = trackback(body)
        assert found == TrackBack(url=SOURCE, title="T", excerpt="E & é", blog_name="B")
        assert found.claims == {"title": "T", "excerpt": "E & é", "blog_name": "B"}

    def test_tb_2_url_alone_is_enough_and_is_the_title(self) -> None:
        found = trackback(form(url=SOURCE))
        assert found.title == SOURCE
        assert found.claims == {}

    @pytest.mark.parametrize("url", ["", "reply", "ftp://b.example/"])
    def test_tb_2_url_is_required(self, url: str) -> None:
        with pytest.raises(MessageError, match="url"):
            trackback(form(url=url, title="T"))

    def test_tb_2_long_words_are_cropped(self) -> None:
        found = trackback(form(url=SOURCE, title="word " * 200, excerpt="word " * 2000))
        assert (len(found.title) <= 500, len(found.excerpt) <= 5000) == (True, True)
        assert (found.title[-5:], found.excerpt[-5:]) == ("word…", "word…")

    def test_what_no_page_can_carry_is_left_out(self) -> None:
        found = trackback(form(url=SOURCE, title="a\0b\x1b[1mc\x85", excerpt="line\nline"))
        assert (found.title, found.excerpt) == ("ab[1mc", "line\nline")

    @pytest.mark.parametrize(
        ("title", "content_type", "field", "expected"),
        [
            # Content-Type decides …
            (b"caf%E9", "application/x-www-form-urlencoded; charset=iso-8859-1", "", "café"),
            (b"%93x%94", "application/x-www-form-urlencoded; charset=ISO-8859-1", "", "“x”"),
            (b"%CF%F0%E8", 'x/y; charset="windows-1251"', "utf-8", "При"),
            (b"%82%A0", "x/y;charset=Shift_JIS", "", "あ"),
            (b"%C3%A9", "x/y; charset=UTF-8", "iso-8859-1", "é"),
            # … then the field that WordPress sends …
            (b"%CF%F0%E8", "application/x-www-form-urlencoded", "windows-1251", "При"),
            (b"%CF%F0%E8", "x/y; charset=bogus-99", "cp1251", "При"),
            # … then UTF-8, if it is that, then windows-1252.
            (b"%C3%A9", "application/x-www-form-urlencoded", "", "é"),
            (b"caf%E9", "application/x-www-form-urlencoded", "", "café"),
            (b"caf%E9+%80", "x/y; charset=utf-8", "", "café €"),
            (b"a%81", "", "", "a\ufffd"),
            # An unknown or illegal name counts as none, and so does no codec for text.
            (b"%C3%A9", "x/y; charset=bogus-99", "", "é"),
            (b"%C3%A9", "x/y; charset=../../etc/passwd", "", "é"),
            (b"%C3%A9", "x/y; charset=", "\0", "é"),
            (b"%C3%A9", "x/y; charset=zlib", "rot13", "é"),
            (b"%C3%A9", "x/y; charset=unicode_escape", "", "é"),
            (b"%C3%A9", "x/y; charset=us-ascii", "", "é"),
        ],
    )
    def test_tb_3_charset(self, title: bytes, content_type: str, field: str, expected: str) -> None:
        body = form(url=SOURCE, charset=field) + b"&title=" + title
        assert trackback(body, content_type).title == expected

    @pytest.mark.parametrize("name", ["utf-7", "UTF7", "unicode-1-1-utf-7", "u7"])
    def test_tb_3_utf_7_is_refused(self, name: str) -> None:
        with pytest.raises(MessageError, match="UTF-7"):
            trackback(form(url=SOURCE, title="+ADw-script+AD4-"), f"x/y; charset={name}")
        with pytest.raises(MessageError, match="UTF-7"):
            trackback(form(url=SOURCE, title="+ADw-script+AD4-", charset=name))

    def test_tb_4_success_is_error_0(self) -> None:
        answer = ET.fromstring(trackback_answer())
        assert (answer.tag, [(child.tag, child.text) for child in answer]) == (
            "response",
            [("error", "0")],
        )

    def test_tb_4_failure_is_error_1_with_a_message(self) -> None:
        answer = ET.fromstring(trackback_answer('no <such> "article" & \x00\x1b'))
        assert [(child.tag, child.text) for child in answer] == [
            ("error", "1"),
            ("message", 'no <such> "article" & '),
        ]


class TestPingback:
    def test_pb_3_a_call_is_read(self) -> None:
        assert pingback(call().encode()) == Pingback(source=SOURCE, target=TARGET)

    @pytest.mark.parametrize(
        "body",
        [
            # Values without a type are strings.
            (
                "<?xml version='1.0'?><methodCall><methodName>pingback.ping</methodName><params>"
                "<param><value>http://b.example/?a=1&amp;b=2</value></param>"
                "<param><value> http://site.example/ </value></param></params></methodCall>"
            ),
            # Byte order mark, white space before the prolog, comments, CDATA.
            (
                "\ufeff \r\n\t<?xml version='1.0' encoding='utf-8'?>\n<!-- x --><methodCall>\n"
                "<methodName> pingback.ping </methodName>\n<params>\n<param>\n<value>\n<string>"
                "<![CDATA[http://b.example/?a=1&b=2]]></string>\n</value>\n</param>\n<param><value>"
                "<string>http://site&#46;example/</string></value></param></params></methodCall>"
            ),
        ],
    )
    def test_pb_7_untidy_calls_are_read(self, body: str) -> None:
        expected = Pingback(source="http://b.example/?a=1&b=2", target="http://site.example/")
        assert pingback(body.encode()) == expected
        assert pingback(b"\n\n" + body.encode()) == expected

    @pytest.mark.parametrize(
        ("declared", "codec"),
        [
            ("iso-8859-1", "iso-8859-1"),
            ("windows-1252", "windows-1252"),
            ("Shift_JIS", "shift_jis"),
            ("utf-16", "utf-16"),
            ("bogus-99", "utf-8"),
            ("utf-8", "iso-8859-1"),  # a lie
        ],
    )
    def test_pb_7_the_encoding_is_that_of_the_prolog(self, declared: str, codec: str) -> None:
        path = "あ" if codec == "shift_jis" else "é"
        source = f"http://b.example/{path}"
        body = call(source).replace("?>", f' encoding="{declared}"?>').encode(codec)
        assert pingback(body).source == source

    @pytest.mark.parametrize(
        ("method", "arguments"),
        [
            ("system.multicall", ([{"methodName": "pingback.ping", "params": ["a", "b"]}],)),
            ("system.listMethods", ()),
            ("demo.sayHello", ()),
            ("pingback.extensions.getPingbacks", (TARGET,)),
            ("", (SOURCE, TARGET)),
        ],
    )
    def test_pb_8_there_is_no_other_method(self, method: str, arguments: tuple[object]) -> None:
        with pytest.raises(MessageError):
            pingback(xmlrpc.client.dumps(arguments, method or " ").encode())

    @pytest.mark.parametrize(
        "arguments",
        [(), (SOURCE,), (SOURCE, TARGET, "x"), (SOURCE, 1), ([SOURCE], TARGET), (SOURCE, "x")],
    )
    def test_pb_3_other_parameters_are_no_ping(self, arguments: tuple[object, ...]) -> None:
        with pytest.raises(MessageError):
            pingback(xmlrpc.client.dumps(arguments, "pingback.ping").encode())

    @pytest.mark.parametrize(
        "doctype",
        [
            "<!DOCTYPE methodCall>",
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/evil.dtd">',
            '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;]>',
        ],
    )
    def test_sec_11_a_doctype_is_refused_before_anything_is_made_of_it(self, doctype: str) -> None:
        body = call("http://b.example/").replace("?>", f"?>{doctype}")
        with pytest.raises(MessageError, match="doctype"):
            pingback(body.encode())

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"source=a&target=b",
            b"<methodCall>",
            b"<html></html>",
            b"<a>" * 5000,
            call().encode() + b"<x/>",
            call().encode("utf-16-le"),
            call().replace("pingback.ping", "&x;").encode(),
        ],
    )
    def test_other_bodies_are_refused_with_a_sentence(self, body: bytes) -> None:
        with pytest.raises(MessageError, match="pingback"):
            pingback(body)

    def test_pb_3_success_is_a_string(self) -> None:
        text = "Thank you. <https://x.example/?a&b>"
        assert xmlrpc.client.loads(pingback_answer(text)) == ((text,), None)

    @pytest.mark.parametrize("code", [0, 16, 17, 32, 33, 48, 49, 50])
    def test_pb_4_errors_are_faults_with_a_code(self, code: int) -> None:
        with pytest.raises(xmlrpc.client.Fault) as caught:
            xmlrpc.client.loads(pingback_fault(code, "no <\x00"))
        assert (caught.value.faultCode, caught.value.faultString) == (code, "no <")


def test_a_content_type_is_split_into_type_and_charset() -> None:
    assert media_type(' Text/XML ; charset="UTF-8"') == "text/xml"
    assert charset('Text/XML; x=y; Charset = "UTF-8"') == "UTF-8"
    assert (media_type(""), charset("text/plain"), charset("xcharset=a")) == ("", "", "")


PIECES = st.sampled_from(
    [
        *(b"source", b"target", b"url", b"title", b"charset", b"vouch", b"=", b"&", b"+", b"%"),
        *(b"%00", b"%E9", b"%C3%A9", b"http://b.example/", b"utf-16", b"utf-7", b"\xff", b"idna"),
    ]
)
XML_PIECES = st.sampled_from(
    [
        *(b"<methodCall>", b"</methodCall>", b"<methodName>pingback.ping</methodName>"),
        *(b"<params>", b"</params>", b"<param>", b"</param>", b"<value>", b"</value>"),
        *(b"<string>", b"</string>", b"<int>", b"http://b.example/", b"&#0;", b"&lt;", b"]]>"),
        *(b"<?xml version='1.0' encoding='", b"utf-16", b"utf-7", b"ucs-4", b"'?>", b"<!DOCTYPE x"),
        *(b"[<!ENTITY a 'b'>]>", b"&a;", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b" "),
    ]
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.lists(PIECES, max_size=30).map(b"".join),
    st.lists(XML_PIECES, max_size=30).map(b"".join),
)


@settings(max_examples=500, deadline=None)
@given(BODIES, st.text(max_size=40))
def test_any_body_is_a_message_or_a_message_error(body: bytes, content_type: str) -> None:
    readers: list[Callable[[bytes], Webmention | Pingback | TrackBack]] = [
        webmention,
        pingback,
        lambda form: trackback(form, content_type),
    ]
    for read in readers:
        with suppress(MessageError):
            found = read(body)
            source = found.url if isinstance(found, TrackBack) else found.source
            assert re.match("https?://", source, re.IGNORECASE)


@given(st.text(max_size=60))
def test_any_text_comes_back_from_an_answer(text: str) -> None:
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", text)
    expected = kept.replace("\r\n", "\n").replace("\r", "\n")
    ((found,), _) = xmlrpc.client.loads(pingback_answer(text))
    assert found == expected
