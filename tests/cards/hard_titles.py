"""Titles that are hard to set, each in a way of its own, and what a reader must see of them."""

from dataclasses import dataclass

from pelican_smo.cards import samples
from pelican_smo.labels import Direction

__all__ = ["HARD_TITLES", "HardTitle"]


@dataclass(frozen=True, kw_only=True)
class HardTitle:
    """A title that the package knows by ``name``, and what must be seen when it is drawn.

    It is cut where ``is_cut``, and there can be no card where ``is_unknown``.
    """

    name: str
    seen: str
    direction: Direction = "ltr"
    is_cut: bool = False
    is_unknown: bool = False

    @property
    def language(self) -> str:
        return samples.HARD_TITLES[self.name][0]

    @property
    def title(self) -> str:
        return samples.HARD_TITLES[self.name][1]


HARD_TITLES = (
    HardTitle(
        name="long",
        seen="all of it, in lines of about one length",
    ),
    HardTitle(
        name="compound",
        seen="one word in three lines, parted by hyphens where a German might part it",
    ),
    HardTitle(
        name="arabic",
        seen="joined letters from the right, their marks whole, the question mark at the left",
        direction="rtl",
    ),
    HardTitle(
        name="hebrew",
        seen="lines from the right, the question mark at the left",
        direction="rtl",
    ),
    HardTitle(
        name="mixed",
        seen="Python 3.12 from the left in a line from the right, brackets around חלק א׳",
        direction="rtl",
    ),
    HardTitle(
        name="hindi",
        seen="conjuncts, and vowel signs above and below that touch no other line",
    ),
    HardTitle(
        name="chinese",
        seen="11分钟 in one line, no comma at the start of a line",
    ),
    HardTitle(
        name="japanese",
        seen="lines that end behind phrases, 11分から and 「Pelican」の unparted",
    ),
    HardTitle(
        name="korean",
        seen="lines that end at spaces only",
    ),
    HardTitle(
        name="thai",
        seen="lines that end behind words, marks above one another whole",
    ),
    HardTitle(
        name="emoji",
        seen="one picture for each: a family, two flags, a brown thumb, a keycap, a rainbow flag",
    ),
    HardTitle(
        name="markup",
        seen="every < > & and quote as it is typed here, &amp; too",
    ),
    HardTitle(
        name="unknown",
        seen="no card: letters are missing",
        is_unknown=True,
    ),
    HardTitle(
        name="endless",
        seen="its start in the smallest size, an ellipsis behind a word",
        is_cut=True,
    ),
)
