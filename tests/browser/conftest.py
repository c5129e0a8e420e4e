"""A real Chromium that can reach nothing but this machine, and the demo site to look at in it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import need
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

Open = Callable[..., Page]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def served(demo: Path) -> Iterator[str]:
    """Serve the demo site on this machine; returns its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(demo)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# Playwright keeps a loop running in this thread: it has to end before other folders' tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    need(chromium, "no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context_of(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(browser.new_context(**options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(context_of: Callable[..., BrowserContext], served: str) -> Iterator[Open]:
    """Open a page of the demo site; no request to another address, no error in its console."""
    wrong: list[str] = []

    def request(url: str) -> None:
        if not url.startswith((served, "data:", "about:")):
            wrong.append(f"request to {url}")

    def opened(path: str, *, script: str = "", **options: Any) -> Page:
        page = context_of(**options).new_page()
        page.on("request", lambda made: request(made.url))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(f"{served}/{path}")
        return page

    yield opened
    assert wrong == []
