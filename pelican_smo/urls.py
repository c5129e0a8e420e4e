"""The home of addresses: made absolute, made safe to print, compared."""

import re
from urllib.parse import quote, urljoin, urlsplit

__all__ = ["absolute", "host", "is_absolute", "is_web", "safe", "spellings", "without_index"]

# RFC 3986 section 2: everything a URL may hold as it is, "%" for what is encoded already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_UNSAFE = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]~\w.-]", re.ASCII)
_SPACE = re.compile(r"\s")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def safe(url: str) -> str:
    """Return ``url`` with every character that RFC 3986 forbids percent-encoded, once."""
    if _UNSAFE.search(url):
        return quote(url.strip(), safe=_SAFE, errors="replace")
    return url


def is_absolute(url: str) -> bool:
    """Tell whether ``url`` begins with a scheme (RFC 3986 section 4.3)."""
    return _SCHEME.match(url) is not None


def is_web(url: object) -> bool:
    """Tell whether ``url`` is an absolute http(s) URL with a host."""
    return isinstance(url, str) and _SPACE.search(url) is None and bool(_web_host(url))


def _web_host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def absolute(base: str, url: str) -> str:
    """Return ``url`` as it is reached from the folder ``base``, an absolute URL without ``/``.

    Nested sites of other plugins give ``../one.html``, settings give ``/one.html`` and
    ``one.html``: all three mean a file of the site, the first one level above it.
    """
    if is_absolute(url):
        return safe(url)
    if url.startswith("//"):
        return safe(f"{urlsplit(base).scheme}:{url}")
    if url.startswith("."):
        return safe(urljoin(f"{base}/", url))
    return safe(f"{base}/{url.lstrip('/')}")


def without_index(url: str) -> str:
    """Return ``url`` without a file name that every server leaves out: ``index.html``."""
    if url.endswith("index.html") and (len(url) == len("index.html") or url[-11] == "/"):
        return url[: -len("index.html")]
    return url


def spellings(url: str) -> tuple[str, ...]:
    """Return the http(s) address ``url`` as others write it, too: which page it is, is the same.

    That is with the other scheme, and with or without a slash at its end, which no server
    takes behind the name of a file.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _OTHER_SCHEME:
        return (url,)
    other = f"{_OTHER_SCHEME[scheme]}://{rest}"
    if _FILE_NAME.search(rest) or "/" not in rest.rstrip("/"):
        return url, other
    if rest.endswith("/"):
        return url, other, url[:-1], other[:-1]
    return url, other, f"{url}/", f"{other}/"


_OTHER_SCHEME = {"http": "https", "https": "http"}
_FILE_NAME = re.compile(r"[?#]|\.(?:html?|php)\Z")


def host(url: str) -> str:
    """Return the host of ``url`` in lower case, or an empty string where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
