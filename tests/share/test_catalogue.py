"""The catalogue of networks: every row right, every address carries what a page gives."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.labels import LABELS
from pelican_smo.share.colors import contrast, ink
from pelican_smo.share.networks import (
    CATEGORIES,
    Shared,
    address,
    encoded,
    hashtag,
    instance_host,
    lacking,
    network_problems,
    read_networks,
    shipped,
    tracked,
)

ROWS = shipped()
HERE = "bag.example.org"
NETWORKS = read_networks({}, dict.fromkeys(ROWS, HERE))
WITH_ADDRESS = [network for network in NETWORKS.values() if network.parts]
# Names of what stands in the values; each is found again in the address where it has a place.
TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).filter(
    str.strip
)
URLS = st.from_regex(r"https://example\.org/[a-zA-Z0-9%&=?+#é日_~.-]{0,40}", fullmatch=True)


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_right(name: str) -> None:
    row = ROWS[name]
    assert network_problems(name, row) == []
    assert {"category", "source", "checked"} <= set(row)
    assert ("name" in row) != (name in LABELS), "a name, or a word of every language"
    for heir in row.get("successors", ()):
        assert ROWS[heir].get("status", "live") in ("live", "limited"), heir
    if row.get("status") in ("retired", "none"):
        assert row["note"]


def test_it_is_as_large_as_the_field() -> None:
    assert len(ROWS) >= 60
    assert {row["category"] for row in ROWS.values()} == set(CATEGORIES)


def test_the_seeds_of_the_field_keep_a_row_each() -> None:
    seeds = {name: ROWS[name]["successors"] for name in ("digg", "delicious", "myspace")}
    assert seeds == {
        "digg": ["hackernews", "lobsters", "reddit", "lemmy"],
        "delicious": ["pinboard", "raindrop", "linkding", "shaarli", "wallabag"],
        "myspace": ["embed", "mastodon", "bluesky"],
    }
    assert {ROWS[name]["status"] for name in seeds} == {"retired"}


def test_nothing_in_it_is_of_the_future_or_older_than_this_package() -> None:
    for name, row in ROWS.items():
        assert date(2026, 11, 1) <= row["checked"] <= date.today() + timedelta(days=1), name


@pytest.mark.parametrize("network", WITH_ADDRESS, ids=lambda network: network.id)
@given(title=TITLES, text=TITLES, url=URLS, tags=st.lists(TITLES, max_size=3))
def test_what_goes_into_an_address_comes_out_of_it(
    network, title: str, text: str, url: str, tags: list[str]
) -> None:
    shared = Shared(
        url=url,
        title=title,
        text=text,
        tags=tuple(tags),
        image="https://example.org/a b.png",
        via="ada",
        app_id="7",
        prompt=f"Summarise {url}",
    )
    values = encoded(shared)
    made = address(network, lacking(values)).format_map(values)
    assert re.fullmatch(r"[\x21-\x7e]+", made), "nothing in it needs quoting any more"
    assert "+" not in made
    found = pairs(made)
    for part in network.parts:
        key, _, template = "".join(
            f"{{{piece}}}" if at % 2 else piece for at, piece in enumerate(part)
        ).rpartition("=")
        for whole, value in (("{url}", url), ("{title}", title), ("{text}", text)):
            if template == whole:
                assert value in found[re.split(r"[?#]", key)[-1]]
    assert url in unquote(made)


def pairs(made: str) -> dict[str, list[str]]:
    """Return the parameters of an address, of its query and of its fragment, decoded."""
    parts = urlsplit(made)
    found: dict[str, list[str]] = {}
    for text in (parts.query, parts.fragment):
        for key, value in parse_qsl(text, keep_blank_values=True):
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("machine learning", "MachineLearning"),
        ("日本語", "日本語"),
        ("café-crème", "CaféCrème"),
        ("C++", ""),
        ("AT&T", ""),
        ("2026", ""),
        ("", ""),
        ("#already", ""),
        ("été", "été"),
    ],
)
def test_a_hashtag_means_what_the_tag_means_or_is_none(name: str, expected: str) -> None:
    assert hashtag(name) == expected


def test_an_empty_value_leaves_no_trace() -> None:
    values = encoded(Shared(url="https://e.org/a", title="A"))
    made = {
        name: address(NETWORKS[name], lacking(values)).format_map(values)
        for name in ("email", "mastodon", "x", "friendica", "tumblr")
    }
    url = "https%3A%2F%2Fe.org%2Fa"
    assert made == {
        "email": f"mailto:?subject=A&body={url}",
        "mastodon": f"https://share.joinmastodon.org/#text=A%0A%0A{url}",
        "x": f"https://x.com/intent/tweet?text=A&url={url}",
        "friendica": f"https://{HERE}/compose?title=A&body={url}",
        "tumblr": "https://www.tumblr.com/widgets/share/tool?posttype=link"
        f"&canonicalUrl={url}&title=A",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/a", "https://e.org/a?s=reddit"),
        ("https://e.org/a?b=1", "https://e.org/a?b=1&s=reddit"),
        ("https://e.org/a?b=1#c?d", "https://e.org/a?b=1&s=reddit#c?d"),
        ("https://e.org/a#c?d", "https://e.org/a?s=reddit#c?d"),
    ],
)
def test_what_is_added_to_an_address_is_added_to_its_query(url: str, expected: str) -> None:
    assert tracked(url, "s={network}", NETWORKS["reddit"]) == expected


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("bag.example.org", "bag.example.org"),
        ("https://bag.example.org/", "bag.example.org"),
        ("bag.example.org:8443/wallabag", "bag.example.org:8443/wallabag"),
        ("BAG.example.org", "BAG.example.org"),
        ("http://bag.example.org", ""),
        ("bag", ""),
        ("my bag.example.org", ""),
        ("bag.example.org?x=1", ""),
        ("user@bag.example.org", ""),
        ("javascript:alert(1)", ""),
        ("bag.example.org/{url}", ""),
        ("", ""),
        (None, ""),
        ("127.0.0.1", ""),
    ],
)
def test_an_instance_is_a_host_name(value: object, host: str) -> None:
    assert instance_host(value) == host


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if "color" in row])
def test_the_ink_on_every_colour_can_be_read(name: str) -> None:
    color = ROWS[name]["color"]
    assert contrast(ink(color), color) >= 4.5


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_there_is_an_ink_for_any_colour(color: str) -> None:
    assert contrast(ink(color), color) >= 4.5


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#25d366", 1.98),
        ("#ffffff", "#ff4500", 3.44),
        ("#ffffff", "#0866ff", 4.82),
        ("#000000", "#ffffff", 21.0),
    ],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == ratio
