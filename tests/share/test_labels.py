"""The words that pages print: twelve languages, and a site's own."""

import re

import pytest

from pelican_smo.labels import LABELS, labels_of, shipped_labels
from pelican_smo.settings import Settings

ALL = shipped_labels()


def test_twelve_languages_are_there() -> None:
    assert sorted(ALL) == sorted(
        ["en", "fr", "de", "es", "it", "pt", "nl", "pl", "ja", "zh", "ar", "he"]
    )


@pytest.mark.parametrize("language", sorted(ALL))
def test_each_has_every_word_with_the_same_holes(language: str) -> None:
    row = ALL[language]
    assert set(row) == set(LABELS)
    for name, word in row.items():
        assert word == word.strip() != ""
        assert re.findall(r"\{.*?\}", word) == re.findall(r"\{.*?\}", ALL["en"][name]), name


def test_direction_is_that_of_the_script() -> None:
    assert {name for name, row in ALL.items() if row["direction"] == "rtl"} == {"ar", "he"}


@pytest.mark.parametrize(
    ("language", "share", "spoken"),
    [
        ("de", "Teilen", "de"),
        ("de-AT", "Teilen", "de-AT"),
        ("ZH-Hant", "分享", "ZH-Hant"),
        ("sv", "Share", "en"),
        ("", "Share", "en"),
    ],
)
def test_a_language_without_words_gets_the_english_ones_and_says_so(
    language: str, share: str, spoken: str
) -> None:
    labels = labels_of(language)
    assert (labels.share, labels.language) == (share, spoken)


def test_a_site_adds_a_language_and_changes_a_word() -> None:
    own = Settings.from_pelican(
        {
            "SMO_LABELS": {
                "sv": {"share": "Dela", "share_on": "Dela på {0}"},
                "de": {"share": "Weitersagen"},
                "de-AT": {"more": "Mehr davon"},
            }
        }
    ).labels
    assert labels_of("sv", own).share_on == "Dela på {0}"
    assert labels_of("sv", own).copy == "Copy link"
    assert labels_of("sv", own).language == "sv"
    assert (labels_of("de-AT", own).share, labels_of("de-AT", own).more) == (
        "Weitersagen",
        "Mehr davon",
    )
    assert labels_of("de", own).copy == "Link kopieren"
