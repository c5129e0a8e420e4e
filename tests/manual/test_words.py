"""Every variable, setting and command of the manual's pages on linkbacks is one that there is."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from receiver.arrivals import arrival

from manual import LINKBACKS, RECEIVER, VARIABLES, listings
from pelican_smo.cli import main
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.settings import Settings


def test_every_variable_is_an_option_and_every_setting_a_setting() -> None:
    options = {str(option.envvar) for option in main.commands["receive"].params}
    assert set(VARIABLES) <= options
    settings = {f"SMO_{field.name.upper()}" for field in fields(Settings)}
    for article in (RECEIVER, LINKBACKS):
        assert set(re.findall(r"\bSMO_[A-Z_]+\b", article)) <= options | settings


def test_the_defaults_that_it_states_are_those_of_the_options() -> None:
    defaults = {option.envvar: option.default for option in main.commands["receive"].params}
    for variable, words in (
        ("SMO_PER_MINUTE", "30 a minute"),
        ("SMO_PER_HOST", "60 an hour"),
        ("SMO_SPACING", "one a second"),
        ("SMO_WORKERS", "8"),
    ):
        assert re.search(rf"\| {words}[^|]*\| `{variable}` \|", RECEIVER), variable
        number = re.sub(r"\D.*", "", words.replace("one", "1"))
        assert float(number) == defaults[variable]
    assert f"`127.0.0.1:{defaults['SMO_PORT']}`" in RECEIVER
    assert defaults["SMO_TRUST_AFTER"] == 1


def commands(text: str) -> Iterator[list[str]]:
    """Return the words of every command of ours in the listings of an article."""
    runs = [line.split("=", 1)[1] for line in re.findall(r"^ExecStart=.*", text, re.MULTILINE)]
    runs += re.findall(r"^[\d*]\S* .*? (/\S*/pelican-smo .*)", text, re.MULTILINE)  # cron's
    for line in "".join(listings(text, "sh")).replace("\\\n", " ").splitlines() + runs:
        words = shlex.split(line, comments=True)
        if words and words[0] == "mentions":
            yield words
        elif words and words[0].endswith("pelican-smo"):
            yield words[1:]


@pytest.mark.parametrize("words", [*commands(RECEIVER), *commands(LINKBACKS)], ids=" ".join)
def test_every_command_is_understood(words: list[str]) -> None:
    name, *rest = words
    command: click.Command = main.commands[name]
    if isinstance(command, click.Group):
        # Options of the group come before the word that says what to do.
        at = next(at for at, word in enumerate(rest) if word in command.commands)
        command.make_context(name, [*rest[: at + 1], "--help"], resilient_parsing=True)
        command, rest = command.commands[rest[at]], rest[at + 1 :]
    if name == "receive":
        rest = [*rest, "--targets", "t", "--public-url", "u"]  # the environment file has them
    command.make_context(name, rest)


def test_all_orders_of_moderation_are_in_it() -> None:
    mentions = main.commands["mentions"]
    assert isinstance(mentions, click.Group)
    used = {words[1] for words in commands(RECEIVER) if words[0] == "mentions"}
    assert set(mentions.commands) == used | {"export"}
    assert "`mentions export FILE`" in RECEIVER


def test_what_is_restored_by_it_is_what_was_copied(tmp_path: Path) -> None:
    database = tmp_path / "mentions.sqlite3"
    store = SqliteStore(database)
    store.arrive(arrival("https://b.example/kept"))
    (backup,) = (words for words in commands(RECEIVER) if words[:2] == ["mentions", "backup"])
    copy = tmp_path / Path(backup[2]).name
    main(["mentions", "--database", str(database), "backup", str(copy)], standalone_mode=False)
    store.arrive(arrival("https://b.example/lost"))

    (listing,) = (text for text in listings(RECEIVER, "sh") if "systemctl stop" in text)
    lines = [
        re.sub(r"^sudo (?:-u \S+ )?", "", line)
        for line in listing.splitlines()
        if not re.search(r"\b(?:systemctl|cd)\b", line)
    ]
    assert len(lines) == 2
    subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=tmp_path, check=True)
    store.close()
    (found,) = SqliteStore(database).mentions()
    assert found.source == "https://b.example/kept"
