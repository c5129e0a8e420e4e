"""The home of the page beside a preview that shows all cards, and each anew once it is drawn."""

import hashlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from socketserver import TCPServer
from types import MappingProxyType
from typing import Any, NamedTuple

import click

from pelican_smo.cards.rows import Manifest, Refusal, Row, Sample, manifest_path
from pelican_smo.errors import PreviewError
from pelican_smo.preview.linkbacks import held
from pelican_smo.preview.watching import Site, Watch, read_site, stamp
from pelican_smo.settings import cache_folder
from pelican_smo.urls import is_web

__all__ = ["CardsPage", "Shown", "cards_page_for", "view_of"]

_SECONDS = 0.25
# So often is written to who listens for changes, to find out who went away.
_BEAT = 15.0
# So soon a browser asks again where the preview has ended.
_RETRY_MS = 500
_HERE = "127.0.0.1"
_IMAGE = re.compile(r"/card/([0-9a-f]{32})")
_FILES = {
    "/": ("cards.html", "text/html; charset=utf-8"),
    "/cards.css": ("cards.css", "text/css; charset=utf-8"),
    "/cards.js": ("cards.js", "text/javascript; charset=utf-8"),
}
_IMAGES = {".png": "image/png", ".jpg": "image/jpeg"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# What is shown


def view_of(manifest: Manifest) -> dict[str, Any]:
    """Return what the page shows of ``manifest``, for JSON; an image is named by its key."""
    cards = {f"card {row.path}": row for row in manifest.cards}
    samples = {f"sample {row.layout} {row.language} {row.title}": row for row in manifest.samples}
    return {
        "site": manifest.site if is_web(manifest.site) else "",
        "cards": [*map(_shown, cards, cards.values())],
        "samples": [*map(_shown, samples, samples.values())],
        "warnings": [*dict.fromkeys(row.problem for row in manifest.refused if _is_warning(row))],
        "refused": _reasons(row for row in manifest.refused if not _is_warning(row)),
    }


def _is_warning(row: Refusal) -> bool:
    """Tell whether ``row`` is about the site's settings, and not about one card."""
    return not row.source and not row.title


def _reasons(rows: Iterable[Refusal]) -> list[dict[str, Any]]:
    """Return each reason once, with the articles and the hard titles that it befell."""
    reasons: dict[str, dict[str, Any]] = {}
    for row in rows:
        none: dict[str, Any] = {"problem": row.problem, "articles": [], "samples": []}
        reason = reasons.setdefault(row.problem, none)
        # Only an article has a file.
        reason["articles" if row.source else "samples"].append(
            {"source": row.source, "title": row.title, "layout": row.layout}
        )
    return [*reasons.values()]


def _shown(identifier: str, row: Row | Sample) -> dict[str, Any]:
    return {"id": identifier, "image": f"/card/{row.key}", **row._asdict()}


class _Sheet(NamedTuple):
    """A view of a manifest as it is sent, and the digest by which it is known."""

    state: str
    body: bytes


def _sheet(view: Mapping[str, Any]) -> _Sheet:
    digest = hashlib.blake2b(json.dumps(view, sort_keys=True).encode(), digest_size=8)
    state = digest.hexdigest()
    return _Sheet(state, json.dumps({"state": state, **view}).encode())


class Shown:
    """What the page shows at the moment, and the wait for something else."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._sheet = _sheet(view_of(Manifest(output="")))
        self.has_ended = False

    @property
    def sheet(self) -> _Sheet:
        """Return what is shown now."""
        return self._sheet

    def show(self, manifest: bytes) -> None:
        """Show the cards of ``manifest``; what is none leaves things as they are."""
        said = Manifest.from_bytes(manifest)
        if said is not None and (sheet := _sheet(view_of(said))) != self._sheet:
            with self._changed:
                self._sheet = sheet
                self._changed.notify_all()

    def after(self, state: str, seconds: float) -> str:
        """Return the state once it is not ``state``; ``state`` if that takes ``seconds``."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.has_ended or self._sheet.state != state, timeout=seconds
            )
            return self._sheet.state

    def end(self) -> None:
        """Have nobody wait any longer."""
        with self._changed:
            self.has_ended = True
            self._changed.notify_all()


# Who serves it


class _Server(ThreadingHTTPServer):
    """Serves the page to this machine."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # where it means to share the port with others

    def __init__(self, port: int, shown: Shown, cards: Path) -> None:
        self.shown, self.cards = shown, cards
        super().__init__((_HERE, port), _Handler)
        # Names that a stranger's site cannot have: no such site can read what is here by
        # having its own name mean this machine (DNS rebinding).
        names = (_HERE, "localhost", "[::1]")
        self.hosts = {f"{name}:{self.server_port}" for name in names}
        if self.server_port == 80:  # noqa: PLR2004  which browsers leave out
            self.hosts |= set(names)

    def server_bind(self) -> None:
        """Listen; unlike HTTPServer, ask no name server for a name of this machine."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = _HERE, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds without a request, after which a connection is closed

    def do_GET(self) -> None:
        # A body that nobody reads would be taken for the next request.
        names = {name.lower() for name in self.headers}
        if self.server.shown.has_ended or names & {"content-length", "transfer-encoding"}:
            self.close_connection = True
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts:
            where = f"http://{_HERE}:{self.server.server_port}"
            self._send(f"These cards are at {where} only.", HTTPStatus.MISDIRECTED_REQUEST)
            return
        path = self.path.partition("?")[0]
        if path == "/events":
            self._send_events()
        elif path == "/cards.json":
            self._send(self.server.shown.sheet.body, kind="application/json")
        elif path in _FILES:
            name, kind = _FILES[path]
            self._send(_file(name), kind=kind)
        elif (match := _IMAGE.fullmatch(path)) and (image := self._image(match[1])):
            # A key stands for what is drawn, so that this never is another.
            self._send(image[0], kind=image[1], keep="private, max-age=604800, immutable")
        else:
            self._send("There is nothing here.", HTTPStatus.NOT_FOUND)

    def do_HEAD(self) -> None:
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, or one with another method."""
        self.close_connection = True
        is_method = code == HTTPStatus.NOT_IMPLEMENTED
        status = HTTPStatus.METHOD_NOT_ALLOWED if is_method else HTTPStatus(code)
        self._send(f"{status.phrase}.", status)

    def _send(
        self,
        body: bytes | str,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        kind: str = "text/plain; charset=utf-8",
        keep: str = "no-store",
    ) -> None:
        body = body.encode() if isinstance(body, str) else body
        self._send_head(status, kind, keep)
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_head(self, status: HTTPStatus, kind: str, keep: str) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Cache-Control": keep}.items():
            self.send_header(name, value)

    def _send_events(self) -> None:
        """Send the state, and again whenever it is another (HTML, server-sent events)."""
        self._send_head(HTTPStatus.OK, "text/event-stream", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        shown, told = self.server.shown, ""
        while self.command != "HEAD" and not shown.has_ended:
            state = shown.after(told, _BEAT)
            data = f"retry: {_RETRY_MS}\ndata: {state}\n\n" if state != told else ":\n\n"
            self.wfile.write(data.encode())
            told = state
        self.close_connection = True

    def _image(self, key: str) -> tuple[bytes, str] | None:
        """Return the card with this key, and its media type."""
        for ending, kind in _IMAGES.items():
            with suppress(OSError):
                return (self.server.cards / f"{key}{ending}").read_bytes(), kind
        return None

    def version_string(self) -> str:
        """Return what answers."""
        return "pelican-smo"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal is the build's."""


@cache
def _file(name: str) -> bytes:
    return (files("pelican_smo.preview") / "templates" / name).read_bytes()


# Beside a preview


class CardsPage:
    """The page of the cards of ``site``, whose settings file is ``file``, for this machine only."""

    # Hard titles are drawn too, which only this page shows.
    settings: Mapping[str, Any] = MappingProxyType({"SMO_CARD_SAMPLES": True})

    def __init__(self, file: Path, site: Site, port: int) -> None:
        cards = cache_folder(*site) / "cards"
        self._manifest = manifest_path(cards, Path(site.pelican["OUTPUT_PATH"]))
        self._shown = Shown()
        self._watch = Watch(file, site, self._manifest)
        self._server = _Server(port, self._shown, cards)
        if hasattr(os, "register_at_fork"):
            # Pelican's processes have no use for the port, and may outlive us for a moment.
            os.register_at_fork(after_in_child=self._server.socket.close)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{_HERE}:{self._server.server_port}"

    def run(self, stop: threading.Event) -> None:
        """Serve the page until ``stop``; show what is drawn; have it drawn again after changes."""
        serving = threading.Thread(target=self._server.serve_forever, args=(_SECONDS,), daemon=True)
        serving.start()
        try:
            seen = None
            while True:
                if (now := stamp(self._manifest)) != seen:
                    seen = now
                    self._show()
                if stop.wait(_SECONDS):
                    return
                if self._watch.must_build(time.monotonic()):
                    click.echo(
                        "\nWhat cards look like has changed: building again, as if by your settings."
                    )
                    self._watch.build_again()
        finally:
            self._shown.end()
            self._server.shutdown()
            self._server.server_close()

    def _show(self) -> None:
        # Of a site that is being built, or whose cache was emptied, the cards stay as they were.
        with suppress(OSError):
            self._shown.show(self._manifest.read_bytes())


def cards_page_for(file: Path, port: int) -> CardsPage | None:
    """Return the page of cards to have beside a preview of the site with the settings ``file``.

    Returns None for a site without cards; raises PreviewError where there can be none: the
    extra ``cards`` is missing, or its port is taken.
    """
    site = read_site(file)
    if site is None or not site.settings.cards:
        return None
    if not all(map(find_spec, ("pytakumi", "budoux"))):
        raise PreviewError("python -m pip install 'pelican-smo[cards]' brings what draws them")
    with held(_HERE, port, "--cards-port"):
        pass
    return CardsPage(file, site, port)
