"""The home of whom the owner lets through unseen, whom he keeps out, and what looks like spam."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import urlsplit

from pelican_smo.linkbacks.addresses import normal, normal_page
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.store import Mention, Rule
from pelican_smo.urls import host

__all__ = ["SHARED_HOSTS", "Verdict", "blocks", "signals", "verdict"]

Verdict = Literal["allow", "hold", "block"]

# Hosts on which anybody can publish: a good mention says nothing about the next one.
SHARED_HOSTS = frozenset(
    {
        "brid.gy",
        "fed.brid.gy",
        "archive.org",
        "docs.google.com",
        "github.com",
        "gitlab.com",
        "medium.com",
        "pastebin.com",
        "reddit.com",
        "sites.google.com",
        "telegra.ph",
        "web.archive.org",
        "www.reddit.com",
    }
)
_MANY_LINKS = 200
# "[…] words of ours […] Read more": what machines that reprint blogs send as a TrackBack.
_SPAM_EXCERPT = re.compile(
    r"\[(?:…|\.\.\.)\].*\[(?:…|\.\.\.)\]|\bread (?:more|full|the rest)\b", re.IGNORECASE | re.DOTALL
)


def verdict(
    mention: Mention,
    reading: Reading | None,
    rules: Iterable[Rule],
    *,
    approved_before: int,
    trust_after: int,
    signals: Sequence[str],
) -> Verdict:
    """Return whether a verified ``mention`` is let through, held for the owner, or kept out.

    A rule has the first word, the narrowest first: URL, author, host. Else a host of which
    the owner approved ``trust_after`` mentions is let through (0: none ever is), unless
    anybody may publish there, or a TrackBack is all that came, or something speaks against it.
    """
    named = _named(mention.source, reading.author.url if reading else "", rules)
    if named is not None:
        return named
    only_trackback = mention.protocols == ("trackback",)
    if only_trackback or signals or mention.host in SHARED_HOSTS:
        return "hold"
    return "allow" if 0 < trust_after <= approved_before else "hold"


def blocks(source: str, client: str, rules: Iterable[Rule]) -> bool:
    """Tell whether a rule keeps out ``source``, or the network with the keyed hash ``client``."""
    listed = list(rules)
    if any(rule.scope == "net" and rule.value == client for rule in listed):
        return True
    return _named(source, "", listed) == "block"


def _named(source: str, author: str, rules: Iterable[Rule]) -> Verdict | None:
    narrowest_first = sorted(rules, key=lambda rule: len(rule.value), reverse=True)
    for scope in ("url", "author", "host"):
        for rule in narrowest_first:
            if rule.scope == scope and _means(rule, source, author):
                return rule.action
    return None


def _means(rule: Rule, source: str, author: str) -> bool:
    if rule.scope == "url":
        return normal_page(source).startswith(rule.value)
    if rule.scope == "author":
        return bool(author) and normal(author) == normal(rule.value)
    # A final dot and another script's letters make no other host.
    name = host(normal_page(source)).rstrip(".")
    return name == rule.value or name.endswith(f".{rule.value}")


def signals(mention: Mention, *, has_microformats: bool, links: int, twins: int) -> tuple[str, ...]:
    """Return what speaks against a mention, as words for its owner.

    ``links`` is how many the source has, ``twins`` how many other mentions came with the
    same words. They decide nothing; they only keep it from being let through unseen.
    """
    claimed = " ".join(mention.claims.values())
    found = (
        ("the same words came for other articles", twins > 0),
        (f"the page has {links} links", links >= _MANY_LINKS),
        (
            "it came from a home page",
            not has_microformats and urlsplit(mention.source).path in ("", "/"),
        ),
        ("its words are those of a spam TrackBack", bool(_SPAM_EXCERPT.search(claimed))),
    )
    return tuple(words for words, holds in found if holds)
