"""The home of what the HTML standard itself has names for: description, canonical, feeds and kin."""

from functools import lru_cache

from pelican_smo.page import Page, Site
from pelican_smo.tags import Tag, link, meta_name, shared_name, title

__all__ = ["tags"]


def tags(page: Page) -> list[Tag]:
    """Return title, description, author, robots and the links of ``page``."""
    authored = page.authored
    found = [title(page.headline)]
    if page.description:
        found.append(meta_name("description", page.description, "description" in authored))
    if page.authors and page.kind in ("article", "page"):
        found.append(shared_name("author", ", ".join(author.name for author in page.authors)))
        if page.authors[0].url:
            found.append(_author(page.authors[0].url))
    if page.robots:
        found.append(shared_name("robots", page.robots, "robots" in authored))
    if page.canonical:
        found.append(link("link:canonical", "canonical", page.canonical, "canonical" in authored))
    found += [
        link(f"alternate:{language.lower()}", "alternate", url, hreflang=language)
        for language, url in page.translations
    ]
    found += [
        link(f"link:{rel}", rel, url)
        for rel, url in (("prev", page.previous), ("next", page.next))
        if url
    ]
    if page.status == "published":
        found += _feeds(page.site)
    return found + [link(f"me:{profile}", "me", profile) for profile in _profiles(page)]


def _profiles(page: Page) -> tuple[str, ...]:
    """Return where else those are whom the page is about: the site's owner, an author."""
    if page.kind == "author" and page.authors:
        return page.authors[0].profiles
    return page.site.profiles if page.kind == "home" else ()


@lru_cache(maxsize=64)
def _author(url: str) -> Tag:
    return link("link:author", "author", url)


@lru_cache(maxsize=64)
def _feeds(site: Site) -> tuple[Tag, ...]:
    return tuple(
        link("feed", "alternate", feed.url, type=feed.type, title=feed.title) for feed in site.feeds
    )
