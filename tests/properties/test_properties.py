"""What holds for any text that strangers or authors may write."""

from urllib.parse import parse_qs, unquote, urlsplit

import html5lib
from heads import head, metas
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.inject import block, splice
from pelican_smo.scan import scan
from pelican_smo.share.networks import Shared, address, encoded, lacking, read_networks
from pelican_smo.tags import json_ld, json_text, meta_property
from pelican_smo.text import cut, plain

TEXT = st.text(max_size=80)
PRINTABLE = TEXT.map(plain)
# Pieces that make a head hard to read: quotes, half tags, comments, raw text elements.
# (No template element: html5lib is older than it and ends the head there.)
PIECES = st.sampled_from(
    [
        "<title>",
        "</title>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "<meta ",
        'property="og:title" ',
        "name=description ",
        'content="a>b"',
        "content='x' ",
        "content=y ",
        ">",
        "/>",
        '"',
        "'",
        "<noscript>",
        "</noscript>",
        "<link rel=canonical href=/x>",
        " ",
        "\n",
        "=",
        "<META CHARSET=utf-8>",
        "<!doctype x>",
        "--!>",
        "<base href=/>",
    ]
)


@given(PRINTABLE)
def test_a_tag_parses_back_to_its_value(value: str) -> None:
    page = f"<!doctype html><head>{meta_property('og:title', value).html}</head><body>"
    assert metas(page) == {"og:title": [value]}


@given(st.dictionaries(PRINTABLE, PRINTABLE, max_size=4))
def test_json_ld_parses_back_and_stays_inside_its_element(data: dict[str, str]) -> None:
    import json

    page = f"<!doctype html><head>{json_ld(json_text(data)).html}</head><body>"
    (script,) = head(page)
    assert json.loads(script.text or "") == data


@given(TEXT)
def test_plain_text_is_one_line_that_every_format_can_carry(markup: str) -> None:
    text = plain(markup)
    assert text == " ".join(text.split())
    text.encode()
    assert plain(text.replace("&", "&amp;").replace("<", "&lt;")) == text


@given(TEXT, st.integers(min_value=2, max_value=60))
def test_cut_text_keeps_its_limit_and_its_start(text: str, limit: int) -> None:
    shortened = cut(text, limit)
    assert len(shortened) <= limit
    assert shortened == text or text.startswith(shortened.removesuffix("…"))


INSTANCES = {
    name: f"{name}.example.org"
    for name, network in read_networks({}).items()
    if "instance" in network.placeholders
}


@given(
    title=PRINTABLE,
    tags=st.lists(PRINTABLE, max_size=3),
    url=st.from_regex(r"https://example\.org/[a-zA-Z0-9%&=?+#é-]{0,20}", fullmatch=True),
)
def test_every_network_receives_url_and_title_as_they_are(
    title: str, tags: list[str], url: str
) -> None:
    values = encoded(Shared(url=url, title=title, text="{url} & more", tags=tuple(tags)))
    for network in read_networks({}, INSTANCES).values():
        if not network.parts or "prompt" in network.needs:
            continue
        shared = address(network, lacking(values)).format_map(values)
        assert url in unquote(shared)
        assert "+" not in shared
        query = parse_qs(urlsplit(shared).query, keep_blank_values=True)
        if network.id == "reddit":
            assert query.get("title", [""]) == [title] or not title
            assert query["url"] == [url]


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_our_block_lands_in_the_head_and_doing_it_twice_is_doing_it_once(middle: str) -> None:
    page = f"<!doctype html><html><head>{middle}</title></script></style></head><body><p>x</body>"
    ours = block([meta_property("smo:test", "here").html])
    once = splice(page, scan(page), ours)
    assert splice(once, scan(once), ours) == once
    assert once.replace(f"\n{ours}", "", 1) == page
    assert metas(once).get("smo:test") == ["here"]


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=10).map("".join))
def test_the_scanner_finds_what_a_browser_finds(middle: str) -> None:
    page = f"<!doctype html><html><head>{middle}</head><body>"
    found = scan(page)
    browser = [
        (meta.get("property") or meta.get("name"))
        for meta in html5lib.parse(page, namespaceHTMLElements=False).find("head").findall("meta")
        if (meta.get("property") or meta.get("name"))
        and meta.get("content") is not None
        and meta.get("charset") is None
    ]
    ours = [
        key
        for element in found.elements
        if element.start < found.end
        for key in element.keys[:1]
        if key in ("og:title", "description")
    ]
    assert ours[: len(browser)] == browser


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["", "\n"])), max_size=10))
def test_a_head_of_many_lines_holds_what_it_holds_on_one(pieces: list[tuple[str, str]]) -> None:
    lines = "".join(piece + end for piece, end in pieces)
    page = f"<!doctype html><html><head>{lines}</head><body>"
    found, expected = scan(page), scan(page.replace("\n", " "))
    assert [element[:3] for element in found.elements] == [
        element[:3] for element in expected.elements
    ]
    assert (found.end, found.insert_at) == (expected.end, expected.insert_at)
