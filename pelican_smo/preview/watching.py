"""The home of what a preview watches itself: files of the cards that Pelican does not look at.

Pelican looks at the settings file, the theme and the content (4.8 to 4.12: utils.py), and at
nothing of THEME_TEMPLATES_OVERRIDES, SMO_CARD_CSS and SMO_CARD_FONTS.
"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pelican_smo.errors import SettingsError
from pelican_smo.settings import Settings, beside_settings, cache_folder

__all__ = ["Site", "Watch", "read_site", "stamp"]

# What templates are made of. Others may be written while building: a log beside them, say.
_TEMPLATES = (".html", ".css", ".svg", ".jinja", ".jinja2", ".j2")
_FONTS = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
_PASSED = ("node_modules", "__pycache__")

# While it builds, Pelican 4.12 hears of no change. A build says that it has drawn what it had, by
# the manifest; a change that none has drawn after so many seconds is told of, a few times.
_LATER = 3.0
_TIMES = 4
# A build may write the manifest twice, within less than this.
_APART = 1.0
# Pelican waits so long for further changes before it builds (watchfiles: step), in nanoseconds.
_STEP = 50_000_000

_Stamp = tuple[int, int]
_Stamps = Mapping[str, _Stamp]


class Site(NamedTuple):
    """A site's settings: ours, and all of Pelican's."""

    settings: Settings
    pelican: Mapping[str, Any]


def read_site(file: Path) -> Site | None:
    """Return the site with the settings ``file``; None where ours among them cannot be used.

    The build says why, and again after each change.
    """
    from pelican.settings import read_settings  # noqa: PLC0415  half a second

    pelican = read_settings(str(file))
    try:
        return Site(Settings.from_pelican(pelican), pelican)
    except SettingsError:
        return None


class Watch:
    """Looks for changes of what cards are drawn from, for Pelican to build the site again.

    ``manifest`` is what each build writes after drawing. Times are the seconds of one clock.
    """

    def __init__(self, file: Path, site: Site, manifest: Path) -> None:
        self._file, self._site, self._manifest = file, site, manifest
        self._settings, self._built = stamp(file), stamp(manifest)
        self._known, self._unknown = _known(site), _unknown(site)
        # Builds to wait for: one is running at first, which may have read the templates.
        self._awaited, self._times, self._due, self._built_at = 1, 0, 0.0, -_APART

    def must_build(self, now: float) -> bool:
        """Tell whether there is a change that Pelican has to be told of, perhaps once more."""
        built, awaited = self._built, self._awaited
        self._count(now)
        before = (self._settings, self._known, self._unknown)
        self._look()
        if before != (self._settings, self._known, self._unknown):
            # Of a small site Pelican may have built between two looks.
            if built != self._built and not awaited and self._has_drawn(*before):
                return False
            # A build that runs may have read the templates before.
            self._awaited = 2 if self._awaited else 1
            self._times, self._due = _TIMES, now + _LATER
            # Of other settings it knows; what they name it has as it is now.
            return before[0] == self._settings and before[2] != self._unknown
        if not (self._awaited and self._times and now >= self._due):
            return False
        self._times, self._due = self._times - 1, now + _LATER
        return True

    def _count(self, now: float) -> None:
        """Count the builds that are waited for."""
        built = stamp(self._manifest)
        if built != self._built and now - self._built_at >= _APART:
            self._awaited, self._built_at = max(0, self._awaited - 1), now
        self._built = built
        if not self._site.settings.cards:
            self._awaited = 0

    def _has_drawn(self, settings: _Stamp | None, known: _Stamps, unknown: _Stamps) -> bool:
        """Tell whether the last build came after what is no more as it was, and because of it."""
        if unknown != self._unknown or known.keys() - self._known.keys() or not self._built:
            return False
        changed = [found for path, found in self._known.items() if known.get(path) != found]
        if self._settings != settings:
            changed.append(self._settings or self._built)
        return self._built[0] - max(changed)[0] >= _STEP

    def _look(self) -> None:
        if (settings := stamp(self._file)) != self._settings:
            self._settings = settings
            # Half saved, it may be anything; then what was watched goes on being so.
            with suppress(Exception):
                self._site = read_site(self._file) or self._site
        self._known, self._unknown = _known(self._site), _unknown(self._site)

    def build_again(self) -> None:
        """Have Pelican build the site, as if its settings had changed."""
        with suppress(OSError):
            os.utime(self._file)
        self._settings = stamp(self._file)


def _known(site: Site) -> _Stamps:
    """Return the stamps of templates that Pelican looks at."""
    theme = site.pelican.get("THEME") or ""
    return _stamps(_files([str(Path(theme, "templates"))], _TEMPLATES, ()))


def _unknown(site: Site) -> _Stamps:
    """Return the stamps of files that Pelican does not look at."""
    settings, pelican = site
    # A site's own folder may be among them: what Pelican looks at or writes is left out.
    others = [pelican.get(name) for name in ("PATH", "OUTPUT_PATH", "THEME", "CACHE_PATH")]
    passed = {_whole(path) for path in (*others, cache_folder(settings, pelican)) if path}
    overrides = map(_whole, pelican.get("THEME_TEMPLATES_OVERRIDES") or ())
    fonts = (str(beside_settings(pelican, name)) for name in settings.card_fonts)
    css = [str(beside_settings(pelican, settings.card_css))] if settings.card_css else []
    return _stamps([*css, *_files(overrides, _TEMPLATES, passed), *_files(fonts, _FONTS, ())])


def _stamps(paths: Iterable[str]) -> _Stamps:
    return {path: found for path in paths if (found := stamp(path))}


def _files(
    places: Iterable[str], endings: tuple[str, ...], passed: Collection[str]
) -> Iterator[str]:
    """Return ``places``, and the files in those that are folders, with one of ``endings``."""
    for place in places:
        yield place
        for folder, folders, names in os.walk(place):
            folders[:] = [
                name
                for name in folders
                if not name.startswith(".")
                and name not in _PASSED
                and os.path.join(folder, name) not in passed  # noqa: PTH118  of many, quickly
            ]
            for name in names:
                if name.lower().endswith(endings) and not name.startswith("."):
                    yield os.path.join(folder, name)  # noqa: PTH118


def _whole(path: str | Path) -> str:
    return str(Path(path).resolve())


def stamp(path: str | Path) -> _Stamp | None:
    """Return what is another after a change of the file ``path``; None if it is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  of many, quickly
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None
