"""What an article's page carries, on a real Pelican build."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pelican
import pytest
from conftest import Build
from heads import graph, head, links, meta, metas, repeated, tree, without_ours
from pictures import png

ARTICLE = """Title: Cats & "dogs" --> <em>friends</em>
Date: 2026-03-01 10:00
Modified: 2026-03-02 11:30
Category: Life
Tags: C++, machine learning
Summary: What *they* do all day, "really".
Image: {static}/images/cover.png
Image_alt: A cat & a dog
Slug: friends

The [first](https://other.example/first) paragraph, with <a href="https://example.org/blog/x.html">ours</a>.
"""
SOURCES = {"content/friends.md": ARTICLE, "content/images/cover.png": png(1200, 630)}


@pytest.fixture
def page(build: Build) -> str:
    return (
        build(SOURCES, SMO_LINKBACK_ENDPOINT="https://m.example.org") / "friends.html"
    ).read_text()


def test_states_each_fact_once_and_in_the_head(page: str) -> None:
    assert repeated(page) == {}
    assert meta(page, "og:title") == 'Cats & "dogs" --> friends'
    assert meta(page, "og:type") == "article"
    assert meta(page, "og:url") == "https://example.org/blog/friends.html"
    assert meta(page, "og:description") == 'What they do all day, "really".'
    assert meta(page, "description") == 'What they do all day, "really".'
    assert meta(page, "og:site_name") == "Sea & Shore"
    assert meta(page, "og:locale") == "en_US"
    assert meta(page, "article:published_time") == "2026-03-01T10:00:00+01:00"
    assert meta(page, "article:modified_time") == "2026-03-02T11:30:00+01:00"
    assert meta(page, "article:section") == "Life"
    assert metas(page)["article:tag"] == ["C++", "machine learning"]
    assert [link["href"] for link in links(page, "canonical")] == [
        "https://example.org/blog/friends.html"
    ]


def test_measures_the_picture_and_chooses_the_large_card(page: str) -> None:
    assert meta(page, "og:image") == "https://example.org/blog/images/cover.png"
    assert meta(page, "og:image:width") == "1200"
    assert meta(page, "og:image:height") == "630"
    assert meta(page, "og:image:type") == "image/png"
    assert meta(page, "og:image:alt") == meta(page, "twitter:image:alt") == "A cat & a dog"
    assert meta(page, "twitter:card") == "summary_large_image"


def test_says_the_same_in_json_ld(page: str) -> None:
    article = graph(page)["BlogPosting"]
    assert article["headline"] == 'Cats & "dogs" --> friends'
    assert article["datePublished"] == "2026-03-01T10:00:00+01:00"
    assert article["dateModified"] == "2026-03-02T11:30:00+01:00"
    assert article["author"][0]["@id"] == graph(page)["Person"]["@id"]
    assert [crumb["name"] for crumb in graph(page)["BreadcrumbList"]["itemListElement"]] == [
        "Sea & Shore",
        "Life",
        'Cats & "dogs" --> friends',
    ]


def test_shows_the_widget_once_behind_the_text(page: str) -> None:
    asides = [a for a in tree(page).iter("aside") if a.get("class") == "smo-share"]
    assert len(asides) == 1
    names = [
        span.text
        for link in asides[0].iter("a")
        for span in link.iter("span")
        if span.get("translate") == "no"
    ]
    assert names == [
        "Mastodon",
        "Bluesky",
        "Email",
        "LinkedIn",
        "Reddit",
        "Hacker News",
        "WhatsApp",
        "Telegram",
        "Facebook",
        "X",
        "Threads",
        "Pinboard",
        "Instapaper",
    ]
    assert page.index("paragraph") < page.index('smo-share"')


def test_shows_the_widget_nowhere_else(build: Build) -> None:
    output = build(
        {**SOURCES, "content/draft.md": "Title: D\nDate: 2026-01-01\nStatus: draft\n\nx"}
    )
    with_widget = [
        path.relative_to(output).as_posix()
        for path in output.rglob("*")
        if path.is_file() and '<aside class="smo-share' in path.read_text(errors="ignore")
    ]
    assert with_widget == ["friends.html"]


def test_announces_its_endpoints_in_the_form_that_clients_search_for(page: str) -> None:
    assert '<link rel="webmention" href="https://m.example.org/webmention">' in page
    found = re.search(r'<link rel="pingback" href="([^"]+)" ?/?>', page)
    assert found
    assert found[1] == "https://m.example.org/pingback"
    comment = re.search(r"<!--\s*(<rdf:RDF.*?</rdf:RDF>)\s*-->", page, re.DOTALL)
    assert comment is not None
    assert "--" not in comment[1]
    description = ET.fromstring(comment[1])[0]
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert description.get(f"{dc}title") == 'Cats & "dogs" --> friends'
    assert description.get(f"{dc}identifier") == "https://example.org/blog/friends.html"


def test_writes_targets_and_links_for_the_linkback_commands(build: Build) -> None:
    output = build(SOURCES, SMO_LINKBACK_ENDPOINT="https://m.example.org")
    (target,) = json.loads((output / "smo/targets.json").read_text())["targets"]
    assert target["url"] == "https://example.org/blog/friends.html"
    assert target["closed"] is False
    links = json.loads((output.parent / ".pelican-smo/links.json").read_text())
    (source,) = links["articles"]
    assert source["site"] == "https://example.org/blog"
    assert source["links"] == ["https://other.example/first"]
    assert source["id"] == target["id"]


def test_without_siteurl_leaves_out_what_must_be_absolute(build: Build) -> None:
    page = (build(SOURCES, SITEURL="") / "friends.html").read_text()
    assert meta(page, "og:title") == 'Cats & "dogs" --> friends'
    assert "og:url" not in metas(page)
    assert links(page, "canonical") == []
    assert "smo-share" not in page


def test_with_relative_urls_tags_stay_absolute(build: Build) -> None:
    page = (build(SOURCES, RELATIVE_URLS=True) / "friends.html").read_text()
    assert meta(page, "og:url") == "https://example.org/blog/friends.html"
    assert meta(page, "og:image") == "https://example.org/blog/images/cover.png"
    (stylesheet,) = [s["href"] for s in links(page, "stylesheet") if "smo/" in s["href"]]
    assert stylesheet.startswith("./smo/smo-")


@pytest.mark.parametrize(
    ("switch", "tags", "widget"),
    [("off", False, False), ("tags", True, False), ("widgets", False, True)],
)
def test_smo_switches_a_page_off(build: Build, switch: str, tags: bool, widget: bool) -> None:
    output = build({"content/a.md": f"Title: A\nDate: 2026-01-01\nSmo: {switch}\n\nText."})
    page = (output / "a.html").read_text()
    assert ("og:title" in metas(page)) is tags
    assert ('<aside class="smo-share' in page) is widget


def test_a_picture_that_only_metadata_names_is_published(build: Build) -> None:
    output = build(
        {
            "content/a.md": "Title: A\nDate: 2026-01-01\nImage: {static}/pics/p.png\n\nText.",
            "content/pics/p.png": png(800, 400),
        }
    )
    assert (output / "pics/p.png").is_file()


def test_a_missing_picture_is_named_and_nothing_is_invented(build: Build, messages) -> None:
    output = build({"content/a.md": "Title: A\nDate: 2026-01-01\nImage: {static}/no.png\n\nText."})
    assert "og:image" not in metas((output / "a.html").read_text())
    assert "a.md: the image '{static}/no.png' is no file of the site" in messages()


def test_a_broken_picture_is_named_and_left_out(build: Build, messages) -> None:
    output = build(
        {
            "content/a.md": "Title: A\nDate: 2026-01-01\nImage: {static}/images/b.png\n\nx",
            "content/images/b.png": b"not a picture",
        }
    )
    assert "og:image" not in metas((output / "a.html").read_text())
    assert "cannot be read as a picture" in messages()


def test_title_and_description_of_the_author_win_over_the_theme(build: Build) -> None:
    output = build(
        {"content/a.md": "Title: A\nDate: 2026-01-01\nDescription: Mine & only\n\nx"},
        SITESUBTITLE="The theme prints this as every page's description",
    )
    page = (output / "a.html").read_text()
    assert meta(page, "description") == "Mine & only"


def test_the_summary_links_stay_resolved(build: Build) -> None:
    output = build(
        {
            "content/a.md": "Title: A\nDate: 2026-01-01\nSummary: See [b]({filename}b.md).\n\nx",
            "content/b.md": "Title: B\nDate: 2026-01-02\n\ny",
        }
    )
    assert "{filename}" not in (output / "index.html").read_text()


@pytest.mark.parametrize("name", ["simple", "notmyidea"])
def test_everything_else_is_byte_for_byte_what_pelican_writes(build: Build, name: str) -> None:
    theme = str(Path(pelican.__file__).parent / "themes" / name)
    calm = {**SOURCES, "content/friends.md": ARTICLE.replace(', "really"', "")}
    ours = build(calm, name="ours", THEME=theme)
    plain = build(calm, name="plain", THEME=theme, PLUGINS=[])
    for path in (p for p in plain.rglob("*") if p.is_file()):
        mine = (ours / path.relative_to(plain)).read_bytes()
        if path.suffix == ".html":
            mine = without_ours(mine.decode()).encode()
        assert mine == path.read_bytes(), path


def test_building_twice_in_one_process_changes_nothing(tmp_path: Path) -> None:
    from conftest import make

    pelican = make(tmp_path, SOURCES)
    pelican.run()
    first = {p: p.read_bytes() for p in (tmp_path / "output").rglob("*") if p.is_file()}
    pelican.run()
    assert first == {p: p.read_bytes() for p in (tmp_path / "output").rglob("*") if p.is_file()}


def test_generator_cache_survives_a_second_build(tmp_path: Path) -> None:
    from conftest import make

    cached = {
        "CACHE_CONTENT": True,
        "LOAD_CONTENT_CACHE": True,
        "CONTENT_CACHING_LAYER": "generator",
    }
    make(tmp_path, SOURCES, **cached).run()
    first = (tmp_path / "output/friends.html").read_bytes()
    make(tmp_path, SOURCES, **cached).run()
    assert (tmp_path / "output/friends.html").read_bytes() == first


def test_head_of_the_page_is_not_left_early(page: str) -> None:
    allowed = {"meta", "link", "title", "script", "style"}
    assert {child.tag for child in head(page) if isinstance(child.tag, str)} <= allowed


def test_a_title_for_networks_leaves_the_headline_alone(build: Build) -> None:
    output = build(
        {"content/a.md": "Title: Plain\nSlug: a\nSocial_title: Loud\nDate: 2026-01-01\n\nx"}
    )
    page = (output / "a.html").read_text()
    assert meta(page, "og:title") == "Loud"
    assert graph(page)["BlogPosting"]["headline"] == "Plain"


@pytest.mark.parametrize("key", ["Cover_image", "Thumbnail"])
def test_any_picture_key_publishes_its_picture(build: Build, key: str) -> None:
    output = build(
        {
            "content/a.md": f"Title: A\nDate: 2026-01-01\n{key}: {{static}}/pics/p.png\n\nText.",
            "content/pics/p.png": png(800, 400),
        }
    )
    assert (output / "pics/p.png").is_file()
