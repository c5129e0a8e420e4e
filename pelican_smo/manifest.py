"""The home of what a build writes for the linkback commands: targets.json and links.json."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from pelican_smo.tags import json_text
from pelican_smo.urls import host, is_absolute, is_web, spellings

__all__ = [
    "outgoing_links",
    "source_row",
    "target_row",
    "write_atomically",
    "write_links",
    "write_targets",
]

VERSION = 1
_ANCHOR = re.compile(r"<[aA]\s((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_HREF_REL = re.compile(
    r"(?<!\S)([hH][rR][eE][fF]|[rR][eE][lL])\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))"
)


# A row is kept as the line of text that will be written: a site has tens of thousands.


def target_row(
    identifier: str, url: str, title: str, aliases: Iterable[str], *, closed: bool
) -> str:
    """Return as JSON what a receiver must know of an article that others may link to.

    A link counts only if it leads to one of its addresses as they stand here (Webmention,
    section 3.2.2), so that every spelling of ``url`` and ``aliases`` has to.
    """
    known = {spelling for address in (url, *aliases) for spelling in spellings(address)}
    return json_text(
        {
            "url": url,
            "id": identifier,
            "aliases": sorted(known - {url}),
            "title": title,
            "closed": closed,
        }
    )


def source_row(site_url: str, identifier: str, url: str, body: str, page_url: str) -> str:
    """Return as JSON what a sender must know of an article: where it is, its digest, its links."""
    digest = hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return json_text(
        {
            "site": site_url,
            "url": url,
            "id": identifier,
            "digest": digest,
            "links": outgoing_links(body, page_url),
        }
    )


def outgoing_links(body: str, page_url: str) -> list[str]:
    """Return the web addresses on other hosts that ``body`` links to, in order, once each.

    A link that its author marked ``rel="nofollow"`` is none that he vouches for.
    """
    own = host(page_url)
    links: dict[str, None] = {}
    for anchor in _ANCHOR.findall(body):
        attributes = {
            name.lower(): one or two or bare for name, one, two, bare in _HREF_REL.findall(anchor)
        }
        href = unescape(attributes.get("href", "")).strip()
        if not href or "nofollow" in attributes.get("rel", "").lower().split():
            continue
        try:
            url = href if is_absolute(href) else urljoin(page_url, href)
        except ValueError:
            continue
        if is_web(url) and host(url) != own:
            links[url] = None
    return list(links)


def write_targets(output: Path, site_url: str, endpoint: str, rows: Iterable[str]) -> None:
    """Write ``smo/targets.json`` below ``output``: where linkbacks may point to.

    ``endpoint`` is the receiver that the pages announce.
    """
    top = {"version": VERSION, "site": site_url, "endpoint": endpoint}
    write_atomically(output / "smo" / "targets.json", _lines(top, "targets", rows))


def write_links(cache: Path, site_url: str, rows: Iterable[str]) -> None:
    """Write this site's rows of ``links.json`` below ``cache``; those of other sites stay.

    A build of several languages is several sites, one inside the other.
    """
    path = cache / "links.json"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        lines = []
    others = [line for line in (line.rstrip(",") for line in lines) if _is_of_other(line, site_url)]
    write_atomically(path, _lines({"version": VERSION}, "articles", [*others, *rows]))


def _is_of_other(line: str, site_url: str) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and row.get("site", site_url) != site_url


def _lines(top: Mapping[str, Any], name: str, rows: Iterable[str]) -> bytes:
    """Return a JSON object with ``rows``, JSON, too, under ``name``, a line each: good to diff."""
    body = ",\n".join(sorted(rows))
    return f'{json_text(top)[:-1]},"{name}":[\n{body}\n]}}\n'.encode()


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write ``data`` to ``path`` so that a reader sees the old file or the new one, whole.

    A file that says so already is left alone; ``durable`` waits until it is on the disk.
    Raises OSError as the system does.
    """
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(handle)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
