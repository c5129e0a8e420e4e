"""The home of the card engine that comes with the extra: pytakumi, HTML and flexbox to pixels."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from pelican_smo.cards.engine import Drawing, Extent, Font, Format, TextStyle
from pelican_smo.errors import CardError

__all__ = ["Takumi", "is_installed", "version"]

_PACKAGE = "pytakumi"


def is_installed() -> bool:
    """Tell whether the engine is there, without importing it."""
    return find_spec(_PACKAGE) is not None


def version() -> str:
    """Return the engine's name and version, without importing it."""
    return f"{_PACKAGE} {metadata.version(_PACKAGE)}"


class Takumi:
    """A card engine; it reads each font and picture once."""

    def __init__(self) -> None:
        import pytakumi  # noqa: PLC0415  20 ms that a build without a new card need not wait

        self._takumi = pytakumi
        self._renderer = pytakumi.Renderer()
        self._registered: set[str] = set()
        self._pictures: dict[Path, bytes] = {}
        self.version = version()

    def measure(
        self, text: str, style: TextStyle, width: int, fonts: Sequence[Font], language: str
    ) -> Extent:
        """Return what ``text`` takes up in a box ``width`` pixels wide."""
        html = f'<div style="display:block;{style.css}">{escape(text)}</div>'
        with _told():
            found = self._renderer.measure(
                self._takumi.from_html(html),
                width=width,
                font_families=self._families(fonts),
                lang=language,
            )
        runs = found["runs"]
        lines = len({run["y"] for run in runs})
        return Extent(
            max((run["x"] + run["width"] for run in runs), default=0), found["height"], lines
        )

    def render(self, drawing: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        """Return ``drawing`` as an image file."""
        images = {name: self._picture(path) for name, path in drawing.images.items()}
        with _told():
            return self._renderer.render_html(
                drawing.html,
                width=drawing.width,
                height=drawing.height,
                format=form,
                quality=quality if form == "jpeg" else None,
                stylesheets=[drawing.css],
                images=images,
                font_families=self._families(drawing.fonts),
                lang=drawing.language,
            )

    def _families(self, fonts: Sequence[Font]) -> list[str]:
        """Return the families of ``fonts``, which the engine then knows; no other is drawn with."""
        for font in fonts:
            if font.digest not in self._registered:
                with _told(str(font.path)):
                    self._renderer.register_font(_read(font.path))
                self._registered.add(font.digest)
        return [family for font in fonts for family in font.families]

    def _picture(self, path: Path) -> bytes:
        if path not in self._pictures:
            self._pictures[path] = _read(path)
        return self._pictures[path]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CardError(str(path), f"cannot be read: {error.strerror}", "correct it") from error


@contextmanager
def _told(where: str = "") -> Iterator[None]:
    """Raise what the engine raises as CardError, its panics too, which are no Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise CardError(where, f"the card engine cannot draw it: {error}") from error
