"""The first look at a source: does it link to us, and what does its head say."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkbacks.test_markup import within_a_second
from pelican_smo.errors import MessageError
from pelican_smo.linkbacks.source import Survey, decode, mentions_target, resolved, survey

SOURCE = "https://other.example/notes/1"
TARGET = "https://site.example/one.html"


def links(page: str, *wanted: str, base: str = SOURCE) -> bool:
    return survey(page, base, wanted or (TARGET,)).links


class TestLinks:
    @pytest.mark.parametrize(
        "element",
        [
            '<a href="{}">x</a>',
            '<link rel="related" href="{}">',
            '<map><area href="{}"></map>',
            '<img src="{}">',
            '<video src="{}"></video>',
            '<audio src="{}"></audio>',
            '<video><source src="{}"></video>',
            '<blockquote cite="{}">x</blockquote>',
            '<q cite="{}">x</q>',
            '<ins cite="{}">x</ins>',
            '<del cite="{}">x</del>',
            '<object data="{}"></object>',
            "<A REL=nofollow HREF='{}'>x</A>",
            "<noscript><a href={}>x</a></noscript>",
            '<a href="\n {}\t">x</a>',
        ],
    )
    def test_WR_7_html_links_by_these_attributes(self, element: str) -> None:
        assert links(f"<p>{element.format(TARGET)}")

    @pytest.mark.parametrize(
        "page",
        [
            f"<p>{TARGET}",
            f"<!-- <a href='{TARGET}'>x</a> -->",
            f"&lt;a href='{TARGET}'>x&lt;/a>",
            f"<script>'<a href=\"{TARGET}\">'</script>",
            f"<style><a href='{TARGET}'></style>",
            f"<textarea><a href='{TARGET}'></textarea>",
            f"<template><p><a href='{TARGET}'>x</a></p></template>",
            f"<a data-href='{TARGET}'>x</a>",
            f"<a title='{TARGET}'>x</a>",
            f"<iframe src='{TARGET}'></iframe>",
            f"<script src='{TARGET}'></script>",
            f"<form action='{TARGET}'></form>",
            f"<a href='https://href.li/?{TARGET}'>x</a>",
            f"<a href='{TARGET}",
        ],
    )
    def test_WR_7_what_only_looks_like_a_link_is_none(self, page: str) -> None:
        assert not links(page)

    def test_a_link_after_a_template_counts(self) -> None:
        assert links(f"<template><b></template></template><a href='{TARGET}'>")

    @pytest.mark.parametrize(
        "address",
        [
            "HTTPS://Site.Example/one.html",
            "https://site.example:443/one.html",
            "https://site.example/%6fne.html",
            "//site.example/one.html",
            "//site.example/two/../one.html",
            "https://site.example/one.htm&#108;",
        ],
    )
    def test_WR_8_addresses_are_compared_in_normal_form(self, address: str) -> None:
        assert links(f"<a href='{address}'>")

    @pytest.mark.parametrize(
        "address",
        [
            "http://site.example/one.html",
            "https://site.example/one.html/",
            "https://site.example/one.html?x",
            "https://site.example/One.html",
            "https://www.site.example/one.html",
            "https://site.example.evil.example/one.html",
            "https://site.example/one.htmlx",
            "https://user@site.example/one.html",
        ],
    )
    def test_WR_8_another_address_is_no_link(self, address: str) -> None:
        assert not links(f"<a href='{address}'>")

    def test_WR_8_variants_count_when_they_are_wanted(self) -> None:
        wanted = "http://site.example/one.html", "https://site.example/one.html"
        assert links("<a href='http://site.example/one.html'>", *wanted)
        assert not links("<a href='http://site.example/one.html'>", wanted[1])

    @pytest.mark.parametrize("part", ["#part", "#", "#a?b=/c", "#!é"])
    def test_WR_8_a_link_to_a_part_of_the_article_is_one_to_the_article(self, part: str) -> None:
        assert links(f"<a href='{TARGET}{part}'>")
        assert not links(f"<a href='https://site.example/two.html{part}'>")

    def test_WR_8_relative_links_are_resolved_against_the_base_element_then_the_page(self) -> None:
        assert links("<a href='../one.html'>", base="https://site.example/two/")
        assert links("<a href='one.html'><base href='//site.example/x'><base href='/z/'>")
        assert links("<base href='/'><a href='one.html'>", base="https://site.example/a/b/c")
        assert not links("<base href='/z/'><a href='one.html'>", base="https://site.example/")
        assert links("<base href='https://[x'><a href='one.html'>", base="https://site.example/")

    @pytest.mark.parametrize("spelling", ["é e.html", "%C3%A9%20e.html", "%c3%a9 e.html"])
    def test_WR_8_other_scripts_and_spaces_are_the_same_escaped_or_not(self, spelling: str) -> None:
        assert links(
            f"<a href='https://site.example/{spelling}'>",
            resolved(SOURCE, TARGET[:21] + "é e.html"),
        )

    @pytest.mark.parametrize(
        "address",
        [
            "https://BÜCHER.example/",
            "//bücher.example",
            "//xn--bcher-KVA.example",
            "//ｂücher.example/",
        ],
    )
    def test_a_link_to_an_international_name_counts(self, address: str) -> None:
        assert links(f"<a href='{address}'>", "https://xn--bcher-kva.example/")

    def test_nothing_wanted_is_nothing_linked(self) -> None:
        assert not survey(f"<a href='{TARGET}'>", SOURCE, ()).links


class TestOtherTypes:
    def test_WR_7_json_links_where_a_text_is_the_address(self) -> None:
        data = {"a": [1, None, {"b": "HTTPS://site.example/one.html#part"}]}
        assert self.links(json.dumps(data), "application/json")
        assert self.links(json.dumps(data), "application/mf2+json")
        assert not self.links(json.dumps({TARGET: f"see {TARGET}"}), "application/json")

    @pytest.mark.parametrize("text", ["{", "[" * 100_000, "", "1" * 5_000, '"\\ud800"'])
    def test_WR_7_what_is_no_json_has_no_links(self, text: str) -> None:
        assert not self.links(text, "application/json")

    @pytest.mark.parametrize(
        ("text", "linked"),
        [
            (f"see {TARGET}", True),
            (f"({TARGET}). Good", True),
            (f"[one]({TARGET})", True),
            (f"見{TARGET}を", True),
            (f"{TARGET}#part", True),
            (f"{TARGET}x", False),
            (f"{TARGET}?x", False),
            (f"{TARGET}.bak", False),
            ("site.example/one.html", False),
        ],
    )
    def test_WR_7_plain_text_links_where_the_address_stands_in_it(
        self, text: str, linked: bool
    ) -> None:
        assert self.links(text, "text/plain") is linked

    def test_WR_7_another_type_is_refused(self) -> None:
        with pytest.raises(MessageError, match="a source of the type image/png cannot be read"):
            mentions_target(TARGET, "image/png", SOURCE, (TARGET,))

    @pytest.mark.parametrize("media_type", ["text/html", "application/xhtml+xml", ""])
    def test_WR_7_html_is_surveyed_by_any_of_its_names(self, media_type: str) -> None:
        page = f"<title>One</title><a href='{TARGET}'>"
        found = mentions_target(page, media_type, SOURCE, (TARGET,))
        assert (found.links, found.title) == (True, "One")

    def links(self, text: str, media_type: str) -> bool:
        return mentions_target(text, media_type, SOURCE, (TARGET,)).links


class TestHead:
    def test_WR_11_a_tombstone_says_that_it_is_gone(self) -> None:
        assert survey('<meta http-equiv="Status" content="410 Gone">', SOURCE, ()).gone
        assert survey("<META HTTP-EQUIV=status CONTENT=410>", SOURCE, ()).gone
        assert not survey('<meta http-equiv="Status" content="200 OK">', SOURCE, ()).gone
        assert not survey('<!-- <meta http-equiv="Status" content="410 Gone"> -->', SOURCE, ()).gone

    def test_it_holds_what_the_head_says_the_first_of_each(self) -> None:
        found = survey(
            "<html lang=' en-GB '><title>\n One &amp; <b>two </title>"
            "<meta property=og:title content='O &amp; G'><meta property=og:title content=two>"
            "<meta name=description content=' '><meta name=Description content=said>"
            "<meta name=author content=Ada><meta name=viewport content=wide>"
            "<meta property=article:published_time content=2026-01-01>"
            "<svg><title>icon</title></svg><title>late</title>",
            SOURCE,
            (),
        )
        assert found.title == "One & <b>two"
        assert found.language == "en-GB"
        assert found.properties == {
            "og:title": "O & G",
            "description": "said",
            "author": "Ada",
            "article:published_time": "2026-01-01",
        }

    def test_the_title_of_a_drawing_is_not_the_pages(self) -> None:
        assert survey("<svg><title>icon</title></svg><title>One</title>", SOURCE, ()).title == "One"

    def test_MF_3_rel_author_is_an_address_of_the_web(self) -> None:
        found = survey(
            "<base href=/me/><a rel='nofollow AUTHOR' href=about>A</a><link rel=author href=about>"
            "<a rel=author href=mailto:a@b>m</a><a rel=author href='//x.example'>x</a>"
            "<a rel=coauthor href=/c>c</a>",
            SOURCE,
            (),
        )
        assert found.authors == ("https://other.example/me/about", "https://x.example/")


class TestSize:
    def test_SEC_13_anchors_are_the_links_that_a_reader_could_follow(self) -> None:
        page = (
            "<a href=/1>x</a><a href=/1>x</a><a name=x>x</a><a href>x</a><link href=/2><img src=/3>"
        )
        assert survey(page, SOURCE, ()).anchors == 2
        assert survey(f"<template>{page}</template><!--{page}-->", SOURCE, ()).anchors == 0

    @pytest.mark.parametrize(
        ("page", "depth"),
        [
            ("<div><p><b>x</b></p></div>", 3),
            ("<p>one<p>two<p>three", 1),
            ("<ul><li>one<li>two<ul><li>three</ul></ul>", 4),
            ("<br><img><br><input><hr>", 0),
            ("<svg><path/><path/><path/></svg>", 2 - 1),
            ("</b></b><div></i></div><div>", 1),
            ("<b><i></b><u>", 2),
        ],
    )
    def test_depth_is_that_of_elements_inside_each_other(self, page: str, depth: int) -> None:
        assert survey(page, SOURCE, ()).depth == depth

    def test_nodes_are_elements_and_width_is_attributes(self) -> None:
        found = survey("<p a b c><x a=1 b=2 c=3 d=4><br></x>", SOURCE, ())
        assert (found.nodes, found.widest) == (3, 4)

    @pytest.mark.parametrize(
        ("page", "simple"),
        [
            ("<div>" * 256, True),
            ("<div>" * 257, False),
            ("<br>" * 20_000, True),
            ("<br>" * 20_001, False),
            (f"<p {' '.join(f'a{n}' for n in range(128))}>", True),
            (f"<p {' '.join(f'a{n}' for n in range(129))}>", False),
            ("", True),
        ],
    )
    def test_SEC_10_a_page_is_simple_within_these_bounds(self, page: str, simple: bool) -> None:
        assert survey(page, SOURCE, ()).simple is simple


PARAGRAPH = f'<p class="x">{"Lorem " * 10}<a href="https://x.example/?a=1&amp;b=2">x</a></p>\n'
BOMBS = {
    "20,000 nested entries": ('<div class="h-entry">' * 20_000, False),
    "3,000 nested b": ("<b>text" * 3_000, False),
    "60,000 attributes": (f"<p {' '.join(f'attr{n}' for n in range(60_000))}>", False),
    "a megabyte of prose": (f'<article class="h-entry">{PARAGRAPH * 9_900}</article>', True),
    "ends without a start": ("<div>" * 20_000 + "</b>" * 100_000, False),
    "starts without an end": ("<a " * 350_000 + ">", True),
    "100,000 links in other scripts": (
        "".join(f"<a href=//é{n:x}.ü>" for n in range(100_000)),
        False,
    ),
    "60,000 links to the host": (
        "".join(f"<a href=//site.example/%7e{n}>" for n in range(60_000)),
        False,
    ),
    "20,000 links to one host": (
        "".join(f"<a href=//site.example/{n}></a>" for n in range(19_999)),
        True,
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_SEC_10_the_bombs_are_surveyed_in_less_than_a_second(bomb: str) -> None:
    page, simple = BOMBS[bomb]
    page = f"<a href='{TARGET}'></a>{page}"
    found = []
    assert within_a_second(lambda: found.append(survey(page, SOURCE, (TARGET,))))
    assert (found[-1].links, found[-1].simple) == (True, simple)


@pytest.mark.parametrize("start", ["//é{:x}.ü/", "https://site.example/%7E{:x}"])
def test_SEC_10_json_of_links_is_looked_through_in_less_than_a_second(start: str) -> None:
    text = json.dumps([start.format(n) for n in range(90_000)], ensure_ascii=False)
    found: list[Survey] = []
    assert within_a_second(
        lambda: found.append(mentions_target(text, "application/json", SOURCE, (TARGET,)))
    )
    assert not found[-1].links


def test_SEC_10_behind_more_links_to_our_host_than_any_page_has_no_more_are_resolved() -> None:
    few = "".join(f"<a href=//site.example/{n}>" for n in range(19_999))
    assert links(f"{few}<a href='{TARGET}'>")
    assert not links(f"{few}<a href=//site.example/x><a href='{TARGET}'>")
    assert links(few.replace("site.example", "x.example") * 2 + f"<a href='{TARGET}'>")


class TestDecode:
    @pytest.mark.parametrize(
        ("body", "charset", "text"),
        [
            ("é".encode(), "", "é"),
            ("é".encode("latin-1"), "", "é"),
            (b"\x93x\x94", "iso-8859-1", "“x”"),
            ("é".encode(), "utf8", "é"),
            ("é".encode(), '"UTF-8"', "é"),
            (b"\xef\xbb\xbf" + "é".encode(), "iso-8859-1", "é"),
            ("é".encode("utf-16"), "", "é"),
            ("я".encode("koi8-r"), "KOI8-R", "я"),
            ("日本".encode("cp932"), "Shift_JIS", "日本"),
            ("日本".encode("cp932"), "windows-31j", "日本"),
            (b"<meta charset=windows-1251>\xff", "", "<meta charset=windows-1251>я"),
            (b"<meta charset=windows-1251>\xc3\xa9", "utf-8", "<meta charset=windows-1251>é"),
            (
                b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>\xd1",
                "",
                "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>я",
            ),
            (
                b'<?xml version="1.0" encoding="cp1251"?>\xff',
                "",
                '<?xml version="1.0" encoding="cp1251"?>я',
            ),
            (b"<meta charset=utf-16>\xc3\xa9", "", "<meta charset=utf-16>é"),
            (b"a\xffb", "utf-8", "a\ufffdb"),
            (b"\x81", "", "\ufffd"),
            (b"x", "bogus-99", "x"),
        ],
    )
    def test_the_encoding_is_the_marks_then_the_headers_then_the_pages(
        self, body: bytes, charset: str, text: str
    ) -> None:
        assert decode(body, charset) == text

    @pytest.mark.parametrize(
        "charset", ["utf-7", "punycode", "idna", "unicode_escape", "hex", "zlib", "rot13", "a\0b"]
    )
    def test_what_is_no_encoding_of_the_web_counts_as_absent(self, charset: str) -> None:
        assert decode(b"+ADw-script+AD4- \\u0041", charset) == "+ADw-script+AD4- \\u0041"

    @given(
        st.binary(max_size=200), st.text(max_size=20) | st.sampled_from(["utf-16", "gbk", "big5"])
    )
    def test_any_bytes_are_text(self, body: bytes, charset: str) -> None:
        decode(body, charset).encode()


HTML = st.lists(
    st.sampled_from(
        (
            *(
                "<a href='",
                TARGET,
                "'>",
                "<base href=",
                "<meta ",
                "property=og:title ",
                "content=x",
            ),
            *("<template>", "</template>", "<svg>", "<title>", "</title>", "<html lang=", "<!--"),
            *("-->", ">", "rel=author ", "https://[", "//", "\0", "\ud800", "&#xd800;", "</div>"),
            *("<div>", "<p/>"),
        )
    )
    | st.text(max_size=5),
    max_size=20,
).map("".join)


@settings(max_examples=300)
@given(HTML)
def test_any_page_is_surveyed(page: str) -> None:
    found = survey(page, SOURCE, (TARGET,))
    assert isinstance(found, Survey)
    assert all(author.startswith("http") for author in found.authors)


@given(st.binary(max_size=300), st.text(max_size=10), st.text(max_size=30))
def test_any_bytes_at_any_address_are_surveyed(body: bytes, charset: str, base: str) -> None:
    assert isinstance(mentions_target(decode(body, charset), "text/html", base, (TARGET,)), Survey)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(TARGET),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
)


def has_target(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_target, value.values()))
    return any(map(has_target, value)) if isinstance(value, list) else value == TARGET


@given(JSON)
def test_WR_7_json_links_exactly_where_the_address_is_a_text(value: Any) -> None:
    found = mentions_target(json.dumps(value), "application/json", SOURCE, (TARGET,))
    assert found.links is has_target(value)
