"""The home of one look at a source: fetched through the guard, checked for the link, read."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from pelican_smo.errors import FetchError, MessageError, TooComplexError
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.guard import Fetched, Fetcher
from pelican_smo.linkbacks.microformats import author_page, from_survey, read, with_author
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.linkbacks.source import Survey, decode, mentions_target, survey
from pelican_smo.receiver.moderate import signals
from pelican_smo.receiver.states import Outcome
from pelican_smo.receiver.store import Mention
from pelican_smo.receiver.targets import Targets

__all__ = ["Parse", "Verifier"]

_ACCEPT = "text/html, application/xhtml+xml, application/json;q=0.8, text/plain;q=0.7, */*;q=0.1"
_HTML = ("text/html", "application/xhtml+xml", "")
_OK, _GONE, _MISSING, _NOT_MODIFIED = 200, 410, 404, 304
_SIMPLER = "too complex to be read in full"


class Parse(Protocol):
    """Turns HTML at a URL into microformats2; raises TooComplexError."""

    def parse(self, html: str, url: str) -> Mapping[str, Any]:
        """Return the microformats of ``html``."""


class Verifier:
    """Looks at sources; the network is ``fetcher``, the parser of microformats ``parsers``."""

    def __init__(self, fetcher: Fetcher, parsers: Parse, targets: Callable[[], Targets]) -> None:
        self._fetcher, self._parsers, self._targets = fetcher, parsers, targets

    def look(self, mention: Mention, *, twins: int = 0) -> Outcome:
        """Return what the source of ``mention`` is found to be (Webmention section 3.2.2).

        Raises FetchError "busy" where its host had a visit from us a moment ago.
        """
        try:
            fetched = self._fetcher.get(
                mention.source, accept=_ACCEPT, headers=_conditions(mention)
            )
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
        wanted = self._wanted(mention)
        try:
            survey = mentions_target(
                fetched.body, fetched.media_type, fetched.charset, fetched.url, wanted
            )
        except MessageError as error:
            return Outcome(kind="refused", reason=str(error))
        if survey.gone:
            return Outcome(kind="gone", reason="it says of itself that it is gone")
        if not survey.links:
            return Outcome(kind="no-link", reason="no link to the article")
        reading, found, reason = self._reading(mention, fetched, survey, wanted)
        spam = signals(mention, has_microformats=found, links=survey.anchors, twins=twins)
        return Outcome(
            kind="verified",
            reason=reason,
            reading=reading,
            signals=(*spam, *([reason] if reason else [])),
            etag=fetched.header("etag")[:200],
            last_modified=fetched.header("last-modified")[:100],
            digest=digest,
        )

    def _wanted(self, mention: Mention) -> Collection[str]:
        """Return every address that the link may have, in normal form (WR-8)."""
        target = self._targets().by_id.get(mention.article)
        return {normal(mention.target), *(target.addresses if target else ())} - {""}

    def _reading(
        self, mention: Mention, fetched: Fetched, survey: Survey, wanted: Collection[str]
    ) -> tuple[Reading, bool, str]:
        """Return what the source says, whether by microformats, and what was too much."""
        # Anybody may send a TrackBack about anybody's page: its words count if nothing else came.
        only_trackback = mention.protocols == ("trackback",)
        plain = from_survey(
            survey,
            mention.claims if only_trackback else {},
            source=mention.source,
            url=fetched.url,
            received=mention.first_received,
        )
        if fetched.media_type not in _HTML:
            return plain, False, ""
        if not survey.simple:
            return plain, False, _SIMPLER
        try:
            found = self._parsers.parse(decode(fetched.body, fetched.charset), fetched.url)
        except TooComplexError:
            return plain, False, _SIMPLER
        source, url = mention.source, fetched.url
        reading = read(
            found, survey, source=source, url=url, wanted=wanted, received=mention.first_received
        )
        if reading is None:
            return plain, False, ""
        author = author_page(found, survey, source=source, url=url, wanted=wanted)
        return self._with_author(reading, author), True, ""

    def _with_author(self, reading: Reading, address: str) -> Reading:
        """Return ``reading`` with what its author's own page says of him, if that can be had.

        One page, of the same host, through the same guard; without it the reading is as good.
        """
        if not address:
            return reading
        try:
            # Its host had our visit just now: it gets another when its turn comes.
            fetched = self._fetcher.get(address, accept=_ACCEPT, patient=True)
            text = decode(fetched.body, fetched.charset)
            if fetched.status != _OK or not _is_simple(text, fetched):
                return reading
            return with_author(reading, self._parsers.parse(text, fetched.url), fetched.url)
        except (FetchError, TooComplexError):
            return reading


def _is_simple(text: str, page: Fetched) -> bool:
    return page.media_type in _HTML and survey(text, page.url, ()).simple


def _conditions(mention: Mention) -> Mapping[str, str]:
    """Return the headers that ask for the source only if it changed (RFC 9110 section 13)."""
    if mention.verification != "verified":
        return {}
    headers = {"if-none-match": mention.etag, "if-modified-since": mention.last_modified}
    return {name: value for name, value in headers.items() if value}
