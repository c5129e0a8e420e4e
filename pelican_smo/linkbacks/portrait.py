"""The home of a stranger's picture drawn again, small and square, with nothing else in it."""

import io

__all__ = ["SIZE", "redrawn"]

SIZE = 96
# Many more pixels than a portrait has are an attack on memory (Pillow: decompression bombs).
_MOST_PIXELS = 4_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def redrawn(data: bytes) -> bytes:
    """Return the picture ``data`` as a square WebP of 96 pixels, without anything else in it.

    Returns nothing for what is no PNG, JPEG, WebP or GIF by its own bytes, is too large, or
    where Pillow (extra ``avatars``) is not installed. What was in the file besides the
    pixels (place, camera, scripts, a second file) does not survive. How long it takes is not
    bounded here: a picture may be made to take minutes.
    """
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415  an extra
    except ImportError:
        return b""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return b""
            opened.draft("RGB", (2 * SIZE, 2 * SIZE))
            picture = opened if opened.mode in ("L", "RGB") else opened.convert("RGBA")
            # Made smaller as soon as it may be: what follows needs several copies.
            small = picture.reduce(max(min(picture.size) // (2 * SIZE), 1))
        square = ImageOps.fit(ImageOps.exif_transpose(small.convert("RGBA")), (SIZE, SIZE))
        out = io.BytesIO()
        square.save(out, "WEBP", quality=80, method=4, exif=b"", xmp=b"")
        return out.getvalue()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  decoders of strangers' files raise whatever they like
        return b""
