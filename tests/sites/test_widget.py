"""The share widget of many pages: rendered once where it can be, right on each of them."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Build
from heads import tree

ARTICLES = {
    "content/a.md": "Title: {url} & smo0url0smo\nDate: 2026-01-01\nTags: C++, sea shore\n\nOne.",
    "content/b.md": "Title: Cats {} dogs\nDate: 2026-01-02\nSummary:\n\nTwo.",
    "content/c.fr.md": "Title: Trois\nDate: 2026-01-03\nLang: fr\nSlug: c\n\nTrois.",
}
NAMES = ("cats-dogs.html", "url-smo0url0smo.html", "c-fr.html")


def shared(page: str) -> list[str]:
    """Return the addresses of the share links, as a browser reads them."""
    return [
        link.get("href", "")
        for link in tree(page).iter("a")
        if (link.get("class") or "").startswith("smo-share-link")
    ]


def test_every_page_shares_its_own_title_and_address(build: Build) -> None:
    output = build(ARTICLES, SMO_SHARE_NETWORKS=("reddit", "mastodon"))
    for name, title in (
        ("url-smo0url0smo.html", "{url} & smo0url0smo"),
        ("cats-dogs.html", "Cats {} dogs"),
        ("c-fr.html", "Trois"),
    ):
        reddit, mastodon = shared((output / name).read_text())
        assert parse_qs(urlsplit(reddit).query) == {
            "url": [f"https://example.org/blog/{name}"],
            "title": [title],
        }
        assert mastodon.startswith("https://share.joinmastodon.org/#text=")


def test_words_are_of_the_pages_language(build: Build) -> None:
    output = build(ARTICLES)
    assert "Partager sur" in (output / "c-fr.html").read_text()
    assert "Share on" in (output / "cats-dogs.html").read_text()


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (
            "smo/share.html",
            "<nav>{{ page.title }}: {{ links|length }} {x} {% raw %}{{}}{% endraw %}",
        ),
        ("smo/share_link.html", "<nav>{{ page.title }}"),
        ("smo/part.html", "<nav>{{ page.title }}"),
    ],
)
def test_a_template_may_look_at_the_page(
    build: Build, tmp_path: Path, template: str, expected: str
) -> None:
    own = {f"theme/templates/{template}": expected}
    if template == "smo/part.html":
        own["theme/templates/smo/share.html"] = "{% include 'smo/part.html' %}"
    output = build(
        {**ARTICLES, **own}, THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "site/theme/templates")]
    )
    assert "<nav>Cats {} dogs" in (output / "cats-dogs.html").read_text()
    assert "<nav>{url} &amp; smo0url0smo" in (output / "url-smo0url0smo.html").read_text()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("link.url|upper", "HTTPS://WWW.REDDIT.COM/SUBMIT?URL=HTTPS%3A%2F%2FEXAMPLE.ORG"),
        ("link.url[:24]", "<b>https://www.reddit.com/s</b>"),
        ("link.url|urlencode", "https%3A//www.reddit.com/submit%3Furl%3Dhttps%253A%252F%252F"),
        ("link.status", "<b>live</b>"),
    ],
)
def test_a_template_may_do_anything_with_the_address(
    build: Build, tmp_path: Path, expression: str, expected: str
) -> None:
    own = {"theme/templates/smo/share_link.html": f"<b>{{{{ {expression} }}}}</b>"}
    output = build(
        {**ARTICLES, **own},
        THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "site/theme/templates")],
        SMO_SHARE_NETWORKS=("reddit",),
    )
    for name in NAMES:
        page = (output / name).read_text()
        assert expected in page
        assert "smo0" not in page or name.startswith("url")


def test_an_included_template_may_be_missing(build: Build, tmp_path: Path) -> None:
    own = {
        "theme/templates/smo/share.html": "{% include 'smo/none.html' ignore missing %}<i>share</i>"
    }
    output = build(
        {**ARTICLES, **own}, THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "site/theme/templates")]
    )
    assert "<i>share</i>" in (output / "cats-dogs.html").read_text()


def test_a_template_may_measure_the_address(build: Build, tmp_path: Path) -> None:
    own = {"theme/templates/smo/share_link.html": "<b>{{ link.url|length }}:{{ link.url }}</b>"}
    output = build(
        {**ARTICLES, **own},
        THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "site/theme/templates")],
        SMO_SHARE_NETWORKS=("facebook",),
    )
    for name in NAMES:
        (text,) = [
            bold.text or "" for bold in tree((output / name).read_text()).iter("b") if bold.text
        ]
        length, _, address = text.partition(":")
        assert int(length) == len(address)
