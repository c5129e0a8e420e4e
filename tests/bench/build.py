"""What the plugin costs: the same site built with and without it, and its own part inside a build."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent))
from conftest import png

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
SETTINGS = {
    "SITEURL": "https://example.org",
    "SITENAME": "Bench",
    "AUTHOR": "Ada",
    "TIMEZONE": "UTC",
    "THEME": "simple",
    "DEFAULT_PAGINATION": 10,
    "DELETE_OUTPUT_DIRECTORY": True,
}


def write_site(root: Path, articles: int) -> None:
    """Write ``articles`` articles of 600 words with image, tags, category and summary."""
    (root / "content/images").mkdir(parents=True)
    for image in range(20):
        (root / f"content/images/{image}.png").write_bytes(png(640, 360))
    choose = random.Random(1)
    for n in range(articles):
        first, second = (
            "\n\n".join(" ".join(choose.choices(WORDS, k=100)) for _ in range(3)) for _ in range(2)
        )
        tags = ", ".join(f"topic {choose.randrange(50):02d}" for _ in range(3))
        text = ARTICLE.format(
            n=n,
            day=n % 28 + 1,
            category="abcdefghij"[n % 10],
            tags=tags,
            first=first,
            second=second,
            image=n % 20,
        )
        (root / f"content/{n}.md").write_text(text)


def build(root: str, *, plugin: bool) -> None:
    """Build the site in this process and print what the plugin's own parts took, as JSON."""
    from pelican import Pelican
    from pelican.settings import DEFAULT_CONFIG, configure_settings

    import pelican_smo.finish
    import pelican_smo.hooks

    spent = {"seconds": 0.0, "pages": 0}

    def timed(function: Callable[..., Any], pages: int) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent["seconds"] += time.process_time() - start
                spent["pages"] += pages

        return run

    receivers = [(signal, timed(function, 0)) for signal, function in pelican_smo.hooks.SIGNALS]
    pelican_smo.hooks.SIGNALS = tuple(receivers)
    pelican_smo.finish.Run.finish = timed(pelican_smo.finish.Run.finish, 1)
    mine = {"PLUGINS": ["pelican_smo"], "SMO_LINKBACK_ENDPOINT": "https://m.example.org"}
    settings = {
        **DEFAULT_CONFIG,
        **SETTINGS,
        **(mine if plugin else {"PLUGINS": []}),
        "PATH": f"{root}/content",
        "OUTPUT_PATH": f"{root}/output",
    }
    Pelican(configure_settings(settings)).run()
    sys.stdout.write("\n" + json.dumps({**spent, "all": time.process_time()}) + "\n")


def measure(root: Path, *, plugin: bool) -> dict[str, float]:
    """Return CPU seconds, wall seconds and peak memory (MB) of one build in a new process."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, __file__, "--child", str(root), *(["--plugin"] if plugin else [])],
        stdout=subprocess.PIPE,
        text=True,
    )
    output = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(output)
    inside = json.loads(output.strip().splitlines()[-1])
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - start,
        "memory": usage.ru_maxrss / 1024,
        **inside,
    }


@click.command()
@click.option("--articles", default=1000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--child", default="", hidden=True)
@click.option("--plugin", is_flag=True, hidden=True)
def main(articles: int, rounds: int, child: str, plugin: bool) -> None:
    """Print the CPU ratio of builds with and without the plugin, and the plugin's own share."""
    if child:
        build(child, plugin=plugin)
        return
    runs: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), articles)
        for number in range(rounds):
            for with_plugin in (True, False) if number % 2 else (False, True):
                runs[with_plugin].append(measure(Path(folder), plugin=with_plugin))
    for name, some in (("plain", runs[False]), ("pelican_smo", runs[True])):
        cpu, wall, memory = (
            statistics.median(run[key] for run in some) for key in ("cpu", "wall", "memory")
        )
        click.echo(f"{name:12} cpu {cpu:7.2f} s   wall {wall:7.2f} s   peak {memory:6.1f} MB")
    ratio = min(r["cpu"] for r in runs[True]) / min(r["cpu"] for r in runs[False])
    own = statistics.median(r["seconds"] / (r["all"] - r["seconds"]) for r in runs[True])
    page = statistics.median(r["seconds"] / r["pages"] for r in runs[True])
    click.echo(f"cpu ratio of the fastest runs {ratio:.3f}")
    click.echo(f"own parts {own:.1%} of the rest of the run, {page * 1e6:.0f} µs a page")


if __name__ == "__main__":
    main()
