"""The home of font families: which files of one are drawn with, and which one is to be preferred."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pelican_smo.cards.characters import EMOJI, IDEOGRAPHS
from pelican_smo.cards.fonts import Face, Region

__all__ = ["Family", "Pool", "grouped", "regular_and_bold"]

_REGULAR, _BOLD, _SEMIBOLD = 400, 700, 600
_NORMAL_WIDTH = 5
_GENRES = ("sans", "", "serif", "mono")
_LATIN = frozenset("ABCXYZabcxyz0123456789")
# Words in the name of a family that is not for titles, or that not all who read its script like.
_ODD = frozenset(
    {
        "blank",
        "compressed",
        "condensed",
        "dingbats",
        "display",
        "kufi",
        "lastresort",
        "looped",
        "narrow",
        "nastaliq",
        "outline",
        "rashi",
        "resort",
        "slanted",
        "ui",
        "unifont",
        "unjoined",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Fonts of one name, each in the file it is in.

    What it was asked for once it knows: a site of a thousand articles asks for the same letters.
    """

    name: str
    members: tuple[tuple[Path, Face], ...]
    _drawn: set[str] = field(default_factory=set, repr=False)
    _asked: set[str] = field(default_factory=set, repr=False)

    def draws(self, char: str) -> bool:
        """Tell whether ``char`` is drawn in every weight: a title is bold, the rest is not."""
        return all(face.draws(char) for _, face in self.members)

    def drawn(self, chars: frozenset[str]) -> frozenset[str]:
        """Return those of ``chars`` that are drawn in every weight."""
        unasked = chars - self._asked
        if unasked:
            self._asked.update(unasked)
            self._drawn.update(filter(self.draws, unasked))
        return chars & self._drawn

    def reaches(self, page: int) -> bool:
        """Tell whether anything is drawn of the 256 code points from ``256 * page`` on."""
        return all(face.reaches(256 * page, 256 * page + 256) for _, face in self.members)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the family is in, once each."""
        return tuple(dict.fromkeys(path for path, _ in self.members))

    @property
    def region(self) -> Region:
        """Whose forms its ideographs have, "" if that is not known."""
        return self.members[0][1].region

    @property
    def is_latin(self) -> bool:
        """Tell whether a Latin text can be set in it, digits with it."""
        return self.drawn(_LATIN) == _LATIN

    @property
    def is_picture(self) -> bool:
        """Tell whether its glyphs are pictures, as those of emoji are."""
        return self.members[0][1].colors not in ("", "SVG") or "emoji" in self.name.lower().split()

    def strangeness(self, prefer: Sequence[Region]) -> int:
        """Return how far its ideographs are from the regions that ``prefer`` names, best first."""
        if self.region in prefer:
            return prefer.index(self.region)
        return len(prefer) + bool(self.region)

    def rank(self, prefer: Sequence[Region]) -> tuple[object, ...]:
        """Return what sorts families that draw the same, the preferred one first."""
        face = self.members[0][1]
        words = self.name.split()
        return (
            self.strangeness(prefer) if prefer else 0,
            _GENRES.index(face.genre) if face.genre in _GENRES else 1,
            not self.has_bold,
            words[:2] != ["Noto", "Sans"],
            len(words),
            self.name,
        )

    def misfit(self, group: str) -> int:
        """Return how ill it fits ``group``: 0 for one to take, more for one to fall back on."""
        if group == EMOJI:
            return 0 if self.members[0][1].colors else 1 if self.is_picture else 2
        if self.is_picture:
            return 3
        return 2 if _ODD & set(self.name.lower().split()) else self.members[0][1].genre == "mono"

    @property
    def has_bold(self) -> bool:
        """Tell whether both a title and what stands below it have their own weight."""
        weights = [face.weights for _, face in self.members]
        return min(weights)[0] < _SEMIBOLD <= max(high for _, high in weights)


def grouped(faces: Iterable[tuple[Path, Face]]) -> list[Family]:
    """Return the families of ``faces`` in the order of their first, all faces kept."""
    found: dict[str, list[tuple[Path, Face]]] = {}
    for path, face in faces:
        found.setdefault(face.family, []).append((path, face))
    return [Family(name, tuple(members)) for name, members in found.items()]


def regular_and_bold(family: Family) -> Family:
    """Return ``family`` with what a card needs of it: a variable font, or a regular and a bold."""
    members = sorted(family.members, key=lambda member: (str(member[0]), member[1].weights))
    plain = [
        member for member in members if not member[1].is_italic and member[1].width == _NORMAL_WIDTH
    ]
    upright = plain or [member for member in members if not member[1].is_italic] or members
    variable = [
        member for member in upright if member[1].weights[1] >= _SEMIBOLD > member[1].weights[0]
    ]
    if variable:
        return Family(family.name, (variable[0],))
    regular = min(upright, key=lambda member: abs(member[1].weights[0] - _REGULAR))
    bold = [member for member in upright if member[1].weights[0] >= _SEMIBOLD]
    if bold and regular not in bold:
        chosen = min(bold, key=lambda member: abs(member[1].weights[0] - _BOLD))
        return Family(family.name, (regular, chosen))
    return Family(family.name, (regular,))


class Pool:
    """Families to choose from, and for each group of characters those that may serve it."""

    def __init__(self, families: Iterable[Family]) -> None:
        self.families = tuple(families)
        self._pages: dict[object, set[int]] = {}
        self._useful: dict[object, list[tuple[int, Family]]] = {}

    def fewest(
        self, chars: frozenset[str], group: str, prefer: Sequence[Region]
    ) -> tuple[list[Family], frozenset[str]]:
        """Return the fewest families that draw ``chars``, all of ``group``, and what is left.

        One that fits the group is taken before one that draws more of it, and of those that
        draw as much the one that is preferred: whatever was asked for before.
        """
        useful = self._sorted(chars, group, tuple(prefer) if group == IDEOGRAPHS else ())
        taken: list[Family] = []
        while chars:
            found = _best(chars, useful)
            if found is None:
                break
            taken.append(found)
            chars -= found.drawn(chars)
        return taken, chars

    def _sorted(
        self, chars: frozenset[str], group: str, prefer: tuple[Region, ...]
    ) -> list[tuple[int, Family]]:
        """Return all families that may draw any of ``chars``, with their misfit, best first."""
        key = group, prefer
        pages = self._pages.setdefault(key, set())
        new = {ord(char) >> 8 for char in chars} - pages
        if new:
            pages |= new
            known = self._useful.get(key, [])
            more = set(self.families) - {family for _, family in known}
            found = {family for family in more if any(map(family.reaches, new))}
            self._useful[key] = sorted(
                [*known, *((family.misfit(group), family) for family in found)],
                key=lambda each: (each[0], each[1].rank(prefer)),
            )
        return self._useful.get(key, [])


def _best(chars: frozenset[str], useful: Iterable[tuple[int, Family]]) -> Family | None:
    """Return the family of ``useful``, which are sorted, that draws most of ``chars``."""
    best, most, least_misfit = None, 0, 0
    for misfit, family in useful:
        if best and misfit > least_misfit:
            break
        count = len(family.drawn(chars))
        if count > most:
            best, most, least_misfit = family, count, misfit
            if count == len(chars):
                break
    return best
