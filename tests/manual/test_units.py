"""systemd understands the units of the manual."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import need

from manual import RECEIVER, UNITS

# What they are called in the text, in this order.
NAMES = ("pelican-smo.service", "harbour.path", "harbour.service")
NAMES += ("pelican-smo-backup.service", "pelican-smo-backup.timer")


def test_systemd_has_nothing_to_say_against_them(tmp_path: Path) -> None:
    need(shutil.which("systemd-analyze"), "no systemd-analyze on this machine")
    for name, unit in zip(NAMES, UNITS, strict=True):
        # A program that is on this machine, in place of one that is on a server.
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", unit, flags=re.MULTILINE)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", *(f"./{name}" for name in NAMES)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_names_every_unit() -> None:
    for name in NAMES:
        assert f"{name}`" in RECEIVER
