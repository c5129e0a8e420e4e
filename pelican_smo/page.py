"""The home of what is true of one page: Page, Site, Person, Image, as plain frozen values."""

from dataclasses import dataclass
from typing import Literal

from pelican_smo.labels import Labels

__all__ = ["Account", "Feed", "Image", "Kind", "Linkbacks", "Page", "Person", "Site", "Status"]

Kind = Literal[
    "article", "page", "home", "index", "category", "tag", "author", "archive", "period", "other"
]
Status = Literal["published", "hidden", "draft"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture: an absolute URL, and of a local file also its measures."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    type: str = ""
    bytes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An author or publisher; handles are normal forms: ``@user@host`` and ``@user``."""

    name: str
    type: Literal["Person", "Organization"] = "Person"
    url: str = ""
    fediverse: str = ""
    x: str = ""
    image: Image | None = None
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the whole site: absolute URL, media type, title."""

    url: str
    type: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What the site itself is called elsewhere."""

    x: str = ""
    fediverse: str = ""
    facebook_app_id: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """What is true of every page; compared by identity, there is one in a build.

    ``url`` is absolute and has no slash at its end; it is empty while the site is being
    written and nobody has decided where it will live.
    """

    url: str
    name: str
    description: str = ""
    language: str = "en"
    image: Image | None = None
    logo: Image | None = None
    publisher: Person | None = None
    account: Account = Account()
    feeds: tuple[Feed, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Linkbacks:
    """Where a page's linkbacks go, each an absolute URL or empty.

    ``chosen`` is true where the site's owner set the endpoint for this plugin, and false
    where the addresses are a theme's own settings.
    """

    webmention: str = ""
    pingback: str = ""
    trackback: str = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The answers about one page of the output: plain text, absolute URLs, ready to print.

    ``headline`` is what stands above the text, ``title`` what networks show for it.
    ``authored`` names the fields whose value the author wrote for this very page.
    ``url`` is where the page is, ``canonical`` the address that it wants to be known by
    (empty for a draft); both are empty while the site has no URL.
    ``published`` and ``modified`` are dates with times as RFC 3339 writes them.
    ``labels`` are the words of its language.
    ``crumbs`` are (name, URL) pairs from the home page down to this one.
    """

    site: Site
    kind: Kind
    status: Status = "published"
    number: int = 1
    language: str
    labels: Labels
    url: str
    canonical: str
    title: str
    headline: str
    description: str = ""
    social_description: str = ""
    image: Image | None = None
    authors: tuple[Person, ...] = ()
    creator: str = ""
    published: str = ""
    modified: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    series: str = ""
    locale: str = ""
    other_locales: tuple[str, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()
    og_type: str = "website"
    schema_type: str = "WebPage"
    card: str = "summary"
    robots: str = ""
    words: int = 0
    minutes: int = 0
    crumbs: tuple[tuple[str, str], ...] = ()
    previous: str = ""
    next: str = ""
    linkbacks: Linkbacks | None = None
    authored: frozenset[str] = frozenset()
