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

# How far a gradient turns on the colour wheel of OKLCH, in degrees, and where to: through blue for
# what is cool and through red for what is warm, as the evening does it; never through a muddy green.
_TURN, _DUSK = 40, 300
# Of what strength it is, as chroma, at its start and its end at most: a dye, not a lamp.
_STRONG, _CALM = 0.2, 0.13
# By how many hundredths of its lightness its start may be darker than the accent for the sake of
# white letters, and how light its end is, compared to its start, under white and black ones.
_DARKER, _DUSKY, _HAZY = 16, 0.66, 0.9
# How thick the rings of the layout "gradient" lie over its end, and what share of it is clear.
_VEIL, _CLEAR = 0.15, 0.25
# Where the light of sRGB bends.
_BENT = 0.0031308
# In how many places a gradient is looked at.
_STEPS = 16


class CardColors(NamedTuple):
    """The colours of a card, each ``#rrggbb``; text can be read on what it is meant for.

    ``background``, ``text`` and ``accent`` are the site's. On the background stand ``text``,
    ``soft`` (text of second rank), ``label`` (the accent, where it is text) and ``line``
    (hairlines, no text). On the accent stands ``ink``. A gradient goes from ``start``, which is
    the accent or near it, to ``end``, under ``gradient_ink`` and ``gradient_soft``. ``shade`` is what darkens a photo.
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
    start, over = _start(accent)
    light, chroma, hue = _oklch(start)
    away = (_DUSK - hue + 180) % 360 - 180
    turned = hue + max(-_TURN, min(_TURN, away))
    light *= _DUSKY if over == _WHITE else _HAZY
    end = _displayed(light, min(chroma, _CALM), turned)
    aim = _BLACK if over == _WHITE else _WHITE
    nearer = (_mixed(end, aim, step / 32) for step in range(33))
    readable = (
        near
        for near in nearer
        if all(contrast(over, ground) >= READABLE for ground in _way(start, near))
    )
    return start, next(readable, aim), over


def _start(accent: str) -> tuple[str, str]:
    """Return where the gradient of ``accent`` starts, and its ink.

    That is the accent itself, or a calmer one if it glares, or one a little darker where that
    is enough for white letters: black ones on a strong red or blue are a warning sign.
    """
    light, chroma, hue = _oklch(accent)
    start = accent if chroma <= _STRONG else _displayed(light, _STRONG, hue)
    for darker in range(_DARKER + 1):
        near = (
            _displayed(light * (1 - darker / 100), min(chroma, _STRONG), hue) if darker else start
        )
        if ink(near) == _WHITE:
            return near, _WHITE
    return start, _BLACK


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


# OKLCH: lightness, chroma and hue as the eye tells them apart (CSS Color 4, 10.9 and 18; the
# matrices are those of its sample code by Björn Ottosson).


def _oklch(color: str) -> tuple[float, float, float]:
    """Return the lightness (0 to 1), chroma (0 to 0.33) and hue (degrees) of ``color``."""
    red, green, blue = (_linear(channel) for channel in _channels(color))
    long, middle, short = (
        math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue),
        math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue),
        math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue),
    )
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.degrees(math.atan2(b, a))


def _displayed(light: float, chroma: float, hue: float) -> str:
    """Return a colour of OKLCH as ``#rrggbb``, with less chroma where a screen has not as much."""
    for step in range(32, -1, -1):
        channels = _rgb(light, chroma * step / 32, math.radians(hue))
        if all(round(channel * 255) in range(256) for channel in channels):
            break
    return _hex(channels)


def _rgb(light: float, chroma: float, angle: float) -> tuple[float, ...]:
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _BENT * 12.92 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= _BENT else 1.055 * channel ** (1 / 2.4) - 0.055


def _channels(color: str) -> tuple[float, ...]:
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
