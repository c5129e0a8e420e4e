"""The home of which networks a page shows: by article, category, language, and what is shut."""

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pelican_smo.page import Page
from pelican_smo.report import Report
from pelican_smo.settings import Settings, unmet
from pelican_smo.share.networks import Network

__all__ = ["Choice", "named"]

_NONE = ("none", "off", "no", "false")


@lru_cache(maxsize=256)
def named(text: str) -> tuple[str, ...]:
    """Return the network ids that an author wrote as "mastodon, hackernews"."""
    return tuple(dict.fromkeys(name.lower() for name in re.split(r"[,;\s]+", text) if name))


class Choice:
    """Chooses the networks of each page of one run, and notes once what it leaves out."""

    def __init__(
        self,
        settings: Settings,
        pelican: Mapping[str, Any],
        networks: Mapping[str, Network],
        report: Report,
    ) -> None:
        self._settings, self._pelican = settings, pelican
        self._networks, self._report = networks, report
        self._open: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._usual: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, page: Page, own: str, where: str) -> tuple[str, ...]:
        """Return the ids of the networks of ``page``.

        ``own`` is what its author wrote in ``Smo_share``, which wins over the category's
        networks, those over the language's, those over the site's; ``where`` is his file and
        the place in it.
        """
        if own:
            return self.left(self._known(named(own), where), where)
        key = (page.section, page.language)
        if key not in self._usual:
            usual = self._settings.networks_of(*key)
            self._usual[key] = self.left(usual, "SMO_SHARE_NETWORKS")
        return self._usual[key]

    def _known(self, names: tuple[str, ...], where: str) -> tuple[str, ...]:
        if names[:1] and names[0] in _NONE:
            return ()
        for name in names:
            if name not in self._networks:
                near = difflib.get_close_matches(name, self._networks, n=1)
                self._report.add(
                    "warning",
                    where,
                    f"{name!r} is no share network",
                    f"did you mean {near[0]!r}?" if near else "see `pelican-smo networks`",
                )
        return tuple(name for name in names if name in self._networks)

    def left(self, names: tuple[str, ...], where: str) -> tuple[str, ...]:
        """Return the networks of ``names`` that have something to offer a reader."""
        if names not in self._open:
            self._open[names] = tuple(name for name in names if self._is_open(name, where))
        return self._open[names]

    def _is_open(self, name: str, where: str) -> bool:
        network = self._networks[name]
        if network.status == "retired":
            if self._settings.share_retired == "show" and network.parts:
                return True
            problem = f"{network.name} has shut down and is left out ({network.note})"
        elif network.status == "none":
            problem = f"{network.name} {network.note} and is left out"
        elif missing := unmet(network, self._pelican):
            problem = f"{name!r} is left out, it {missing}"
        else:
            return True
        heirs = [self._networks[heir] for heir in network.successors if heir in self._networks]
        listed = ", ".join(
            f"{heir.name} ({heir.id!r})" if heir.name else repr(heir.id) for heir in heirs
        )
        remedy = f"instead there are {listed}" if listed else f"take {name!r} out"
        self._report.add("warning", where, problem, remedy)
        return False
