"""The home of authors' pictures: fetched once, drawn again small, so that pages ask no stranger."""

import hashlib
from collections.abc import Callable

from pelican_smo.errors import FetchError, TooComplexError
from pelican_smo.linkbacks.guard import Fetched, Fetcher
from pelican_smo.receiver.store import Media
from pelican_smo.urls import host

__all__ = ["avatar"]

_ACCEPT = "image/webp, image/png, image/jpeg, image/gif"
# RFC 9110 section 15.6, and what asks to come back: others say what will be so tomorrow.
_OK, _PASSING, _SERVER_ERRORS = 200, (408, 425, 429), range(500, 600)
_LASTING = ("refused", "too big")


def avatar(fetcher: Fetcher, draw: Callable[[bytes], bytes], origin: str) -> Media:
    """Return our own picture made from the one at the URL ``origin``; empty where there is none.

    ``draw`` makes it small, and nothing of what is no picture; TooComplexError is the same.
    Raises FetchError where there may be one another time.
    """
    try:
        fetched = fetcher.get(origin, accept=_ACCEPT)
        data = draw(fetched.body) if _is_there(fetched) else b""
    except TooComplexError:
        data = b""
    except FetchError as error:
        if error.problem not in _LASTING:
            raise
        data = b""
    if not data:
        return Media(origin=origin)
    name = f"{hashlib.sha256(data).hexdigest()}.webp"
    return Media(origin=origin, name=name, type="image/webp", data=data)


def _is_there(fetched: Fetched) -> bool:
    if fetched.status in _PASSING or fetched.status in _SERVER_ERRORS:
        raise FetchError("unreachable", f"{host(fetched.url)} answers {fetched.status}")
    return fetched.status == _OK
