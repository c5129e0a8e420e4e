"""Every page of the demo site, by day, by night and in forced colours: nothing for axe to find."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page(
    open_page: Callable[..., Page], demo: Path, served: str, look: str
) -> None:
    axe = Axe()
    paths = sorted(path.relative_to(demo).as_posix() for path in demo.rglob("*.html"))
    assert len(paths) > 40
    page = open_page(paths[0], reduced_motion="reduce", **LOOKS[look])
    found = []
    for path in paths:
        page.goto(f"{served}/{path}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        for violation in axe.run(page).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{path}: {violation['id']} {targets}")
    assert found == []
