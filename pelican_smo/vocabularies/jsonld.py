"""The home of JSON-LD: what schema.org has to say of a page, as one graph."""

from collections.abc import Iterable
from functools import lru_cache

from pelican_smo.page import Image, Page, Person, Site
from pelican_smo.tags import Tag, json_ld, json_string

__all__ = ["tags"]

_PAGE_TYPES = {
    "author": "ProfilePage",
    "category": "CollectionPage",
    "tag": "CollectionPage",
    "index": "CollectionPage",
    "home": "CollectionPage",
    "archive": "WebPage",
    "period": "WebPage",
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


# A node is written as text at once: what it refers to is text already, made once in a build.


def _node(type_: str, identifier: str, **members: str) -> str:
    """Return a node as JSON; ``members`` are JSON, too, and the empty ones are left out."""
    filled = "".join([f',"{name}":{json}' for name, json in members.items() if json])
    return f'{{"@type":{json_string(type_)},"@id":{json_string(identifier)}{filled}}}'


def _text(value: str) -> str:
    return json_string(value) if value else ""


def _ref(identifier: str) -> str:
    return f'{{"@id":{json_string(identifier)}}}'


def _list(members: Iterable[str]) -> str:
    """Return a JSON array of ``members``, JSON each; empty if there are none."""
    joined = ",".join(members)
    return f"[{joined}]" if joined else ""


def _page_nodes(page: Page) -> list[str]:
    site, url = page.site, page.canonical
    is_article = page.kind == "article"
    image = _ref(f"{url}#image") if page.image else ""
    has_crumbs = len(page.crumbs) > 1
    nodes = [_article_node(page, image)] if is_article else []
    if page.kind == "home":
        nodes.append(_blog_node(page))
    nodes.append(
        _node(
            "WebPage" if is_article else _PAGE_TYPES.get(page.kind, page.schema_type),
            url,
            url=json_string(url),
            name=_text(page.headline),
            description=_text(page.description),
            inLanguage=_text(page.language),
            isPartOf=_ref(f"{site.url}/#website"),
            primaryImageOfPage=image,
            breadcrumb=_ref(f"{url}#crumbs") if has_crumbs else "",
            **({} if is_article else _more_of_page(page)),
        )
    )
    if page.image:
        nodes.append(_image_node(f"{url}#image", page.image))
    if has_crumbs:
        nodes.append(_crumbs_node(page))
    return nodes


def _more_of_page(page: Page) -> dict[str, str]:
    """Return what a page that is no article may say of itself."""
    site = page.site
    if page.kind == "author" and page.authors:
        return {"mainEntity": _ref(_person_id(page.authors[0], site))}
    if page.kind == "home" and site.publisher:
        return {"about": _ref(f"{site.url}/#publisher")}
    return {"workTranslation": _translations(page, "")}


def _translations(page: Page, part: str) -> str:
    others = {url: None for _, url in page.translations if url != page.url}
    return _list(_ref(f"{url}{part}") for url in others)


def _blog_node(page: Page) -> str:
    site = page.site
    return _node(
        "Blog",
        f"{page.canonical}#blog",
        url=json_string(page.canonical),
        name=_text(site.name),
        description=_text(site.description),
        inLanguage=_text(site.language),
        publisher=_ref(f"{site.url}/#publisher") if site.publisher else "",
        mainEntityOfPage=_ref(page.canonical),
    )


def _crumbs_node(page: Page) -> str:
    items = [
        f'{{"@type":"ListItem","position":{position},"name":{json_string(name)},"item":{json_string(item)}}}'
        for position, (name, item) in enumerate(page.crumbs, 1)
    ]
    return _node("BreadcrumbList", f"{page.canonical}#crumbs", itemListElement=_list(items))


def _article_node(page: Page, image: str) -> str:
    site, url = page.site, page.canonical
    return _node(
        page.schema_type,
        f"{url}#article",
        url=json_string(url),
        headline=_text(page.headline),
        description=_text(page.social_description or page.description),
        datePublished=_date(page.published),
        dateModified=_date(page.modified or page.published),
        author=_authors(page.authors, site),
        publisher=_ref(f"{site.url}/#publisher") if site.publisher else "",
        image=image,
        articleSection=_text(page.section),
        keywords=_list(map(json_string, page.tags)),
        inLanguage=_text(page.language),
        workTranslation=_translations(page, "#article") if page.translations else "",
        wordCount=f"{page.words}" if page.words else "",
        timeRequired=f'"PT{page.minutes}M"' if page.minutes else "",
        mainEntityOfPage=_ref(url),
        isPartOf=f'{{"@type":"CreativeWorkSeries","name":{json_string(page.series)}}}'
        if page.series
        else "",
    )


def _date(moment: str) -> str:
    """Return a date as its author gave it: without a time where he named none."""
    return _text(moment[:10] if moment[11:19] == "00:00:00" else moment)


def _image_node(identifier: str, image: Image) -> str:
    return _node(
        "ImageObject",
        identifier,
        url=json_string(image.url),
        contentUrl=json_string(image.url),
        caption=_text(image.alt),
        width=f'"{image.width} px"' if image.width else "",
        height=f'"{image.height} px"' if image.height else "",
    )


def _person_id(person: Person, site: Site) -> str:
    if person.url:
        return f"{person.url}#person"
    return f"{site.url}/#person-" + "-".join(person.name.split()).lower()


@lru_cache(maxsize=1024)
def _authors(authors: tuple[Person, ...], site: Site) -> str:
    return _list(_ref(_person_id(author, site)) for author in authors)


@lru_cache(maxsize=1024)
def _person_node(person: Person, site: Site) -> str:
    return _node(
        "Person",
        _person_id(person, site),
        name=_text(person.name),
        url=_text(person.url),
        sameAs=_list(map(json_string, person.profiles)),
        image=_text(person.image.url) if person.image else "",
    )


@lru_cache(maxsize=64)
def _site_nodes(site: Site) -> tuple[str, ...]:
    """Return the nodes that are the same on every page: the site and who publishes it."""
    home = f"{site.url}/"
    publisher = site.publisher
    website = _node(
        "WebSite",
        f"{home}#website",
        url=json_string(home),
        name=_text(site.name),
        description=_text(site.description),
        inLanguage=_text(site.language),
        publisher=_ref(f"{home}#publisher") if publisher else "",
    )
    if publisher is None:
        return (website,)
    logo = publisher.image
    picture = f'{{"@type":"ImageObject","url":{json_string(logo.url)}}}' if logo else ""
    return website, _node(
        publisher.type,
        f"{home}#publisher",
        name=_text(publisher.name),
        url=_text(publisher.url),
        sameAs=_list(map(json_string, publisher.profiles)),
        **{"logo" if publisher.type == "Organization" else "image": picture},
    )
