"""The home of what a page offers for sharing: its widgets, the files they need, its oEmbed."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError

from pelican_smo.assets import Asset
from pelican_smo.collect import switch, written
from pelican_smo.page import Page
from pelican_smo.report import Report
from pelican_smo.settings import Settings
from pelican_smo.share.assets import script, stylesheet
from pelican_smo.share.choice import Choice, named
from pelican_smo.share.icons import own_drawing
from pelican_smo.share.oembed import oembed, oembed_file
from pelican_smo.share.widgets import Look, ShareWidget
from pelican_smo.tags import Tag, link, script_file

__all__ = ["Sharing"]

_WIDGET = '<aside class="smo-share"'
_BY_SCRIPT = ' data-smo="'
_FILLED = ' smo-filled"'
_LOOKS = tuple(row.name for row in fields(Look))
_ORDERED = "article.smo.share_as"


class Sharing:
    """Makes the widgets of one run; ``files`` are what they need, by path in the output."""

    def __init__(self, settings: Settings, pelican: Mapping[str, Any], report: Report) -> None:
        self.files: dict[str, str] = {}
        self._settings, self._report = settings, report
        self._networks = settings.networks()
        self._choice = Choice(settings, pelican, self._networks, report)
        self._folder = Path(pelican.get("PATH") or ".")
        self._look = Look(
            style=settings.share_style,
            max_visible=settings.share_max_visible,
            level=settings.share_heading,
            position="before" if settings.share_position == "before" else "after",
            colors=settings.share_colors,
        )
        # Of two widgets on a page the first has no name of its own.
        self._first_look = replace(self._look, position="before", named=False)
        if settings.share_position == "rail":
            self._first_look = replace(self._first_look, position="rail", style="icons")
        self._widgets: dict[int, ShareWidget] = {}
        self._stylesheet = stylesheet()
        self._colored_stylesheet = stylesheet(self._networks.values())
        self._script = script()

    def widget(self, page: Page, content: Any, env: Environment, *, first: bool = False) -> str:
        """Return the share widget of ``page``, empty where there is none to show.

        ``first`` asks for the one before the text where another one stands behind it.
        """
        if page.status != "published" or page.kind not in self._settings.share_kinds:
            return ""
        if switch(content) in ("off", "tags"):
            return ""
        own = written(content).get("share", "")
        chosen = self._choice.of(page, own, f"{content.relative_source_path}: Smo_share")
        return self._html(page, chosen, env, self._first_look if first else self._look)

    def ordered(
        self, page: Page, env: Environment, networks: Sequence[str] | str, looks: Mapping[str, Any]
    ) -> str:
        """Return a share widget of ``page`` as a theme orders it, also where it has none itself.

        ``networks`` are ids, those of the page's own widget if there are none; ``looks`` are
        the fields of Look that differ from the site's.
        """
        wanted = named(networks) if isinstance(networks, str) else tuple(networks)
        chosen = self._choice.of(page, ", ".join(wanted), _ORDERED)
        for name in looks:
            if name not in _LOOKS:
                near = difflib.get_close_matches(name, _LOOKS, n=1)
                self._report.add(
                    "error",
                    _ORDERED,
                    f"takes no {name!r}",
                    f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(_LOOKS)}",
                )
        known = {name: value for name, value in looks.items() if name in _LOOKS}
        return self._html(page, chosen, env, replace(self._look, **known))

    def _html(self, page: Page, chosen: tuple[str, ...], env: Environment, look: Look) -> str:
        if not chosen or not page.canonical:
            return ""
        try:
            return self._widget(env).html(page, chosen, look)
        except TemplateError as error:
            self._report.add_template(error, "smo/share.html", "without the share widget")
            return ""

    def _widget(self, env: Environment) -> ShareWidget:
        if id(env) not in self._widgets:
            icons = {
                network.id: own_drawing(network.icon, self._folder)
                for network in self._networks.values()
                if network.icon
            }
            self._widgets[id(env)] = ShareWidget(
                env,
                self._networks,
                prompt=self._settings.share_prompt,
                campaign=self._settings.share_utm,
                icons=icons,
            )
        return self._widgets[id(env)]

    def asset_tags(self, html: str, widgets: Sequence[str], base: str) -> list[Tag]:
        """Return the tags of the files that a page needs for its ``widgets``.

        ``html`` is the page without them, where a theme may have placed one itself; ``base``
        is the site's address as the page's other links have it.
        """
        texts = [*widgets, html] if _WIDGET in html else widgets
        if not texts:
            return []
        colored = any(_FILLED in text for text in texts)
        sheet = self._address(self._colored_stylesheet if colored else self._stylesheet, base)
        tags = [link("stylesheet", "stylesheet", sheet)]
        if any(_BY_SCRIPT in text for text in texts):
            tags.append(script_file(self._address(self._script, base)))
        return tags

    def _address(self, asset: Asset, base: str) -> str:
        self.files[f"smo/{asset.name}"] = asset.text
        return f"{base}/smo/{asset.name}"

    def oembed_tags(self, page: Page, identifier: str, env: Environment) -> list[Tag]:
        """Return the tag that offers the article ``page`` as oEmbed, and note its file."""
        if page.status != "published" or not page.canonical:
            return []
        path = oembed_file(identifier)
        self.files[path] = oembed(env, page)
        href = f"{page.site.url}/{path}"
        return [link("oembed", "alternate", href, type="application/json+oembed", title=page.title)]
