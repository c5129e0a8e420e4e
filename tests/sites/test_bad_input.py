"""What authors, themes and disks get wrong: the build goes on and one message says it."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from heads import graph, head, links, meta, metas, tree
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import png

from pelican_smo import finish
from pelican_smo.inject import block, splice
from pelican_smo.labels import labels_of
from pelican_smo.page import Image, Page, Person, Site
from pelican_smo.scan import scan
from pelican_smo.tags import Tag
from pelican_smo.text import plain
from pelican_smo.vocabularies import head as head_tags

GOOD = "Title: Good\nDate: 2026-01-01\nSlug: good\n\nThe text."


def article(**metadata: str) -> str:
    lines = {"Title": "A", "Date": "2026-01-01", "Slug": "a", **metadata}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()) + "\nThe text."


@pytest.mark.parametrize(
    ("metadata", "message", "absent"),
    [
        ({"Image": "{static}/none.png"}, "a.md: the image '{static}/none.png' is no file", "og:image"),
        ({"Image": "/broken.png"}, "a.md: the image '/broken.png' cannot be read", "og:image"),
        ({"Image": "/drawing.svg"}, "a.md: the image '/drawing.svg' is of a type", "og:image"),
        ({"Fediverse": "Ada Lovelace"}, "a.md: Fediverse: 'Ada Lovelace' is no account", "fediverse:creator"),
        ({"Canonical": "https://"}, "a.md: Canonical: 'https://' is no URL", "og:none"),
        ({"Canonical": "https://example.org/blog/"}, "is the home page", "og:none"),
        ({"OG_locale": "klingon"}, "a.md: OG_locale: 'klingon' has no territory", "og:none"),
        ({"Smo_linkbacks": "close"}, "a.md: Smo_linkbacks: 'close' changes nothing; write closed or open", "og:none"),
        ({"Smo": "of"}, "a.md: Smo: 'of' changes nothing; write off or tags or widgets", "og:none"),
        ({"Social_titel": "B"}, "a.md: nothing reads Social_titel; did you mean Social_title?", "og:none"),
        ({"OG_locale": "en", "Lang": "tlh"}, "a.md: OG_locale: 'en' has no territory", "og:locale"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_left_out_and_named_with_its_file(
    build: Build,
    messages: Callable[[], str],
    metadata: Mapping[str, str],
    message: str,
    absent: str,
) -> None:
    sources = {
        "content/a.md": article(**metadata),
        "content/broken.png": b"no picture",
        "content/drawing.svg": "<svg/>",
    }
    output = build(sources, STATIC_PATHS=[""], DEFAULT_LANG=metadata.get("Lang", "en"))
    page = (output / "a.html").read_text()
    assert absent not in metas(page)
    assert meta(page, "og:title") == "A"
    assert messages().count(message) == 1


@pytest.mark.parametrize(
    "source",
    [
        "Title: A\nSlug: a\nDate: 2026-01-01\n\n",
        "Title: <b></b>\nSlug: a\nDate: 2026-01-01\n\nText.",
        "Title: A\nSlug: a\nDate: 1901-02-03\nModified: 1900-01-01\n\nText.",
        "Title: A\nSlug: a\nDate: 2026-01-01\nTags: ,\nSummary: <!--\n\n<p title='",
    ],
)
def test_an_odd_article_gets_a_title_and_a_page(build: Build, source: str) -> None:
    page = (build({"content/a.md": source}) / "a.html").read_text()
    assert meta(page, "og:title") in ("A", "Sea & Shore")
    assert "article:modified_time" not in metas(page)
    assert links(page, "canonical")
    assert graph(page)["BlogPosting"]["datePublished"]


def test_an_unreadable_date_is_pelicans_to_tell_and_other_pages_are_right(build: Build) -> None:
    output = build({"content/good.md": GOOD, "content/a.md": article(Date="soon")})
    assert meta((output / "good.html").read_text(), "og:title") == "Good"


def test_a_clean_site_gives_no_warning(build: Build, messages: Callable[[], str]) -> None:
    others = article(Og_video="https://v.example/", Smo_mood="good", Thumbnail_size="9")
    build({"content/good.md": GOOD, "content/a.md": others})
    assert messages() == ""


def test_a_full_disk_is_named_and_the_pages_are_there(
    build: Build, messages: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: object) -> Path:
        raise OSError(28, os.strerror(28), str(target))

    monkeypatch.setattr(Path, "replace", full)
    output = build({"content/good.md": GOOD})
    assert meta((output / "good.html").read_text(), "og:title") == "Good"
    assert "No space left on device; make room" in messages()
    assert list(output.rglob(".smo*")) == []


def test_a_mistake_of_ours_leaves_the_page_as_the_theme_made_it(
    build: Build, messages: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(page: Page) -> list[Tag]:
        if page.title == "A":
            raise ZeroDivisionError("one too many")
        return head_tags(page)

    sources = {"content/good.md": GOOD, "content/a.md": article()}
    plain_page = (build(sources, name="plain", PLUGINS=[]) / "a.html").read_bytes()
    monkeypatch.setattr(finish, "head_tags", stumbling)
    output = build(sources)
    assert (output / "a.html").read_bytes() == plain_page
    assert meta((output / "good.html").read_text(), "og:title") == "Good"
    assert messages().count("a.html: left as the theme made it") == 1
    assert "one too many" in messages()


# Text that tries to get out

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["</title>", "</script>", "<script>", '"', "'", "-->", "--", "<!--", "&quot;", "&", ">",
             "<meta property=og:title content=x>", "</head>", "\u2028", "é", "{url}", "]]>", "\\"]
        ),
        max_size=6,
    ).map("".join),
).map(plain)  # fmt: skip


def page_of(texts: list[str]) -> Page:
    title, description, author, tag, section, alt, name = texts
    site = Site(url="https://example.org", name=name, description=description)
    person = Person(name=author, url="https://example.org/ada", x="@ada")
    return Page(
        site=site,
        kind="article",
        language="en",
        labels=labels_of("en"),
        url="https://example.org/a",
        canonical="https://example.org/a",
        title=title,
        headline=title,
        description=description,
        social_description=description,
        image=Image(url="https://example.org/a.png", alt=alt),
        authors=(person,),
        section=section,
        tags=(tag,),
        og_type="article",
        crumbs=((name, "https://example.org/"), (section, "https://example.org/s")),
    )


@settings(deadline=None)
@given(st.lists(HOSTILE, min_size=7, max_size=7))
def test_no_text_gets_out_of_its_place(texts: list[str]) -> None:
    title, description, author, tag, section, alt, name = texts
    document = "<!doctype html><html><head></head><body><p>x</body></html>"
    tags = head_tags(page_of(texts))
    page = splice(document, scan(document), block(tag.html for tag in tags))
    stated = metas(page)
    assert stated["og:title"] == [title]
    assert stated["og:site_name"] == [name]
    assert stated.get("description", []) == list(filter(None, [description]))
    assert stated["author"] == [author]
    assert stated["article:tag"] == [tag]
    assert stated.get("article:section", []) == list(filter(None, [section]))
    assert stated.get("og:image:alt", []) == list(filter(None, [alt]))
    ours = [element for element in head(page) if isinstance(element.tag, str)]
    assert len(ours) == len(tags)
    body = tree(page).find("body")
    assert body is not None
    assert [element.tag for element in body.iter()] == ["body", "p"]
    assert graph(page)["Person"].get("name", "") == author
    assert json.dumps(graph(page))


@settings(deadline=None, max_examples=15)
@given(st.lists(HOSTILE.filter(bool), min_size=2, max_size=2))
def test_no_text_gets_out_of_a_widget(texts: list[str]) -> None:
    from jinja2 import Environment, PackageLoader

    from pelican_smo.share.networks import read_networks
    from pelican_smo.share.widgets import Look, ShareWidget

    env = Environment(loader=PackageLoader("pelican_smo"), autoescape=True)
    custom: dict[str, Any] = {"own": {"name": texts[1], "url": "https://o.example/?u={url}"}}
    widget = ShareWidget(env, read_networks(custom))
    page = page_of([texts[0]] * 7)
    for _ in range(2):
        html = widget.html(page, ("mastodon", "own", "email"), Look())
        names = [span.text for span in tree(html).iter("span") if span.get("translate") == "no"]
        assert names == ["Mastodon", texts[1], "Email"]
        assert len(list(tree(html).iter("a"))) == 3


def test_a_picture_chosen_for_a_tag_has_its_alt(build: Build) -> None:
    sources = {"content/a.md": article(Tags="fish"), "content/images/fish.png": png(600, 600)}
    output = build(sources, SMO_TAGS={"fish": {"image": "images/fish.png", "image_alt": "A cod"}})
    assert meta((output / "a.html").read_text(), "og:image:alt") == "A cod"
