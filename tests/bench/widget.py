"""What one share widget costs: bytes of a page that has one, CPU of each page after the first."""

import gzip
import statistics
import time
from collections.abc import Iterator

import click
from jinja2 import ChoiceLoader, Environment, PackageLoader

from pelican_smo.labels import labels_of
from pelican_smo.page import Image, Linkbacks, Page, Person, Site
from pelican_smo.settings import Settings
from pelican_smo.share.assets import script, stylesheet
from pelican_smo.share.widgets import Look, ShareWidget

SITE = Site(url="https://example.org", name="Notes from a small harbour")
PAGES, ROUNDS = 2000, 5


def pages() -> Iterator[Page]:
    for number in range(PAGES):
        url = f"https://example.org/2026/11/an-article-about-boats-{number}.html"
        yield Page(
            site=SITE,
            kind="article",
            language="en",
            labels=labels_of("en"),
            url=url,
            canonical=url,
            title=f"An article about boats & “what they carry”, number {number}",
            headline=f"An article about boats & “what they carry”, number {number}",
            social_description="What the boats of the small harbour carry, and to whom. " * 2,
            image=Image(url="https://example.org/images/boats.jpg"),
            authors=(Person(name="Nora Lindqvist"),),
            tags=("boats", "small harbours", f"tag {number % 50}"),
            linkbacks=Linkbacks(webmention="https://m.example.org/webmention"),
        )


def gzipped(text: str) -> int:
    return len(gzip.compress(text.encode(), 9))


def main() -> None:
    settings = Settings()
    env = Environment(
        loader=ChoiceLoader([PackageLoader("pelican_smo")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    networks = settings.networks()
    chosen = settings.networks_of("", "en")
    widget = ShareWidget(env, networks)
    every = list(pages())
    html = widget.html(every[0], chosen, Look())
    click.echo(f"HTML {len(html.encode()):6} bytes, {gzipped(html):5} gzipped (at most 3,584)")
    for what, asset in (("CSS ", stylesheet()), ("JS  ", script())):
        click.echo(
            f"{what} {len(asset.text):6} bytes, {gzipped(asset.text):5} gzipped (at most 1,536)"
        )
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for page in every:
            widget.html(page, chosen, Look())
        times.append((time.process_time() - start) / PAGES * 1e3)
    click.echo(
        f"CPU  {statistics.median(times):.3f} ms an article, {min(times):.3f} at best (at most 0.1)"
    )


if __name__ == "__main__":
    main()
