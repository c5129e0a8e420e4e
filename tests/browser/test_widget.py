"""The share widget of the demo site in a real browser: every control, every reader."""

import io
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import html5lib
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, Route, expect

ARTICLE = "share-links.html"
URL = "https://smo.example/share-links.html"
TITLE = "Share links that stay out of the way"

Open = Callable[..., Page]


def open_more(page: Page) -> None:
    page.locator(".smo-share-more > summary").click()


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found
    return found


def status(page: Page) -> str:
    """Return what a screen reader is told, once it is told something."""
    expect(page.locator(".smo-status")).not_to_be_empty()
    return page.locator(".smo-status").inner_text()


def test_copy_puts_the_address_on_the_clipboard_and_says_so(open_page: Open) -> None:
    page = open_page(ARTICLE, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    assert status(page) == "Copied"
    assert page.evaluate("navigator.clipboard.readText()") == URL


REFUSED = "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"


def test_where_copying_is_refused_the_address_is_selected(open_page: Open) -> None:
    page = open_page(ARTICLE, script=REFUSED)
    button = page.get_by_role("button", name="Copy link")
    for _ in range(2):
        button.click()
        assert status(page) == "Please copy the selected text yourself"
        assert page.evaluate("document.activeElement.value") == URL
        assert page.evaluate("getSelection().toString()") == URL


def test_a_template_of_ones_own_needs_none_of_our_attributes(open_page: Open) -> None:
    page = open_page("every-link.html", permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async () => {
          const [script] = document.querySelectorAll('script[src*="/smo-"]');
          document.body.innerHTML = '<p><button data-smo="copy" hidden>Copy</button></p>';
          await import(script.src + '?again');
        }"""
    )
    page.get_by_role("button", name="Copy").click()
    page.wait_for_timeout(100)
    assert page.evaluate("navigator.clipboard.readText()") == page.url


NATIVE = """
window.shared = [];
navigator.canShare = (data) => Boolean(data.url);
navigator.share = (data) => { shared.push(data); return Promise.reject(new DOMException("", "AbortError")); };
"""


def test_native_share_gets_title_and_address_and_bears_a_change_of_mind(open_page: Open) -> None:
    page = open_page(ARTICLE, script=NATIVE)
    page.get_by_role("button", name="Share…").click()
    assert page.evaluate("shared") == [{"title": TITLE, "url": URL}]


@pytest.mark.parametrize(
    "script", ["delete Navigator.prototype.share", f"{NATIVE}; navigator.canShare = () => false"]
)
def test_native_share_is_not_there_where_the_device_cannot(open_page: Open, script: str) -> None:
    page = open_page(ARTICLE, script=script)
    expect(page.locator(".smo-native")).to_be_hidden()
    expect(page.locator(".smo-copy")).to_be_visible()


def test_more_opens_and_closes_by_keyboard_and_every_link_can_be_reached(open_page: Open) -> None:
    page = open_page(ARTICLE)
    more = page.locator(".smo-share-more > summary")
    expect(page.locator(".smo-share-pinboard")).to_be_hidden()
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".smo-share-pinboard")).to_be_visible()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement")
        reached.add(focused.evaluate("e => e.className"))
        inside = focused.evaluate("e => Boolean(e.closest('.smo-share'))")
        if inside:
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
    for name in ("smo-share-reddit", "smo-share-pinboard", "smo-print", "smo-share-whatsapp"):
        assert any(name in classes for classes in reached), name
    more.focus()
    page.keyboard.press("Space")
    expect(page.locator(".smo-share-pinboard")).to_be_hidden()


def test_the_qr_code_leads_to_the_page(open_page: Open) -> None:
    page = open_page(ARTICLE, color_scheme="dark")
    open_more(page)
    page.locator(".smo-qr > summary").click()
    code = page.get_by_role("img", name="QR code of this page’s address")
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    assert read.text == URL


def test_what_is_embedded_is_a_quotation_without_a_script(open_page: Open) -> None:
    page = open_page(ARTICLE, permissions=["clipboard-read", "clipboard-write"])
    open_more(page)
    page.locator(".smo-embed > summary").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    assert status(page) == "Copied"
    pasted = html5lib.parseFragment(
        page.evaluate("navigator.clipboard.readText()"), namespaceHTMLElements=False
    )
    assert {element.tag for element in pasted.iter()} == {
        "DOCUMENT_FRAGMENT",
        "blockquote",
        "p",
        "a",
        "footer",
        "cite",
    }
    assert pasted.find("blockquote").get("cite") == URL
    assert pasted.find(".//a").text == TITLE


@pytest.mark.parametrize("refused", [False, True])
def test_the_question_to_an_assistant_can_be_copied(open_page: Open, refused: bool) -> None:
    page = open_page(
        "every-link.html",
        permissions=["clipboard-read", "clipboard-write"],
        script=REFUSED if refused else "",
    )
    page.locator(".smo-prompt button").click()
    expected = "Summarise this article: https://smo.example/every-link.html"
    if refused:
        assert page.evaluate("getSelection().toString()") == expected
        return
    page.wait_for_timeout(100)
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_print_prints(open_page: Open) -> None:
    page = open_page(ARTICLE, script="window.print = () => { window.printed = true }")
    open_more(page)
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("printed") is True


def elsewhere(context: BrowserContext) -> list[str]:
    """Answer for all other servers; returns the addresses that were asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<!doctype html><title>there</title>", content_type="text/html")

    context.route(lambda url: "127.0.0.1" not in url, answer)
    return asked


def text_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["text"][0]


@pytest.fixture
def page_elsewhere(
    context_of: Callable[..., BrowserContext], served: str
) -> tuple[Page, list[str]]:
    context = context_of()
    asked = elsewhere(context)
    page = context.new_page()
    page.goto(f"{served}/{ARTICLE}")
    open_more(page)
    page.locator(".smo-fediverse > summary").click()
    return page, asked


def share_from(page: Page, server: str, *, remember: bool) -> None:
    page.get_by_label("Name of your server").fill(server)
    page.get_by_label("Remember on this device").set_checked(remember)
    page.locator(".smo-fediverse").get_by_role("button", name="Share").click()


def test_mastodon_goes_through_the_hub_where_the_text_never_leaves_the_browser(
    open_page: Open,
) -> None:
    page = open_page(ARTICLE)
    address = page.locator(".smo-share-mastodon").get_attribute("href") or ""
    hub, _, fragment = address.partition("#")
    assert hub == "https://share.joinmastodon.org/"
    assert unquote(fragment).startswith(f"text={TITLE}\n\n{URL}")


def test_the_readers_server_is_used_once_and_forgotten(
    page_elsewhere: tuple[Page, list[str]],
) -> None:
    page, asked = page_elsewhere
    share_from(page, "https://Social.Example/@ada", remember=False)
    page.wait_for_url("https://social.example/**")
    assert [text_of(url) for url in asked] == [f"{TITLE}\n\n{URL}"]
    page.go_back()
    assert page.evaluate("localStorage.length") == 0


def test_the_readers_server_is_remembered_only_after_a_tick_and_until_it_is_taken_back(
    page_elsewhere: tuple[Page, list[str]],
) -> None:
    page, asked = page_elsewhere
    share_from(page, "@ada@social.example", remember=True)
    page.wait_for_url("https://social.example/**")
    page.go_back()
    page.reload()
    assert page.evaluate("({...localStorage})") == {"smo-server": "social.example"}
    page.locator(".smo-share-mastodon").click()
    page.wait_for_url("https://social.example/**")
    assert text_of(asked[-1]).startswith(f"{TITLE}\n\n{URL}")
    page.go_back()
    open_more(page)
    page.locator(".smo-fediverse > summary").click()
    expect(page.get_by_label("Name of your server")).to_have_value("social.example")
    share_from(page, "social.example", remember=False)
    page.wait_for_url("https://social.example/**")
    page.go_back()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("name", ["nonsense", "a b.example", "javascript:alert(1)", "[::1]", ".."])
def test_what_is_no_server_goes_nowhere(
    page_elsewhere: tuple[Page, list[str]], served: str, name: str
) -> None:
    page, asked = page_elsewhere
    share_from(page, name, remember=True)
    assert status(page) == "That is no server name, such as social.example"
    assert (page.url, asked) == (f"{served}/{ARTICLE}", [])
    assert page.evaluate("localStorage.length") == 0


def test_where_storage_is_forbidden_the_rest_works(open_page: Open) -> None:
    forbid = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    page = open_page(ARTICLE, script=forbid, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    assert status(page) == "Copied"


def test_those_who_linked_here_can_tell_without_javascript(
    context_of: Callable[..., BrowserContext], served: str
) -> None:
    context = context_of(java_script_enabled=False)
    told: list[str] = []

    def answer(route: Route) -> None:
        told.append(f"{route.request.method} {route.request.url} {route.request.post_data}")
        route.fulfill(body="<!doctype html><title>thanks</title>", content_type="text/html")

    context.route("https://mentions.smo.example/**", answer)
    page = context.new_page()
    page.goto(f"{served}/{ARTICLE}")
    open_more(page)
    page.locator(".smo-tell > summary").click()
    panel = page.locator(".smo-tell")
    panel.get_by_label("Address of your page").fill("https://b.example/?a=1&b=2")
    panel.get_by_role("button", name="Send").click()
    page.wait_for_url("https://mentions.smo.example/**")
    (line,) = told
    method, address, body = line.split()
    assert (method, address) == ("POST", "https://mentions.smo.example/webmention")
    assert parse_qs(body) == {"source": ["https://b.example/?a=1&b=2"], "target": [URL]}


def test_without_javascript_nothing_is_there_that_does_nothing(open_page: Open) -> None:
    page = open_page(ARTICLE, java_script_enabled=False)
    open_more(page)
    for control in (".smo-copy", ".smo-native", ".smo-print", ".smo-fediverse"):
        expect(page.locator(control)).to_be_hidden()
    expect(page.get_by_role("link", name="Link to this page")).to_be_visible()
    page.locator(".smo-embed > summary").click()
    expect(page.get_by_label("HTML to paste elsewhere")).to_be_visible()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_hidden()
    shown = page.locator(".smo-share-list > li:not([hidden])")
    assert all(shown.nth(at).inner_text().strip() for at in range(shown.count()))


def test_on_paper_links_go_and_address_and_code_stay(open_page: Open) -> None:
    page = open_page(ARTICLE)
    page.emulate_media(media="print")
    for gone in (".smo-share-mastodon", ".smo-copy", ".smo-share-title", "summary.smo-button"):
        expect(page.locator(f".smo-share {gone}").first).to_be_hidden()
    expect(page.locator(".smo-qr > svg")).to_be_visible()
    assert box(page.locator(".smo-qr > svg"))["width"] > 90
    before = "getComputedStyle(document.querySelector('.smo-share'), '::before').content"
    assert page.evaluate(before) == f'"{URL}"'


@pytest.mark.parametrize(
    "path", [ARTICLE, "every-link.html", "ar/share-links.html", "digg-this.html"]
)
def test_a_narrow_screen_needs_no_sideways_scrolling_and_targets_are_large(
    open_page: Open, path: str
) -> None:
    page = open_page(path, viewport={"width": 320, "height": 640})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for control in page.locator(".smo-share :is(a, button, summary)").all():
        if control.is_visible():
            place = box(control)
            assert place["width"] >= 44, control
            assert place["height"] >= 44, control
            assert place["x"] >= 0, control
            assert place["x"] + place["width"] <= 320, control


def test_right_to_left_begins_at_the_right_in_the_readers_words(open_page: Open) -> None:
    page = open_page("ar/share-links.html", viewport={"width": 1000, "height": 800})
    aside = page.locator(".smo-share")
    assert (aside.get_attribute("lang"), aside.get_attribute("dir")) == ("ar", "rtl")
    expect(page.get_by_role("link", name="مشاركة على Mastodon")).to_be_visible()
    mastodon = box(page.locator(".smo-share-mastodon"))
    assert mastodon["x"] > box(page.locator(".smo-share-bluesky"))["x"]
    icon = box(page.locator(".smo-share-mastodon svg"))
    assert icon["x"] > mastodon["x"] + mastodon["width"] / 2


def test_the_rail_stays_beside_the_text_on_wide_screens_only(open_page: Open) -> None:
    wide = open_page("every-link.html", viewport={"width": 1400, "height": 700})
    rail, text = wide.locator("[data-position=rail]"), wide.locator(".prose")
    link = rail.locator(".smo-share-mastodon")
    for scrolled in (400, 700):
        wide.evaluate(f"scrollTo(0, {scrolled})")
        beside, prose = box(link), box(text)
        assert beside["x"] >= 0
        assert beside["x"] + beside["width"] <= prose["x"]
        assert 0 <= beside["y"] <= 700
    narrow = open_page("every-link.html", viewport={"width": 800, "height": 700})
    expect(narrow.locator("[data-position=rail]")).to_be_hidden()


def test_icons_alone_keep_their_names_for_those_who_listen(open_page: Open) -> None:
    page = open_page("every-link.html")
    icons = page.locator("[data-style=icons]").last
    expect(icons.get_by_role("link", name="Share on Mastodon", exact=True)).to_be_visible()
    assert box(icons.locator(".smo-share-mastodon"))["width"] < 50
    expect(icons.locator(".smo-share-mastodon svg")).to_have_attribute("aria-hidden", "true")
