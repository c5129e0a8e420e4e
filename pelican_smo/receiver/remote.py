"""The home of fetching the targets from the site's own server, as seldom as it lets us."""

import hashlib
from dataclasses import replace

from pelican_smo.errors import FetchError, ReceiverError
from pelican_smo.linkbacks.guard import Fetcher, Limits
from pelican_smo.receiver.targets import Fetch

__all__ = ["fetch_with"]

# Twenty thousand articles with their addresses are about ten megabytes.
_RAW, _DECODED, _SECONDS = 64 << 20, 128 << 20, 60.0
_OK, _NOT_MODIFIED = 200, 304
_HINT = (
    "; if it is in a network of yours, say --allow-network 127.0.0.0/8 (or which it is) and, "
    "for another port than 80 and 443, --any-port; or name the file"
)
_ETAGS = ('"', 'W/"')


def fetch_with(fetcher: Fetcher, limits: Limits) -> Fetch:
    """Return what fetches targets through ``fetcher``, within ``limits`` but for size and time.

    The mark of a version is its ETag, else a digest of its bytes. Raises ReceiverError where
    there is nothing to be had.
    """
    large = replace(limits, raw=_RAW, decoded=_DECODED, total=_SECONDS)

    def fetch(url: str, mark: str) -> tuple[bytes, str]:
        headers = {"if-none-match": mark} if mark.startswith(_ETAGS) else {}
        try:
            answer = fetcher.get(
                url, accept="application/json", headers=headers, limits=large, patient=True
            )
        except FetchError as error:
            hint = _HINT if error.problem == "refused" else ""
            raise ReceiverError(f"{url} was not to be had: {error}{hint}") from error
        if answer.status == _NOT_MODIFIED:
            return b"", mark
        if answer.status != _OK:
            raise ReceiverError(f"{url} answers {answer.status}")
        digest = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
        return answer.body, answer.header("etag") or digest

    return fetch
