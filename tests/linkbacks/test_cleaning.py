"""Strangers' words: printable, cut, and without anything that could act."""

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.linkbacks.cleaning import TAGS, harmless, is_tangled, line, lines, text_of

HTML_LIMIT = 10_000


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("  one\n two\t\0three ", 80, "one two three"),
        ("a\ud800b\ufffec\x1b[31m", 80, "abc[31m"),
        ("one two three", 9, "one two…"),
        ("evil \u202egnp.exe\u202c", 80, "evil gnp.exe"),
        ("\u2067a\u2069 \u200fb", 80, "a \u200fb"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 12, "👩‍👩‍👧‍👦…"),
        ("<b>", 80, "<b>"),
    ],
)
def test_MF_6_a_line_is_printable_and_cut(text: str, limit: int, kept: str) -> None:
    assert line(text, limit) == kept


def test_MF_6_lines_keep_their_breaks_one_of_several_blank_ones_and_single_spaces() -> None:
    assert lines(" one  two \r\n\r\n\n\n three\u2028four\0\x85 five \n", 80) == (
        "one two\n\nthree\nfour\nfive"
    )
    assert lines("one two\nthree four", 12) == "one two…"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\n\ntwo\nthree"),
        ("<div>One</div>\n<div>two</div>three", "One\n\ntwo\nthree"),
        ("<ul><li>One<li>two</ul>three", "One\ntwo\n\nthree"),
        ("One <b>two</b>,\n three", "One two, three"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<img src=x alt='a cat'>on a <img alt=''>mat", "a cat on a mat"),
        ("a<script>b</script><style>c</style><template><p>d</template><!-- e -->f", "af"),
        ("Cats &amp;amp; &lt;b> &#x1F408;", "Cats &amp; <b> 🐈"),
        ("<td>a</td><td>b</td>", "a b"),
        ("1 < 2", "1 < 2"),
        ("one<p", "one"),
        ("", ""),
    ],
)
def test_the_text_of_markup_is_what_a_browser_shows(markup: str, text: str) -> None:
    assert lines(text_of(markup), 100) == text


def test_what_a_comment_is_made_of_stays() -> None:
    markup = (
        '<p>One <em>two</em> <a href="https://x.example/a?b=1&amp;c=2" '
        'rel="nofollow ugc noopener">three</a><br><code>4</code></p>'
        "<blockquote><ul><li>5</li></ul></blockquote><pre>6</pre>"
    )
    assert harmless(markup, HTML_LIMIT) == markup


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        ('<a href="/x">y</a>', '<a rel="nofollow ugc noopener">y</a>'),
        ('<a href="//x.example/">y</a>', '<a rel="nofollow ugc noopener">y</a>'),
        ('<a href="mailto:a@b.example">y</a>', '<a rel="nofollow ugc noopener">y</a>'),
        ('<a href="https://u:p@x.example/">y</a>', '<a rel="nofollow ugc noopener">y</a>'),
        (
            '<a href="HTTPS://X.example/é" rel="follow" target=_top class=x style=a>y</a>',
            '<a href="https://x.example/%C3%A9" rel="nofollow ugc noopener">y</a>',
        ),
        ("<img src=https://x.example/p.gif>", ""),
        ("<h1>y</h1>", "y"),
        ("<p>open", "<p>open</p>"),
        ("\0\ud800y", "y"),
    ],
)
def test_SEC_12_links_lead_to_the_web_and_say_that_they_are_readers(
    markup: str, clean: str
) -> None:
    assert harmless(markup, HTML_LIMIT) == clean


def test_lines_are_cut_to_the_very_limit() -> None:
    assert lines("a\n" * 9, 10) == "a\na\na\na\na…"
    assert lines("a" * 20, 10) == "aaaaaaaaa…"
    assert lines("a" * 10, 10) == "aaaaaaaaaa"


def test_markup_that_is_too_long_is_left_to_its_text() -> None:
    assert harmless(f"<p>{'a' * 9_993}</p>", HTML_LIMIT)
    assert harmless(f"<p>{'a' * 9_994}</p>", HTML_LIMIT) == ""
    assert harmless("<b>" * 100_000, HTML_LIMIT) == ""


def opened(tag: str, times: int = 200) -> str:
    return "".join(tag.replace("%", str(number)) for number in range(times))


# Of each a parser makes hundreds of thousands of elements, if they are not told before.
TANGLES = {
    "each with a number": opened("<b a=%>") + "<p>x" * 2_000,
    "ended by their block": opened("<p><i a=%></p>", 1_500),
    "links and others": opened("<a href=/%><font a=%>", 300) + "<p>x" * 1_000,
    "in capitals": opened("<EM A=%>") + "<P>" * 2_000,
    "without a space": opened("<code/a=%>") + "<p>" * 2_000,
    "with an end in a value": opened("<b a='>%'>") + "<p>" * 2_000,
    "of every kind thrice": "<b><i><em><code><font><u><s><big><tt><small><strike><strong>" * 3
    + "<p>" * 5_000,
    "in a title of a drawing": f"<svg><title>{opened('<b a=%>')}</title></svg>" + "<p>" * 2_000,
    "in another script": opened("<\x01b a=%>") + "<p>" * 2_000,
    "turned around": opened("<\u202eb a=%>") + "<p>" * 2_000,
}


@pytest.mark.parametrize("tangle", TANGLES)
def test_SEC_10_what_a_parser_would_open_again_and_again_is_left_to_its_text(tangle: str) -> None:
    assert harmless(TANGLES[tangle], HTML_LIMIT) == ""
    assert lines(text_of(f"{TANGLES[tangle]}<p>y"), HTML_LIMIT).endswith("y")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>One <b>two</b> <i class=x>three</i> <a href=https://x.example/>four</a></p>" * 100,
        "<ul>" + "<li><code class=c>x</code>" * 200 + "</ul>",
        "<b>" * 30,
        "<p>x" * 2_000,
        "",
    ],
)
def test_what_people_write_is_not_tangled(markup: str) -> None:
    assert not is_tangled(markup)


def test_SEC_10_what_is_nested_as_nobody_writes_is_left_to_its_text() -> None:
    assert harmless("<blockquote>" * 30 + "x<br>" * 40, HTML_LIMIT)
    assert harmless("<blockquote>" * 31 + "x", HTML_LIMIT) == ""
    assert harmless("<blockquote>x</blockquote>" * 100, HTML_LIMIT)


JS = "alert(1)"
ATTACKS = [
    f"<script>{JS}</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    f"<scr<script>ipt>{JS}</scr</script>ipt>",
    f"<script/x>{JS}</script>",
    f"<img src=x onerror={JS}>",
    f"<img/src=x/onerror={JS}>",
    f'<IMG SRC="javascript:{JS};">',
    f"<svg onload={JS}>",
    f"<svg><script>{JS}</script></svg>",
    f'<svg><a xlink:href="javascript:{JS}"><text>x</text></a></svg>',
    f"<svg><animate onbegin={JS} attributeName=x dur=1s>",
    f'<svg><use href="data:image/svg+xml,<svg id=x onload={JS}>#x">',
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={JS}>",
    f'<math href="javascript:{JS}">x</math>',
    f'<a href="javascript:{JS}">x</a>',
    f'<a href="JaVaScRiPt:{JS}">x</a>',
    f'<a href="java\nscript:{JS}">x</a>',
    f'<a href="\x01javascript:{JS}">x</a>',
    f'<a href="&#106;avascript:{JS}">x</a>',
    f'<a href="java&Tab;script:{JS}">x</a>',
    f'<a href=" javascript&colon;{JS}">x</a>',
    f'<a href="data:text/html,<script>{JS}</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    f"<a href=https://x.example/ onclick={JS}>x</a>",
    f'<a href="https://x.example/" onmouseover="{JS}" style="position:fixed">x</a>',
    f"<a href='https://x.example/\"onclick={JS}'>x</a>",
    f'<p style="background:url(javascript:{JS})">x</p>',
    f"<p onclick={JS} id=location class=smo-mentions name=body>x</p>",
    "<style>@import '//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    f'<meta http-equiv=refresh content="0;url=javascript:{JS}">',
    "<base href=//evil.example/>",
    f'<iframe src="javascript:{JS}"></iframe>',
    f'<iframe srcdoc="<script>{JS}</script>"></iframe>',
    f'<object data="data:text/html,<script>{JS}</script>"></object>',
    f'<embed src="javascript:{JS}">',
    f'<form action="javascript:{JS}"><button>x</button></form>',
    f'<button form=x formaction="javascript:{JS}">x</button>',
    f"<input autofocus onfocus={JS}>",
    f"<details open ontoggle={JS}>x</details>",
    f"<video><source onerror={JS}></video>",
    f"<body onload={JS}>",
    f"<marquee onstart={JS}>x</marquee>",
    f'<noscript><p title="</noscript><img src=x onerror={JS}>">',
    f'<textarea><img title="</textarea><img src=x onerror={JS}>">',
    f'<title><img title="</title><img src=x onerror={JS}>">',
    f"<!--><img src=x onerror={JS}>-->",
    f"<!-- --!><img src=x onerror={JS}> -->",
    f"<![CDATA[<img src=x onerror={JS}>]]>",
    f'<?xml-stylesheet href="javascript:{JS}"?>',
    f"<template><img src=x onerror={JS}></template>",
    f'<table><td><a id="><img src=x onerror={JS}>"></a>',
    f"<plaintext><img src=x onerror={JS}>",
    f'<xmp><p title="</xmp><img src=x onerror={JS}>">',
    f'"><script>{JS}</script>',
    f"</p></section></body><script>{JS}</script>",
    f"<x onclick={JS}>x</x>",
    f"<p><custom-element data-x={JS}></p>",
    f"+ADw-script+AD4-{JS}+ADw-/script+AD4-",
    f"&lt;script&gt;{JS}&lt;/script&gt;",
]


def what_may_act(clean: str) -> list[str]:
    """Return the elements, attributes and addresses of ``clean`` that are not on the list."""
    document = html5lib.parseFragment(clean, namespaceHTMLElements=False)
    found = []
    for element in document.iter():
        if element is document:
            continue
        if element.tag not in TAGS:
            found.append(str(element.tag))
        allowed = {"href", "rel"} if element.tag == "a" else set()
        found.extend(name for name in element.attrib if name not in allowed)
        if not element.get("href", "https://").startswith(("https://", "http://")):
            found.append(element.attrib["href"])
        if element.tag == "a" and element.get("rel") != "nofollow ugc noopener":
            found.append("a without rel")
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_SEC_12_nothing_that_acts_gets_through(attack: str) -> None:
    for markup in (attack, f"<p>{attack}</p>", f"<ul><li>{attack}", attack * 2):
        clean = harmless(markup, HTML_LIMIT)
        assert what_may_act(clean) == []
        assert what_may_act(harmless(clean, HTML_LIMIT)) == []


MARKUP = st.lists(st.sampled_from(ATTACKS) | st.text(max_size=8), max_size=5).map("".join)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """Attacks one after the other, with a piece cut out anywhere."""
    text = draw(MARKUP)
    start = draw(st.integers(0, len(text)))
    return text[:start] + text[start + draw(st.integers(0, 9)) :]


@settings(max_examples=300, deadline=None)
@given(torn())
def test_SEC_12_nor_does_it_in_pieces(markup: str) -> None:
    assert what_may_act(harmless(markup, HTML_LIMIT)) == []


@given(torn(), st.integers(2, 60))
def test_the_text_of_anything_is_printable_and_short(markup: str, limit: int) -> None:
    for text in (lines(text_of(markup), limit), line(markup, limit)):
        text.encode()
        assert len(text) <= limit
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\u202a-\u202e]", text)
