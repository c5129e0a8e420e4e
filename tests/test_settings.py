"""Settings are checked at once, and every message says what to do."""

import pytest

from pelican_smo.errors import SettingsError
from pelican_smo.settings import Settings

SITE = {"SITEURL": "https://example.org", "SITENAME": "S"}


def problems(**settings: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        Settings.from_pelican({**SITE, **settings})
    return raised.value.problems


def test_siteurl_and_sitename_are_enough() -> None:
    assert Settings.from_pelican(SITE) == Settings()


def test_an_empty_siteurl_is_no_error() -> None:
    Settings.from_pelican({"SITEURL": ""})


def test_every_problem_is_told_at_once_with_the_remedy() -> None:
    assert problems(SMO_SHARE_NETWORK=["x"], SMO_STRICT="yes", SMO_SHARE_POSITION="afer") == (
        "SMO_SHARE_NETWORK is not a setting of pelican_smo; did you mean 'SMO_SHARE_NETWORKS'?",
        (
            "SMO_SHARE_POSITION must be one of 'after', 'before', 'both', 'rail', 'manual', got 'afer'; "
            "did you mean 'after'?"
        ),
        "SMO_STRICT must be True or False, got 'yes'",
    )


def test_an_unknown_network_is_named_with_its_neighbour() -> None:
    (problem,) = problems(SMO_SHARE_NETWORKS=["mastodn"])
    assert problem.startswith(
        "SMO_SHARE_NETWORKS names 'mastodn', which is no network; did you mean 'mastodon'?"
    )


@pytest.mark.parametrize(
    ("row", "clause"),
    [
        ({"name": "N", "url": "https://n.example/"}, "'url' must hold {url}"),
        ({"name": "N", "url": "https://n.example/?u={url}&t={titel}"}, "holds {titel}"),
        ({"name": "N", "url": "javascript:alert({url})"}, "must begin with one of https://"),
        ({"url": "https://n.example/?u={url}"}, "'name' must be"),
        ({"name": "N", "url": "https://n.example/?u={url}&j={"}, "a brace that belongs to no"),
        (
            {"name": "N", "url": "https://n.example/?u={url}", "colour": "red"},
            "'colour' is not a field",
        ),
    ],
)
def test_a_network_of_ones_own_is_checked(row: dict[str, str], clause: str) -> None:
    (problem,) = problems(SMO_CUSTOM_NETWORKS={"mine": row})
    assert clause in problem


@pytest.mark.parametrize(
    "setting",
    [
        {"SMO_AUTHORS": {"Ada": {"x": "Ada Lovelace"}}},
        {"SMO_AUTHORS": {"Ada": {"fediverse": "ada"}}},
        {"SMO_AUTHORS": {"Ada": {"twitter": "@ada"}}},
        {"SMO_AUTHORS": ["Ada"]},
        {"SMO_LOCALES": {"en": "en"}},
        {"SMO_LINKBACK_ENDPOINT": "mentions.example.org"},
        {"SMO_LINKBACK_ENDPOINT": "https://mentions.example.org/webmention/"},
        {"SMO_LINKBACK_PROTOCOLS": "webmention"},
        {"SMO_SHARE_NETWORKS": "mastodon"},
        {"SMO_SHARE_NETWORKS": {"recipes": ["email"]}},
        {"SMO_SHARE_MAX_VISIBLE": -1},
        {"SMO_PUBLISHER": {"type": "Company"}},
        {"SITEURL": "example.org"},
        {"SITEURL": "ftp://example.org"},
    ],
)
def test_a_bad_value_is_refused(setting: dict[str, object]) -> None:
    assert len(problems(**setting)) == 1


@pytest.mark.parametrize(
    "written", ["@ada@Example.social", "ada@example.social", "https://example.social/@ada"]
)
def test_a_fediverse_account_may_be_written_as_people_write_it(written: str) -> None:
    from pelican_smo.handles import fediverse_handle

    assert fediverse_handle(written) == "@ada@example.social"


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("@ada", "@ada"),
        ("ada", "@ada"),
        ("https://twitter.com/ada", "@ada"),
        ("Ada Lovelace", ""),
        ("https://example.org/ada", ""),
    ],
)
def test_a_name_is_never_an_x_handle(written: str, handle: str) -> None:
    from pelican_smo.handles import x_handle

    assert x_handle(written) == handle
