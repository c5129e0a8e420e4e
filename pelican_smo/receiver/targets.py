"""The home of what may be linked to: the build's targets.json, looked up by address or id."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal_page
from pelican_smo.urls import is_web

__all__ = ["Fetch", "Target", "Targets", "TargetsSource", "file_bytes"]

# From a URL and the mark of the version that is known: the bytes, none if nothing is new, and
# the mark of this version.
Fetch = Callable[[str, str], tuple[bytes, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An article: ``url`` is canonical, ``addresses`` are all its normal forms, that one too."""

    id: str
    url: str
    title: str
    closed: bool
    addresses: frozenset[str]


class Targets:
    """Every article of a site, by id and by each of its addresses.

    ``endpoint`` is the receiver that its pages announce, as far as the build told.
    """

    def __init__(self, site: str, targets: Mapping[str, Target], endpoint: str = "") -> None:
        self.site, self.endpoint = site, endpoint
        self.by_id = targets
        self._by_address = {
            address: target for target in targets.values() for address in target.addresses
        }

    def find(self, url: str) -> Target | None:
        """Return the article at ``url``.

        Its fragment does not matter, nor do the parameters ``utm_…`` that sites and networks
        add to count who comes from where.
        """
        page = normal_page(url)
        return self._by_address.get(page) or self._by_address.get(_uncounted(page))

    @classmethod
    def read(cls, data: bytes, where: str = "targets.json", bases: Sequence[str] = ()) -> "Targets":
        """Return what a build wrote; raises ReceiverError for anything else.

        An address below the site's own is also known below each of ``bases``.
        """
        try:
            top = json.loads(data)
            site, endpoint = str(top["site"]), str(top.get("endpoint", ""))
            rows = [_target(row, site, bases) for row in top["targets"]]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ReceiverError(
                f"{where} is no list of targets ({type(error).__name__}: {error}); "
                "a build with SITEURL and SMO_LINKBACK_ENDPOINT writes it as smo/targets.json"
            ) from error
        return cls(site, {row.id: row for row in rows}, endpoint)


def _target(row: Mapping[str, Any], site: str, bases: Sequence[str]) -> Target:
    url = str(row["url"])
    listed = [url, *map(str, row.get("aliases", ()))]
    listed += [
        f"{base.rstrip('/')}{address.removeprefix(site)}"
        for base in bases
        for address in listed
        if address.startswith(f"{site}/")
    ]
    addresses = {normal_page(address) for address in listed}
    return Target(
        id=str(row["id"]),
        url=url,
        title=str(row.get("title", "")),
        closed=bool(row.get("closed")),
        addresses=frozenset(addresses - {""}),
    )


def _uncounted(page: str) -> str:
    address, _, query = page.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("utm_")]
    return f"{address}?{'&'.join(kept)}" if kept else address


class TargetsSource:
    """Where the receiver gets its targets from, again and again: a file, or an http(s) address.

    What was read last stays while file or server has nothing better.
    """

    def __init__(self, where: str, fetch: Fetch, *, bases: Sequence[str] = ()) -> None:
        """Read them for the first time; raises ReceiverError where that cannot be.

        ``bases`` are other addresses of the whole site, such as that of a preview.
        """
        self._where, self._fetch, self._bases = where, fetch, tuple(bases)
        self._mark = ""
        data, self._mark = self._load()
        self._current = Targets.read(data, where, self._bases)

    def __call__(self) -> Targets:
        """Return the targets as they were last read."""
        return self._current

    def refresh(self) -> bool:
        """Read them again if they changed; tells whether they did. Raises ReceiverError."""
        data, mark = self._load()
        if not data or mark == self._mark:
            return False
        self._current, self._mark = Targets.read(data, self._where, self._bases), mark
        return True

    def _load(self) -> tuple[bytes, str]:
        """Return the targets' bytes, or none where they are as before, and a mark of this version."""
        if is_web(self._where):
            return self._fetch(self._where, self._mark)
        path = Path(self._where)
        try:
            stat = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        mark = f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ino}"
        return (b"" if mark == self._mark else file_bytes(path)), mark


def file_bytes(path: Path) -> bytes:
    """Return what is in the file of targets at ``path``; raises ReceiverError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ReceiverError:
    return ReceiverError(
        f"{path} cannot be read: {error.strerror or error}; "
        "a build with SITEURL and SMO_LINKBACK_ENDPOINT writes it as smo/targets.json"
    )
