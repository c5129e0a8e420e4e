"""What mentions cost: one site built with ten of them on each article and without any."""

import json
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent))
from build import SETTINGS, WORDS, Usage, spawn, write_site
from pictures import png

NAMES = ("Ada Lovelace", "Bea", "Chloé Dubois", "Дмитрий", "山田太郎", "Eve Adams")
KINDS = (
    *("like-of", "like-of", "like-of", "repost-of", "bookmark-of", "rsvp"),
    *("in-reply-to", "in-reply-to", "mention-of", "mention-of"),
)
OWN = {"PLUGINS": ["pelican_smo"], "SMO_LINKBACK_ENDPOINT": "https://m.example.org"}
AVATARS = 20


def mention(number: int, article: int, choose: random.Random) -> dict[str, Any]:
    """Return mention ``number``, of ``article``, as the receiver exports it."""
    kind = KINDS[number % len(KINDS)]
    words = " ".join(choose.choices(WORDS, k=choose.randint(5, 120)))
    source = f"https://site-{number % 700}.example/posts/{number}"
    entry: dict[str, Any] = {
        "type": "entry",
        "url": source,
        "author": {
            "type": "card",
            "name": choose.choice(NAMES),
            "url": f"https://site-{number % 700}.example/",
        },
        "published": f"2026-03-{number % 28 + 1:02d}T10:00:00+00:00",
        "wm-id": number,
        "wm-source": source,
        "wm-target": f"https://example.org/article-{article}.html",
        "wm-protocol": "webmention",
        "wm-property": kind,
        "wm-received": f"2026-03-{number % 28 + 1:02d}T10:00:05Z",
        "wm-private": False,
    }
    if number % 3 == 0:
        entry["author"]["photo"] = f"avatars/{number % AVATARS}.png"
    if kind == "rsvp":
        entry["rsvp"] = "yes"
    if kind in ("in-reply-to", "mention-of"):
        entry["content"] = {"text": words}
        if number % 2:
            entry["content"]["html"] = f"<p>{words[:60]} <b>{words[60:]}</b></p>"
    if kind == "mention-of":
        entry["name"] = f"About article {article}"
    return entry


def write_mentions(root: Path, articles: int, each: int) -> None:
    """Write mentions, their avatars, and a settings file with them and one without."""
    choose = random.Random(2)
    numbers = range(articles * each)
    children = [mention(number, number % articles, choose) for number in numbers]
    text = json.dumps({"type": "feed", "children": children}, ensure_ascii=False)
    (root / "mentions.json").write_text(text, encoding="utf-8")
    (root / "avatars").mkdir()
    for number in range(AVATARS):
        (root / f"avatars/{number}.png").write_bytes(png(96, 96 + number))
    for name, more in (("with", {}), ("without", {"SMO_MENTIONS": ""})):
        settings = {**SETTINGS, **OWN, **more, "OUTPUT_PATH": f"output-{name}"}
        lines = (f"{key} = {value!r}\n" for key, value in settings.items())
        (root / f"{name}.py").write_text("".join(lines), encoding="utf-8")


def build(root: Path, name: str) -> Usage:
    """Build as a user does, into an empty folder."""
    shutil.rmtree(root / f"output-{name}", ignore_errors=True)
    return spawn(["-m", "pelican", "-s", str(root / f"{name}.py")], root / "log.txt")


def table(runs: dict[str, list[Usage]]) -> Iterator[str]:
    """Yield the lines that are printed."""
    yield f"{'mentions':12} {'CPU s':>8} {'min':>8} {'wall s':>8} {'peak MB':>8}"
    for name, some in runs.items():
        cpu = [run.cpu for run in some]
        wall = statistics.median(run.wall for run in some)
        memory = max(run.memory for run in some)
        yield f"{name:12} {statistics.median(cpu):8.2f} {min(cpu):8.2f} {wall:8.2f} {memory:8.1f}"
    median, least = (
        pick([run.cpu for run in runs["with"]]) - pick([run.cpu for run in runs["without"]])
        for pick in (statistics.median, min)
    )
    yield f"{'added':12} {median:8.2f} {least:8.2f}"


@click.command()
@click.option("--articles", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--each", type=click.IntRange(1), default=10, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
def main(articles: int, each: int, rounds: int) -> None:
    """Print what builds with and without mentions take."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_site(root, articles)
        write_mentions(root, articles, each)
        runs: dict[str, list[Usage]] = {"without": [], "with": []}
        for number in range(rounds):
            for name in reversed(runs) if number % 2 else runs:
                runs[name].append(build(root, name))
        shown = sum(
            page.read_text(encoding="utf-8").count(" h-cite")
            for page in (root / "output-with").glob("article-*.html")
        )
    click.echo("\n".join([*table(runs), f"{shown} mentions are on the pages"]))


if __name__ == "__main__":
    main()
