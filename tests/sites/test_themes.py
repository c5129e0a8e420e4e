"""Themes differ: own tags, changed bodies, no head, templates of ours replaced."""

import json
from pathlib import Path

import pytest
from conftest import Build
from heads import graph, head, meta, metas, repeated, tree

ARTICLE = {"content/a.md": "Title: A & B\nDate: 2026-01-01 08:00\nSlug: a\n\nThe **text** itself."}


def themed(article: str, **more: str) -> dict[str, str]:
    """Return a theme whose article page is ``article``; the other pages are bare."""
    names = (
        "index",
        "archives",
        "categories",
        "tags",
        "authors",
        "category",
        "tag",
        "author",
        "page",
    )
    bare = "<!doctype html><title>x</title><p>x"
    return {
        **{f"theme/templates/{name}.html": bare for name in names},
        "theme/templates/article.html": article,
        "theme/static/x.css": "",
        **more,
    }


def page_of(build: Build, tmp_path: Path, theme: dict[str, str], **settings: object) -> str:
    output = build({**ARTICLE, **theme}, THEME=str(tmp_path / "site/theme"), **settings)
    return (output / "a.html").read_bytes().decode()


OWN_TAGS = """<!DOCTYPE html><html><head>
<meta charset=utf-8><title>{{ article.title }}</title>
<meta name="og:title" content="theirs"><META PROPERTY='og:image:width' CONTENT='9'>
<meta property="article:modified_time" content="">
<meta name="description" property="og:description" content="their words">
<meta name="twitter:title" content="theirs"><meta name="robots" content="noindex">
<link rel="canonical" href="./a.html">
<script type="application/ld+json">{"@type": "BlogPosting", "headline": "theirs"}</script>
<script type="application/ld+json">[{"@type": "WebSite"}, {"@type": "Recipe", "name": "Soup"}]</script>
</head><body><div class="x">{{ article.content }}</div></body></html>"""


def test_of_two_tags_one_stays(build: Build, tmp_path: Path) -> None:
    page = page_of(build, tmp_path, themed(OWN_TAGS))
    assert repeated(page) == {}
    assert meta(page, "og:title") == "A & B"
    assert "twitter:title" not in metas(page)
    assert "article:modified_time" not in metas(page)
    assert meta(page, "description") == "their words"
    assert meta(page, "robots") == "max-image-preview:large, noindex"
    assert page.count("canonical") == 1
    blocks = [json.loads(s.text or "") for s in head(page).iter("script") if not s.get("src")]
    types = [node["@type"] for graph_ in blocks for node in graph_["@graph"]]
    assert types.count("BlogPosting") == types.count("WebSite") == types.count("Recipe") == 1


def test_the_theme_may_win(build: Build, tmp_path: Path) -> None:
    page = page_of(build, tmp_path, themed(OWN_TAGS), SMO_THEME_TAGS="theme")
    assert meta(page, "og:title") == "theirs"
    assert repeated(page) == {}


def test_what_was_replaced_is_in_the_report(build: Build, tmp_path: Path) -> None:
    page_of(build, tmp_path, themed(OWN_TAGS))
    rows = json.loads((tmp_path / "site/.pelican-smo/report.json").read_text())["tags"]
    assert {
        "key": "og:title",
        "action": "replaced",
        "pages": 1,
        "first": "a.html",
        "theirs": "theirs",
        "ours": "A & B",
    } in rows


def test_broken_json_ld_of_a_theme_is_named_and_left(
    build: Build, tmp_path: Path, messages
) -> None:
    broken = '<script type="application/ld+json">{oops</script>'
    page = page_of(
        build,
        tmp_path,
        themed(f"<!doctype html><head>{broken}</head><body>{{{{ article.content }}}}"),
    )
    assert broken in page
    assert "JSON-LD is not JSON" in messages()


def test_a_changed_body_falls_back_to_an_anchor(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body><main>"
            '<div class="post entry-content"><div>{{ article.content|upper }}</div></div></main>'
        ),
    )
    assert (
        page.index("</div></div>") < page.index('<aside class="smo-share') < page.index("</main>")
    )


def test_a_theme_without_place_is_named(build: Build, tmp_path: Path, messages) -> None:
    page = page_of(build, tmp_path, themed("<!doctype html><title>t</title><p>{{ article.title }}"))
    assert "smo-share" not in page
    assert "the theme shows no place for the share links" in messages()


@pytest.mark.parametrize(
    "markup",
    [
        "<!doctype html><title>t</title><p>{{ article.content }}",
        "<!doctype html><body>{{ article.content }}</body>",
        "<!DOCTYPE HTML>\r\n<HTML><HEAD><TITLE>T</TITLE></HEAD>\r\n<BODY>{{ article.content }}</BODY></HTML>",
        "\ufeff<!doctype html><html><head><title>t</title></head><body>{{ article.content }}</body>",
        "<!doctype html><head><title></head> in a title</title></head><body>{{ article.content }}",
        "<!doctype html><head><script>'</head>'</script><!-- </head> --></head><body>{{ article.content }}",
    ],
)
def test_any_shape_of_head_comes_out_right(build: Build, tmp_path: Path, markup: str) -> None:
    page = page_of(build, tmp_path, themed(markup))
    assert meta(page, "og:title") == "A & B"
    assert graph(page)["BlogPosting"]["headline"] == "A & B"
    assert len(list(tree(page).iter("aside"))) == 1


def test_a_theme_places_the_widget_itself(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body>{{ article.smo.share }}<hr>"
            "{{ article.content }}"
        ),
    )
    assert page.count('<aside class="smo-share') == 1
    assert page.index('smo-share"') < page.index("<hr>")


def test_a_theme_places_the_head_itself(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title><meta name=x content=y>{{ article.smo.head }}</head>"
            "<body>{{ article.content }}"
        ),
    )
    assert repeated(page) == {}
    assert page.index("name=x") < page.index("og:title")


def test_a_theme_replaces_one_template_and_is_escaped(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
            **{"theme/templates/smo/share_link.html": "<a href='{{ link.url }}'>{{ '<b>' }}</a>"},
        ),
    )
    assert "&lt;b&gt;" in page
    assert "https://bsky.app/intent/compose?text=A%20%26%20B%20https%3A%2F%2Fexample.org" in page


def test_a_theme_extends_our_template(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
            **{"theme/templates/smo/share.html": "<nav>{% include '!smo/share.html' %}</nav>"},
        ),
    )
    assert '<nav><aside class="smo-share' in page


def test_a_template_that_fails_is_named_and_the_page_is_written(
    build: Build, tmp_path: Path, messages
) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
            **{"theme/templates/smo/share.html": "{% for %}"},
        ),
    )
    assert "og:title" in metas(page)
    assert "template smo/share.html, line 1" in messages()


def test_a_page_of_another_engine_is_finished_on_disk(build: Build, tmp_path: Path) -> None:
    from pelican import signals

    def other_engine(generator, content) -> None:
        class Engine:
            def render(self, context) -> str:
                return f"<!doctype html><title>t</title><body>{context['article'].content}"

        generator._templates["article"] = Engine()

    signals.article_generator_write_article.connect(other_engine)
    try:
        page = (build(ARTICLE) / "a.html").read_text()
    finally:
        signals.article_generator_write_article.disconnect(other_engine)
    assert meta(page, "og:title") == "A & B"
    assert page.count('<aside class="smo-share') == 1


def test_output_that_is_no_page_is_left_alone(build: Build) -> None:
    sources = {
        **ARTICLE,
        "content/robots.txt": "Sitemap: <html>{{ SITEURL }}</html>",
        "content/part.html": "<p>a fragment</p>",
    }
    output = build(
        sources,
        TEMPLATE_PAGES={"robots.txt": "robots.txt", "part.html": "part.html"},
        ARTICLE_EXCLUDES=["part.html"],
        READERS={"html": None},
    )
    assert (output / "robots.txt").read_text() == "Sitemap: <html>https://example.org/blog</html>"
    assert (output / "part.html").read_text() == "<p>a fragment</p>"


def test_rivals_are_named_once(build: Build, messages) -> None:
    import sys
    import types

    rival = types.ModuleType("share_post")
    rival.register = lambda: None  # type: ignore[attr-defined]
    sys.modules["share_post"] = rival
    build(ARTICLE, PLUGINS=["pelican_smo", rival])
    assert messages().count("share_post") == 1


def test_a_retired_network_is_left_out_with_its_heirs(build: Build, messages) -> None:
    page = (build(ARTICLE, SMO_SHARE_NETWORKS=["digg", "email"]) / "a.html").read_text()
    assert "digg.com" not in page
    assert (
        "instead there are Hacker News ('hackernews'), Lobsters ('lobsters'), Reddit" in messages()
    )


def test_strict_stops_the_build(build: Build) -> None:
    from pelican_smo.errors import FindingsError

    with pytest.raises(FindingsError, match=r"no\.png"):
        build({"content/a.md": "Title: A\nDate: 2026-01-01\nImage: no.png\n\nx"}, SMO_STRICT=True)


def test_a_wrong_setting_stops_before_anything_is_written(build: Build, tmp_path: Path) -> None:
    from pelican_smo.errors import SettingsError

    with pytest.raises(SettingsError, match="SMO_STRICT must be True or False"):
        build(ARTICLE, SMO_STRICT=1)
    assert not (tmp_path / "site/output").exists()


def test_a_theme_that_wins_keeps_its_lists_and_loses_its_doubles(
    build: Build, tmp_path: Path
) -> None:
    own = "".join(
        f'<meta property="{key}" content="{value}">'
        for key, value in (
            ("article:tag", "one"),
            ("article:tag", "two"),
            ("og:title", "theirs"),
            ("og:title", "again"),
        )
    )
    article = "Title: A\nDate: 2026-01-01\nSlug: a\nTags: ours\n\nText."
    theme = themed(f"<!doctype html><head>{own}</head><body>{{{{ article.content }}}}")
    page = page_of(build, tmp_path, {**theme, "content/a.md": article}, SMO_THEME_TAGS="theme")
    assert metas(page)["article:tag"] == ["one", "two"]
    assert meta(page, "og:title") == "theirs"


def test_what_is_left_of_a_themes_json_ld_keeps_its_context(build: Build, tmp_path: Path) -> None:
    theirs = '{"@context": {"@vocab": "https://v.example/"}, "@graph": [{"@type": "WebSite"}, {"@type": "Recipe"}]}'
    page = page_of(
        build,
        tmp_path,
        themed(
            f'<!doctype html><head><script type="application/ld+json">{theirs}</script></head>'
            "<body>{{ article.content }}"
        ),
    )
    blocks = [
        json.loads(script.text or "")
        for script in head(page).iter("script")
        if not script.get("src")
    ]
    assert {"@context": {"@vocab": "https://v.example/"}, "@graph": [{"@type": "Recipe"}]} in blocks


def test_a_link_template_may_change_the_address(build: Build, tmp_path: Path) -> None:
    page = page_of(
        build,
        tmp_path,
        themed(
            "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
            **{"theme/templates/smo/share_link.html": "<i>{{ link.url|upper }}</i>"},
        ),
        SMO_SHARE_NETWORKS=["linkedin"],
    )
    assert "URL=HTTPS%3A%2F%2FEXAMPLE.ORG%2FBLOG%2FA.HTML</i>" in page


def test_another_engines_page_gets_the_themes_templates(build: Build, tmp_path: Path) -> None:
    from pelican import signals

    def other_engine(generator, content) -> None:
        class Engine:
            def render(self, context) -> str:
                return f"<!doctype html><title>t</title><body>{context['article'].content}"

        generator._templates["article"] = Engine()

    own = {"theme/templates/smo/share_link.html": "<b>mine</b>"}
    signals.article_generator_write_article.connect(other_engine)
    try:
        page = page_of(build, tmp_path, themed("unused", **own))
    finally:
        signals.article_generator_write_article.disconnect(other_engine)
    assert "<b>mine</b>" in page
