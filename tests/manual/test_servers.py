"""The web servers of the manual, each with its listing, in front of a real receiver."""

import http.client
import os
import re
import shutil
import socket
import sqlite3
import ssl
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme
from clients.machines import free_port, running
from conftest import need

from manual import RECEIVER, VARIABLES, checked, listings
from pelican_smo.receiver.quota import client_key

HOST, SITE = "mentions.harbour.example", "https://harbour.example"
# Debian keeps servers where only root looks for programs.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
MODULES = Path("/usr/lib/apache2/modules")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class Receiver:
    port: int
    database: Path

    def network_of_last(self) -> str:
        """Return the hash of the network that the last message came from."""
        with closing(sqlite3.connect(self.database)) as db:
            return str(db.execute("SELECT client FROM inbound ORDER BY id DESC").fetchone()[0])

    def hash_of(self, address: str) -> str:
        with closing(sqlite3.connect(self.database)) as db:
            (secret,) = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        return client_key(secret)(address)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a web server finds on this machine: a folder that it can read, and its ports."""

    folder: Path
    secure: int
    plain: int
    receiver: Receiver

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def here(self, listing: str) -> str:
        """Return ``listing`` with paths and ports of this machine."""
        for there, here in (
            (r"/etc/letsencrypt/live/harbour\.example", self.folder),
            (r"/var/www/harbour\.example", self.site),
            (r"127\.0\.0\.1:8030", f"127.0.0.1:{self.receiver.port}"),
        ):
            listing = re.sub(there, str(here), listing)
        return listing


@dataclass(frozen=True, kw_only=True)
class Server:
    command: list[str]
    environment: Mapping[str, str]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Run a receiver by the manual's file of variables."""
    folder = tmp_path_factory.mktemp("receiver")
    targets = f'{{"site": "{SITE}", "targets": [{{"url": "{SITE}/a.html", "id": "a"}}]}}'
    (folder / "targets.json").write_text(targets, encoding="utf-8")
    found = Receiver(port=free_port(), database=folder / "mentions.sqlite3")
    environment = {
        **VARIABLES,
        "SMO_DATABASE": str(found.database),
        "SMO_EXPORT": str(folder / "mentions.json"),
        "SMO_TARGETS": str(folder / "targets.json"),
        "SMO_PORT": str(found.port),
    }
    command = [sys.executable, "-m", "pelican_smo", "receive"]
    with running(command, f"http://127.0.0.1:{found.port}/healthz", folder / "log", environment):
        yield found


@pytest.fixture
def place(receiver: Receiver, authority: trustme.CA) -> Iterator[Place]:
    # Servers give up root's rights, and then cannot read the folders of tests.
    with tempfile.TemporaryDirectory(prefix="smo-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        certificate = authority.issue_cert(HOST)
        certificate.private_key_pem.write_to_path(folder / "privkey.pem")
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(folder / "fullchain.pem", append=number > 0)
        found = Place(folder=folder, secure=free_port(), plain=free_port(), receiver=receiver)
        found.site.mkdir()
        for page in ("a.html", "feed.xml"):
            (found.site / page).write_text("<p>A page.", encoding="utf-8")
        yield found


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def nginx(place: Place) -> Server:
    program = shutil.which("nginx", path=PATH)
    need(program, "no nginx on this machine")
    front, site = map(place.here, listings(RECEIVER, "nginx"))
    front = front.replace("listen 443", f"listen 127.0.0.1:{place.secure}")
    front = front.replace("    listen [::]:443 ssl;\n", "")
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{name}_temp_path {place.folder}/{name};" for name in names)
    file = place.folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {place.folder}/pid; error_log stderr; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{front}\n"
        f"server {{ listen 127.0.0.1:{place.plain}; root {place.site};\n{site} }} }}\n",
        encoding="utf-8",
    )
    command = [str(program), "-e", "stderr", "-p", str(place.folder), "-c", str(file)]
    checked([*command, "-t"])
    return Server(command=command, environment={})


def apache(place: Place) -> Server:
    program = shutil.which("apache2", path=PATH)
    need(program and MODULES.is_dir(), "no apache2 on this machine")
    front, site = map(place.here, listings(RECEIVER, "apache"))
    (enabled,) = re.findall(r"`a2enmod (.*?)`", RECEIVER)
    # What Debian enables from the beginning, and with "ssl"; then what the manual asks for.
    modules = ["mpm_event", "authn_core", "authz_core", "dir", "socache_shmcb", *enabled.split()]
    rights = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    file = place.folder / "apache.conf"
    file.write_text(
        "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in modules)
        + f"ServerRoot {place.folder}\nDefaultRuntimeDir {place.folder}\nErrorLog /dev/stderr\n"
        f"PidFile {place.folder}/pid\nServerName harbour.example\n{rights}"
        f"Listen 127.0.0.1:{place.secure}\nListen 127.0.0.1:{place.plain}\n"
        f"{front.replace('*:443', f'127.0.0.1:{place.secure}')}\n"
        f"<VirtualHost 127.0.0.1:{place.plain}>\nDocumentRoot {place.site}\n{site}</VirtualHost>\n",
        encoding="utf-8",
    )
    command = [str(program), "-f", str(file)]
    checked([*command, "-t"])
    return Server(command=[*command, "-D", "FOREGROUND"], environment={})


def caddy(place: Place) -> Server:
    program = shutil.which("caddy", path=PATH)
    need(program, "no caddy on this machine")
    (listing,) = listings(RECEIVER, "caddy")
    folders = {"XDG_DATA_HOME": str(place.folder), "XDG_CONFIG_HOME": str(place.folder)}
    file = place.folder / "Caddyfile"
    file.write_text(listing, encoding="utf-8")
    assert checked([str(program), "fmt", str(file)]) == listing
    # It would fetch certificates, and be at the ports of the web.
    listing = place.here(listing).replace("{\n", "{\n\tadmin off\n\tauto_https off\n", 1)
    pems = f"{place.folder}/fullchain.pem {place.folder}/privkey.pem"
    for there, here in (
        (f"{HOST} {{\n", f"https://{HOST}:{place.secure} {{\n\tbind 127.0.0.1\n\ttls {pems}\n"),
        ("\nharbour.example {\n", f"\nhttp://127.0.0.1:{place.plain} {{\n"),
    ):
        assert there in listing
        listing = listing.replace(there, here)
    file.write_text(listing, encoding="utf-8")
    checked([str(program), "validate", "--adapter", "caddyfile", "--config", str(file)], folders)
    command = [str(program), "run", "--adapter", "caddyfile", "--config", str(file)]
    return Server(command=command, environment=folders)


class Connection(http.client.HTTPSConnection):
    """A connection to the web server from ``origin``, another address of this machine."""

    def __init__(self, place: Place, authority: trustme.CA, origin: str) -> None:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        super().__init__(HOST, place.secure, timeout=20, context=context)
        self._origin = origin

    def connect(self) -> None:
        plain = socket.create_connection(
            ("127.0.0.1", self.port), self.timeout, source_address=(self._origin, 0)
        )
        self.sock = self._context.wrap_socket(plain, server_hostname=HOST)


@pytest.fixture(params=[nginx, apache, caddy], ids=["nginx", "apache", "caddy"])
def server(request: pytest.FixtureRequest, place: Place) -> Iterator[Place]:
    """Run a web server by the manual; the site is at the plain port, the receiver behind https."""
    found = request.param(place)
    address = f"http://127.0.0.1:{place.plain}/a.html"
    with running(found.command, address, place.folder / "log", found.environment):
        yield place


def test_it_hands_on_messages_and_nothing_else_and_announces_the_receiver(
    server: Place, authority: trustme.CA
) -> None:
    def ask(
        method: str, path: str, body: str = "", origin: str = "127.0.0.1", **headers: str
    ) -> tuple[int, Mapping[str, str]]:
        with closing(Connection(server, authority, origin)) as connection:
            connection.request(method, path, body or None, {**(FORM if body else {}), **headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    # Of this machine, so that the receiver looks at nothing, and no name has to be looked up.
    fields = {"source": "http://127.0.0.1:9/page", "target": f"{SITE}/a.html"}
    status, headers = ask("POST", "/webmention", urlencode(fields))
    assert status == 201
    assert headers["location"].startswith(f"https://{HOST}/status/")
    status, _ = ask("GET", headers["location"].removeprefix(f"https://{HOST}"))
    assert status == 200

    # The sender's own network is known, whatever he says that it is.
    fields["source"] += "/2"
    forged = {"X-Forwarded-For": "203.0.113.9"}
    assert ask("POST", "/webmention", urlencode(fields), "127.0.1.1", **forged)[0] == 201
    known = server.receiver.network_of_last()
    assert known == server.receiver.hash_of("127.0.1.1")
    assert known != server.receiver.hash_of("127.0.0.1")

    assert ask("GET", "/metrics")[0] in (403, 404)
    # 502: Apache found the body too long while it handed it on.
    assert ask("POST", "/webmention", "source=" + "x" * 40_000)[0] in (413, 502)

    with closing(http.client.HTTPConnection("127.0.0.1", server.plain, timeout=20)) as site:
        site.request("GET", "/a.html")
        answer = site.getresponse()
        answer.read()
        assert answer.getheader("Link") == f'<https://{HOST}/webmention>; rel="webmention"'
        assert answer.getheader("X-Pingback") == f"https://{HOST}/pingback"
        site.request("GET", "/feed.xml")
        answer = site.getresponse()
        answer.read()
        assert (answer.getheader("Link"), answer.getheader("X-Pingback")) == (None, None)
