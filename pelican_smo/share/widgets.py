"""The home of the share widget: a page and its networks -> HTML, by template."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, TemplateNotFound
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from pelican_smo.labels import labels_of
from pelican_smo.page import Page
from pelican_smo.share.networks import (
    PLACEHOLDERS,
    Network,
    Shared,
    address,
    encoded,
    lacking,
)

__all__ = ["Link", "ShareWidget"]

_TEMPLATE = "smo/share.html"
# Stands for a value while the widget is rendered for many pages at once: letters and digits,
# which no template and no address escapes.
_STAND_IN = "smo0{}0smo"
_STAND_INS = re.compile(f"smo0({'|'.join(PLACEHOLDERS)})0smo")
_VERBS = {"social": "share_on", "messaging": "send_by", "save": "save_to"}


@dataclass(frozen=True, slots=True)
class Link:
    """One share link as the templates see it."""

    id: str
    name: str
    category: str
    verb: str
    url: str
    status: str

    @property
    def url_is_web(self) -> bool:
        """Tell whether the link leads to a web site, not to a mail program."""
        return not self.url.startswith(("mailto:", "sms:"))


class ShareWidget:
    """Renders share widgets with the templates of one Jinja environment.

    ``max_visible`` links stay in view. Pages of one language with the same networks differ
    in the addresses only, so what the templates make of one page serves all of them: unless a
    template looks at ``page`` or does not print the addresses as they are.
    """

    def __init__(self, env: Environment, networks: Mapping[str, Network], max_visible: int) -> None:
        self._env = env
        self._networks = networks
        self._max_visible = max_visible
        self._skeletons: dict[tuple[Sequence[str], str, frozenset[str]], str] = {}
        self._looks_at_page = _looks_at(env, _TEMPLATE, "page")

    def html(self, page: Page, chosen: tuple[str, ...]) -> str:
        """Return the widget of ``page`` with the networks ``chosen``, in that order."""
        values = encoded(
            Shared(
                url=page.canonical,
                title=page.title,
                text=page.social_description,
                tags=page.tags,
                image=page.image.url if page.image else "",
                via=page.site.account.x.lstrip("@"),
            )
        )
        empty = lacking(values)
        key = (chosen, page.language, empty)
        skeleton = self._skeletons.get(key)
        if skeleton:
            return skeleton.format_map(values)
        html = self._render(page, self._links(page, chosen, values, empty))
        if skeleton is None:
            skeleton = self._skeleton(page, chosen, empty)
            self._skeletons[key] = skeleton if skeleton.format_map(values) == html else ""
        return html

    def _skeleton(self, page: Page, chosen: Sequence[str], empty: frozenset[str]) -> str:
        """Return the widget as a format string for its values, empty where it cannot be one."""
        if self._looks_at_page:
            return ""
        html = self._render(page, self._links(page, chosen, _StandIns(), empty))
        return _STAND_INS.sub(r"{\1}", html.replace("{", "{{").replace("}", "}}"))

    def _links(
        self,
        page: Page,
        chosen: Sequence[str],
        values: Mapping[str, str],
        empty: frozenset[str],
    ) -> list[Link]:
        labels = labels_of(page.language)
        return [
            Link(
                network.id,
                network.name,
                network.category,
                getattr(labels, _VERBS.get(network.category, "share_on")),
                address(network, empty).format_map(values),
                network.status,
            )
            for network in map(self._networks.__getitem__, chosen)
        ]

    def _render(self, page: Page, links: Sequence[Link]) -> str:
        visible = self._max_visible or len(links)
        if len(links) - visible == 1:
            visible += 1
        return (
            self._env.get_template(_TEMPLATE)
            .render(
                page=page,
                links=links[:visible],
                more=links[visible:],
                labels=labels_of(page.language),
                language=page.language,
            )
            .strip()
        )


class _StandIns(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _STAND_IN.format(name)


def _looks_at(env: Environment, name: str, variable: str) -> bool:
    """Tell whether the template ``name``, or one that it includes or extends, uses ``variable``.

    Where that cannot be told before rendering, it may.
    """
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        template = waiting.pop()
        seen.add(template)
        try:
            source = env.loader.get_source(env, template)[0] if env.loader else ""
        except TemplateNotFound:
            continue  # rendering says so, unless the template may be missing
        tree = env.parse(source, template)
        others = set(find_referenced_templates(tree))
        if None in others or variable in find_undeclared_variables(tree):
            return True
        waiting += [other for other in others if other and other not in seen]
    return False
