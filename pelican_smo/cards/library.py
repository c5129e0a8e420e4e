"""The home of which fonts a card is drawn with: the site's, the one we ship, then by coverage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pelican_smo.cards.characters import SYMBOLS, Groups, needs_glyph, regions, remedy, script
from pelican_smo.cards.engine import Font
from pelican_smo.cards.families import Family, Pool, grouped, regular_and_bold
from pelican_smo.cards.fonts import Face, Region, font_faces
from pelican_smo.cards.installed import font_files, package_folders, system_folders
from pelican_smo.cards.known import KnownFonts
from pelican_smo.errors import CardError

__all__ = ["INTER", "Choice", "FontLibrary", "covered", "remedy", "script"]

INTER = Path(__file__).parent.parent / "static/fonts/Inter.ttf"

# A card with ideographs may take 120 MB in all; a font that nobody named takes half at most.
_LARGEST_FOUND = 64 << 20
# Of texts that do not tell it, most readers are there.
_ANY_REGION: tuple[Region, ...] = ("SC",)
_EMOJI_SELECTOR = "\ufe0f"
_SETTING = "SMO_CARD_FONTS"

Folders = Callable[[], Iterable[Path]]


class Choice(NamedTuple):
    """The fonts for a text, in the order in which they are asked, and what none of them has."""

    fonts: tuple[Font, ...]
    missing: str


class FontLibrary:
    """The fonts that may be drawn with; for most texts nothing has to be looked for.

    ``chosen`` are files and folders that the site names, ``cache`` is the folder to remember in
    what fonts hold; ``system`` says whether those of the system may be taken, which differ from
    one machine to the next.
    """

    def __init__(
        self,
        chosen: Sequence[Path],
        cache: Path,
        *,
        system: bool,
        packages: Folders = package_folders,
        folders: Folders = system_folders,
    ) -> None:
        self._chosen = tuple(chosen)
        self._known = KnownFonts(cache / "fonts.json")
        self._places = (packages, folders) if system else (packages,)
        self._pools: list[Pool] = []
        self._starts: dict[tuple[Region, ...], _Start] = {}
        self._groups = [Groups(with_emoji=with_emoji) for with_emoji in (False, True)]
        self._fonts: dict[Family, tuple[Font, ...]] = {}

    def fonts_for(self, text: str, language: str) -> Choice:
        """Return the fonts that draw ``text``: the site's, Inter, then what else it needs.

        ``language`` is a language tag, which decides whose forms ideographs have.
        """
        start = self._start(text, language)
        rest = start.lacks(text)
        emoji = start.emoji(text) if _EMOJI_SELECTOR in text else frozenset()
        if not rest and not emoji:
            return start.choice
        families = start.families(rest, emoji)
        missing = rest.difference(*(family.drawn(rest) for family in families))
        groups = self._groups[_EMOJI_SELECTOR in text]
        prefer = regions(text, language) or _ANY_REGION
        for index in range(len(self._places)):
            if missing:
                found, missing = _found(groups.of(missing), self._pool(index), prefer)
                families += found
        fonts = self._files(families)
        self._known.save()
        in_order = dict.fromkeys(text) if missing else ()
        return Choice(fonts, "".join(char for char in in_order if char in missing))

    @property
    def problems(self) -> tuple[CardError, ...]:
        """What is wrong with the chosen files and folders that cannot be used."""
        return self._given[1]

    @cached_property
    def _given(self) -> tuple[tuple[Family, ...], tuple[CardError, ...]]:
        """The families that the site names, in its order, and what is wrong with the rest."""
        faces: list[tuple[Path, Face]] = []
        problems: list[CardError] = []
        for path in self._chosen:
            files = font_files(path) if path.is_dir() else [path]
            if not files:
                problem = f"there is no font file (.ttf, .otf, .ttc, .otc) in {path}"
                problems.append(CardError(_SETTING, problem, "correct it"))
            for file in files:
                try:
                    faces += ((file, face) for face in _drawing(file, self._known.faces(file)))
                except CardError as error:
                    problems.append(error)
        return tuple(grouped(faces)), tuple(problems)

    @cached_property
    def _inter(self) -> Family:
        return Family("Inter", tuple((INTER, face) for face in font_faces(INTER)))

    def _start(self, text: str, language: str) -> "_Start":
        """Return what each text in ``language`` starts with: the site's first family, and Inter.

        A site may name fonts for several regions: then the right one comes before the others.
        """
        given = self._given[0]
        prefer = regions(text, language) if any(family.region for family in given) else ()
        if prefer not in self._starts:
            regional = (family for family in given if family.region)
            nearest = iter(sorted(regional, key=lambda each: each.strangeness(prefer)))
            given = tuple(next(nearest) if family.region else family for family in given)
            before = tuple(family for family in given if family.is_latin)
            inter = () if any(each.name == "Inter" for each in given) else (self._inter,)
            after = tuple(family for family in given if not family.is_latin)
            fonts = self._files((*before[:1], *inter))
            self._starts[prefer] = _Start(before, inter, after, Choice(fonts, ""))
            self._known.save()
        return self._starts[prefer]

    def _pool(self, index: int) -> Pool:
        """Return the families in a kind of place, but those that a nearer one has."""
        while len(self._pools) <= index:
            names = {"inter"} | {family.name.casefold() for family in self._given[0]}
            names |= {family.name.casefold() for pool in self._pools for family in pool.families}
            families: list[Family] = []
            for folder in self._places[len(self._pools)]():
                new = [each for each in self._families(folder) if each.name.casefold() not in names]
                names |= {family.name.casefold() for family in new}
                families += new
            self._pools.append(Pool(families))
        return self._pools[index]

    def _families(self, folder: Path) -> list[Family]:
        faces: list[tuple[Path, Face]] = []
        for file in font_files(folder):
            try:
                faces += ((file, face) for face in self._known.faces(file) if face.bounds)
            except CardError:
                continue  # a font that nobody named needs no message
        # A dot begins the names of what macOS keeps for itself.
        families = (regular_and_bold(each) for each in grouped(faces) if each.name[0] != ".")
        return [
            family
            for family in families
            if all(self._known.size(path) <= _LARGEST_FOUND for path in family.files)
        ]

    def _files(self, families: Iterable[Family]) -> tuple[Font, ...]:
        fonts: list[Font] = []
        for family in families:
            if family not in self._fonts:
                self._fonts[family] = tuple(
                    Font(path, self._known.digest(path), (family.name,)) for path in family.files
                )
            fonts += self._fonts[family]
        return tuple(fonts)


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """What a text is set in before anything is looked for.

    The families ``before`` Inter are the site's; those ``after`` it are, too, but they have no
    Latin letters, and their spaces and digits would not match others'. Of both only the very
    first is there when it is not needed.
    """

    before: tuple[Family, ...]
    inter: tuple[Family, ...]
    after: tuple[Family, ...]
    choice: Choice
    _drawn: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)

    def lacks(self, text: str) -> frozenset[str]:
        """Return the characters of ``text`` for which another family must be asked."""
        chars = frozenset(text)
        unasked = chars - self._asked
        if unasked:
            self._asked.update(unasked)
            self._drawn.update(filter(self._draws, unasked))
        return chars - self._drawn

    def emoji(self, text: str) -> frozenset[str]:
        """Return what a selector in ``text`` makes an emoji, and the site has a picture of."""
        pictures = [family for family in self.after if family.is_picture]
        selected = (char for char, after in pairwise(text) if after == _EMOJI_SELECTOR)
        return frozenset(c for c in selected if any(each.draws(c) for each in pictures))

    def families(self, rest: frozenset[str], emoji: frozenset[str]) -> list[Family]:
        """Return the families for a text that needs ``rest`` and pictures of ``emoji``."""
        families = list(self.before[:1])
        for family in (*self.before[1:], *self.inter, *self.after):
            drawn = family.drawn(rest)
            wanted = family.is_picture and family.drawn(emoji)
            if drawn or wanted or family in self.inter:
                families.append(family)
                rest -= drawn
        return families

    def _draws(self, char: str) -> bool:
        if not needs_glyph(char) or any(family.draws(char) for family in self.before[:1]):
            return True
        # Inter comes after all of the site's that could have drawn it.
        own = any(family.draws(char) for family in self.before[1:])
        return not own and any(family.draws(char) for family in self.inter)


def _drawing(path: Path, faces: Sequence[Face]) -> list[Face]:
    """Return those of ``faces`` that draw anything; raises CardError if none does."""
    drawing = [face for face in faces if face.bounds]
    if drawing:
        return drawing
    colors = next((face.colors for face in faces if face.colors), "")
    raise CardError(
        str(path),
        f"its glyphs are pictures in the format {colors}, which cards cannot show"
        if colors
        else "has no letters of Unicode that cards can show",
        "take a font with outlines, or with pictures in the format CBDT or COLRv0"
        if colors
        else "take another font",
    )


def _found(
    groups: Mapping[str, frozenset[str]], pool: Pool, prefer: Sequence[Region]
) -> tuple[list[Family], frozenset[str]]:
    """Return the families of ``pool`` that draw ``groups``, one by one, and what is left.

    So a script has the same family on every card, whatever stands beside it. Symbols, and marks
    that belong to no script, are drawn by a family that is there already if it has them.
    """
    families: list[Family] = []
    left: frozenset[str] = frozenset()
    for name, chars in groups.items():
        rest = chars
        if name == SYMBOLS:
            for family in families:
                rest -= family.drawn(rest)
        taken, missing = pool.fewest(rest, name, prefer)
        families += (family for family in taken if family not in families)
        left |= missing
    return families, left


def covered(fonts: Choice | Sequence[Font], text: str) -> str:
    """Return the characters of ``text`` that ``fonts`` do not draw, once each, in order.

    Raises CardError where a font cannot be read.
    """
    families = _read_families(tuple(fonts.fonts if isinstance(fonts, Choice) else fonts))
    return "".join(
        char
        for char in dict.fromkeys(text)
        if needs_glyph(char) and not any(family.draws(char) for family in families)
    )


@lru_cache(maxsize=256)
def _read_families(fonts: tuple[Font, ...]) -> tuple[Family, ...]:
    return tuple(
        grouped(
            (font.path, face)
            for font in fonts
            for face in _read_faces(font.path, font.digest)
            if face.family in font.families
        )
    )


@lru_cache(maxsize=64)
def _read_faces(path: Path, digest: str) -> tuple[Face, ...]:
    # The digest is its version: of a file that changes, the new one is read.
    return font_faces(path)
