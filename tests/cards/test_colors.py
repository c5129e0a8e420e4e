"""The colours of cards are always colours, and letters in them can always be read."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pelican_smo.cards.colors import CardColors, card_colors
from pelican_smo.share.colors import contrast

COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
KEYS = ("background", "text", "accent")


def told(chosen: dict[str, str]) -> list[str]:
    return [str(problem) for problem in card_colors(chosen)[1]]


def test_a_site_that_chooses_nothing_has_colours_and_no_problem() -> None:
    colors, problems = card_colors({})
    assert (colors.background, colors.text, colors.accent) == ("#f8f6f1", "#14212b", "#0b6075")
    assert problems == ()


def test_chosen_colours_are_used_as_they_are_written() -> None:
    chosen = {"background": "#ffffff", "text": "#202124", "accent": "#c02942"}
    colors, problems = card_colors(chosen)
    assert [colors._asdict()[key] for key in KEYS] == [*chosen.values()]
    assert problems == ()


def test_short_colours_and_capitals_are_understood() -> None:
    colors, problems = card_colors({"background": "#FFF", "text": " #123 ", "accent": "#C02942"})
    assert (colors.background, colors.text, colors.accent) == ("#ffffff", "#112233", "#c02942")
    assert problems == ()


@pytest.mark.parametrize("wrong", ["teal", "", "#12345", "#gggggg", "rgb(0,0,0)", "#١٢٣", "0b6075"])
def test_what_is_no_colour_is_told_of_and_replaced_by_the_default(wrong: str) -> None:
    colors, problems = card_colors({"accent": wrong})
    assert colors == card_colors({})[0]
    (problem,) = problems
    assert problem.where == "SMO_CARD_COLORS['accent']"
    assert problem.problem == f"{wrong!r} is no colour"
    assert problem.remedy == 'write it as "#rrggbb", such as "#0b6075"'


def test_each_wrong_colour_is_told_of_at_once() -> None:
    places = [problem.where for problem in card_colors(dict.fromkeys(KEYS, "blue"))[1]]
    assert places == [f"SMO_CARD_COLORS[{key!r}]" for key in KEYS]


def test_a_text_too_faint_is_told_of_with_its_contrast_and_one_that_would_do() -> None:
    chosen = {"background": "#ffffff", "text": "#999999"}
    (sentence,) = told(chosen)
    assert sentence == (
        "SMO_CARD_COLORS['text']: #999999 on #ffffff has a contrast of 2.8:1, and 4.5:1 is the"
        ' least that can be read; write "#757575", which is used meanwhile, or choose another'
        " background"
    )
    assert card_colors(chosen)[0].text == "#757575"


def test_a_contrast_just_too_low_does_not_read_as_if_it_were_enough() -> None:
    (sentence,) = told({"background": "#ffffff", "text": "#777777"})
    assert "a contrast of 4.4:1" in sentence  # 4.478, which would round to 4.5


def test_one_that_would_do_is_taken_without_a_word() -> None:
    assert told({"background": "#ffffff", "text": "#757575"}) == []


@pytest.mark.parametrize(
    ("background", "text"),
    [
        ("#ffffff", "#14212b"),
        ("#000000", "#f8f6f1"),
        ("#0b1220", "#f8f6f1"),
        ("#ffd23f", "#14212b"),
    ],
)
def test_a_background_chosen_alone_brings_its_text(background: str, text: str) -> None:
    colors, problems = card_colors({"background": background})
    assert (colors.text, problems) == (text, ())


def test_a_light_text_chosen_alone_brings_a_dark_background() -> None:
    colors, problems = card_colors({"text": "#ffffff"})
    assert (colors.background, problems) == ("#10191f", ())


def test_a_gradient_turns_towards_its_neighbour() -> None:
    colors = card_colors({"accent": "#ffd23f"})[0]
    assert (colors.start, colors.end, colors.gradient_ink) == ("#ffd23f", "#fda16a", "#000000")


def test_a_glaring_accent_has_a_calmer_gradient() -> None:
    for accent in ("#ff0000", "#00ff00", "#0000ff", "#ff00ff"):
        colors = card_colors({"accent": accent})[0]
        assert colors.accent == accent
        for end in (colors.start, colors.end):
            channels = [int(end[at : at + 2], 16) for at in (1, 3, 5)]
            assert max(channels) - min(channels) < 190, (accent, end)


@pytest.mark.parametrize("accent", ["#ff0000", "#007fff", "#138686", "#868613"])
def test_white_letters_are_given_a_gradient_a_little_darker_where_that_is_enough(
    accent: str,
) -> None:
    colors = card_colors({"accent": accent})[0]
    assert (colors.ink, colors.gradient_ink) == ("#000000", "#ffffff")


@pytest.mark.parametrize("accent", ["#0b6075", "#ffb000", "#00bfff"])
def test_a_gradient_starts_with_an_accent_that_neither_glares_nor_needs_to_be_darker(
    accent: str,
) -> None:
    assert card_colors({"accent": accent})[0].start == accent


def test_a_grey_accent_has_a_grey_gradient() -> None:
    end = card_colors({"accent": "#111111"})[0].end
    assert end[1:3] == end[3:5] == end[5:7]


def between(one: str, other: str, share: float) -> str:
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colors: CardColors) -> None:
    on_background = {colors.text, colors.soft, colors.label}
    assert min(contrast(color, colors.background) for color in on_background) >= 4.5
    assert contrast(colors.ink, colors.accent) >= 4.5
    for step in range(24):
        ground = between(colors.start, colors.end, step / 23)
        # A colour between two of those that were looked at may lie a hair under the limit.
        assert contrast(colors.gradient_ink, ground) >= 4.47
        assert contrast(colors.gradient_soft, ground) >= 4.47
    # Two thirds of the shade over a white photo, as in the layout "photo".
    assert contrast("#ffffff", between("#ffffff", colors.shade, 0.62)) >= 4.5


@given(st.dictionaries(st.sampled_from(KEYS), COLORS))
@example({"accent": "#767676"})
@example({"background": "#767676", "text": "#767676"})
def test_letters_can_be_read_whatever_colours_are_chosen(chosen: dict[str, str]) -> None:
    colors, problems = card_colors(chosen)
    readable(colors)
    kept = {key: value for key, value in colors._asdict().items() if key in chosen}
    assert (kept != chosen) == bool(problems)


@given(st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text()), st.one_of(st.text(), COLORS)))
def test_any_text_in_the_place_of_a_colour_gives_colours(chosen: dict[str, str]) -> None:
    colors, problems = card_colors(chosen)
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in colors._asdict().values())
    readable(colors)
    for key in KEYS:
        if key in chosen and colors._asdict()[key] != chosen[key]:
            mine = [problem for problem in problems if repr(key) in problem.where]
            short = re.fullmatch("#[0-9a-f]{3,6}", chosen[key].strip().lower())
            assert mine or short
