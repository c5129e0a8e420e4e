"""What the plugin costs: one site built with and without it, and its own part inside a build."""

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent))
from pictures import png

WORDS = [
    "sea",
    "shore",
    "wave",
    "gull",
    "harbour",
    "light",
    "morning",
    "boat",
    "rope",
    "net",
    "tide",
    "sand",
    "salt",
    "wind",
]
PARAGRAPHS, PARAGRAPH_WORDS = 6, 100
CATEGORIES, TAGS, IMAGES = 10, 50, 20
OWN_RUNS = 3
ARTICLE = """Title: Article {n} & more
Date: 2026-01-{day:02d} 10:00
Modified: 2026-02-01 11:00
Category: category {category}
Tags: {tags}
Slug: article-{n}
Summary: What article {n} is about, in one sentence.

## First

{first}

* one
* two

## Second

{second}

See [elsewhere](https://other.example/{n}). ![A picture]({{static}}/images/{image}.png)
"""
SETTINGS: dict[str, Any] = {
    "SITEURL": "https://example.org",
    "SITENAME": "Bench",
    "AUTHOR": "Ada",
    "TIMEZONE": "UTC",
    "THEME": "simple",
    "DEFAULT_PAGINATION": 10,
    "PATH": "content",
}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {"PLUGINS": []},
    "pelican_smo": {
        "PLUGINS": ["pelican_smo"],
        "SMO_LINKBACK_ENDPOINT": "https://m.example.org",
    },
}


# The site


def article(n: int, choose: random.Random) -> str:
    """Return the source of article ``n``."""
    paragraphs = [" ".join(choose.choices(WORDS, k=PARAGRAPH_WORDS)) for _ in range(PARAGRAPHS)]
    half = PARAGRAPHS // 2
    return ARTICLE.format(
        n=n,
        day=n % 28 + 1,
        category=n % CATEGORIES,
        tags=", ".join(f"topic {tag:02d}" for tag in choose.sample(range(TAGS), 3)),
        first="\n\n".join(paragraphs[:half]),
        second="\n\n".join(paragraphs[half:]),
        image=n % IMAGES,
    )


def write_site(root: Path, articles: int) -> None:
    """Write articles, pictures and one settings file for each variant."""
    (root / "content/images").mkdir(parents=True)
    for image in range(IMAGES):
        (root / f"content/images/{image}.png").write_bytes(png(640, 360))
    choose = random.Random(1)
    for n in range(articles):
        (root / f"content/{n}.md").write_text(article(n, choose), encoding="utf-8")
    for name, own in VARIANTS.items():
        settings = {**SETTINGS, **own, "OUTPUT_PATH": f"output-{name}"}
        lines = (f"{key} = {value!r}\n" for key, value in settings.items())
        settings_file(root, name).write_text("".join(lines), encoding="utf-8")


def settings_file(root: Path, name: str) -> Path:
    """Return where the settings of a variant are."""
    return root / f"conf_{name}.py"


# A whole build, from outside


@dataclass(frozen=True)
class Usage:
    """What one process took: seconds, seconds and megabytes."""

    wall: float
    cpu: float
    memory: float


def spawn(arguments: Sequence[str], log: Path) -> Usage:
    """Run Python with ``arguments``, its output in ``log``; stop here if it fails."""
    to_log = [
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    command = [sys.executable, *arguments]
    start = time.perf_counter()
    pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=to_log)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(log.read_text(encoding="utf-8"))
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def whole_build(root: Path, name: str) -> Usage:
    """Build a variant as a user does, into an empty folder."""
    shutil.rmtree(root / f"output-{name}", ignore_errors=True)
    return spawn(["-m", "pelican", "-s", str(settings_file(root, name))], root / "log.txt")


def whole_builds(root: Path, rounds: int) -> dict[str, list[Usage]]:
    """Build the variants in turn, in the other order each round."""
    runs: dict[str, list[Usage]] = {name: [] for name in VARIANTS}
    for number in range(rounds):
        for name in reversed(VARIANTS) if number % 2 else VARIANTS:
            runs[name].append(whole_build(root, name))
    return runs


# The plugin's own parts, from inside a build


@dataclass
class Clock:
    """Adds up the time in the functions it wraps; one inside another counts once."""

    cpu: float = 0.0
    wall: float = 0.0
    pages: int = 0
    _inside: bool = field(default=False, repr=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what happens meanwhile."""
        if self._inside:
            yield
            return
        self._inside = True
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu += time.process_time() - cpu
            self.wall += time.perf_counter() - wall
            self._inside = False

    def wrap(self, function: Callable[..., Any], *, pages: int = 0) -> Callable[..., Any]:
        """Return ``function``, its time counted, and ``pages`` for each call."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self.pages += pages
            with self.running():
                return function(*args, **kwargs)

        return timed


def timed_build(settings: Path, result: Path) -> None:
    """Build in this process with every way into the plugin timed; write the sums as JSON."""
    cpu, wall = time.process_time(), time.perf_counter()
    from pelican import Pelican
    from pelican.settings import read_settings

    from pelican_smo import finish, hooks

    clock = Clock()
    # Signals hold their receivers weakly: SIGNALS is what keeps these alive.
    hooks.SIGNALS = tuple((signal, clock.wrap(own)) for signal, own in hooks.SIGNALS)  # type: ignore[assignment]
    finish.Run.finish = clock.wrap(finish.Run.finish, pages=1)  # type: ignore[method-assign]
    Pelican(read_settings(str(settings))).run()
    row = {
        "cpu": clock.cpu,
        "wall": clock.wall,
        "pages": clock.pages,
        "cpu_rest": time.process_time() - cpu - clock.cpu,
        "wall_rest": time.perf_counter() - wall - clock.wall,
    }
    result.write_text(json.dumps(row), encoding="utf-8")


def own_parts(root: Path) -> dict[str, float]:
    """Return the sums of one timed build in a new process."""
    shutil.rmtree(root / "output-pelican_smo", ignore_errors=True)
    settings, result = settings_file(root, "pelican_smo"), root / "own.json"
    spawn([__file__, "--timed", str(settings), str(result)], root / "log.txt")
    row: dict[str, float] = json.loads(result.read_text(encoding="utf-8"))
    return row


# What is printed


def middle_and_least(values: Sequence[float]) -> str:
    """Return median and minimum for a cell of the table."""
    return f"{statistics.median(values):8.2f} {min(values):8.2f}"


def whole_table(runs: dict[str, list[Usage]]) -> Iterator[str]:
    """Yield the lines about whole builds."""
    yield f"{'':12} {'wall s':>8} {'min':>8} {'CPU s':>8} {'min':>8} {'peak MB':>8}"
    for name, some in runs.items():
        wall = middle_and_least([run.wall for run in some])
        cpu = middle_and_least([run.cpu for run in some])
        yield f"{name:12} {wall} {cpu} {peak(some):8.1f}"
    median, least = (cpu_ratio(runs, pick) for pick in (statistics.median, min))
    yield f"{'CPU ratio':12} {'':17} {median:8.3f} {least:8.3f}"


def peak(runs: Sequence[Usage]) -> float:
    """Return the largest memory of several runs."""
    return max(run.memory for run in runs)


def cpu_ratio(runs: dict[str, list[Usage]], pick: Callable[[list[float]], float]) -> float:
    """Return the CPU time with the plugin over that without, of the runs that ``pick`` picks."""
    with_plugin, plain = (
        pick([run.cpu for run in runs[name]]) for name in ("pelican_smo", "plain")
    )
    return with_plugin / plain


def own_table(rows: Sequence[dict[str, float]], articles: int) -> Iterator[str]:
    """Yield the lines about the plugin's own parts, one for each build."""
    yield f"{'own parts':12} {'CPU s':>8} {'CPU %':>8} {'wall %':>8} {'ms/art.':>8} {'µs/page':>8} {'pages':>8}"
    for number, row in enumerate(rows, 1):
        cpu, wall = share(row, "cpu"), share(row, "wall")
        per_article, per_page = row["cpu"] / articles * 1e3, row["cpu"] / row["pages"] * 1e6
        yield (
            f"{f'build {number}':12} {row['cpu']:8.3f} {cpu:8.2f} {wall:8.2f}"
            f" {per_article:8.3f} {per_page:8.0f} {row['pages']:8.0f}"
        )


def share(row: dict[str, float], clock: str) -> float:
    """Return the own parts as a percentage of the rest of the same build."""
    return 100 * row[clock] / row[f"{clock}_rest"]


def markdown(runs: dict[str, list[Usage]], rows: Sequence[dict[str, float]], articles: int) -> str:
    """Return the line for the README."""
    shares = [share(row, "cpu") for row in rows]
    per_page = statistics.median(row["cpu"] / row["pages"] for row in rows) * 1e6
    return (
        f"| {articles:,} articles | {min(shares):.1f}–{max(shares):.1f} % of the rest of the build"
        f" | {per_page:.0f} µs a page | CPU ratio {cpu_ratio(runs, statistics.median):.3f}"
        f" | peak {peak(runs['pelican_smo']):.0f} MB beside {peak(runs['plain']):.0f} MB |"
    )


@click.command()
@click.option("--articles", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--timed", type=(Path, Path), default=None, hidden=True)
def main(articles: int, rounds: int, timed: tuple[Path, Path] | None) -> None:
    """Print what builds with and without the plugin take, and the plugin's own part."""
    if timed:
        timed_build(*timed)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_site(root, articles)
        runs = whole_builds(root, rounds)
        rows = [own_parts(root) for _ in range(OWN_RUNS)]
    lines = [*whole_table(runs), "", *own_table(rows, articles), "", markdown(runs, rows, articles)]
    click.echo("\n".join(lines))


if __name__ == "__main__":
    main()
