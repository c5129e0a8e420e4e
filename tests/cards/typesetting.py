"""Text set as a card sets it, black on white, and where its ink is."""

import io
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any, NamedTuple

from PIL import Image, ImageChops

from pelican_smo.cards.engine import Drawing, Extent, Font, TextStyle
from pelican_smo.cards.fitting import Fitted, fit
from pelican_smo.cards.takumi import Takumi

from .engines import INTER

# The box of a title, as it is in the layout that ships.
BOX = {"width": 1040, "height": 284, "max": 112, "min": 46}
_MARGIN = 160


class Ink(NamedTuple):
    """How far ink is inside the edges of its box; less than nothing is outside of it."""

    left: float
    top: float
    right: float
    bottom: float


@cache
def engine() -> Takumi:
    return Takumi()


def measuring(
    fonts: Sequence[Font] = (INTER,), language: str = "en"
) -> Callable[[str, TextStyle, int], Extent]:
    """Return what measures text by the real engine."""
    return lambda text, style, width: engine().measure(text, style, width, fonts, language)


def fitted(text: str, fonts: Sequence[Font] = (INTER,), language: str = "en", **box: Any) -> Fitted:
    return fit(text, measure=measuring(fonts, language), language=language, **{**BOX, **box})


def drawn(
    found: Fitted,
    fonts: Sequence[Font] = (INTER,),
    language: str = "en",
    around: str = "",
    *,
    width: int = BOX["width"],
    height: int = BOX["height"],
) -> Image.Image:
    """Return ``found`` in the middle of a picture, in an element with the CSS ``around``."""
    whole = width + 2 * _MARGIN, height + 2 * _MARGIN
    page = f"width:{whole[0]}px;height:{whole[1]}px;padding:{_MARGIN}px;background:white"
    html = f'<div style="display:block;box-sizing:border-box;color:black;{page};{around}"><div style="{found.style}">'
    drawing = Drawing(
        html=f"{html}{escape(found.text)}</div></div>",
        css="",
        fonts=tuple(fonts),
        language=language,
        width=whole[0],
        height=whole[1],
    )
    return Image.open(io.BytesIO(engine().render(drawing))).convert("RGB")


def ink(picture: Image.Image) -> Ink | None:
    """Return where the ink of a picture of ``drawn`` is, None if there is none."""
    blank = Image.new("RGB", picture.size, "white")
    box = ImageChops.difference(picture, blank).getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    width, height = picture.size
    return Ink(left - _MARGIN, top - _MARGIN, width - _MARGIN - right, height - _MARGIN - bottom)
