"""The tree for the parser of microformats: a browser's, as far as microformats go."""

from html import escape
from typing import Any

import mf2py
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from linkbacks.test_markup import PIECES, UNITS, within_a_second
from pelican_smo.linkbacks.tree import NAME

URL = "https://bea.example/notes/1"


def microformats(page: str, parser: str) -> Any:
    found = mf2py.parse(doc=page, url=URL, html_parser=parser)
    del found["debug"]
    return found


@pytest.mark.parametrize(
    ("page", "tree"),
    [
        ("<p class='a b'>x<br>y", '<p class="a b">x<br/>y</p>'),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<ul><li>one<li>two</ul>", "<ul><li>one</li><li>two</li></ul>"),
        ("<ul><li><ul><li>one</ul></ul>", "<ul><li><ul><li>one</li></ul></li></ul>"),
        ("<b>x</i></b></b>y", "<b>x</b>y"),
        ("<title>a &amp; <b></title><textarea><p></textarea>", "<title>a &amp; &lt;b&gt;</title><textarea>&lt;p&gt;</textarea>"),
        ("<script>a<b></script><style>c</style><!-- d -->e", "<script></script><style></style>e"),
        ("<svg><path d='M0'/></svg>x", '<svg><path d="M0"></path></svg>x'),
        ("&lt;b&gt; &eacute;&#233;", "&lt;b&gt; éé"),
        ("<A HREF=x HREF=y>z", '<a href="x">z</a>'),
    ],
)  # fmt: skip
def test_a_page_grows_into_its_tree(page: str, tree: str) -> None:
    assert BeautifulSoup(page, NAME).decode() == tree


CLASSES = st.lists(
    st.sampled_from(
        [
            *("h-entry", "h-card", "h-feed", "h-cite", "e-content", "p-name", "u-url", "p-author"),
            *("dt-published", "u-photo", "u-in-reply-to", "hentry", "vcard", "fn", "p-summary"),
        ]
    ),
    max_size=2,
).map(" ".join)
# Elements that may stand in each other as they please.
ELEMENTS = st.recursive(
    st.text("ab<&é \n", max_size=5).map(escape)
    | st.sampled_from(["<br>", '<img src="/p.jpg" alt="a & b">', "<script>'<a>'</script>"]),
    lambda inner: st.builds(
        lambda name, classes, parts: (
            f'<{name} class="{classes}" lang="en">{"".join(parts)}</{name}>'
        ),
        st.sampled_from(["div", "span", "section", "blockquote", "article"]),
        CLASSES,
        st.lists(
            inner | CLASSES.map('<a class="{}" href="../x?a=1&amp;b=2">x</a>'.format), max_size=3
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ELEMENTS, max_size=3).map("".join))
def test_its_microformats_are_those_of_a_browsers_tree(body: str) -> None:
    page = f'<!doctype html><html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    assert without_scripts(microformats(page, NAME)) == without_scripts(
        microformats(page, "html5lib")
    )


def without_scripts(found: Any) -> Any:
    """Return ``found`` as if the scripts in it had been empty."""
    if isinstance(found, dict):
        return {name: without_scripts(value) for name, value in found.items()}
    if isinstance(found, list):
        return [without_scripts(value) for value in found]
    return found.replace("'<a>'", "") if isinstance(found, str) else found


@settings(max_examples=200, deadline=None)
@given(PIECES | st.text())
def test_any_page_grows_into_a_tree(page: str) -> None:
    assert isinstance(microformats(f'<p class="h-entry">{page}', NAME)["items"], list)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit not in ("<svg>", "<a x>")])
def test_SEC_10_what_leaves_out_its_ends_grows_in_less_than_a_second(unit: str) -> None:
    assert within_a_second(lambda: BeautifulSoup(unit * (200_000 // len(unit)), NAME))
