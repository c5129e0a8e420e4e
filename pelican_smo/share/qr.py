"""The home of QR codes: an address as inline SVG that any phone can read off screen or paper."""

import re

from markupsafe import Markup

__all__ = ["qr_code"]

_QUIET_ZONE = 4  # ISO/IEC 18004, 6.3.8: four modules of margin
_MODULE = 4


def qr_code(url: str, label: str) -> Markup:
    """Return the QR code of ``url`` as SVG, called ``label``; empty if the URL is too long.

    It is black on white in the dark as well, which readers of codes expect.
    """
    import segno  # noqa: PLC0415  most sites have no codes

    try:
        code = segno.make_qr(url)
    except segno.DataOverflowError:
        return Markup("")
    markup = code.svg_inline(border=_QUIET_ZONE, omitsize=True, light="#fff", dark="#000")
    side = code.symbol_size(scale=1, border=_QUIET_ZONE)[0] * _MODULE
    opening = Markup('<svg role="img" aria-label="{}" width="{}" height="{}"').format(
        label, side, side
    )
    return opening + Markup(re.sub(r"^<svg| class=\"[^\"]*\"", "", markup))  # noqa: S704  segno's
