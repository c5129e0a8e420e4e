"""The home of where Pelican calls us; reading SIGNALS is reading the plugin."""

import logging
import posixpath
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, Template, TemplateNotFound
from pelican import signals
from pelican.log import console

from pelican_smo.collect import IMAGE
from pelican_smo.finish import ContentSmo, Run
from pelican_smo.manifest import write_atomically
from pelican_smo.settings import Settings

if TYPE_CHECKING:
    from pelican_smo.page import Kind

__all__ = ["SIGNALS", "register"]

log = logging.getLogger(__name__)

# Pelican hands one dict of settings to everything of a run: through it a generator and the
# end of the run find the same Run. No setting has this name, no settings file can set it.
_RUN = "_SMO_RUN"
_EXPLICIT = "!smo/"


def configure(pelican: Any) -> None:
    """Check the settings; raises SettingsError with every problem, which stops the build."""
    Settings.from_pelican(pelican.settings)


def start(pelican: Any) -> None:
    """Begin a run: a new report, nothing of an earlier one."""
    pelican.settings[_RUN] = Run(pelican.settings)


def equip(generator: Any) -> None:
    """Put our templates behind the theme's, and our Template class into the environment."""
    run = generator.settings.get(_RUN)
    if run is None:
        return
    generator.context[_RUN] = run
    env = generator.env
    env.loader = ChoiceLoader([*_loaders(env.loader), PackageLoader("pelican_smo"), _Explicit()])
    env.autoescape = _escapes(env.autoescape)
    env.template_class = _page_template(run, env, env.template_class)
    run.env = env


def _loaders(loader: Any) -> Sequence[BaseLoader]:
    return loader.loaders if isinstance(loader, ChoiceLoader) else [loader]


def _escapes(otherwise: Any) -> Callable[[str | None], bool]:
    """Return Jinja's autoescape: on for smo/…, a theme's override included, else as it was."""

    def escapes(name: str | None) -> bool:
        if name and name.removeprefix(_EXPLICIT).startswith("smo/"):
            return True
        return bool(otherwise(name) if callable(otherwise) else otherwise)

    return escapes


class _Explicit(BaseLoader):
    """Loads ``!smo/share.html`` from the package, under that name, so that it is escaped."""

    def __init__(self) -> None:
        self._package = PackageLoader("pelican_smo")

    def get_source(self, environment: Environment, template: str) -> Any:
        """Return the source of our own template behind ``!smo/``."""
        if not template.startswith(_EXPLICIT):
            raise TemplateNotFound(template)
        name = template.removeprefix(_EXPLICIT).removeprefix("smo/")
        return self._package.get_source(environment, f"smo/{name}")

    def list_templates(self) -> list[str]:
        """Return no name: each template here has another one, too."""
        return []


def _page_template(run: Run, env: Environment, base: type[Template]) -> type[Template]:
    """Return the Template class that finishes what Pelican's writer is about to write."""

    def render(template: Template, *args: Any, **kwargs: Any) -> str:
        html = base.render(template, *args, **kwargs)
        context = args[0] if args else kwargs
        if isinstance(context, Mapping) and "output_file" in context:
            return run.finish(html, context, env)
        return html

    return type("PageTemplate", (base,), {"render": render})


def include_images(generator: Any) -> None:
    """Have Pelican copy the pictures that only metadata name; it looks for links in bodies."""
    for content in _contents(generator):
        for reference in _metadata_images(content):
            path = _content_path(content, reference)
            if Path(generator.path, path).is_file():
                generator.context["static_links"].add(path)


def offer_smo(generators: Sequence[Any]) -> None:
    """Give every article and page its ``smo``, and move pictures that {attach} to a page."""
    for generator in generators:
        run = generator.settings.get(_RUN)
        for content in _contents(generator) if run is not None else ():
            kind: Kind = "article" if type(content).__name__ == "Article" else "page"
            content.smo = ContentSmo(run, content, kind, generator.context, generator.env)
            run.contents.append(content)
            for reference in _metadata_images(content):
                _attach(generator, content, reference)


def draw_cards(generators: Sequence[Any]) -> None:
    """Have the cards of articles drawn, once all there is to say of them is known."""
    for generator in generators:
        run = generator.settings.get(_RUN)
        if run is not None and hasattr(generator, "articles"):
            run.draw_cards(generator.context, generator.env, console)


def _content_path(content: Any, reference: str) -> str:
    """Return the path below the content folder that ``{static}x`` or ``{attach}x`` means."""
    path = reference.partition("}")[2]
    folder = "" if path.startswith("/") else content.relative_dir
    return posixpath.normpath(f"{folder}/{path}".lstrip("/"))


def _attach(generator: Any, content: Any, reference: str) -> None:
    static = generator.context["static_content"].get(_content_path(content, reference))
    if reference.startswith("{attach}") and static is not None:
        static.attach_to(content)


_LISTS = (
    "articles",
    "translations",
    "hidden_articles",
    "hidden_translations",
    "drafts",
    "drafts_translations",
    "pages",
    "hidden_pages",
    "draft_pages",
    "draft_translations",
)


def _contents(generator: Any) -> list[Any]:
    lists = (getattr(generator, name, ()) for name in _LISTS)
    return [
        content
        for one in lists
        if isinstance(one, list)
        for content in one
        if hasattr(content, "metadata")
    ]


def _metadata_images(content: Any) -> list[str]:
    values = (str(content.metadata.get(name, "")) for name in IMAGE)
    return [value for value in values if value.startswith(("{static}", "{attach}"))]


def write_markup(path: str, context: Mapping[str, Any]) -> None:
    """Finish a page on disk that did not come through our Template: another engine's."""
    run = context.get(_RUN)
    output_file = context.get("output_file")
    if run is None or output_file is None or str(output_file) in run.rendered:
        return
    file = Path(path)
    html = file.read_bytes().decode("utf-8", "surrogateescape")
    finished = run.finish(html, context, run.env)
    write_atomically(file, finished.encode("utf-8", "surrogateescape"))


def report(pelican: Any) -> None:
    """Write the run's files; one info line; then what the author can fix, once each."""
    run = pelican.settings.pop(_RUN, None)
    if run is None:
        return
    run.close(Path(pelican.output_path))
    log.info(run.report.summary())
    if run.cards is not None:
        _tell_cards(run.cards)
    if not pelican.settings.get("SITEURL"):
        log.info("pelican_smo: SITEURL is empty, so absolute addresses are left out")
    for finding in run.report.of("info"):
        log.info("pelican_smo: %s", finding)
    run.check_strict()
    errors, warnings = ([*run.report.of(level)] for level in ("error", "warning"))
    if errors:
        log.error("pelican_smo: %s", "\n- ".join(map(str, errors)))
    if warnings:
        log.warning("pelican_smo: %s", "\n- ".join(map(str, warnings)))


def _tell_cards(cards: Any) -> None:
    """Say in one line what became of the cards; to who waited for new ones at a terminal, too."""
    is_heard = log.isEnabledFor(logging.INFO) or not log.isEnabledFor(logging.WARNING)
    if cards.is_news and console.is_terminal and not is_heard:
        console.print(f"pelican_smo: {cards.line}", highlight=False)
    elif cards.line:
        log.info("pelican_smo: %s", cards.line)


SIGNALS = (
    (signals.initialized, configure),
    (signals.get_generators, start),
    (signals.generator_init, equip),
    (signals.article_generator_finalized, include_images),
    (signals.page_generator_finalized, include_images),
    (signals.all_generators_finalized, offer_smo),
    (signals.all_generators_finalized, draw_cards),
    (signals.content_written, write_markup),
    (signals.finalized, report),
)


def register() -> None:
    """Connect every receiver; called by Pelican, again after each change of settings."""
    for signal, receiver in SIGNALS:
        signal.connect(receiver)
