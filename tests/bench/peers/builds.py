"""What a card takes in builds by mkdocs-material and by sphinxext-opengraph, beside ours.

Each is installed into an environment of its own: `mkdocs-material[imaging]`, or `sphinx` and
`sphinxext-opengraph[social-cards]`. A build of 60 pages and one of 10, each with cards and
without: what their differences differ by is the time of 50 cards, without that of imports.
mkdocs-material would ask the web for its font, so it gets Roboto's files from a folder; run
this where there is no network (`unshare -n`), and nothing can be asked for.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click

sys.path.insert(0, str(Path(__file__).parent.parent))
from cards import titles

FEW, MANY = 10, 60
TEXT = "The boat left the harbour in the morning, and the gull stayed.\n\n" * 5
MKDOCS = """site_name: Bench
site_url: https://example.org/
theme: {{name: material, font: false}}
plugins: [{}]
"""
SPHINX = """project = "Bench"
extensions = ["sphinxext.opengraph"]
ogp_site_url = "https://example.org/"
ogp_social_cards = {{"enable": {}}}
"""
INDEX = "Bench\n=====\n\n.. toctree::\n   :glob:\n\n   p*\n"
STYLES = ("Regular", "Bold", "Medium", "Light", "Italic")


class Took(NamedTuple):
    """What a build took: seconds, seconds, megabytes."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str], folder: Path) -> Took:
    """Run ``command`` in ``folder``; stop here if it fails."""
    start = time.perf_counter()
    pid = os.fork()
    if not pid:
        os.chdir(folder)
        log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(command[0], command)
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit((folder / "log.txt").read_text(encoding="utf-8"))
    wall = time.perf_counter() - start
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def mkdocs(root: Path, binaries: Path, fonts: Path, pages: int, *, cards: bool) -> Took:
    """Build ``pages`` with mkdocs-material."""
    docs, kept = root / "docs", root / ".cache/plugin/social/fonts/Roboto"
    docs.mkdir()
    kept.mkdir(parents=True)
    for style in STYLES:
        shutil.copy(next(fonts.rglob(f"Roboto-{style}.ttf")), kept / f"{style}.ttf")
    for n, title in enumerate(titles(pages)):
        head = f"---\ntitle: {title.text}\ndescription: What page {n} is about.\n---\n\n"
        (docs / (f"p{n}.md" if n else "index.md")).write_text(head + TEXT, encoding="utf-8")
    (root / "mkdocs.yml").write_text(MKDOCS.format("social" if cards else ""), encoding="utf-8")
    return run([str(binaries / "mkdocs"), "build", "-q"], root)


def sphinx(root: Path, binaries: Path, fonts: Path, pages: int, *, cards: bool) -> Took:
    """Build ``pages`` with Sphinx; its extension brings its font along."""
    docs = root / "docs"
    docs.mkdir()
    for n, title in enumerate(titles(pages)):
        head = f"{title.text}\n{'=' * len(title.text)}\n\n"
        (docs / f"p{n}.rst").write_text(head + TEXT, encoding="utf-8")
    (docs / "index.rst").write_text(INDEX, encoding="utf-8")
    (docs / "conf.py").write_text(SPHINX.format(cards), encoding="utf-8")
    command = [str(binaries / "sphinx-build"), "-q", "-b", "html", "docs", "output"]
    return run(command, root)


def per_card(build: Callable[..., Took], binaries: Path, fonts: Path) -> Took:
    """Return what each of the later cards takes, and the memory that all take."""
    took = {}
    for pages in (FEW, MANY):
        for cards in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                took[pages, cards] = build(Path(folder), binaries, fonts, pages, cards=cards)
    added = {
        pages: Took(*(a - b for a, b in zip(took[pages, True], took[pages, False], strict=True)))
        for pages in (FEW, MANY)
    }
    wall, cpu = (
        (added[MANY][clock] - added[FEW][clock]) / (MANY - FEW) * 1e3 for clock in range(2)
    )
    return Took(wall, cpu, added[MANY].memory)


@click.command()
@click.argument("peer", type=click.Choice(["mkdocs", "sphinx"]))
@click.argument("binaries", type=click.Path(exists=True, path_type=Path, resolve_path=True))
@click.option("--fonts", type=click.Path(exists=True, path_type=Path, resolve_path=True))
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
def main(peer: str, binaries: Path, fonts: Path | None, rounds: int) -> None:
    """Print what a card takes in builds by PEER, whose programs are in the folder BINARIES."""
    if peer == "mkdocs" and fonts is None:
        raise click.UsageError("mkdocs needs --fonts, a folder with Roboto-Regular.ttf and others")
    build = {"mkdocs": mkdocs, "sphinx": sphinx}[peer]
    some = [per_card(build, binaries, fonts or Path()) for _ in range(rounds)]
    for name, values in zip(
        ("wall ms", "CPU ms", f"MB for {MANY}"), zip(*some, strict=True), strict=True
    ):
        middle, least, most = statistics.median(values), min(values), max(values)
        click.echo(f"{name}: {middle:.1f} ({least:.1f}–{most:.1f})")


if __name__ == "__main__":
    main()
