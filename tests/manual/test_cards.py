"""The manual's page on cards says what is true: its listings are built into a site and drawn."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from heads import meta
from pictures import png
from PIL import Image

from manual import ARTICLES, listings
from pelican_smo.settings import Settings

MANUAL = (ARTICLES / "cards.md").read_text(encoding="utf-8")
CSS = Path(ARTICLES.parents[2], "pelican_smo/templates/smo/card.css").read_text(encoding="utf-8")
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
    build: Build, folder: Path, template: tuple[str, str] | None = None, **others: Any
) -> "Image.Image":
    """Return the card of an article, in a site whose theme has ``template``, name and text."""
    sources: dict[str, str | bytes] = {"content/one.md": ARTICLE}
    sources["content/images/logo.png"] = png(400, 400)
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


def test_its_own_layout_draws(build: Build, tmp_path: Path) -> None:
    own = {"SMO_CARD_LAYOUT": "note", "SMO_LOGO": "images/logo.png"}
    drawn = card(build, tmp_path, ("card-note.html", NOTE), **own)
    plain = card(build, tmp_path)
    assert drawn.getpixel((5, 5)) == plain.getpixel((5, 600))
    assert drawn.getpixel((1195, 5)) != plain.getpixel((1195, 5))  # where the sun is
    assert len(drawn.getcolors(10_000_000) or []) > 20


def test_its_part_of_a_layout_draws_the_rest_as_well(build: Build, tmp_path: Path) -> None:
    drawn = card(build, tmp_path, ("card.html", PART))
    plain = card(build, tmp_path)
    assert drawn.getpixel((1195, 5)) == plain.getpixel((1195, 5))  # the sun
    assert drawn.getpixel((1100, 5)) != plain.getpixel((1100, 5))  # its rings
    words = (80, 76, 1000, 560)
    assert drawn.crop(words).tobytes() == plain.crop(words).tobytes()


def test_every_layout_that_it_lists_is_a_template_and_every_template_is_listed() -> None:
    listed = set(re.findall(r"^\| `([a-z]+)` \|", MANUAL, re.MULTILINE))
    templates = Path(ARTICLES.parents[2], "pelican_smo/templates/smo").glob("card-*.html")
    assert listed == {"plain", *(path.stem.removeprefix("card-") for path in templates)}
