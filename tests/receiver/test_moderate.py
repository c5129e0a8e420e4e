"""Whom the owner lets through unseen, and what looks like spam: SEC-13."""

import pytest

from pelican_smo.linkbacks.reading import Author, Reading
from pelican_smo.receiver.moderate import blocks, signals, verdict
from pelican_smo.receiver.store import Mention, Rule

from .arrivals import mention

BY_BEA = Reading(author=Author(url="https://bea.example/"))


def judged(one: Mention, *rules: tuple[str, str, str], before: int = 0, after: int = 1) -> str:
    made = [Rule(scope=scope, value=value, action=action) for action, scope, value in rules]  # type: ignore[arg-type]
    return verdict(
        one, BY_BEA, made, approved_before=before, trust_after=after, signals=one.signals
    )


def test_everything_waits_by_default() -> None:
    assert judged(mention()) == "hold"


def test_a_host_that_was_approved_before_is_let_through() -> None:
    assert judged(mention(), before=1) == "allow"
    assert judged(mention(), before=2, after=3) == "hold"
    assert judged(mention(), before=99, after=0) == "hold"


@pytest.mark.parametrize(
    "changed",
    [
        {"protocols": ("trackback",)},
        {"host": "brid.gy"},
        {"signals": ("the page has 500 links",)},
    ],
)
def test_SEC_13_these_wait_however_often_their_host_was_approved(changed: dict[str, str]) -> None:
    assert judged(mention(**changed), before=99) == "hold"


@pytest.mark.parametrize(
    ("scope", "value", "holds"),
    [
        ("host", "b.example", True),
        ("host", "example", True),
        ("host", "ample", False),
        ("host", "other.example", False),
        ("author", "https://BEA.example", True),
        ("author", "https://eve.example/", False),
        ("url", "https://b.example/re", True),
        ("url", "https://b.example/x", False),
    ],
)
def test_rules_are_about_hosts_authors_and_beginnings_of_urls(
    scope: str, value: str, holds: bool
) -> None:
    assert judged(mention(), ("allow", scope, value)) == ("allow" if holds else "hold")
    assert judged(mention(), ("block", scope, value), before=9) == ("block" if holds else "allow")


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("https://b.example./reply", "b.example"),
        ("https://B.EXAMPLE:443/reply", "b.example"),
        ("https://blog.b.example/reply", "b.example"),
        ("https://bücher.example/reply", "xn--bcher-kva.example"),
    ],
)
def test_no_spelling_of_a_host_passes_by_its_rule(source: str, rule: str) -> None:
    assert blocks(source, "net", [Rule(scope="host", value=rule, action="block")])
    assert not blocks(source, "net", [Rule(scope="host", value=f"a{rule}", action="block")])


def test_the_narrower_rule_wins() -> None:
    rules = (("block", "host", "b.example"), ("allow", "url", "https://b.example/reply"))
    assert judged(mention(), *rules) == "allow"
    assert judged(mention(), *reversed(rules)) == "allow"


def test_the_narrower_host_wins_whichever_came_first() -> None:
    rules = (("block", "host", "example"), ("allow", "host", "b.example"))
    assert judged(mention(), *rules) == "allow"
    assert judged(mention(), *reversed(rules)) == "allow"


def test_a_rule_lets_a_trackback_through() -> None:
    assert judged(mention(protocols=("trackback",)), ("allow", "host", "b.example")) == "allow"


def test_what_is_blocked_is_told_before_anything_is_fetched() -> None:
    rules = [
        Rule(scope="host", value="spam.example", action="block"),
        Rule(scope="net", value="bad-net", action="block"),
    ]
    assert blocks("https://www.spam.example/1", "net", rules)
    assert blocks("https://b.example/1", "bad-net", rules)
    assert not blocks("https://b.example/1", "net", rules)


@pytest.mark.parametrize(
    ("claims", "source", "links", "twins", "words"),
    [
        ({}, "https://b.example/post", 3, 0, ""),
        ({"excerpt": "I liked it, and wrote why."}, "https://b.example/post", 3, 0, ""),
        ({"excerpt": "[…] the harbour […] "}, "https://b.example/post", 3, 0, "spam TrackBack"),
        ({"excerpt": "[...] x [...]"}, "https://b.example/post", 3, 0, "spam TrackBack"),
        ({"title": "News", "excerpt": "Read More: x"}, "https://b.example/p", 3, 0, "spam"),
        ({}, "https://b.example/", 3, 0, "home page"),
        ({}, "https://b.example/post", 900, 0, "900 links"),
        ({}, "https://b.example/post", 3, 4, "other articles"),
    ],
)
def test_SEC_13_what_speaks_against_a_mention_is_said(
    claims: dict[str, str], source: str, links: int, twins: int, words: str
) -> None:
    found = signals(
        mention(claims=claims, source=source), has_microformats=False, links=links, twins=twins
    )
    assert (words in "; ".join(found)) if words else found == ()
