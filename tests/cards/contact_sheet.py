"""All hard titles on one picture, to be looked at: ``python tests/cards/contact_sheet.py OUT.png``.

More arguments are a layout ("quote") and folders of fonts that the machine lacks.
"""

import io
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader
from PIL import Image

from pelican_smo.cards.colors import card_colors
from pelican_smo.cards.engine import Drawing, Extent, TextStyle
from pelican_smo.cards.fitting import Fitted, fit
from pelican_smo.cards.layouts import layout_of, markup_of
from pelican_smo.cards.library import FontLibrary
from pelican_smo.cards.takumi import Takumi
from pelican_smo.cards.words import clean, direction

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from cards.hard_titles import HARD_TITLES, HardTitle

DEMO = Path(__file__).parent.parent.parent / "demo_site"
_ENV = Environment(loader=PackageLoader("pelican_smo"), autoescape=True)
_PICTURES = {
    "logo": DEMO / "content/images/logo.png",
    "cover": DEMO / "content/images/boats.jpg",
}
_COLUMNS, _GAP, _SMALL = 2, 8, (600, 315)


class Card(NamedTuple):
    """A card, what was fitted for its title, and the letters that no font has."""

    picture: Image.Image
    title: Fitted
    missing: str


def library(more: Sequence[Path] = ()) -> FontLibrary:
    """Return the fonts that hold the letters of the hard titles, and those in folders ``more``."""
    fonts = Path(__file__).parent / "fonts"
    # No folder: nothing is kept.
    return FontLibrary([fonts], Path(__file__), system=False, packages=lambda: more)


def card(hard: HardTitle, fonts: FontLibrary, engine: Takumi, layout: str = "plain") -> Card:
    """Return the card of a title, as the layout that ships draws it."""
    title = clean(hard.title)
    said = {
        "title": title,
        "quote": title,
        "site": {"name": "Pelican Post"},
        "authors": ["Nora Lindqvist"],
        "date": "25.11.2026",
        "tags": [hard.name],
        "category": hard.language,
    }
    choice = fonts.fonts_for(title + repr(said), hard.language)
    found: list[Fitted] = []

    def measure(text: str, style: TextStyle, width: int) -> Extent:
        return engine.measure(text, style, width, choice.fonts, hard.language)

    def fitted(text: str, **box: Any) -> Fitted:
        one = fit(text, measure=measure, language=hard.language, **box)
        found.extend([one] if text == title else [])
        return one

    context = {
        **said,
        "language": hard.language,
        "direction": direction(title, hard.language),
        "colors": card_colors({})[0],
        "fit": fitted,
        "img": _PICTURES.get,
    }
    context["img"] = partial(_named, _PICTURES)
    markup = markup_of(_ENV, layout_of(_ENV, layout), context)
    drawing = Drawing(
        html=markup.html,
        css=markup.css,
        fonts=choice.fonts,
        images=_PICTURES,
        language=hard.language,
    )
    picture = Image.open(io.BytesIO(engine.render(drawing))).convert("RGB")
    return Card(picture, found[0], choice.missing)


def _named(pictures: dict[str, Path], name: str) -> str:
    return name if name in pictures else ""


def sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Return ``pictures``, which are cards, side by side and made smaller."""
    width, height = _SMALL
    rows = -(-len(pictures) // _COLUMNS)
    size = _COLUMNS * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP
    whole = Image.new("RGB", size, "#888888")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, _COLUMNS)
        place = _GAP + column * (width + _GAP), _GAP + row * (height + _GAP)
        whole.paste(picture.resize(_SMALL, Image.Resampling.LANCZOS), place)
    return whole


def main(out: str, layout: str = "plain", *more: str) -> None:
    """Write the sheet to the file ``out``, and tell what to see on it."""
    fonts, engine = library([Path(path) for path in more]), Takumi()
    cards = []
    for hard in HARD_TITLES:
        one = card(hard, fonts, engine, layout)
        cards.append(one.picture)
        lacks = f" (no font has {one.missing!r})" if one.missing else ""
        print(f"{hard.name}: {hard.seen}{lacks}")  # noqa: T201
    sheet(cards).save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
