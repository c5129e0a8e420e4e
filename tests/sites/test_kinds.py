"""Every kind of page of one site states what it is, once, in its head."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pelican
import pytest
from conftest import Build
from heads import block, graph, json_ld, links, meta, metas, repeated, section, widget

from sites.conftest import BASE, KINDS, PAGES, PUBLISHED, SETTINGS, SOURCES

_JSON_LD = re.compile('<script type="application/ld.json">.*\n')
_DIGEST = re.compile(r"-[0-9a-f]{8}\.css")


@pytest.mark.parametrize("kind", KINDS)
def test_head_and_widget_are_those_of_the_golden(
    pages: Mapping[str, str], golden: Callable[[str, str], None], kind: str
) -> None:
    head = _DIGEST.sub("-<digest>.css", _JSON_LD.sub("", block(pages[kind])))
    parts = (head, widget(pages[kind]), section(pages[kind]))
    golden(f"{kind}.html", "\n".join(filter(None, parts)))


@pytest.mark.parametrize("kind", PUBLISHED)
def test_json_ld_is_that_of_the_golden(
    pages: Mapping[str, str], golden: Callable[[str, str], None], kind: str
) -> None:
    (data,) = json_ld(pages[kind])
    golden(f"{kind}.json", json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def test_each_kind_has_its_goldens_and_each_golden_its_kind() -> None:
    expected = {f"{kind}.html" for kind in KINDS} | {f"{kind}.json" for kind in PUBLISHED}
    assert {path.name for path in PAGES.iterdir()} == expected


def test_drafts_and_hidden_pages_keep_out_of_search_engines(pages: Mapping[str, str]) -> None:
    for kind in ("draft", "hidden"):
        assert meta(pages[kind], "robots") == "noindex"
        assert json_ld(pages[kind]) == []
        assert widget(pages[kind]) == ""
        assert "webmention" not in pages[kind]
    assert links(pages["draft"], "canonical") == []


def test_translations_name_each_other(pages: Mapping[str, str]) -> None:
    for kind in ("article", "translation"):
        languages = {
            link["hreflang"]: link["href"]
            for link in links(pages[kind], "alternate")
            if "hreflang" in link
        }
        assert languages == {
            "en": BASE + "one.html",
            "fr": BASE + "one-fr.html",
            "x-default": BASE + "one.html",
        }
    assert metas(pages["article"])["og:locale:alternate"] == ["fr_CA"]


def test_a_paginated_page_knows_its_neighbours(pages: Mapping[str, str]) -> None:
    neighbours = [links(pages["index"], rel)[0]["href"] for rel in ("prev", "next")]
    assert neighbours == [BASE, BASE + "index3.html"]
    assert links(pages["home"], "prev") == []


def test_an_author_has_a_profile(pages: Mapping[str, str]) -> None:
    nodes = graph(pages["author"])
    assert nodes["ProfilePage"]["mainEntity"]["@id"] == nodes["Person"]["@id"]
    assert nodes["Person"]["sameAs"] == [
        "https://forge.example/ada",
        "https://example.social/@ada",
        "https://bsky.app/profile/ada.example",
        "https://x.com/ada",
    ]
    assert meta(pages["author"], "fediverse:creator") == "@ada@example.social"


def test_an_article_published_elsewhere_first_is_known_by_that_address(output: Path) -> None:
    page = (output / "two.html").read_text(encoding="utf-8")
    assert meta(page, "og:url") == "https://elsewhere.example/two"
    assert [link["href"] for link in links(page, "canonical")] == ["https://elsewhere.example/two"]


def test_targets_hold_earlier_addresses_and_no_hidden_page(output: Path) -> None:
    text = (output / "smo/targets.json").read_text(encoding="utf-8")
    assert "hidden" not in text
    assert "draft" not in text
    targets = {target["url"]: target["aliases"] for target in json.loads(text)["targets"]}
    assert targets[BASE + "one.html"] == [
        f"{scheme}://example.org/blog/{path}"
        for scheme in ("http", "https")
        for path in ("2019/one", "2019/one/", "old/one.html", "one.html")
        if (scheme, path) != ("https", "one.html")
    ]


@pytest.mark.parametrize("name", ["notmyidea", "simple"])
def test_pelicans_own_themes_come_out_right(build: Build, name: str) -> None:
    theme = str(Path(pelican.__file__).parent / "themes" / name)
    output = build(SOURCES, THEME=theme, **SETTINGS)
    for path in output.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert repeated(page) == {}, path
        assert len(links(page, "canonical")) == (path.parent.name != "drafts"), path
