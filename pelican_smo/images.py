"""The home of pictures: where a reference leads, and what a local file measures."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from pelican_smo.page import Image
from pelican_smo.report import Report
from pelican_smo.text import cut, plain
from pelican_smo.urls import absolute, is_absolute

__all__ = ["ALT_LIMIT", "ImageFinder", "Measured", "content_images"]

_IMG = re.compile(r"<[iI][mM][gG]\s((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"\b(src|alt|width|height)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_REFERENCE = re.compile(r"[{|](static|attach|filename)[|}](.*)", re.DOTALL)
ALT_LIMIT = 420
# What every network shows; SVG and AVIF are refused by most of them.
_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)
_UNSHOWN = (".svg", ".svgz", ".avif", ".ico", ".bmp", ".tif", ".tiff", ".pdf")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the header of an image file says; pixels and bytes."""

    width: int
    height: int
    type: str
    bytes: int


def content_images(body: str) -> list[tuple[str, str]]:
    """Return (src, alt) of the images in an article's HTML, in order."""
    found = []
    for image in _IMG.finditer(body):
        attributes = {
            name.lower(): unescape(one or two) for name, one, two in _ATTRIBUTE.findall(image[1])
        }
        if attributes.get("src") and not attributes["src"].startswith("data:"):
            found.append((attributes["src"].strip(), plain(attributes.get("alt", ""))))
    return found


@dataclass
class ImageFinder:
    """Finds pictures for one run; each file is opened once.

    ``static_content`` maps source paths to Pelican's static files, ``content_path`` is where
    they lie, ``site_url`` where the site will be.
    """

    site_url: str
    content_path: Path
    static_content: Mapping[str, Any]
    report: Report
    _measured: dict[str, Measured | None] = field(default_factory=dict)
    _by_url: dict[str, str] | None = None
    _urls: dict[str, str] = field(default_factory=dict)

    def find(
        self,
        reference: str,
        alt: str = "",
        *,
        where: str,
        folder: str = "",
        page_url: str = "",
        as_svg: bool = False,
    ) -> Image | None:
        """Return the image that ``reference`` means, or None with a finding that says why.

        An SVG, which networks do not show, is one only if ``as_svg`` says so. ``folder`` is the content folder of the file that names it, ``page_url`` the page that
        shows it (for references out of a rendered body), ``where`` the name for findings.
        """
        url, source = self._resolve(reference.strip(), folder, page_url)
        if not url:
            return None
        is_svg = as_svg and urlsplit(url).path.lower().endswith(".svg")
        if urlsplit(url).path.lower().endswith(_UNSHOWN) and not is_svg:
            self.report.add(
                "warning",
                where,
                f"the image {reference!r} is of a type that networks do not show",
                "use PNG, JPEG, GIF or WebP",
            )
            return None
        alt = cut(alt, ALT_LIMIT)
        if source is None and url.startswith(f"{self.site_url}/"):
            self.report.add(
                "warning",
                where,
                f"the image {reference!r} is no file of the site",
                "correct its path, or add its folder to STATIC_PATHS",
            )
            return None
        if source is None or is_svg:
            return Image(url=url, alt=alt)
        measured = self.measure(source)
        if measured is None:
            self.report.add(
                "warning",
                where,
                f"the image {reference!r} cannot be read as a picture",
                "replace the file",
            )
            return None
        return Image(
            url=url,
            alt=alt,
            width=measured.width,
            height=measured.height,
            type=measured.type,
            bytes=measured.bytes,
        )

    def files(self, reference: str, folder: str = "") -> Iterator[Path]:
        """Yield the local file that ``reference`` means, seen from the content folder ``folder``.

        Nothing is said of one that is not there: whoever shows the picture says it.
        """
        reference = reference.strip()
        if not reference:
            return
        _, source = self._resolve(reference, folder, "")
        near = _REFERENCE.sub(r"\2", reference).lstrip("/")
        static = self.static_content.get(source) if source else None
        if static is not None:
            yield Path(static.source_path)
        elif not is_absolute(reference) and (path := self.content_path / near).is_file():
            yield path

    def _resolve(self, reference: str, folder: str, page_url: str) -> tuple[str, str | None]:
        """Return the absolute URL and, for a file of the site, its path below the content."""
        if (named := _REFERENCE.match(reference)) is not None:
            path = named[2].split("#")[0].split("?")[0]
            for candidate in (path, unquote(path)):
                key = candidate[1:] if candidate.startswith("/") else _joined(folder, candidate)
                if self.static_content.get(key) is not None:
                    return self._url_at(key, moved=named[1] == "attach"), key
            return absolute(self.site_url, path.lstrip("./")), None
        if is_absolute(reference) or reference.startswith("//"):
            url = absolute(self.site_url, reference)
        elif page_url:
            url = absolute(self.site_url, urljoin(page_url, reference))
        elif (
            not reference.startswith("/")
            and (near := _joined(folder, reference)) in self.static_content
        ):
            return self._url_of(self.static_content[near]), near
        else:
            url = absolute(self.site_url, reference)
        return url, self._source_of(url)

    def _source_of(self, url: str) -> str | None:
        """Return the content path of the file that will be at ``url``."""
        if self._by_url is None:
            self._by_url = {
                self._url_of(static): key
                for key, static in self.static_content.items()
                if static is not None
            }
        return self._by_url.get(urljoin(url, urlsplit(url).path))

    def _url_at(self, key: str, *, moved: bool) -> str:
        """Return the URL of the file at ``key``; one that {attach} moved has just changed it."""
        if moved or key not in self._urls:
            self._urls[key] = self._url_of(self.static_content[key])
        return self._urls[key]

    def _url_of(self, static: Any) -> str:
        # Static.url notes that it was read and then refuses to move where {attach} wants it;
        # the property of its base class gives the same answer and notes nothing.
        base: Any = next(cls for cls in type(static).__mro__ if cls.__name__ == "Content")
        return absolute(self.site_url, base.url.fget(static))

    def measure(self, key: str) -> Measured | None:
        """Return what the file at the content path ``key`` measures; None if it is no picture."""
        if key not in self._measured:
            static = self.static_content.get(key)
            path = Path(static.source_path) if static is not None else self.content_path / key
            self._measured[key] = _measure(path)
        return self._measured[key]


def _joined(folder: str, path: str) -> str:
    """Return ``path`` as seen from ``folder``, both below the content folder."""
    return posixpath.normpath(posixpath.join(folder, path))


def _measure(path: Path) -> Measured | None:
    import imagesize  # noqa: PLC0415  a site without pictures never needs it

    try:
        with path.open("rb") as file:
            start = file.read(16)
        width, height = imagesize.get(str(path))
        size = path.stat().st_size
    except (OSError, ValueError):
        return None
    media_type = next((name for magic, name in _TYPES if start.startswith(magic)), "")
    if not media_type or width <= 0 or height <= 0:
        return None
    return Measured(int(width), int(height), media_type, size)
