"""Three themes, each unlike the others: all but our additions is what plain Pelican writes."""

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from heads import head, without_ours
from pictures import png

SOURCES: dict[str, str | bytes] = {
    "content/one.md": "Title: One & <b>only</b>\nDate: 2026-01-01\nCategory: Sea\nTags: fish, salt\n"
    "Slug: one\n\nThe **first** text.\n\n    a  code\tblock\n\nMore.",
    "content/one.fr.md": "Title: Un\nDate: 2026-01-01\nCategory: Sea\nLang: fr\nSlug: one\n\nPremier.",
    "content/two.md": "Title: Two\nDate: 2026-01-02\nModified: 2026-02-02\nTags: fish\n\nSecond &amp; last.",
    "content/draft.md": "Title: Draft\nDate: 2026-01-03\nStatus: draft\n\nNot yet.",
    "content/hidden.md": "Title: Hidden\nDate: 2026-01-03\nStatus: hidden\n\nFor friends.",
    "content/empty.md": "Title: Empty\nDate: 2026-01-04\n\n",
    "content/pages/about.md": "Title: About\n\nWho we are.",
    "content/images/site.png": png(1200, 630),
}
SHARED = ("one.html", "one-fr.html", "two.html")
LISTS = ("index", "archives", "categories", "category", "tags", "tag", "authors", "author")

# What ours replaces has the attribute "goes"; everything else has to stay.
OWN_TAGS = """<!DOCTYPE html>
<HTML><HEAD>
<META CHARSET=utf-8>
<title>{% block title %}{{ SITENAME|e }}{% endblock %}</title>
<meta name="generator" content="Pelican"><base target=_self>
<META goes PROPERTY='og:title' CONTENT='theirs'>
<meta goes property="og:title" content="twice"><meta goes name=og:type content=website>
<meta goes property="og:image" content="/relative.png" />
<meta goes property="article:author" content="theirs">
<meta goes name="twitter:card" content="summary"><meta goes name="twitter:title" content="a > b">
<meta name="description" content="their words"><link rel="canonical" href="https://theirs.example/">
<meta name="twitter:app:id:iphone" content="7"><meta property="og:video" content="https://v.example/">
<meta goes name="robots" content="noarchive">
<link rel=stylesheet href=x.css><style>/* </head> <meta property="og:title"> */</style>
<script>"<meta property='og:title'> </head>"</script>
<!-- <meta property="og:title" content="a comment"> -->
<script goes type="application/ld+json">{"@type": "WebSite", "name": "theirs"}</script>
<script type="application/ld+json">{"@type": "Recipe", "name": "Soup"}</script>
</HEAD><BODY>
{% block content %}{% for article in articles %}<h2>{{ article.title }}</h2>{{ article.summary }}{% endfor %}{% endblock %}
</BODY></HTML>
"""
FILTERED = """<!doctype html>
<html lang="{{ DEFAULT_LANG }}">
<head><title>{% block title %}{{ SITENAME }}{% endblock %}</title></head>
<body>{% block content %}{% for article in articles %}{{ article.content|shout }}{% endfor %}{% endblock %}
</body>
</html>"""
HEADLESS = """<!doctype html><title>{% block title %}{{ SITENAME }}{% endblock %}</title>
<p>Welcome{% block content %}{% for article in articles %}<p>{{ article.title }}{% endfor %}{% endblock %}"""
THEMES = {
    "own tags": (OWN_TAGS, "<article>{{ text.content }}</article>"),
    "filtered body": (FILTERED, '<div class="post entry-content">{{ text.content|shout }}</div>'),
    "no head": (HEADLESS, "<p>{{ text.content }}"),
}


def shout(markup: str) -> str:
    return markup.replace("<p>", '<p class="loud">')


def theme(base: str, text: str) -> dict[str, str]:
    """Return the files of a theme of one base and one way to show a text."""
    bare = '{% extends "base.html" %}'
    shown = bare + "{% block title %}{{ text.title }}{% endblock %}{% block content %}"
    shown += f"<h1>{{{{ text.title }}}}</h1>{text}{{% endblock %}}"
    return {
        "theme/static/x.css": "",
        "theme/templates/base.html": base,
        **{f"theme/templates/{name}.html": bare for name in LISTS},
        **{
            f"theme/templates/{name}.html": shown.replace("text", name).replace("{{ name", "{{ ")
            for name in ("article", "page")
        },
    }


def files(output: Path) -> dict[str, str]:
    """Return every file of a site but our own ones."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.parent.name != "smo"
    }


def without_theirs(page: str, *, published: bool) -> str:
    if published:  # no other page has JSON-LD of ours
        page = re.sub(r"<script goes.*?</script>", "", page)
    return re.sub(r"""<meta goes(?:"[^"]*"|'[^']*'|[^>])*>""", "", page, flags=re.IGNORECASE)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", THEMES)
def test_all_but_our_additions_is_what_pelican_writes(
    build: Build, tmp_path: Path, name: str, newline: str
) -> None:
    sources = {**SOURCES, **theme(*THEMES[name])}
    settings: dict[str, Any] = {
        "JINJA_FILTERS": {"shout": shout},
        "JINJA_ENVIRONMENT": {"newline_sequence": newline},
        "FEED_ALL_ATOM": "feeds/all.atom.xml",
        "FEED_ALL_RSS": "feeds/all.rss.xml",
        "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
        "SMO_IMAGE": "images/site.png",
        "SMO_LINKBACK_ENDPOINT": "https://m.example.org",
    }
    plain = build(
        sources, name="plain", PLUGINS=[], THEME=str(tmp_path / "plain/theme"), **settings
    )
    ours = build(sources, name="ours", THEME=str(tmp_path / "ours/theme"), **settings)
    expected, found = files(plain), files(ours)
    assert found.keys() == expected.keys()
    for file, page in expected.items():
        published = file not in ("drafts/draft.html", "hidden.html")
        assert without_ours(found[file]) == without_theirs(page, published=published), file
        assert ("<!-- pelican-smo -->" in found[file]) == file.endswith(".html"), file
        if file != "empty.html":  # whether it has a place for share links is up to the theme
            assert ("smo-share" in found[file]) == (file in SHARED), file


def test_without_a_head_our_tags_are_in_it_all_the_same(build: Build, tmp_path: Path) -> None:
    sources = {**SOURCES, **theme(*THEMES["no head"])}
    output = build(sources, THEME=str(tmp_path / "site/theme"))
    keys = [meta.get("property") for meta in head((output / "one.html").read_text()).iter("meta")]
    assert "og:title" in keys
