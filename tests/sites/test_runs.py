"""Builds on top of builds: twice over, inside one another, again after each change."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Build, make
from heads import links, meta, repeated
from pelican import Pelican, signals

ONE = "Title: One\nDate: 2026-01-01\nTags: fish\nSlug: one\n\nThe **first** text, [there](https://o.example/)."
TWO = "Title: Two\nDate: 2026-01-02\nSlug: two\n\nThe second text."
SOURCES = {"content/one.md": ONE, "content/two.md": TWO}
ENDPOINT = {"SMO_LINKBACK_ENDPOINT": "https://m.example.org"}


def files(output: Path) -> dict[str, bytes]:
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file()
    }


def targets(output: Path) -> list[str]:
    return [row["url"] for row in json.loads((output / "smo/targets.json").read_text())["targets"]]


def sources(root: Path) -> list[tuple[str, str]]:
    rows = json.loads((root / ".pelican-smo/links.json").read_text())["articles"]
    return [(row["site"], row["url"]) for row in rows]


def test_its_own_output_as_a_theme_comes_out_the_same(build: Build, tmp_path: Path) -> None:
    first = (build(SOURCES) / "one.html").read_text()
    again = build(
        {
            "content/one.md": ONE,
            "theme/article.html": f"{{% raw %}}{first}{{% endraw %}}",
        },
        name="again",
        THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "again/theme")],
    )
    assert (again / "one.html").read_text() == first.rstrip("\n")


def test_the_second_run_of_one_object_follows_what_changed(tmp_path: Path) -> None:
    site = make(tmp_path, SOURCES, **ENDPOINT)
    site.run()
    output = tmp_path / "output"
    before = files(output)
    site.run()
    assert files(output) == before
    (tmp_path / "content/one.md").write_text(ONE.replace("One", "Eins"))
    (tmp_path / "content/two.md").unlink()
    site.run()
    assert meta((output / "one.html").read_text(), "og:title") == "Eins"
    assert targets(output) == ["https://example.org/blog/one.html"]
    assert sources(tmp_path) == [("https://example.org/blog", "https://example.org/blog/one.html")]


def test_a_site_built_inside_another_is_a_site_of_its_own(tmp_path: Path) -> None:
    """As i18n_subsites does it: a whole Pelican within the other's get_writer."""
    outer = make(tmp_path, SOURCES, **ENDPOINT)
    inner_settings = {
        **outer.settings,
        "SITEURL": "https://example.org/blog/fr",
        "SITENAME": "La mer",
        "DEFAULT_LANG": "fr",
        "OUTPUT_PATH": str(tmp_path / "output/fr"),
        "PATH": str(tmp_path / "content"),
        "DELETE_OUTPUT_DIRECTORY": False,
    }
    built: list[Pelican] = []

    def build_inner(pelican: Any) -> None:
        if not built:
            built.append(Pelican(inner_settings))
            built[0].run()

    with signals.get_writer.connected_to(build_inner):
        outer.run()
    for name, folder, site in (
        ("Sea & Shore", tmp_path / "output", "https://example.org/blog"),
        ("La mer", tmp_path / "output/fr", "https://example.org/blog/fr"),
    ):
        page = (folder / "one.html").read_text()
        assert repeated(page) == {}
        assert meta(page, "og:site_name") == name
        assert meta(page, "og:url") == f"{site}/one.html"
        assert [link["href"] for link in links(page, "canonical")] == [f"{site}/one.html"]
        assert page.count('<aside class="smo-share"') == 1
        assert targets(folder) == [f"{site}/one.html", f"{site}/two.html"]
    assert {site for site, _ in sources(tmp_path)} == {
        "https://example.org/blog",
        "https://example.org/blog/fr",
    }


def test_content_from_the_cache_comes_out_the_same(tmp_path: Path) -> None:
    cached = {
        "LOAD_CONTENT_CACHE": True,
        "CACHE_CONTENT": True,
        "CONTENT_CACHING_LAYER": "generator",
    }
    make(tmp_path, SOURCES, **cached).run()
    before = files(tmp_path / "output")
    make(tmp_path, {}, **cached).run()
    assert files(tmp_path / "output") == before


def waited_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_autoreload_writes_what_a_new_build_writes(build: Build, tmp_path: Path) -> None:
    root = tmp_path / "watched"
    output = root / "output"
    (root / "content").mkdir(parents=True)
    (root / "content/one.md").write_text(ONE)
    settings = {
        "SITEURL": "https://example.org/blog",
        "SITENAME": "Sea & Shore",
        "TIMEZONE": "UTC",
        "THEME": "simple",
        "PLUGINS": ["pelican_smo"],
        "PATH": str(root / "content"),
        "OUTPUT_PATH": str(output),
        **ENDPOINT,
    }
    config = root / "pelicanconf.py"
    config.write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()))
    command = [sys.executable, "-m", "pelican", "-s", str(config), "--autoreload"]
    log = (root / "log.txt").open("wb")
    watcher = subprocess.Popen(command, stdout=log, stderr=log, cwd=root, env={**os.environ})
    try:
        assert waited_for((output / "smo/targets.json").is_file)
        for name, text in (("two", TWO), ("one", ONE.replace("One", "Eins"))):
            time.sleep(1)  # a watcher that has just built needs a moment to listen again
            (root / f"content/{name}.md").write_text(text)
            page = output / f"{name}.html"
            title = text.partition("\n")[0].removeprefix("Title: ")
            assert waited_for(lambda: page.is_file() and f'"{title}">' in page.read_text())  # noqa: B023
        assert waited_for(lambda: len(targets(output)) == 2)
        time.sleep(0.5)
    finally:
        watcher.terminate()
        watcher.wait()
        log.close()
    found = files(output)
    subprocess.run(
        [sys.executable, "-m", "pelican", "-s", str(config), "-o", str(root / "new"), "-q"],
        check=True,
        cwd=root,
        capture_output=True,
    )
    assert files(root / "new") == found
