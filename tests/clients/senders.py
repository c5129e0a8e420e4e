"""Clients that others wrote, each used as its manual says: source and target in, delivery out."""

import re
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Protocol
from xmlrpc.client import ServerProxy

import ronkyuu

# Discovery as the specifications give it: Pingback 1.0 §3.2, TrackBack 1.2 "Auto-Discovery".
PINGBACK_LINK = re.compile(r'<link rel="pingback" href="([^"]+)" ?/?>')
TRACKBACK_PING = re.compile(r'dc:identifier="([^"]+)"[^>]*?trackback:ping="([^"]+)"', re.DOTALL)
WEBMENTION_LINK = re.compile(r'<link rel="webmention" href="([^"]+)" ?/?>')


class Send(Protocol):
    """Deliver a linkback from ``source`` to ``target``; fails where the receiver refuses."""

    def __call__(self, source: str, target: str, tools: Path) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client, the protocol that it speaks, and the command without which it cannot run."""

    name: str
    protocol: str
    send: Send
    command: str = ""
    needs: str = ""  # a file in the folder of tools

    @property
    def slug(self) -> str:
        return f"{self.name}-{self.protocol}"


def ronkyuu_webmention(source: str, target: str, tools: Path) -> None:
    mentions = ronkyuu.findMentions(source, targetURL=target)
    assert mentions["refs"] == {target}
    answer = ronkyuu.sendWebmention(source, target)
    assert answer is not None
    assert answer.status_code in (200, 201, 202), answer.text


def remy_webmention(source: str, target: str, tools: Path) -> None:
    said = _run(["node", str(tools / REMY), source, "--send", "--debug"])
    assert f"target   = {target}" in said, said
    assert "status   = 20" in said, said


def xmlrpc_pingback(source: str, target: str, tools: Path) -> None:
    endpoint = _found(PINGBACK_LINK, target)
    assert ServerProxy(endpoint).pingback.ping(source, target)


def curl_webmention(source: str, target: str, tools: Path) -> None:
    form = _fields({"source": source, "target": target})
    _run([*CURL, *form, _found(WEBMENTION_LINK, target)])


def curl_trackback(source: str, target: str, tools: Path) -> None:
    form = {"url": source, "title": "Crème brûlée & co", "blog_name": "A & B", "excerpt": "I read"}
    said = _run([*CURL, *_fields(form), trackback_ping(target)])
    assert "<error>0</error>" in said, said


def trackback_ping(target: str) -> str:
    """Return the TrackBack URL that the page ``target`` states for itself."""
    pings = {
        unescape(about): unescape(ping) for about, ping in TRACKBACK_PING.findall(_page(target))
    }
    return pings[target]


REMY = "node_modules/@remy/webmention/bin/wm.js"
CURL = ["curl", "--fail-with-body", "--silent", "--show-error", "--max-time", "20"]

CLIENTS = (
    Client(name="ronkyuu", protocol="webmention", send=ronkyuu_webmention),
    Client(name="remy", protocol="webmention", send=remy_webmention, command="node", needs=REMY),
    Client(name="curl", protocol="webmention", send=curl_webmention, command="curl"),
    Client(name="xmlrpc", protocol="pingback", send=xmlrpc_pingback),
    Client(name="curl", protocol="trackback", send=curl_trackback, command="curl"),
)


def _fields(form: Mapping[str, str]) -> list[str]:
    return [word for item in form.items() for word in ("--data-urlencode", "=".join(item))]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def _found(pattern: re.Pattern[str], url: str) -> str:
    match = pattern.search(_page(url))
    assert match, f"{pattern.pattern} is not in {url}"
    return match[1]
