"""The demo site builds without a warning, and its pages are right."""

from pathlib import Path

from heads import meta, repeated


def test_every_page_states_each_fact_once(demo: Path) -> None:
    pages = list(demo.rglob("*.html"))
    assert len(pages) > 30
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert repeated(page) == {}, path
        assert meta(page, "og:title"), path
        assert meta(page, "og:url").startswith("https://smo.example"), path


def test_no_page_asks_another_server_for_anything(demo: Path) -> None:
    import html5lib

    for path in demo.rglob("*.html"):
        tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        loads = [e.get("src") for e in tree.iter() if isinstance(e.tag, str) and e.get("src")]
        loads += [
            link.get("href")
            for link in tree.iter("link")
            if link.get("rel") in ("stylesheet", "icon", "preload")
        ]
        assert [url for url in loads if url and "//" in url] == [], path
