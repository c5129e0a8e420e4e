"""The home of the share widget: a page and its networks -> HTML, by template."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jinja2 import Environment, TemplateNotFound, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from markupsafe import Markup, escape

from pelican_smo.labels import Labels
from pelican_smo.page import Page
from pelican_smo.share.budget import fitted
from pelican_smo.share.icons import svg
from pelican_smo.share.networks import Network, Shared, address, encoded, lacking, tracked
from pelican_smo.share.qr import qr_code
from pelican_smo.skeleton import STAND_IN, STAND_INS, Skeleton

__all__ = ["Link", "Look", "ShareWidget", "snippet"]

_TEMPLATE = "smo/share.html"
_EMBED = "smo/embed.html"
_VERBS = {"social": "share_on", "messaging": "send_by", "save": "save_to", "ai": "ask"}
_BY_SCRIPT = ("native", "print", "fediverse")
# What differs from page to page in the eyes of a template.
_VALUES = ("url", "title", "snippet", "qr", "prompt")


@dataclass(frozen=True, slots=True)
class Link:
    """One share link or control as the templates see it.

    ``before`` and ``after`` are the words around ``name``: "Share on " and nothing in
    English, nothing and "で共有" in Japanese. ``filled`` says that the network's colour is
    behind it, ``is_web`` is false for what opens a program,
    ``by_script`` true for a control that JavaScript must wake.
    """

    id: str
    name: str
    category: str
    before: str
    after: str
    url: str
    icon: Markup
    status: str
    filled: bool

    @property
    def is_web(self) -> bool:
        """Tell whether the link leads to a web site, not to a program on the device."""
        return self.url.startswith(("https:", "http:"))

    @property
    def by_script(self) -> bool:
        """Tell whether the control does nothing before a script wakes it."""
        return self.id in _BY_SCRIPT


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How one widget is shown: in which style, how many links in view, under which heading.

    ``heading`` is its text, the language's own word if empty. ``colors`` fills each link with
    its network's own. ``named`` is false where the
    page has a second widget, for two landmarks of one name help nobody.
    """

    style: str = "icons-text"
    max_visible: int = 5
    level: int = 2
    position: str = "after"
    heading: str = ""
    colors: bool = False
    named: bool = True


class _Plan(NamedTuple):
    """What a list of networks asks of a page."""

    networks: tuple[Network, ...]
    limited: tuple[Network, ...]
    has_qr: bool
    has_embed: bool
    has_prompt: bool


class _Facts(NamedTuple):
    """What one page gives to its widget: values percent-encoded, and as a template prints them.

    ``fits`` is true where every network gets the same values: nothing has to be shortened,
    and no ``campaign`` is added to the address.
    """

    shared: Shared
    values: dict[str, str]
    empty: frozenset[str]
    fits: bool
    campaign: str
    own: Mapping[str, str | Markup]
    endpoint: str


class ShareWidget:
    """Renders share widgets with the templates of one Jinja environment.

    Pages of one language with the same networks differ in a few values only, so what the
    templates make of one page serves all of them: unless a template looks at ``page``, or
    does more with such a value than to print it. ``prompt`` is the site's own question to
    assistants, ``campaign`` what it adds to shared addresses, ``icons`` are its own drawings by network.
    """

    def __init__(
        self,
        env: Environment,
        networks: Mapping[str, Network],
        *,
        prompt: str = "",
        campaign: str = "",
        icons: Mapping[str, str] | None = None,
    ) -> None:
        self._env = env
        self._networks = networks
        self._prompt = prompt
        self._campaign = campaign
        self._icons = icons or {}
        self._skeletons: dict[tuple[object, ...], Skeleton | None] = {}
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._alike = _is_alike_on_all_pages(env, _TEMPLATE)

    def html(self, page: Page, chosen: tuple[str, ...], look: Look) -> str:
        """Return the widget of ``page`` with the networks ``chosen``, in that order.

        It is empty where the page has nothing that these networks take.
        """
        plan = self._plan(chosen)
        facts = self._facts(page, plan)
        absent = lacking(facts.own)
        key = (chosen, look, page.language, facts.empty, facts.fits, facts.endpoint, absent)
        skeleton = self._skeletons.get(key)
        if skeleton is not None:
            return skeleton.filled(_filling(plan, facts))
        addresses = _addresses(plan, facts)
        links = self._links(page.labels, plan, facts, addresses, look)
        if not links:
            return ""
        html = self._render(page, links, look, facts.own, facts.endpoint)
        if self._alike and key not in self._skeletons:
            skeleton = self._skeleton(page, plan, facts, look)
            proven = skeleton.filled(_filling(plan, facts)) == html
            self._skeletons[key] = skeleton if proven else None
        return html

    def _plan(self, chosen: tuple[str, ...]) -> _Plan:
        if chosen not in self._plans:
            networks = tuple(self._networks[name] for name in chosen)
            self._plans[chosen] = _Plan(
                networks,
                tuple(network for network in networks if network.limit or network.title_limit),
                "qr" in chosen,
                "embed" in chosen,
                any("prompt" in network.needs for network in networks),
            )
        return self._plans[chosen]

    def _facts(self, page: Page, plan: _Plan) -> _Facts:
        question = self._question(page) if plan.has_prompt else ""
        shared = Shared(
            url=page.canonical,
            title=page.title,
            text=page.social_description,
            tags=page.tags,
            image=page.image.url if page.image else "",
            via=page.site.account.x.lstrip("@"),
            app_id=page.site.account.facebook_app_id,
            prompt=question,
        )
        values = encoded(shared)
        own: dict[str, str | Markup] = {
            "url": page.canonical,
            "title": page.title,
            "snippet": snippet(self._env, page) if plan.has_embed else "",
            "qr": qr_code(page.canonical, page.labels.qr_code) if plan.has_qr else "",
            "prompt": question,
        }
        endpoint = page.linkbacks.webmention if page.linkbacks else ""
        fits = not self._campaign and all(
            fitted(shared, network) is shared for network in plan.limited
        )
        return _Facts(shared, values, lacking(values), fits, self._campaign, own, endpoint)

    def _question(self, page: Page) -> str:
        if not self._prompt:
            return page.labels.prompt.replace("{0}", page.canonical)
        found = {"{url}": page.canonical, "{title}": page.title}
        return re.sub(r"\{(?:url|title)\}", lambda hole: found[hole[0]], self._prompt)

    def _skeleton(self, page: Page, plan: _Plan, facts: _Facts, look: Look) -> Skeleton:
        """Return the widget with holes where its values go."""
        addresses = {
            network.id: f"{_scheme(network)}{STAND_IN.format(_field(network))}"
            for network in plan.networks
        }
        own = {name: _stand_in(name, value) if value else "" for name, value in facts.own.items()}
        links = self._links(page.labels, plan, facts, addresses, look)
        html = self._render(page, links, look, own, facts.endpoint)
        html = html.replace("{", "{{").replace("}", "}}")
        for network in plan.networks:
            field = f"{{{_field(network)}}}"
            if facts.fits:
                field = _escaped_address(network, facts.empty)
            html = html.replace(addresses[network.id], field)
        return Skeleton.of(STAND_INS.sub(r"{own_\1}", html))

    def _links(
        self,
        labels: Labels,
        plan: _Plan,
        facts: _Facts,
        addresses: Mapping[str, str],
        look: Look,
    ) -> list[Link]:
        return [
            self._link(network, labels, addresses.get(network.id, ""), colors=look.colors)
            for network in plan.networks
            if not network.needs & facts.empty
            and not (network.id == "webmention" and not facts.endpoint)
            and not (network.id in ("qr", "embed") and not facts.own[_OWN[network.id]])
        ]

    def _link(self, network: Network, labels: Labels, url: str, *, colors: bool) -> Link:
        pattern: str = getattr(labels, _VERBS.get(network.category, ""), "{0}")
        before, _, after = pattern.partition("{0}")
        return Link(
            network.id,
            network.name or getattr(labels, network.id),
            network.category,
            before,
            after,
            url,
            svg(network.id, self._icons.get(network.id, "")),
            network.status,
            colors and bool(network.color),
        )

    def _render(
        self,
        page: Page,
        links: Sequence[Link],
        look: Look,
        own: Mapping[str, str | Markup],
        endpoint: str,
    ) -> str:
        visible = look.max_visible or len(links)
        if len(links) - visible == 1:
            visible += 1
        return (
            self._env.get_template(_TEMPLATE)
            .render(
                **own,
                page=page,
                links=links[:visible],
                more=links[visible:],
                labels=page.labels,
                language=page.labels.language,
                endpoint=endpoint,
                look=look,
            )
            .strip()
        )


_OWN = {"qr": "qr", "embed": "snippet"}


def snippet(env: Environment, page: Page) -> str:
    """Return the HTML that others paste to quote ``page`` with a link to it."""
    return str(env.get_template(_EMBED).render(page=page)).strip()


def _filling(plan: _Plan, facts: _Facts) -> dict[str, str]:
    """Return what a skeleton is filled in with: encoded values or addresses, printed values."""
    filled: dict[str, str] = {f"own_{name}": escape(value) for name, value in facts.own.items()}
    if facts.fits:
        return filled | facts.values
    return filled | {
        f"link_{name}".replace("-", "_"): str(escape(url))
        for name, url in _addresses(plan, facts).items()
    }


def _addresses(plan: _Plan, facts: _Facts) -> dict[str, str]:
    """Return the share address of each network of ``plan`` that has one, by id."""
    return {
        network.id: _address(network, facts)
        for network in plan.networks
        if network.parts and not network.needs & facts.empty
    }


def _address(network: Network, facts: _Facts) -> str:
    """Return the address of ``network`` with as much of a page as it has room for."""
    shared = facts.shared
    if facts.campaign:
        shared = replace(shared, url=tracked(shared.url, facts.campaign, network))
    shared = fitted(shared, network)
    values = facts.values if shared is facts.shared else encoded(shared)
    return address(network, lacking(values)).format_map(values)


def _escaped_address(network: Network, empty: frozenset[str]) -> str:
    return str(escape(address(network, empty)))


def _field(network: Network) -> str:
    return f"link_{network.id}".replace("-", "_")


def _scheme(network: Network) -> str:
    return network.parts[0][0].partition(":")[0] + ":" if network.parts else ""


def _stand_in(name: str, value: str | Markup) -> str | Markup:
    """Return what stands for ``value``; Markup stays Markup, so that nobody escapes it."""
    return type(value)(STAND_IN.format(name))


def _is_alike_on_all_pages(env: Environment, name: str) -> bool:
    """Tell whether the template ``name``, and all that it includes or extends, only print values.

    Where that cannot be told before rendering, they may do more.
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
        if None in others or "page" in find_undeclared_variables(tree) or _computes(tree):
            return False
        waiting += [other for other in others if other and other not in seen]
    return True


def _computes(tree: nodes.Template) -> bool:
    """Tell whether ``tree`` does more with a page's values than to print or to look for them."""
    plain = {id(node) for output in tree.find_all(nodes.Output) for node in output.nodes}
    plain |= {id(condition.test) for condition in tree.find_all(nodes.If)}
    for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        if id(node) not in plain and _is_value(node):
            return True
    return False


def _is_value(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Name):
        return node.name in _VALUES
    if isinstance(node, nodes.Getattr):
        return node.attr == "url"
    return isinstance(node, nodes.Getitem) and getattr(node.arg, "value", "") == "url"
