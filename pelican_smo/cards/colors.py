"""The home of the colours of cards: three that a site may choose, and all that follow from them."""

import colorsys
import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pelican_smo.errors import CardError
from pelican_smo.share.colors import contrast, ink

__all__ = ["CardColors", "card_colors"]

# WCAG 2.2, 1.4.3: the least contrast of text with what it stands on.
READABLE = 4.5

_WHITE, _BLACK = "#ffffff", "#000000"
_PAPER, _NIGHT = "#f8f6f1", "#10191f"
_DEFAULTS = {"background": _PAPER, "text": "#14212b", "accent": "#0b6075"}

# How far a gradient turns on the colour wheel, and where to: through blue for what is cool and
# through red for what is warm, as the evening does it; never through a muddy green.
_TURN, _DUSK = 42 / 360, 290 / 360
# How thick the rings of the layout "gradient" lie over its end, and what share of it is clear.
_VEIL, _CLEAR = 0.15, 0.25
# In how many places a gradient is looked at.
_STEPS = 16


class CardColors(NamedTuple):
    """The colours of a card, each ``#rrggbb``; text can be read on what it is meant for.

    ``background``, ``text`` and ``accent`` are the site's. On the background stand ``text``,
    ``soft`` (text of second rank), ``label`` (the accent, where it is text) and ``line``
    (hairlines, no text). On the accent stands ``ink``. A gradient goes from ``start`` to
    ``end``, under ``gradient_ink`` and ``gradient_soft``. ``shade`` is what darkens a photo.
    """

    background: str
    text: str
    accent: str
    soft: str
    label: str
    line: str
    ink: str
    start: str
    end: str
    gradient_ink: str
    gradient_soft: str
    shade: str


def card_colors(chosen: Mapping[str, str]) -> tuple[CardColors, tuple[CardError, ...]]:
    """Return the colours of a site's cards, and what is wrong with those that it chose.

    ``chosen`` is SMO_CARD_COLORS: ``background``, ``text`` and ``accent``, each as ``#rrggbb``
    or ``#rgb``, each optional. In the place of one that is no colour stands the default; in
    the place of a text that cannot be read on its background, the nearest that can.
    """
    problems = tuple(_unreadable(chosen))
    known = {key: color for key in _DEFAULTS if (color := _color(chosen.get(key, "")))}
    background = known.get("background") or _ground(known.get("text", _DEFAULTS["text"]))
    text = known.get("text") or _letters(background)
    near = _legible(text, background)
    if near != text:
        problems += (_faint(text, background, near),)
    return _colors(background, near, known.get("accent", _DEFAULTS["accent"])), problems


def _unreadable(chosen: Mapping[str, str]) -> Iterator[CardError]:
    for key, default in _DEFAULTS.items():
        if key in chosen and not _color(chosen[key]):
            yield CardError(
                f"SMO_CARD_COLORS[{key!r}]",
                f"{chosen[key]!r} is no colour",
                f'write it as "#rrggbb", such as "{default}"',
            )


def _faint(text: str, background: str, near: str) -> CardError:
    # Rounded down: 4.49 is not enough, and must not read as if it were.
    ratio = math.floor(contrast(text, background) * 10) / 10
    return CardError(
        "SMO_CARD_COLORS['text']",
        f"{text} on {background} has a contrast of {ratio}:1, and"
        f" {READABLE}:1 is the least that can be read",
        f'write "{near}", which is used meanwhile, or choose another background',
    )


def _color(text: str) -> str:
    """Return ``text`` as ``#rrggbb``, or nothing where it is no colour."""
    found = re.fullmatch(r"#(?:(?P<long>[0-9a-f]{6})|(?P<short>[0-9a-f]{3}))", text.strip().lower())
    if not found:
        return ""
    digits = found["long"] or "".join(digit * 2 for digit in found["short"])
    return f"#{digits}"


def _ground(text: str) -> str:
    """Return the background for a ``text`` chosen alone: paper, or night for light letters."""
    return max(_PAPER, _NIGHT, key=lambda color: contrast(color, text))


def _letters(background: str) -> str:
    """Return the text for a ``background`` chosen alone: dark as ink, or light as paper."""
    better = max(_DEFAULTS["text"], _PAPER, key=lambda color: contrast(color, background))
    return _legible(better, background)


def _colors(background: str, text: str, accent: str) -> CardColors:
    start, end, over = _gradient(accent)
    way = list(_way(start, end))
    return CardColors(
        background=background,
        text=text,
        accent=accent,
        soft=_softened(text, background, [background]),
        label=_legible(accent, background),
        line=_mixed(background, text, 0.2),
        ink=ink(accent),
        start=start,
        end=end,
        gradient_ink=over,
        gradient_soft=_softened(over, _mixed(start, end, 0.5), way),
        shade=_shade(accent),
    )


def _gradient(accent: str) -> tuple[str, str, str]:
    """Return both ends of the gradient of ``accent``, and the ink that can be read all along."""
    hue, light, strength = colorsys.rgb_to_hls(*_channels(accent))
    away = (_DUSK - hue + 0.5) % 1 - 0.5
    turned = hue + max(-_TURN, min(_TURN, away))
    over = ink(accent)
    light *= 0.62 if over == _WHITE else 1
    end = _hex(colorsys.hls_to_rgb(turned % 1, light, strength))
    aim = _BLACK if over == _WHITE else _WHITE
    nearer = (_mixed(end, aim, step / 32) for step in range(33))
    readable = (
        near
        for near in nearer
        if all(contrast(over, ground) >= READABLE for ground in _way(accent, near))
    )
    return accent, next(readable, aim), over


def _way(start: str, end: str) -> Iterator[str]:
    """Yield what letters stand on between the ends of a gradient.

    Its rings lie over a part of it like a white veil, thicker towards the end.
    """
    for step in range(_STEPS + 1):
        at = step / _STEPS
        bare = _mixed(start, end, at)
        yield bare
        yield _mixed(bare, _WHITE, _VEIL * max(0, at - _CLEAR) / (1 - _CLEAR))


def _shade(accent: str) -> str:
    """Return what darkens a photo: nearly black, with a breath of ``accent``."""
    hue, _, strength = colorsys.rgb_to_hls(*_channels(accent))
    return _hex(colorsys.hls_to_rgb(hue, 0.05, min(strength, 0.5)))


def _legible(color: str, ground: str) -> str:
    """Return ``color``, or the nearest lighter or darker one that can be read on ``ground``."""
    for step in range(65):
        for aim in (_BLACK, _WHITE):
            near = _mixed(color, aim, step / 64)
            if contrast(near, ground) >= READABLE:
                return near
    return ink(ground)


def _softened(color: str, towards: str, grounds: list[str]) -> str:
    """Return ``color`` gone as far towards a ground, 35 % at most, as can be read on them all."""
    for step in range(35, 0, -1):
        soft = _mixed(color, towards, step / 100)
        if all(contrast(soft, ground) >= READABLE for ground in grounds):
            return soft
    return color


def _mixed(one: str, other: str, share: float) -> str:
    """Return ``one`` with a ``share`` of ``other``, 0 to 1."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return _hex(tuple(here + (there - here) * share for here, there in pairs))


def _channels(color: str) -> tuple[float, ...]:
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
