"""Mentions in a real browser: every kind by day and night, in Arabic, by keyboard, and attacks inert."""

import functools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import make
from mentions.feeds import entry, feed
from mentions.test_widgets import ENTRIES, FORM, OURS
from pictures import png
from playwright.sync_api import BrowserContext, Page

from browser.conftest import _Quiet
from pelican_smo.mentions.cleaning import REL, TAGS

TARGET = "https://example.org/a.html"
LONG = "The gulls were there before us, and they had opinions. " * 20
NAMES = ("Ada Lovelace", "Bea", "Chloé Dubois", "Дмитрий", "山田太郎", "محمد علي", "x" * 90)


def crowd(kind: str, first: int, count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        entry(
            number,
            kind,
            author={
                "name": NAMES[number % len(NAMES)],
                "url": f"https://b{number}.example/",
                **({"photo": "avatars/a.png"} if number % 3 == 0 else {}),
            },
            **more,
        )
        for number in range(first, first + count)
    ]


EVERY_KIND = [
    *crowd("like-of", 100, 30),
    *crowd("repost-of", 200, 4),
    *crowd("bookmark-of", 300, 1),
    *crowd("in-reply-to", 400, 3, content={"text": "🎉"}),
    *(one for n, rsvp in enumerate(("yes", "maybe", "no", "interested")) for one in crowd("rsvp", 500 + n, 2, rsvp=rsvp)),
    *crowd("in-reply-to", 600, 2, content={"text": LONG}, published="2026-11-01T10:00:00+00:00"),
    *crowd(
        "in-reply-to",
        700,
        2,
        content={"html": "<p>Well <b>said</b>: <a href='https://c.example/'>see here</a>.</p><pre>"
        + "x" * 200 + "</pre>"},
    ),
    *crowd("in-reply-to", 800, 1, content={"text": "مرحبا بالعالم، هذا نص عربي."}, lang="ar"),
    *crowd("in-reply-to", 850, 1, photo=["https://b.example/p.jpg"]),
    *crowd("mention-of", 900, 2, name="A title that is long enough to fill a line of a telephone"),
    entry(950, "mention-of"),
    *crowd("quotation-of", 960, 1, content={"text": "“The hour of pelicans”"}),
    *crowd("invitee", 970, 1),
]  # fmt: skip
SITE = {
    "content/a.md": "Title: A\nDate: 2026-01-01\nSlug: a\n\nThe text.",
    "content/b.md": "Title: B\nDate: 2026-01-01\nSlug: b\nLang: ar\n\nالنص.",
    "avatars/a.png": png(96, 96),
}


def on(article: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "wm-target": f"https://example.org/{article}.html"} for one in entries]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a site whose first two articles have every kind, and whose third has attacks."""
    root = tmp_path_factory.mktemp("mentions")
    attacks = [
        {**one, "wm-source": f"https://evil{number}.example/", "wm-id": number}
        for number, one in enumerate(ENTRIES)
    ]
    sources = {
        **SITE,
        "content/evil.md": "Title: Evil\nDate: 2026-01-01\nSlug: evil\n\nThe text.",
        "mentions.json": feed(*on("a", EVERY_KIND), *on("b-ar", EVERY_KIND), *on("evil", attacks)),
    }
    make(
        root,
        sources,
        SITEURL="https://example.org",
        RELATIVE_URLS=True,
        SMO_LINKBACK_ENDPOINT="https://m.example.org",
    ).run()
    handler = functools.partial(_Quiet, directory=str(root / "output"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def look(context_of: Callable[..., BrowserContext], site: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; no request elsewhere, no dialog, no error in its console."""
    wrong: list[str] = []

    def opened(path: str, **options: Any) -> Page:
        page = context_of(**options).new_page()
        page.on(
            "request", lambda made: None if made.url.startswith(site) else wrong.append(made.url)
        )
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{site}/{path}")
        return page

    yield opened
    assert wrong == []


SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1200, "height": 900}}


@pytest.mark.parametrize("path", ["a.html", "b-ar.html"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    look: Callable[..., Page], path: str, screen: str, scheme: str
) -> None:
    page = look(path, viewport=SCREENS[screen], color_scheme=scheme, reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    section = page.locator(".smo-mentions")
    assert section.count() == 1
    found = Axe().run(page, context=".smo-mentions").response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_initials_can_be_read_in_forced_colours(look: Callable[..., Page]) -> None:
    page = look("a.html", forced_colors="active", color_scheme="dark")
    face = page.locator("span.smo-avatar").first
    ink, ground = face.evaluate(
        "(one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    )
    assert ink != ground
    assert Axe().run(page, context=".smo-mentions").response["violations"] == []


def test_everything_can_be_reached_by_keyboard_and_is_large_enough(
    look: Callable[..., Page],
) -> None:
    page = look("a.html")
    page.locator(".smo-mentions-more > summary").press("Enter")
    assert page.locator(".smo-mentions-more[open] .smo-face").first.is_visible()
    page.locator(".smo-tell-form > summary").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "source"
    for control in page.locator(".smo-mentions :is(summary, button, .smo-face-link)").all():
        box = control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8


def test_the_form_sends_source_and_target_to_the_endpoint(look: Callable[..., Page]) -> None:
    page = look("a.html")
    form = page.locator(".smo-tell-form form")
    values = form.evaluate(
        "(one) => [one.method, one.action, Object.fromEntries(new FormData(one))]"
    )
    assert values == [
        "post",
        "https://m.example.org/webmention",
        {"target": "https://example.org/a.html", "source": ""},
    ]


def test_words_are_cut_and_faces_are_round(look: Callable[..., Page]) -> None:
    page = look("a.html", viewport=SCREENS["phone"])
    assert page.locator(".smo-read-on").count() == 2
    for face in page.locator(".smo-avatar").all()[:9]:
        box = face.bounding_box()
        assert box
        assert box["width"] == box["height"] == pytest.approx(36, abs=1)


def test_avatars_come_from_this_site_once_they_are_near(look: Callable[..., Page]) -> None:
    page = look("a.html")
    image = page.locator("img.smo-avatar").last
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    image.scroll_into_view_if_needed()
    page.wait_for_function(
        "(one) => one.complete && one.naturalWidth === 96", arg=image.element_handle()
    )


def test_sec_12_no_attack_runs_asks_or_adds(look: Callable[..., Page]) -> None:
    page = look("evil.html")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for handler in ("mouseover", "focus", "toggle", "error", "load", "animationstart"):
        page.evaluate(
            "(name) => document.querySelectorAll('.smo-mentions *')"
            ".forEach((one) => one.dispatchEvent(new Event(name)))",
            handler,
        )
    page.wait_for_load_state("networkidle")
    rows = page.evaluate(
        """() => [...document.querySelectorAll('.smo-mentions *')].map((one) => [
          one.localName, one.namespaceURI, one.getAttributeNames(), one.getAttribute('href'),
          one.getAttribute('rel'), one.protocol || ''])"""
    )
    assert len(rows) > 1000
    assert {row[0] for row in rows} <= OURS | TAGS | FORM
    assert {row[1] for row in rows} == {"http://www.w3.org/1999/xhtml"}
    names = {name for row in rows for name in row[2]}
    assert not {name for name in names if name.startswith("on") or name in ("style", "id", "src")}
    links = [row for row in rows if row[3] is not None]
    assert {row[5] for row in links} == {"https:"}
    assert {row[4] for row in links} == {REL}
    body = page.evaluate(
        "[...document.body.querySelectorAll('script, iframe, svg, h1')].map((one) => one.outerHTML)"
    )
    assert [one for one in body if "alert" in one or "evil" in one or "Not ours" in one] == []
    shown = page.locator(".smo-mention, .smo-face").count()
    assert shown == len(ENTRIES)


def test_the_section_is_the_one_that_was_written(site: str, look: Callable[..., Page]) -> None:
    """A browser that repairs markup would show other elements than stand in the file."""
    import html5lib

    page = look("evil.html")
    seen = page.evaluate(
        "[...document.querySelectorAll('.smo-mentions *')].map((one) => one.localName)"
    )
    text = page.request.get(f"{site}/evil.html").text()
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    (section,) = (one for one in tree.iter("section") if one.get("class") == "smo-mentions")
    assert [one.tag for one in section.iter()][1:] == seen
    assert json.dumps(seen).count('"li"') == len(ENTRIES)
