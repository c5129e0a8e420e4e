"""The home of where fonts are on this machine: font packages of Python, folders of the system."""

import os
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from pelican_smo.cards.fonts import SUFFIXES

__all__ = ["font_files", "package_folders", "system_folders"]

# Found by name, for they announce themselves in no other way.
_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_ENTRY_POINTS = "fontpkg.family"


def package_folders() -> tuple[Path, ...]:
    """Return the folders of the font packages that are installed; none of them is imported."""
    announced = {
        point.module.partition(".")[0] for point in metadata.entry_points(group=_ENTRY_POINTS)
    }
    return tuple(folder for name in (*sorted(announced), *_PACKAGES) for folder in _folders(name))


def _folders(package: str) -> Iterator[Path]:
    try:
        found = find_spec(package)
    except (ImportError, ValueError):  # one that is half installed
        return
    for folder in (found and found.submodule_search_locations) or ():
        yield Path(folder)


def system_folders() -> tuple[Path, ...]:
    """Return the folders that the system keeps fonts in, the user's own before all others'."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path.home raises where there is none
    if sys.platform == "darwin":
        folders = [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    elif sys.platform == "win32":
        local, windows = os.environ.get("LOCALAPPDATA"), os.environ.get("WINDIR", r"C:\Windows")
        folders = [Path(local, "Microsoft/Windows/Fonts")] if local else []
        folders.append(Path(windows, "Fonts"))
    else:
        # XDG Base Directory Specification 0.8, as fontconfig uses it.
        data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
        shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        folders = [Path(data, "fonts"), home / ".fonts"]
        folders += [Path(folder, "fonts") for folder in shared.split(":") if folder]
        folders += [Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]
    return tuple(dict.fromkeys(folders))


def font_files(folder: Path) -> list[Path]:
    """Return the font files in ``folder`` and below it, sorted; none where it cannot be read."""
    found = (
        os.path.join(parent, name)  # noqa: PTH118  a Path costs 10 µs, there may be thousands
        for parent, _, names in os.walk(folder)
        for name in names
        if name[-4:].lower() in SUFFIXES
    )
    return list(map(Path, sorted(found)))
