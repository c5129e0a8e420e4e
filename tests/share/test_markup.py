"""The markup of every widget: small, whole, without a role, a style or a script that lies."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import html5lib
from conftest import Build
from heads import widget
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader

from pelican_smo.labels import labels_of, shipped_labels
from pelican_smo.page import Account, Image, Linkbacks, Page, Site
from pelican_smo.share.assets import script, stylesheet
from pelican_smo.share.networks import read_networks
from pelican_smo.share.widgets import Look, ShareWidget

NETWORKS = read_networks({}, {"lemmy": "l.example", "wallabag": "w.example"})
SHOWABLE = [
    name
    for name, network in NETWORKS.items()
    if (network.parts and "instance" not in network.needs) or network.category == "local"
]
ENV = Environment(loader=PackageLoader("pelican_smo"), autoescape=True)
URL = "https://example.org/a?b=1&c='2'"


def page(title: str = "A & B", language: str = "en", **more: object) -> Page:
    site = Site(url="https://example.org", name="S", account=Account(x="@s", facebook_app_id="7"))
    values: dict[str, object] = {
        "image": Image(url="https://example.org/a.png"),
        "linkbacks": Linkbacks(webmention="https://m.example/?a=1&b=2"),
        "tags": ("one", "C++"),
        **more,
    }
    return Page(
        site=site,
        kind="article",
        language=language,
        labels=labels_of(language),
        url=URL,
        canonical=URL,
        title=title,
        headline=title,
        social_description="What it is about.",
        **values,  # type: ignore[arg-type]
    )


def kilobytes(text: str) -> float:
    return len(gzip.compress(text.encode(), 9)) / 1024


def test_the_default_widget_is_within_its_budget(build: Build) -> None:
    output = build({"content/a.md": "Title: A title of usual length\nDate: 2026-01-01\n\nText."})
    (article,) = output.glob("a-title*.html")
    (css,), (js,) = ((output / "smo").glob(f"*.{kind}") for kind in ("css", "js"))
    assert kilobytes(widget(article.read_text())) <= 3.5
    assert kilobytes(css.read_text()) <= 1.5
    assert kilobytes(js.read_text()) <= 1.5


def test_nothing_runs_or_is_painted_in_line(demo: Path) -> None:
    for path in demo.rglob("*.html"):
        for found in re.findall(
            r'<aside class="smo-share".*?</aside>', path.read_text(), re.DOTALL
        ):
            assert not re.search(r"\s(?:on\w+|style|title)=|javascript:|<script|<style", found), (
                path
            )
            assert set(re.findall(r'role="(\w+)"', found)) <= {"list", "status", "img"}, path


def elements(html: str) -> Iterator[tuple[str, object]]:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    for element in parser.parse(f"<!doctype html><title>t</title><body>{html}").iter():
        yield str(element.tag), element


@settings(deadline=None, max_examples=60)
@given(
    chosen=st.lists(st.sampled_from(SHOWABLE), unique=True, min_size=1, max_size=9),
    look=st.builds(
        Look,
        style=st.sampled_from(("icons-text", "icons", "text")),
        max_visible=st.integers(0, 6),
        level=st.integers(1, 6),
        colors=st.booleans(),
        named=st.booleans(),
    ),
    language=st.sampled_from([*shipped_labels(), "sv"]),
    titles=st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=2, max_size=2
    ),
)
def test_any_choice_in_any_language_is_whole_html(
    chosen: list[str], look: Look, language: str, titles: list[str]
) -> None:
    shares = ShareWidget(ENV, NETWORKS)
    for title in titles:
        html = shares.html(page(title, language), tuple(chosen), look)
        found = list(elements(html))
        assert sum(tag == "li" for tag, _ in found) == len(chosen)
        assert shares.html(page(title, language), tuple(chosen), look) == html
        assert ShareWidget(ENV, NETWORKS).html(page(title, language), tuple(chosen), look) == html
        for tag, element in found:
            if tag in ("a", "button", "summary"):
                assert "".join(element.itertext()).strip()  # type: ignore[attr-defined]
            if tag in ("a", "button"):
                inner = [e.tag for e in element.iter() if e is not element]  # type: ignore[attr-defined]
                assert not {"a", "button", "input"} & set(inner)


def test_a_long_title_after_a_short_one_is_not_that_of_the_first_page() -> None:
    chosen = ("mastodon", "bluesky", "x", "hackernews", "copy")
    shares = ShareWidget(ENV, NETWORKS)
    for title in ("Short", "long " * 90, "Other", "日本語 " * 90, "long again " * 60):
        one = ShareWidget(ENV, NETWORKS).html(page(title), chosen, Look())
        assert shares.html(page(title), chosen, Look()) == one


def test_the_account_of_the_site_is_named_without_its_sign() -> None:
    html = ShareWidget(ENV, NETWORKS).html(page(), ("x",), Look())
    assert "&amp;via=s&#34;" in html or 'via=s"' in html


def test_an_articles_closed_linkbacks_offer_no_form() -> None:
    closed = ShareWidget(ENV, NETWORKS).html(page(linkbacks=None), ("webmention", "copy"), Look())
    assert "<form" not in closed
    assert ShareWidget(ENV, NETWORKS).html(page(linkbacks=None), ("webmention",), Look()) == ""


def test_an_address_too_long_for_a_code_has_none() -> None:
    from dataclasses import replace

    far = replace(page(), canonical="https://example.org/" + "a" * 3000)
    html = ShareWidget(ENV, NETWORKS).html(far, ("qr", "copy"), Look())
    assert "smo-qr" not in html
    assert "smo-copy" in html


def test_files_are_named_by_what_is_in_them() -> None:
    plain, colored = stylesheet(), stylesheet(NETWORKS.values())
    assert plain.name != colored.name
    assert stylesheet() == plain
    assert re.fullmatch(r"smo-[0-9a-f]{8}\.js", script().name)
    assert "/*" not in plain.text
    assert "\n//" not in script().text
