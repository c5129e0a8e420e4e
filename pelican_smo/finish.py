"""The home of one page's way from the theme's HTML to the finished one, and of a run's state."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

from pelican_smo.collect import Collector, article_id, closed, switch, written
from pelican_smo.entry import marked
from pelican_smo.errors import FindingsError
from pelican_smo.inject import Edit, Place, block, find_text, place, splice
from pelican_smo.manifest import (
    source_row,
    target_row,
    write_atomically,
    write_links,
    write_targets,
)
from pelican_smo.mentions.responses import Responses
from pelican_smo.mentions.store import Mention
from pelican_smo.mentions.widgets import counts
from pelican_smo.merge import merge
from pelican_smo.page import Kind, Page
from pelican_smo.report import Report
from pelican_smo.scan import Head, is_document, scan
from pelican_smo.settings import Settings, cache_folder
from pelican_smo.share.sharing import Sharing
from pelican_smo.tags import Tag
from pelican_smo.urls import absolute
from pelican_smo.vocabularies import head as head_tags

if TYPE_CHECKING:
    from rich.console import Console

    from pelican_smo.cards.making import Made

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
    r"(?:(?:twitter|x)\.com/(?:share|intent)|facebook\.com/(?:sharer|share\.php)|addthis\.com"
    r"|linkedin\.com/(?:shareArticle|sharing)|sharethis\.com|addtoany\.com|reddit\.com/submit"
    r"|pinterest\.com/pin/create|share\.joinmastodon\.org|toot\.kytta\.dev|bsky\.app/intent)"
)
_OUR_WIDGET = re.compile(r'<aside class="smo-share".*?</aside>', re.DOTALL)


class Run:
    """One run of one site: its settings, what was collected, what there is to tell.

    It is reachable from Pelican's settings, which the generator cache pickles: a pickled run
    comes back as None, the next build begins its own.
    """

    def __init__(self, pelican: Mapping[str, Any]) -> None:
        self.pelican = pelican
        self.settings = Settings.from_pelican(pelican)
        self.report = Report()
        self.env = Environment(autoescape=True)  # of the generator equipped last
        self.rendered: set[str] = set()
        self.targets: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self._collector: Collector | None = None
        self.cards: Made | None = None
        self.contents: list[Any] = []  # every article and page, once all of them are read
        self.sharing = Sharing(self.settings, pelican, self.report)
        self.responses = Responses(self.settings, pelican, self.report, self._ids)
        self._theme_checked: set[str] = set()
        self._note_rivals()

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        """Pickle as nothing."""
        return type(None), ()

    def collector(self, context: Mapping[str, Any]) -> Collector:
        """Return the collector of this run; the first page brings the site's files along."""
        if self._collector is None:
            self._collector = Collector(
                self.settings,
                self.pelican,
                context.get("static_content", {}),
                self.report,
                card_of=lambda content: self.cards.images.get(id(content)) if self.cards else None,
            )
        return self._collector

    def draw_cards(
        self, context: Mapping[str, Any], env: Environment, console: "Console | None" = None
    ) -> None:
        """Have a card for each content that wants one, by the templates of ``env``.

        ``console`` shows who waits how far it is. A mistake of ours leaves the site's own picture
        where there would have been cards.
        """
        if not self.settings.cards and not (self._cache / "cards").is_dir():
            return
        from pelican_smo.cards.making import clear, make  # noqa: PLC0415  for such sites only
        from pelican_smo.cards.planning import Planner  # noqa: PLC0415

        collector = self.collector(context)
        try:
            if not self.settings.cards:
                clear(self._cache, Path(self.pelican["OUTPUT_PATH"]))
                return
            wanted = [one for one in self.contents if collector.wants_card(one, one.smo.kind)]
            planner = Planner(self.settings, self.pelican, collector, env)
            planner.check_categories(
                {str(one.category) for one in self.contents if hasattr(one, "category")}
            )
            self.cards = make(wanted, planner, self.report, console)
        except Exception as error:
            log.debug("pelican_smo: cards", exc_info=True)
            self.report.add(
                "error",
                "cards",
                f"left out, for a mistake in pelican_smo: {error!r}",
                "please report it with what `pelican --debug` prints",
            )

    @property
    def _cache(self) -> Path:
        return cache_folder(self.settings, self.pelican)

    def _ids(self) -> set[str]:
        return {article_id(content) for content in self.contents}

    def mentions(self, page: Page, content: Any) -> Sequence[Mention]:
        """Return what others wrote about ``content``, whose values ``page`` has."""
        return self.responses.of(lambda: article_id(content), lambda: _addresses(page, content))

    def section(self, page: Page, content: Any, env: Environment) -> str:
        """Return the section of mentions of ``page``, empty where there is none to show."""
        if switch(content) in ("off", "tags"):
            return ""
        base = _base(self.pelican, content)
        return self.responses.section(page, self.mentions(page, content), env, base)

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
        edits: list[Edit] = []
        if content is not None and page.kind in ("article", "page"):
            edits = self._body_edits(html, head, page, content, env)
        texts = [text for _, _, text in edits]
        tags = [] if wanted == "widgets" else self._settled_tags(head, page, output_file, edits)
        base = str(context.get("SITEURL") or "")
        tags += self.sharing.asset_tags(html, texts, base)
        tags += self.responses.asset_tags((*texts, html), base)
        if self.settings.oembed and wanted != "widgets" and page.kind == "article":
            tags += self.sharing.oembed_tags(page, article_id(content), env)
        if page.kind == "article" and page.status == "published" and page.canonical:
            self._record(page, content)
        if not tags and not edits:
            return html
        return splice(html, head, block(tag.html for tag in tags), edits)

    def _settled_tags(
        self, head: Head, page: Page, output_file: str, edits: list[Edit]
    ) -> list[Tag]:
        merged = merge(head, head_tags(page), self.settings.theme_tags)
        edits += merged.edits
        if merged.changes:
            self.report.note(output_file, merged.changes)
        for problem in merged.problems:
            self.report.add("warning", "theme", problem, f"see {output_file}")
        return merged.tags

    # What comes to the article's text: the widget, the mentions, the microformats

    def _body_edits(
        self, html: str, head: Head, page: Page, content: Any, env: Environment
    ) -> list[Edit]:
        manual = self.settings.share_position == "manual"
        widget = "" if manual else self.sharing.widget(page, content, env)
        if widget and find_text(html, widget) >= 0:
            widget = ""
        section = "" if self.responses.are_in(html) else self.section(page, content, env)
        is_entry = self._is_entry(page, content)
        if not (widget or section or is_entry):
            return []
        where = place(html, content.content, head.end)
        if (widget or section) and (where is None or not where.exact):
            self._note_placement(where, content, "share" if widget else "mentions")
        if widget:
            self._note_share_code(html, content)
        if where is None:
            return []
        edits: list[Edit] = []
        if is_entry:
            edits, changes = marked(html, head.end, where, page)
            self.report.note(content.save_as, changes)
        if widget:
            edits += self._share_edits(where, page, content, env, widget)
        return [*edits, _insertion(where.after, section)] if section else edits

    def _is_entry(self, page: Page, content: Any) -> bool:
        """Tell whether ``page`` is an article that others can find and may learn of."""
        is_public = page.kind == "article" and page.status == "published" and page.canonical
        return bool(is_public) and self.settings.microformats and switch(content) != "widgets"

    def _share_edits(
        self, where: Place, page: Page, content: Any, env: Environment, widget: str
    ) -> list[Edit]:
        position = self.settings.share_position
        if position in ("both", "rail"):
            first = self.sharing.widget(page, content, env, first=True)
            return [_insertion(where.before, first), _insertion(where.after, widget)]
        return [_insertion(where.after if position == "after" else where.before, widget)]

    def _note_placement(self, where: Place | None, content: Any, part: str) -> None:
        what = {"share": "the share links", "mentions": "the mentions"}[part]
        if where is None:
            self.report.add(
                "warning",
                str(content.relative_source_path),
                f"the theme shows no place for {what}",
                f"put {{{{ article.smo.{part} }}}} into its template",
            )
        else:
            self.report.add(
                "info",
                "theme",
                f"it changes the article's text, so {what} are placed by its markup",
                f"{{{{ article.smo.{part} }}}} in its template says where they go",
            )

    def _note_share_code(self, html: str, content: Any) -> None:
        if content.template in self._theme_checked:
            return
        self._theme_checked.add(content.template)
        own = _OUR_WIDGET.sub("", html.replace(content.content, ""))
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
        self.sources[page.url] = source_row(
            page.site.url, identifier, page.canonical, content.content, page.url
        )
        self.targets[page.url] = target_row(
            identifier,
            page.canonical,
            page.headline,
            _addresses(page, content),
            closed=closed(content),
        )

    def close(self, output: Path) -> None:
        """Write the files that belong to the whole run; a full disk is reported, no more."""
        self.responses.note_left()
        cache = self._cache
        site = str(self.pelican.get("SITEURL") or "").rstrip("/")
        try:
            for path, text in self.sharing.files.items():
                write_atomically(output / path, text.encode())
            for path, data in self.responses.files.items():
                write_atomically(output / path, data)
            if site:
                write_links(cache, site, self.sources.values())
                write_atomically(cache / "report.json", self._report_text().encode())
            if site and self.settings.linkback_endpoint:
                write_targets(output, site, self.settings.linkback_endpoint, self.targets.values())
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


def _addresses(page: Page, content: Any) -> list[str]:
    """Return where ``page`` is and was, as its author says."""
    found = [page.url, page.canonical]
    if page.url.endswith("/"):
        found.append(f"{page.url}index.html")
    aliases = written(content).get("aliases", "")
    found += [absolute(page.site.url, one.strip()) for one in aliases.split(",") if one.strip()]
    return found


def _base(pelican: Mapping[str, Any], content: Any) -> str:
    """Return the site's address as Pelican's writer gives it to the page of ``content``.

    A theme may ask for mentions in a loop over contents, where no page's context is at hand.
    """
    if pelican.get("RELATIVE_URLS"):
        depth = content.save_as.replace("\\", "/").count("/")
        return "/".join([".."] * depth) or "."
    return str(pelican.get("SITEURL") or "")


def _insertion(offset: int, widget: str) -> Edit:
    return offset, offset, f"\n{widget}\n"


class ContentSmo:
    """What a theme reaches as ``article.smo``; nothing is read before a template asks."""

    __slots__ = ("_content", "_context", "_env", "_kind", "_run")

    def __init__(
        self, run: Run, content: Any, kind: Kind, context: Mapping[str, Any], env: Environment
    ) -> None:
        self._run, self._content, self._kind = run, content, kind
        self._context, self._env = context, env

    @property
    def kind(self) -> Kind:
        """Return what it is, an article or a page."""
        return self._kind

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
        return Markup(self._run.sharing.widget(self.page, self._content, self._env))  # noqa: S704  a template made it

    def share_as(self, networks: Sequence[str] | str = (), **looks: Any) -> Markup:
        """Return a share widget of the theme's own choice, wherever it may stand.

        ``networks`` are ids, as a list or as "mastodon, email"; ``looks`` are style,
        max_visible, level, position, heading, colors and named, each as the settings have it if left
        out.
        """
        return Markup(self._run.sharing.ordered(self.page, self._env, networks, looks))  # noqa: S704  a template made it

    @property
    def mentions(self) -> Markup:
        """Return the section of mentions, empty where there is none to show."""
        return Markup(self._run.section(self.page, self._content, self._env))  # noqa: S704  a template made it

    @property
    def mention_counts(self) -> Mapping[str, int]:
        """Return how many mentions there are of each kind, and in ``total``."""
        return counts(self._run.mentions(self.page, self._content))
