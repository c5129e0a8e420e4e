"""The code keeps its own rules: linted, typed, imports go one way."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pelican_smo"

# Imports go down these numbers only; what shares a number does not know each other.
LAYERS = {
    "errors": 0,
    "tags": 0,
    "text": 0,
    "urls": 0,
    "handles": 0,
    "labels": 0,
    "processes": 0,
    "assets": 0,
    "skeleton": 0,
    "report": 0,
    "scan": 0,
    "share.networks": 0,
    "share.colors": 0,
    "share.icons": 0,
    "share.qr": 0,
    "page": 1,
    "settings": 1,
    "inject": 1,
    "merge": 1,
    "manifest": 1,
    "share.assets": 1,
    "share.budget": 1,
    "entry": 2,
    "mentions": 2,
    "images": 2,
    "share.choice": 2,
    "share.widgets": 2,
    "vocabularies": 2,
    "collect": 3,
    "share.oembed": 3,
    "share.sharing": 4,
    "cards": 4,
    "finish": 5,
    "linkbacks": 1,
    "receiver": 5,
    "hooks": 6,
    "preview": 6,
    "cli": 7,
    "__main__": 8,
}


def layer(module: str) -> str:
    """Return the entry of LAYERS that ``module``, without the package's name, belongs to."""
    parts = module.split(".")
    return module if module in LAYERS else parts[0]


def imports() -> list[tuple[str, str]]:
    return [
        (layer(module), layer(str(node.module).removeprefix("pelican_smo.")))
        for path in PACKAGE.rglob("*.py")
        if (module := _module(path)) not in ("__init__", "share")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pelican_smo.")
    ]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def test_imports_go_down_only() -> None:
    wrong = [(low, high) for low, high in imports() if low != high and LAYERS[high] >= LAYERS[low]]
    assert wrong == []


def test_only_hooks_and_preview_import_pelican() -> None:
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pelican"
    }
    assert importers == {
        "hooks.py",
        "preview/__init__.py",
        "preview/linkbacks.py",
        "preview/watching.py",
    }


def test_every_module_says_what_it_is_the_home_of() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_importing_the_package_is_cheap_and_prints_nothing() -> None:
    code = "import pelican_smo, sys; print('pelican' in sys.modules, 'jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["False", "False"], "")


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ],
)
def test_linters_find_nothing(command: list[str]) -> None:
    tool = shutil.which(command[0], path=str(Path(sys.executable).parent))
    assert tool, f"{command[0]} is part of the extra 'dev'"
    done = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
