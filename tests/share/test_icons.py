"""Icons: shipped ones with source and licence, a site's own made harmless."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.share.icons import drawing, own_drawing, svg
from pelican_smo.share.networks import shipped

ROWS = tomllib.loads((files("pelican_smo.share") / "icons.toml").read_text(encoding="utf-8"))
FORBIDDEN = ("linkedin", "teams", "skype", "slack", "misskey", "lemmy")
PATH = '<path d="M0 0h24v24z"/>'


@pytest.mark.parametrize("name", ROWS)
def test_every_icon_is_a_plain_drawing_with_source_and_licence(name: str) -> None:
    row = ROWS[name]
    assert row["licence"] in ("CC0-1.0", "ISC")
    assert re.fullmatch(r"(simple-icons 16\.37\.0|lucide-static 1\.62\.0), [\w-]+", row["source"])
    assert "checked" in row
    tree = ET.fromstring(svg(name))
    assert tree.attrib["aria-hidden"] == "true"
    assert {element.tag for element in tree.iter()} <= {"svg", "path", "circle", "rect"}
    assert name in shipped() or name in ("more", "save")


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_mark_that_may_not_be_used_is_not_here(name: str) -> None:
    assert svg(name) == ""


def test_the_licences_come_along() -> None:
    text = (files("pelican_smo.share") / "ICONS-LICENSE.txt").read_text(encoding="utf-8")
    for words in ("Lucide Icons and Contributors", "Cole Bemis", "CC0 1.0 Universal"):
        assert words in text


def test_an_own_icon_loses_its_colours_and_its_numbers_stay() -> None:
    own = drawing(
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"'
        ' fill="#fff"><title>Mine</title><g fill="red"><circle cx="24" cy="24" r="9"/></g></svg>'
    )
    assert 'viewBox="0 0 48 48"' in own
    assert '<g fill="currentColor"><circle cx="24" cy="24" r="9"/></g>' in own
    assert "Mine" not in own


def test_an_own_icon_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.svg").write_text(f'<svg width="24" height="24px">{PATH}</svg>')
    assert 'viewBox="0 0 24 24"' in own_drawing("mine.svg", tmp_path)
    with pytest.raises(OSError, match="No such file"):
        own_drawing("none.svg", tmp_path)
    (tmp_path / "latin.svg").write_bytes(b"<svg>\xe9</svg>")
    with pytest.raises(ValueError, match="UTF-8"):
        own_drawing("latin.svg", tmp_path)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<script>alert(1)</script>", "holds <script>"),
        ("<foreignObject/>", "holds <foreignObject>"),
        ("<image href='https://t.example/x.png'/>", "holds <image>"),
        ("<use href='#a'/>", "holds <use>"),
        ("<style>*{}</style>", "holds <style>"),
        ("<a href='javascript:x'/>", "holds <a>"),
        ("<path onload='x' d='M0'/>", "'onload' on <path>"),
        ("<g ONCLICK='x'/>", "'ONCLICK' on <g>"),
        ("<path style='fill:red' d='M0'/>", "'style' on <path>"),
        ("<path fill='url(https://t.example/)' d='M0'/>", "fill="),
        ("<path d='M0\"><script>'/>", "is no SVG"),
        ("<svg viewBox='0 0 1 1'/>", "holds <svg>"),
        ("<animate attributeName='href'/>", "holds <animate>"),
        ("", "draws nothing"),
        ("<path", "is no SVG"),
    ],
)
def test_an_own_icon_that_could_do_more_than_show_is_refused(inside: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        drawing(f"<svg viewBox='0 0 24 24'>{inside}</svg>")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg viewBox='0 0 1 1'/>", "document type"),
        (f"<svg>{PATH}</svg>", "has no viewBox"),
        (f"<svg viewBox='0 0 1 1' onload='x'>{PATH}</svg>", "'onload' on <svg>"),
        (f"<html>{PATH}</html>", "is no SVG"),
        ("<svg viewBox='0 0 1 1'>" + PATH * 2000 + "</svg>", "is longer than 20000"),
    ],
)
def test_what_is_no_icon_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        own_drawing(text, Path())


@given(st.text("<>/='\" svgpathdMonclickruGhef:{}&;#\n", max_size=80))
def test_any_text_is_a_drawing_or_a_clause(inside: str) -> None:
    try:
        made = drawing(f"<svg viewBox='0 0 24 24'>{inside}{PATH}</svg>")
    except ValueError:
        return
    tree = ET.fromstring(made)
    assert not [key for element in tree.iter() for key in element.attrib if key[:2] == "on"]
