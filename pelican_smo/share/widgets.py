"""The home of the share widget: a page and its networks -> HTML, by template."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from pelican_smo.labels import Labels, labels_of
from pelican_smo.page import Page
from pelican_smo.share.networks import Network, Shared, address, encoded, lacking

__all__ = ["Link", "ShareWidget"]

# Stands for the address while a link's template is rendered for a network, once; no template
# engine escapes it, and no text holds it.
_ADDRESS = "smo:address:{}:smo"
_VERBS = {"social": "share_on", "messaging": "send_by", "save": "save_to"}

Render = Callable[[str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Link:
    """One share link as the templates see it; ``html`` is it, ready to print."""

    id: str
    name: str
    category: str
    verb: str
    url: str
    html: Markup | None = None

    @property
    def url_is_web(self) -> bool:
        """Tell whether the link leads to a web site, not to a mail program."""
        return not self.url.startswith(("mailto:", "sms:"))


class ShareWidget:
    """Renders share widgets with the templates of one Jinja environment.

    ``render`` takes a template's name and its context; ``max_visible`` links stay in view.
    """

    def __init__(self, render: Render, networks: Mapping[str, Network], max_visible: int) -> None:
        self._render = render
        self._networks = networks
        self._max_visible = max_visible
        self._addresses: dict[tuple[str, frozenset[str]], str] = {}
        self._skeletons: dict[tuple[str, str], list[str]] = {}

    def html(self, page: Page, chosen: Iterable[str]) -> str:
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
        labels = labels_of(page.language)
        empty = lacking(values)
        links = [
            self._link(self._networks[name], values, empty, page.language, labels)
            for name in chosen
        ]
        visible = self._max_visible or len(links)
        if len(links) - visible == 1:
            visible += 1
        context = {
            "page": page,
            "links": links[:visible],
            "more": links[visible:],
            "labels": labels,
            "language": page.language,
        }
        return self._render("smo/share.html", context).strip()

    def _link(
        self,
        network: Network,
        values: Mapping[str, str],
        empty: frozenset[str],
        language: str,
        labels: Labels,
    ) -> Link:
        template = self._addresses.get((network.id, empty))
        if template is None:
            template = self._addresses[network.id, empty] = address(network, empty)
        url = template.format_map(values)
        verb = getattr(labels, _VERBS.get(network.category, "share_on"))
        pieces = self._skeletons.get((network.id, language))
        if pieces is None:
            pieces = self._skeleton(network, url.partition(":")[0], verb, language, labels)
            self._skeletons[network.id, language] = pieces
        link = Link(network.id, network.name, network.category, verb, url)
        if pieces[1:]:
            # Of what HTML escapes, an address of encoded values holds nothing but "&".
            html = url.replace("&", "&amp;").join(pieces)
        else:
            html = self._one(link, language, labels)
        return replace(link, html=Markup(html))  # noqa: S704  a template made it

    def _skeleton(
        self, network: Network, scheme: str, verb: str, language: str, labels: Labels
    ) -> list[str]:
        """Return the link of ``network`` around its address, which differs from page to page.

        One piece alone means that the template does not print the address as it is.
        """
        stand_in = f"{scheme}:{_ADDRESS.format(network.id)}"
        bare = Link(network.id, network.name, network.category, verb, stand_in)
        return self._one(bare, language, labels).split(stand_in)

    def _one(self, link: Link, language: str, labels: Labels) -> str:
        context = {"link": link, "labels": labels, "language": language}
        return self._render("smo/share_link.html", context).strip()
