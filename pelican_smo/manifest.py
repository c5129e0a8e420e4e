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

from pelican_smo.urls import host, is_absolute, is_web

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


def target_row(
    identifier: str, url: str, title: str, aliases: Iterable[str], *, closed: bool
) -> dict[str, Any]:
    """Return what a receiver must know of an article that others may link to."""
    return {
        "id": identifier,
        "url": url,
        "aliases": sorted(set(aliases) - {url}),
        "title": title,
        "closed": closed,
    }


def source_row(identifier: str, url: str, body: str, page_url: str) -> dict[str, Any]:
    """Return what a sender must know of an article: where it is, its digest, its links."""
    digest = hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return {"id": identifier, "url": url, "digest": digest, "links": outgoing_links(body, page_url)}


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


def write_targets(output: Path, site_url: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``smo/targets.json`` below ``output``: where linkbacks may point to."""
    ordered = sorted(rows, key=lambda row: str(row["url"]))
    write_atomically(
        output / "smo" / "targets.json",
        _lines({"version": VERSION, "site": site_url}, "targets", ordered),
    )


def write_links(cache: Path, site_url: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write this site's part of ``links.json`` below ``cache``; other sites' parts stay.

    A build of several languages is several sites, one inside the other.
    """
    path = cache / "links.json"
    try:
        sites = json.loads(path.read_text(encoding="utf-8"))["sites"]
    except (OSError, ValueError, KeyError, TypeError):
        sites = {}
    sites = sites if isinstance(sites, dict) else {}
    sites[site_url] = sorted(rows, key=lambda row: str(row["url"]))
    text = json.dumps({"version": VERSION, "sites": sites}, ensure_ascii=False, sort_keys=True)
    write_atomically(path, f"{text}\n".encode())


def _lines(top: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a JSON object with ``rows`` under ``name``, a line each: good to diff."""
    head = json.dumps(top, ensure_ascii=False)[:-1]
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{head}, "{name}": [\n{body}\n]}}\n'.encode()


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that a reader sees the old file or the new one, whole.

    A file that says so already is left alone. Raises OSError as the system does.
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
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
