"""The home of which ink can be read on a network's colour."""

__all__ = ["contrast", "ink"]

# WCAG 2.2: the least contrast of text (1.4.3), and where the light of sRGB bends.
_READABLE = 4.5
_LINEAR = 0.04045


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, written ``#rrggbb`` (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= _LINEAR else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink(color: str) -> str:
    """Return the ink that can be read on ``color``: white where it is good enough, else black.

    One of the two always has a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3).
    """
    white = "#ffffff"
    return white if contrast(white, color) >= _READABLE else "#000000"
