"""The preview's page of cards in a real browser: all cards, cut and marked, and new by itself."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from clients.machines import free_port
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from browser.test_pages import LOOKS
from pelican_smo.preview import cards
from pelican_smo.preview.cards import cards_page_for

LONG = "How the harbour keeps its lamps burning through eleven weeks of fog"
TITLES = ("A light that answers", LONG, "<b>Notes</b> & “letters”", "كيف تحافظ المنارة على نورها")

TYPO = "smo/card.html, line 3: 'titel' is not defined; correct the template"
WRONG = "SMO_CARD_CSS: 'card.css' cannot be read: No such file or directory; correct it"
LACKING = [
    {"source": "", "title": "", "layout": "", "problem": WRONG},
    *(
        {"source": f"{n}.md", "title": f"Tide {n}", "layout": layout, "problem": TYPO}
        for n, layout in enumerate(["plain", "quote"] * 3)
    ),
    {"source": "", "title": "Long", "layout": "plain", "problem": TYPO},
    {"source": "", "title": "Kirat Rai", "layout": "plain", "problem": "no font has 𖵂"},
]


class Site:
    """A site with cards, as a build leaves it, and the page of them that runs."""

    def __init__(self, folder: Path) -> None:
        (folder / "content").mkdir()
        self.file = folder / "pelicanconf.py"
        self.file.write_text(
            "SITEURL = 'https://site.example'\nPATH = 'content'\nOUTPUT_PATH = 'output'\n"
            "TIMEZONE = 'UTC'\nSMO_CARDS = True\n"
        )
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.keys = {title: number for number, title in enumerate(TITLES)}
        self.refused = [
            {"source": "b.md", "title": "灯", "layout": "plain", "problem": "no font has 灯"}
        ]
        self.start()
        self.build()

    def start(self) -> None:
        page = cards_page_for(self.file, self.port)
        assert page is not None
        self.page, self._stop = page, threading.Event()
        self._thread = threading.Thread(target=page.run, args=(self._stop,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)

    def key(self, number: int) -> str:
        """Return the key of a card, which is there: a picture of one colour."""
        key = f"{number:032x}"
        path = self.page._manifest.parent / f"{key}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (1200, 630), (number * 40 % 256, 90, 110)).save(path)
        return key

    def build(self, **changed: int) -> None:
        self.keys |= changed
        layouts = ("plain", "gradient", "plain", "plain")
        rows = [
            {
                "path": f"smo/cards/{number}.png",
                "key": self.key(self.keys[title]),
                "bytes": 61234,
                "title": title,
                "source": f"articles/{number}.md",
                "layout": layouts[number],
                "language": "ar" if number == 3 else "en",
            }
            for number, title in enumerate(TITLES)
        ]
        sample = {"key": self.key(9), "form": "png", "title": "Donaudampfschifffahrt"}
        manifest = {
            "version": 1,
            "site": "https://site.example",
            "cards": rows,
            "samples": [sample | {"language": "de", "layout": "plain"}],
            "refused": self.refused,
        }
        new = self.page._manifest.with_suffix(".new")
        new.write_text(json.dumps(manifest))
        new.replace(self.page._manifest)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(cards, "_SECONDS", 0.01)
    site = Site(tmp_path)
    yield site
    site.stop()


@pytest.fixture
def lacking(site: Site) -> Site:
    site.refused = LACKING
    site.build()
    return site


@pytest.fixture
def open_cards(
    context_of: Callable[..., BrowserContext], site: Site
) -> Iterator[Callable[..., Page]]:
    """Open the page of cards; nothing but it is asked, no policy is broken, no script fails."""
    wrong: list[str] = []

    def opened(path: str = "", **options: Any) -> Page:
        page = context_of(**options).new_page()
        page.on("request", lambda made: made.url.startswith(site.url) or wrong.append(made.url))
        page.on("console", lambda said: "policy" in said.text.lower() and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{site.url}{path}")
        expect(page.locator("#cards .card")).to_have_count(len(TITLES))
        return page

    yield opened
    assert wrong == []


def titles(page: Page) -> list[str]:
    return page.locator(".card:visible .title").all_inner_texts()


@pytest.mark.parametrize(
    ("look", "hash"),
    [
        ("light", ""),
        ("dark", "#zones=shown&size=300&crop=1-1"),
        ("forced colours", "#zones=shown"),
        ("light", "#page=dark&size=1200"),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    lacking: Site, open_cards: Callable[..., Page], look: str, hash: str
) -> None:
    axe = Axe()
    page = open_cards(hash, viewport={"width": 320, "height": 640}, **LOOKS[look])
    page.locator("#refused summary").click()
    for opened in (False, True):
        if opened:
            page.locator(".open").nth(1).click()
        found = [
            (violation["id"], [node["target"] for node in violation["nodes"]][:3])
            for violation in axe.run(page).response["violations"]
        ]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_each_card_says_what_it_is_and_titles_are_text(open_cards: Callable[..., Page]) -> None:
    page = open_cards()
    assert titles(page) == [*TITLES, "Donaudampfschifffahrt"]
    first = page.locator(".card").first
    expect(first.locator(".about")).to_have_text("plain · en · 61 kB · articles/0.md")
    expect(first.get_by_role("img", name="Card of “A light that answers”")).to_be_visible()
    expect(page.locator("#cards .card [lang=ar]")).to_have_text(TITLES[3])
    refused = page.get_by_role("region", name="Not drawn")
    expect(refused.locator(".problem")).to_have_text("no font has 灯")
    expect(page.locator("#count")).to_have_text("4 cards, 1 not drawn · 1 hard title")
    expect(page.get_by_role("region", name="Warnings")).to_be_hidden()


def test_each_reason_is_said_once_with_what_it_befell(
    lacking: Site, open_cards: Callable[..., Page]
) -> None:
    page = open_cards()
    expect(page.locator("#count")).to_have_text("4 cards, 6 not drawn · 3 hard titles, 2 not drawn")
    expect(page.get_by_role("region", name="Warnings").get_by_role("listitem")).to_have_text(WRONG)
    reason = page.locator("#refused .reasons > li")
    expect(reason).to_have_count(1)
    expect(reason.locator(".problem")).to_have_text(TYPO)
    befell = reason.locator(".befell li:visible")
    expect(befell).to_have_text(
        [f"Tide {n} · {n}.md · {'quote' * (n % 2) or 'plain'}" for n in range(3)]
    )
    expect(reason).to_contain_text("and 1 hard title")
    reason.get_by_text("and 3 more").click()
    expect(befell).to_have_count(6)
    # What befell hard titles alone stands with them.
    others = page.get_by_role("list", name="Hard titles that are not drawn")
    expect(others.locator(".problem")).to_have_text("no font has 𖵂")
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:3] == ["Warnings", "Not drawn", "This site’s cards"]
    # A new build, and a key, leave it unfolded, and the focus where it is.
    page.locator("#refused summary").focus()
    lacking.build(**{LONG: 6})
    expect(page.locator(".changed")).to_have_count(1)
    page.keyboard.press("s")
    expect(befell).to_have_count(6)
    expect(page.locator("#refused summary")).to_be_focused()


def test_what_is_not_drawn_is_sifted_like_the_cards(
    lacking: Site, open_cards: Callable[..., Page]
) -> None:
    page = open_cards("#layout=quote")
    befell = page.locator("#refused .befell li")
    expect(befell).to_have_text([f"Tide {n} · {n}.md · quote" for n in (1, 3, 5)])
    expect(page.locator("#refused")).not_to_contain_text("hard title")
    expect(page.locator("#samples .reasons")).to_be_hidden()
    page.get_by_role("searchbox", name="Find").fill("5.md")
    expect(befell).to_have_count(1)
    page.get_by_role("searchbox", name="Find").fill("lamps")
    expect(page.locator("#refused")).to_be_hidden()
    # What is wrong with settings is wrong with all cards.
    expect(page.locator("#warnings")).to_be_visible()


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("1.91:1", (0, 0, 1200, 630)),
        ("2:1", (0, 15, 1200, 600)),
        ("16:9", (40, 0, 1120, 630)),
        ("1:1", (285, 0, 630, 630)),
    ],
)
def test_a_cut_keeps_the_middle_and_the_zones_stay_on_the_card(
    open_cards: Callable[..., Page], label: str, kept: tuple[int, ...]
) -> None:
    page = open_cards("#zones=shown", viewport={"width": 1400, "height": 900})
    page.get_by_text(label, exact=True).click()
    for inner in ("img", "svg"):
        found = page.evaluate(
            """(inner) => {
              const frame = document.querySelector(".card .frame").getBoundingClientRect();
              const card = document.querySelector(`.card ${inner}`).getBoundingClientRect();
              const scale = 1200 / card.width;
              return [frame.x - card.x, frame.y - card.y, frame.width, frame.height].map(
                (one) => Math.round(one * scale));
            }""",
            inner,
        )
        assert found == pytest.approx(kept, abs=1)


def test_the_zones_are_where_they_are_said_to_be(open_cards: Callable[..., Page]) -> None:
    page = open_cards("#zones=shown&size=1200", viewport={"width": 1400, "height": 900})
    zones = page.evaluate(
        """() => Object.fromEntries(["margin", "square", "label", "cut"].map((name) => {
          const zone = document.querySelector(`#zones .zone-${name}`);
          const {x, y, width, height} = zone.getBBox();
          return [name, [x, y, width, height].map(Math.round)];
        }))"""
    )
    assert zones["margin"] == [72, 72, 1200 - 2 * 72, 630 - 2 * 72]
    assert zones["square"] == [285, 0, 630, 630]
    assert zones["label"] == [0, 554, 480, 76]  # 40 % by 12 %
    assert zones["cut"] == [0, 0, 1200, 630]
    hole = page.locator("#zones .zone-cut").get_attribute("d")
    assert hole == "M0 0h1200v630H0zM40 15v600h1120V15z"  # all but 1120 by 600


def test_the_zones_come_and_go_by_key_but_not_while_one_writes(
    open_cards: Callable[..., Page],
) -> None:
    page = open_cards()
    zones = page.locator(".card .zones").first
    expect(zones).to_be_hidden()
    page.keyboard.press("s")
    expect(zones).to_be_visible()
    expect(page.get_by_role("list", name="Safe zones")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("lamps")
    expect(page.get_by_role("searchbox", name="Find")).to_have_value("lamps")
    expect(page.get_by_role("checkbox", name="Safe zones")).to_be_checked()
    assert titles(page) == [LONG]
    page.get_by_role("searchbox", name="Find").blur()
    page.keyboard.press("s")
    expect(zones).to_be_hidden()


def test_switches_are_kept_in_the_address(open_cards: Callable[..., Page]) -> None:
    page = open_cards(viewport={"width": 1400, "height": 900})
    page.get_by_role("combobox", name="Layout").select_option("gradient")
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("Dark", exact=True).click()
    page.get_by_role("checkbox", name="Safe zones").check()
    expect(page).to_have_url(
        f"{page.url.partition('#')[0]}#layout=gradient&size=300&page=dark&zones=shown"
    )
    page.reload()
    expect(page.get_by_role("combobox", name="Layout")).to_have_value("gradient")
    assert titles(page) == [LONG]
    frame = page.locator(".card:visible .frame").first.bounding_box()
    assert frame is not None
    assert frame["width"] == 300
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(14, 26, 34)"
    page.goto(f"{page.url.partition('#')[0]}#size=7&crop=none&layout=gone")
    expect(page.get_by_label("600")).to_be_checked()
    expect(page.get_by_text("None of these is what you look for.").first).to_be_visible()


def test_only_what_changed_is_another_picture_and_all_else_stays(
    open_cards: Callable[..., Page], site: Site
) -> None:
    page = open_cards("#size=1200&zones=shown", viewport={"width": 1400, "height": 700})
    page.evaluate("document.querySelectorAll('.card img').forEach((one) => { one.same = true })")
    page.locator(".open").nth(1).focus()
    page.evaluate("scrollTo(0, 900)")
    asked: list[str] = []
    page.on("request", lambda made: asked.append(made.url.removeprefix(site.url)))
    site.build(**{LONG: 6})
    card = page.locator(".card").nth(1)
    expect(card.locator("img")).to_have_attribute("src", f"/card/{6:032x}")
    expect(card.locator(".mark")).to_have_text("Changed")
    expect(page.locator(".changed")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("1 card changed")
    page.wait_for_function("document.querySelectorAll('.card img')[1].complete")
    assert asked == ["cards.json", f"card/{6:032x}"]
    assert page.evaluate("[...document.querySelectorAll('.card img')].every((one) => one.same)")
    assert page.evaluate("scrollY") == 900
    assert page.evaluate("document.activeElement === document.querySelectorAll('.open')[1]")
    expect(page.get_by_role("checkbox", name="Safe zones")).to_be_checked()
    site.build(**{LONG: 1, TITLES[0]: 7})  # the marks are those of the last build
    expect(page.locator(".changed")).to_have_count(2)
    site.refused = []
    site.build()
    expect(page.get_by_role("region", name="Not drawn")).to_be_hidden()
    expect(page.locator(".changed")).to_have_count(0)


def test_it_waits_for_a_preview_that_is_started_again(
    open_cards: Callable[..., Page], site: Site
) -> None:
    page = open_cards()
    site.stop()
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    site.start()
    site.build(**{LONG: 6})
    card = page.locator(".card").nth(1)
    expect(card.locator("img")).to_have_attribute("src", f"/card/{6:032x}", timeout=15_000)
    expect(page.get_by_role("status")).not_to_contain_text("does not answer")


def test_a_card_opens_large_by_keyboard_and_gives_back_the_focus(
    open_cards: Callable[..., Page], site: Site
) -> None:
    page = open_cards(viewport={"width": 1400, "height": 900})
    page.locator(".open").first.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name=TITLES[0])
    expect(large).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    box = large.locator("img").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (1200, 630)
    page.keyboard.press("ArrowRight")
    large = page.get_by_role("dialog", name=LONG)
    expect(large).to_be_visible()
    page.keyboard.press("s")
    expect(large.locator(".zones")).to_be_visible()
    site.build(**{LONG: 6})
    expect(large.locator("img")).to_have_attribute("src", f"/card/{6:032x}")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".open").nth(1)).to_be_focused()


def test_a_card_that_is_gone_from_the_cache_says_so(
    open_cards: Callable[..., Page], site: Site
) -> None:
    page = open_cards()
    site.build(**{LONG: 6})
    expect(page.locator(".card").nth(1).locator("img")).to_have_attribute("src", f"/card/{6:032x}")
    manifest = json.loads(site.page._manifest.read_text())
    manifest["cards"][0]["key"] = f"{7:032x}"
    site.page._manifest.write_text(json.dumps(manifest))
    expect(page.locator(".card").first).to_contain_class("lost")
    expect(page.locator(".lost")).to_have_count(1)
