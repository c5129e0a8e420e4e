"""Cards in real builds: who gets one, what is drawn again, what goes wrong and is told."""

import errno
import itertools
import json
import logging
import os
import random
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import SITE, Build, make
from heads import meta, metas
from pictures import png
from PIL import Image

from pelican_smo.cards import making, takumi
from pelican_smo.cards.rows import manifest_path
from pelican_smo.errors import FindingsError
from pelican_smo.images import ALT_LIMIT

Messages = Callable[[], str]
ON: Mapping[str, Any] = {
    "SMO_CARDS": True,
    "SMO_IMAGE": "images/site.png",
    "STATIC_PATHS": ["images"],
}
SITE_IMAGE = "https://example.org/blog/images/site.png"


def article(slug: str = "one", body: str = "The text.", **metadata: str) -> str:
    lines = {"Title": f"About {slug}", "Date": "2026-01-01", "Slug": slug, **metadata}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()) + f"\n{body}\n"


def site(*articles: str, **others: str | bytes) -> dict[str, str | bytes]:
    """Return the sources of a site: ``articles``, pictures, and ``others`` by their paths."""
    numbered = {f"content/{number}.md": text for number, text in enumerate(articles)}
    pictures = {f"content/images/{name}.png": png(1200, 630) for name in ("site", "own")}
    return {**numbered, **pictures, **others}


@pytest.fixture(autouse=True)
def _no_fonts_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")


def manifest(output: Path) -> dict[str, Any]:
    path = manifest_path(output.parent / ".pelican-smo/cards", output)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def keys(output: Path) -> dict[str, str]:
    """Return the key of each card by the stem of its name."""
    return {Path(row["path"]).stem: row["key"] for row in manifest(output)["cards"]}


def card(output: Path, name: str = "one.png") -> "Image.Image":
    picture = Image.open(BytesIO((output / "smo/cards" / name).read_bytes()))
    picture.load()
    return picture


def image_of(output: Path, page: str = "one.html") -> str:
    return meta((output / page).read_text(), "og:image")


# Who gets one


def test_an_article_without_a_picture_gets_a_card_with_its_measures_and_words(build: Build) -> None:
    output = build(site(article(Title="Fish & <em>chips</em>")), **ON)
    page = (output / "one.html").read_text()
    key = keys(output)["one"]
    assert meta(page, "og:image") == f"https://example.org/blog/smo/cards/one.png?v={key[:8]}"
    assert meta(page, "og:image:type") == "image/png"
    assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == ("1200", "630")
    assert meta(page, "og:image:alt") == "Fish & chips. Ada Lovelace, 2026-01-01. Sea & Shore."
    assert meta(page, "twitter:card") == "summary_large_image"
    assert card(output).size == (1200, 630)
    assert (output / "smo/cards/one.png").stat().st_size < 300_000


CARD, SITES, NONE = "cards/one", "site.png", ""


@pytest.mark.parametrize(
    ("metadata", "body", "shown"),
    [
        ({}, "", CARD),
        ({"Image": "images/own.png"}, "", "own.png"),
        ({"Cover": "images/own.png"}, "", "own.png"),
        ({}, "![x]({static}/images/own.png)", "own.png"),
        ({"Smo_card": "none"}, "", SITES),
        ({"Image": "none"}, "", NONE),
        ({"Smo": "off"}, "", NONE),
        ({"Smo_card": "gradient", "Image": "images/own.png"}, "", CARD),
        ({"Smo_card": "yes"}, "![x]({static}/images/own.png)", CARD),
        ({"Smo_card": "quote", "Social_image": "images/own.png"}, "", "own.png"),
        ({"Status": "hidden"}, "", CARD),
    ],
)
def test_the_picture_that_an_author_chose_wins_and_a_card_wins_over_the_sites(
    build: Build, metadata: Mapping[str, str], body: str, shown: str
) -> None:
    output = build(site(article(body=body, **metadata)), **ON)
    images = metas((output / "one.html").read_text()).get("og:image", [])
    assert [shown in one for one in images] == ([True] if shown else [])
    assert (output / "smo/cards").exists() == (shown == CARD)


def test_a_draft_has_none_and_a_page_only_if_it_asks(build: Build) -> None:
    output = build(
        {
            **site(article(Status="draft")),
            "content/pages/a.md": "Title: A\nSlug: a\n\nText.",
            "content/pages/b.md": "Title: B\nSlug: b\nSmo_card: plain\n\nText.",
        },
        **ON,
    )
    assert [path.name for path in (output / "smo/cards").iterdir()] == ["b.png"]


def test_a_site_without_an_address_has_its_cards_drawn_all_the_same(build: Build) -> None:
    output = build(site(article()), SITEURL="", **ON)
    assert card(output).size == (1200, 630)
    assert "og:image" not in metas((output / "one.html").read_text())


def test_translations_have_cards_of_their_own_and_names_that_stay(build: Build) -> None:
    newer = article("one", Date="2026-02-01", Category="b", Save_as="b.html")
    french = article("one", Title="Un", Lang="fr")
    output = build(site(newer, article("one"), french), **ON)
    titles = {row["path"]: row["source"] for row in manifest(output)["cards"]}
    (other,) = set(titles) - {"smo/cards/one.png", "smo/cards/one-fr.png"}
    assert titles["smo/cards/one.png"] == "1.md"
    assert other.startswith("smo/cards/one-")


@pytest.mark.parametrize("missing", ["pytakumi", "budoux"])
def test_without_the_extra_one_message_says_what_to_install(
    build: Build, messages: Messages, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(making, "find_spec", lambda name: None if name == missing else find_spec)
    output = build(site(article(), article("two")), **ON)
    assert messages().count("pip install 'pelican-smo[cards]'") == 1
    assert image_of(output) == SITE_IMAGE


def test_the_layout_is_the_articles_else_its_categorys_else_the_sites(
    again: Callable[..., Path],
) -> None:
    sources = site(
        article("a"),
        article("b", Category="Sea"),
        article("c", Category="Sea", Smo_card="quote"),
        article("d", Smo_card="mine"),
        **{"theme/smo/card-mine.html": "<div>{{ title }}</div>"},
    )
    layout = {"default": "gradient", "Sea": "photo"}
    output = again(sources, SMO_CARD_LAYOUT=layout)
    found = {Path(row["path"]).stem: row["layout"] for row in manifest(output)["cards"]}
    assert found == {"a": "gradient", "b": "photo", "c": "quote", "d": "mine"}


def _theme(folder: str) -> dict[str, Any]:
    """Return the setting by which templates come from ``folder`` of the site, as a theme's do."""
    return {"THEME_TEMPLATES_OVERRIDES": [folder]}


# What is drawn again


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Build the same site once more, after changes; its theme's templates are in ``theme``."""
    monkeypatch.chdir(tmp_path)

    def run(sources: Mapping[str, str | bytes], **settings: Any) -> Path:
        chosen = {**_theme(str(tmp_path / "theme")), **ON, **settings}
        make(tmp_path, sources, **chosen).run()
        return tmp_path / "output"

    return run


def test_an_unchanged_site_draws_nothing_and_starts_no_engine(
    again: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keys(again(site(article(), article("two"))))

    def no_engine() -> None:
        raise AssertionError("the engine was started")

    monkeypatch.setattr(takumi, "Takumi", no_engine)
    output = again({"content/0.md": article(body="Another text.")})
    assert keys(output) == first
    assert image_of(output).endswith(first["one"][:8])


def test_the_engine_is_not_even_imported_where_all_cards_are_there(tmp_path: Path) -> None:
    import subprocess
    import sys

    make(tmp_path, site(article()), **ON).run()
    (tmp_path / "conf.py").write_text(
        "".join(f"{name} = {value!r}\n" for name, value in {**SITE, **ON}.items())
        + "PATH = 'content'\nOUTPUT_PATH = 'output'\nDELETE_OUTPUT_DIRECTORY = True\n"
    )
    code = (
        "import sys; from pelican import main; main(['-s', 'conf.py']);"
        "print('pytakumi' in sys.modules, 'budoux' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-2:] == ["False", "False"]
    assert card(tmp_path / "output").size == (1200, 630)


BEFORE = {
    "theme/smo/card-mine.html": (
        '<style>{% include "smo/mine.css" %}</style><img src="{{ img("logo") }}"><p>{{ title }}</p>'
    ),
    "theme/smo/card-other.html": "<p>{{ title }} {{ category }}</p>",
    "theme/smo/mine.css": "p{color:red}",
    "content/images/logo.png": png(80, 80),
    "content/0.md": article("a", Smo_card="mine"),
    "content/1.md": article("b", Smo_card="mine"),
    "content/2.md": article("c", Smo_card="other", Category="Sea"),
}


@pytest.mark.parametrize(
    ("changed", "redrawn"),
    [
        ({"content/0.md": article("a", Smo_card="mine", Title="New")}, {"a"}),
        ({"content/0.md": article("a", "New.", Smo_card="mine", Tags="x", Category="y")}, set()),
        ({"content/2.md": article("c", Smo_card="other", Category="Land")}, {"c"}),
        ({"theme/smo/card-other.html": "<b>{{ title }}</b>"}, {"c"}),
        ({"theme/smo/mine.css": "p{color:blue}"}, {"a", "b"}),
        ({"content/images/logo.png": png(90, 90)}, {"a", "b"}),
        ({"theme/article.html": "<html><head></head><body></body></html>"}, set()),
    ],
)
def test_a_change_redraws_exactly_the_cards_that_it_touches(
    again: Callable[..., Path], changed: Mapping[str, str | bytes], redrawn: set[str]
) -> None:
    settings = {"SMO_LOGO": "images/logo.png"}
    before = keys(again({**site(), **BEFORE}, **settings))
    output = again(changed, **settings)
    after = keys(output)
    assert {name for name in after if after[name] != before[name]} == redrawn
    assert {name for name in "abc" if not (output / f"smo/cards/{name}.png").is_file()} == set()


@pytest.mark.parametrize(
    "settings",
    [
        {"SMO_CARD_COLORS": {"accent": "#aa2200"}},
        {"SMO_CARD_CSS": "more.css"},
        {"SITENAME": "Another name"},
        {"DEFAULT_LANG": "de"},
    ],
)
def test_a_changed_setting_redraws_the_cards_that_show_it(
    again: Callable[..., Path], settings: Mapping[str, Any]
) -> None:
    first = again(site(article(), **{"more.css": ".title{opacity:.9}"}))
    before = keys(first)["one"]
    assert keys(again({}, **settings))["one"] != before
    assert keys(again({}))["one"] == before


def test_a_changed_font_redraws_the_cards(again: Callable[..., Path]) -> None:
    from importlib.resources import files

    inter = (files("pelican_smo") / "static/fonts/Inter.ttf").read_bytes()
    before = keys(again(site(article(), **{"f.ttf": inter}), SMO_CARD_FONTS=["f.ttf"]))["one"]
    changed = inter.replace("Inter".encode("utf-16-be"), "Enter".encode("utf-16-be"))
    assert keys(again({"f.ttf": changed}, SMO_CARD_FONTS=["f.ttf"]))["one"] != before


def test_where_a_site_is_and_what_it_is_about_is_no_part_of_cards_that_do_not_say_it(
    again: Callable[..., Path],
) -> None:
    before = keys(again(site(article()), SITEURL="", SITESUBTITLE="Old"))
    assert keys(again({}, SITEURL="https://example.org/new", SITESUBTITLE="New")) == before


def test_a_site_that_wants_no_cards_any_more_has_none(again: Callable[..., Path]) -> None:
    output = again(site(article()))
    (output / "smo/cards/mine.png").write_bytes(b"mine")
    again({}, SMO_CARDS=False)
    assert [path.name for path in (output / "smo/cards").iterdir()] == ["mine.png"]
    assert image_of(output) == SITE_IMAGE


def test_a_card_has_no_holes(again: Callable[..., Path]) -> None:
    template = {"theme/smo/card-mine.html": "<p>{{ title }}</p>"}
    colors = {"background": "#204060"}
    output = again(site(article(Smo_card="mine"), **template), SMO_CARD_COLORS=colors)
    assert card(output).convert("RGBA").getpixel((1199, 629)) == (0x20, 0x40, 0x60, 255)


def test_an_svg_is_a_good_logo(again: Callable[..., Path], messages: Messages) -> None:
    drawing = """<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">
        <rect width="60" height="60" fill="#ff0000"/></svg>"""
    output = again(site(article(), **{"content/images/l.svg": drawing}), SMO_LOGO="images/l.svg")
    assert messages() == ""
    assert (255, 0, 0) in {color for _, color in card(output).convert("RGB").getcolors(1 << 20)}
    assert "https://example.org/blog/images/l.svg" in (output / "one.html").read_text()


def test_a_slip_in_a_template_takes_no_card_away_that_was_shared(
    again: Callable[..., Path],
) -> None:
    output = again(site(article()))
    shared = (output / "smo/cards/one.png").read_bytes()
    again({"theme/smo/card.html": "{{ 1 // 0 }}"})
    assert image_of(output) == SITE_IMAGE
    assert (output / "smo/cards/one.png").read_bytes() == shared
    again({"theme/smo/card.html": "<p>{{ title }}</p>"})
    assert (output / "smo/cards/one.png").read_bytes() != shared


def test_what_a_site_adds_to_jinja_is_part_of_the_cards_that_use_it(
    again: Callable[..., Path],
) -> None:
    template = "<p>{{ title|loud }} {{ motto }}</p>"
    first = {"JINJA_FILTERS": {"loud": lambda text: text + "!"}, "JINJA_GLOBALS": {"motto": "A"}}
    before = keys(again(site(article(), **{"theme/smo/card.html": template}), **first))
    same = {"loud": lambda text: text + "!", "other": len}
    assert keys(again({}, **first | {"JINJA_FILTERS": same})) == before
    for changed in (
        {"JINJA_FILTERS": {"loud": lambda text: text + "?"}},
        {"JINJA_GLOBALS": {"motto": "B"}},
    ):
        assert keys(again({}, **first | changed)) != before


def test_a_picture_of_the_sites_stylesheet_is_drawn_and_part_of_the_card(
    again: Callable[..., Path],
) -> None:
    css = {"more.css": '.card{background:url("images/own.png")}'}
    before = keys(again(site(article(), **css), SMO_CARD_CSS="more.css"))["one"]
    output = again({"content/images/own.png": png(1201, 630)}, SMO_CARD_CSS="more.css")
    assert keys(output)["one"] != before
    assert (0x20, 0x40, 0x60) in {
        color for _, color in card(output).convert("RGB").getcolors(1 << 20) or ()
    }


def test_a_setting_is_there_whatever_its_value(
    again: Callable[..., Path], messages: Messages
) -> None:
    template = {"theme/smo/card.html": "<p>{{ COUNT + 1 }} {{ MENU }}</p>"}
    output = again(site(article(), **template), COUNT=0, MENU={"a", "b"})
    assert "smo/cards/one.png" in image_of(output)
    assert "MENU is no text, number, list or dict, so that no card can show it" in messages()


LETTERS: Mapping[str, Mapping[str, str]] = {
    "a stylesheet": {"more.css": '/* 漢 */ .title::before{content:"𓀀"}'},
    "a logo": {
        "content/images/l.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
        "<text>𓀀</text></svg>"
    },
    "a template": {"theme/smo/card.html": "<p>&#x13000;</p>{# 漢 #}"},
}


@pytest.mark.parametrize("where", LETTERS)
def test_a_letter_without_a_font_is_found_wherever_it_is_said(
    again: Callable[..., Path], messages: Messages, where: str
) -> None:
    files = LETTERS[where]
    settings = {"SMO_LOGO": "images/l.svg", "SMO_CARD_CSS": "more.css"}
    used = {name: path for name, path in settings.items() if any(path in one for one in files)}
    assert image_of(again(site(article(), **files), **used)) == SITE_IMAGE
    assert "no font has 𓀀" in messages()


def test_the_text_of_a_logo_is_drawn_the_same_whatever_else_is_drawn(
    again: Callable[..., Path],
) -> None:
    logo = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
        '<text y="40" font-family="sans-serif" font-size="40">אA</text></svg>'
    )
    fonts = Path(__file__).parents[1] / "cards/fonts/NotoSansHebrew-Bold.ttf"
    settings = {"SMO_LOGO": "images/l.svg", "SMO_CARD_FONTS": [str(fonts)]}
    again(site(article(), **{"content/images/l.svg": logo}), **settings)
    output = again({}, **settings)
    alone = (output / "smo/cards/one.png").read_bytes()
    again({"content/a.md": article("other", Title="שלום"), ".pelican-smo/cards/x": ""}, **settings)
    for path in (output.parent / ".pelican-smo/cards").glob("*.png"):
        path.unlink()
    again({}, **settings)
    assert (output / "smo/cards/one.png").read_bytes() == alone


def test_cards_of_articles_that_are_gone_go_and_files_of_others_stay(
    again: Callable[..., Path],
) -> None:
    output = again(site(article(), article("two")))
    (output / "smo/cards/mine.png").write_bytes(b"mine")
    (output.parent / "content/1.md").unlink()
    again({})
    assert {path.name for path in (output / "smo/cards").iterdir()} == {"one.png", "mine.png"}


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_cards_are_the_same_whoever_draws_them_in_whatever_order(
    again: Callable[..., Path], workers: int
) -> None:
    names = [f"n{number:02}" for number in range(26)]
    random.Random(workers).shuffle(names)
    output = again(site(*map(article, names)), SMO_CARD_WORKERS=workers)
    found = {path.name: path.read_bytes() for path in sorted((output / "smo/cards").iterdir())}
    assert len(found) == 26
    assert _once.setdefault("keys", keys(output)) == keys(output)
    assert _once.setdefault("bytes", found) == found


_once: dict[str, Any] = {}


# What goes wrong


BAD: Mapping[str, tuple[Mapping[str, Any], Mapping[str, str | bytes], str, bool]] = {
    # settings, files, what is told, whether there is a card all the same
    "template": (
        {},
        {"theme/smo/card.html": "<p>\n{{ title|nope }}</p>"},
        "theme/smo/card.html, line 2: No filter named 'nope', so there is no card for 0.md",
        False,
    ),
    "template that fails": (
        {},
        {"theme/smo/card.html": "<p>\n\n{{ nobody.name }}</p>"},
        "theme/smo/card.html, line 3: 'nobody' is undefined",
        False,
    ),
    "logo": (
        {"SMO_LOGO": "images/logo.png"},
        {"content/images/logo.png": png(80, 80)[:60]},
        "images/logo.png: is no picture that can be drawn",
        False,
    ),
    "font": ({"SMO_CARD_FONTS": ["none.ttf"]}, {}, "SMO_CARD_FONTS: ", True),
    "font that is none": ({"SMO_CARD_FONTS": ["f.ttf"]}, {"f.ttf": b"no font"}, "f.ttf", True),
    "colour": (
        {"SMO_CARD_COLORS": {"accent": "seaside"}},
        {},
        "SMO_CARD_COLORS['accent']: 'seaside' is no colour; write it as \"#rrggbb\"",
        True,
    ),
    "contrast": (
        {"SMO_CARD_COLORS": {"background": "#ffffff", "text": "#eeeeee"}},
        {},
        "SMO_CARD_COLORS['text']: #eeeeee on #ffffff has a contrast of 1.1:1",
        True,
    ),
    "stylesheet": (
        {"SMO_CARD_CSS": "none.css"},
        {},
        "SMO_CARD_CSS: 'none.css' cannot be read",
        True,
    ),
    "layout": (
        {"SMO_CARD_LAYOUT": "nope"},
        {},
        (
            "layout 'nope': there is no template smo/card-nope.html, so there is no card for 0.md; "
            "the layouts are plain, gradient, photo, quote"
        ),
        False,
    ),
    "name of a variable": (
        {},
        {"theme/smo/card.html": "<p>\n{{ fit(titel, width=900, height=300, max=90, min=40) }}</p>"},
        "theme/smo/card.html, line 2: fit(): 'titel' is undefined",
        False,
    ),
    "template that extends itself": (
        {},
        {"theme/smo/card.html": '{% extends "smo/card.html" %}'},
        (
            "it extends 'smo/card.html', which is itself, so there is no card for 0.md; "
            'write {% extends "!smo/card.html" %}'
        ),
        False,
    ),
    "category": (
        {"SMO_CARD_LAYOUT": {"default": "plain", "misk": "quote"}},
        {},
        "SMO_CARD_LAYOUT: 'misk' is no category; did you mean 'misc'?",
        True,
    ),
    "template in another encoding": (
        {},
        {"theme/smo/card.html": b"<p>\xe9</p>"},
        "template smo/card.html: it is no UTF-8",
        False,
    ),
    "picture of a stylesheet": (
        {"SMO_CARD_CSS": "more.css"},
        {"more.css": ".card{background:url(images/no.png)}"},
        "SMO_CARD_CSS: url('images/no.png') is no file below the content folder",
        False,
    ),
    "picture of a template": (
        {},
        {"theme/smo/card.html": '<p>{{ title }}<img src="{{ img("images/no.png") }}"></p>'},
        "template smo/card.html: img('images/no.png') is no file below the content folder",
        True,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_told_once_and_the_build_finishes(
    again: Callable[..., Path], messages: Messages, case: str
) -> None:
    settings, files, told, has_card = BAD[case]
    output = again(site(article(), article("two"), **files), **settings)
    assert messages().count(told.replace("0.md", "0.md, 1.md")) == 1, messages()
    assert ("smo/cards/one.png" in image_of(output)) == has_card
    assert image_of(output) in (SITE_IMAGE, image_of(output)) if has_card else SITE_IMAGE


def test_a_letter_that_no_font_has_leaves_the_sites_picture_and_says_what_to_do(
    again: Callable[..., Path], messages: Messages
) -> None:
    titles = ["\U00013000\U00013001", "Reed \U00013000"]
    output = again(site(*(article(f"a{n}", Title=title) for n, title in enumerate(titles))))
    assert image_of(output, "a0.html") == image_of(output, "a1.html") == SITE_IMAGE
    assert "0.md, 1.md: no card, for no font has \U00013000 (U+13000, Egyptian" in messages()
    assert "SMO_CARD_FONTS" in messages()
    assert [row["source"] for row in manifest(output)["refused"]] == ["0.md", "1.md"]


NO_FEEDS = {
    f"{name}_FEED_{kind}": None
    for name, kind in itertools.product(("CATEGORY", "AUTHOR", "TRANSLATION"), ("ATOM", "RSS"))
} | {"FEED_ALL_ATOM": None}


@pytest.mark.parametrize(
    "title",
    [
        "word " * 2000,
        "w" * 10_000,
        "A \x07bell and \u202eright to left\u202c and \u2066an isolate",
        "&lt;script&gt;alert(1)&lt;/script&gt; “quoted” &amp; more",
        "{{ 7 * 7 }} {% raw %}",
    ],
)
def test_a_title_of_any_kind_gets_a_card(
    again: Callable[..., Path], messages: Messages, title: str
) -> None:
    output = again(site(article(Title=title)), **NO_FEEDS)  # they cannot carry a bell
    assert card(output).size == (1200, 630)
    assert messages() == ""


def test_titles_of_random_letters_get_a_card_or_leave_the_sites_picture(
    again: Callable[..., Path],
) -> None:
    chosen = random.Random(5)
    planes = [(0x20, 0x24F), (0x20, 0x2FFF), (0x20, 0xFFFD), (0x20, 0x10FFFF)]

    def title() -> str:
        low, high = chosen.choice(planes)
        letters = (chr(chosen.randint(low, high)) for _ in range(chosen.randint(1, 80)))
        return "x" + "".join(letter for letter in letters if letter.isprintable())

    titles = [title() for _ in range(600)]
    output = again(
        site(*(article(f"r{number}", Title=one) for number, one in enumerate(titles))),
        DEFAULT_PAGINATION=0,
        SUMMARY_MAX_LENGTH=1,
    )
    shown = [image_of(output, f"r{number}.html") for number in range(600)]
    cards = {f"r{number}" for number, one in enumerate(shown) if "smo/cards" in one}
    assert all("smo/cards" in one or one == SITE_IMAGE for one in shown)
    assert {path.stem for path in (output / "smo/cards").iterdir()} == cards
    assert 0 < len(cards) < 600
    for name in cards:
        assert card(output, f"{name}.png").size == (1200, 630)


def test_a_full_disk_is_told_once_and_leaves_the_sites_picture(
    again: Callable[..., Path], messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if "cards" in Path(target).parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    output = again(site(article(), article("two")))
    assert image_of(output) == image_of(output, "two.html") == SITE_IMAGE
    assert messages().count("No space left on device") == 1


def test_one_bad_card_stops_the_build_only_if_the_site_is_strict(
    again: Callable[..., Path],
) -> None:
    bad = site(article(Title="\U00013000"), article("two"))
    assert "smo/cards/two.png" in image_of(again(bad), "two.html")
    with pytest.raises(FindingsError, match="no font has"):
        again({}, SMO_STRICT=True)


def test_a_mistake_of_ours_leaves_the_sites_picture(
    again: Callable[..., Path], messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> Iterator[object]:
        raise KeyError("oops")

    monkeypatch.setattr(making, "stems", mistaken)
    assert image_of(again(site(article()))) == SITE_IMAGE
    assert "cards: left out, for a mistake in pelican_smo: KeyError('oops')" in messages()


def test_a_picture_that_is_not_there_to_stand_behind_a_title_is_told_of(
    build: Build, messages: Messages
) -> None:
    files = site(
        article(Smo_card="photo", Image="images/none.png"),
        article("two", Smo_card="photo", Image="images/own.png"),
    )
    build(files, **ON)
    assert messages().count("the image 'images/none.png' is no file of the site") == 1
    assert "own.png" not in messages()


def test_one_line_says_what_was_drawn_and_kept(
    again: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    again(site(article(), article("two", Title="\U00013000")))
    caplog.set_level(logging.INFO)
    again({"content/2.md": article("three")})
    lines = [one.getMessage() for one in caplog.records if "cards: " in one.getMessage()]
    assert [line.rpartition(", ")[0] for line in lines if "drawn" in line] == [
        "pelican_smo: cards: 1 drawn, 1 kept, 1 failed"
    ]


def test_the_closing_line_counts_the_cards_of_articles_only(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    taken = {"output/smo/cards/two.png": b"mine"}
    build(site(article(), article("two"), **taken), **ON, SMO_CARD_SAMPLES=True)
    assert "pelican_smo: cards: 1 drawn, 0 kept, 1 failed" in caplog.text


def test_a_very_long_title_makes_no_longer_words_for_who_cannot_see_the_card(build: Build) -> None:
    output = build(site(article(Title="letters " * 1250)), **ON)
    alt = meta((output / "one.html").read_text(), "og:image:alt")
    assert alt.startswith("letters letters ")
    assert len(alt) <= ALT_LIMIT
