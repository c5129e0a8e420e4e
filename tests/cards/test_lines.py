"""Words of known widths are broken into lines, by arithmetic alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.cards.lines import Word, Words

WIDTHS = st.lists(st.floats(0.2, 6), min_size=1, max_size=40)


def words(*widths: float, spacing: float = 0.0, hyphens: bool = False) -> Words:
    found = [
        Word(f"w{number}", width, 4, has_space=not hyphens, has_hyphen=hyphens)
        for number, width in enumerate(widths)
    ]
    return Words(tuple(found), space=0.25, hyphen=0.3, ellipsis=0.8, spacing=spacing)


def test_a_line_takes_as_many_words_as_have_room() -> None:
    assert words(1, 1, 1, 1).ends(10, 22.5) == [2, 4]
    assert words(1, 1, 1, 1).ends(10, 22.4) == [1, 2, 3, 4]
    assert words(1, 1, 1, 1).ends(20, 45) == [2, 4]
    # Four letters with a pixel behind each, and one behind the space.
    assert words(1, 1, spacing=1).ends(10, 31.5) == [2]
    assert words(1, 1, spacing=1).ends(10, 31.4) == [1, 2]


def test_a_hyphen_is_shown_and_has_room_where_a_word_is_parted() -> None:
    parted = words(1, 1, 1, hyphens=True)
    assert parted.text([1, 3]) == "w0-\nw1w2"
    assert parted.ends(10, 23) == [2, 3]
    assert parted.ends(10, 22.9) == [1, 2, 3]


def test_lines_are_made_even() -> None:
    assert words(1, 1, 1, 1, 1).ends(10, 50) == [4, 5]
    assert words(1, 1, 1, 1, 1).even(10, 50) == [3, 5]
    assert words(1, 1, 1, 1, 1).text([3, 5]) == "w0 w1 w2\nw3 w4"


def test_parts_are_joined_unless_they_are_too_wide_and_then_in_as_few_of_one_width() -> None:
    parts = words(1, 1, 1, 1, 2, hyphens=True)
    whole = parts.joined([4, 1], 10, 43)
    assert [word.text for word in whole.words] == ["w0w1w2w3", "w4"]
    assert whole.words[0] == Word("w0w1w2w3", 4, 16, has_hyphen=True)
    halves = parts.joined([4, 1], 10, 42)
    assert [(word.text, word.width) for word in halves.words] == [
        ("w0w1", 2),
        ("w2w3", 2),
        ("w4", 2),
    ]
    assert [len(word.text) for word in parts.joined([4, 1], 10, 5).words] == [2] * 5


def test_the_largest_size_is_found_or_there_is_none() -> None:
    found = words(2, 2, 2)
    assert found.largest(range(10, 50), room=100, height=120, leading=1.2) == 33
    assert found.largest(range(10, 50), room=100, height=60, leading=1) == 23
    assert found.largest(range(60, 90), room=100, height=900, leading=1) == 0


def test_what_is_cut_has_room_for_the_ellipsis() -> None:
    shown = words(1, 1, 1, 1, 1).cut(10, 35, rows=1)
    assert shown is not None
    assert [word.text for word in shown.words] == ["w0", "w1"]
    assert words(1).cut(10, 17, rows=1) is None
    assert words(1, 1).without_last().without_last().cut(10, 99, rows=3) is None


@settings(deadline=None)
@given(WIDTHS, st.floats(1, 30))
def test_even_lines_are_as_many_and_none_is_wider(widths: list[float], room: float) -> None:
    found = words(*widths)
    ends, even = found.ends(1, room), found.even(1, room)
    assert len(even) == len(ends)
    assert even[-1] == len(widths)
    assert even == sorted(set(even))
    for start, end in zip([0, *even], even, strict=False):
        width = sum(widths[start:end]) + 0.25 * (end - start - 1)
        assert width <= max(room, *widths) + 1e-6


@settings(deadline=None)
@given(WIDTHS, st.floats(7, 30), st.integers(1, 5))
def test_a_cut_text_has_no_more_lines_than_it_may(
    widths: list[float], room: float, rows: int
) -> None:
    shown = words(*widths).cut(1, room, rows)
    assert shown is not None
    assert len(shown.ends(1, room)) <= rows
    assert shown.widest(1) <= room
