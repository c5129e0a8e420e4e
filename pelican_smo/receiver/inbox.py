"""The home of what the web side and the store say to each other: arrivals in, states out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pelican_smo.errors import SmoError

__all__ = ["Arrival", "Inbox", "NotNowError", "ProtocolName", "Status"]

ProtocolName = Literal["webmention", "pingback", "trackback"]

# What a status page may say: no word more, for it must not tell what our fetch met.
Status = Literal["checking", "waiting", "published", "unverified", "declined"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One message that a stranger sent, as it came.

    ``article`` is the id of the target in targets.json. ``claims`` are the words of a
    TrackBack (``title``, ``excerpt``, ``blog_name``) or a ``vouch``, ``client`` a keyed hash of the network
    that it came from, ``received`` seconds since 1970.
    """

    protocol: ProtocolName
    source: str
    target: str
    article: str
    client: str
    agent: str
    received: float
    claims: Mapping[str, str] = field(default_factory=dict)


class NotNowError(SmoError):
    """An arrival cannot be kept now; the sender may try again in ``retry_after`` seconds."""

    def __init__(self, why: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(why)


class Inbox(Protocol):
    """What the web side asks of the store."""

    async def accept(self, arrival: Arrival) -> str:
        """Return the status token of ``arrival`` once it and its job are on disk.

        Raises NotNowError where disk, lock or queue forbid it: then nothing was promised.
        """

    async def is_published(self, source: str, article: str) -> bool:
        """Tell whether the link from ``source`` to ``article`` is approved and shown."""

    def blocks(self, source: str, client: str) -> bool:
        """Tell whether the owner takes nothing from ``source`` or from the network ``client``."""

    async def status(self, token: str) -> Status | None:
        """Return how the mention with the status ``token`` stands; None if there is none."""

    async def generation(self) -> int:
        """Return a number that grows with each change of what is published."""

    async def published(self, article: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Return the approved mentions as JF2 entries, newest first, of one article or all."""

    async def avatar(self, name: str) -> tuple[bytes, str] | None:
        """Return bytes and media type of the avatar file ``name``."""

    async def figures(self) -> Mapping[str, float]:
        """Return what there is to count: names as /metrics prints them (without a prefix)."""
