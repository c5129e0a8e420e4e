"""A font file tells what it draws, and no file does any harm."""

import io
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import need
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cards.typefaces import LATIN, MONO, SERIF, collection, saved, typeface
from pelican_smo.cards.engine import Drawing, Font
from pelican_smo.cards.fonts import Face, font_faces
from pelican_smo.cards.library import INTER
from pelican_smo.cards.takumi import Takumi
from pelican_smo.errors import CardError

SYSTEM = Path("/usr/share/fonts/truetype")
SMILE = "\U0001f600"

LETTERS = {
    "Albanian": "ÇçËë",
    "Azerbaijani": "ÇçƏəĞğİıÖöŞşÜü",
    "Basque, Galician, Spanish": "ÁáÉéÍíÑñÓóÚúÜü¡¿ªº",
    "Bosnian, Croatian, Slovene": "ĆćČčĐđŠšŽž",
    "Catalan": "ÀàÇçÈèÉéÍíÏïÒòÓóÚúÜü·",
    "Czech": "ÁáČčĎďÉéĚěÍíŇňÓóŘřŠšŤťÚúŮůÝýŽž",
    "Danish, Norwegian": "ÅåÆæØøÉéÓó",
    "Dutch": "ÁáÉéËëÍíÏïÓóÖöÚúÜüĲĳ",
    "Esperanto": "ĈĉĜĝĤĥĴĵŜŝŬŭ",
    "Estonian": "ÄäÕõÖöŠšÜüŽž",
    "Faroese, Icelandic": "ÁáÆæÐðÉéÍíÓóÖöØøÞþÚúÝý",
    "Finnish, Swedish": "ÅåÄäÖöŠšŽžÉé",
    "French": "ÀàÂâÆæÇçÈèÉéÊêËëÎîÏïÔôŒœÙùÛûÜüŸÿ«»\u202f",
    "German": "ÄäÖöÜüßẞ„“‚‘",
    "Hungarian": "ÁáÉéÍíÓóÖöŐőÚúÜüŰű",
    "Irish, Scottish Gaelic": "ÁáÀàÉéÈèÍíÌìÓóÒòÚúÙùḂḃĊċḊḋḞḟĠġṀṁṖṗṠṡṪṫ",
    "Italian": "ÀàÈèÉéÌìÎîÒòÙù",
    "Latvian": "ĀāČčĒēĢģĪīĶķĻļŅņŠšŪūŽž",
    "Lithuanian": "ĄąČčĘęĖėĮįŠšŲųŪūŽž",
    "Maltese": "ĊċĠġĦħŻż",
    "Polish": "ĄąĆćĘęŁłŃńÓóŚśŹźŻż",
    "Portuguese": "ÀàÁáÂâÃãÇçÉéÊêÍíÓóÔôÕõÚúÜü",
    "Romanian": "ĂăÂâÎîȘșȚțŞşŢţ",
    "Sami": "ÁáČčĐđŊŋŠšŦŧŽžǤǥǦǧǨǩǮǯʒƷ",
    "Slovak": "ÁáÄäČčĎďÉéÍíĹĺĽľŇňÓóÔôŔŕŠšŤťÚúÝýŽž",
    "Turkish": "ÇçĞğIıİiÖöŞşÜüÂâÎîÛû",
    "Welsh": "ÂâÊêÎîÔôÛûŴŵŶŷÄäËëÏïÖöÜüẄẅỲỳẀẁ",
    "Vietnamese": (
        "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊị"
        "ỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ₫"
    ),
    "Pinyin, Yoruba, Hausa, Ewe": "ĀāǍǎǙǚǛǜẸẹỌọṢṣƁɓƊɗƘƙƊɖƐɛƔɣŊŋƆɔƲʋ",
    "Greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωΆΈΉΊΌΎΏάέήίόύώΪΫϊϋΐΰ·;",
    "Greek, polytonic": "ἀἁἂἃἄἅἆἇὰᾳᾷᾶἐἑὲἠἡὴῃῆἰἱὶῖὀὸὐὺῦὠὡὼῳῷῥῬ",
    "Russian, Belarusian, Ukrainian": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюяЄєІіЇїҐґЎў",
    "Serbian, Macedonian": "ЂђЈјЉљЊњЋћЏџЃѓЌќЅѕЀѐЍѝ",
    "Kazakh, Kyrgyz, Mongolian, Tatar, Tajik": "ӘәҒғҚқҢңӨөҰұҮүҺһҖҗҲҳҶҷӢӣӮӯ",
    "Punctuation": "‘’‚“”„–—…·•‹›«»†‡‰′″§¶©®™°№¿¡",
    "Currency": "$¢£¥€₩₪₫₴₹₺₽₿₦₱₲₵₸",
    "Symbols": "←↑→↓↔±×÷≠≤≥≈∞√∑−½¼¾⅓⅔²³¹ªº₀₁₂★✓♥",
}


@pytest.fixture(scope="module")
def inter() -> Face:
    (face,) = font_faces(INTER)
    return face


@pytest.mark.parametrize("language", LETTERS)
def test_the_font_we_ship_has_the_letters_of(language: str, inter: Face) -> None:
    letters = LATIN + LETTERS[language]
    assert [letter for letter in letters if not inter.draws(letter)] == []


def test_the_font_we_ship_is_small_and_has_all_weights_of_a_card(inter: Face) -> None:
    assert INTER.stat().st_size <= 260_000
    assert (inter.family, inter.weights, inter.is_italic, inter.genre) == (
        "Inter",
        (400, 800),
        False,
        "",
    )


def test_the_font_we_ship_sets_kerning_marks_and_digits(inter: Face) -> None:
    font = TTFont(INTER)
    features = {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        for record in font[table].table.FeatureList.FeatureRecord
    }
    assert features == {"calt", "ccmp", "kern", "locl", "mark", "mkmk", "tnum"}
    licence = (INTER.parent / "INTER-LICENSE.txt").read_text()
    assert font["name"].getDebugName(0) in licence.replace("2020", "2016")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def read(tmp_path: Path, data: bytes) -> tuple[Face, ...]:
    path = tmp_path / "font.ttf"
    path.write_bytes(data)
    return font_faces(path)


def test_a_face_says_what_it_is(tmp_path: Path) -> None:
    plain, bold, narrow, serif, mono = read(
        tmp_path,
        collection(
            typeface("Plain", LATIN),
            typeface("Plain", LATIN, weight=700, italic=True),
            typeface("Narrow", LATIN, width=3, weights=(100, 900)),
            typeface("Slab", LATIN, panose=SERIF),
            typeface("Typewriter", LATIN, panose=MONO),
        ),
    )
    assert (plain.family, plain.weights, plain.is_italic) == ("Plain", (400, 400), False)
    assert (bold.family, bold.weights, bold.is_italic) == ("Plain", (700, 700), True)
    assert (narrow.width, narrow.weights) == (3, (100, 900))
    assert (plain.genre, serif.genre, mono.genre) == ("sans", "serif", "mono")


@pytest.mark.parametrize(
    ("family", "code_pages", "region"),
    [
        ("Noto Sans CJK JP", 0x1E0000, "JP"),
        ("Source Han Sans K", 0, "KR"),
        ("PingFang SC", 0, "SC"),
        ("Noto Serif TC", 0, "TC"),
        ("Noto Sans CJK HK", 0, "HK"),
        ("Malgun Gothic", 1 << 19, "KR"),
        ("Meiryo", 1 << 17, "JP"),
        ("Arial Unicode MS", 0x1E0000, ""),
        ("Inter", 0, ""),
    ],
)
def test_whose_ideographs_a_font_has_is_told_by_its_name_or_its_character_sets(
    family: str, code_pages: int, region: str, tmp_path: Path
) -> None:
    (face,) = read(tmp_path, typeface(family, "我", code_pages=code_pages))
    assert face.region == region


def test_the_typographic_family_in_english_counts(tmp_path: Path) -> None:
    font = TTFont(io.BytesIO(typeface("Old Light", LATIN)))
    font["name"].setName("Alt", 16, 3, 1, 0x407)
    font["name"].setName("New", 16, 3, 1, 0x409)
    assert read(tmp_path, saved(font))[0].family == "New"
    font["name"].names = [font["name"].getName(1, 1, 0)]
    assert read(tmp_path, saved(font))[0].family == "Old Light"
    font["name"].names = []
    with pytest.raises(CardError, match="has a name"):
        read(tmp_path, saved(font))


def spans(letters: str) -> Iterator[str]:
    return map(chr, range(ord(letters[0]), ord(letters[1]) + 1))


def test_letters_of_every_plane_are_known(tmp_path: Path) -> None:
    letters = {*spans("az"), *spans("А\u04ff"), "\uffee", *spans("\U0001f600\U0001f64f")}
    (face,) = read(tmp_path, typeface("Wide", letters))
    others = {"`", "{", "\u0500", "\uffef", "\U0001f5ff", "\U0001f650", "\0", "\U0010ffff"}
    assert all(map(face.draws, letters))
    assert not any(map(face.draws, others))
    assert [page for page in range(0x1100) if face.reaches(256 * page, 256 * page + 256)] == [
        0x00,
        0x04,
        0xFF,
        0x1F6,
    ]


def with_cmap(data: bytes, form: int, letters: dict[int, str], encoding: tuple[int, int]) -> bytes:
    font = TTFont(io.BytesIO(data))
    table = CmapSubtable.newSubtable(form)
    table.platformID, table.platEncID = encoding
    table.language, table.cmap = 0, letters
    table.format, table.reserved, table.length, table.nGroups = form, 0, 0, 0
    font["cmap"].tables = [table]
    return saved(font)


def test_a_letter_whose_glyph_is_the_one_for_none_is_not_drawn(tmp_path: Path) -> None:
    letters = {0x61: "u0061", 0x62: ".notdef", 0x63: "u0063", 0x64: "u0061"}
    data = with_cmap(typeface("Holes", "abcd"), 4, letters, (3, 1))
    (face,) = read(tmp_path, data)
    assert "".join(filter(face.draws, "abcd")) == "acd"


def test_the_boxes_of_a_last_resort_font_are_no_letters(tmp_path: Path) -> None:
    data = with_cmap(typeface("Resort", "abc"), 13, dict.fromkeys(range(97, 999), "u0061"), (3, 10))
    (face,) = read(tmp_path, data)
    assert not face.draws("a")


def test_symbols_without_characters_are_no_letters(tmp_path: Path) -> None:
    data = with_cmap(typeface("Dings", "abc"), 4, {0xF061: "u0061"}, (3, 0))
    assert read(tmp_path, data)[0].bounds == ()


@pytest.mark.parametrize("outlines", [True, False])
@pytest.mark.parametrize("colors", ["", "COLRv0", "COLRv1", "SVG", "sbix"])
def test_what_a_font_says_it_draws_the_engine_draws(
    colors: str, outlines: bool, tmp_path: Path
) -> None:
    data = typeface("Box", SMILE + "a", colors=colors, outlines=outlines)
    (face,) = read(tmp_path, data)
    path = tmp_path / "font.ttf"
    drawing = Drawing(
        html=f'<div style="display:block;font-size:64px;width:99px;height:99px">{SMILE}</div>',
        css="",
        fonts=(Font(path, colors, ("Box",)),),
        width=99,
        height=99,
    )
    picture = Image.open(io.BytesIO(Takumi().render(drawing))).convert("RGBA")
    is_drawn = len(picture.getcolors(99 * 99) or ()) > 1
    # A font without outlines has nothing for what the engine does not take from other tables;
    # what is painted in COLR of version 1 counts as not drawn, outlines or not.
    if outlines or colors:
        expected = is_drawn and colors != "COLRv1"
        assert face.draws(SMILE) == expected
    assert face.colors == colors


def system_fonts() -> list[Path]:
    return sorted(
        path for name in ("dejavu", "liberation", "noto") for path in (SYSTEM / name).glob("*.tt?")
    )


def test_known_fonts_are_read_as_fonttools_and_the_engine_read_them() -> None:
    paths = system_fonts()
    need(paths, "fonts of Debian (fonts-noto-core) are not installed")
    engine = __import__("pytakumi")
    for path in paths:
        faces = font_faces(path)
        fonts = TTCollection(path).fonts if path.suffix == ".ttc" else [TTFont(path, lazy=True)]
        for face, font in zip(faces, fonts, strict=True):
            letters = {
                letter
                for first, end in zip(face.bounds[::2], face.bounds[1::2], strict=True)
                for letter in range(first, end)
            }
            assert letters == set(font.getBestCmap()), path
            assert face.weights[0] == font["OS/2"].usWeightClass or "Bold" in path.stem, path
    for path in paths[::20]:
        found = engine.Renderer().register_font(path.read_bytes())
        assert [family["name"] for family in found] == [face.family for face in font_faces(path)]


# Bad files


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.ttf", b"", "damaged"),
        ("a.ttf", b"<!doctype html><title>404</title>", "damaged"),
        ("a.woff", b"wOFF\0\1\0\0" + bytes(99), "WOFF"),
        ("a.woff2", b"wOF2\0\1\0\0" + bytes(99), "WOFF"),
        ("a.ttc", b"ttcf\0\1\0\0" + b"\xff" * 9999, "damaged"),
        ("a.ttf", b"\0\1\0\0\xff\xff" + b"\xff" * 9999, "damaged"),
    ],
)
def test_what_is_no_font_is_said(name: str, data: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(CardError, match=problem) as raised:
        font_faces(path)
    assert raised.value.where == str(path)
    assert raised.value.remedy


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttf")
    for path in (tmp_path, tmp_path / "none.ttf", tmp_path / "pipe.ttf", Path("a\0b.ttf")):
        with pytest.raises(CardError):
            font_faces(path)


def test_a_font_cut_anywhere_is_said_to_be_damaged(tmp_path: Path) -> None:
    data = typeface("Whole", LATIN)
    path = tmp_path / "cut.ttf"
    end = max(start + length for start, length in placed(data))
    for length in range(0, end, 7):
        path.write_bytes(data[:length])
        with pytest.raises(CardError, match="damaged"):
            font_faces(path)


def placed(data: bytes) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">4xH", data)
    return [struct.unpack_from(">8xLL", data, 12 + 16 * index) for index in range(count)]


WHOLE = collection(
    typeface("Whole", LATIN + "我" + SMILE, weights=(100, 900)),
    typeface("Colour", LATIN, colors="COLRv1"),
    typeface("Pictures", LATIN, colors="SVG", outlines=False),
)


def harmless(path: Path) -> None:
    began = time.process_time()
    try:
        faces = font_faces(path)
    except CardError:
        pass
    else:
        for face in faces:
            assert face.family
            assert list(face.bounds) == sorted(set(face.bounds))
            assert len(face.bounds) % 2 == 0
            assert all(0 <= bound <= 0x110000 for bound in face.bounds)
    assert time.process_time() - began < 2


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_font_or_an_error(data: bytes) -> None:
    in_a_file(data)
    in_a_file(b"\0\1\0\0" + data)
    in_a_file(b"ttcf" + data)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=9))
def test_a_font_with_any_bytes_changed_is_a_font_or_an_error(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    in_a_file(bytes(data))


@given(st.data())
def test_a_font_with_a_table_of_any_bytes_is_a_font_or_an_error(data: st.DataObject) -> None:
    font = TTFont(
        io.BytesIO(typeface("Whole", LATIN, colors=data.draw(st.sampled_from(["COLRv1", "SVG"]))))
    )
    for tag in data.draw(
        st.sets(st.sampled_from(["cmap", "name", "OS/2", "fvar", "COLR", "SVG "]))
    ):
        font[tag] = newTable("smo ")
        font[tag].data = data.draw(st.binary(max_size=400))
    in_a_file(saved(font))


def in_a_file(data: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".ttf") as file:
        file.write(data)
        file.flush()
        harmless(Path(file.name))


def table_font(tables: dict[bytes, bytes], fonts: int = 1) -> bytes:
    """Return a file with ``tables``, which ``fonts`` fonts share."""
    header = b"ttcf\0\1\0\0" + struct.pack(">L", fonts)
    directory = len(header) + 4 * fonts
    place = directory + 12 + 16 * len(tables)
    records, bodies = b"", b""
    for tag, body in tables.items():
        records += struct.pack(">4sLLL", tag, 0, place + len(bodies), len(body))
        bodies += body
    return (
        header
        + struct.pack(f">{fonts}L", *[directory] * fonts)
        + struct.pack(">4sHHHH", b"\0\1\0\0", len(tables), 0, 0, 0)
        + records
        + bodies
    )


def names(count: int) -> bytes:
    text = "N".encode("utf-16-be") * 30_000
    record = struct.pack(">6H", 3, 1, 0x409, 16, 60_000, 0)
    return struct.pack(">3H", 0, count, min(6 + 12 * count, 65_535)) + record * count + text


def groups(count: int) -> bytes:
    body = b"".join(struct.pack(">LLL", 2 * n, 2 * n, 1) for n in range(count))
    table = struct.pack(">HHLLL", 12, 0, 16 + len(body), 0, count) + body
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + table


@pytest.mark.parametrize(
    "tables",
    [
        {b"name": names(4096), b"glyf": b"", b"cmap": groups(9)},
        {b"name": names(60_000), b"glyf": b"", b"cmap": groups(9)},
        {b"name": names(1), b"glyf": b"", b"cmap": groups(80_000)},
        {b"name": names(1), b"glyf": b"", b"cmap": groups(9)[:20] + b"\xff" * 900_000},
        {b"name": names(1), b"glyf": b"", b"cmap": b"\0\0\xff\xff" + b"\xff" * 900_000},
        {
            b"name": names(1),
            b"glyf": b"",
            b"cmap": groups(9),
            b"fvar": b"\0\1\0\1\0\0\0\0" + b"\xff\xff\0\0" + bytes(99_000),
        },
    ],
)
def test_a_font_made_to_take_long_does_not(tables: dict[bytes, bytes], tmp_path: Path) -> None:
    path = tmp_path / "long.ttf"
    path.write_bytes(table_font(tables, fonts=100))
    harmless(path)
