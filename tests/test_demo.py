"""The demo site builds without a warning, and its pages are right."""

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from demo import ROOT
from heads import meta, repeated
from PIL import Image

from pelican_smo.mentions.cleaning import TAGS
from pelican_smo.mentions.store import KINDS, RSVPS
from pelican_smo.receiver.export import feed


def test_every_page_states_each_fact_once(demo: Path) -> None:
    pages = list(demo.rglob("*.html"))
    assert len(pages) > 30
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert repeated(page) == {}, path
        assert meta(page, "og:title"), path
        assert meta(page, "og:url").startswith("https://smo.example"), path


def test_no_page_asks_another_server_for_anything(demo: Path) -> None:
    import html5lib

    for path in demo.rglob("*.html"):
        tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        loads = [e.get("src") for e in tree.iter() if isinstance(e.tag, str) and e.get("src")]
        loads += [
            link.get("href")
            for link in tree.iter("link")
            if link.get("rel") in ("stylesheet", "icon", "preload")
        ]
        assert [url for url in loads if url and "//" in url] == [], path


def section(demo: Path, name: str) -> ET.Element:
    """Return the mentions of a page, as a browser understands them."""
    import html5lib

    text = (demo / name).read_text(encoding="utf-8")
    (found,) = (
        one
        for one in html5lib.parse(text, namespaceHTMLElements=False).iter("section")
        if one.get("class") == "smo-mentions"
    )
    return found


def classed(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if name in (one.get("class") or "").split()]


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def shown(demo: Path) -> dict[str, ET.Element]:
    """Return the sections of all pages that have mentions."""
    paths = (path.relative_to(demo).as_posix() for path in demo.rglob("*.html"))
    return {
        path: section(demo, path)
        for path in paths
        if "data-kind" in (demo / path).read_text(encoding="utf-8")
    }


def test_every_kind_of_mention_is_on_some_page(demo: Path) -> None:
    sections = shown(demo).values()
    kinds = {one.get("data-kind") for root in sections for one in root.iter()} - {None}
    assert kinds == set(KINDS)
    answers = {one.get("value") for root in sections for one in classed(root, "p-rsvp")}
    assert answers == set(RSVPS)


def test_mentions_of_every_make_are_on_some_page(demo: Path) -> None:
    pelicans = section(demo, "the-hour-of-pelicans.html")
    boats = section(demo, "before-the-boats.html")
    (likes,) = (one for one in pelicans.iter("div") if one.get("data-kind") == "like")
    assert len(classed(likes, "smo-face")) > 25
    assert [words(one) for one in likes.iter("summary")] == ["More (7)"]
    assert [words(one) for one in classed(pelicans, "smo-read-on")] == ["Read on at birds.example"]
    assert {words(one) for one in classed(pelicans, "smo-emoji")} == {"🥖", "😂", "🐟", "❤️"}
    assert "A puffin on a post, seen from the side. It has a sardine." in words(pelicans)
    assert any(one.get("lang") == "ar" for one in classed(boats, "smo-mention-text"))
    # A pingback and a TrackBack that say nothing but where they are from.
    bare = [one for one in classed(boats, "u-mention") if not classed(one, "smo-mention-text")]
    names = [words(name) for one in bare for name in classed(one, "p-author")]
    assert names == ["saltroad.example", "old-moles.example"]
    arabic = section(demo, "ar/share-links.html")
    assert arabic.get("dir") == "rtl"
    assert len(classed(arabic, "h-cite")) == 4


def test_the_file_is_as_an_export_writes_it_and_all_people_are_invented(demo: Path) -> None:
    text = (ROOT / "demo_site/mentions.json").read_text(encoding="utf-8")
    top = json.loads(text)
    assert feed(top["children"], top["smo-generation"]) == text
    targets = json.loads((demo / "smo/targets.json").read_bytes())["targets"]
    known = {row["id"]: row["url"] for row in targets}
    for entry in top["children"]:
        assert known[entry["smo-article"]] == entry["wm-target"]
        assert urlsplit(entry["wm-source"]).hostname.endswith(".example")
    hosts = re.findall(r"https?://(?:[\w.:@-]*@)?([\w.-]+)", text)
    assert [host for host in hosts if not host.endswith(".example")] == []


def test_a_closed_article_keeps_what_it_has_and_has_no_form(demo: Path) -> None:
    closed = section(demo, "metadata.html")
    assert len(classed(closed, "h-cite")) == 2
    assert list(closed.iter("form")) == []


def test_the_faces_are_on_this_site_and_all_used(demo: Path) -> None:
    drawn = {path.read_bytes() for path in (ROOT / "demo_site/avatars").iterdir()}
    used = {
        (demo / path).parent / str(picture.get("src"))
        for path, root in shown(demo).items()
        for picture in root.iter("img")
    }
    assert {path.resolve().read_bytes() for path in used} == drawn


def test_sec_12_what_washes_ashore_is_shown_and_inert(demo: Path) -> None:
    root = section(demo, "flotsam.html")
    exhibits = classed(root, "smo-mention-text")
    numbers = [words(one).partition(".")[0] for one in exhibits]
    assert numbers[:12] == [str(number) for number in range(1, 13)]
    for text in exhibits:
        inside = [one for one in text.iter() if one is not text]
        assert {str(one.tag) for one in inside} <= TAGS
        for one in inside:
            assert set(one.attrib) <= (
                {"href", "rel", "referrerpolicy"} if one.tag == "a" else set()
            )
    ours = TAGS | {"section", "h2", "h3", "div", "span", "bdi", "time", "data", "details"}
    ours |= {"summary", "form", "input", "label", "button", "img"}
    assert {str(one.tag) for one in root.iter()} <= ours
    for one in root.iter():
        assert not [name for name in one.attrib if name.startswith("on") or name in ("style", "id")]
        assert (one.get("href") or "https://").startswith(("http://", "https://"))
    assert [one.get("type") for one in root.iter("input")] == ["hidden", "url"]
    assert len(list(root.iter("img"))) == 1  # of the one who is no attacker
    for exhibit in ('<script>alert("name")</script>', "{{ SITEURL }}", "</section>"):
        assert exhibit in words(root)
    # Nothing ended early: what the theme has after the mentions is still in the article.
    page = (demo / "flotsam.html").read_text(encoding="utf-8")
    assert page.index("smo-tell-form") < page.index('<footer class="post-foot">')


def card_of(demo: Path, name: str) -> str:
    """Return the path of the card that a page shows to networks, below the site."""
    url = urlsplit(meta((demo / name).read_text(encoding="utf-8"), "og:image"))
    assert url.netloc == "smo.example"
    assert re.fullmatch(r"v=[0-9a-f]{8}", url.query), name
    return url.path.removeprefix("/")


POSTCARDS = {
    "greetings.html": "LATIN",
    "el/greetings.html": "GREEK",
    "uk/greetings.html": "CYRILLIC",
    "ar/greetings.html": "ARABIC",
    "he/greetings.html": "HEBREW",
    "hi/greetings.html": "DEVANAGARI",
    "th/greetings.html": "THAI",
    "ja/greetings.html": "CJK",
}


def test_a_postcard_has_a_card_in_each_of_eight_scripts(demo: Path) -> None:
    cards = {card_of(demo, name) for name in POSTCARDS}
    assert len({(demo / path).read_bytes() for path in cards}) == 8
    for name, script in POSTCARDS.items():
        page = (demo / name).read_text(encoding="utf-8")
        assert unicodedata.name(meta(page, "og:title")[0]).startswith(script)
        assert meta(page, "og:title") in meta(page, "og:image:alt")


def test_every_layout_is_on_some_page(demo: Path) -> None:
    layouts = {
        "lost-and-found.html": "plain",
        "cards.html": "gradient",
        "high-water.html": "photo",
        "postmaster.html": "quote",
        "greetings.html": "postcard",
    }
    (manifest,) = (
        found
        for path in (ROOT / "demo_site/.pelican-smo/cards").glob("*.json")
        if (found := json.loads(path.read_bytes())).get("output") == str(demo.resolve())
    )
    drawn = {row["path"]: row["layout"] for row in manifest["cards"]}
    assert {name: drawn[card_of(demo, name)] for name in layouts} == layouts
    assert manifest["refused"] == []


def test_each_page_with_a_card_shows_it_and_no_file_is_left_over(demo: Path) -> None:
    shown = set()
    for path in demo.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if '<figure class="drawn">' in page:
            (source,) = re.findall(r'<figure class="drawn"><img src="([^"]+)"', page)
            card = (path.parent / source.partition("?")[0]).resolve()
            assert card == (demo / card_of(demo, path.relative_to(demo).as_posix())).resolve()
            with Image.open(card) as picture:
                assert picture.size == (1200, 630)
            shown.add(card)
    assert len(shown) == 12
    assert {path.resolve() for path in (demo / "smo/cards").iterdir()} == shown
