"""The home of the share widget's stylesheet and script."""

from collections.abc import Iterable

from pelican_smo.assets import Asset, asset, shipped
from pelican_smo.share.colors import ink
from pelican_smo.share.networks import Network

__all__ = ["script", "stylesheet"]


def stylesheet(colored: Iterable[Network] = ()) -> Asset:
    """Return the stylesheet; links of the networks ``colored`` are filled with their colour."""
    rules = "".join(_color(network) for network in colored if network.color)
    text = shipped("smo.css")
    return asset("smo", "css", text + (f"@layer smo{{{rules}{_FILLED}}}" if rules else ""))


def script() -> Asset:
    """Return the script that wakes what cannot work without one."""
    return asset("smo", "js", shipped("smo.js"))


# Important, for a theme's colour of links must not part the ink from its fill.
_FILLED = (
    ".smo-filled{background:var(--smo-fill)!important;color:var(--smo-fill-ink)!important;"
    "border-color:transparent!important}"
)


def _color(network: Network) -> str:
    return (
        f".smo-share-{network.id}{{--smo-fill:{network.color};--smo-fill-ink:{ink(network.color)}}}"
    )
