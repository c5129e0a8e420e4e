"""The command `pelican-smo receive`: what it is told, and what it makes of it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.cli import main
from pelican_smo.cli.serving import check_options
from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.receiver import serve

GOOD = ("--targets", "t.json", "--public-url", "https://mentions.example")


def run(*words: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["receive", *words])


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[serve.Options]:
    """Return the options that receivers were started with; none really is."""
    options: list[serve.Options] = []
    monkeypatch.setattr(serve, "receive", lambda one, **_: options.append(one))
    return options


def test_every_mistake_is_said_at_once_with_an_example(received: list[serve.Options]) -> None:
    result = run(
        *("--targets", " ", "--public-url", "mentions.example", "--also", "//b.example"),
        *("--contact", "ada", "--allow-network", "intranet", "--allow-network", "10.1.2.3/8"),
    )
    assert (result.exit_code, received) == (2, [])
    assert result.output == (
        "pelican-smo: receive cannot use these options:\n"
        "- --targets is missing; it is where the site's list of articles is, "
        "such as output/smo/targets.json\n"
        "- --public-url 'mentions.example' is no http(s) address that all understand; "
        "write it as https://mentions.example.org\n"
        "- --also '//b.example' is no http(s) address that all understand; "
        "write it as http://127.0.0.1:8000\n"
        "- --contact 'ada' is no http(s) and no mail address; "
        "write it as https://example.org/about.html or nora@example.org\n"
        "- --allow-network 'intranet' is no network; write it as 127.0.0.0/8 or fd00::/8\n"
        "- --allow-network '10.1.2.3/8' is no network; write it as 10.0.0.0/8\n"
    )


def test_what_is_missing_is_said_with_an_example() -> None:
    result = run()
    assert result.exit_code == 2
    assert "--targets is missing" in result.output
    assert "--public-url is missing" in result.output


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://m.example/?a=1",
            "https://m.example/#x",
            "https://m.example/a&b",
            "ftp://m.example",
        ),
        *(
            *("https://m.example/webmention", "https://m.example/in/pingback/"),
            "https://m.example/a'b",
            "https://ada@m.example/",
            "https://m .example/",
            "https://m.exämple/",
        ),
    ],
)
def test_pb_2_an_address_that_some_senders_would_not_find_is_refused(
    received: list[serve.Options], url: str
) -> None:
    result = run("--targets", "t.json", "--public-url", url)
    assert (result.exit_code, received) == (2, [])
    if "ä" in url:
        assert "write it as https://m.xn--exmple-cua/" in result.output


def test_good_options_reach_the_receiver_wherever_they_come_from(
    received: list[serve.Options],
) -> None:
    assert run(*GOOD, "--contact", "https://site.example/über").exit_code == 0
    result = run(
        *("--contact", "nora@site.example", "--allow-network", "::1/128"),
        SMO_TARGETS="https://site.example/smo/targets.json",
        SMO_PUBLIC_URL="http://127.0.0.1:8030/in",
        SMO_ALSO="http://127.0.0.1:8000 http://localhost:8000",
    )
    assert result.exit_code == 0, result.output
    first, second = received
    assert (first.targets, first.public_url) == ("t.json", "https://mentions.example")
    assert first.contact == "https://site.example/%C3%BCber"
    assert (second.contact, second.allow_networks) == ("nora@site.example", ("::1/128",))
    assert second.also == ("http://127.0.0.1:8000", "http://localhost:8000")


def test_a_list_of_targets_in_a_private_network_says_how_to_get_there(tmp_path: Path) -> None:
    result = run(
        *("--targets", "http://127.0.0.1/smo/targets.json", "--port", "1"),
        *("--public-url", "https://m.example", "--database", str(tmp_path / "m.sqlite3")),
    )
    assert result.exit_code == 2
    assert "--allow-network 127.0.0.0/8" in result.output
    assert "--any-port" in result.output


WORDS = st.one_of(st.text(max_size=30), st.from_regex(r"https?://[^\n]{0,20}", fullmatch=True))


@given(
    st.fixed_dictionaries(
        {
            "targets": WORDS,
            "public_url": WORDS,
            "contact": WORDS,
            "also": st.lists(WORDS, max_size=2),
            "allow_network": st.lists(WORDS, max_size=2),
        }
    )
)
def test_any_options_are_good_or_refused_with_our_error(options: dict[str, Any]) -> None:
    with suppress(ReceiverError):
        check_options(options)
        # Fit for the header of a request, which takes one line of ASCII.
        for told in (options["public_url"], normal(options["contact"]) or options["contact"]):
            assert told.isascii()
            assert told.isprintable()
