"""Real Pelican builds of tiny sites, in this process, in a temporary folder."""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from demo import build_demo
from pelican import Pelican
from pelican.log import LimitFilter
from pelican.settings import DEFAULT_CONFIG, configure_settings

from pelican_smo.hooks import SIGNALS

SITE = {
    "SITEURL": "https://example.org/blog",
    "SITENAME": "Sea & Shore",
    "AUTHOR": "Ada Lovelace",
    "TIMEZONE": "Europe/Paris",
    "DEFAULT_DATE_FORMAT": "%Y-%m-%d",
    "THEME": "simple",
    "PLUGINS": ["pelican_smo"],
}

Build = Callable[..., Path]

# In CI the same examples every time; a developer's machine goes on looking for new ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="make what is built now the files of tests/pages",
    )


def write(root: Path, sources: Mapping[str, str | bytes]) -> None:
    for name, text in sources.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def make(root: Path, sources: Mapping[str, str | bytes], **settings: Any) -> Pelican:
    """Return a Pelican for ``sources``, paths below the site folder ``root`` to texts."""
    for signal, receiver in SIGNALS:  # signals outlive a site: one without the plugin is without
        signal.disconnect(receiver)
    (root / "content").mkdir(parents=True, exist_ok=True)
    write(root, sources)
    values = {
        **DEFAULT_CONFIG,
        **SITE,
        "PATH": str(root / "content"),
        "OUTPUT_PATH": str(root / "output"),
        "CACHE_PATH": str(root / "cache"),
        **settings,
    }
    return Pelican(configure_settings(values))


@pytest.fixture(autouse=True)
def _fresh_log() -> None:
    """Forget what Pelican logged in earlier tests; it prints each message once a process."""
    LimitFilter._raised_messages.clear()
    LimitFilter._group_count.clear()


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a site from sources and settings; returns its output folder."""

    def run(sources: Mapping[str, str | bytes], *, name: str = "site", **settings: Any) -> Path:
        root = tmp_path / name
        make(root, sources, **settings).run()
        return root / "output"

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo site with its own theme; returns its output folder."""
    return build_demo(tmp_path_factory.mktemp("demo"))


def need(found: object, reason: str) -> None:
    """Skip the test where the machine lacks something; in CI that is a failure."""
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture
def messages(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Return everything that pelican_smo logged, warnings and up."""
    caplog.set_level(logging.INFO)
    return lambda: "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("pelican_smo") and record.levelno >= logging.WARNING
    )
