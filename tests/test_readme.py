"""The README says what is true."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Build
from heads import meta
from pictures import png

from pelican_smo.collect import METADATA
from pelican_smo.settings import DEFAULT_NETWORKS, reference_table
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


def test_the_card_it_shows_is_one(
    build: Build, messages: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (template,) = re.findall(r"```html\+jinja\n(.*?)```", README, re.DOTALL)
    sources = {
        "content/a.md": "Title: A\nDate: 2026-01-01\nSlug: a\nSmo_card: postcard\n\nx",
        "content/images/logo.png": png(80, 80),
        "theme/smo/card-postcard.html": template,
    }
    monkeypatch.chdir(tmp_path)
    output = build(
        sources,
        THEME_TEMPLATES_OVERRIDES=["site/theme"],
        SMO_CARDS=True,
        SMO_LOGO="images/logo.png",
    )
    assert messages() == ""
    assert "smo/cards/a.png?v=" in meta((output / "a.html").read_text(), "og:image")


def test_its_preview_has_what_the_demos_receiver_needs() -> None:
    (command,) = re.findall(r"^.*pelican-smo preview demo_site$", README, re.MULTILINE)
    assert "pip install -e '.[cards,linkbacks]'" in command


def test_ci_runs_its_test_command() -> None:
    assert (
        "grep -m1 -F \"'.[dev]'\" README.md"
        in (Path(__file__).parent.parent / ".ci/run").read_text()
    )
