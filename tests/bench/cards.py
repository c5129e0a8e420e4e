"""What cards cost: the first and each further one, a thousand, none anew, their memory and size."""

import json
import os
import random
import re
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import click
from build import SETTINGS, WORDS, Usage, spawn

HERE = Path(__file__).parent
COVERS = HERE.parent.parent / "demo_site/content/images"
MORE_WORDS = [*WORDS, "letter", "keeper", "island", "north", "winter", "lamp", "pier", "storm"]
LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 17, 24)
JAPANESE = (
    "港の朝",
    "灯台守の日記から、冬の手紙",
    "海岸に打ち上げられたボトルの中の手紙を読んだ日",
    "潮の満ち引きと、北の島への長い船旅について書いたこと",
)
ARABIC = (
    "صباح الميناء",
    "رسائل الشتاء من حارس المنارة",
    "يوم قرأنا الرسالة التي وجدناها في زجاجة على الشاطئ",
)
TAGS = ("sea", "letters", "harbour", "weather", "boats", "people", "birds", "history", "maps")
AUTHORS = ("Ada Lovelace", "Bea Okafor")
LAYOUTS = ("plain", "gradient", "photo", "quote")
ARTICLE = """Title: {title}
Date: 2026-{month:02d}-{day:02d} 10:00
Category: {category}
Tags: {tags}
Author: {author}
Slug: article-{n}
Lang: {language}
{more}
What it is about, in one sentence, and then some more.

{text}
"""
OWN: dict[str, Any] = {
    "PLUGIN_PATHS": [str(HERE)],
    "PLUGINS": ["pelican_smo", "card_clock"],
    "DELETE_OUTPUT_DIRECTORY": False,
    "ARTICLE_TRANSLATION_ID": None,
    "FEED_ALL_ATOM": None,
    "CATEGORY_FEED_ATOM": None,
    "SMO_LOGO": "images/logo.png",
}


# The sites


class Title(NamedTuple):
    """A title and its language."""

    text: str
    language: str = "en"


def titles(number: int, others: Sequence[Title] = ()) -> Iterator[Title]:
    """Yield titles of mixed lengths; every fifth is one of ``others``, if there are any."""
    choose = random.Random(3)
    for n in range(number):
        if others and n % 5 == 0:
            text, language = others[n // 5 % len(others)]
            yield Title(f"{text} {n}", language)
        else:
            words = choose.choices(MORE_WORDS, k=choose.choice(LENGTHS))
            yield Title(f"{' '.join(words).capitalize()} {n}")


def write_article(folder: Path, n: int, title: Title, more: str = "") -> Path:
    """Write article ``n``, with two more lines of metadata if given; return its path."""
    choose = random.Random(n)
    path = folder / f"{n}.md"
    text = ARTICLE.format(
        n=n,
        title=title.text,
        language=title.language,
        month=n % 12 + 1,
        day=n % 28 + 1,
        category=f"Part {n % 6}",
        tags=", ".join(choose.sample(TAGS, 3)),
        author=AUTHORS[n % 2],
        text="\n\n".join(" ".join(choose.choices(MORE_WORDS, k=60)) for _ in range(3)),
        more=more,
    )
    path.write_text(text, encoding="utf-8")
    return path


def write_content(folder: Path, some: Iterable[Title], covers: Sequence[Path] = ()) -> None:
    """Write one article for each of ``some`` titles, with ``covers`` in turn if there are any."""
    (folder / "images").mkdir(parents=True)
    for path in (COVERS / "logo.png", *covers):
        shutil.copy(path, folder / "images")
    for n, title in enumerate(some):
        more = f"Image: {{static}}/images/{covers[n % len(covers)].name}\n" if covers else ""
        write_article(folder, n, title, f"{more}Smo_card: photo\n" if covers else "")


def settle(root: Path) -> None:
    """Have builds find no fonts of the system, and Python keep what it compiled, in ``root``."""
    os.environ |= {"CI": "1", "PYTHONPYCACHEPREFIX": str(root / "compiled")}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# One build


@dataclass(frozen=True)
class Build:
    """What a whole build took, and the cards in it: seconds, seconds and megabytes."""

    usage: Usage
    wall: float
    cpu: float
    workers_cpu: float
    has_engine: bool
    counted: tuple[int, int, int]
    peak: float
    workers: tuple[float, ...]
    each: tuple[float, ...]


@dataclass(frozen=True)
class Site:
    """Articles and how they are built; what a build leaves is ``output`` and ``cache``."""

    root: Path
    content: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.root / f"output-{self.name}"

    @property
    def cache(self) -> Path:
        return self.root / f"cache-{self.name}"

    def forget(self, *, output: bool = True, cache: bool = True) -> None:
        """Remove what builds left."""
        for folder in [self.output] * output + [self.cache] * cache:
            shutil.rmtree(folder, ignore_errors=True)

    def build(self, drawn: int, kept: int, **environment: str) -> Build:
        """Build as a user does; stop here unless so many cards were drawn and kept."""
        settings = {**SETTINGS, **OWN, "SMO_CARDS": True, **self.settings}
        settings |= {
            "PATH": str(self.root / self.content),
            "OUTPUT_PATH": str(self.output),
            "SMO_CACHE_PATH": str(self.cache),
        }
        file, result = self.root / f"conf_{self.name}.py", self.root / "clock.json"
        lines = (f"{key} = {value!r}\n" for key, value in settings.items())
        file.write_text("".join(lines), encoding="utf-8")
        result.unlink(missing_ok=True)
        os.environ |= {"BENCH_CLOCK": str(result), **environment}
        usage = spawn(["-m", "pelican", "-s", str(file)], self.root / "log.txt")
        for name in environment:
            del os.environ[name]
        row = json.loads(result.read_text(encoding="utf-8"))
        counted = re.findall(r"(\d+) (?:drawn|kept|failed)", row["line"]) or ("0", "0", "0")
        build = Build(
            usage=usage,
            wall=row["wall"],
            cpu=row["cpu"],
            workers_cpu=row["workers_cpu"],
            has_engine=row["engine"],
            counted=tuple(map(int, counted)),
            peak=row["peak"],
            workers=tuple(row["workers"].values()),
            each=tuple(after - before for before, after in pairwise(row["each"])),
        )
        if build.counted != (drawn, kept, 0):
            raise SystemExit(f"{self.name}: {row['line']}\n{(self.root / 'log.txt').read_text()}")
        return build


# What is measured


def first_card(root: Path, rounds: int) -> list[Build]:
    """Build a site of one article without a cache."""
    site = Site(root, "one", "one")
    builds = []
    for _ in range(rounds + 1):
        site.forget()
        builds.append(site.build(1, 0))
    return builds[1:]  # the first of all compiles


@dataclass(frozen=True)
class Thousand:
    """Builds of one site of many articles, those of a round one after another."""

    articles: int
    cold: dict[str, list[Build]]
    plain: list[Build]
    same: list[Build]
    wiped: list[Build]
    edited: list[Build]
    plain_again: list[Build]


def workers_sites(root: Path) -> dict[str, Site]:
    """Return the site of many articles with each number of workers, by what it is called."""
    numbers = {"0": 0, "1": 1, "2": 2, "default": None}
    return {
        name: Site(root, "many", f"workers-{name}", {"SMO_CARD_WORKERS": number})
        for name, number in numbers.items()
    }


def thousand(root: Path, articles: int, rounds: int) -> Thousand:
    """Build the site in every way, in the other order each round."""
    first = next(titles(articles))
    sites = workers_sites(root)
    plain = Site(root, "many", "plain", {"SMO_CARDS": False})
    found = Thousand(articles, {name: [] for name in sites}, [], [], [], [], [])
    for number in range(rounds):
        for name in (*sites, "")[:: -1 if number % 2 else 1]:
            site = sites.get(name, plain)
            site.forget()
            if site is plain:
                found.plain.append(site.build(0, 0))
                found.plain_again.append(site.build(0, 0))
            else:
                each = {"BENCH_EACH": "1"} if name == "0" else {}
                found.cold[name].append(site.build(articles, 0, **each))
        site = sites["default"]
        found.same.append(site.build(0, articles))
        site.forget(cache=False)
        found.wiped.append(site.build(0, articles))
        write_article(root / "many", 0, Title(f"Another title {number}"))
        found.edited.append(site.build(1, articles - 1))
        write_article(root / "many", 0, first)
    return found


@dataclass(frozen=True)
class Memory:
    """Builds without cards, with cards by this process, and by workers."""

    plain: Build
    here: Build
    workers: Build

    def added(self, build: Build) -> float:
        """Return how much more memory the process of the build itself took at most."""
        return build.peak - self.plain.peak

    @property
    def total(self) -> float:
        """Return what the processes added together, each at its own most."""
        return self.added(self.workers) + sum(self.workers.workers)


def memory(root: Path, content: str, articles: int, fonts: Sequence[Path] = ()) -> Memory:
    """Build ``content`` anew without cards, with no worker and with the default."""

    def build(name: str, **settings: Any) -> Build:
        own = {"SMO_CARD_FONTS": tuple(map(str, fonts)), **settings}
        site = Site(root, content, f"memory-{name}", own)
        site.forget()
        drawn = articles if settings.get("SMO_CARDS", True) else 0
        built = site.build(drawn, 0, BENCH_MEMORY="1")
        site.forget()
        return built

    return Memory(
        build("plain", SMO_CARDS=False), build("here", SMO_CARD_WORKERS=0), build("workers")
    )


def unchanged(
    root: Path, content: str, articles: int, rounds: int, fonts: Sequence[Path]
) -> list[Build]:
    """Build ``content``, then again and again with nothing changed."""
    site = Site(root, content, "unchanged", {"SMO_CARD_FONTS": tuple(map(str, fonts))})
    site.forget()
    site.build(articles, 0)
    builds = [site.build(0, articles) for _ in range(rounds)]
    site.forget()
    return builds


class Drawn(NamedTuple):
    """A thousand cards of one layout: the bytes of each, and the CPU seconds for all."""

    bytes: list[int]
    cpu: float


def layouts(root: Path, articles: int) -> dict[str, Drawn]:
    """Return the cards of each layout that ships."""
    found = {}
    for layout in LAYOUTS:
        content = "covers" if layout == "photo" else "many"
        site = Site(root, content, f"in-{layout}", {"SMO_CARD_LAYOUT": layout})
        site.forget()
        built = site.build(articles, 0)
        sizes = [path.stat().st_size for path in site.output.glob("smo/cards/*")]
        found[layout] = Drawn(sizes, built.cpu + built.workers_cpu)
        site.forget()
    return found


# What is printed


def spread(values: Iterable[float], unit: str = "", scale: float = 1.0, digits: int = 0) -> str:
    """Return median, least and most of ``values``, each times ``scale``."""
    some = [value * scale for value in values]
    middle, least, most = (pick(some) for pick in (statistics.median, min, max))
    return f"{middle:.{digits}f} ({least:.{digits}f}–{most:.{digits}f}){unit and ' '}{unit}"


def percentile(values: Sequence[float], part: int) -> float:
    """Return the value that ``part`` percent of ``values`` do not exceed."""
    return sorted(values)[max(0, -(-len(values) * part // 100) - 1)]


def first_lines(builds: Sequence[Build]) -> Iterator[str]:
    wall, cpu = (
        spread((one.wall for one in builds), "ms", 1e3),
        spread((one.cpu for one in builds), "ms", 1e3),
    )
    yield f"| first card | wall {wall}, CPU {cpu} | 100 ms |"


def each_lines(builds: Sequence[Build]) -> Iterator[str]:
    """Yield what each card takes of the CPU but the first, in one process."""
    rounds = [one.each[1:] for one in builds]
    middle = spread(map(statistics.median, rounds), "ms", 1e3, 1)
    late = spread((percentile(one, 95) for one in rounds), "ms", 1e3, 1)
    mean = spread(map(statistics.fmean, rounds), "ms", 1e3, 1)
    yield f"| each further card, CPU | median {middle}, mean {mean}, p95 {late} | 25 ms, p95 40 ms |"


def thousand_lines(found: Thousand) -> Iterator[str]:
    """Yield what many cards take above the same builds without them."""
    number = f"{found.articles:,}"

    def above(builds: Sequence[Build], pick: Callable[[Usage], float]) -> list[float]:
        return [pick(a.usage) - pick(b.usage) for a, b in zip(builds, found.plain, strict=True)]

    for name, builds in found.cold.items():
        cpu = spread(above(builds, lambda used: used.cpu), "s", digits=1)
        wall = spread(above(builds, lambda used: used.wall), "s", digits=1)
        inside = spread((one.cpu + one.workers_cpu for one in builds), "s", digits=1)
        told = "default workers" if name == "default" else f"workers {name}"
        yield f"| {number} cards, cold, {told} | CPU {cpu}, of it {inside} for the cards; wall {wall} | 25 s CPU |"
    yield f"| {number} unchanged | {inside_ms(found.same)} | 50 ms |"
    added = [
        pick(one.usage.cpu for one in found.same) - pick(one.usage.cpu for one in found.plain_again)
        for pick in (statistics.median, min)
    ]
    yield (
        f"| {number} unchanged, whole builds | CPU {added[0] * 1e3:.0f} ms between medians,"
        f" {added[1] * 1e3:.0f} ms between the fastest | |"
    )
    yield f"| {number} with the output wiped | {inside_ms(found.wiped)} | 250 ms |"
    yield f"| one edited of {number} | {inside_ms(found.edited)} | |"


def inside_ms(builds: Sequence[Build]) -> str:
    """Return the time for cards inside builds, and whether these loaded the engine."""
    wall = spread((one.wall for one in builds), "ms", 1e3)
    cpu = spread((one.cpu + one.workers_cpu for one in builds), "ms", 1e3)
    engine = "engine loaded" if any(one.has_engine for one in builds) else "engine not loaded"
    return f"wall {wall}, CPU {cpu}, {engine}"


def memory_lines(found: Memory, what: str, goal: int) -> Iterator[str]:
    each = ", ".join(f"{one:.0f}" for one in found.workers.workers)
    yield (
        f"| memory, {what} | {found.added(found.here):.0f} MB with no worker; by default"
        f" {found.added(found.workers):.0f} MB, and {each} MB in each worker,"
        f" {found.total:.0f} MB together | {goal} MB |"
    )


def layout_lines(found: dict[str, Drawn]) -> Iterator[str]:
    """Yield what the cards of each layout weigh and take."""
    for layout, (sizes, cpu) in found.items():
        middle, late, most = (
            value / 1000 for value in (statistics.median(sizes), percentile(sizes, 95), max(sizes))
        )
        yield (
            f"| layout {layout} | median {middle:.0f} KB, p95 {late:.0f} KB, largest {most:.0f} KB;"
            f" {cpu / len(sizes) * 1e3:.1f} ms CPU a card | p95 150 KB |"
        )


# Together


@dataclass(frozen=True)
class Bench:
    """What to measure, of how many articles, how often, and in which folder."""

    root: Path
    articles: int
    rounds: int
    cjk: Path | None
    arabic: Path | None

    def write(self) -> None:
        """Write the articles of every site."""
        some = [*titles(self.articles)]
        write_content(self.root / "one", some[:1])
        write_content(self.root / "many", some)
        covers = sorted(COVERS.glob("harbour-*.jpg")) + sorted(COVERS.glob("l*.jpg"))
        write_content(self.root / "covers", some, covers)
        japanese = [Title(text, "ja") for text in JAPANESE]
        arabic = [Title(text, "ar") for text in ARABIC]
        write_content(self.root / "japanese", titles(self.articles, japanese))
        write_content(self.root / "mixed", titles(self.articles, japanese + arabic))

    def first(self) -> Iterator[str]:
        """Yield what the only card of a site takes."""
        yield from first_lines(first_card(self.root, 2 * self.rounds))

    def thousand(self) -> Iterator[str]:
        """Yield what many cards take, drawn and kept."""
        found = thousand(self.root, self.articles, self.rounds)
        yield from each_lines(found.cold["0"])
        yield from thousand_lines(found)

    def memory(self) -> Iterator[str]:
        """Yield what memory many cards take."""
        yield from memory_lines(memory(self.root, "many", self.articles), "Latin", 60)
        if self.cjk:
            found = memory(self.root, "japanese", self.articles, [self.cjk])
            yield from memory_lines(found, "a fifth Japanese", 120)

    def mixed(self) -> Iterator[str]:
        """Yield what unchanged cards take where a fifth are Japanese or Arabic."""
        if self.cjk and self.arabic:
            fonts = [self.cjk, self.arabic]
            builds = unchanged(self.root, "mixed", self.articles, self.rounds, fonts)
            told = f"| {self.articles:,} unchanged, a fifth Japanese and Arabic |"
            yield f"{told} {inside_ms(builds)} | 50 ms |"

    def layouts(self) -> Iterator[str]:
        """Yield what the cards of each layout weigh and take."""
        yield from layout_lines(layouts(self.root, self.articles))


PARTS = (Bench.first, Bench.thousand, Bench.memory, Bench.mixed, Bench.layouts)
FONT = click.Path(exists=True, path_type=Path, resolve_path=True)


@click.command()
@click.option("--articles", type=click.IntRange(50), default=1000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--cjk", type=FONT, help="A font for Japanese; without it that is left out.")
@click.option("--arabic", type=FONT, help="A font for Arabic; without it that is left out.")
@click.option("--only", type=click.Choice([part.__name__ for part in PARTS]), multiple=True)
def main(
    articles: int, rounds: int, cjk: Path | None, arabic: Path | None, only: tuple[str, ...]
) -> None:
    """Print what cards take of builds, as lines of a table: what, measured, aimed at."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve(), articles, rounds, cjk, arabic)
        settle(bench.root)
        bench.write()
        for part in PARTS:
            if not only or part.__name__ in only:
                for line in part(bench):
                    click.echo(line)


if __name__ == "__main__":
    main()
