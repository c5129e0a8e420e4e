"""A blog of ours, a receiver beside it, and the sites of others that link to it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mf2py
import pytest
from conftest import make, need

from clients import wordpress as wordpresses
from clients.machines import files_served, free_port, running
from clients.senders import CLIENTS
from clients.wordpress import WordPress

# Where .ci/run puts the clients that are not from PyPI.
TOOLS = Path(os.environ.get("SMO_CLIENTS") or Path.home() / ".cache" / "pelican-smo-clients")
PELICAN_SMO = (sys.executable, "-m", "pelican_smo")


@dataclass(frozen=True)
class Blog:
    """A Pelican site with an article for each client, as it is served."""

    root: Path
    url: str
    endpoint: str

    def build(self) -> None:
        articles = {
            f"content/{slug}.md": f"Title: For {slug}\nSlug: {slug}\nDate: 2026-01-01\n\nA text."
            for slug in (*(client.slug for client in CLIENTS), "wordpress", "again")
        }
        settings = {"SITEURL": self.url, "SMO_LINKBACK_ENDPOINT": self.endpoint}
        if self.mentions.is_file():
            settings["SMO_MENTIONS"] = str(self.mentions)
        make(self.root, articles, **settings).run()

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def mentions(self) -> Path:
        return self.root / "mentions.json"

    def article(self, slug: str) -> str:
        """Return the address of an article."""
        return f"{self.url}/{slug}.html"

    def cites(self, slug: str) -> list[Mapping[str, Any]]:
        """Return what a microformats parser finds cited on the page of an article."""
        page = (self.output / f"{slug}.html").read_text(encoding="utf-8")
        return list(_of_type("h-cite", mf2py.parse(doc=page, url=self.article(slug))["items"]))


@dataclass(frozen=True)
class Receiver:
    """``pelican-smo receive`` as it runs, and the commands that moderate what it took in."""

    url: str
    database: Path

    def mentions(self, target: str) -> list[Mapping[str, Any]]:
        """Return what it holds for the article at ``target``, whatever has become of it."""
        listed = json.loads(self.command("list", "--all", "--json"))
        return [mention for mention in listed if mention["target"] == target]

    def command(self, name: str, *options: str) -> str:
        done = subprocess.run(
            [*PELICAN_SMO, "mentions", "--database", str(self.database), name, *options],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> Iterator[None]:
    """Let no client ask somebody else for what is on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        patch.setenv("NO_PROXY", "*")
        yield


@pytest.fixture(scope="session")
def receiver_url() -> str:
    """Return where the receiver will be, for the pages name it before it runs."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def blog(tmp_path_factory: pytest.TempPathFactory, receiver_url: str) -> Iterator[Blog]:
    root = tmp_path_factory.mktemp("blog")
    (root / "output").mkdir()
    with files_served(root / "output") as url:
        built = Blog(root, url, receiver_url)
        built.build()
        yield built


@pytest.fixture(scope="session")
def receiver(
    tmp_path_factory: pytest.TempPathFactory, receiver_url: str, blog: Blog
) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("receiver")
    database = folder / "mentions.db"
    port = receiver_url.rpartition(":")[2]
    options = {
        "--database": str(database),
        "--targets": str(blog.output / "smo" / "targets.json"),
        "--public-url": receiver_url,
        "--bind": "127.0.0.1",
        "--port": port,
        "--allow-network": "127.0.0.0/8",
    }
    words = [word for option in options.items() for word in option]
    command = [*PELICAN_SMO, "receive", *words, "--any-port"]
    with running(command, f"{receiver_url}/healthz", folder / "receiver.log"):
        yield Receiver(receiver_url, database)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], str]]:
    """Publish a page at a host that has only this one; returns its address.

    Each is a loopback address, for a client may pass over links to its own host.
    """
    with ExitStack() as stack:
        hosts = (f"127.0.0.{number}" for number in range(2, 255))

        def publish(name: str, html: str) -> str:
            folder = tmp_path_factory.mktemp(name)
            (folder / "post.html").write_text(html, encoding="utf-8")
            return stack.enter_context(files_served(folder, next(hosts))) + "/post.html"

        yield publish


@pytest.fixture(scope="session")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    lacking = wordpresses.missing(TOOLS)
    need(not lacking, lacking)
    with wordpresses.serving(TOOLS, tmp_path_factory.mktemp("wordpress") / "site") as served:
        yield served


def need_client(command: str, needs: str) -> None:
    """Skip the test where a client cannot run."""
    need(not command or shutil.which(command), f"no {command} on this machine")
    file = TOOLS / needs
    need(not needs or file.is_file(), f"no {file}; .ci/run puts it there")


def need_loopback() -> None:
    """Skip the test where 127.0.0.1 is the only address of this machine, as on macOS."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
    except OSError:
        need(None, "127.0.0.2 is not of this machine")


def _of_type(name: str, value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _of_type(name, item)
    elif isinstance(value, dict):
        if name in value.get("type", ()):
            yield value
        for inner in value.values():
            yield from _of_type(name, inner)
