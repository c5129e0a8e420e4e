"""The home of the rules by which a look at a source changes a mention; pure, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.moderate import Verdict
from pelican_smo.receiver.store import Mention, Moderation, Next, Verification

__all__ = ["MISSING_BEFORE_GONE", "RECHECKS", "RETRIES", "Outcome", "after"]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# Seconds until the next try of a source that could not be read; then it is left alone.
RETRIES = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR, DAY, 3 * DAY)
# Seconds until an approved source is read again; the last one for good.
RECHECKS = (DAY, 7 * DAY, 30 * DAY, 90 * DAY)
# A 404 is believed the third time, each a day after the one before (Webmention names 410 only).
MISSING_BEFORE_GONE = 3
_BY_VERDICT: Mapping[Verdict, Moderation] = {
    "allow": "approved",
    "hold": "pending",
    "block": "rejected",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a look at the source found.

    ``kind`` is "unchanged" where the server or a digest says that nothing is new, and
    "unavailable" for whatever may be better another time. ``signals`` speak against it.
    """

    kind: Literal["verified", "unchanged", "no-link", "gone", "missing", "unavailable", "refused"]
    reason: str = ""
    reading: Reading | None = None
    signals: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    digest: str = ""


def after(
    mention: Mention, outcome: Outcome, now: float, *, verdict: Verdict, jitter: float = 1.0
) -> Next:
    """Return what ``outcome`` makes of ``mention`` at ``now`` (seconds since 1970).

    ``verdict`` says what the owner's rules make of a verified one, ``jitter`` (about 1)
    spreads the retries. No outcome takes back what the owner decided, and what may be a
    passing trouble takes nothing off the page.
    """
    match outcome.kind:
        case "verified" | "unchanged":
            return _verified(mention, outcome, now, verdict=verdict)
        case "no-link" | "gone":
            return _kept(mention, outcome.kind, outcome.reason)
        case "missing":
            found = _missing(mention, outcome, now)
        case "unavailable":
            found = _unavailable(mention, outcome, now, jitter)
        case "refused":
            found = _kept(mention, outcome.kind, outcome.reason)
    if mention.verification in ("no-link", "gone"):
        # What took the link away was seen; a look that saw nothing does not bring it back.
        return replace(found, verification=mention.verification, reason=mention.reason)
    return found


def _verified(mention: Mention, outcome: Outcome, now: float, *, verdict: Verdict) -> Next:
    reading = outcome.reading or mention.reading
    moderation: Moderation = mention.moderation
    if moderation == "pending":
        moderation = _BY_VERDICT[verdict]
    shown = mention.shown
    if moderation == "approved" and (verdict == "allow" or shown is None):
        shown = reading
    unchanged = outcome.kind == "unchanged"
    return Next(
        verification="verified",
        reason=outcome.reason,
        moderation=moderation,
        reading=reading,
        shown=shown,
        signals=mention.signals if unchanged else outcome.signals,
        etag=outcome.etag or (mention.etag if unchanged else ""),
        last_modified=outcome.last_modified or (mention.last_modified if unchanged else ""),
        digest=outcome.digest or mention.digest,
        rechecks=mention.rechecks + 1 if moderation == "approved" else 0,
        run_at=_recheck_at(mention, now) if moderation == "approved" else None,
    )


def _missing(mention: Mention, outcome: Outcome, now: float) -> Next:
    if mention.missing and now - mention.missing_at < DAY:
        times, at = mention.missing, mention.missing_at
    else:
        times, at = mention.missing + 1, now
    if times >= MISSING_BEFORE_GONE:
        return replace(_kept(mention, "gone", outcome.reason), missing=times, missing_at=at)
    return replace(
        _kept(mention, "missing", outcome.reason), missing=times, missing_at=at, run_at=at + DAY
    )


def _unavailable(mention: Mention, outcome: Outcome, now: float, jitter: float) -> Next:
    failures = mention.failures + 1
    if failures > len(RETRIES):
        later = _recheck_at(mention, now) if mention.is_published else None
        return replace(_kept(mention, "unreachable", outcome.reason), run_at=later)
    return replace(
        _kept(mention, "retrying", outcome.reason),
        failures=failures,
        run_at=now + RETRIES[failures - 1] * jitter,
    )


def _kept(mention: Mention, verification: Verification, reason: str) -> Next:
    """Return a Next that changes nothing but what is known of the link."""
    return Next(
        verification=verification,
        reason=reason,
        moderation=mention.moderation,
        reading=mention.reading,
        shown=mention.shown,
        signals=mention.signals,
        etag=mention.etag,
        last_modified=mention.last_modified,
        digest=mention.digest,
        missing=mention.missing,
        missing_at=mention.missing_at,
        rechecks=mention.rechecks,
    )


def _recheck_at(mention: Mention, now: float) -> float:
    return now + RECHECKS[min(mention.rechecks, len(RECHECKS) - 1)]
