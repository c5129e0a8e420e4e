"""The home of authors' pictures: fetched once, drawn again small, so that pages ask no stranger."""

import hashlib
import io

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.guard import Fetcher
from pelican_smo.receiver.store import Media

__all__ = ["SIZE", "avatar", "redrawn"]

SIZE = 96
# Many more pixels than a portrait has are an attack on memory (Pillow: decompression bombs).
_MOST_PIXELS = 20_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_OK = 200


def avatar(fetcher: Fetcher, origin: str) -> Media:
    """Return our own picture made from the one at the URL ``origin``; empty where there is none.

    Raises FetchError "busy" where its host had a visit from us a moment ago.
    """
    nothing = Media(origin=origin)
    try:
        fetched = fetcher.get(origin, accept="image/webp, image/png, image/jpeg, image/gif")
    except FetchError as error:
        if error.problem == "busy":
            raise
        return nothing
    data = redrawn(fetched.body) if fetched.status == _OK else b""
    if not data:
        return nothing
    name = f"{hashlib.sha256(data).hexdigest()}.webp"
    return Media(origin=origin, name=name, type="image/webp", data=data)


def redrawn(data: bytes) -> bytes:
    """Return the picture ``data`` as a square WebP of 96 pixels, without anything else in it.

    Returns nothing for what is no PNG, JPEG, WebP or GIF by its own bytes, is too large, or
    where Pillow (extra ``avatars``) is not installed. What was in the file besides the
    pixels (place, camera, scripts, a second file) does not survive.
    """
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415  an extra
    except ImportError:
        return b""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return b""
            opened.draft("RGB", (SIZE * 2, SIZE * 2))
            upright = ImageOps.exif_transpose(opened.convert("RGBA"))
            square = ImageOps.fit(upright, (SIZE, SIZE))
        out = io.BytesIO()
        square.save(out, "WEBP", quality=80, method=4, exif=b"", xmp=b"")
        return out.getvalue()
    except Exception:  # noqa: BLE001  decoders of strangers' files raise whatever they like
        return b""
