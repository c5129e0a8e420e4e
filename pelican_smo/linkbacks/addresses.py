"""The home of the one spelling by which addresses are compared."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pelican_smo.urls import safe

__all__ = ["MAX_LENGTH", "normal", "normal_page"]

# Longer addresses are refused (reference: limits); every browser of today takes as much.
MAX_LENGTH = 2048

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_PORTS = {"http": 80, "https": 443}
# Most addresses are normal already; that is told ten times faster than it is done.
_NORMAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/(?:[\w~-][\w.~-]*)?)+", re.ASCII)


def normal(url: str) -> str:
    """Return the normal form of an absolute http(s) ``url``, or nothing for what is none.

    Scheme and host are in lower case, the scheme's own port and a host's final dot are left
    out, an empty path is ``/``, and escapes and dots are as RFC 3986 section 6.2.2 has them;
    other scripts are escaped, as in RFC 3987 section 3.1. The fragment stays. What has a user
    name, a control character, a space or a backslash, or is longer than ``MAX_LENGTH``, is no
    address.
    """
    if len(url) > MAX_LENGTH:
        return ""
    if _NORMAL.fullmatch(url):
        return url
    if _FORBIDDEN.search(url):
        return ""
    return _spelt(url)


# One message asks four times for the same two addresses.
@lru_cache(maxsize=1024)
def _spelt(url: str) -> str:
    try:
        address = safe(_normal(urlsplit(url)))
    except ValueError:
        return ""
    return address if len(address) <= MAX_LENGTH else ""


def normal_page(url: str) -> str:
    """Return the normal form of ``url`` without its fragment: the page that it is in."""
    return normal(url).partition("#")[0]


def _normal(parts: SplitResult) -> str:
    scheme = parts.scheme.lower()
    name = parts.hostname or ""
    host = (name if name.isascii() else name.encode("idna").decode()).rstrip(".")
    # What is mapped to ASCII may hold a space that was another one before (RFC 3491).
    if scheme not in _PORTS or not host or " " in host or parts.username is not None:
        return ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is not None and port != _PORTS[scheme]:
        host = f"{host}:{port}"
    path = _without_dots(_ESCAPE.sub(_settled, parts.path)) or "/"
    return urlunsplit((scheme, host, path, _ESCAPE.sub(_settled, parts.query), parts.fragment))


def _without_dots(path: str) -> str:
    """Return ``path`` without the segments ``.`` and ``..`` (RFC 3986 section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(len(kept) - 1, 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _settled(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
