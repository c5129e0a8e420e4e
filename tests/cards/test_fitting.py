"""Text is set as large as it fits, in even lines, and cut where a reader would cut it."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from pelican_smo.cards.engine import Extent, TextStyle
from pelican_smo.cards.fitting import Fitted, fit
from pelican_smo.cards.words import clean, graphemes
from pelican_smo.errors import CardError

from .test_words import ANY, LANGUAGES
from .typesetting import BOX, drawn, fitted, ink, measuring

# Words and no words, of many scripts, as titles are made of.
WORDS = st.lists(
    st.sampled_from(
        (
            *("the", "Pelican", "static", "a", "generator’s", "état-major", "Überschrift", "R&D"),
            *("<T>", "3.14", "naïve", "—", "…", "ÅÉÑ", "jgpq", "İstanbul", "Ελλάδα", "Привет"),
            "Ỗ",
        )
    ),
    min_size=1,
    max_size=40,
).map(" ".join)


class Typewriter:
    """A measure whose letters are half an em wide, and which counts how often it is asked."""

    def __init__(self, more: float = 0.0) -> None:
        self.asked: list[str] = []
        self.more = more

    def __call__(self, text: str, style: TextStyle, width: int) -> Extent:
        self.asked.append(text)
        em = style.size / 2 + style.spacing
        lines = [
            row
            for line in text.replace("\u200b\n", "\n").split("\n")
            for row in _rows(line, int(width / em), breaks=style.break_words)
        ]
        widths = tuple(len(row) * em for row in lines)
        height = math.ceil(len(lines) * style.size * (style.line_height + self.more))
        return Extent(max(widths), height, len(lines), widths)


def _rows(line: str, most: int, *, breaks: bool) -> Iterator[str]:
    """Yield ``line`` in rows of ``most`` letters, broken at spaces."""
    row = ""
    for word in line.replace("\u200b", "").split(" "):
        if row and len(f"{row} {word}") > most:
            yield row
            row = ""
        row = f"{row} {word}" if row else word
        while breaks and len(row) > most:
            yield row[:most]
            row = row[most:]
    yield row


def typed(text: str, measure: Typewriter | None = None, **box: Any) -> Fitted:
    """Return ``text`` fitted into a box that is 20 letters wide at size 50, of 5 such lines."""
    sizes = {"width": 500, "height": 250, "max": 100, "min": 50, "line_height": 1, **box}
    return fit(text, measure=measure or Typewriter(), **sizes)


@pytest.mark.parametrize(
    ("text", "size", "shown"),
    [
        ("Short", 100, "Short"),
        # Two lines of ten letters at the largest size, made even.
        ("seven and ten", 100, "seven|and ten"),
        # Twelve letters in a line, and no more: a word is made smaller before it is broken.
        ("hippopotamus", 83, "hippopotamus"),
        ("a hippopotamus walks", 83, "a|hippopotamus|walks"),
        # Three lines of thirteen letters: of twelve it would be four lines, and too high.
        ("one two three four five six seven", 76, "one two three|four five six|seven"),
    ],
)
def test_text_is_as_large_as_it_fits_in_even_lines(text: str, size: int, shown: str) -> None:
    found = typed(text)
    assert (found.size, found.text.replace("\n", "|")) == (size, shown)
    assert not found.is_cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("word " * 20, "word word word word|" * 4 + "word word word word"),
        ("word " * 30, "word word word word|" * 4 + "word word word word…"),
        # What leads on to more does not stand before the ellipsis.
        ("word, " * 30, "word, word, word,|" * 4 + "word, word, word…"),
        ("word – " * 30, "word – word – word –|" * 4 + "word – word – word…"),
    ],
)
def test_what_is_too_much_gives_way_to_an_ellipsis_behind_a_word(text: str, shown: str) -> None:
    found = typed(text)
    assert found.text.replace("\n", "|") == shown
    assert found.size == BOX["min"] or found.size == 50
    assert found.is_cut == ("…" in shown)


def test_a_word_is_parted_only_where_it_fits_no_line_of_a_size_that_reads_well() -> None:
    # Down to 60 of 100 pixels it stays whole; a longer one is parted, and then is larger.
    assert (typed("x" * 16).text, typed("x" * 16).size) == ("x" * 16, 62)
    assert typed("Bundesverfassung").text == "Bundesverfassung"
    # Where a reader might part it, with a hyphen; at a soft hyphen, which tells where.
    assert typed("Kraftfahrzeugversicherung").text == "Kraftfahrzeug-\nversicherung"
    assert typed("Kraftfahrzeugversicherung").size == 71
    assert typed("Kraft\u00adfahrzeug\u00adversicherung").text == "Kraftfahrzeug-\nversicherung"
    assert typed("Donau\u00addampf\u00adschiff").text == "Donaudampfschiff"
    # What has no such place is made smaller.
    assert (typed("x" * 19).text, typed("x" * 19).size) == ("x" * 19, 52)


def test_a_word_is_parted_as_seldom_as_may_be_and_in_the_middle() -> None:
    long = typed("Donaudampfschifffahrtsgesellschaftskapitänskajüte")
    assert long.text.split("\n") == [
        *("Donaudampf-", "schifffahrts-", "gesellschafts-", "kapitänskajüte")
    ]
    assert long.size == 62
    # A lower box has room for three lines only: then there are fewer parts, smaller.
    low = typed("Donaudampfschifffahrtsgesellschaftskapitänskajüte", height=165)
    assert (low.size, low.lines) == (50, 3)
    # Beside other words, and only those that must be.
    assert typed("Die Kraftfahrzeugversicherung zahlt").text.split("\n") == [
        *("Die", "Kraftfahrzeug-", "versicherung", "zahlt")
    ]
    # Where so much stands beside it that all is small, it has room and stays whole.
    small = typed("Kraftfahrzeuglampen " + "word " * 15)
    assert small.text.split("\n")[0] == "Kraftfahrzeuglampen"
    assert not small.is_cut


def test_a_long_text_is_parted_at_the_smallest_size_and_cut() -> None:
    cut = typed("Kraftfahrzeugversicherung " * 9)
    assert (cut.size, cut.is_cut) == (50, True)


def test_an_address_is_parted_where_it_has_parts_and_what_has_none_anywhere() -> None:
    address = typed("https://example.org/archive/2026/a-title")
    assert address.text.split("\n") == ["https://", "example.org/", "archive/", "2026/a-title"]
    address = typed("https://example.org/archive/2026/a-title", height=110)
    assert address.text.split("\n") == ["https://example.org/", "archive/2026/a-title"]
    assert "overflow-wrap:anywhere" in typed("x" * 99).style
    assert "overflow-wrap:normal" in typed("x" * 19).style
    # As large as it fits and reads well: four lines of sixteen letters.
    assert (typed("x" * 61).size, typed("x" * 61).lines) == (60, 4)
    assert (typed("x" * 90).size, typed("x" * 90).lines) == (50, 5)


def test_a_word_without_an_end_is_cut_behind_a_letter() -> None:
    assert typed("x" * 99).text == "x" * 99
    assert typed("x" * 999).text == "x" * 99 + "…"
    assert typed("see " + "x" * 999).text == "see " + "x" * 79 + "…"
    family = "👩\u200d👩\u200d👧"
    assert typed(family * 100).text.rstrip("…").count(family) == len(typed(family * 100).text) // 5


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "今日はとても良い天気です。散歩に行きましょう。",
            ["今日はとても良い天気です。", "散歩に行きましょう。"],
        ),
        (
            "「東京」の天気は、あと11分から晴れるでしょう",
            ["「東京」の天気は、あと", "11分から晴れるでしょう"],
        ),
        # A space before a mark, as in French, and hyphens in short words are no place to break.
        ("Quoi de neuf aujourd’hui ?", ["Quoi de neuf", "aujourd’hui\u00a0?"]),
        ("« Oui » dit-elle « non »", ["«\u00a0Oui\u00a0»", "dit-elle", "«\u00a0non\u00a0»"]),
        ("a well-known half-baked idea", ["a well-", "known half-", "baked idea"]),
    ],
)
def test_lines_end_where_a_reader_would_end_them(text: str, lines: list[str]) -> None:
    assert typed(text, language="ja").text.split("\n") == lines


def test_thai_lines_end_with_a_space_without_which_the_engine_would_not_end_them() -> None:
    assert typed("เรียนรู้การเขียนโปรแกรมด้วยตัวเอง", language="th").text.count("\u200b\n") == 1
    found = fitted("เรียนรู้การเขียนโปรแกรม", width=500, language="th")
    assert found.lines == found.text.count("\n") + 1 == 2


@pytest.mark.parametrize(
    ("text", "line_height"),
    [
        ("Plain", 1.06),
        ("Élan Åse", 1.06),
        ("TIẾNG VIỆT", 1.4),
        ("日本", 1.25),
        ("हिन्दी", 1.3),
        ("ไทย", 1.5),
        ("مرحبا", 1.5),
        ("مرحبًا", 1.7),
    ],
)
def test_lines_of_a_script_with_tall_marks_are_further_apart(text: str, line_height: float) -> None:
    found = typed(text, line_height=1.06, height=600)
    assert f"line-height:{line_height:g};" in found.style


def test_a_line_height_asked_for_is_kept_where_it_is_more_or_where_there_is_no_room() -> None:
    assert "line-height:2;" in typed("日本", line_height=2).style
    assert "line-height:1.2;" in typed("مرحبا", height=60, line_height=1).style


def test_letters_that_are_joined_have_no_space_between_them() -> None:
    assert "letter-spacing:-1px" in typed("Plain", spacing=-1).style
    assert "letter-spacing:0px" in typed("مرحبا", spacing=-1).style
    assert "letter-spacing:0px" in typed("Plain हिन्दी", spacing=2).style


def test_the_direction_is_that_of_the_text() -> None:
    assert typed("שלום", language="en").direction == "rtl"
    assert "direction:rtl" in typed("שלום", language="en").style
    assert "direction:ltr" in typed("hello", language="en").style


def test_little_is_measured() -> None:
    few = {"Short": 1, "one two three four five six seven": 3, "word " * 30: 2, "word " * 2000: 2}
    few |= {"Kraftfahrzeugversicherung": 4, "https://example.org/archive/2026/a-title": 4}
    few |= {"x" * 61: 4, "Kraftfahrzeugversicherung " * 9: 5}
    for text, times in few.items():
        measure = Typewriter()
        typed(text, measure)
        assert len(measure.asked) <= times, text
        assert sum(map(len, measure.asked)) < 3000


def test_what_fonts_add_to_a_line_is_found_out() -> None:
    measure = Typewriter(more=0.2)
    found = typed("one two three four five six seven", measure)
    assert (found.size, found.lines, found.height) == (69, 3, 249)
    assert len(measure.asked) <= 4
    # A box of one line has no room for it: then the line is set lower.
    found = typed("word " * 9, Typewriter(more=0.2), height=50)
    assert (found.text, found.height) == ("word word word word…", 50)
    assert "line-height:0.8;" in found.style


def test_nothing_is_set_as_nothing() -> None:
    for text in ("", "  ", None, "\u202e"):
        found = typed(text)  # type: ignore[arg-type]
        assert (found.text, found.lines, found.width, found.height) == ("", 0, 0, 0)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"min": 90, "max": 84}, "min=90 is more than max=84"),
        ({"width": 0}, "width must be a number from 1 to 10000, got 0"),
        ({"width": -5}, "width must be a number from 1 to 10000, got -5"),
        ({"height": "wide"}, "height must be a number from 1 to 10000, got 'wide'"),
        ({"max": None}, "max must be a number from 1 to 1000, got None"),
        ({"max": 10**9}, "max must be a number from 1 to 1000, got 1000000000"),
        ({"min": True}, "min must be a number from 1 to 1000, got True"),
        ({"width": math.nan}, "width must be a number from 1 to 10000, got nan"),
        ({"height": math.inf}, "height must be a number from 1 to 10000, got inf"),
        ({"weight": "bold"}, "weight must be a number from 1 to 1000, got 'bold'"),
        ({"line_height": 0}, "line_height must be a number from 0.5 to 4, got 0"),
        ({"spacing": 99}, "spacing must be a number from -50 to 50, got 99"),
        ({"height": 40}, "height=40 has no room for one line of min=50 with line_height=1"),
    ],
)
def test_nonsense_is_told(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(CardError) as caught:
        typed("Text", **asked)
    assert (caught.value.where, caught.value.problem) == ("fit()", told)
    assert caught.value.remedy == "correct the template"


def test_a_template_can_write_it() -> None:
    env = Environment(autoescape=True)
    source = '{% set t = fit("<T> & " ~ title) %}<p style="{{ t.style }}">{{ t.text }}|{{ t }}</p>'
    html = env.from_string(source).render(fit=typed, title=Markup("<b>x</b>"))
    assert ">&lt;T&gt; &amp; x|&lt;T&gt; &amp; x</p>" in html
    assert 'style="font-size:100px;font-weight:700;' in html


BOXES = st.fixed_dictionaries(
    {
        "width": st.integers(200, 1200),
        "height": st.integers(80, 400),
        "max": st.integers(46, 120),
        "min": st.integers(14, 46),
        "spacing": st.sampled_from([0, -1.2, 2.5]),
        "line_height": st.sampled_from([1, 1.15, 1.4]),
        "language": LANGUAGES,
    }
)


@settings(deadline=None)
@given(ANY | WORDS, BOXES)
def test_any_text_stays_inside_any_box(text: str, box: dict[str, Any]) -> None:
    found = fit(text, measure=Typewriter(more=0.05), **box)
    assert found.width < box["width"] + 0.5
    assert found.height < box["height"] + 1
    assert box["min"] <= found.size <= box["max"]


@settings(deadline=None)
@given(WORDS, BOXES)
def test_words_stay_whole_and_in_order(text: str, box: dict[str, Any]) -> None:
    found = fit(text, measure=Typewriter(), **box)
    start = found.text.removesuffix("…") if found.is_cut else found.text
    # Words that are too wide for the box part, and then have a hyphen that they had not.
    shown, whole = (
        "".join(one.split()).replace("-", "").replace("\u200b", "") for one in (start, clean(text))
    )
    assert whole.startswith(shown)
    assert found.is_cut or whole == shown


# 600 titles of strangers, by the real engine and our font.
@settings(max_examples=600, deadline=None)
@given(ANY, BOXES)
def test_random_titles_stay_inside_or_are_refused(text: str, box: dict[str, Any]) -> None:
    try:
        found = fit(text, measure=measuring(language=box["language"]), **box)
    except CardError:
        return
    assert found.width < box["width"] + 0.5
    assert found.height < box["height"] + 1


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_what_is_drawn_is_what_was_measured(text: str) -> None:
    found = fitted(text, line_height=1.15, spacing=-1.2)
    seen = ink(drawn(found))
    assert seen is not None
    # A j hangs out to the left, capitals with accents and descenders out of their lines.
    assert min(seen.left, seen.right) > -found.size / 20
    assert min(seen.top, seen.bottom) > -found.size / 10
    assert seen.right == pytest.approx(BOX["width"] - found.width, abs=found.size / 4)
    assert seen.bottom == pytest.approx(BOX["height"] - found.height, abs=found.size / 2)


HOSTILE = (
    "text-transform:uppercase;letter-spacing:9px;word-spacing:30px;white-space:nowrap;"
    "line-height:3;font-size:10px;direction:rtl;word-break:break-all;text-wrap:balance"
)


def test_what_an_element_inherits_changes_nothing() -> None:
    found = fitted("A title of two lines, of which neither is any wider than its box")
    assert found.lines > 1
    assert ink(drawn(found, around=HOSTILE)) == ink(drawn(found))


def test_the_same_text_is_set_the_same_each_time() -> None:
    text = "A title of two lines, of which neither is any wider than its box"
    assert len({fitted(text) for _ in range(3)}) == 1
    assert len({str(fitted(text)) for _ in range(3)}) == 1
    assert len(graphemes(str(fitted(text)))) == len(text)
