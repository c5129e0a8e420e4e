"""The manual's pages on linkbacks say what is true: their listings are taken out and tried."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence

from demo import ROOT

ARTICLES = ROOT / "demo_site/content/articles"
RECEIVER = (ARTICLES / "receiver.md").read_text(encoding="utf-8")
LINKBACKS = (ARTICLES / "linkbacks.md").read_text(encoding="utf-8")


def listings(text: str, kind: str) -> list[str]:
    """Return the listings of ``kind`` in an article."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


ENVIRONMENT, *UNITS = listings(RECEIVER, "ini")
VARIABLES = dict(line.split("=", 1) for line in ENVIRONMENT.splitlines())


def checked(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Return what ``command`` prints; it must be content."""
    own = {**os.environ, **(environment or {})}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
