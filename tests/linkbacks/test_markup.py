"""Strangers' HTML as tokens: what a browser sees, in time that grows with the page alone."""

import time
from collections.abc import Callable

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.linkbacks.markup import attributes, tokens


def tags(page: str) -> list[str]:
    return [token.name for token in tokens(page) if token.kind == "start"]


def first_attributes(page: str) -> dict[str, str]:
    return next(attributes(token.source) for token in tokens(page) if token.kind == "start")


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("<a href=x>", {"href": "x"}),
        ("<A HREF = 'x y'>", {"href": "x y"}),
        ('<a href="x"title=y>', {"href": "x", "title": "y"}),
        ("<a/href=x/>", {"href": "x/"}),
        ("<a href=one href=two>", {"href": "one"}),
        ("<p title=it's>", {"title": "it's"}),
        ('<p "foo>', {'"foo': ""}),
        ("<a =x y>", {"=x": "", "y": ""}),
        ("<a href=>", {"href": ""}),
        ("<a b c = d>", {"b": "", "c": "d"}),
        ('<a title="a > b">', {"title": "a > b"}),
        ("<a title='&lt;&amp;&#233;&eacute;'>", {"title": "<&éé"}),
    ],
)
def test_attributes_are_what_a_browser_reads(tag: str, found: dict[str, str]) -> None:
    assert first_attributes(tag) == found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("?a=1&amp;copy=2", "?a=1&copy=2"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("?a=1&copyx", "?a=1&copyx"),
        ("&copy", "©"),
        ("&notit;", "&notit;"),
        ("&bogus;", "&bogus;"),
        ("&#x41;&#65", "AA"),
    ],
)
def test_a_reference_in_an_address_needs_its_semicolon(written: str, meant: str) -> None:
    assert first_attributes(f'<a href="{written}">') == {"href": meant}


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<!-- <a> --><b>", ["b"]),
        ("<!--><b>", ["b"]),
        ("<!---><b>", ["b"]),
        ("<!-- <a> --!><b>", ["b"]),
        ("<!-- <a>", []),
        ("<!doctype html><b>", ["b"]),
        ("<?php echo '<a>' ?><b>", ["b"]),
        ("</ <a><b>", ["b"]),
        ("<script>'<a>'</script><b>", ["script", "b"]),
        ("<style><a></style ><b>", ["style", "b"]),
        ("<title><a></title><b>", ["title", "b"]),
        ("<textarea><a></TEXTAREA><b>", ["textarea", "b"]),
        ("<script><a>", ["script"]),
        ("<svg><title/><b></svg>", ["svg", "title", "b"]),
        ("a < b <b>", ["b"]),
        ("<a href='x", []),
        ("<a", []),
    ],
)
def test_comments_raw_text_and_ends_of_pages_are_as_the_standard_has_them(
    page: str, found: list[str]
) -> None:
    assert tags(page) == found


PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "<a href=x>",
                "<a href='y",
                "'>",
                "<b",
                ">",
                "<!--",
                "-->",
                "--!>",
                '<i title="',
                '"',
            ),
            *("<script>", "</script>", "<style>", "</style>", "<textarea>", "</textarea>", "<!"),
            *("<title>", "</title>", "<p>", "</p>", "</", "<", "?>", "<?", "/", "<br/>", "="),
            *("&amp;", "text", " "),
        )
    ),
    max_size=12,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_links_are_those_that_a_browser_finds(middle: str) -> None:
    page = f"<!doctype html><head></head><body>{middle}"
    document = html5lib.parse(page, namespaceHTMLElements=False)
    browser = {link.get("href") for link in document.iter("a") if link.get("href")}
    ours = {
        href
        for token in tokens(page)
        if token.kind == "start" and token.name == "a"
        if (href := attributes(token.source).get("href"))
    }
    assert ours == browser


@given(st.text())
def test_any_text_is_tokens_and_nothing_is_made_up(page: str) -> None:
    for token in tokens(page):
        assert token.source in page
        if token.kind == "start":
            attributes(token.source)


UNITS = [
    *("<!--", "<a ", '<a x="', "<a x='", "<a x= ", "<a =", "<a\t/", "<!x", "</a", "</a x"),
    *("<?", "<", "&", "<script>", "<textarea>", "</titl", "<svg>", "<!--->", "<a x\n", "<a x>"),
]


@pytest.mark.parametrize("unit", UNITS)
def test_SEC_10_a_fifth_of_a_megabyte_of_anything_is_read_in_less_than_a_second(unit: str) -> None:
    """The standard library's parser needs minutes for some of these."""
    text = unit * (200_000 // len(unit))
    for page in (text, f"<a {text}>"):
        assert within_a_second(lambda page=page: [attributes(found[2]) for found in tokens(page)])


def within_a_second(run: Callable[[], object]) -> bool:
    """Tell whether ``run`` is quick, not counting what others do on the machine."""
    start = time.thread_time()
    run()
    return time.thread_time() - start < 1
