"""The home of Open Graph (ogp.me) and its article vocabulary."""

from functools import lru_cache

from pelican_smo.page import Image, Page, Person
from pelican_smo.tags import Tag, meta_property, shared_property

__all__ = ["tags"]


def tags(page: Page) -> list[Tag]:
    """Return the ``og:`` and ``article:`` tags of ``page``; the type comes before its details."""
    if not page.site.url:
        return _relative_tags(page)
    authored = page.authored
    found = [
        shared_property("og:type", page.og_type, "og_type" in authored),
        meta_property("og:title", page.title, "title" in authored),
    ]
    if page.social_description:
        found.append(
            meta_property(
                "og:description", page.social_description, "social_description" in authored
            )
        )
    if page.url:
        found.append(meta_property("og:url", page.canonical or page.url))
    found.append(shared_property("og:site_name", page.site.name))
    if page.locale:
        found.append(shared_property("og:locale", page.locale))
        found += [shared_property("og:locale:alternate", other) for other in page.other_locales]
    if page.image:
        found += _image_tags(page.image, "image" in authored)
    if page.og_type == "article":
        found += _article_tags(page)
    if page.kind == "author" and (username := _username(page.authors[0])):
        found.append(meta_property("profile:username", username))
    if page.site.account.facebook_app_id:
        found.append(shared_property("fb:app_id", page.site.account.facebook_app_id))
    return found


def _username(person: Person) -> str:
    return person.x.lstrip("@") or person.fediverse.lstrip("@").partition("@")[0]


def _relative_tags(page: Page) -> list[Tag]:
    """Return what can be said while nobody knows where the site will be."""
    found = [
        shared_property("og:type", page.og_type),
        meta_property("og:title", page.title),
        shared_property("og:site_name", page.site.name),
    ]
    if page.social_description:
        found.insert(2, meta_property("og:description", page.social_description))
    return found


@lru_cache(maxsize=64)
def _image_tags(image: Image, authored: bool) -> tuple[Tag, ...]:
    details = (
        ("og:image", image.url),
        ("og:image:type", image.type),
        ("og:image:width", image.width),
        ("og:image:height", image.height),
        ("og:image:alt", image.alt),
    )
    return tuple(meta_property(key, str(value), authored) for key, value in details if value)


def _article_tags(page: Page) -> list[Tag]:
    found = []
    if page.published:
        found.append(meta_property("article:published_time", page.published))
    if page.modified:
        found.append(meta_property("article:modified_time", page.modified))
    found += [
        shared_property("article:author", author.url) for author in page.authors if author.url
    ]
    if page.section:
        found.append(shared_property("article:section", page.section))
    found += [shared_property("article:tag", tag) for tag in page.tags[:10]]
    return found
