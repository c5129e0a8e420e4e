"""Every hard title reads right on the card that ships, and all of them can be looked at."""

from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from pelican_smo.cards.library import FontLibrary
from pelican_smo.cards.takumi import Takumi
from pelican_smo.cards.words import clean, graphemes, phrases

from .contact_sheet import Card, card, library, main
from .hard_titles import HARD_TITLES, HardTitle
from .typesetting import drawn, engine, fitted, ink

BY_NAME = {hard.name: hard for hard in HARD_TITLES}
DRAWN = [hard for hard in HARD_TITLES if not hard.is_unknown]
each_title = pytest.mark.parametrize("hard", DRAWN, ids=lambda hard: hard.name)


@cache
def fonts() -> FontLibrary:
    return library()


@cache
def carded(name: str) -> Card:
    hard = BY_NAME[name]
    return card(hard, fonts(), engine())


def test_the_titles_are_the_fourteen_that_are_hard() -> None:
    assert len(BY_NAME) == len(HARD_TITLES) == 14
    assert len(BY_NAME["long"].title) == 140
    assert len(BY_NAME["endless"].title) > 10_000


@each_title
def test_its_letters_are_in_the_fonts_of_the_tests(hard: HardTitle) -> None:
    assert carded(hard.name).missing == ""


@each_title
def test_it_fits_at_a_size_that_can_be_read(hard: HardTitle) -> None:
    found = carded(hard.name).title
    assert found.size >= 46
    assert found.width <= 1040
    assert found.height <= 285
    assert found.is_cut == hard.is_cut
    assert found.direction == hard.direction


@each_title
def test_its_ink_is_inside_of_its_box(hard: HardTitle) -> None:
    chosen = fonts().fonts_for(hard.title, hard.language)
    found = fitted(hard.title, chosen.fonts, hard.language, line_height=1.06, spacing=-1.2)
    seen = ink(drawn(found, chosen.fonts, hard.language))
    assert seen is not None
    assert min(seen.left, seen.right) > -found.size / 20
    # A line that is set close lets a capital's accent out at the top, as it does in print.
    assert min(seen.top, seen.bottom) > -found.size / 8
    start = seen.right if hard.direction == "rtl" else seen.left
    assert abs(start) < found.size / 5


@each_title
def test_its_lines_end_where_phrases_do(hard: HardTitle) -> None:
    if hard.name == "compound":
        return
    shown = carded(hard.name).title.text.replace("\u200b", "").replace("\u00a0", " ")
    title = clean(hard.title)
    ends, end = set(), 0
    for phrase in phrases(title, hard.language):
        ends |= {end + len(phrase.rstrip()), end + len(phrase)}
        end += len(phrase)
    position = 0
    *lines, last = shown.split("\n")
    for line in lines:
        assert title.startswith(line, position), line
        position += len(line)
        assert position in ends
        position += len(title[position:]) - len(title[position:].lstrip())
    assert lines
    if not hard.is_cut:
        assert title[position:] == last


def test_the_compound_is_parted_twice_with_a_hyphen_and_large() -> None:
    shown = carded("compound").title.text
    assert shown.count("\n") == shown.count("-") == 2
    assert carded("compound").title.size >= 0.6 * 112
    assert shown.replace("-\n", "") == BY_NAME["compound"].title


def test_the_endless_one_ends_behind_a_word() -> None:
    shown = carded("endless").title.text.replace("\n", " ")
    assert shown.endswith("…")
    assert BY_NAME["endless"].title.startswith(shown.removesuffix("…") + " ")
    assert len(shown) > 200


def test_each_emoji_is_one_picture() -> None:
    hard = BY_NAME["emoji"]
    chosen = fonts().fonts_for(hard.title, "en")
    emoji = [one for one in graphemes(hard.title) if not one.isascii()]
    assert len(emoji) == 6
    for one in emoji:
        found = fitted(one, chosen.fonts)
        picture = drawn(found, chosen.fonts)
        seen = ink(picture)
        assert seen is not None
        # As wide as one, and of more colours than black and white.
        assert 0.7 * found.size < 1040 - seen.right < 1.5 * found.size
        assert len(picture.getcolors(1 << 20) or ()) > 50


def test_letters_that_no_font_has_are_known() -> None:
    hard = BY_NAME["unknown"]
    assert set(fonts().fonts_for(hard.title, hard.language).missing) == set("𖵂𖵘𖵋")


@pytest.mark.parametrize("layout", ["plain", "quote"])
def test_a_sheet_of_all_can_be_made(
    layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(str(tmp_path / "sheet.png"), layout)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (2 * 608 + 8, 7 * 323 + 8)
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told] == list(BY_NAME)


def test_cards_are_the_same_in_any_order() -> None:
    names = ["hebrew", "thai", "long", "hindi", "arabic", "compound"]
    once = {name: card(BY_NAME[name], fonts(), Takumi()).picture.tobytes() for name in names}
    for order in (names, names[::-1]):
        takumi = Takumi()
        for name in order:
            assert card(BY_NAME[name], fonts(), takumi).picture.tobytes() == once[name], name
