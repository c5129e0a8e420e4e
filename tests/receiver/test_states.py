"""What a look at a source makes of a mention: WR-10, WR-11, SEC-14, the times to look again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.states import RETRIES, Outcome, after
from pelican_smo.receiver.store import MODERATIONS, VERIFICATIONS

from .arrivals import BEA, DAY, NOW, mention

EDITED = Reading(url="https://b.example/reply", text="Buy pills")
VERIFIED = Outcome(kind="verified", reading=BEA)


def test_a_verified_mention_waits_for_its_owner() -> None:
    found = after(mention(), VERIFIED, NOW, verdict="hold")
    assert (found.verification, found.moderation, found.reading) == ("verified", "pending", BEA)
    assert (found.shown, found.run_at) == (None, None)


def test_one_that_is_let_through_is_shown_and_looked_at_again_tomorrow() -> None:
    found = after(mention(), VERIFIED, NOW, verdict="allow")
    assert (found.moderation, found.shown, found.run_at) == ("approved", BEA, NOW + DAY)


def test_one_that_is_kept_out_is_rejected() -> None:
    assert after(mention(), VERIFIED, NOW, verdict="block").moderation == "rejected"


def test_WR_10_an_edited_source_keeps_its_approved_words_until_they_are_approved() -> None:
    shown = mention(moderation="approved", verification="verified", reading=BEA, shown=BEA)
    found = after(shown, Outcome(kind="verified", reading=EDITED), NOW, verdict="hold")
    assert (found.moderation, found.shown, found.reading) == ("approved", BEA, EDITED)


def test_WR_10_an_edit_on_a_trusted_host_is_shown_at_once() -> None:
    shown = mention(moderation="approved", verification="verified", reading=BEA, shown=BEA)
    found = after(shown, Outcome(kind="verified", reading=EDITED), NOW, verdict="allow")
    assert found.shown == EDITED


@pytest.mark.parametrize("kind", ["gone", "no-link"])
def test_WR_11_what_is_gone_or_links_no_longer_is_taken_off_and_kept(kind: str) -> None:
    shown = mention(moderation="approved", verification="verified", reading=BEA, shown=BEA)
    found = after(shown, Outcome(kind=kind), NOW, verdict="hold")  # type: ignore[arg-type]
    assert (found.verification, found.moderation, found.shown) == (kind, "approved", BEA)


def test_WR_11_a_404_is_believed_the_third_time_a_day_apart() -> None:
    seen, at = mention(moderation="approved", reading=BEA, shown=BEA), NOW
    for expected in ("missing", "missing", "gone"):
        # Replays in between do not count.
        for moment in (at, at + 60, at + DAY / 2):
            found = after(seen, Outcome(kind="missing"), moment, verdict="hold")
            assert found.verification == expected
            if expected == "missing":
                seen = mention(
                    **{
                        **{name: getattr(found, name) for name in ("missing", "missing_at")},
                        "moderation": "approved",
                        "reading": BEA,
                        "shown": BEA,
                    }
                )
                assert seen.is_published
                assert found.run_at == at + DAY
        at += DAY


def test_WR_11_trouble_that_may_pass_takes_nothing_off_the_page() -> None:
    shown = mention(moderation="approved", verification="verified", reading=BEA, shown=BEA)
    for failures in range(len(RETRIES) + 1):
        found = after(
            mention(moderation="approved", reading=BEA, shown=BEA, failures=failures),
            Outcome(kind="unavailable", reason="503"),
            NOW,
            verdict="hold",
        )
        assert found.verification in ("retrying", "unreachable")
        assert (found.moderation, found.shown, found.reading) == ("approved", BEA, BEA)
    assert shown.is_published


def test_retries_become_rare_and_end() -> None:
    waits = []
    for failures in range(len(RETRIES) + 1):
        found = after(
            mention(failures=failures), Outcome(kind="unavailable"), NOW, verdict="hold", jitter=1.1
        )
        waits.append(None if found.run_at is None else round((found.run_at - NOW) / 1.1))
    assert waits == [60, 300, 1800, 7200, 43200, 86400, 259200, None]
    assert found.verification == "unreachable"


def test_approved_sources_are_looked_at_again_after_1_7_30_and_each_90_days() -> None:
    days = []
    for rechecks in range(5):
        shown = mention(moderation="approved", reading=BEA, shown=BEA, rechecks=rechecks)
        found = after(shown, Outcome(kind="unchanged"), NOW, verdict="hold")
        assert found.rechecks == rechecks + 1
        days.append((found.run_at - NOW) / DAY if found.run_at else None)
    assert days == [1, 7, 30, 90, 90]


def test_an_unchanged_source_keeps_what_was_read() -> None:
    seen = mention(reading=BEA, etag='"1"', digest="d", signals=("odd",))
    found = after(seen, Outcome(kind="unchanged"), NOW, verdict="hold")
    assert (found.reading, found.etag, found.digest, found.signals) == (BEA, '"1"', "d", ("odd",))


@given(
    moderation=st.sampled_from(MODERATIONS),
    verification=st.sampled_from(VERIFICATIONS),
    kind=st.sampled_from(
        ["verified", "unchanged", "no-link", "gone", "missing", "unavailable", "refused"]
    ),
    verdict=st.sampled_from(["allow", "hold", "block"]),
    failures=st.integers(0, 9),
    missing=st.integers(0, 3),
)
def test_SEC_14_no_look_at_a_source_takes_back_what_the_owner_decided(
    moderation: str, verification: str, kind: str, verdict: str, failures: int, missing: int
) -> None:
    decided = mention(
        moderation=moderation,
        verification=verification,
        reading=BEA,
        shown=BEA if moderation == "approved" else None,
        failures=failures,
        missing=missing,
    )
    outcome = Outcome(kind=kind, reading=EDITED if kind == "verified" else None)  # type: ignore[arg-type]
    found = after(decided, outcome, NOW, verdict=verdict)  # type: ignore[arg-type]
    if moderation != "pending":
        assert found.moderation == moderation
    if moderation == "approved" and verdict != "allow":
        assert found.shown == BEA
    if moderation in ("rejected", "spam", "erased"):
        assert found.shown is None
    assert found.run_at is None or found.run_at > NOW


@pytest.mark.parametrize("seen", ["gone", "no-link"])
@pytest.mark.parametrize("kind", ["unavailable", "missing", "refused"])
def test_WR_11_a_look_that_saw_nothing_brings_nothing_back(seen: str, kind: str) -> None:
    away = mention(moderation="approved", verification=seen, reason="410", reading=BEA, shown=BEA)
    found = after(away, Outcome(kind=kind, reason="503"), NOW, verdict="allow")  # type: ignore[arg-type]
    assert (found.verification, found.reason) == (seen, "410")


def test_WR_11_a_link_that_is_there_again_is_shown_again() -> None:
    away = mention(moderation="approved", verification="gone", reading=BEA, shown=BEA)
    assert after(away, VERIFIED, NOW, verdict="hold").verification == "verified"
