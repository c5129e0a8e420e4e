"""The receiver's human pages in a real browser: readable, and all that their form needs."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect
from receiver.inbox_in_memory import CLOSED, ONE, SOURCE, TARGETS, MemoryInbox

from browser.test_pages import LOOKS
from pelican_smo.receiver.app import app
from pelican_smo.receiver.inbox import Arrival
from pelican_smo.receiver.quota import Quota


class Waiting(MemoryInbox):
    """Every mention waits for the author as soon as it is there."""

    async def accept(self, arrival: Arrival) -> str:
        token = await super().accept(arrival)
        self.states[token] = "waiting"
        return token


@pytest.fixture(scope="module")
def inbox() -> MemoryInbox:
    states = ("checking", "waiting", "published", "unverified", "declined")
    return Waiting(states={state: state for state in states})


@pytest.fixture(scope="module")
def receiver(inbox: MemoryInbox) -> Iterator[str]:
    """Serve the receiver below a path; returns its public address."""
    listener = socket.create_server(("127.0.0.1", 0))
    root = f"http://127.0.0.1:{listener.getsockname()[1]}/in"
    application = app(
        inbox,
        lambda: TARGETS,
        public_url=root,
        secret=b"s",
        quota=Quota(client_a_minute=0, host_an_hour=0),
    )
    config = uvicorn.Config(application, ws="none", lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield root
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def open_receiver(
    context_of: Callable[..., BrowserContext], receiver: str
) -> Iterator[Callable[..., Page]]:
    """Open a page of the receiver; nothing but the receiver is asked, no policy is broken."""
    wrong: list[str] = []

    def opened(path: str, **options: Any) -> Page:
        page = context_of(**options).new_page()
        page.on(
            "request",
            lambda made: made.url.startswith((receiver, "data:")) or wrong.append(made.url),
        )
        page.on("console", lambda said: "policy" in said.text.lower() and wrong.append(said.text))
        page.goto(f"{receiver}{path}")
        return page

    yield opened
    assert wrong == []


PATHS = (
    "/",
    f"/webmention?target={ONE}",
    "/pingback",
    "/trackback/one",
    "/trackback/closed",
    "/nowhere",
    *(
        f"/status/{state}"
        for state in ("checking", "waiting", "published", "unverified", "declined")
    ),
)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    open_receiver: Callable[..., Page], receiver: str, look: str
) -> None:
    axe = Axe()
    page = open_receiver("/", viewport={"width": 320, "height": 640}, **LOOKS[look])
    for path in PATHS:
        page.goto(f"{receiver}{path}")
        found = [violation["id"] for violation in axe.run(page).response["violations"]]
        assert (path, found) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_wr_5_the_form_works_without_script_and_ends_at_the_status_page(
    open_receiver: Callable[..., Page], receiver: str, inbox: MemoryInbox
) -> None:
    page = open_receiver("/webmention", java_script_enabled=False)
    page.get_by_label("Your page").fill(SOURCE)
    page.get_by_label("The page").fill(CLOSED)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("The target takes no mentions any more.")
    expect(page.get_by_label("Your page")).to_have_value(SOURCE)
    page.get_by_label("The page").fill(ONE)
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(f"{receiver}/status/token1")
    expect(page.locator(".state")).to_have_text("waiting")
    assert [(arrival.source, arrival.target) for arrival in inbox.arrivals] == [(SOURCE, ONE)]
