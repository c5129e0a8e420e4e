"""The share widget of real builds: who gets which links, where, and what is said of the rest."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import html5lib
import pytest
from conftest import Build
from demo import ROOT, build_demo
from heads import links, tree, widget

from pelican_smo.errors import SettingsError
from pelican_smo.share.networks import shipped

from .test_bytes import LISTS, THEMES, theme

ARTICLE = "Title: A & B\nDate: 2026-01-01\nSlug: a\nCategory: {category}\n{more}\nThe text.\n"
HOME = "https://example.org/blog/a.html"


def article(category: str = "Sea", **metadata: str) -> dict[str, str | bytes]:
    more = "".join(f"{name}: {value}\n" for name, value in metadata.items())
    return {"content/a.md": ARTICLE.format(category=category, more=more)}


def shown(page: str) -> list[str]:
    """Return the ids of the links and controls of the page's widgets, in order."""
    classes = [
        name
        for element in tree(page).iter()
        if isinstance(element.tag, str)
        for name in (element.get("class") or "").split()
    ]
    controls = ("copy", "native", "print", "qr", "embed", "tell", "fediverse")
    found = [re.sub(r"^smo-(share-)?", "", name) for name in classes if name.startswith("smo-")]
    return [name for name in found if name in shipped() or name in controls or name == "own"]


CHOICES: dict[str, Any] = {
    "SMO_SHARE_NETWORKS": {"default": ("mastodon",), "Recipes": ("pinterest", "email")},
    "SMO_SHARE_LANGUAGES": {"de": ("xing", "email"), "pt-BR": ("whatsapp",)},
    "OG_IMAGE": "https://example.org/a.png",
}


@pytest.mark.parametrize(
    ("category", "metadata", "expected"),
    [
        ("Sea", {}, ["mastodon"]),
        ("default", {}, ["mastodon"]),
        ("Recipes", {}, ["pinterest", "email"]),
        ("Sea", {"Lang": "de"}, ["xing", "email"]),
        ("Sea", {"Lang": "de-CH"}, ["xing", "email"]),
        ("Sea", {"Lang": "pt-BR"}, ["whatsapp"]),
        ("Sea", {"Lang": "pt"}, ["mastodon"]),
        ("Recipes", {"Lang": "de"}, ["pinterest", "email"]),
        ("Recipes", {"Smo_share": "hackernews, Lobsters"}, ["hackernews", "lobsters"]),
        ("Sea", {"Smo_share": "none"}, []),
        ("Sea", {"Smo": "off"}, []),
        ("Sea", {"Smo": "tags"}, []),
        ("Sea", {"Smo": "widgets"}, ["mastodon"]),
        ("Sea", {"Status": "draft"}, []),
        ("Sea", {"Status": "hidden"}, []),
    ],
)
def test_article_before_category_before_language_before_site(
    build: Build, category: str, metadata: dict[str, str], expected: list[str]
) -> None:
    output = build(
        article(category, **metadata),
        **CHOICES,
        DEFAULT_LANG=metadata.get("Lang", "en"),
    )
    (page,) = [
        path for path in output.rglob("a*.html") if path.stem in ("a", f"a-{metadata.get('Lang')}")
    ]
    assert shown(page.read_text()) == expected


def test_a_network_that_needs_a_picture_is_there_only_with_one(build: Build) -> None:
    settings = {"SMO_SHARE_NETWORKS": ("pinterest", "email")}
    without = build(article(), **settings) / "a.html"
    assert shown(without.read_text()) == ["email"]
    alone = build(article(), SMO_SHARE_NETWORKS=("pinterest",)) / "a.html"
    assert widget(alone.read_text()) == ""


def test_an_unknown_network_of_an_article_is_named_once_with_a_near_one(
    build: Build, messages: Callable[[], str]
) -> None:
    page = build(article(Smo_share="mastodn, email")) / "a.html"
    assert shown(page.read_text()) == ["email"]
    assert messages().count("a.md: Smo_share: 'mastodn' is no share network") == 1
    assert "did you mean 'mastodon'?" in messages()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digg", "instead there are Hacker News ('hackernews'), Lobsters ('lobsters')"),
        ("delicious", "Pinboard ('pinboard'), Raindrop.io ('raindrop'), linkding ('linkding')"),
        ("signal", "Signal has no share address and wants none"),
        ("stumbleupon", "StumbleUpon has shut down and is left out"),
        ("wallabag", 'needs a server: SMO_SHARE_INSTANCES = {"wallabag"'),
        ("webmention", "needs a receiver: SMO_LINKBACK_ENDPOINT"),
        ("messenger", "needs SMO_ACCOUNTS"),
    ],
)
def test_what_cannot_be_shown_is_left_out_and_said_once(
    build: Build, messages: Callable[[], str], name: str, message: str
) -> None:
    sources = {f"content/{at}.md": f"Title: {at}\nDate: 2026-01-0{at}\n\nx" for at in (1, 2, 3)}
    sources |= {"content/a.md": str(article(Smo_share=f"email, {name}")["content/a.md"])}
    page = build(sources) / "a.html"
    assert shown(page.read_text()) == ["email"]
    assert messages().count(message) == 1


def test_a_retired_network_is_shown_where_the_site_wants_it(
    build: Build, messages: Callable[[], str]
) -> None:
    settings = {"SMO_SHARE_NETWORKS": ("digg", "delicious", "myspace", "stumbleupon")}
    page = (build(article(Tags="sea"), **settings, SMO_SHARE_RETIRED="show") / "a.html").read_text()
    assert shown(page) == ["digg", "delicious", "myspace"]
    assert "tags=sea" in page
    assert page.count("(shut down)") == 3
    assert "Digg" not in messages()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"SMO_SHARE_NETWORKS": ("mastodn",)}, "did you mean 'mastodon'?"),
    ({"SMO_SHARE_LANGUAGES": {"de": ("xng",)}}, "SMO_SHARE_LANGUAGES names 'xng'"),
    ({"SMO_SHARE_NETWORKS": ("wallabag",)}, "SMO_SHARE_NETWORKS names 'wallabag', which needs"),
    ({"SMO_SHARE_NETWORKS": ("webmention",)}, "needs a receiver: SMO_LINKBACK_ENDPOINT"),
    ({"SMO_SHARE_INSTANCES": {"lemmy": "not a host"}}, "must be a host name such as"),
    ({"SMO_SHARE_INSTANCES": {"mastodon": "m.example"}}, "has 'mastodon', which is not one of"),
    ({"SMO_SHARE_INSTANCES": {"nosuch": "m.example"}}, "names 'nosuch', which is no network"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?t={title}"}}}, "'url' must hold {url}"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}&x={nosuch}"}}}, "'url' holds {nosuch}"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/{instance}?u={url}"}}}, "may hold {instance} as in"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}", "category": "local"}}}, "is for the plugin's own controls"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}", "color": "red"}}}, "'color' must be a colour such as"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}", "needs": ["image"]}}}, "'needs' names image, which 'url' does not hold"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}", "icon": "<svg viewBox='0 0 1 1'><script/></svg>"}}}, "holds <script>; only shapes are allowed"),
    ({"SMO_CUSTOM_NETWORKS": {"o": {"name": "O", "url": "https://o.example/?u={url}", "icon": "none.svg"}}}, "the icon 'none.svg' No such file"),
    ({"SMO_CUSTOM_NETWORKS": {"copy": {"url": "https://o.example/?u={url}"}}}, "a local control has no 'url'"),
    ({"SMO_CUSTOM_NETWORKS": {1: {"name": "O", "url": "https://o.example/?u={url}"}}}, "has the key 1"),
    ({"SMO_SHARE_NETWORKS": "mastodon, email"}, "write ['mastodon', 'email']"),
    ({"SMO_LABELS": {"sv": {"direction": "left"}}}, "SMO_LABELS['sv']['direction'] must be one of"),
    ({"SMO_SHARE_HEADING": 7}, "SMO_SHARE_HEADING must be a whole number from 1 to 6"),
    ({"SMO_SHARE_STYLE": "icon"}, "did you mean 'icons'?"),
    ({"SMO_SHARE_PROMPT": "Summarise"}, "must hold {url}"),
    ({"SMO_SHARE_PROMPT": "Read {url} and remember it"}, "says 'remember'"),
    ({"SMO_SHARE_PROMPT": "What does Sea & Shore say at {url}?"}, "names your site"),
    ({"SMO_SHARE_UTM": "utm_source={netwrk}"}, "no hole but {network}"),
    ({"SMO_SHARE_UTM": "just words"}, "must be parameters such as"),
    ({"SMO_LABELS": {"sv": {"shar": "Dela"}}}, "did you mean 'share'?"),
    ({"SMO_LABELS": {"sv": {"share_on": "Dela"}}}, "must hold {0} once"),
    ({"SMO_LABELS": {"sv": {"share": "Dela {0}"}}}, "must hold no brace"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_setting_stops_the_build_before_any_page(
    build: Build, tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)) as caught:
        build(article(), **wrong)
    assert len(caught.value.problems) == 1
    assert str(caught.value.problems[0]).startswith("SMO_")
    assert not (tmp_path / "site/output").exists()


def test_wrong_values_wrong_names_and_wrong_icons_come_at_once(build: Build) -> None:
    own = {"name": "O", "url": "https://o.example/?u={url}", "icon": "none.svg"}
    with pytest.raises(SettingsError) as caught:
        build(
            article(),
            SMO_SHARE_STYLE="icon",
            SMO_CUSTOM_NETWORKS={"o": own},
            SMO_SHARE_NETWORKS=("o", "mastodn", "wallabag"),
        )
    assert len(caught.value.problems) == 4


def test_an_address_for_a_network_without_one_makes_it_live(build: Build) -> None:
    page = build(
        article(),
        SMO_SHARE_NETWORKS=("signal", "digg"),
        SMO_CUSTOM_NETWORKS={
            "signal": {"url": "https://s.example/?u={url}"},
            "digg": {"url": "https://digg.example/?u={url}"},
        },
    )
    assert shown((page / "a.html").read_text()) == ["signal", "digg"]


def test_what_a_theme_orders_wrongly_is_one_error_and_the_rest_is_there(
    build: Build, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = '{{ text.smo.share_as("mastodon, nosuch", stile="text") }}'
    files = theme("<!doctype html><head></head><body>{% block content %}{% endblock %}", text)
    page = build({**article(), **files}, THEME=str(tmp_path / "site/theme"),
                 SMO_SHARE_POSITION="manual") / "a.html"  # fmt: skip
    assert shown(page.read_text()) == ["mastodon"]
    assert "article.smo.share_as: takes no 'stile'; did you mean 'style'?" in caplog.text
    assert "article.smo.share_as: 'nosuch' is no share network" in caplog.text


def test_a_network_of_ones_own_takes_three_keys_and_an_icon(build: Build) -> None:
    own = {
        "name": "Our <forum>",
        "url": "https://forum.example/new?u={url}",
        "category": "social",
        "icon": '<svg viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>',
    }
    page = (
        build(article(), SMO_SHARE_NETWORKS=("own",), SMO_CUSTOM_NETWORKS={"own": own}) / "a.html"
    ).read_text()
    (link,) = [a for a in tree(page).iter("a") if "smo-share-own" in (a.get("class") or "")]
    assert "".join(link.itertext()) == "Share on Our <forum>"
    assert link.get("href") == "https://forum.example/new?u=" + HOME.replace(":", "%3A").replace(
        "/", "%2F"
    )
    (path,) = link.iter("{http://www.w3.org/2000/svg}path")
    assert path.get("d") == "M0 0h8v8z"


def test_any_field_of_a_shipped_network_can_be_changed(build: Build) -> None:
    page = (
        build(
            article(),
            SMO_SHARE_NETWORKS=("mastodon", "lemmy"),
            SMO_CUSTOM_NETWORKS={"mastodon": {"name": "Toot"}},
            SMO_SHARE_INSTANCES={"lemmy": "https://lemmy.example/"},
        )
        / "a.html"
    ).read_text()
    assert ">Toot<" in page
    assert "share.joinmastodon.org" in page
    assert 'href="https://lemmy.example/create_post?url=' in page


@pytest.mark.parametrize("style", ["icons-text", "icons", "text"])
def test_each_style_names_every_link(build: Build, style: str) -> None:
    page = (build(article(), SMO_SHARE_STYLE=style) / "a.html").read_text()
    assert ("<svg" in widget(page)) == (style != "text")
    for control in tree(widget(page)).iter():
        if control.tag in ("a", "button", "summary"):
            assert "".join(control.itertext()).strip()


def test_a_site_may_count_where_readers_come_back_from(build: Build) -> None:
    page = (
        build(
            article(),
            SMO_SHARE_NETWORKS=("reddit", "hackernews", "copy"),
            SMO_SHARE_UTM="utm_medium=share&utm_source={network}",
        )
        / "a.html"
    ).read_text()
    for name in ("reddit", "hackernews"):
        assert quote(f"{HOME}?utm_medium=share&utm_source={name}", safe="") in page
    assert f'data-url="{HOME}"' in page
    assert f'href="{HOME}" rel="bookmark"' in page


def test_no_more_than_wanted_are_in_view_and_one_is_never_hidden_alone(build: Build) -> None:
    names = ("email", "mastodon", "bluesky", "reddit")
    for most, hidden in ((4, 0), (3, 0), (2, 2), (1, 3), (0, 0)):
        page = build(
            article(), SMO_SHARE_NETWORKS=names, SMO_SHARE_MAX_VISIBLE=most, name=f"m{most}"
        )
        more = list(tree((page / "a.html").read_text()).iter("details"))
        assert sum(len(list(one.iter("a"))) for one in more) == hidden, most


def test_before_and_after_are_two_widgets_of_which_one_is_a_landmark(build: Build) -> None:
    page = (build(article(), SMO_SHARE_POSITION="both") / "a.html").read_text()
    asides = [a for a in tree(page).iter("aside") if a.get("class") == "smo-share"]
    assert [a.get("data-position") for a in asides] == ["before", "after"]
    assert [a.get("aria-label") for a in asides] == [None, "Share"]
    ids = Counter(e.get("id") for e in tree(page).iter() if e.get("id"))
    assert not [name for name, count in ids.items() if count > 1]
    assert page.index('data-position="before"') < page.rindex("The text.")


def test_the_rail_comes_before_the_usual_links_and_has_no_more(build: Build) -> None:
    page = (build(article(), SMO_SHARE_POSITION="rail") / "a.html").read_text()
    rail, usual = (a for a in tree(page).iter("aside") if a.get("class") == "smo-share")
    assert (rail.get("data-position"), rail.get("data-style")) == ("rail", "icons")
    assert (usual.get("data-position"), usual.get("data-style")) == ("after", "icons-text")
    assert len(list(rail.iter("li"))) == 5
    assert not list(rail.iter("details"))
    assert (rail.get("aria-label"), usual.get("aria-label")) == (None, "Share")


def test_files_are_there_only_where_they_are_used(build: Build) -> None:
    output = build(
        {**article(), "content/b.md": "Title: B\nDate: 2026-01-01\nSmo_share: email\n\nx"},
        SMO_SHARE_NETWORKS=("email", "copy"),
    )
    with_copy, without, index = (
        (output / name).read_text() for name in ("a.html", "b.html", "index.html")
    )
    (script,) = re.findall(r'<script src="[^"]*/(smo/smo-\w{8}\.js)" defer></script>', with_copy)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="[^"]*/(smo/smo-\w{8}\.css)">', without)
    assert (output / script).is_file()
    assert (output / sheet).is_file()
    assert "smo-" in with_copy
    assert ".js" not in without
    assert "smo/smo-" not in index
    quiet = build(article(), SMO_SHARE_NETWORKS=("email",), name="quiet") / "smo"
    assert [path.suffix for path in quiet.iterdir()] == [".css"]


def test_colours_fill_the_links_of_a_site_that_wants_them(build: Build) -> None:
    output = build(article(), SMO_SHARE_COLORS=True, SMO_SHARE_NETWORKS=("bluesky", "lemmy"),
                   SMO_SHARE_INSTANCES={"lemmy": "l.example"})  # fmt: skip
    page = (output / "a.html").read_text()
    assert "smo-share-bluesky smo-filled" in page
    assert "smo-share-lemmy smo-filled" in page or "#" not in shipped()["lemmy"].get("color", "")
    (sheet,) = (output / "smo").glob("*.css")
    assert ".smo-share-bluesky{--smo-fill:#1185fe;--smo-fill-ink:#000000}" in sheet.read_text()


def test_the_question_to_an_assistant_is_shown_to_the_reader(build: Build) -> None:
    ours = (build(article(), SMO_SHARE_NETWORKS=("chatgpt",)) / "a.html").read_text()
    (quoted,) = tree(ours).iter("q")
    assert quoted.text == f"Summarise this article: {HOME}"
    own = build(article(), SMO_SHARE_NETWORKS=("chatgpt",), name="own",
                SMO_SHARE_PROMPT="Explain “{title}” ({url})")  # fmt: skip
    (quoted,) = tree((own / "a.html").read_text()).iter("q")
    assert quoted.text == f"Explain “A & B” ({HOME})"
    assert "Explain%20%E2%80%9CA%20%26%20B" in (own / "a.html").read_text()


def test_oembed_is_one_rich_file_for_each_article_if_wanted(build: Build) -> None:
    output = build(
        {**article(Image="{static}/images/x.png"), "content/d.md": "Title: D\nStatus: draft\n\nx"},
        SMO_OEMBED=True,
    )
    page = (output / "a.html").read_text()
    (link,) = [one for one in links(page, "alternate") if one["type"] == "application/json+oembed"]
    path = link["href"].removeprefix("https://example.org/blog/")
    assert re.fullmatch(r"smo/oembed/\w+\.json", path)
    answer = json.loads((output / path).read_text())
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    assert answer["title"] == "A & B"
    assert {type(answer[name]) for name in ("width", "height")} == {int}
    assert html5lib.parseFragment(answer["html"], namespaceHTMLElements=False).find("blockquote")
    assert len(list((output / "smo/oembed").iterdir())) == 1
    assert "oembed" not in (build(article(), name="plain") / "a.html").read_text()


def test_a_theme_orders_widgets_of_its_own(build: Build, tmp_path: Path) -> None:
    text = '{{ text.smo.share_as("mastodon, email", style="text", heading="Pass it on") }}'
    files = theme("<!doctype html><head></head><body>{% block content %}{% endblock %}", text)
    page = (
        build({**article(), **files}, THEME=str(tmp_path / "site/theme"),
              SMO_SHARE_POSITION="manual") / "a.html"
    ).read_text()  # fmt: skip
    assert shown(page) == ["mastodon", "email"]
    assert '<h2 class="smo-share-title">Pass it on</h2>' in page
    assert "/smo/smo-" in page


def test_a_theme_with_share_links_of_its_own_is_named_once(
    build: Build, tmp_path: Path, messages: Callable[[], str]
) -> None:
    text = '{{ text.content }}<a href="https://www.facebook.com/sharer/sharer.php?u=x">f</a>'
    files = theme("<!doctype html><head></head><body>{% block content %}{% endblock %}", text)
    more = {"content/b.md": "Title: B\nDate: 2026-01-02\n\nSecond."}
    build({**article(), **more, **files}, THEME=str(tmp_path / "site/theme"))
    assert messages().count("it prints share links of its own (facebook.com/sharer)") == 1


def test_widgets_that_a_theme_orders_are_no_share_links_of_its_own(
    build: Build, tmp_path: Path, messages: Callable[[], str]
) -> None:
    text = '{{ text.content }}{{ text.smo.share_as("facebook, x", heading="Here") }}'
    files = theme("<!doctype html><head></head><body>{% block content %}{% endblock %}", text)
    page = build({**article(), **files}, THEME=str(tmp_path / "site/theme")) / "a.html"
    assert page.read_text().count('<aside class="smo-share"') == 2
    assert messages() == ""


# Patterns that block lists hide: reference of this package's issues, lists of 2013 to 2026.
BLOCKED = re.compile(
    r"(?:^|[-_])(?:shareon|sharedaddy|shariff|addthis|addtoany|a2a|sharethis|ssba|twitter|tweet)"
    r"|^(?:post-share|social|share-|bi-share|button-|btn-|icon-|share$)|social[-_]?share|bookmarks$",
)
FUNCTIONAL = ("copy", "embed", "tell", "qr", "print", "native", "fediverse", "permalink")


def test_no_class_name_is_one_that_block_lists_hide(demo: Path) -> None:
    classes = {
        name
        for path in demo.rglob("*.html")
        for value in re.findall(r'class="([^"]*smo-[^"]*)"', path.read_text())
        for name in value.split()
    }
    assert len(classes) > 60
    microformats = re.compile(r"(?:h|p|u|e|dt)-[a-z-]+")
    ours = {name for name in classes if not microformats.fullmatch(name)}
    assert all(name.startswith("smo-") for name in ours)
    assert [name for name in classes if BLOCKED.search(name)] == []
    for part in FUNCTIONAL:
        assert f"smo-{part}" in classes
        assert not re.search("share|social|twitter", f"smo-{part}")


OURS = ["simple", "notmyidea", *THEMES]


@pytest.mark.parametrize("name", OURS)
def test_the_demos_articles_have_one_widget_on_any_theme_and_nothing_else_has(
    tmp_path: Path, name: str
) -> None:
    chosen = name
    if name in THEMES:
        files = theme(*(part.replace("|shout", "|upper") for part in THEMES[name]))
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        for kind in LISTS:
            extends = '{% extends "base.html" %}'
            (tmp_path / f"theme/templates/{kind}.html").write_text(extends)
        chosen = str(tmp_path / "theme")
    (tmp_path / "output").mkdir()
    output = build_demo(tmp_path / "output", "-t", chosen)
    found = Counter(
        {
            path.relative_to(output).as_posix(): path.read_text(errors="replace").count(
                '<aside class="smo-share"'
            )
            for path in output.rglob("*")
            if path.is_file()
        }
    )
    published = [
        path
        for path in (ROOT / "demo_site/content/articles").glob("*.md")
        if not re.search("^(Status: draft|Smo: tags)", path.read_text(), re.MULTILINE)
    ]
    assert {count for count in found.values() if count} == {1}
    assert sum(found.values()) == len(published)
    with_widget = [path for path, count in found.items() if count]
    assert not [p for p in with_widget if p.startswith(("index.", "category/", "tag/", "drafts/"))]
