"""The layouts look as they should: real cards are drawn, and their pixels looked at."""

import io
import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from demo import ROOT
from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader
from PIL import Image, ImageChops, ImageOps

from pelican_smo.cards.colors import card_colors
from pelican_smo.cards.engine import Drawing, Extent, Font, TextStyle
from pelican_smo.cards.fitting import fit
from pelican_smo.cards.layouts import layout_of, markup_of
from pelican_smo.cards.library import FontLibrary
from pelican_smo.cards.takumi import Takumi
from pelican_smo.share.colors import contrast

LAYOUTS = ("plain", "gradient", "photo", "quote")
ENV = Environment(loader=PackageLoader("pelican_smo"), autoescape=True)
IMAGES = ROOT / "demo_site/content/images"
PICTURES = {"logo": IMAGES / "logo.png", "cover": IMAGES / "boats.jpg"}
# Of a card, what is not background: made invisible, it leaves room for what it was.
UNSEEN = ".head, .category, .title, .foot { opacity: 0 }"
SAFE = (72, 72, 1200 - 72, 630 - 72)

FULL = {
    "title": "What a link to your page looks like",
    "quote": "Out comes a card with a title, a picture and two lines of text.",
    "authors": ["Nora Lindqvist"],
    "date": "22 September 2026",
    "tags": ["meta tags", "getting started"],
    "category": "Manual",
}
TITLES = {
    "one word": "Fog",
    "140 letters": (
        "Why the quick brown fox of the northern harbour still refuses to jump over the lazy"
        " dog, and what the pelicans on the mole make of it all now"
    ),
    "no space": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter" * 2,
    "one letter": "I",
    "wide": "WWWWWWWWWWWWWWWWWW MMMMMMMMMMMM",
    "tall": "ÅÄÖ Ậ Ẫ ǼÇ gjpqy " * 4,
}
LONG = {
    **FULL,
    "authors": [f"Maria Magdalena Featherstonehaugh the {number}th" for number in range(9)],
    "date": "Wednesday, the twenty-third of September 2026, towards evening",
    "tags": [*(f"a tag of some length {number}" for number in range(12))],
    "category": "The natural history of harbours, of their inhabitants, and of all their visitors",
    "site": {"name": "The very long name of a site that was chosen in a good mood, and kept " * 3},
}
HEBREW = {
    "title": "דרישת שלום מן הנמל",
    "authors": ["נורה לינדקוויסט"],
    "date": "22.9.2026",
    "tags": ["דואר", "RSS"],
    "category": "הנמל",
    "language": "he",
    "direction": "rtl",
}


class Card(NamedTuple):
    """A card as markup, as a file, as pixels, and its background alone."""

    html: str
    png: bytes
    whole: Image.Image
    ground: Image.Image

    @property
    def words(self) -> Image.Image:
        """Return where the card is not its background, as a mask."""
        red, green, blue = ImageChops.difference(self.whole, self.ground).split()
        return ImageChops.lighter(ImageChops.lighter(red, green), blue)


@cache
def engine() -> Takumi:
    return Takumi()


@cache
def library() -> FontLibrary:
    fonts = sorted((ROOT / "demo_site/fonts").glob("NotoSans*.?tf"))
    return FontLibrary(fonts, Path(__file__), system=False)  # no folder: nothing is kept


def card(
    layout: str,
    said: Mapping[str, Any],
    pictures: Mapping[str, Path] = PICTURES,
    colors: Mapping[str, str] | None = None,
    env: Environment = ENV,
) -> Card:
    """Return the card of ``layout`` that says ``said``."""
    context = {"site": {"name": "Pelican Post"}, "language": "en", "direction": "ltr", **said}
    context.setdefault("quote", context["title"])
    language = context["language"]
    texts = "".join(re.findall(r"\w", repr(context), re.UNICODE))
    fonts = library().fonts_for(texts, language).fonts

    def measure(text: str, style: TextStyle, width: int) -> Extent:
        return engine().measure(text, style, width, fonts, language)

    context |= {
        "colors": card_colors(colors or {})[0],
        "fit": partial(fit, measure=measure, language=language),
        "img": lambda name: name if name in pictures else "",
    }
    markup = markup_of(env, layout_of(env, layout), context)

    def drawn(css: str) -> bytes:
        return engine().render(
            Drawing(
                html=markup.html, css=css, fonts=fonts, images=dict(pictures), language=language
            )
        )

    whole, ground = drawn(markup.css), drawn(markup.css + UNSEEN)
    return Card(markup.html, whole, pixels(whole), pixels(ground))


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def box(found: Card) -> tuple[int, int, int, int]:
    edges = found.words.point(lambda value: 255 if value > 12 else 0).getbbox()
    assert edges is not None
    return edges


def text_of(found: Card) -> str:
    """Return the words of a card, without the places where a line may break."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.html).replace("\u200b", ""))


def is_inside(found: Card) -> bool:
    left, top, right, bottom = box(found)
    return left >= SAFE[0] and top >= SAFE[1] and right <= SAFE[2] and bottom <= SAFE[3]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_that_matters_is_near_an_edge(layout: str) -> None:
    # Nor in the corner at the bottom left, 40 % by 12 %, where X lays its label.
    for said in (FULL, LONG, HEBREW):
        assert is_inside(card(layout, said)), said["title"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_any_title_stays_inside(layout: str, title: str) -> None:
    assert is_inside(card(layout, {**FULL, "title": title, "quote": title}))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_title_is_large_enough_to_be_read_in_a_small_picture(layout: str) -> None:
    title = TITLES["140 letters"]
    found = card(layout, {**LONG, "title": title, "quote": title})
    size = re.search(r'class="title" style="font-size:(\d+)px', found.html)
    assert size
    assert int(size[1]) >= 44


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_too_long_ends_with_an_ellipsis_and_covers_nothing(layout: str) -> None:
    found = card(layout, LONG)
    assert "The very long name" in text_of(found)
    assert "…" in text_of(found)
    # The rows do not touch: between the name of the site and what follows, and above the foot.
    rows = [any(found.words.crop((0, y, 1200, y + 1)).tobytes()) for y in range(630)]
    runs = re.findall("1+", as_digits(rows))
    assert max(map(len, runs)) < 250
    assert len(runs) >= (2 if layout == "photo" else 3)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_right_to_left_all_is_mirrored(layout: str) -> None:
    english, hebrew = card(layout, FULL), card(layout, HEBREW)
    assert box(hebrew)[2] == pytest.approx(1120, abs=4)
    assert box(english)[0] == pytest.approx(80, abs=6)
    # The first thing on the first line, or in the photo's last, is the logo, now at the right.
    logo = (1076, 506, 1120, 550) if layout == "photo" else (1060, 76, 1120, 136)
    mirror = (1200 - logo[2], logo[1], 1200 - logo[0], logo[3])
    assert is_like(hebrew.whole.crop(logo), english.whole.crop(mirror), 6)
    if layout == "photo":  # a photo is not to be mirrored
        assert is_like(hebrew.ground.crop((0, 0, 1200, 90)), english.ground.crop((0, 0, 1200, 90)))
    else:
        assert is_like(hebrew.ground, ImageOps.mirror(english.ground))


def is_like(one: Image.Image, other: Image.Image, limit: float = 1.5) -> bool:
    """Tell whether two pictures differ by no more than ``limit`` on average, of 255."""
    gaps = ImageChops.difference(one, other).convert("L").tobytes()
    return sum(gaps) / len(gaps) <= limit


def colored(folder: Path, color: str) -> Path:
    path = folder / f"{color[1:]}.png"
    Image.new("RGB", (1200, 630), color).save(path)
    return path


@pytest.mark.parametrize("name", ["Regular", "Bold"])
def test_letters_are_never_made_bolder_than_their_font_has_them(name: str) -> None:
    path = ROOT / f"demo_site/fonts/NotoSansHebrew-{name}.ttf"
    font = Font(path, name, ("Noto Sans Hebrew",))

    def drawn(weight: int) -> bytes:
        style = TextStyle(size=80, weight=weight).css
        html = f'<div style="display:block;{style}">שלום</div>'
        return engine().render(Drawing(html=html, css="", fonts=(font,), width=400, height=120))

    # Of weights like these the engine would draw an outline around the letters by itself.
    assert {drawn(weight) for weight in (500, 600, 700, 750, 900)} == {drawn(400)}
    assert len(Image.open(io.BytesIO(drawn(400))).getcolors(10_000) or []) > 10


def test_no_template_asks_for_a_weight_that_a_font_with_a_bold_face_has_not() -> None:
    for template in (ENV.loader or PackageLoader("pelican_smo")).list_templates():
        if template.startswith("smo/card"):
            source = ENV.get_template(template).filename or ""
            weights = re.findall(r"weight=(\d+)", Path(source).read_text(encoding="utf-8"))
            assert all(int(weight) <= 700 for weight in weights), template


WIDE, ENDLESS, SQUARE, TALL = (800, 200), (3000, 100), (64, 64), (100, 400)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("size", "shown", "form"),
    [
        (WIDE, 240, "png"),
        (WIDE, 240, "svg"),
        (ENDLESS, 280, "svg"),
        (SQUARE, 60, "png"),
        (TALL, 15, "png"),
    ],
    ids=["wide", "wide SVG", "endless SVG", "square", "tall"],
)
def test_a_logo_is_shown_whole(
    layout: str, size: tuple[int, int], shown: int, form: str, tmp_path: Path
) -> None:
    pictures = {"logo": logo(tmp_path / f"logo.{form}", size)}
    found = card(layout, FULL, pictures, {"background": "#ffffff"})
    height, widest = (44, 180) if layout == "photo" else (60, 280)
    width = round(min(shown * height / 60, widest))
    red, blue = (painted(found, color) for color in ("red", "blue"))
    assert red[0] == pytest.approx(80, abs=2)
    assert blue[2] == pytest.approx(80 + width, abs=2)
    assert red[2] - red[0] == pytest.approx(blue[2] - blue[0], abs=2)
    assert red[3] - red[1] == pytest.approx(width * size[1] / size[0], abs=2)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("said", [LONG, {**HEBREW, "site": LONG["site"]}], ids=["ltr", "rtl"])
def test_the_widest_logo_leaves_room_for_all_that_stands_beside_it(
    layout: str, said: dict[str, Any], tmp_path: Path
) -> None:
    found = card(layout, said, {"logo": logo(tmp_path / "logo.svg", ENDLESS)})
    assert is_inside(found)
    assert "The very long name" in text_of(found)
    # What is in front does not lie on the mark of a quote, nor on the sun.
    if layout in ("plain", "quote"):
        ground = found.ground.getpixel((600, 20))
        behind = found.ground.crop((0, 76, 1200, 136))
        plain = ImageChops.difference(behind, Image.new("RGB", behind.size, ground))
        assert not any(
            letter > 40 and mark
            for letter, mark in zip(
                found.words.crop((0, 76, 1200, 136)).tobytes(),
                plain.convert("L").tobytes(),
                strict=True,
            )
        )


def logo(path: Path, size: tuple[int, int]) -> Path:
    """Return the file ``path``, a picture of ``size``: red on the left, blue on the right."""
    width, height = size
    if path.suffix == ".svg":
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
            f'<path fill="#f00" d="M0 0h{width / 2}v{height}H0z"/>'
            f'<path fill="#00f" d="M{width / 2} 0h{width / 2}v{height}H{width / 2}z"/></svg>'
        )
    else:
        picture = Image.new("RGB", size, "#0000ff")
        picture.paste("#ff0000", (0, 0, width // 2, height))
        picture.save(path)
    return path


def painted(found: Card, color: str) -> tuple[int, int, int, int]:
    """Return where a card is all red or all blue."""
    red, green, blue = found.whole.split()
    bright, dark = (red, blue) if color == "red" else (blue, red)
    masks = [bright.point(lambda value: 255 if value > 200 else 0)]
    masks += [channel.point(lambda value: 255 if value < 60 else 0) for channel in (green, dark)]
    edges = ImageChops.darker(ImageChops.darker(*masks[:2]), masks[2]).getbbox()
    assert edges is not None
    return edges


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("accent", ["#0b6075", "#ffb000"])
def test_a_colour_of_words_can_be_read_in_every_layout(
    layout: str, accent: str, tmp_path: Path
) -> None:
    swatches = "".join(
        f'<div style="width:300px;height:40px;background:var(--smo-{name})"></div>'
        for name in ("text", "soft", "label")
    )
    own = (
        f'{{% extends "smo/card{"" if layout == "plain" else f"-{layout}"}.html" %}}'
        f'{{% block title %}}<div class="title">{swatches}</div>{{% endblock %}}'
        "{% block foot %}{% endblock %}"
    )
    loader = ChoiceLoader([DictLoader({"smo/card-own.html": own}), ENV.loader or DictLoader({})])
    pictures = {"cover": colored(tmp_path, "#ffffff")}
    env = Environment(loader=loader, autoescape=True)
    found = card("own", {"title": "x"}, pictures, {"accent": accent}, env)
    left, _, _, bottom = box(found)
    for below in (20, 60, 100):
        swatch = found.whole.getpixel((left + 100, bottom - below))
        assert isinstance(swatch, tuple)
        assert least_contrast(found, "#{:02x}{:02x}{:02x}".format(*swatch)) >= 4.45


@pytest.mark.parametrize("title", ["Ärger an der Küste", "Öl", "Ấm áp"])
@pytest.mark.parametrize("layout", ["plain", "gradient"])
def test_marks_above_a_capital_stand_clear_of_the_category(layout: str, title: str) -> None:
    found = card(layout, {**FULL, "title": title, "category": "Gepäck"})
    words = found.words.crop((80, 140, 700, 500))  # without the logo and the foot
    rows = as_digits([any(words.crop((0, y, 620, y + 1)).tobytes()) for y in range(360)])
    category, gap = re.findall("0+|1+", rows.lstrip("0"))[:2]
    assert 25 < len(category) < 40
    assert len(gap) >= 14


@pytest.mark.parametrize("cover", ["#ffffff", "#000000", "#ffff00", "#8fd0c5"])
@pytest.mark.parametrize("said", [FULL, LONG], ids=["short", "long"])
def test_white_letters_can_be_read_on_any_photo(
    cover: str, said: dict[str, Any], tmp_path: Path
) -> None:
    found = card("photo", said, {**PICTURES, "cover": colored(tmp_path, cover)})
    assert least_contrast(found, "#ffffff") >= 4.5


@pytest.mark.parametrize(
    "accent", ["#0b6075", "#ffd23f", "#c02942", "#2563eb", "#3ddc97", "#767676", "#111111"]
)
def test_letters_can_be_read_all_over_the_gradient(accent: str) -> None:
    colors = {"accent": accent}
    found = card("gradient", LONG, {}, colors)
    # As drawn, a colour may be a hair off.
    assert least_contrast(found, card_colors(colors)[0].gradient_soft) >= 4.45


def least_contrast(found: Card, ink: str) -> float:
    """Return the least contrast of ``ink`` with what lies under the card's letters."""
    mask = found.words.point(lambda value: 255 if value > 12 else 0)
    under = Image.new("RGB", mask.size, ink)
    under.paste(found.ground, mask=mask)
    colors = under.getcolors(mask.width * mask.height) or []
    grounds = {"#{:02x}{:02x}{:02x}".format(*color) for _, color in colors} - {ink}
    assert len(grounds) > 1 or len(colors) == 2
    return min(contrast(ink, ground) for ground in grounds)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_card_of_a_title_alone_has_no_hole_and_no_stray_dot(layout: str) -> None:
    found = card(layout, {"title": "A card with nothing else"}, {})
    assert sorted(text_of(found).split()) == sorted(
        ["Pelican", "Post", "A", "card", "with", "nothing", "else"]
    )
    assert 'class="dot"' not in found.html
    assert "<img" not in found.html
    # It goes down to where the foot would be, and begins at the edge, not behind a logo.
    assert 525 < box(found)[3] <= 558
    assert box(found)[0] == pytest.approx(80, abs=8)


@pytest.mark.parametrize("layout", ["plain", "gradient", "photo"])
@pytest.mark.parametrize("left_out", ["authors", "date"])
def test_a_dot_stands_only_between_two_things(layout: str, left_out: str) -> None:
    assert card(layout, FULL).html.count('class="dot"') == 1
    assert 'class="dot"' not in card(layout, {**FULL, left_out: []}).html


def test_tags_alone_begin_where_the_line_begins() -> None:
    found = card("plain", {"title": "Fog", "tags": ["mornings"]})
    foot = found.words.crop((0, 500, 1200, 560)).getbbox()
    assert foot is not None
    assert foot[0] == pytest.approx(80, abs=2)


def test_of_many_tags_only_whole_ones_are_seen() -> None:
    found = card("plain", {**FULL, "tags": [f"tag number {number}" for number in range(12)]})
    top, middle = (
        [at > 0 for at in found.words.crop((0, y, 1200, y + 1)).tobytes()] for y in (507, 528)
    )
    # Along their upper edges, chips are straight lines; half way down, their round ends bulge.
    lines = [(one.start(), one.end()) for one in re.finditer("1{40,}", as_digits(top))]
    assert len(lines) == 2
    for start, end in lines:
        assert any(middle[start - 23 : start - 8])
        assert any(middle[end + 8 : end + 23])
    assert not any(middle[1120:])


def as_digits(row: list[bool]) -> str:
    return "".join(str(int(one)) for one in row)


def test_of_many_authors_two_are_named_and_the_others_counted() -> None:
    said = {**FULL, "authors": ["Nora", "Tomás", "Irena", "Yusuf", "Wren"]}
    assert "Nora, Tomás +3" in text_of(card("plain", said))
    assert "Nora +4" in text_of(card("photo", said))
    assert "Nora, Tomás +3" in text_of(card("quote", said))


def test_a_photo_layout_without_a_cover_has_the_gradient() -> None:
    found = card("photo", FULL, {"logo": PICTURES["logo"]})
    top = {found.ground.getpixel((x, 40)) for x in (20, 600, 1180)}
    assert len(top) == 3
    assert least_contrast(found, "#ffffff") >= 4.5


def test_a_quote_says_whose_it_is_and_its_title_once() -> None:
    assert text_of(card("quote", FULL)).count(FULL["title"]) == 1
    assert text_of(card("quote", {"title": "Fog", "quote": "Fog"})).count("Fog") == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_an_author_writes_is_text_and_no_markup(layout: str) -> None:
    said = {**FULL, "title": "<b>&</b>", "quote": "<b>&</b>", "authors": ["<i>"], "tags": ["<u>"]}
    html = card(layout, said).html
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in html.replace("\u200b", "")
    assert not re.search("<[biu]>", html)


@pytest.mark.parametrize(("layout", "limit"), [("plain", 60), ("quote", 60), ("gradient", 110)])
def test_cards_are_light(layout: str, limit: int) -> None:
    assert len(card(layout, FULL).png) <= limit * 1024
    assert len(card(layout, {**LONG, "title": TITLES["140 letters"]}).png) <= 150 * 1024
