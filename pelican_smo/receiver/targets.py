"""The home of what may be linked to: the build's targets.json, looked up by address or id."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal_page

__all__ = ["Target", "Targets"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An article: ``url`` is canonical, ``addresses`` are all its normal forms, that one too."""

    id: str
    url: str
    title: str
    closed: bool
    addresses: frozenset[str]


class Targets:
    """Every article of a site, by id and by each of its addresses."""

    def __init__(self, site: str, targets: Mapping[str, Target]) -> None:
        self.site = site
        self.by_id = targets
        self._by_address = {
            address: target for target in targets.values() for address in target.addresses
        }

    def find(self, url: str) -> Target | None:
        """Return the article at ``url``, whose fragment does not matter."""
        return self._by_address.get(normal_page(url))

    @classmethod
    def read(cls, data: bytes, where: str = "targets.json") -> "Targets":
        """Return what a build wrote; raises ReceiverError for anything else."""
        try:
            top = json.loads(data)
            rows = [_target(row) for row in top["targets"]]
            site = str(top["site"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ReceiverError(
                f"{where} is no list of targets ({type(error).__name__}: {error}); "
                "a build with SITEURL and SMO_LINKBACK_ENDPOINT writes it as smo/targets.json"
            ) from error
        return cls(site, {row.id: row for row in rows})


def _target(row: Mapping[str, Any]) -> Target:
    url = str(row["url"])
    addresses = {normal_page(str(address)) for address in (url, *row.get("aliases", ()))}
    return Target(
        id=str(row["id"]),
        url=url,
        title=str(row.get("title", "")),
        closed=bool(row.get("closed")),
        addresses=frozenset(addresses - {""}),
    )
