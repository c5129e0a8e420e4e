"""Every kind of page of one site states what it is, once, in its head."""

from pathlib import Path

import pytest
from conftest import Build
from heads import graph, links, meta, metas, repeated
from pictures import png

SOURCES = {
    "content/one.md": "Title: One\nDate: 2026-01-01\nCategory: Sea\nTags: fish\nSlug: one\n\nFirst.",
    "content/one.fr.md": "Title: Un\nDate: 2026-01-01\nCategory: Sea\nLang: fr\nSlug: one\n\nPremier.",
    "content/two.md": "Title: Two\nDate: 2026-01-02\nCategory: Sea\nTags: fish\n\nSecond.",
    "content/draft.md": "Title: Draft\nDate: 2026-01-03\nStatus: draft\n\nNot yet.",
    "content/hidden.md": "Title: Hidden\nDate: 2026-01-03\nStatus: hidden\n\nFor friends.",
    "content/pages/about.md": "Title: About\n\nWho we are.",
    "content/images/site.png": png(1200, 630),
}
SETTINGS = {
    "DEFAULT_PAGINATION": 1,
    "YEAR_ARCHIVE_SAVE_AS": "posts/{date:%Y}/index.html",
    "SITESUBTITLE": "Waves and walks",
    "SMO_IMAGE": "images/site.png",
    "SMO_AUTHORS": {"Ada Lovelace": {"fediverse": "@ada@example.social", "x": "@ada"}},
    "SMO_CATEGORIES": {"Sea": {"description": "All about the sea"}},
    "SMO_LINKBACK_ENDPOINT": "https://m.example.org",
}
BASE = "https://example.org/blog/"
KINDS = {
    "one.html": ("article", "One", "one.html"),
    "one-fr.html": ("article", "Un", "one-fr.html"),
    "pages/about.html": ("website", "About", "pages/about.html"),
    "index.html": ("website", "Sea & Shore", ""),
    "index2.html": ("website", "Sea & Shore – page 2", "index2.html"),
    "category/sea.html": ("website", "Sea", "category/sea.html"),
    "tag/fish.html": ("website", "fish", "tag/fish.html"),
    "author/ada-lovelace.html": ("profile", "Ada Lovelace", "author/ada-lovelace.html"),
    "archives.html": ("website", "Archives", "archives.html"),
    "posts/2026/index.html": ("website", "2026 archives", "posts/2026/"),
    "drafts/draft.html": ("article", "Draft", "drafts/draft.html"),
    "hidden.html": ("article", "Hidden", "hidden.html"),
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from conftest import make

    root = tmp_path_factory.mktemp("kinds")
    make(root, SOURCES, **SETTINGS).run()
    return root / "output"


@pytest.mark.parametrize("name", KINDS)
def test_type_title_and_address(output: Path, name: str) -> None:
    og_type, title, url = KINDS[name]
    page = (output / name).read_text()
    assert repeated(page) == {}
    assert meta(page, "og:type") == og_type
    assert meta(page, "og:title") == title
    assert meta(page, "og:url") == BASE + url
    assert meta(page, "og:image") == BASE + "images/site.png"


def test_drafts_and_hidden_pages_keep_out_of_search_engines(output: Path) -> None:
    for name in ("drafts/draft.html", "hidden.html"):
        page = (output / name).read_text()
        assert meta(page, "robots") == "noindex"
        assert "ld+json" not in page
        assert "smo-share" not in page
        assert "webmention" not in page
    assert links((output / "drafts/draft.html").read_text(), "canonical") == []


def test_translations_name_each_other(output: Path) -> None:
    for name in ("one.html", "one-fr.html"):
        page = (output / name).read_text()
        languages = {
            link["hreflang"]: link["href"]
            for link in links(page, "alternate")
            if "hreflang" in link
        }
        assert languages == {
            "en": BASE + "one.html",
            "fr": BASE + "one-fr.html",
            "x-default": BASE + "one.html",
        }
    assert metas((output / "one.html").read_text())["og:locale:alternate"] == ["fr_FR"]


def test_a_paginated_page_knows_its_neighbours(output: Path) -> None:
    assert links((output / "index.html").read_text(), "next")[0]["href"] == BASE + "index2.html"
    assert links((output / "index2.html").read_text(), "prev")[0]["href"] == BASE


def test_an_author_has_a_profile(output: Path) -> None:
    page = (output / "author/ada-lovelace.html").read_text()
    assert graph(page)["ProfilePage"]["mainEntity"]["@id"] == graph(page)["Person"]["@id"]
    assert graph(page)["Person"]["sameAs"] == ["https://example.social/@ada", "https://x.com/ada"]
    assert meta(page, "fediverse:creator") == "@ada@example.social"


def test_a_category_says_what_its_settings_say(output: Path) -> None:
    assert meta((output / "category/sea.html").read_text(), "description") == "All about the sea"


def test_targets_hold_no_hidden_page(output: Path) -> None:
    text = (output / "smo/targets.json").read_text()
    assert "hidden" not in text
    assert "draft" not in text


@pytest.mark.parametrize("template", ["notmyidea", "simple"])
def test_pelicans_own_themes_come_out_right(build: Build, template: str) -> None:
    import pelican

    theme = str(Path(pelican.__file__).parent / "themes" / template)
    output = build(SOURCES, THEME=theme, **SETTINGS)
    for page in output.rglob("*.html"):
        assert repeated(page.read_text()) == {}, page
