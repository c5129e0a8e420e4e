"""The home of which IP addresses belong to the open internet."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

__all__ = ["allowing", "is_public", "network"]

# IANA's special-purpose address registries for IPv4 and IPv6, and the multicast and reserved
# blocks. What they call globally reachable is here as well where no site can live in it.
_REGISTRIES = """
0.0.0.0/8          this network, RFC 791
10.0.0.0/8         private, RFC 1918
100.64.0.0/10      shared by a provider's customers, RFC 6598
127.0.0.0/8        loopback, RFC 1122
169.254.0.0/16     link local, RFC 3927; where clouds keep a machine's secrets
172.16.0.0/12      private, RFC 1918
192.0.0.0/24       protocol assignments, RFC 6890
192.0.2.0/24       documentation, RFC 5737
192.31.196.0/24    AS112, RFC 7535
192.52.193.0/24    AMT, RFC 7450
192.88.99.0/24     6to4 relays, RFC 7526
192.168.0.0/16     private, RFC 1918
192.175.48.0/24    AS112, RFC 7534
198.18.0.0/15      benchmarks, RFC 2544
198.51.100.0/24    documentation, RFC 5737
203.0.113.0/24     documentation, RFC 5737
224.0.0.0/4        multicast, RFC 5771
240.0.0.0/4        reserved, RFC 1112; broadcast
168.63.129.16/32   in no registry: where Azure's machines ask for their own secrets
2001::/23          protocol assignments, RFC 2928; Teredo, RFC 4380; ORCHID, RFC 7343
2001:db8::/32      documentation, RFC 3849
2002::/16          6to4, RFC 3056
2620:4f:8000::/48  AS112, RFC 7534
3fff::/20          documentation, RFC 9637
"""
_SPECIAL = tuple(ip_network(row.split()[0]) for row in _REGISTRIES.strip().splitlines())

# All else of IPv6 (loopback, ::a.b.c.d, unique and link and site local, multicast) is outside
# of global unicast, RFC 4291 section 2.4.
_GLOBAL = ip_network("2000::/3")

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: how machines with IPv6 alone reach IPv4
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214 section 6.1


def is_public(address: str) -> bool:
    """Tell whether ``address``, an IP address as sockets write it, is one of the open internet.

    ``ipaddress.is_global`` would let NAT64, 6to4 and multicast pass. An IPv4 address inside an
    IPv6 one (mapped, NAT64, ISATAP) has to be public itself; 6to4 and Teredo are refused with
    whatever they carry, since no site is left there. So is what has a scope, or any other
    spelling.
    """
    try:
        return _is_public(_plain(address))
    except ValueError:
        return False


def allowing(*networks: str) -> Callable[[str], bool]:
    """Return a judge that lets public addresses pass and those of ``networks``.

    For sites of one's own machine or house: ``allowing("127.0.0.0/8", "::1/128")``. Raises
    ValueError for what is no network.
    """
    allowed = tuple(map(ip_network, networks))

    def judge(address: str) -> bool:
        try:
            plain = _plain(address)
        except ValueError:
            return False
        return any(plain in network for network in allowed) or _is_public(plain)

    return judge


def network(address: str) -> str:
    """Return the network that is one customer's: an IPv4 address alone, the /64 of an IPv6 one.

    Raises ValueError for what is no address.
    """
    plain = _plain(address)
    return str(ip_network(f"{plain}/{32 if isinstance(plain, IPv4Address) else 64}", strict=False))


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return ``address`` without the IPv6 that wraps an IPv4 one."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip
    if ip.scope_id:
        raise ValueError(address)
    return _lowest(int(ip)) if ip in _NAT64 else ip.ipv4_mapped or ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if any(ip in special for special in _SPECIAL):
        return False
    if isinstance(ip, IPv4Address):
        return True
    interface = int(ip) & 0xFFFFFFFFFFFFFFFF
    carrier = interface >> 32 in _ISATAP
    return ip in _GLOBAL and (not carrier or _is_public(_lowest(interface)))


def _lowest(bits: int) -> IPv4Address:
    return IPv4Address(bits & 0xFFFFFFFF)
