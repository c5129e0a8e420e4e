"""Arrivals and mentions for tests, with what matters named and the rest made up."""

import itertools
from dataclasses import replace
from typing import Any

from pelican_smo.linkbacks.reading import Author, Reading
from pelican_smo.receiver.inbox import Arrival
from pelican_smo.receiver.states import Outcome, after
from pelican_smo.receiver.store import Job, Mention, Store

NOW = 1_750_000_000.0
DAY = 86400.0
BEA = Reading(
    property="in-reply-to",
    url="https://b.example/reply",
    author=Author(name="Bea", url="https://b.example/", photo="https://b.example/bea.jpg"),
    text="Well said.",
)
_numbers = itertools.count(1)


def arrival(source: str = "", **changed: Any) -> Arrival:
    made = Arrival(
        protocol="webmention",
        source=source or f"https://b.example/{next(_numbers)}",
        target="https://site.example/one.html",
        article="one",
        client="net",
        agent="test",
        received=NOW,
    )
    return replace(made, **changed)


def mention(**changed: Any) -> Mention:
    made = Mention(
        id=1,
        token="aa",
        source="https://b.example/reply",
        host="b.example",
        article="one",
        target="https://site.example/one.html",
        protocols=("webmention",),
        claims={},
        first_received=NOW,
        last_received=NOW,
    )
    return replace(made, **changed)


def only(store: Store) -> Mention:
    (found,) = store.mentions()
    return found


def claim(store: Store, now: float = NOW, owner: str = "w") -> Job:
    (job,) = store.claim(owner, now, lease=60, most=1)
    return job


def conclude(store: Store, job: Job, outcome: Outcome, now: float = NOW, **how: Any) -> None:
    """Settle ``job`` by the rules of states, holding what is new unless told otherwise."""
    held = store.held(job)
    assert held is not None
    next = after(held, outcome, now, verdict=how.get("verdict", "hold"))
    store.settle(job, held, next, now)


def verified(store: Store, reading: Reading = BEA, now: float = NOW, **how: Any) -> Mention:
    """Have the one mention that is due verified; returns it."""
    conclude(store, claim(store, now), Outcome(kind="verified", reading=reading), now, **how)
    return only(store)
