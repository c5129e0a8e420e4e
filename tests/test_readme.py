"""The README says what is true."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Build
from demo import ROOT
from heads import meta
from pictures import png
from PIL import Image, ImageChops

from pelican_smo.cards.colors import card_colors
from pelican_smo.collect import METADATA
from pelican_smo.settings import DEFAULT_NETWORKS, reference_table
from pelican_smo.share.colors import contrast
from pelican_smo.share.networks import read_networks

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_settings_table_is_made_from_the_rows() -> None:
    assert f"\n{reference_table()}\n<!-- /settings -->" in README


def test_every_name_of_metadata_is_in_it() -> None:
    names = {name for names in METADATA.values() for name in names}
    read = {name.lower() for name in re.findall(r"`([\w]+)[:`]", README)}
    assert names - read == set()


def test_every_default_network_is_named() -> None:
    for name in DEFAULT_NETWORKS:
        assert read_networks({})[name].name in README


def test_the_configuration_it_shows_gives_a_complete_page(build: Build) -> None:
    (config,) = re.findall(r"```python\n# pelicanconf\.py\n(.*?)```", README, re.DOTALL)
    settings: dict[str, object] = {}
    exec(config, {}, settings)
    page = (
        build({"content/a.md": "Title: A\nDate: 2026-01-01\n\nx"}, **settings) / "a.html"
    ).read_text()
    assert meta(page, "og:site_name") == "My site"
    assert "smo-share" in page


@pytest.mark.parametrize(("title", "direction"), [("Fog", "ltr"), ("שלום", "rtl")])
def test_the_card_it_shows_is_one_in_any_direction_and_with_its_colours(
    build: Build,
    messages: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    title: str,
    direction: str,
) -> None:
    (template,) = re.findall(r"```html\+jinja\n(.*?)```", README, re.DOTALL)
    sources = {
        "content/a.md": f"Title: {title}\nDate: 2026-01-01\nSlug: a\nSmo_card: postcard\n\nx",
        "content/images/logo.png": png(80, 80),
        "theme/smo/card-postcard.html": template,
    }
    colors = ast.literal_eval(re.findall(r"^SMO_CARD_COLORS = (.*)", README, re.MULTILINE)[0])
    monkeypatch.chdir(tmp_path)
    output = build(
        sources,
        THEME_TEMPLATES_OVERRIDES=["site/theme"],
        SMO_CARDS=True,
        SMO_CARD_COLORS=colors,
        SMO_CARD_FONTS=[str(ROOT / "demo_site/fonts/NotoSansHebrew-Bold.ttf")],
        SMO_LOGO="images/logo.png",
    )
    assert messages() == ""
    assert "smo/cards/a.png?v=" in meta((output / "a.html").read_text(), "og:image")
    with Image.open(output / "smo/cards/a.png") as picture:
        card = picture.convert("RGB")
    ground = card_colors(colors)[0].background
    assert [hexed(card, *place) for place in ((4, 4), (100, 620))] == [ground, colors["accent"]]
    # The logo is a square at the start of the line; the title, at its foot, can be read.
    start = 1040 if direction == "rtl" else 80
    logo = ImageChops.difference(card, Image.new("RGB", card.size, ground)).crop((0, 0, 1200, 200))
    assert logo.getbbox() == (start, 80, start + 80, 160)
    words = card.crop((80, 330, 1120, 560)).getcolors(300_000) or []
    assert max(contrast("#{:02x}{:02x}{:02x}".format(*color), ground) for _, color in words) > 10


def hexed(card: Image.Image, x: int, y: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*card.getpixel((x, y)))


def test_its_preview_has_what_the_demos_receiver_needs() -> None:
    (command,) = re.findall(r"^.*pelican-smo preview demo_site$", README, re.MULTILINE)
    assert "pip install -e '.[cards,linkbacks]'" in command


def test_ci_runs_its_test_command() -> None:
    assert (
        "grep -m1 -F \"'.[dev]'\" README.md"
        in (Path(__file__).parent.parent / ".ci/run").read_text()
    )
