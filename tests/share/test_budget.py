"""What a network's limits leave of a title, a description and tags."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.share.budget import fitted
from pelican_smo.share.networks import Shared, address, encoded, lacking, read_networks

NETWORKS = read_networks({})
URL = "https://example.org/" + "long/" * 30
WORDS = "word " * 200


def post(name: str, shared: Shared) -> str:
    """Return the address that ``name`` gets, decoded."""
    values = encoded(fitted(shared, NETWORKS[name]))
    return unquote(address(NETWORKS[name], lacking(values)).format_map(values))


@pytest.mark.parametrize("name", ["mastodon", "bluesky", "threads", "x"])
def test_a_long_title_is_cut_between_words_and_the_address_never(name: str) -> None:
    title = fitted(Shared(url=URL, title=WORDS), NETWORKS[name]).title
    assert title.endswith("word…")
    assert URL in post(name, Shared(url=URL, title=WORDS))


@pytest.mark.parametrize(
    ("name", "most"),
    [("bluesky", 300), ("threads", 500)],
)
def test_a_post_is_no_longer_than_the_network_takes(name: str, most: int) -> None:
    text = post(name, Shared(url=URL, title=WORDS)).split("text=", 1)[1].replace("&url=", " ")
    assert most - 10 <= len(text) <= most


@pytest.mark.parametrize(
    ("name", "limit"), [("hackernews", 80), ("lobsters", 150), ("reddit", 300)]
)
def test_a_title_is_no_longer_than_the_network_takes(name: str, limit: int) -> None:
    assert limit - 10 <= len(fitted(Shared(url=URL, title=WORDS), NETWORKS[name]).title) <= limit


def test_on_x_and_mastodon_an_address_counts_23_whatever_its_length() -> None:
    title = "x" * 240
    for name in ("x", "mastodon"):
        assert fitted(Shared(url=URL * 5, title=title), NETWORKS[name]).title == title


def test_on_x_a_japanese_letter_counts_two() -> None:
    title = fitted(Shared(url=URL, title="語" * 200), NETWORKS["x"]).title
    assert 100 < len(title) <= 128
    assert fitted(Shared(url=URL, title="語" * 200), NETWORKS["threads"]).title == "語" * 200


def test_tags_give_way_before_the_title_the_last_one_first() -> None:
    shared = Shared(url=URL, title="t" * 200, tags=("first", "second", "t" * 60))
    left = fitted(shared, NETWORKS["x"])
    assert (left.title, left.tags) == ("t" * 200, ("first", "second"))


def test_what_fits_stays_the_same_object() -> None:
    shared = Shared(url="https://example.org/a", title="Short", text="Text", tags=("one",))
    assert all(fitted(shared, network) is shared for network in NETWORKS.values())


@given(
    title=st.text(max_size=700),
    url_length=st.integers(1, 400),
    tags=st.lists(st.text("abé 日", max_size=30), max_size=5),
)
def test_no_text_however_odd_loses_the_address(
    title: str, url_length: int, tags: list[str]
) -> None:
    url = "https://example.org/" + "a" * url_length
    shared = Shared(url=url, title=title, tags=tuple(tags))
    for network in NETWORKS.values():
        left = fitted(shared, network)
        assert left.url == url
        assert left.title == title or title.startswith(left.title.removesuffix("…"))
        if network.title_limit:
            assert len(left.title) <= network.title_limit
