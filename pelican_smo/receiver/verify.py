"""The home of one look at a source: fetched through the guard, read by another process."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Protocol

from pelican_smo.errors import FetchError, MessageError, TooComplexError
from pelican_smo.linkbacks.addresses import normal_page
from pelican_smo.linkbacks.guard import Fetched, Fetcher
from pelican_smo.linkbacks.reading import Author, Look, Reading
from pelican_smo.receiver.moderate import signals
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import Mention
from pelican_smo.receiver.targets import Targets

__all__ = ["Reads", "Verifier"]

_OK, _GONE, _MISSING, _NOT_MODIFIED = 200, 410, 404, 304
_SIMPLER = "too complex to be read in full"


class Reads(Protocol):
    """Reads pages; raises TooComplexError for those that take too much."""

    def look(
        self,
        page: Fetched,
        *,
        source: str,
        wanted: Collection[str],
        received: float,
        claims: Mapping[str, str],
    ) -> Look:
        """Return what ``page`` is found to be; raises MessageError for an unreadable type."""

    def card(self, page: Fetched) -> Author | None:
        """Return the person that ``page`` is about, or None."""


class Verifier:
    """Looks at sources; the network is ``fetcher``, and ``readers`` read what it brings."""

    def __init__(self, fetcher: Fetcher, readers: Reads, targets: Callable[[], Targets]) -> None:
        self._fetcher, self._readers, self._targets = fetcher, readers, targets

    def look(self, mention: Mention, *, twins: int = 0) -> Outcome:
        """Return what the source of ``mention`` is found to be (Webmention section 3.2.2).

        Raises FetchError "busy" where its host had a visit from us a moment ago.
        """
        try:
            fetched = self._fetcher.get(mention.source, headers=_conditions(mention))
        except FetchError as error:
            if error.problem == "busy":
                raise
            return Outcome(
                kind="refused" if error.problem == "refused" else "unavailable",
                reason=str(error),
            )
        if fetched.status == _NOT_MODIFIED and mention.reading is not None:
            return Outcome(kind="unchanged")
        if fetched.status == _GONE:
            return Outcome(kind="gone", reason="410")
        if fetched.status == _MISSING:
            return Outcome(kind="missing", reason="404")
        if not 200 <= fetched.status < 300:  # noqa: PLR2004  RFC 9110: success
            return Outcome(kind="unavailable", reason=f"the source answers {fetched.status}")
        return self._read(mention, fetched, twins)

    def _read(self, mention: Mention, fetched: Fetched, twins: int) -> Outcome:
        digest = hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
        if digest == mention.digest and mention.verification == "verified":
            return Outcome(kind="unchanged", digest=digest)
        # Anybody may send a TrackBack about anybody's page: its words count if nothing else came.
        only_trackback = mention.protocols == ("trackback",)
        try:
            found = self._readers.look(
                fetched,
                source=mention.source,
                wanted=self._wanted(mention),
                received=mention.first_received,
                claims=mention.claims if only_trackback else {},
            )
        except MessageError as error:
            return Outcome(kind="refused", reason=str(error))
        except TooComplexError as error:
            return Outcome(kind="unavailable", reason=f"the page is too complex: {error}")
        if found.gone:
            return Outcome(kind="gone", reason="it says of itself that it is gone")
        if not found.links:
            return Outcome(kind="no-link", reason="no link to the article")
        reason = "" if found.whole else _SIMPLER
        spam = signals(mention, has_microformats=found.has_post, links=found.anchors, twins=twins)
        return Outcome(
            kind="verified",
            reason=reason,
            reading=self._with_author(found.reading, found.author_page),
            signals=(*spam, *([reason] if reason else [])),
            etag=fetched.header("etag")[:200],
            last_modified=fetched.header("last-modified")[:100],
            digest=digest,
        )

    def _wanted(self, mention: Mention) -> Collection[str]:
        """Return every address that the link may have, in normal form (WR-8)."""
        target = self._targets().by_id.get(mention.article)
        return {normal_page(mention.target), *(target.addresses if target else ())} - {""}

    def _with_author(self, reading: Reading, address: str) -> Reading:
        """Return ``reading`` with what its author's own page says of him, if that can be had.

        One page, of the same host, through the same guard; without it the reading is as good.
        """
        if not address:
            return reading
        try:
            # Its host had our visit just now: it gets another when its turn comes.
            fetched = self._fetcher.get(address, patient=True)
            card = self._readers.card(fetched) if fetched.status == _OK else None
        except (FetchError, TooComplexError):
            return reading
        return _written_by(card, reading) if card else reading


def _written_by(card: Author, reading: Reading) -> Reading:
    before = reading.author
    someone = Author(
        name=card.name or before.name,
        url=card.url or before.url,
        photo=card.photo or before.photo,
    )
    return replace(reading, author=someone)


def _conditions(mention: Mention) -> Mapping[str, str]:
    """Return the headers that ask for the source only if it changed (RFC 9110 section 13)."""
    if mention.verification != "verified":
        return {}
    headers = {"if-none-match": mention.etag, "if-modified-since": mention.last_modified}
    return {name: value for name, value in headers.items() if value}
