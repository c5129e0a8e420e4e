"""The manual's "Try it here", walked listing by listing, at other ports than those of the text."""

import re
import shutil
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from clients.machines import free_port, running, wait_until
from conftest import need
from demo import ROOT

from manual import LINKBACKS, checked, listings

WALK = LINKBACKS.partition("## Try it here")[2]


@dataclass(frozen=True)
class Newcomer:
    """Somebody who does what the text says, in a folder of his own."""

    folder: Path
    changes: dict[str, str]

    def here(self, text: str) -> str:
        for there, here in self.changes.items():
            text = text.replace(there, here)
        return text

    def does(self, listing: str) -> str:
        """Do what ``listing`` says; returns what the terminal shows."""
        return checked(["sh", "-ec", f"cd '{self.folder}'\n{self.here(listing)}"])

    def sees(self, path: str) -> str:
        with urllib.request.urlopen(self.here(f"http://127.0.0.1:8000/{path}"), timeout=20) as page:
            return str(page.read().decode())


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    need(shutil.which("curl"), "no curl on this machine")
    ignored = shutil.ignore_patterns("output", ".pelican-smo", "__pycache__")
    shutil.copytree(ROOT / "demo_site", tmp_path / "demo_site", ignore=ignored)
    ports = {number: str(free_port()) for number in ("8000", "8002", "8030")}
    changes = {f":{there}": f":{here}" for there, here in ports.items()}
    changes |= {"http.server 8002": f"http.server {ports['8002']}"}
    changes |= {
        "/tmp/my-site": str(tmp_path / "my-site"),
        "python3 -m http": f"{sys.executable} -m http",
    }
    changes |= {".venv/bin/pelican-smo": f"{sys.executable} -m pelican_smo"}
    changes |= {
        "preview demo_site": f"preview demo_site -p {ports['8000']} --receiver-port {ports['8030']}"
    }
    return Newcomer(tmp_path, changes)


def test_it_leads_from_two_lamps_to_a_reply_on_the_page(newcomer: Newcomer) -> None:
    install, preview, write, send, decide = listings(WALK, "sh")
    assert "pip install -e '.[linkbacks]'" in install
    *file, serve = write.strip().splitlines()
    look, approve = decide.splitlines()
    logs = newcomer.folder
    run = [f"cd '{newcomer.folder}'; exec {newcomer.here(line)}" for line in (preview, serve)]
    newcomer.does("\n".join(file))
    with (
        running(["sh", "-c", run[1]], newcomer.here("http://127.0.0.1:8002/"), logs / "site.log"),
        running(["sh", "-c", run[0]], newcomer.here("http://127.0.0.1:8030/healthz"), logs / "log"),
    ):
        assert newcomer.here("http://127.0.0.1:8030/webmention") in newcomer.sees("linkbacks.html")
        answer = newcomer.does(send)
        assert "201 Created" in answer
        assert "location: " in answer
        wait_until(lambda: "I can see you" in newcomer.does(look), lambda: newcomer.does(look))
        assert "I can see you from here.</div>" not in newcomer.sees("linkbacks.html")
        assert "Approved 1 mention." in newcomer.does(approve)
        wait_until(
            lambda: re.search(
                r"Replies.*I can see you from here\.</", newcomer.sees("linkbacks.html"), re.DOTALL
            ),
            (logs / "log").read_text,
        )
