"""Mentions on the pages of real sites: where they stand, what they bring along, when there are none."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from heads import links, section, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mentions.feeds import entry, feed
from mentions.test_store import ENTRIES
from pictures import png

from sites.test_themes import themed

ARTICLE = {"content/a.md": "Title: A\nDate: 2026-01-01\nSlug: a\nAlias: old.html\n\nThe text."}
REPLY = entry(1, content={"text": "Well said."}, author={"name": "Bea", "photo": "avatars/b.png"})
PNG = png(96, 96)
SITE: dict[str, str | bytes] = {**ARTICLE, "mentions.json": feed(REPLY), "avatars/b.png": PNG}
ENDPOINT = {"SMO_LINKBACK_ENDPOINT": "https://m.example.org"}


def page_of(build: Build, sources: dict[str, str | bytes], **settings: Any) -> str:
    return (build(sources, **settings) / "a.html").read_text()


def test_mentions_stand_behind_the_text_and_the_share_links(build: Build) -> None:
    page = page_of(build, SITE)
    assert "Well said." in section(page)
    assert page.index("The text.") < page.index("smo-share") < page.index('"smo-mentions"')
    assert page.index('"smo-mentions"') < page.index("</body>")


def test_they_bring_one_stylesheet_and_the_avatars_that_are_shown(build: Build) -> None:
    output = build(
        {**SITE, "content/b.md": "Title: B\nDate: 2026-01-01\n\nx", "avatars/c.png": PNG + b"x"}
    )
    page = (output / "a.html").read_text()
    avatar = f"smo/avatars/{sha256(PNG).hexdigest()}.png"
    assert (output / avatar).read_bytes() == PNG
    assert f'src="https://example.org/blog/{avatar}"' in page
    assert [path.name for path in (output / "smo/avatars").iterdir()] == [Path(avatar).name]
    (sheet,) = (output / "smo").glob("smo-mentions-*.css")
    sheets = [link["href"] for link in links(page, "stylesheet")]
    assert sheets.count(f"https://example.org/blog/smo/{sheet.name}") == 1
    assert sheet.name not in (output / "b.html").read_text()


def test_without_mentions_and_endpoint_nothing_is_added(build: Build, messages) -> None:
    output = build(ARTICLE)
    assert section((output / "a.html").read_text()) == ""
    assert not list((output / "smo").glob("smo-mentions-*"))
    assert messages() == ""


def test_with_an_endpoint_there_is_a_form_unless_the_article_is_closed(build: Build) -> None:
    assert "<form" in section(page_of(build, ARTICLE, **ENDPOINT))
    closed = ARTICLE["content/a.md"].replace("Slug", "Smo_linkbacks: closed\nSlug")
    assert section(page_of(build, {"content/a.md": closed}, name="closed", **ENDPOINT)) == ""
    shown = section(page_of(build, {**SITE, "content/a.md": closed}, name="kept", **ENDPOINT))
    assert "Well said." in shown
    assert "<form" not in shown


def test_each_form_tells_of_its_own_page_also_by_a_themes_template(
    build: Build, tmp_path: Path
) -> None:
    two = {**ARTICLE, "content/b.md": "Title: B\nDate: 2026-01-01\nSlug: b\n\nx"}
    two["content/c.fr.md"] = "Title: C\nDate: 2026-01-01\nSlug: c\nLang: fr\n\nx"
    own = {"theme/smo/mentions.html": "<p>{{ page.title }} {% include '!smo/mentions.html' %}</p>"}
    overrides = [str(tmp_path / "own/theme")]
    for output, title in (
        (build(two, **ENDPOINT), False),
        (build({**two, **own}, name="own", THEME_TEMPLATES_OVERRIDES=overrides, **ENDPOINT), True),
    ):
        for name in ("a", "b", "c-fr"):
            page = (output / f"{name}.html").read_text()
            assert f'name="target" value="https://example.org/blog/{name}.html"' in page
            assert (f"<p>{name[0].upper()} <section" in page) == title
            assert ("<button>Envoyer</button>" in page) == (name == "c-fr")


def test_an_endpoint_of_the_themes_own_settings_brings_no_form(build: Build) -> None:
    assert section(page_of(build, ARTICLE, WEBMENTION_URL="https://w.example/")) == ""
    only_pingback = {**ENDPOINT, "SMO_LINKBACK_PROTOCOLS": ("pingback",)}
    assert section(page_of(build, ARTICLE, name="pingback", **only_pingback)) == ""


@pytest.mark.parametrize(
    ("metadata", "shown"),
    [
        ("Smo: off", False),
        ("Smo: tags", False),
        ("Smo: widgets", True),
        ("Smo_share: none", True),
        ("Status: hidden", False),
    ],
)
def test_an_authors_switch_is_heeded(build: Build, metadata: str, shown: bool) -> None:
    article = ARTICLE["content/a.md"].replace("Slug", f"{metadata}\nSlug")
    page = page_of(build, {**SITE, "content/a.md": article}, **ENDPOINT)
    assert bool(section(page)) == shown


def test_drafts_lists_and_feeds_have_none(build: Build) -> None:
    draft = "Title: D\nDate: 2026-01-01\nSlug: d\nStatus: draft\nSmo_id: d\n\nx"
    sources = {**SITE, "content/d.md": draft}
    sources["mentions.json"] = feed(REPLY, entry(2, **{"smo-article": "d"}))
    output = build(sources, FEED_ALL_ATOM="feed.xml", **ENDPOINT)
    found = [
        path.relative_to(output).as_posix()
        for path in output.rglob("*")
        if path.suffix in (".html", ".xml") and "smo-mentions" in path.read_text()
    ]
    assert found == ["a.html"]


def test_a_page_has_its_mentions_too(build: Build) -> None:
    sources = {
        "content/pages/about.md": "Title: About\n\nWho we are.",
        "mentions.json": feed(REPLY | {"wm-target": "https://example.org/blog/pages/about.html"}),
    }
    assert "Well said." in section((build(sources) / "pages/about.html").read_text())


def test_an_article_is_found_by_its_alias_and_by_its_lasting_name(build: Build) -> None:
    by_alias = entry(2) | {"wm-target": "http://example.org/blog/old.html"}
    page = page_of(build, {**ARTICLE, "mentions.json": feed(by_alias)})
    assert "b2.example" in section(page)
    article = ARTICLE["content/a.md"].replace("Slug", "Smo_id: first\nSlug")
    by_name = {**entry(3), "smo-article": "first", "wm-target": "https://elsewhere.example/"}
    page = page_of(build, {"content/a.md": article, "mentions.json": feed(by_name)}, name="by_name")
    assert "b3.example" in section(page)


def test_without_a_site_address_they_are_shown_by_name(build: Build) -> None:
    article = ARTICLE["content/a.md"].replace("Slug", "Smo_id: first\nSlug")
    sources = {
        **SITE,
        "content/a.md": article,
        "mentions.json": feed({**REPLY, "smo-article": "first"}),
    }
    page = page_of(build, sources, SITEURL="")
    assert "Well said." in section(page)
    assert 'src="/smo/avatars/' in page


def test_relative_addresses_lead_to_the_avatars_from_any_depth(build: Build) -> None:
    for save_as, base in (("a.html", "."), ("x/y/a.html", "../..")):
        target = REPLY | {"wm-target": f"https://example.org/blog/{save_as}"}
        output = build(
            {**SITE, "mentions.json": feed(target)},
            name=base.replace(".", "_").replace("/", "-"),
            RELATIVE_URLS=True,
            ARTICLE_SAVE_AS=save_as,
            ARTICLE_URL=save_as,
        )
        page = (output / save_as).read_text()
        (src,) = re.findall(r'src="([^"]*avatars[^"]*)"', page)
        assert src.startswith(f"{base}/smo/avatars/")
        assert ((output / save_as).parent / src).resolve().is_file()
        (sheet,) = re.findall(r'href="([^"]*smo-mentions-[^"]*)"', page)
        assert sheet.startswith(f"{base}/smo/")


@pytest.mark.parametrize("position", ["before", "both", "rail", "manual"])
def test_where_the_share_links_stand_does_not_move_them(build: Build, position: str) -> None:
    page = page_of(build, SITE, SMO_SHARE_POSITION=position)
    assert page.index("The text.") < page.index('"smo-mentions"')
    assert page.count('<section class="smo-mentions"') == 1
    assert page.count("smo-mentions-") > 3


def test_a_theme_places_them_itself_and_shows_counts(build: Build, tmp_path: Path) -> None:
    own = themed(
        "<!doctype html><head><title>t</title></head><body>{{ article.smo.mentions }}<hr>"
        "{{ article.content }}<i>{{ article.smo.mention_counts.reply }} of "
        "{{ article.smo.mention_counts.total }}, {{ article.smo.mention_counts.like }}</i>"
    )
    page = page_of(build, {**SITE, **own}, THEME=str(tmp_path / "site/theme"))
    assert page.count('<section class="smo-mentions"') == 1
    assert page.index('"smo-mentions"') < page.index("<hr>")
    assert "<i>1 of 1, 0</i>" in page
    assert any("smo-mentions" in link["href"] for link in links(page, "stylesheet"))


def test_a_theme_replaces_and_extends_the_templates_and_is_escaped(
    build: Build, tmp_path: Path
) -> None:
    own = themed(
        "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
        **{
            "theme/templates/smo/mentions.html": "<nav>{% include '!smo/mentions.html' %}</nav>",
            "theme/templates/smo/mention.html": "<li>{{ mention.who }} {{ mention.text }} {{ count }}",
        },
    )
    mention = entry(1, author={"name": "<b>Bea"}, content={"text": "<i>"})
    page = page_of(
        build,
        {**SITE, **own, "mentions.json": feed(mention)},
        THEME=str(tmp_path / "site/theme"),
    )
    assert '<nav><section class="smo-mentions"' in page
    assert "<li>&lt;b&gt;Bea &lt;i&gt; 1" in page


def test_a_template_that_fails_is_named_and_the_page_is_written(
    build: Build, tmp_path: Path, messages
) -> None:
    own = themed(
        "<!doctype html><head><title>t</title></head><body>{{ article.content }}",
        **{"theme/templates/smo/mention.html": "{% for %}"},
    )
    page = page_of(build, {**SITE, **own}, THEME=str(tmp_path / "site/theme"))
    assert "smo-share" in page
    assert section(page) == ""
    assert "template smo/mention.html, line 1" in messages()


def test_a_theme_without_a_place_for_them_is_named(build: Build, tmp_path: Path, messages) -> None:
    own = themed("<!doctype html><title>t</title><p>{{ article.title }}")
    page_of(build, {**SITE, **own}, THEME=str(tmp_path / "site/theme"), SMO_SHARE_POSITION="manual")
    assert "the theme shows no place for the mentions" in messages()
    assert "{{ article.smo.mentions }}" in messages()


def test_several_files_are_read_from_beside_the_settings(build: Build) -> None:
    sources = {
        **ARTICLE,
        "data/one.json": feed(REPLY),
        "data/avatars/b.png": PNG,
        "two.json": feed(entry(2)),
    }
    page = page_of(build, sources, SMO_MENTIONS=["data/one.json", "two.json"])
    assert "b1.example" in section(page)
    assert "b2.example" in section(page)
    assert "<img" in section(page)


def test_a_file_that_was_named_and_is_missing_is_a_warning(build: Build, messages) -> None:
    build(ARTICLE, SMO_MENTIONS="none.json")
    assert messages().count("none.json: is not there") == 1
    assert section(page_of(build, SITE, name="off", SMO_MENTIONS="")) == ""


def test_an_unreadable_file_is_one_warning_and_the_pages_are_written(
    build: Build, messages
) -> None:
    sources = {**ARTICLE, "content/b.md": "Title: B\nDate: 2026-01-01\n\nx", "mentions.json": "{"}
    output = build(sources)
    assert (output / "a.html").is_file()
    assert messages().count("mentions.json: is no JF2 feed") == 1


def test_mentions_that_no_page_shows_are_counted(build: Build, tmp_path: Path) -> None:
    strays = [entry(n) | {"wm-target": f"https://example.org/gone{n}.html"} for n in (2, 3)]
    build({**SITE, "mentions.json": feed(REPLY, *strays)})
    found = json.loads((tmp_path / "site/.pelican-smo/report.json").read_text())["findings"]
    (text,) = (one["text"] for one in found if one["level"] == "info")
    assert text == (
        "SMO_MENTIONS: 2 mentions are for no page that this site shows; Alias and Smo_id in an "
        "article's metadata say what it was called before"
    )


def test_what_the_settings_cannot_mean_stops_the_build(build: Build) -> None:
    from pelican_smo.errors import SettingsError

    for value in (None, 5, {"a": 1}, ["a", 5]):
        with pytest.raises(SettingsError, match=r"SMO_MENTIONS must be a path such as 'mentions"):
            build(ARTICLE, SMO_MENTIONS=value)


def test_two_builds_come_out_the_same_whatever_the_order_in_the_file(build: Build) -> None:
    entries = [entry(n, kind) for n, kind in enumerate(("like-of", "rsvp", "mention-of") * 9)]
    sections = {
        section(page_of(build, {**ARTICLE, "mentions.json": feed(*order)}, name=name))
        for name, order in (("one", entries), ("two", entries[::-1]), ("three", entries))
    }
    assert len(sections) == 1


OFFLINE = """
import socket, sys
from pathlib import Path

def no(*args, **more):
    raise AssertionError("a build asks nobody")

socket.socket.connect = socket.getaddrinfo = no
for name in ("mf2py", "starlette", "urllib3", "uvicorn", "bs4", "requests"):
    sys.modules[name] = None
sys.path.insert(0, sys.argv[1])
from conftest import make
from mentions.feeds import entry, feed

html, emoji = entry(1, content={"html": "<b>x</b>"}), entry(2, content="\U0001f389")
article = "Title: A\\nDate: 2026-01-01\\nSlug: a\\n\\nText."
make(Path(), {"content/a.md": article, "mentions.json": feed(html, emoji)}).run()
"""


def test_no_part_of_a_build_with_mentions_needs_the_extra_or_the_network(tmp_path: Path) -> None:
    tests = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, tests],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "output/a.html").read_text()
    assert "<b>x</b>" in section(page)
    assert "smo-emoji" in section(page)


def test_nh3_waits_for_html(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nh3", None)
    from pelican_smo.mentions.cleaning import _cleaner

    _cleaner.cache_clear()
    assert "Well said." in section(page_of(build, SITE))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.lists(ENTRIES, max_size=3).map(json.dumps)
    | st.recursive(st.none() | st.text(max_size=9), st.lists, max_leaves=4).map(json.dumps)
)
def test_any_json_is_a_file_of_mentions_that_stops_no_build(
    build: Build, tmp_path: Path, messages: Callable[[], str], data: str
) -> None:
    entries = json.loads(data) or ()
    usable = [
        {**REPLY, **one, "wm-target": REPLY["wm-target"]}
        for one in entries
        if isinstance(one, dict)
    ]
    page = page_of(build, {**SITE, "mentions.json": json.dumps([*entries, *usable])})
    assert "pelican_smo: left as the theme made it" not in messages()
    assert "a mistake in pelican_smo" not in messages()
    assert "The text." in "".join(tree(page).itertext())
