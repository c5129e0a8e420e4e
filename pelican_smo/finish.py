"""The home of one page's way from the theme's HTML to the finished one, and of a run's state."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from pelican_smo.collect import Collector, article_id, closed, switch, written
from pelican_smo.errors import FindingsError
from pelican_smo.inject import Place, block, find_text, place, splice
from pelican_smo.manifest import (
    source_row,
    target_row,
    write_atomically,
    write_links,
    write_targets,
)
from pelican_smo.merge import merge
from pelican_smo.page import Page
from pelican_smo.report import Report
from pelican_smo.scan import Head, is_document, scan
from pelican_smo.settings import Settings, cache_folder
from pelican_smo.share.assets import Asset, script, stylesheet
from pelican_smo.share.choice import Choice, named
from pelican_smo.share.icons import own_drawing
from pelican_smo.share.oembed import oembed, oembed_file
from pelican_smo.share.widgets import Look, ShareWidget
from pelican_smo.tags import Tag, link, script_file
from pelican_smo.urls import absolute
from pelican_smo.vocabularies import head as head_tags

__all__ = ["ContentSmo", "Run"]

log = logging.getLogger(__name__)

_HTML_FILES = (".html", ".htm")
_RIVALS = {
    "seo": "set SEO_ENHANCER = False or take it out of PLUGINS",
    "open_graph": "take it out of PLUGINS",
    "share_post": "take it out of PLUGINS, and its links out of the theme",
    "linkbacks": "take it out of PLUGINS",
    "social_cards": "take it out of PLUGINS",
}
_SHARE_CODE = re.compile(
    r"(?:twitter\.com/(?:share|intent)|facebook\.com/(?:sharer|share\.php)|addthis\.com"
    r"|linkedin\.com/shareArticle|sharethis\.com|addtoany\.com)"
)


_WIDGET = '<aside class="smo-share"'
_WOKEN = ' data-smo="'
_FILLED = ' smo-filled"'
# The first of two widgets on one page.
_FIRST: Mapping[str, Any] = {"position": "before", "named": False}


def _look(settings: Settings) -> Look:
    return Look(
        style=settings.share_style,
        max_visible=settings.share_max_visible,
        level=settings.share_heading,
        colors=settings.share_colors,
        position=settings.share_position.replace("both", "after"),
    )


class Run:
    """One run of one site: its settings, what was collected, what there is to tell.

    It is reachable from Pelican's settings, which the generator cache pickles: a pickled run
    comes back as None, the next build begins its own.
    """

    def __init__(self, pelican: Mapping[str, Any]) -> None:
        self.pelican = pelican
        self.settings = Settings.from_pelican(pelican)
        self.report = Report()
        self.networks = self.settings.networks()
        self.env = Environment(autoescape=True)  # of the generator equipped last
        self.rendered: set[str] = set()
        self.targets: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self._collector: Collector | None = None
        self._choice = Choice(self.settings, pelican, self.networks, self.report)
        self._look = _look(self.settings)
        self._share: dict[int, ShareWidget] = {}
        self._stylesheet = stylesheet()
        self._colored_stylesheet = stylesheet(self.networks.values())
        self._script = script()
        self._files: dict[str, str] = {}
        self._theme_checked: set[str] = set()
        self._note_rivals()

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        """Pickle as nothing."""
        return type(None), ()

    def collector(self, context: Mapping[str, Any]) -> Collector:
        """Return the collector of this run; the first page brings the site's files along."""
        if self._collector is None:
            self._collector = Collector(
                self.settings, self.pelican, context.get("static_content", {}), self.report
            )
        return self._collector

    # One page

    def finish(self, html: str, context: Mapping[str, Any], env: Environment) -> str:
        """Return the page ``html``, rendered with ``context``, with tags and widget.

        What is no HTML document, and what its author switched off, comes back as it was; so
        does a page that a mistake of ours would have kept from being written.
        """
        output_file = str(context["output_file"])
        self.rendered.add(output_file)
        try:
            return self._finished(html, output_file, context, env)
        except Exception as error:
            log.debug("pelican_smo: %s", output_file, exc_info=True)
            self.report.add(
                "error",
                output_file,
                f"left as the theme made it, for a mistake in pelican_smo: {error!r}",
                "please report it with what `pelican --debug` prints",
            )
            return html

    def _finished(
        self, html: str, output_file: str, context: Mapping[str, Any], env: Environment
    ) -> str:
        content = context.get("article") or context.get("page")
        wanted = switch(content) if hasattr(content, "metadata") else ""
        if not output_file.lower().endswith(_HTML_FILES) or wanted == "off":
            return html
        if not is_document(html):
            return html
        head = scan(html)
        page = self.collector(context).page(context, head.title)
        self.report.pages += 1
        edits: list[tuple[int, int, str]] = []
        if content is not None and wanted != "tags" and page.kind in ("article", "page"):
            edits += self._widget_edits(html, head, page, content, env)
        tags = [] if wanted == "widgets" else self._settled_tags(head, page, output_file, edits)
        tags += self._asset_tags(html, edits, context)
        tags += self._oembed_tags(page, content, env, context)
        if page.kind == "article" and page.status == "published" and page.canonical:
            self._record(page, content)
        if not tags and not edits:
            return html
        return splice(html, head, block(tag.html for tag in tags), edits)

    def _settled_tags(
        self, head: Head, page: Page, output_file: str, edits: list[tuple[int, int, str]]
    ) -> list[Tag]:
        merged = merge(head, head_tags(page), self.settings.theme_tags)
        edits += merged.edits
        if merged.changes:
            self.report.note(output_file, merged.changes)
        for problem in merged.problems:
            self.report.add("warning", "theme", problem, f"see {output_file}")
        return merged.tags

    def _asset_tags(
        self, html: str, edits: Sequence[tuple[int, int, str]], context: Mapping[str, Any]
    ) -> list[Tag]:
        """Return the tags of the files that the page's widget needs, if it has one."""
        # A theme may have placed the widget itself.
        parts = [text for _, _, text in edits] if edits else []
        places = [html] if _WIDGET in html else [text for text in parts if _WIDGET in text]
        if not places:
            return []
        colored = any(_FILLED in place for place in (*places, *parts))
        sheet = self._colored_stylesheet if colored else self._stylesheet
        tags = [link("stylesheet", "stylesheet", self._file(sheet, context))]
        if any(_WOKEN in place for place in (*places, *parts)):
            tags.append(script_file(self._file(self._script, context)))
        return tags

    def _file(self, asset: Asset, context: Mapping[str, Any]) -> str:
        """Return the address of ``asset``, as the page's other links are written."""
        self._files[f"smo/{asset.name}"] = asset.text
        return f"{context.get('SITEURL') or ''}/smo/{asset.name}"

    def _oembed_tags(
        self, page: Page, content: Any, env: Environment, context: Mapping[str, Any]
    ) -> list[Tag]:
        if not (self.settings.oembed and page.kind == "article" and page.canonical):
            return []
        if page.status != "published":
            return []
        path = oembed_file(article_id(content))
        self._files[path] = oembed(env, page)
        href = f"{page.site.url}/{path}"
        return [link("oembed", "alternate", href, type="application/json+oembed", title=page.title)]

    # The widget

    def _widget_edits(
        self, html: str, head: Head, page: Page, content: Any, env: Environment
    ) -> list[tuple[int, int, str]]:
        if self.settings.share_position == "manual":
            return []
        widget = self.share(page, content, env)
        if not widget or find_text(html, widget) >= 0:
            return []
        where = place(html, content.content, head.end)
        if where is None or not where.exact:
            self._note_placement(where, content)
        self._note_share_code(html, content)
        if where is None:
            return []
        position = self.settings.share_position
        if position == "both":
            first = self.share(page, content, env, replace(self._look, **_FIRST))
            return [
                (where.before, where.before, f"\n{first}\n"),
                (where.after, where.after, f"\n{widget}\n"),
            ]
        at = where.after if position == "after" else where.before
        return [(at, at, f"\n{widget}\n")]

    def share(self, page: Page, content: Any, env: Environment, look: Look | None = None) -> str:
        """Return the share widget of ``page``, empty where there is none to show."""
        if page.status != "published" or page.kind not in self.settings.share_kinds:
            return ""
        if switch(content) in ("off", "tags"):
            return ""
        own, where = written(content).get("share", ""), str(content.relative_source_path)
        return self._rendered(page, self._choice.of(page, own, where), env, look or self._look)

    def share_as(
        self, page: Page, env: Environment, networks: Sequence[str] | str, **looks: Any
    ) -> str:
        """Return a share widget of ``page`` as a theme orders it.

        ``networks`` are ids, those of the page's own widget if there are none. Raises
        TypeError for a look that there is not.
        """
        wanted = named(networks) if isinstance(networks, str) else tuple(networks)
        where = "article.smo.share_as"
        chosen = self._choice.of(page, ", ".join(wanted), where)
        return self._rendered(page, chosen, env, replace(self._look, **looks))

    def _rendered(self, page: Page, names: tuple[str, ...], env: Environment, look: Look) -> str:
        if not names or not page.canonical:
            return ""
        try:
            return self._widget(env).html(page, names, look)
        except TemplateError as error:
            template = getattr(error, "name", None) or "smo/share.html"
            line = getattr(error, "lineno", None)
            self.report.add(
                "error",
                f"template {template}" + (f", line {line}" if line else ""),
                str(error),
                "pages are written without the share widget",
            )
            return ""

    def _widget(self, env: Environment) -> ShareWidget:
        if id(env) not in self._share:
            folder = Path(self.pelican.get("PATH") or ".")
            self._share[id(env)] = ShareWidget(
                env,
                self.networks,
                prompt=self.settings.share_prompt,
                icons={
                    network.id: own_drawing(network.icon, folder)
                    for network in self.networks.values()
                    if network.icon
                },
            )
        return self._share[id(env)]

    def _note_placement(self, where: Place | None, content: Any) -> None:
        if where is None:
            self.report.add(
                "warning",
                str(content.relative_source_path),
                "the theme shows no place for the share links",
                "put {{ article.smo.share }} into its template",
            )
        else:
            self.report.add(
                "info",
                "theme",
                "it changes the article's text, so the share links are placed by its markup",
                "{{ article.smo.share }} in its template says where they go",
            )

    def _note_share_code(self, html: str, content: Any) -> None:
        if content.template in self._theme_checked:
            return
        self._theme_checked.add(content.template)
        own = html.replace(content.content, "")
        if (found := _SHARE_CODE.search(own)) is not None:
            self.report.add(
                "warning",
                "theme",
                f"it prints share links of its own ({found[0]})",
                'switch them off in the theme, or set SMO_SHARE_POSITION = "manual"',
            )

    # The whole run

    def _note_rivals(self) -> None:
        loaded = {str(name).rpartition(".")[2] for name in self.pelican.get("PLUGINS") or ()}
        for rival, remedy in _RIVALS.items():
            if rival in loaded:
                self.report.add(
                    "warning",
                    "PLUGINS",
                    f"{rival} does what pelican_smo does, and both would write it",
                    remedy,
                )

    def _record(self, page: Page, content: Any) -> None:
        identifier = article_id(content)
        aliases = [page.url]
        if page.url.endswith("/"):
            aliases.append(f"{page.url}index.html")
        aliases += [
            absolute(page.site.url, alias.strip())
            for alias in written(content).get("aliases", "").split(",")
            if alias.strip()
        ]
        self.sources[page.url] = source_row(
            page.site.url, identifier, page.canonical, content.content, page.url
        )
        self.targets[page.url] = target_row(
            identifier, page.canonical, page.headline, aliases, closed=closed(content)
        )

    def close(self, output: Path) -> None:
        """Write the files that belong to the whole run; a full disk is reported, no more."""
        cache = cache_folder(self.settings, self.pelican)
        site = str(self.pelican.get("SITEURL") or "").rstrip("/")
        try:
            for path, text in self._files.items():
                write_atomically(output / path, text.encode())
            if site:
                write_links(cache, site, self.sources.values())
                write_atomically(cache / "report.json", self._report_text().encode())
            if site and self.settings.linkback_endpoint:
                write_targets(output, site, self.targets.values())
        except OSError as error:
            self.report.add(
                "error",
                str(error.filename or output),
                f"cannot be written: {error.strerror or error}",
                "make room or correct its permissions",
            )

    def _report_text(self) -> str:
        rows = [
            {
                "key": change.key,
                "action": change.action,
                "pages": count,
                "first": first,
                "theirs": change.theirs,
                "ours": change.ours,
            }
            for count, first, change in self.report.changes.values()
        ]
        findings = [
            {"level": finding.level, "text": str(finding)} for finding in self.report.findings
        ]
        return json.dumps({"tags": rows, "findings": findings}, ensure_ascii=False, indent=1) + "\n"

    def check_strict(self) -> None:
        """Raise FindingsError with every warning and error if ``SMO_STRICT`` is on."""
        findings = [str(finding) for finding in self.report.of("warning", "error")]
        if self.settings.strict and findings:
            raise FindingsError(findings)


class ContentSmo:
    """What a theme reaches as ``article.smo``; nothing is read before a template asks."""

    __slots__ = ("_content", "_context", "_env", "_kind", "_run")

    def __init__(
        self, run: Run, content: Any, kind: Any, context: Mapping[str, Any], env: Environment
    ) -> None:
        self._run, self._content, self._kind = run, content, kind
        self._context, self._env = context, env

    @property
    def page(self) -> Page:
        """Return the values."""
        return self._run.collector(self._context).content_page(self._content, self._kind)

    @property
    def head(self) -> Markup:
        """Return the block for the head."""
        return Markup(block(tag.html for tag in head_tags(self.page)))  # noqa: S704  tags escape

    @property
    def share(self) -> Markup:
        """Return the share widget."""
        return Markup(self._run.share(self.page, self._content, self._env))  # noqa: S704  a template made it

    def share_as(self, networks: Sequence[str] | str = (), **looks: Any) -> Markup:
        """Return a share widget of the theme's own choice, wherever it may stand.

        ``networks`` are ids, as a list or as "mastodon, email"; ``looks`` are style,
        max_visible, level, position, heading, colors and named, each as the settings have it if left
        out.
        """
        return Markup(self._run.share_as(self.page, self._env, networks, **looks))  # noqa: S704  a template made it

    @property
    def mentions(self) -> Markup:
        """Return the mentions, of which a site without a receiver has none."""
        return Markup("")
