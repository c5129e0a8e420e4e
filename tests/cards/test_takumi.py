"""The engine measures what it draws, with the fonts it is given and no other, whatever befell it."""

import contextlib
import hashlib
import itertools
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from demo import ROOT
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.cards.engine import Drawing, Extent, Font, TextStyle
from pelican_smo.cards.fitting import Fitted
from pelican_smo.cards.takumi import Takumi, version
from pelican_smo.errors import CardError

from .engines import INTER
from .typesetting import drawn, engine, ink

PLAIN = TextStyle(size=60, line_height=1.5)


def demo_font(name: str, *families: str) -> Font:
    path = ROOT / "demo_site/fonts" / name
    return Font(path, hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest(), families)


ARABIC = demo_font("NotoSansArabic-Bold.ttf", "Noto Sans Arabic")
LIGHTER = demo_font("NotoSansArabic-Regular.ttf", "Noto Sans Arabic")
HEBREW = demo_font("NotoSansHebrew-Bold.ttf", "Noto Sans Hebrew")
HINDI = demo_font("NotoSansDevanagari-Bold.ttf", "Noto Sans Devanagari")
THAI = demo_font("NotoSansThai-Bold.ttf", "Noto Sans Thai")
JAPANESE = demo_font("NotoSansCJKjp.otf", "Noto Sans CJK JP")


def measured(
    text: str,
    style: TextStyle = PLAIN,
    width: int = 1000,
    fonts: Sequence[Font] = (INTER,),
    language: str = "en",
) -> Extent:
    return engine().measure(text, style, width, fonts, language)


def picture(html: str, *fonts: Font, css: str = "", takumi: Takumi | None = None) -> bytes:
    drawing = Drawing(html=html, css=css, fonts=fonts or (INTER,), width=400, height=100)
    return (takumi or engine()).render(drawing)


def set_in(style: TextStyle, text: str) -> Fitted:
    """Return ``text`` as if it had been fitted: not at all."""
    return Fitted(
        text=text,
        size=style.size,
        style=style.css,
        lines=1,
        width=0,
        height=0,
        is_cut=False,
        direction=style.direction,
    )


def black(text: str, *fonts: Font, style: TextStyle = PLAIN) -> Any:
    """Return where the ink of ``text`` is."""
    return ink(drawn(set_in(style, text), fonts or (INTER,)))


def test_the_engine_says_its_name_and_number_without_being_imported() -> None:
    assert version() == engine().version
    assert version().startswith("pytakumi 0.")


# What is measured


def test_lines_are_counted_and_measured_one_by_one() -> None:
    found = measured("one\nthirty-two\n3")
    assert found.lines == len(found.widths) == 3
    assert found.width == max(found.widths) == found.widths[1]
    assert found.height == 3 * 60 * 1.5
    singly = [measured(text).width for text in ("one", "thirty-two", "3")]
    assert found.widths == pytest.approx(singly)
    assert measured("") == Extent(0, 0, 0)


def test_lines_in_several_fonts_and_directions_are_lines_all_the_same() -> None:
    fonts = (INTER, ARABIC, HEBREW, HINDI, THAI)
    text = "Mixed عربي and עברית\nहिन्दी 12 ไทย end\nعربي then Latin\nplain"
    for style in (PLAIN, replace(PLAIN, direction="rtl")):
        found = measured(text, style, fonts=fonts)
        singly = [measured(line, style, fonts=fonts).width for line in text.split("\n")]
        assert found.widths == pytest.approx(singly, abs=0.1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["fog", "Ärger", "مرحبا", "שלום", "हिन्दी", "12:30", "—"]), min_size=1),
    st.sampled_from(["ltr", "rtl"]),
)
def test_ink_is_as_wide_as_what_was_measured(words: list[str], direction: Any) -> None:
    fonts = (INTER, ARABIC, HEBREW, HINDI)
    style, text = TextStyle(size=40, direction=direction, line_height=2), " ".join(words[:8])
    found = measured(text, style, 1040, fonts)
    seen = black(text, *fonts, style=style)
    near, far = (seen.left, seen.right) if direction == "ltr" else (seen.right, seen.left)
    assert abs(near) < 6
    assert 1040 - far == pytest.approx(found.width, abs=8)


def test_each_weight_of_our_font_has_its_own_width() -> None:
    widths = [measured("Hamburg", replace(PLAIN, weight=one)).width for one in range(400, 900, 100)]
    assert widths == sorted(set(widths))


def test_a_language_tag_of_any_make_is_understood_or_passed_over() -> None:
    expected = measured("Text").width
    for tag in (
        "",
        "x-klingon",
        "en_US",
        "de-1996",
        "zh-min-nan",
        "german",
        "i-x",
        "日本",
        "-",
        "e",
    ):
        assert measured("Text", language=tag).width == expected
        assert engine().render(Drawing(html="<p>x</p>", css="", fonts=(INTER,), language=tag))


# What is drawn


def test_what_is_never_seen_is_no_box_where_a_font_lacks_it() -> None:
    unseen = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\u034f\u061c"
    for char in unseen:
        assert black(f"a{char}b") == black("ab"), ascii(char)
        assert measured(char, fonts=(INTER,)).width == 0


def test_phrases_part_at_their_breaks_only() -> None:
    text = "港から\u200bのたよりが\u200b読める"
    style = replace(PLAIN, by_phrase=True, break_words=False)
    fonts = (INTER, JAPANESE)
    free = measured(text, replace(style, by_phrase=False), 320, fonts)
    kept = measured(text, style, 320, fonts)
    assert free.widths == pytest.approx((5 * 60, 5 * 60, 60), abs=2)
    assert kept.widths == pytest.approx((3 * 60, 5 * 60, 3 * 60), abs=2)


def test_a_word_that_is_too_wide_is_broken_if_it_may_be() -> None:
    text = "Kraftfahrzeugversicherung"
    kept = measured(text, replace(PLAIN, break_words=False), 300)
    assert (kept.lines, kept.width) == (1, measured(text).width)
    broken = measured(text, replace(PLAIN, break_words=True), 300)
    assert broken.lines == 3
    assert broken.width <= 300


def test_text_from_the_right_begins_at_the_right() -> None:
    style = replace(PLAIN, direction="rtl")
    for text in ("שלום", "12:30", "Latin"):
        seen = black(text, INTER, HEBREW, style=style)
        assert abs(seen.right) < 8
        assert seen.left > 400


def test_letters_that_join_are_joined() -> None:
    # Apart, each has its own form, and all of them together are wider.
    joined = measured("سلام", fonts=(INTER, ARABIC)).width
    apart = measured("س\u200cل\u200cا\u200cم", fonts=(INTER, ARABIC)).width
    assert joined < apart * 0.9


@pytest.fixture
def swapped(tmp_path: Path) -> Font:
    """Return our font by the name of Swapped, with an O for each H."""
    path = tmp_path / "swapped.ttf"
    with TTFont(INTER.path) as font:
        for table in font["cmap"].tables:
            table.cmap[ord("H")] = table.cmap[ord("O")]
        for record in font["name"].names:
            record.string = str(record).replace("Inter", "Swapped")
        font.save(path)
    return Font(path, "swapped", ("Swapped",))


def test_the_first_font_that_has_a_letter_draws_it(swapped: Font) -> None:
    assert picture("H", INTER, swapped) == picture("H") != picture("O")
    assert picture("H", swapped, INTER) == picture("O")
    named = '<p style="font-family:Swapped">H</p>'
    assert picture(named, INTER, swapped) == picture("<p>O</p>")
    assert measured("HHH", fonts=(swapped, INTER)) == measured("OOO")


ABSENT = (
    "<p>שלום عربي Hello</p>",
    "<p style=\"font-family:'Noto Sans Hebrew',serif\">שלום Hello</p>",
    '<p style="font:40px Noto Sans Hebrew">שלום Hello</p>',
    '<p style="font-family:monospace">Hello</p>',
)


@pytest.mark.parametrize("html", ABSENT)
def test_no_font_of_another_card_is_drawn_with(html: str) -> None:
    fresh = picture(html, takumi=Takumi())
    used = Takumi()
    for font in (HEBREW, ARABIC, HINDI):
        picture("x", INTER, font, takumi=used)
    assert picture(html, takumi=used) == fresh
    assert picture("שלום", INTER, HEBREW, takumi=used) == picture("שלום", INTER, HEBREW)


def test_a_family_in_two_files_is_drawn_with_those_that_were_asked_for() -> None:
    html = '<p style="font-weight:700">مرحبا</p>'
    drawings = [(INTER, ARABIC), (INTER, LIGHTER), (INTER, ARABIC, LIGHTER)]
    alone = [picture(html, *fonts, takumi=Takumi()) for fonts in drawings]
    assert alone[0] != alone[1]
    for order in itertools.permutations(range(3)):
        used = Takumi()
        found = {index: picture(html, *drawings[index], takumi=used) for index in order}
        assert [found[index] for index in range(3)] == alone


# What goes wrong


def refused(call: Any) -> CardError:
    with pytest.raises(CardError) as caught:
        call()
    return caught.value


def test_a_font_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    def using(path: Path, family: str) -> CardError:
        return refused(lambda: picture("x", Font(path, str(path), (family,))))

    junk = tmp_path / "junk.ttf"
    junk.write_bytes(b"no font at all")
    assert using(junk, "Junk").where == str(junk)
    assert "cannot draw it" in using(junk, "Junk").problem
    gone = using(tmp_path / "gone.ttf", "Gone")
    assert (gone.where, gone.problem) == (
        str(tmp_path / "gone.ttf"),
        "cannot be read: No such file or directory",
    )
    assert using(INTER.path, "Intra").problem == "the card engine calls Intra Inter"
    half = tmp_path / "half.ttf"
    half.write_bytes(INTER.path.read_bytes()[:20_000])
    assert using(half, "Inter").problem == "the card engine finds none in it"


def test_a_picture_that_cannot_be_drawn_is_an_error_and_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "logo.png"
    html = '<img src="logo" style="width:9px;height:9px">'
    drawing = Drawing(html=html, css="", fonts=(INTER,), images={"logo": path})
    assert refused(lambda: engine().render(drawing)).where == str(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    assert "cannot draw it" in refused(lambda: Takumi().render(drawing)).problem


def test_text_that_is_no_unicode_is_an_error() -> None:
    assert "cannot draw it" in refused(lambda: measured("\ud800")).problem
    assert "cannot draw it" in refused(lambda: picture("\ud800")).problem


class Panic(BaseException):
    """What the engine's own PanicException is: no Exception."""


class Panicking:
    """A renderer that breaks down at the word "break" for its thread, as the real one does."""

    def __init__(self) -> None:
        self.here = threading.local()

    def register_font(self, data: bytes) -> list[dict[str, str]]:
        return [{"name": "Inter"}]

    def measure(self, tree: str, **_: Any) -> dict[str, Any]:
        if "break;" in tree or hasattr(self.here, "is_broken"):
            self.here.is_broken = True
            raise Panic("called `Option::unwrap()` on a `None` value")
        if "interrupt;" in tree:
            raise KeyboardInterrupt
        return {"runs": [{"x": 0.0, "width": 5.0}], "height": 9.0}


def test_the_engine_is_of_use_after_it_broke_down(monkeypatch: pytest.MonkeyPatch) -> None:
    import pytakumi

    renderer = Panicking()
    monkeypatch.setattr(pytakumi, "Renderer", lambda **_: renderer)
    monkeypatch.setattr(pytakumi, "from_html", str)
    takumi = Takumi()

    def asked(text: str) -> Extent:
        return takumi.measure(text, PLAIN, 100, (INTER,), "en")

    assert asked("fine").width == 5
    for _ in range(3):
        assert "`Option::unwrap()`" in refused(lambda: asked("break;")).problem
        assert asked("fine").width == 5
    assert hasattr(renderer.here, "is_broken")  # the thread that asks is of no use any more
    with pytest.raises(KeyboardInterrupt):
        asked("interrupt;")
    assert asked("fine").width == 5


def test_a_panic_of_the_real_engine_is_an_error_and_the_next_card_is_drawn() -> None:
    # Found by chance; should it stop to panic, it is measured, and that is as well.
    takumi = Takumi()
    fonts = (INTER, HINDI, HEBREW)
    style = replace(PLAIN, direction="rtl")
    before = takumi.measure("fine", PLAIN, 640, fonts, "en")
    for _ in range(2):
        with contextlib.suppress(CardError):
            takumi.measure("ञि ֓🍔ֺज", style, 640, fonts, "en")
        assert takumi.measure("fine", PLAIN, 640, fonts, "en") == before
        assert picture("fine", takumi=takumi) == picture("fine", takumi=Takumi())
