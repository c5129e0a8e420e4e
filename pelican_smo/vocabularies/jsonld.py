"""The home of JSON-LD: what schema.org has to say of a page, as one graph."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from pelican_smo.page import Image, Page, Person, Site
from pelican_smo.tags import Tag, json_ld, json_text

__all__ = ["tags"]

_PAGE_TYPES = {
    "author": "ProfilePage",
    "category": "CollectionPage",
    "tag": "CollectionPage",
    "index": "CollectionPage",
    "home": "CollectionPage",
    "archive": "CollectionPage",
    "period": "CollectionPage",
}


def tags(page: Page) -> list[Tag]:
    """Return the JSON-LD block of ``page``; drafts, hidden pages and sites without URL have none.

    A node without its required facts is left out, as is every empty property.
    """
    if not page.canonical or page.status != "published":
        return []
    nodes = [*_page_nodes(page), *_site_nodes(page.site)]
    nodes += [_person_node(author, page.site) for author in page.authors]
    graph = ",".join(dict.fromkeys(nodes))
    return [json_ld(f'{{"@context":"https://schema.org","@graph":[{graph}]}}')]


def _node(type_: str, identifier: str, **properties: Any) -> str:
    filled = {name: value for name, value in properties.items() if value}
    return json_text({"@type": type_, "@id": identifier, **filled})


def _page_nodes(page: Page) -> list[str]:
    site, url = page.site, page.canonical
    is_article = page.kind == "article"
    page_type = "WebPage" if is_article else _PAGE_TYPES.get(page.kind, page.schema_type)
    image = {"@id": f"{url}#image"} if page.image else None
    nodes = []
    if is_article:
        nodes.append(_article_node(page, image))
    nodes.append(
        _node(
            page_type,
            url,
            url=url,
            name=page.headline,
            description=page.description,
            inLanguage=page.language,
            isPartOf={"@id": f"{site.url}/#website"},
            primaryImageOfPage=image,
            breadcrumb={"@id": f"{url}#crumbs"} if len(page.crumbs) > 1 else None,
            mainEntity={"@id": _person_id(page.authors[0], site)}
            if page.kind == "author" and page.authors
            else None,
            about={"@id": f"{site.url}/#publisher"}
            if page.kind == "home" and site.publisher
            else None,
            workTranslation=[
                {"@id": other}
                for _, other in page.translations
                if other != url and page.kind == "page"
            ][:-1]
            if page.kind == "page"
            else None,
        )
    )
    if page.image:
        nodes.append(_image_node(f"{url}#image", page.image))
    if len(page.crumbs) > 1:
        nodes.append(
            _node(
                "BreadcrumbList",
                f"{url}#crumbs",
                itemListElement=[
                    {"@type": "ListItem", "position": position, "name": name, "item": item}
                    for position, (name, item) in enumerate(page.crumbs, 1)
                ],
            )
        )
    return nodes


def _article_node(page: Page, image: dict[str, str] | None) -> str:
    site, url = page.site, page.canonical
    return _node(
        page.schema_type,
        f"{url}#article",
        url=url,
        headline=page.headline,
        description=page.social_description or page.description,
        datePublished=_date(page.published),
        dateModified=_date(page.modified or page.published),
        author=[{"@id": _person_id(author, site)} for author in page.authors],
        publisher={"@id": f"{site.url}/#publisher"} if site.publisher else None,
        image=image,
        articleSection=page.section,
        keywords=list(page.tags),
        inLanguage=page.language,
        wordCount=page.words,
        timeRequired=f"PT{page.minutes}M" if page.minutes else "",
        mainEntityOfPage={"@id": url},
        isPartOf={"@type": "CreativeWorkSeries", "name": page.series} if page.series else None,
    )


def _date(moment: datetime | None) -> str:
    """Return a date as its author gave it: without a time where he named none."""
    if moment is None:
        return ""
    if not (moment.hour or moment.minute or moment.second):
        return moment.date().isoformat()
    return moment.isoformat()


def _image_node(identifier: str, image: Image) -> str:
    return _node(
        "ImageObject",
        identifier,
        url=image.url,
        contentUrl=image.url,
        caption=image.alt,
        width=image.width and f"{image.width} px",
        height=image.height and f"{image.height} px",
    )


def _person_id(person: Person, site: Site) -> str:
    if person.url:
        return f"{person.url}#person"
    return f"{site.url}/#person-" + "-".join(person.name.split()).lower()


@lru_cache(maxsize=1024)
def _person_node(person: Person, site: Site) -> str:
    return _node(
        "Person",
        _person_id(person, site),
        name=person.name,
        url=person.url,
        sameAs=list(person.profiles),
        image=person.image.url if person.image else None,
    )


@lru_cache(maxsize=64)
def _site_nodes(site: Site) -> tuple[str, ...]:
    """Return the nodes that are the same on every page: the site and who publishes it."""
    home = f"{site.url}/"
    publisher = site.publisher
    website = _node(
        "WebSite",
        f"{home}#website",
        url=home,
        name=site.name,
        description=site.description,
        inLanguage=site.language,
        publisher={"@id": f"{home}#publisher"} if publisher else None,
    )
    if publisher is None:
        return (website,)
    logo = publisher.image
    return website, _node(
        publisher.type,
        f"{home}#publisher",
        name=publisher.name,
        url=publisher.url,
        sameAs=list(publisher.profiles),
        **(
            {
                "logo" if publisher.type == "Organization" else "image": {
                    "@type": "ImageObject",
                    "url": logo.url,
                }
            }
            if logo
            else {}
        ),
    )
