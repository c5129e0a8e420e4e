"""The files for the linkback commands: what is in them, and what stays in them."""

import json
from pathlib import Path

import pytest

from pelican_smo.manifest import (
    outgoing_links,
    source_row,
    target_row,
    write_atomically,
    write_links,
    write_targets,
)

PAGE = "https://example.org/blog/one.html"


def row(site: str, name: str) -> str:
    return source_row(site, name, f"{site}/{name}.html", "<p>Text", f"{site}/{name}.html")


def articles(cache: Path) -> list[tuple[str, str]]:
    rows = json.loads((cache / "links.json").read_text())["articles"]
    return [(row["site"], row["id"]) for row in rows]


def test_a_sites_rows_are_replaced_and_those_of_other_sites_stay(tmp_path: Path) -> None:
    english, french = "https://example.org", "https://example.org/fr"
    write_links(tmp_path, english, [row(english, "old")])
    write_links(tmp_path, french, [row(french, "un")])
    write_links(tmp_path, english, [row(english, "two"), row(english, "one")])
    assert articles(tmp_path) == [(english, "one"), (english, "two"), (french, "un")]


@pytest.mark.parametrize("broken", ["", "{", "[1]\n", '{"articles":[\n{"site":\n]}', "\0"])
def test_a_broken_links_file_is_written_anew(tmp_path: Path, broken: str) -> None:
    (tmp_path / "links.json").write_text(broken)
    write_links(tmp_path, "https://example.org", [row("https://example.org", "one")])
    assert articles(tmp_path) == [("https://example.org", "one")]


def test_targets_are_in_the_order_of_their_urls(tmp_path: Path) -> None:
    rows = [
        target_row(name, f"https://example.org/{name}", "A \u2028 title", (), closed=False)
        for name in ("b", "a")
    ]
    write_targets(tmp_path, "https://example.org", "https://m.example.org", rows)
    targets = json.loads((tmp_path / "smo/targets.json").read_text())
    assert targets["site"] == "https://example.org"
    assert [target["id"] for target in targets["targets"]] == ["a", "b"]
    assert targets["targets"][0]["title"] == "A \u2028 title"


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (
            '<a href="https://other.example/a?b=1&amp;c=2">x</a>',
            ["https://other.example/a?b=1&c=2"],
        ),
        ("<A HREF='//other.example/a'>x</A>", ["https://other.example/a"]),
        ("<a class=x href=https://other.example/>x</a>", ["https://other.example/"]),
        ('<a title="a > b" href="https://other.example/">x</a>', ["https://other.example/"]),
        ('<a href="https://other.example/" rel="external nofollow">x</a>', []),
        ('<a href="https://example.org/blog/two.html">x</a>', []),
        ('<a href="two.html">x</a> <a href="mailto:a@b.example">y</a> <a name="z">z</a>', []),
        ('<a href="https://[broken/">x</a> <a href="http://">y</a>', []),
        ('<a data-href="https://other.example/">x</a>', []),
        ('<abbr href="https://other.example/">x</abbr>', []),
        (
            '<a href="https://o.example/">x</a><a href="https://o.example/">y</a>',
            ["https://o.example/"],
        ),
    ],
)
def test_outgoing_links_are_what_the_author_links_to_elsewhere(body: str, links: list[str]) -> None:
    assert outgoing_links(body, PAGE) == links


def test_a_file_that_says_so_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file.json"
    write_atomically(path, b"one")
    before = path.stat().st_mtime_ns
    write_atomically(path, b"one")
    assert path.stat().st_mtime_ns == before
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in path.parent.iterdir()] == ["file.json"]


@pytest.mark.parametrize(
    ("url", "others"),
    [
        (
            "https://example.org/one/",
            ["http://example.org/one", "http://example.org/one/", "https://example.org/one"],
        ),
        ("http://example.org/blog/one.html", ["https://example.org/blog/one.html"]),
        ("https://example.org/", ["http://example.org/"]),
        (
            "https://example.org/v1.2",
            ["http://example.org/v1.2", "http://example.org/v1.2/", "https://example.org/v1.2/"],
        ),
        ("https://example.org/?p=1", ["http://example.org/?p=1"]),
        ("urn:isbn:1", []),
    ],
)
def test_wr_8_every_spelling_of_an_address_is_listed(url: str, others: list[str]) -> None:
    assert json.loads(target_row("a", url, "A", (), closed=False))["aliases"] == others


def test_wr_8_aliases_are_listed_in_every_spelling_too() -> None:
    row = target_row("a", "https://example.org/a.html", "A", ["https://old.example/a"], closed=True)
    assert json.loads(row)["aliases"] == [
        "http://example.org/a.html",
        "http://old.example/a",
        "http://old.example/a/",
        "https://old.example/a",
        "https://old.example/a/",
    ]
