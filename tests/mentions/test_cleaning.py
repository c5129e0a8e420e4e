"""The second gate: text is made printable, and of HTML only what is harmless stays."""

import json
import subprocess
import sys
from html import escape

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.attacks import HTML
from pelican_smo.mentions.cleaning import (
    REL,
    TAGS,
    harmless,
    host_of,
    lines,
    page_key,
    text_of,
    web,
)
from pelican_smo.urls import host


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements that a browser makes of the fragment ``html``, with attributes."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [
        (str(one.tag), dict(one.attrib)) for one in tree.iter() if one.tag != "DOCUMENT_FRAGMENT"
    ]


def check(html: str) -> None:
    for tag, attributes in elements(harmless(html)):
        assert tag in TAGS
        assert set(attributes) <= ({"href", "rel", "referrerpolicy"} if tag == "a" else set())
        if "href" in attributes:
            assert attributes["href"].startswith(("http://", "https://"))
            assert attributes["rel"] == REL


@pytest.mark.parametrize("html", HTML)
def test_sec_12_of_an_attack_only_harmless_markup_stays(html: str) -> None:
    check(html)


PIECES = (
    *("<a href='", "<b>", "</b>", "<p>", "<svg>", "<math>", "<style>", "<script>", "<img src=x "),
    *("onerror=x>", "</style>", "javascript:", "https://b.example/'>", "<!--", "-->", "]]>"),
    *("<![CDATA[", "<template>", "&lt;", "&#x6a;", "\0", "\ud800", "'", '"', ">", "text", "="),
)
FRAGMENTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


@given(html=FRAGMENTS)
def test_sec_12_of_any_markup_only_harmless_markup_stays(html: str) -> None:
    check(html)


@given(html=FRAGMENTS)
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    once = harmless(html)
    assert elements(harmless(once)) == elements(once)


def test_of_a_link_to_nowhere_its_words_stay_for_they_would_look_like_one() -> None:
    html = "<p>See <a href='javascript:x'>this <em>one</em></a>, <a name=that>that</a>.</p>"
    assert harmless(html) == "<p>See this <em>one</em>, that.</p>"


def test_what_ends_more_than_was_begun_leaves_no_empty_lines() -> None:
    assert harmless("<br><p>Bye.</p></div></section></article>\n") == "<p>Bye.</p>"


def test_what_is_harmless_stays_as_it_is_and_links_are_marked() -> None:
    html = '<p>One <em>two</em> <a href="https://b.example/ü">three</a></p>'
    assert harmless(html) == (
        '<p>One <em>two</em> <a href="https://b.example/%C3%BC" referrerpolicy="no-referrer" '
        'rel="nofollow ugc noopener external">three</a></p>'
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<h2>one</h2>two", "one\ntwo"),
        ("<p>a</p><p>b<br>c</p>", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
        ("<p>x &lt; y &amp;amp; z</p>", "x < y &amp; z"),
        ("<img src=x>", ""),
    ],
)
def test_text_of_markup_keeps_its_lines(html: str, text: str) -> None:
    assert text_of(harmless(html)) == text


def test_three_thousand_elements_in_one_another_are_no_trouble() -> None:
    check("<b>" * 3000 + "x")
    check("<a href=https://b.example/>" * 300)


# As many elements as ten thousand characters, the most that are read, may be made to be.
TANGLES = (
    "".join(f"<b a={number}>" for number in range(400)) + "<p>x" * 1_450,
    "".join(f"<li><font c={number}>" for number in range(620)),
    "".join(f"<b a={number}></em><li>" for number in range(560)),
    "<b><i><em><code><font><u><s><big><tt><small><strike><strong>" * 3 + "<p>" * 3_200,
    "<b><a><nobr><object><table>" * 370,
)


def test_sec_10_of_what_a_parser_would_open_again_and_again_the_text_stays() -> None:
    assert harmless(f"{TANGLES[0]} &lt;i>\u202e") == escape("x\n\n" * 1_449 + "x <i>")
    assert "<" not in harmless(TANGLES[2])


@pytest.mark.skipif(sys.platform != "linux", reason="the system counts memory in its own way")
def test_sec_10_no_ten_thousand_characters_cost_much_memory_or_time() -> None:
    code = (
        "import json, resource, sys, time\n"
        "from pelican_smo.mentions.cleaning import harmless\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "harmless('<b>x')\n"
        "before, begun = peak(), time.process_time()\n"
        "for html in json.load(sys.stdin): harmless(html)\n"
        "print(peak() - before, time.process_time() - begun)"
    )
    assert all(9_000 < len(html) <= 10_050 for html in TANGLES)
    given = json.dumps([*TANGLES, "<s>" * 1_000 + "<ul>" * 1_700, "<ul>" * 2_500, "<p>" * 3_300])
    done = subprocess.run(
        [sys.executable, "-c", code], input=given, capture_output=True, text=True, check=True
    )
    kilobytes, seconds = map(float, done.stdout.split())
    assert kilobytes < 10 << 10
    assert seconds < 1


@given(url=st.text(max_size=30) | st.from_regex(r"https?://[a-z.-]{1,9}[/?#:@%a-z.]{0,9}"))
def test_an_address_is_one_of_the_web_or_nothing_and_its_host_is_told(url: str) -> None:
    if shown := web(url):
        assert shown.lower().startswith(("http://", "https://"))
        assert host_of(shown) == host(shown) != ""
        assert page_key(shown) == page_key(url) != ""


@given(text=st.text())
def test_lines_are_printable_and_settled(text: str) -> None:
    settled = lines(text)
    assert lines(settled) == settled
    assert "\n\n\n" not in settled
    settled.encode()
