"""A card's file is called by its article's slug, safely, and keeps its name."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.cards.naming import stems
from pelican_smo.cards.rows import FOLDER, Row, is_sound


@dataclass(eq=False)
class Content:
    slug: str
    lang: str = "en"
    day: int = 1
    relative_source_path: str = "a.md"

    @property
    def date(self) -> datetime:
        return datetime(2026, 1, self.day)

    @property
    def metadata(self) -> dict[str, str]:
        return {}


def names(*contents: Content) -> list[str]:
    found = stems(contents, "en")
    return [found[id(content)] for content in contents]


def test_it_is_the_slug_and_the_language_where_that_is_another() -> None:
    assert names(Content("one"), Content("one", "fr"), Content("zwei", "de-AT")) == [
        "one",
        "one-fr",
        "zwei-de-AT",
    ]


def test_of_two_with_one_slug_the_older_keeps_it_and_both_keep_theirs_when_a_third_comes() -> None:
    older = Content("one", day=1, relative_source_path="z.md")
    newer = Content("One", day=2, relative_source_path="a.md")
    newest = Content("one", day=3, relative_source_path="b.md")
    first = names(newer, older)
    assert first[1] == "one"
    assert first[0].startswith("One-")
    assert names(newest, newer, older)[1:] == first


def test_two_slugs_of_letters_of_four_bytes_leave_room_for_language_id_and_a_name_in_passing() -> (
    None
):
    slug = "\U00020000" * 100
    found = names(Content(slug, "zh-Hant-TW"), Content(f"{slug}1", "zh-Hant-TW"))
    assert max(len(f".{name}.png.01234567".encode()) for name in found) <= 255


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_any_slug_makes_a_name_of_its_own_in_the_folder_of_cards(slugs: list[str]) -> None:
    contents = [
        Content(slug, relative_source_path=f"{number}.md") for number, slug in enumerate(slugs)
    ]
    found = names(*contents)
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert is_sound(Row(f"{FOLDER}{name}.png", "0" * 32, "", "", "", ""))
        assert len(f"{name}.png".encode()) <= 255
