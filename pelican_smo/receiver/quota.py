"""The home of how much one sender may send: token buckets by network and by source host."""

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

__all__ = ["Buckets", "Quota", "client_key", "network"]

# Most keys that are remembered at once; the ones not seen for longest are forgotten first.
MOST_KEYS = 50_000

_MINUTE, _HOUR = 60.0, 3600.0
# Networks of one subscriber, as far as can be told from outside (RFC 6177 for IPv6).
_PREFIX_4, _PREFIX_6 = 24, 56


class Buckets:
    """A bucket of tokens for each key: ``burst`` at first, ``rate`` a second come back.

    A rate of 0 means that there is no limit. For one thread or one event loop.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        most: int = MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate, self.burst = rate, burst
        self._most, self._clock = most, clock
        # Tokens and when they were counted, the key used last at the end.
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: str) -> float:
        """Take a token of ``key``; returns 0, or the seconds until there is one again."""
        if self.rate <= 0:
            return 0.0
        now = self._clock()
        level, counted = self._levels.get(key, (self.burst, now))
        level = min(self.burst, level + max(0.0, now - counted) * self.rate)
        wait = max(0.0, (1 - level) / self.rate)
        self._levels[key] = (level if wait else level - 1, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return wait


class Quota:
    """What one client's network and one source host may send; 0 of either is no limit.

    A client has so many messages, a host so many links that are new.
    """

    def __init__(
        self,
        *,
        client_a_minute: float = 30,
        client_burst: float = 60,
        host_an_hour: float = 60,
        host_burst: float = 60,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = Buckets(client_a_minute / _MINUTE, max(1, client_burst), clock=clock)
        self._hosts = Buckets(host_an_hour / _HOUR, max(1, host_burst), clock=clock)
        self._clock = clock
        # Links that were counted and when, the one counted last at the end. Of an address that
        # a stranger makes as long as he likes, a number is kept; Python's are keyed.
        self._links: OrderedDict[int, float] = OrderedDict()

    def client(self, key: str) -> float:
        """Count one request of the network ``key``; returns 0, or the seconds to wait."""
        return self._clients.take(key)

    def host(self, name: str, link: str) -> float:
        """Count ``link``, from a page of host ``name``; returns 0, or the seconds to wait.

        A link that was counted within the last hour is not counted again: one post may be told
        of by three protocols, and by whoever likes to tell of it once more.
        """
        if self._hosts.rate <= 0:
            return 0.0
        key, now = hash(link), self._clock()
        if now - self._links.get(key, -_HOUR) < _HOUR:
            return 0.0
        if wait := self._hosts.take(name):
            return wait
        self._links[key] = now
        self._links.move_to_end(key)
        if len(self._links) > MOST_KEYS:
            self._links.popitem(last=False)
        return 0.0


def network(address: str) -> str:
    """Return the network that the IP ``address`` is in: /24 of IPv4, /56 of IPv6.

    IPv4 written as IPv6 is the same network. What is no address stands for itself.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    prefix = _PREFIX_6 if isinstance(found, IPv6Address) else _PREFIX_4
    return str(ip_network((found, prefix), strict=False))


def client_key(secret: bytes) -> Callable[[str], str]:
    """Return what turns a client's IP address into the keyed hash of its network.

    The hash is kept, no address. It keeps them from whoever sees a list or an export; who has
    the database has ``secret`` too, and may try every network until one fits.
    """

    @lru_cache(maxsize=10_000)
    def key(address: str) -> str:
        return hmac.digest(secret, network(address).encode("utf-8", "replace"), "sha256")[:16].hex()

    return key
