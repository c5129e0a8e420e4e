"""The home of what is told of articles that have no card: each reason once, with all it befell."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pelican_smo.errors import CardError
from pelican_smo.report import Report

__all__ = ["Lacking", "tell"]

_EXAMPLES = 3


class Lacking(NamedTuple):
    """An article that has no card, by its source file, and why."""

    source: str
    title: str
    layout: str
    error: CardError


def tell(lacking: Iterable[Lacking], report: Report) -> None:
    """Tell ``report`` why the articles ``lacking`` have no card: each reason once."""
    reasons: dict[tuple[str, str], tuple[CardError, list[str]]] = {}
    for one in lacking:
        error = one.error
        # A letter that no font has is told by what to do about it: the letter is an example.
        reason = (error.where, error.problem if error.where or not error.remedy else error.remedy)
        reasons.setdefault(reason, (error, []))[1].append(one.source)
    for error, sources in reasons.values():
        articles = _listed(sources)
        if error.where:
            problem = f"{error.problem}, so there is no card for {articles}"
            report.add("warning", error.where, problem, error.remedy)
        else:
            report.add("warning", articles, f"no card, for {error.problem}", error.remedy)


def _listed(sources: Sequence[str]) -> str:
    names = sorted(sources)
    shown = names[:_EXAMPLES] if len(names) > _EXAMPLES + 1 else names
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
