"""The home of the widget's stylesheet and script: fingerprinted files of the output."""

import hashlib
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple

from pelican_smo.share.colors import ink
from pelican_smo.share.networks import Network

__all__ = ["Asset", "script", "stylesheet"]


class Asset(NamedTuple):
    """A file under ``smo/`` of the output; its name changes with its text."""

    name: str
    text: str


def stylesheet(colored: Iterable[Network] = ()) -> Asset:
    """Return the stylesheet; links of the networks ``colored`` are filled with their colour."""
    rules = "".join(_color(network) for network in colored if network.color)
    text = _squeezed(_static("smo.css"))
    return _asset("css", text + (f"@layer smo{{{rules}{_FILLED}}}" if rules else ""))


def script() -> Asset:
    """Return the script that wakes what cannot work without one."""
    return _asset("js", _squeezed(_static("smo.js")))


# Important, for a theme's colour of links must not part the ink from its fill.
_FILLED = (
    ".smo-filled{background:var(--smo-fill)!important;color:var(--smo-fill-ink)!important;"
    "border-color:transparent!important}"
)


def _color(network: Network) -> str:
    return (
        f".smo-share-{network.id}{{--smo-fill:{network.color};--smo-fill-ink:{ink(network.color)}}}"
    )


def _static(name: str) -> str:
    return (files("pelican_smo") / "static" / name).read_text(encoding="utf-8")


def _squeezed(text: str) -> str:
    """Return our own ``text`` without its comments and indentation; each line stays a line."""
    text = re.sub(r"^\s*(?://.*|/\*.*?\*/)$\n?", "", text, flags=re.MULTILINE)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())


def _asset(kind: str, text: str) -> Asset:
    return Asset(f"smo-{hashlib.sha256(text.encode()).hexdigest()[:8]}.{kind}", text)
