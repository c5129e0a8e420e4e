"""The home of a run's cards: which are there already, which are drawn, and where they are put."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from pelican_smo.cards import takumi
from pelican_smo.cards.cache import Cached, CardCache, Refusal, Refused, Row, Sample, manifest_path
from pelican_smo.cards.engine import HEIGHT, SUFFIXES, WIDTH, CardEngine, Drawing
from pelican_smo.cards.naming import stems
from pelican_smo.cards.planning import Plan, Planner
from pelican_smo.cards.rows import FOLDER
from pelican_smo.cards.samples import samples
from pelican_smo.cards.telling import Lacking, tell
from pelican_smo.errors import CardError, PassingError
from pelican_smo.page import Image
from pelican_smo.report import Report
from pelican_smo.settings import cache_folder
from pelican_smo.urls import absolute

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Made", "clear", "make"]

_NEEDED = ("pytakumi", "budoux")
_INSTALL = "pip install 'pelican-smo[cards]'"


class Made(NamedTuple):
    """The cards of a run, by the ``id()`` of their content, and one line about them.

    ``is_news`` says that it tells of more than cards that were there already.
    """

    images: Mapping[int, Image]
    line: str = ""
    is_news: bool = False


def make(
    contents: Sequence[Any], planner: Planner, report: Report, console: "Console | None" = None
) -> Made:
    """Return a card for each of ``contents``, drawn or kept, as far as one can be had.

    ``report`` is told, once for each reason, why others have none. ``console`` shows who waits
    how far it is.
    """
    if not all(map(find_spec, _NEEDED)):
        report.add("warning", "SMO_CARDS", "what draws cards is not installed", _INSTALL)
        return Made({})
    making = _Making(planner, contents, console)
    made = making.made(report)
    planner.close()
    return made


def clear(cache: Path, output: Path) -> None:
    """Take away from ``output`` the cards of a site that wants none any more.

    ``cache`` is the site's folder for what can be made again.
    """
    if manifest_path(cache / "cards", output).is_file():
        CardCache(cache / "cards").publish(output, [])


class _Making:
    """One run's cards on their way from plans to files."""

    def __init__(
        self, planner: Planner, contents: Sequence[Any], console: "Console | None"
    ) -> None:
        self.planner, self.contents, self.console = planner, contents, console
        self.cache = CardCache(cache_folder(planner.settings, planner.pelican) / "cards")
        self.site_url = absolute(planner.collector.site_url, "")
        self.failed: dict[str, CardError] = {}
        self.lacking: list[Lacking] = []
        self.drawn: set[str] = set()

    def made(self, report: Report) -> Made:
        begun = time.perf_counter()
        plans = {id(content): plan for content, plan in self._planned()}
        examples = self._samples() if self.planner.settings.card_samples else []
        self._draw([*plans.values(), *examples])
        images = self._published(plans, examples)
        for problem in self.planner.problems:
            report.add("warning", problem.where, problem.problem, problem.remedy)
        tell(self.lacking, report)
        seconds = time.perf_counter() - begun
        drawn = sum(plans[number].key in self.drawn for number in images)
        kept = len(images) - drawn
        counted = f"{drawn} drawn, {kept} kept, {len(self.lacking)} failed"
        return Made(images, f"cards: {counted}, {seconds:.2f} s", is_news=drawn > 0)

    def _planned(self) -> Iterator[tuple[Any, Plan]]:
        for content in self.contents:
            try:
                yield content, self.planner.plan(content)
            except CardError as error:
                self._lacks(content, self.planner.layout_name(content), error)

    def _samples(self) -> list[Plan]:
        """Return the plans of the hard titles in each layout of this site."""
        layouts = {self.planner.layout_name(content) for content in self.contents}
        found = []
        for layout in sorted(layouts):
            for said, language in samples():
                with suppress(CardError):  # a layout that is none is told of its articles
                    found.append(self.planner.sample(layout, said, language))
        return found

    def _lacks(self, content: Any, layout: str, error: CardError) -> None:
        source = content.relative_source_path or str(content.slug)
        title = self.planner.collector.social_title(content)
        self.lacking.append(Lacking(source, title, layout, error))

    # Drawing those that are not there

    def _draw(self, plans: Iterable[Plan]) -> None:
        missing = {plan.key: plan for plan in plans if self.cache.known(plan.key) is None}
        if not missing:
            return
        from pelican_smo.cards.pool import cores, draw_all  # noqa: PLC0415  most builds draw nothing
        from pelican_smo.cards.progress import shown  # noqa: PLC0415

        try:
            engine = takumi.Takumi()
        except ImportError as error:
            broken = PassingError("SMO_CARDS", f"the card engine does not start: {error}", _INSTALL)
            self.failed |= dict.fromkeys(missing, broken)
            return
        chosen = self.planner.settings.card_workers
        workers = min(cores() if chosen is None else chosen, len(missing))
        with shown(len(missing), self.console) as step:
            drawings = self._drawings(missing, engine)
            for key, card in draw_all(drawings, engine, workers=workers, progress=step):
                self._keep(key, card)

    def _drawings(
        self, missing: Mapping[str, Plan], engine: CardEngine
    ) -> Iterator[tuple[str, Drawing]]:
        for key, plan in missing.items():
            try:
                yield key, self.planner.drawing(plan, engine)
            except CardError as error:
                self._keep(key, error)

    def _keep(self, key: str, card: Any) -> None:
        try:
            self.cache.keep(key, card)
        except CardError as error:
            card = error
        if isinstance(card, CardError):
            self.failed[key] = card
        else:
            self.drawn.add(key)

    def _outcome(self, key: str) -> Cached | CardError:
        """Return what there is for ``key`` after drawing."""
        if key in self.failed:
            return self.failed[key]
        found = self.cache.known(key)
        if isinstance(found, Refused):
            return CardError(*found)
        return found or PassingError("", "it was there and is not any more", "build again")

    # Putting them into the output

    def _published(self, plans: Mapping[int, Plan], examples: Sequence[Plan]) -> dict[int, Image]:
        names = stems(self.contents, self.planner.collector.site.language)
        rows = dict(self._rows(plans, names))
        problems = self.cache.publish(
            Path(self.planner.pelican["OUTPUT_PATH"]),
            [*rows.values()],
            site=self.planner.collector.site_url,
            samples=[*self._shown(examples)],
            refused=[*self._refused(examples)],
            stems={*names.values()},
        )
        self._note(problems, {row.path for row in rows.values()})
        for content in self.contents:
            row = rows.get(id(content))
            if row is not None and row.path in problems:
                self._lacks(content, row.layout, problems[row.path])
        return {
            number: self._image(row, plans[number])
            for number, row in rows.items()
            if row.path not in problems
        }

    def _rows(
        self, plans: Mapping[int, Plan], names: Mapping[int, str]
    ) -> Iterator[tuple[int, Row]]:
        """Yield where the card of each content is to be, by the ``id()`` of the content."""
        for content in self.contents:
            if (plan := plans.get(id(content))) is None:
                continue
            outcome = self._outcome(plan.key)
            if isinstance(outcome, CardError):
                self._lacks(content, plan.layout.name, outcome)
            else:
                path = f"{FOLDER}{names[id(content)]}{SUFFIXES[outcome.form]}"
                yield id(content), _row(path, plan, content, outcome.bytes)

    def _note(self, problems: Mapping[str, CardError], paths: Set[str]) -> None:
        """Note what is wrong with the folders, unless an article lacks its card for it."""
        told = {str(one.error) for one in self.lacking}
        for path in problems.keys() - paths:
            if str(problems[path]) not in told:
                self.planner.problems.append(problems[path])

    def _shown(self, examples: Iterable[Plan]) -> Iterator[Sample]:
        for plan in examples:
            outcome = self._outcome(plan.key)
            if not isinstance(outcome, CardError):
                yield Sample(plan.key, outcome.form, plan.title, plan.language, plan.layout.name)

    def _refused(self, examples: Iterable[Plan]) -> Iterator[Refusal]:
        for problem in self.planner.problems:
            yield Refusal("", "", "", str(problem))
        for source, title, layout, error in self.lacking:
            yield Refusal(source, title, layout, str(error))
        for plan in examples:
            if isinstance(outcome := self._outcome(plan.key), CardError):
                yield Refusal("", plan.title, plan.layout.name, str(outcome))

    def _image(self, row: Row, plan: Plan) -> Image:
        """Return the card as pages name it: by a URL that changes with what is drawn."""
        return Image(
            url=f"{self.site_url}{quote(row.path)}?v={row.key[:8]}",
            alt=plan.alt,
            width=WIDTH,
            height=HEIGHT,
            type="image/png" if row.path.endswith(SUFFIXES["png"]) else "image/jpeg",
        )


def _row(path: str, plan: Plan, content: Any, size: int) -> Row:
    return Row(
        path=path,
        key=plan.key,
        title=plan.title,
        source=content.relative_source_path or "",
        layout=plan.layout.name,
        language=plan.language,
        bytes=size,
    )
