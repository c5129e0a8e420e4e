"""A real WordPress on this machine, with SQLite, that reaches nothing but loopback addresses."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients.machines import free_port, running

HERE = Path(__file__).parent
MODULES = ("curl", "mbstring", "pdo_sqlite", "xml")


@dataclass(frozen=True)
class WordPress:
    """An installed WordPress: its folder and its address."""

    root: Path
    url: str

    def post(self, title: str, content: str, to_ping: str = "") -> str:
        """Publish a post; returns its permalink. ``to_ping`` is a TrackBack URL of another site."""
        fields = {"post_title": title, "post_content": content, "to_ping": to_ping}
        return self._run("post", json.dumps(fields))

    def ping(self) -> None:
        """Send what new posts have to send; core does so in a job of its own, minutes later."""
        self._run("ping")

    def install(self) -> None:
        """Make tables, settings and one author."""
        self._run("install")

    def _run(self, command: str, text: str = "") -> str:
        done = subprocess.run(
            ["php", str(self.root / "command.php"), command],
            env={**os.environ, "WORDPRESS_URL": self.url},
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def missing(tools: Path) -> str:
    """Return what this machine lacks for a WordPress from the folder ``tools``; "" if nothing."""
    if not shutil.which("php"):
        return "no PHP on this machine"
    listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout
    lacking = sorted(set(MODULES) - set(listed.lower().split()))
    if lacking:
        return f"PHP without {', '.join(lacking)}"
    if not all((tools / name).is_file() for name in ("wordpress.zip", "sqlite.zip")):
        return f"no wordpress.zip and sqlite.zip in {tools}; .ci/run puts them there"
    return ""


def unpack(tools: Path, root: Path) -> None:
    """Put WordPress, its SQLite driver and our three files below ``root``."""
    plugins = root / "wp-content" / "mu-plugins"
    plugins.mkdir(parents=True)
    with zipfile.ZipFile(tools / "wordpress.zip") as archive:
        archive.extractall(root)
    with zipfile.ZipFile(tools / "sqlite.zip") as archive:
        archive.extractall(plugins)
    # The build comes with a site of somebody else's in it.
    (root / "wp-content" / "database" / ".ht.sqlite").unlink(missing_ok=True)
    driver = next(plugins.glob("*/db.copy"))
    drop_in = driver.read_text().replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(driver.parent))
    (root / "wp-content" / "db.php").write_text(drop_in)
    shutil.copy(HERE / "wp-config.php", root)
    shutil.copy(HERE / "command.php", root)
    shutil.copy(HERE / "loopback.php", plugins)


@contextmanager
def serving(tools: Path, root: Path) -> Iterator[WordPress]:
    """Install a WordPress below ``root`` and serve it while the block lasts."""
    unpack(tools, root)
    port = free_port()
    blog = WordPress(root, f"http://127.0.0.1:{port}")
    blog.install()
    # One worker would wait for itself where a page asks its own site.
    environment = {"WORDPRESS_URL": blog.url, "PHP_CLI_SERVER_WORKERS": "4"}
    command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(root)]
    with running(command, blog.url, root / "server.log", environment):
        yield blog
