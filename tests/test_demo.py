"""The demo site builds without a warning, and its pages are right."""

import subprocess
import sys
from pathlib import Path

import pytest
from heads import meta, repeated

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("demo")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pelican",
            "-s",
            str(ROOT / "demo_site/pelicanconf.py"),
            "-o",
            str(output),
            "--fatal",
            "warnings",
        ],
        check=True,
        cwd=output,
    )
    return output


def test_every_page_states_each_fact_once(output: Path) -> None:
    pages = list(output.rglob("*.html"))
    assert len(pages) > 30
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert repeated(page) == {}, path
        assert meta(page, "og:title"), path
        assert meta(page, "og:url").startswith("https://smo.example"), path


def test_no_page_asks_another_server_for_anything(output: Path) -> None:
    import html5lib

    for path in output.rglob("*.html"):
        tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        loads = [e.get("src") for e in tree.iter() if isinstance(e.tag, str) and e.get("src")]
        loads += [
            link.get("href")
            for link in tree.iter("link")
            if link.get("rel") in ("stylesheet", "icon", "preload")
        ]
        assert [url for url in loads if url and "//" in url] == [], path
