"""The home of what a run shows of those who linked to it: sections, counts, the files they need."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from jinja2 import Environment, TemplateError

from pelican_smo.assets import Asset, asset, shipped
from pelican_smo.mentions.avatars import Avatars
from pelican_smo.mentions.store import Mention, Mentions
from pelican_smo.mentions.widgets import MentionsWidget
from pelican_smo.page import Page
from pelican_smo.report import Report
from pelican_smo.settings import Settings, mention_files
from pelican_smo.tags import Tag, link

__all__ = ["Responses"]

_SECTION = '<section class="smo-mentions"'


class Responses:
    """Makes the mentions of one run; ``files`` are what they need, by path in the output.

    ``ids`` gives those of the site's articles; it is asked when a file of mentions is there.
    """

    def __init__(
        self,
        settings: Settings,
        pelican: Mapping[str, Any],
        report: Report,
        ids: Callable[[], Collection[str]],
    ) -> None:
        self._settings, self._pelican, self._report, self._ids = settings, pelican, report, ids
        self._avatars = Avatars()
        self._sheet: dict[str, bytes] = {}
        self._tags: dict[str, Tag] = {}
        self._widgets: dict[int, MentionsWidget] = {}

    @property
    def files(self) -> Mapping[str, bytes]:
        """Return the stylesheet and the avatars, if any page has them."""
        return {**self._sheet, **self._avatars.files}

    @cached_property
    def _mentions(self) -> Mentions:
        return Mentions(
            mention_files(self._settings, self._pelican),
            self._report,
            expected="SMO_MENTIONS" in self._pelican,
            ids=self._ids,
            now=datetime.now(UTC),
        )

    def of(
        self, identifier: Callable[[], str], addresses: Callable[[], Iterable[str]]
    ) -> Sequence[Mention]:
        """Return the mentions of an article, whose id and addresses are asked for if need be."""
        return self._mentions.of(identifier(), addresses()) if self._mentions else ()

    def section(self, page: Page, mentions: Sequence[Mention], env: Environment, base: str) -> str:
        """Return the section of ``page`` with its ``mentions``, empty where there is none to show.

        ``base`` is the site's address as the page's other links have it.
        """
        if page.status != "published":
            return ""
        backs = page.linkbacks
        endpoint = backs.webmention if backs and backs.chosen else ""
        try:
            return self._widget(env).html(
                page, mentions, endpoint, lambda mention: self._address(mention, base)
            )
        except TemplateError as error:
            self._report.add_template(error, "smo/mentions.html", "without mentions")
            return ""

    def _widget(self, env: Environment) -> MentionsWidget:
        if id(env) not in self._widgets:
            self._widgets[id(env)] = MentionsWidget(env, self._settings.share_heading)
        return self._widgets[id(env)]

    def _address(self, mention: Mention, base: str) -> str:
        path = self._avatars.path(mention.folder, mention.author.photo)
        return f"{base}/{path}" if path else ""

    def note_left(self) -> None:
        """Say how many mentions no page has shown, now that all pages are written."""
        left = self._mentions.left()
        if left and self._pelican.get("SITEURL"):
            self._report.add(
                "info",
                "SMO_MENTIONS",
                f"{left} mentions are for no page that this site shows",
                "Alias and Smo_id in an article's metadata say what it was called before",
            )

    @staticmethod
    def are_in(html: str) -> bool:
        """Tell whether the page ``html`` has a section already: its theme placed it."""
        return _SECTION in html

    def asset_tags(self, texts: Iterable[str], base: str) -> list[Tag]:
        """Return the tags of the files that a page needs whose parts are ``texts``."""
        if not any(map(self.are_in, texts)):
            return []
        if base not in self._tags:
            sheet = self._stylesheet
            self._sheet[f"smo/{sheet.name}"] = sheet.text.encode()
            self._tags[base] = link("stylesheet", "stylesheet", f"{base}/smo/{sheet.name}")
        return [self._tags[base]]

    @cached_property
    def _stylesheet(self) -> Asset:
        return asset("smo-mentions", "css", shipped("mentions.css"))
