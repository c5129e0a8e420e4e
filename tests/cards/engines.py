"""Drawings to test with, and engines that do what one should not; processes make them, too."""

import hashlib
import os
import signal
import struct
import time
import zlib
from functools import cache
from pathlib import Path

from pictures import png

import pelican_smo
from pelican_smo.cards.engine import HEIGHT, WIDTH, Drawing, Font, Format
from pelican_smo.errors import CardError

_FILE = Path(pelican_smo.__file__).parent / "static" / "fonts" / "Inter.ttf"
INTER = Font(_FILE, hashlib.blake2b(_FILE.read_bytes(), digest_size=16).hexdigest(), ("Inter",))
BLANK = png(WIDTH, HEIGHT)
# The least that says it is a JPEG of that size.
FRAME = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, HEIGHT, WIDTH, 1) + b"\1\x11\0"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + FRAME + b"\xff\xd9"


def card(text: str, **more: object) -> Drawing:
    """Return a plain card that says ``text``."""
    css = "div{display:flex;width:100%;height:100%;background:linear-gradient(90deg,#135,#531)}"
    html = f'<div style="padding:72px;color:white;font-size:80px">{text}</div>'
    return Drawing(html=html, css=css, fonts=(INTER,), **more)  # type: ignore[arg-type]


def grown(picture: bytes, size: int) -> bytes:
    """Return a PNG or JPEG with as much in it that shows nothing as makes it ``size`` bytes."""
    if picture.startswith(b"\x89PNG"):
        body = b"teSt" + bytes(size - len(picture) - 12)
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return picture[:-12] + chunk + picture[-12:]
    return picture[:-2] + bytes(size - len(picture)) + picture[-2:]


class Painter:
    """An engine that draws nothing, but another file for each text; it heeds orders in it."""

    version = "painter 1"

    def render(self, drawing: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        """Do what the card says: "crash", "exit", "hang" or "faint", which is to crash once.

        Where the CSS is the path of a folder, it has a file for each card that was begun.
        """
        if drawing.css:
            (Path(drawing.css) / f"{time.monotonic_ns()}.{os.getpid()}").write_text(drawing.html)
        _obey(drawing)
        if form == "jpeg":
            return JPEG
        return _distinct(drawing.html)


@cache
def _distinct(text: str) -> bytes:
    body = b"teXt" + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return BLANK[:-12] + chunk + BLANK[-12:]


def _obey(drawing: Drawing) -> None:
    match drawing.html.split():
        case ["crash", *_]:
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(60)
        case ["kill", *_]:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)
        case ["exit", *_]:
            os._exit(3)
        case ["hang", *_]:
            time.sleep(60)
        case ["faint", *_]:
            mark = Path(drawing.css) / "fainted"
            if not mark.exists():
                mark.touch()
                os._exit(3)
        case ["refuse", *_]:
            raise CardError("logo.svg", "is no picture", "save it as PNG")
