"""Readers that others wrote understand our pages, and agree on what they say."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import extruct
import lxml.html
import mf2py
import pytest
from heads import head, json_ld, links, metas, repeated, tree, widget
from pyld import jsonld

from sites.conftest import BASE, KINDS, PUBLISHED

Stated = dict[str, list[str]]

OPEN_GRAPH = ("og:", "article:", "profile:")
RDFA = {"http://ogp.me/ns#": "og:"} | {
    f"http://ogp.me/ns/{name}#": f"{name}:" for name in ("article", "profile")
}
# The context of schema.org, as far as our pages need it: what holds an address.
ADDRESSES = ("url", "contentUrl", "item", "sameAs", "image", "logo")
CONTEXT = {"@vocab": "https://schema.org/"} | {name: {"@type": "@id"} for name in ADDRESSES}
TEXTS = ("article", "page", "draft", "hidden", "translation")
ADA, RECEIVER = ["https://ada.example/"], "https://m.example.org"
RELS = {
    "author": dict.fromkeys(TEXTS, ADA),
    "me": {
        "home": ["https://forge.example/sea", "https://example.social/@sea"],
        "author": [
            "https://forge.example/ada",
            "https://example.social/@ada",
            "https://bsky.app/profile/ada.example",
            "https://x.com/ada",
        ],
    },
    "webmention": {kind: [f"{RECEIVER}/webmention"] for kind in ("article", "translation")},
    "pingback": {kind: [f"{RECEIVER}/pingback"] for kind in ("article", "translation")},
}


def extracted(page: str, syntax: str, url: str = BASE) -> Any:
    found = extruct.extract(page, base_url=url, syntaxes=[syntax], errors="strict")
    return found[syntax]


def by_lxml(page: str) -> Stated:
    stated: Stated = {}
    for found in lxml.html.document_fromstring(page).head.iter("meta"):
        key = found.get("property") or found.get("name") or ""
        stated.setdefault(key, []).append(found.get("content"))
    return stated


def by_extruct(page: str) -> Stated:
    stated: Stated = {}
    for key, value in extracted(page, "opengraph")[0]["properties"]:
        stated.setdefault(key, []).append(value)
    return stated


def by_rdfa(page: str) -> Stated:
    (subject,) = [node for node in extracted(page, "rdfa") if node["@id"] == BASE]
    return {
        prefix + iri.removeprefix(namespace): [value["@value"] for value in values]
        for iri, values in subject.items()
        for namespace, prefix in RDFA.items()
        if iri.startswith(namespace)
    }


READERS: dict[str, Callable[[str], Stated]] = {
    "html5lib": metas,
    "lxml": by_lxml,
    "extruct": by_extruct,
    "rdfa": by_rdfa,
}


def open_graph(stated: Stated) -> Stated:
    return {key: sorted(stated[key]) for key in sorted(stated) if key.startswith(OPEN_GRAPH)}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_once_what_it_is(pages: Mapping[str, str], kind: str, reader: str) -> None:
    expected, stated = KINDS[kind], READERS[reader](pages[kind])
    for key, value in (
        ("og:type", expected.og_type),
        ("og:title", expected.title),
        ("og:url", expected.url),
        ("og:description", expected.social_description or expected.description),
        ("og:image", expected.image),
        ("og:image:alt", expected.alt),
    ):
        assert stated.get(key, []) == ([value] if value else []), key
    assert open_graph(stated) == open_graph(metas(pages[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_stands_once_and_in_the_head(pages: Mapping[str, str], kind: str) -> None:
    page = pages[kind]
    assert repeated(page) == {}
    assert metas(page).get("description", []) == list(filter(None, [KINDS[kind].description]))
    elements = Counter(str(element.tag) for element in head(page).iter())
    assert elements["title"] == 1
    assert len(links(page, "canonical")) == (kind != "draft")
    assert len(json_ld(page)) == (kind in PUBLISHED)
    body = tree(page).find("body")
    assert body is not None
    assert not {"meta", "link", "title", "script"} & {element.tag for element in body.iter()}
    assert lxml.html.document_fromstring(page).body.xpath(".//meta|.//link|.//script") == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_address_in_the_head_is_absolute(pages: Mapping[str, str], kind: str) -> None:
    stated = metas(pages[kind])
    addresses = [link.get("href", "") for link in head(pages[kind]).iter("link")]
    for key in ("og:url", "og:image", "article:author"):
        addresses += stated.get(key, [])
    assert [address for address in addresses if not address.startswith("https://")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_mf2py_finds_the_same_links(pages: Mapping[str, str], kind: str) -> None:
    rels = mf2py.parse(doc=pages[kind], url=KINDS[kind].url)["rels"]
    assert rels.get("canonical", []) == ([KINDS[kind].url] if kind != "draft" else [])
    for rel, urls in RELS.items():
        assert rels.get(rel, []) == urls.get(kind, []), rel
    for rel in {str(link.get("rel")) for link in head(pages[kind]).iter("link")}:
        found = [link["href"] for link in links(pages[kind], rel)]
        assert rels[rel] == list(dict.fromkeys(found)), rel


@pytest.mark.parametrize("kind", ["article", "translation", "page"])
def test_the_widget_adds_nothing_to_the_items_of_a_theme(
    pages: Mapping[str, str], kind: str
) -> None:
    page, ours = pages[kind], widget(pages[kind])
    assert ours
    with_it, without = (mf2py.parse(doc=doc)["items"] for doc in (page, page.replace(ours, "")))
    assert with_it[0]["type"] == ["h-entry"]
    assert with_it == without
    assert extracted(page, "microdata") == []


@pytest.mark.parametrize("kind", PUBLISHED)
def test_json_ld_says_the_same(pages: Mapping[str, str], kind: str) -> None:
    expected = KINDS[kind]
    (data,) = extracted(pages[kind], "json-ld")
    nodes = {node["@id"]: node for node in data["@graph"]}
    page, image = nodes[expected.url], nodes[f"{expected.url}#image"]
    assert page["url"] == expected.url
    assert page["name"] == (expected.headline or expected.title)
    assert page.get("description", "") == expected.description
    assert page["primaryImageOfPage"] == {"@id": image["@id"]}
    assert image["contentUrl"] == expected.image
    assert image.get("caption", "") == expected.alt


@pytest.mark.parametrize("kind", PUBLISHED)
def test_what_json_ld_refers_to_is_there_or_a_translation(
    pages: Mapping[str, str], kind: str
) -> None:
    nodes = json_ld(pages[kind])[0]["@graph"]
    translations = [link["href"] for link in links(pages[kind], "alternate")]
    known = {node["@id"] for node in nodes} | set(translations)
    known |= {f"{url}#article" for url in translations}
    assert {value for key, value in scalars(nodes) if key == "@id"} - known == set()


@pytest.mark.parametrize("kind", PUBLISHED)
def test_pyld_finds_nodes_of_the_right_types_with_absolute_ids(
    pages: Mapping[str, str], kind: str
) -> None:
    def offline(url: str, options: object) -> dict[str, object]:
        assert url == "https://schema.org"
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": CONTEXT}}

    nodes = jsonld.expand(json_ld(pages[kind])[0], {"documentLoader": offline})
    types = [node["@type"][0].removeprefix("https://schema.org/") for node in nodes]
    always = ["ImageObject", "Organization", "WebSite"]
    assert sorted(types) == sorted([*always, *KINDS[kind].types.split()])
    assert len({node["@id"] for node in nodes}) == len(nodes)
    values = list(scalars(nodes))
    identifiers = {value for key, value in values if key == "@id"}
    assert {value for value in identifiers if not value.startswith("https://")} == set()
    assert [value for key, value in values if key == "@value" and "://" in str(value)] == []


def scalars(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Return every (key, value) of an expanded document, however deep."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from scalars(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from scalars(member, key)
    else:
        yield key, value
