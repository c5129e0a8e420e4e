"""One spelling for each address, so that two of one page are equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.linkbacks.addresses import MAX_LENGTH, normal, normal_page


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTPS://Site.Example", "https://site.example/"),
        ("http://site.example:80/a", "http://site.example/a"),
        ("https://site.example:8443/a", "https://site.example:8443/a"),
        ("https://site.example/%7ea%2fb%c3%a9", "https://site.example/~a%2Fb%C3%A9"),
        ("https://site.example/é?ü#ö", "https://site.example/%C3%A9?%C3%BC#%C3%B6"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
        ("https://site.example/a/./b/../c", "https://site.example/a/c"),
        ("https://site.example/a/..", "https://site.example/"),
        ("https://site.example/a/.", "https://site.example/a/"),
        ("https://site.example/../../a", "https://site.example/a"),
        ("https://site.example/%2E%2e/a", "https://site.example/a"),
        ("https://site.example/a/.b/..c/d..", "https://site.example/a/.b/..c/d.."),
        ("https://site.example/?a=/../b", "https://site.example/?a=/../b"),
        ("https://site.example//a", "https://site.example//a"),
        ("https://site.example./a", "https://site.example/a"),
        ("https://site.example.:443/", "https://site.example/"),
        ("https://bücher.example。/", "https://xn--bcher-kva.example/"),
    ],
)
def test_WR_8_spellings_of_one_address_are_one(written: str, meant: str) -> None:
    assert normal(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("", "/a", "mailto:a@b", "ftp://site.example/", "javascript:1", "https://", "//x/"),
        *("https://user@site.example/", "https://site.example/a b", "https://site.example/\\a"),
        *("https://site.example/\n", "https://site.example:x/", "https://[x/", "tag:x,2026:1"),
        *("https://./", "https://../a", "https://.:443/"),
        *(f"https://site.example/{'a' * MAX_LENGTH}", f"https://site.example/{'é' * 500}"),
        "http://0\u00a0.example/",
    ],
)
def test_what_is_no_address_is_nothing(written: str) -> None:
    assert normal(written) == ""


def test_the_page_of_an_address_has_no_fragment() -> None:
    assert normal_page("https://site.example/a#b") == "https://site.example/a"


@given(
    st.text(max_size=40)
    | st.text(max_size=30).map("https://site.example/{}".format)
    | st.text(".ab。:4", max_size=9).map("https://{}/".format)
)
def test_the_normal_form_of_anything_is_stable_and_short(written: str) -> None:
    once = normal(written)
    assert normal(once) == once
    assert once.isascii()
    assert len(once) <= MAX_LENGTH
