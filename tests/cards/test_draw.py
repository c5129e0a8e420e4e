"""One card is encoded: in the right format, within its limit, or with the reason why not."""

import io
import pickle
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytakumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pictures import png
from PIL import Image

from cards.engines import BLANK, FRAME, JPEG, Painter, card, grown
from pelican_smo.cards.draw import LIMIT, Encoded, encoded, is_marked, is_whole
from pelican_smo.cards.engine import Drawing, Format
from pelican_smo.cards.takumi import Takumi
from pelican_smo.errors import CardError, PassingError


class Weights:
    """An engine whose files have the weights that are given to it, by form and quality."""

    version = "weights 1"

    def __init__(self, **weights: int) -> None:
        self.weights, self.asked = weights, list[str]()

    def render(self, _: Drawing, form: Format = "png", quality: int = 85) -> bytes:
        name = form if form == "png" else f"{form}{quality}"
        self.asked.append(name)
        return grown(BLANK if form == "png" else JPEG, self.weights.get(name, 1_000_000))


class Rubbish(Painter):
    """An engine that returns what is given to it."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def render(self, *_: object) -> bytes:
        return self.data


@pytest.fixture(scope="module")
def takumi() -> Takumi:
    return Takumi()


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A photo that no PNG of 300 KB can hold."""
    path = tmp_path / "noise.jpg"
    pixels = random.Random(1).randbytes(300 * 160 * 3)
    Image.frombytes("RGB", (300, 160), pixels).resize((1200, 640)).save(path, quality=80)
    return path


def why(engine: Any, drawing: Drawing) -> CardError:
    with pytest.raises(CardError) as caught:
        encoded(engine, drawing)
    return caught.value


def test_a_card_is_a_png_of_its_size_that_says_whose_it_is(takumi: Takumi) -> None:
    drawn = encoded(takumi, card("Sea &amp; shore"))
    with Image.open(io.BytesIO(drawn.data)) as image:
        image.load()
        assert (drawn.form, image.format, image.size) == ("png", "PNG", (1200, 630))
        assert image.info["Software"] == "pelican_smo"
    assert is_marked(drawn.data[:100])
    assert is_whole(drawn.data, 1200, 630)


def test_a_photo_becomes_a_jpeg_within_the_limit(takumi: Takumi, noise: Path) -> None:
    html = '<img src="photo" style="width:1200px;height:630px">'
    drawn = encoded(takumi, Drawing(html=html, css="", fonts=(), images={"photo": noise}))
    with Image.open(io.BytesIO(drawn.data)) as image:
        image.load()
        assert (drawn.form, image.format, image.size) == ("jpeg", "JPEG", (1200, 630))
        assert image.info["comment"] == b"pelican_smo"
    assert is_marked(drawn.data[:100])
    assert len(drawn.data) <= 300_000


@pytest.mark.parametrize(
    ("weights", "form", "tries"),
    [
        ({"png": 299_968}, "png", 1),  # the mark takes 32 bytes
        ({"png": 299_969, "jpeg85": 299_985}, "jpeg", 2),  # there it takes 15
        ({"jpeg85": 299_986, "jpeg75": 200_000}, "jpeg", 3),
        ({"jpeg60": 1000}, "jpeg", 4),
        ({"jpeg45": 1000}, "jpeg", 5),
        ({"jpeg30": 1000}, "jpeg", 6),
    ],
)
def test_quality_goes_down_only_until_it_is_light_enough(
    weights: dict[str, int], form: Format, tries: int
) -> None:
    engine = Weights(**weights)
    drawn = encoded(engine, card("x"))
    wanted = ["png", "jpeg85", "jpeg75", "jpeg60", "jpeg45", "jpeg30"]
    assert (drawn.form, engine.asked) == (form, wanted[:tries])
    assert len(drawn.data) <= LIMIT == 300_000


def test_what_is_never_light_enough_is_no_card() -> None:
    assert str(why(Weights(), card("x"))) == (
        "its picture has more than 300 KB even as a JPEG of the lowest quality; "
        "use a background with less detail"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        BLANK[:-1],
        png(1200, 629),
        png(630, 1200),
        JPEG,
        b"<svg/>",
    ],
)
def test_what_is_no_picture_of_that_size_is_no_card(data: bytes) -> None:
    assert str(why(Rubbish(data), card("x"))) == (
        "the card engine returned no picture; install another version than painter 1"
    )


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (BLANK, True),
        (JPEG, True),
        (BLANK[:-2], False),
        (JPEG[:-1], False),
        (JPEG.replace(FRAME, b""), False),
        (JPEG.replace(FRAME, FRAME[:4]), False),
        (JPEG.replace(b"\xff\xc0", b"\xff\xc2"), True),  # progressive
        (JPEG.replace(b"\xff\xc0", b"\xff\xc4"), False),  # a Huffman table
        (b"\xff\xd8\xff\xe0\0\0" * 9 + b"\xff\xd9", False),
    ],
)
def test_a_whole_picture_is_told_from_a_part_of_one(data: bytes, whole: bool) -> None:
    assert is_whole(data, 1200, 630) is whole


@given(
    st.binary(),
    st.sampled_from([b"", BLANK[:24], b"\xff\xd8\xff", JPEG[:-2]]),
    st.sampled_from(["png", "jpeg", None]),
)
def test_any_bytes_are_whole_or_not(data: bytes, start: bytes, form: Format | None) -> None:
    assert is_whole(start + data, 1200, 630, form) in (True, False)
    assert is_marked(start + data) in (True, False)


@pytest.mark.parametrize("start", [b"", b"pelican_smo", BLANK[:128], JPEG])
def test_what_no_card_starts_with_is_not_marked(start: bytes) -> None:
    assert not is_marked(start)


@pytest.mark.parametrize("broken", [b"", b"GIF", b"<svg", b"\x89PNG\r\n\x1a\n", BLANK[:70]])
def test_a_picture_that_cannot_be_decoded_is_named(
    takumi: Takumi, tmp_path: Path, broken: bytes
) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "logo.png"
    good.write_bytes(png(4, 4))
    bad.write_bytes(broken)
    html = '<img src="cover"><img src="a &quot;logo&quot;">'
    drawing = Drawing(html=html, css="", fonts=(), images={"cover": good, 'a "logo"': bad})
    error = why(takumi, drawing)
    assert str(error) == (
        f"{bad}: is no picture that can be drawn; "
        "save it as PNG, JPEG, WebP or SVG, of at most 8192 pixels a side"
    )
    assert not isinstance(error, PassingError)


@pytest.mark.parametrize(("width", "is_drawn"), [(8192, True), (8193, False)])
def test_a_picture_of_more_pixels_than_is_said_is_not_drawn(
    takumi: Takumi, tmp_path: Path, width: int, is_drawn: bool
) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(png(width, 4))
    drawing = Drawing(html='<img src="cover">', css="", fonts=(), images={"cover": path})
    if is_drawn:
        assert encoded(takumi, drawing).form == "png"
    else:
        assert "at most 8192 pixels" in why(takumi, drawing).remedy


def test_a_picture_that_is_not_there_is_named_and_looked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    error = why(Painter(), card("x", images={"logo": path}))
    assert str(error) == f"{path}: is no file; correct its path"
    assert isinstance(error, PassingError)


def test_a_file_that_cannot_be_read_now_may_be_read_another_time(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(png(4, 4))

    class Forbidden(Painter):
        def render(self, *_: object) -> bytes:
            try:
                raise PermissionError(13, "Permission denied", str(path))
            except OSError as error:
                raise CardError(str(path), "cannot be read", "correct it") from error

    error = why(Forbidden(), card("x", images={"logo": path}))
    assert (error.where, type(error)) == (str(path), PassingError)


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ('<img alt="x" src="nope">', ""),
        ("<IMG SRC=nope>", ""),
        ('<div style="background:url(nope)">', ""),
        ('<div style="background:url(&quot;nope&quot;)">', ""),
        ("<style>p{background:URL( 'nope' )}</style>", ""),
        ("<p>x", 'p{background:url("logo"),url("nope")}'),
        ('<img src="logo"><img src="nope"/>', ""),
    ],
)
def test_a_picture_that_no_file_belongs_to_is_named(html: str, css: str, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(png(4, 4))
    drawing = Drawing(html=html, css=css, fonts=(), images={"logo": tmp_path / "logo"})
    assert str(why(Painter(), drawing)) == (
        "its template or stylesheet shows a picture 'nope' that is not there; "
        'name a file below the content folder, in a template by {{ img("…") }}'
    )


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ("<p>How url(nope) works", ""),
        ('<!-- <img src="nope"> --><p title="url(nope)">&lt;img src="nope"&gt;', ""),
        ('<img data-src="nope" src="data:image/png;base64,xx"><img src="">', ""),
        ("<p>x", "/* url(nope) */ p{clip-path:url(#a)}"),
        ("<p>x", "@import url(nope); @font-face { src: url(nope) } @namespace url(nope);"),
    ],
)
def test_not_all_that_looks_so_names_a_picture(html: str, css: str) -> None:
    class Plain(Painter):
        def render(self, *_: object) -> bytes:
            return BLANK

    assert encoded(Plain(), Drawing(html=html, css=css, fonts=())).form == "png"


PIECES = st.sampled_from(
    ["<img src=", "<![", "<!", "<style>", "url(", '"', "'", "&#", "<svg", "/*", "</", "x>", "\0"]
)


@example("<![x")
@given(st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_any_template_gives_a_card_or_a_reason(text: str) -> None:
    with suppress(CardError):
        assert encoded(Rubbish(BLANK), Drawing(html=text, css=text, fonts=())).form == "png"


def test_a_panic_of_the_engine_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    class Panics:
        def __init__(self, **_: object) -> None:
            pass

        def render_html(self, *_: object, **__: object) -> bytes:
            raise PanicException("index out of bounds")

    monkeypatch.setattr(pytakumi, "Renderer", Panics)
    assert "index out of bounds" in str(why(Takumi(), Drawing(html="x", css="", fonts=())))


def test_a_reason_stays_what_it_is_between_processes() -> None:
    error = pickle.loads(pickle.dumps(PassingError("a", "b", "c")))
    assert (type(error), str(error)) == (PassingError, "a: b; c")


def test_the_same_drawing_is_the_same_file(takumi: Takumi) -> None:
    first = encoded(takumi, card("One"))
    encoded(takumi, card("Two"))
    assert encoded(Takumi(), card("One")) == first == encoded(takumi, card("One"))
    assert first != Encoded("png", BLANK)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<div>" * 300, "nested more than 256 levels"),
        ("<svg>" + "<g>" * 20_000, "nested more than 256 levels"),
        ("<p>" + "x" * 1_000_000, "more than 1 MB of HTML"),
    ],
)
def test_markup_that_an_engine_gets_lost_in_is_not_given_to_it(html: str, told: str) -> None:
    with pytest.raises(CardError, match=told):
        encoded(Takumi(), Drawing(html=html, css="", fonts=()))


def test_a_drawing_that_is_nested_too_deep_is_named(tmp_path: Path) -> None:
    drawing = tmp_path / "l.SVG"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg">' + "<g>" * 20_000)
    with pytest.raises(CardError, match="nested more than 256 levels") as error:
        encoded(Takumi(), Drawing(html='<img src="l">', css="", fonts=(), images={"l": drawing}))
    assert error.value.where == str(drawing)


def test_elements_beside_each_other_are_not_deep() -> None:
    html = "<p>x<br><img src='data:,'/></p>" * 300
    assert encoded(Takumi(), Drawing(html=html, css="", fonts=())).form == "png"
