"""The command line: tables for people, JSON for programs, exit codes for scripts."""

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result

from pelican_smo import cli
from pelican_smo.share.networks import CATEGORIES, shipped


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(cli.main, arguments)


def test_networks_are_listed_with_what_to_know() -> None:
    result = run("networks")
    assert result.exit_code == 0
    for words in (
        "mastodon",
        "Hacker News",
        "retired",
        "instead: hackernews",
        "needs a server in SMO_SHARE_INSTANCES",
    ):
        assert words in result.output


def test_json_has_every_row() -> None:
    rows = json.loads(run("networks", "--json").output)
    assert [row["id"] for row in rows] == list(shipped())
    digg = next(row for row in rows if row["id"] == "digg")
    assert digg["url"] == "https://digg.com/submit?url={url}"
    assert digg["successors"] == ["hackernews", "lobsters", "reddit", "lemmy"]
    email = next(row for row in rows if row["id"] == "email")
    assert email["name"] == "Email"


@pytest.mark.parametrize("category", CATEGORIES)
def test_one_category_alone(category: str) -> None:
    rows = json.loads(run("networks", "--json", "--category", category).output)
    assert {row["category"] for row in rows} == {category}


def test_stale_are_those_not_checked_for_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(date):
        @classmethod
        def today(cls) -> date:
            return date(2027, 11, 2)

    fresh = run("networks", "--stale")
    assert (fresh.exit_code, fresh.output) == (
        0,
        "Every network was checked within the last year.\n",
    )
    monkeypatch.setattr("pelican_smo.cli.networks.date", Later)
    assert run("networks", "--stale").exit_code == 1
    assert len(json.loads(run("networks", "--stale", "--json").output)) == len(shipped())


def test_a_wrong_category_is_a_usage_error() -> None:
    assert run("networks", "--category", "sociable").exit_code == 2
