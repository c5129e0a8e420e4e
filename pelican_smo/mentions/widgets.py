"""The home of the mentions on a page: mentions of an article -> HTML, by template."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment
from markupsafe import Markup, escape

from pelican_smo.labels import Labels
from pelican_smo.mentions.avatars import hue, initials
from pelican_smo.mentions.cleaning import REL, harmless, host_of, text_of
from pelican_smo.mentions.store import KINDS, RSVPS, Mention
from pelican_smo.page import Page
from pelican_smo.skeleton import STAND_IN, Skeleton
from pelican_smo.text import cut

__all__ = ["Group", "MentionsWidget", "Shown", "counts", "excerpt"]

_PACKAGE = Path(__file__).parent.parent
_TEMPLATE = "smo/mentions.html"
_ONE = "smo/mention.html"

# What a link to a stranger's page carries.
_FOREIGN = Markup(f'rel="{REL}" referrerpolicy="no-referrer"')  # noqa: S704  our own words

# MF-4: how much of a text is shown where it is not the author's own.
_SHOWN, _LINES, _MARKUP = 500, 5, 60
# Faces in view; the rest is behind "More".
_FACES = 24
_FACE_KINDS = ("like", "repost", "bookmark", "reaction")
_LIST_KINDS = ("reply", "quotation", "invitee", "mention")
# What a mention is to the article, as microformats name it.
_PROPERTIES = {
    "like": "u-like",
    "repost": "u-repost",
    "bookmark": "u-bookmark",
    "mention": "u-mention",
    "quotation": "u-mention",
    "invitee": "u-mention",
}


class Shown(NamedTuple):
    """One mention as the templates see it; what is empty is not to be shown.

    ``who`` is the author's name, else the host that it is from, ``author_url`` his page,
    ``avatar`` the address of his picture on this site, else ``initials`` on the colour
    ``hue``. ``host`` is that of ``url``. ``title`` is the page's own, unless its text begins
    with it. Of ``html`` and ``text`` one is empty; ``has_more`` says that they are not all.
    ``published`` is an RFC 3339 date, ``day`` its first part. A tuple, because a site has
    tens of thousands.
    """

    kind: str
    url: str
    host: str
    who: str
    author_url: str
    avatar: str
    initials: str
    hue: int
    title: str
    html: Markup
    text: str
    has_more: bool
    rsvp: str
    language: str
    published: str
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Mentions of one kind: ``faces`` says that they have no words to show.

    ``count`` is their number, ``visible`` are those in view, ``more`` the rest; ``property``
    is the microformats class of each.
    """

    kind: str
    title: str
    property: str
    faces: bool
    count: int
    visible: Sequence[Shown]
    more: Sequence[Shown]


def counts(mentions: Sequence[Mention]) -> dict[str, int]:
    """Return how many of ``mentions`` there are of each kind, and in ``total``."""
    found: dict[str, int] = dict.fromkeys(KINDS, 0)
    for mention in mentions:
        found[mention.kind] += 1
    return found | {"total": len(mentions)}


class MentionsWidget:
    """Renders the mentions of pages with the templates of one Jinja environment.

    Mentions of one make differ in a few values only, and so do pages without any: what our
    templates make of one serves all of them. A theme's own may do more with a value than to
    print it, so they are rendered each time. ``level`` is that of the section's heading.
    """

    def __init__(self, env: Environment, level: int) -> None:
        self._env, self._level = env, level
        self._ones: dict[tuple[object, ...], Skeleton | None] = {}
        self._forms: dict[tuple[str, str], Skeleton | None] = {}

    def html(
        self,
        page: Page,
        mentions: Sequence[Mention],
        endpoint: str,
        avatar: Callable[[Mention], str],
    ) -> str:
        """Return the mentions of ``page``, and a form for more if it has an ``endpoint``.

        It is empty where there is neither. ``avatar`` gives the address of the picture of a
        mention's author. Raises what Jinja raises for a theme's template.
        """
        if mentions:
            labels = page.labels
            shown = [_shown(mention, avatar(mention), labels) for mention in mentions]
            return self._render(page, shown, endpoint)
        return self._form(page, endpoint) if endpoint else ""

    def _form(self, page: Page, endpoint: str) -> str:
        key = page.language, endpoint
        if key not in self._forms:
            alike = self._render(replace(page, canonical=STAND_IN.format("url")), (), endpoint)
            is_ours = _is_shipped(self._env, _TEMPLATE)
            self._forms[key] = Skeleton.of_rendered(alike) if is_ours else None
        skeleton = self._forms[key]
        if skeleton is None:
            return self._render(page, (), endpoint)
        return skeleton.filled({"url": escape(page.canonical)})

    def _render(self, page: Page, shown: Sequence[Shown], endpoint: str) -> str:
        values = {
            "labels": page.labels,
            "language": page.labels.language,
            # Where nothing is known of the language of a text, it is that of the page.
            "page_language": page.language,
            "count": len(shown),
            "level": self._level,
            "sublevel": min(self._level + 1, 6),
            "endpoint": endpoint,
            "url": page.canonical,
            "foreign": _FOREIGN,
            "page": page,
        }

        def rendered(mentions: Sequence[Shown], group: Group) -> Markup:
            html = "".join([self._one(mention, group, values) for mention in mentions])
            return Markup(html)  # noqa: S704  a template made it

        template = self._env.get_template(_TEMPLATE)
        groups = _groups(page.labels, shown)
        return str(template.render(values, groups=groups, rendered=rendered)).strip()

    def _one(self, mention: Shown, group: Group, values: Mapping[str, object]) -> str:
        """Return ``mention`` of ``group`` by its template, which sees ``values`` as well."""
        own = (mention.kind, mention.language, group.faces, group.property)
        key = *own, values["language"], values["page_language"], *map(bool, mention)
        skeleton = self._ones.get(key)
        if skeleton is not None:
            return skeleton.filled(_filling(skeleton, mention))
        template = self._env.get_template(_ONE)
        html = str(template.render(values, mention=mention, group=group))
        if key not in self._ones:
            alike = str(template.render(values, mention=_stand_in(mention), group=group))
            made = Skeleton.of_rendered(alike)
            proven = _is_shipped(self._env, _ONE) and made.filled(_filling(made, mention)) == html
            self._ones[key] = made if proven else None
        return html


_SPECIAL = re.compile("[&<>\"']")
# What differs from mention to mention of one make.
_HOLES = tuple(name for name in Shown._fields if name not in ("kind", "language", "has_more"))


def _stand_in(mention: Shown) -> Shown:
    holes: dict[str, Any] = {
        name: type(value)(STAND_IN.format(name))
        if isinstance(value, str)
        else STAND_IN.format(name)
        for name in _HOLES
        if (value := getattr(mention, name)) or name == "hue"
    }
    return mention._replace(**holes)


def _filling(skeleton: Skeleton, mention: Shown) -> dict[str, str]:
    return {name: _escaped(getattr(mention, name)) for name in skeleton.needed}


def _escaped(value: Any) -> str:
    """Return ``value`` as a template prints it; most need nothing, and finding out is quick."""
    return value if type(value) is str and not _SPECIAL.search(value) else escape(value)


def _is_shipped(env: Environment, name: str) -> bool:
    """Tell whether ``env`` has our own template of that name, not a theme's."""
    file = env.get_template(name).filename
    return bool(file) and Path(str(file)).is_relative_to(_PACKAGE)


def _groups(labels: Labels, shown: Sequence[Shown]) -> list[Group]:
    """Return ``shown`` as groups: faces, then answers to an invitation, then words."""
    by_kind: dict[str, list[Shown]] = {}
    for one in shown:
        by_kind.setdefault(one.kind, []).append(one)
    found: list[Group] = []
    for kind in _FACE_KINDS:
        found += _group(kind, getattr(labels, f"{kind}s"), by_kind.get(kind), faces=True)
    for rsvp in RSVPS:
        title = getattr(labels, f"rsvp_{rsvp}")
        chosen = [one for one in by_kind.get("rsvp", ()) if one.rsvp == rsvp]
        # A yes may come with words, which no face can say.
        mute = not any(one.html or one.text for one in chosen)
        found += _group("rsvp", title, chosen, faces=mute)
    for kind in _LIST_KINDS:
        found += _group(kind, getattr(labels, _TITLES[kind]), by_kind.get(kind), faces=False)
    return found


_TITLES = {
    "reply": "replies",
    "quotation": "quotations",
    "invitee": "invitees",
    "mention": "mentions",
}


def _group(kind: str, title: str, chosen: Sequence[Shown] | None, *, faces: bool) -> list[Group]:
    if not chosen:
        return []
    # One more than there is room for is not worth a click.
    visible = _FACES if faces and len(chosen) > _FACES + 1 else len(chosen)
    return [
        Group(
            kind=kind,
            title=title,
            property=_PROPERTIES.get(kind, "u-comment"),
            faces=faces,
            count=len(chosen),
            visible=chosen[:visible],
            more=chosen[visible:],
        )
    ]


def _shown(mention: Mention, avatar: str, labels: Labels) -> Shown:
    author, from_host = mention.author, host_of(mention.url)
    who = author.name or host_of(author.url) or from_host
    html, text, has_more = excerpt(mention)
    title = _title(mention, html, text)
    if mention.photo is not None and not (html or text or title):
        text = mention.photo or labels.photo
    published = mention.published.isoformat(timespec="seconds") if mention.published else ""
    return Shown(
        kind=mention.kind,
        url=mention.url,
        host=from_host,
        who=who,
        author_url=author.url,
        avatar=avatar,
        initials="" if avatar else initials(who),
        hue=hue(author.url or who),
        title=title,
        html=Markup(html),  # noqa: S704  harmless made it
        text=text,
        has_more=has_more,
        rsvp=mention.rsvp,
        language=mention.language,
        published=published,
        day=published[:10],
    )


def excerpt(mention: Mention) -> tuple[str, str, bool]:
    """Return what is shown of a mention's words: as HTML, as text, and whether there is more.

    All of them if they are few, else the summary if that is short, else their beginning
    (MF-4, the IndieWeb's "comments-presentation").
    """
    if mention.kind in ("like", "repost", "bookmark"):
        return "", "", False
    html = harmless(mention.html) if mention.html else ""
    if html and _is_short_markup(html):
        return html, "", False
    text = mention.text or text_of(html)
    if _is_short(text):
        return "", text, False
    if mention.summary and _is_short(mention.summary):
        return "", mention.summary, True
    return "", _beginning(text), True


def _is_short(text: str) -> bool:
    if len(text) > _SHOWN:
        return False
    return text.count("\n") < _LINES or len(_full_lines(text)) <= _LINES


def _is_short_markup(html: str) -> bool:
    """Tell whether ``html``, which is clean, is short: its text, and its elements by number."""
    tags = html.count("<")
    if len(html) <= _SHOWN and tags + html.count("\n") < _LINES:
        return True
    return tags <= _MARKUP and _is_short(text_of(html))


def _full_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _beginning(text: str) -> str:
    few = "\n".join(_full_lines(text)[:_LINES])
    start = cut(few, _SHOWN)
    return start if start.endswith("…") else f"{cut(few, _SHOWN - 2)} …"


def _title(mention: Mention, html: str, text: str) -> str:
    """Return the page's title, unless its words begin with it: then it was made of them."""
    name = _folded(mention.name)
    if not name:
        return ""
    words = _folded(text or mention.text or text_of(html))
    return "" if words.startswith(name) else mention.name


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".… ")
