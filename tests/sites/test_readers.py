"""Readers that others wrote understand our pages, and agree on what they say."""

import json
from pathlib import Path

import extruct
import lxml.html
import pytest
from conftest import make
from pyld import jsonld

from sites.test_kinds import KINDS, SETTINGS, SOURCES

CONTEXT = {"@context": {"@vocab": "https://schema.org/", "url": {"@type": "@id"}}}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("readers")
    make(root, SOURCES, **SETTINGS).run()
    return root / "output"


@pytest.mark.parametrize("name", KINDS)
def test_extruct_and_lxml_read_the_same_open_graph(output: Path, name: str) -> None:
    page = (output / name).read_text(encoding="utf-8")
    found = extruct.extract(
        page, base_url="https://example.org/", syntaxes=["opengraph", "json-ld"], errors="strict"
    )
    (graph,) = found["opengraph"]
    properties = [tuple(pair) for pair in graph["properties"]]
    assert dict(properties)["og:title"] == KINDS[name][1]
    head = lxml.html.document_fromstring(page).head
    seen = [
        (meta.get("property"), meta.get("content"))
        for meta in head.iter("meta")
        if (meta.get("property") or "").startswith("og:")
    ]
    assert [pair for pair in properties if pair[0].startswith("og:")] == seen


@pytest.mark.parametrize("name", [name for name in KINDS if "draft" not in name])
def test_pyld_expands_the_json_ld_and_every_id_is_absolute(output: Path, name: str) -> None:
    page = (output / name).read_text(encoding="utf-8")
    scripts = lxml.html.document_fromstring(page).xpath(
        "//head/script[@type='application/ld+json']"
    )
    if name == "hidden.html":
        assert scripts == []
        return
    (script,) = scripts

    def offline(url: str, options: object) -> dict[str, object]:
        return {"contextUrl": None, "documentUrl": url, "document": CONTEXT}

    nodes = jsonld.expand(json.loads(script.text), {"documentLoader": offline})
    types = [node["@type"][0] for node in nodes]
    assert "https://schema.org/WebSite" in types
    assert all(node["@id"].startswith("https://example.org/blog/") for node in nodes)
    assert len({node["@id"] for node in nodes}) == len(nodes)
