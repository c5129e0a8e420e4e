"""The home of what a build has to tell: findings, each said once, and what became of tags."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Change", "Finding", "Level", "Report"]

Level = Literal["info", "warning", "error"]


# What is said of a theme that loses nothing.
_UNTOUCHED = ("kept", "marked")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know: where it is (file, setting, theme), what is wrong, what to do."""

    level: Level
    where: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return the finding as one sentence."""
        text = f"{self.where}: {self.problem}"
        return f"{text}; {self.remedy}" if self.remedy else text


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a tag that the theme had already: its value, ours, and who won.

    An element of the theme's that got one of our class names is "marked".
    """

    key: str
    action: Literal["replaced", "kept", "removed", "merged", "marked"]
    theirs: str
    ours: str


@dataclass
class Report:
    """The findings of one run and, by key and action, how often a theme's tag was touched."""

    findings: dict[Finding, None] = field(default_factory=dict)
    changes: dict[tuple[str, str], tuple[int, str, Change]] = field(default_factory=dict)
    pages: int = 0

    def add(self, level: Level, where: str, problem: str, remedy: str = "") -> None:
        """Note a finding; the same one a second time changes nothing."""
        self.findings.setdefault(Finding(level, where, problem, remedy))

    def add_template(self, error: Exception, template: str, without: str) -> None:
        """Note the ``error`` that Jinja raised for ``template``, or for one that it includes."""
        name, line = (getattr(error, key, None) for key in ("name", "lineno"))
        where = f"template {name or template}" + (f", line {line}" if line else "")
        self.add("error", where, str(error), f"pages are written {without}")

    def note(self, output_file: str, changes: list[Change]) -> None:
        """Count ``changes`` made on the page ``output_file``; the first of a kind is kept."""
        for change in changes:
            key = (change.key, change.action)
            count, first, example = self.changes.get(key, (0, output_file, change))
            self.changes[key] = (count + 1, first, example)

    def of(self, *levels: Level) -> Iterator[Finding]:
        """Yield the findings of ``levels`` in the order in which they came up."""
        return (finding for finding in self.findings if finding.level in levels)

    def summary(self) -> str:
        """Return the build in one line."""
        replaced = sorted({key for key, action in self.changes if action not in _UNTOUCHED})
        line = f"pelican_smo: {self.pages} pages"
        if replaced:
            line += f", the theme's own {', '.join(replaced)} replaced or merged"
        return line
