"""The manual's page on cards says what is true: its listings are built into a site and drawn."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from heads import meta
from pictures import png
from PIL import Image, ImageChops

from manual import ARTICLES, listings
from pelican_smo.settings import Settings

MANUAL = (ARTICLES / "cards.md").read_text(encoding="utf-8")
TEMPLATES = Path(ARTICLES.parents[2], "pelican_smo/templates/smo")
CSS = (TEMPLATES / "card.css").read_text(encoding="utf-8")
NOTE, PART = listings(MANUAL, r"html\+jinja")
ARTICLE = "Title: Fish and ships\nDate: 2026-01-01\nSlug: one\n\nThe text.\n"


@pytest.fixture(autouse=True)
def _no_fonts_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")


def settings() -> dict[str, Any]:
    """Return every setting that a listing of the manual's page makes."""
    made = [
        (ast.unparse(line.targets[0]), ast.literal_eval(line.value))
        for listing in listings(MANUAL, "python")
        for line in ast.parse(listing).body
        if isinstance(line, ast.Assign)
    ]
    return dict(made)


def card(
    build: Build,
    folder: Path,
    template: tuple[str, str] | None = None,
    logo: tuple[int, int] = (400, 400),
    **others: Any,
) -> "Image.Image":
    """Return the card of an article, in a site whose theme has ``template``, name and text."""
    sources: dict[str, str | bytes] = {"content/one.md": ARTICLE}
    sources["content/images/logo.png"] = png(*logo)
    sources["card.css"] = "".join(listings(MANUAL, "css"))
    values = {"SMO_CARDS": True, "STATIC_PATHS": ["images"], **others}
    if template:
        sources[f"theme/smo/{template[0]}"] = template[1]
        values["THEME_TEMPLATES_OVERRIDES"] = [str(folder / "own/theme")]
    output = build(sources, name="own" if template else "plain", **values)
    assert "/smo/cards/one.png?v=" in meta((output / "one.html").read_text(), "og:image")
    with Image.open(output / "smo/cards/one.png") as picture:
        return picture.convert("RGB")


def test_its_settings_are_settings_and_draw_a_card(build: Build, tmp_path: Path) -> None:
    made = settings()
    assert {"SMO_CARDS", "SMO_CARD_LAYOUT", "SMO_CARD_COLORS", "SMO_CARD_CSS"} <= set(made)
    Settings.from_pelican({"SITEURL": "https://example.org", "SITENAME": "Post", **made})
    del made["SMO_CARD_FONTS"]  # a folder that this site has not
    assert card(build, tmp_path, **made).getpixel((20, 600)) == (0xF4, 0xED, 0xDF)


def test_its_classes_are_those_of_the_style_sheet() -> None:
    named = set(re.findall(r"^\.([a-z]+)", "".join(listings(MANUAL, "css")), re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"\.([a-z]+)", CSS))


def test_its_own_layout_draws_and_shows_a_logo_whole(build: Build, tmp_path: Path) -> None:
    own = {"SMO_CARD_LAYOUT": "note", "SMO_LOGO": "images/logo.png"}
    drawn = card(build, tmp_path, ("card-note.html", NOTE), logo=(400, 100), **own)
    plain = card(build, tmp_path)
    assert drawn.getpixel((5, 5)) == plain.getpixel((5, 600))
    assert drawn.getpixel((1195, 5)) != plain.getpixel((1195, 5))  # where the sun is
    ground = Image.new("RGB", drawn.size, drawn.getpixel((5, 5)))
    edges = ImageChops.difference(drawn, ground).crop((0, 0, 1200, 320)).getbbox()
    assert edges is not None
    left, top, right, _ = edges
    assert (left, right) == (100, 100 + 4 * 96)
    assert drawn.getpixel((110, top + 90)) == drawn.getpixel((470, top + 5)) == (32, 64, 96)


@pytest.mark.parametrize("layout", ["plain", "gradient", "quote", "photo"])
def test_its_part_of_a_layout_changes_those_that_it_says(
    build: Build, tmp_path: Path, layout: str
) -> None:
    drawn = card(build, tmp_path, ("card.html", PART), SMO_CARD_LAYOUT=layout)
    usual = card(build, tmp_path, SMO_CARD_LAYOUT=layout)
    said = re.findall(r"^\| `head` \|.*\| (.*) \|$", MANUAL, re.MULTILINE)[0]
    head, rest = (80, 76, 800, 136), (0, 150, 1200, 630)
    assert (drawn.crop(head).tobytes() != usual.crop(head).tobytes()) == (f"`{layout}`" in said)
    assert drawn.crop(rest).tobytes() == usual.crop(rest).tobytes()


def test_the_table_of_blocks_says_which_layouts_share_one() -> None:
    rows = re.findall(r"^\| `(head|title|foot|background)` \|.*\| (.*) \|$", MANUAL, re.MULTILINE)
    said = {block: set(re.findall("`([a-z]+)`", layouts)) for block, layouts in rows}
    templates = {path.stem.removeprefix("card-"): path for path in TEMPLATES.glob("card-*.html")}
    for block, layouts in said.items():
        own = {
            name
            for name, path in templates.items()
            if f"{{% block {block} %}}" in path.read_text(encoding="utf-8")
        }
        shared = {"plain", *templates} - own
        assert layouts == (shared if len(shared) > 1 else set()), block
    assert set(said) == {"head", "title", "foot", "background"}


def test_every_layout_that_it_lists_is_a_template_and_every_template_is_listed() -> None:
    section = MANUAL.partition("## Choose a layout")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE))
    templates = TEMPLATES.glob("card-*.html")
    assert listed == {"plain", *(path.stem.removeprefix("card-") for path in templates)}
