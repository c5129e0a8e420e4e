"""A card is drawn with the site's fonts and ours, and with others only for what these lack."""

import io
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
import regex
from conftest import need
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cards.typefaces import LATIN, MONO, SERIF, collection, typeface
from pelican_smo.cards.characters import Groups, needs_glyph, regions
from pelican_smo.cards.engine import Drawing, Font
from pelican_smo.cards.installed import font_files, package_folders, system_folders
from pelican_smo.cards.library import INTER, Choice, FontLibrary, covered, remedy, script
from pelican_smo.cards.takumi import Takumi

NOTO = Path("/usr/share/fonts/truetype/noto")
ALL = "".join(map(chr, range(0x110000)))
THAI = "".join(map(chr, range(0xE01, 0xE3B)))
ARABIC = "".join(map(chr, range(0x620, 0x64B))) + "،؛؟"
HAN = "我能吞下玻璃而不伤身体日本語。、のです한국어"
EMOJI = "🎉👩💻🇩🇪👍🏽❤✔1\u20e3"


def fonts(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def library(
    tmp_path: Path,
    chosen: Iterable[Path] = (),
    packages: Iterable[Path] = (),
    folders: Iterable[Path] = (),
    *,
    system: bool = True,
) -> FontLibrary:
    return FontLibrary(
        tuple(chosen),
        tmp_path / "cache",
        system=system,
        packages=lambda: packages,
        folders=lambda: folders,
    )


def families(choice: Choice) -> list[str]:
    return [family for font in choice.fonts for family in font.families]


def files(choice: Choice) -> list[str]:
    return [font.path.name for font in choice.fonts]


def never() -> tuple[Path, ...]:
    pytest.fail("a font was looked for")


# What a text needs


def test_a_text_that_our_font_draws_has_no_other_looked_for(tmp_path: Path) -> None:
    cards = FontLibrary((), tmp_path, system=True, packages=never, folders=never)
    choice = cards.fonts_for("Was für ein Café – «Привет», Γειά, Việt\u200b 1\u00a0€ ❤\ufe0f", "de")
    assert (files(choice), families(choice), choice.missing) == (["Inter.ttf"], ["Inter"], "")
    assert len(choice.fonts[0].digest) == 32
    assert list(tmp_path.iterdir()) == []


def test_such_a_text_costs_microseconds(tmp_path: Path) -> None:
    cards = FontLibrary((), tmp_path, system=True, packages=never, folders=never)
    titles = [f"{n} thoughts on what a title of sixty letters may cost" for n in range(1000)]
    cards.fonts_for(titles[0], "en")
    began = time.process_time()
    for title in titles:
        cards.fonts_for(title, "en")
    assert time.process_time() - began < 0.05


def test_white_space_and_what_steers_others_needs_no_glyph() -> None:
    ignorable = regex.findall(r"\p{Default_Ignorable_Code_Point}|\p{White_Space}", ALL)
    drawn = {char for char in ignorable if needs_glyph(char)}
    # Which the engine draws a box for, all the same.
    assert drawn == set("\u115f\u1160\u180f\u3164\uffa0\U0001bca0\U0001bca1\U0001bca2\U0001bca3")
    assert all(map(needs_glyph, "a我\u0301\ue000\ud800\0"))


def test_the_engine_draws_no_box_for_what_needs_no_glyph() -> None:
    engine = Takumi()
    inter = (Font(INTER, "inter", ("Inter",)),)

    def ink(text: str) -> int:
        html = f'<div style="display:block;font-size:40px;background:#fff">{text}</div>'
        data = engine.render(Drawing(html=html, css="", fonts=inter, width=200, height=60))
        return (
            Image.open(io.BytesIO(data))
            .convert("L")
            .point(lambda v: 255 * (v < 128))
            .histogram()[255]
        )

    plain, box = ink("xx"), ink("x\u0e01x")
    assert box > plain + 200
    chars = [chr(code) for code in range(0xE01F0) if not needs_glyph(chr(code))]
    for start in range(0, len(chars), 40):
        few = chars[start : start + 40]
        assert abs(ink(f"x{''.join(few)}x".replace("\n", "")) - plain) < 50, few


def test_what_no_font_has_is_missing_once_each_in_order(tmp_path: Path) -> None:
    cards = library(tmp_path)
    choice = cards.fonts_for("a สวัสดี สวัสดี \ue000\ud800\u0378", "th")
    assert families(choice) == ["Inter"]
    assert choice.missing == "สวัดี\ue000\ud800\u0378"
    assert covered(choice, "a สวัสดี \u200b") == "สวัดี"
    assert covered(choice.fonts, "Привет") == ""
    assert covered((), "a b") == "ab"


# Whose fonts come first


def test_the_sites_first_family_comes_before_ours(tmp_path: Path) -> None:
    own = fonts(
        tmp_path / "own",
        {"b.ttf": typeface("Own", LATIN), "a.ttf": typeface("Own", LATIN, weight=700)},
    )
    choice = library(tmp_path, [own]).fonts_for("Hello é", "en")
    assert files(choice) == ["a.ttf", "b.ttf", "Inter.ttf"]
    assert families(choice) == ["Own", "Own", "Inter"]


def test_its_other_families_are_taken_when_they_are_needed(tmp_path: Path) -> None:
    own = fonts(
        tmp_path / "own",
        {
            "1.ttf": typeface("First", LATIN),
            "2.ttf": typeface("Second", LATIN + "Привет"),
            "3.ttf": typeface("Smileys", EMOJI + "*0", colors="COLRv0"),
        },
    )
    cards = library(tmp_path, [own / "1.ttf", own / "2.ttf", own / "3.ttf"])
    assert families(cards.fonts_for("Hello", "en")) == ["First", "Inter"]
    # Inter has these letters, but the site has named a font that does.
    assert families(cards.fonts_for("Привет", "ru")) == ["First", "Second", "Inter"]
    # Its spaces and digits are those of emoji: it comes after what has letters.
    assert families(cards.fonts_for("Hello 🎉", "en")) == ["First", "Inter", "Smileys"]


def test_a_font_of_emoji_is_nobodys_first(tmp_path: Path) -> None:
    own = fonts(tmp_path / "own", {"e.ttf": typeface("Smileys", EMOJI + "0123 ", colors="sbix")})
    cards = library(tmp_path, [own / "e.ttf"])
    assert families(cards.fonts_for("Top 10", "en")) == ["Inter"]
    assert families(cards.fonts_for("Top 10 🎉", "en")) == ["Inter", "Smileys"]


def test_a_symbol_made_an_emoji_has_the_sites_picture(tmp_path: Path) -> None:
    own = fonts(tmp_path / "own", {"e.ttf": typeface("Smileys", EMOJI, colors="sbix")})
    cards = library(tmp_path, [own / "e.ttf"])
    assert families(cards.fonts_for("I ❤ Pelican", "en")) == ["Inter"]
    assert families(cards.fonts_for("I ❤\ufe0f Pelican", "en")) == ["Inter", "Smileys"]


def test_a_family_comes_from_one_place_only(tmp_path: Path) -> None:
    own = fonts(tmp_path / "own", {"inter.ttf": typeface("Inter", LATIN)})
    package = fonts(tmp_path / "package", {"p.ttf": typeface("Noto Sans Thai", THAI)})
    folder = fonts(
        tmp_path / "folder",
        {"s.ttf": typeface("noto sans thai", THAI + "໐"), "t.ttf": typeface("Other", THAI + "໐")},
    )
    cards = library(tmp_path, [own], [package], [folder])
    assert files(cards.fonts_for("Hello", "en")) == ["inter.ttf"]
    assert files(cards.fonts_for("ก", "th")) == ["inter.ttf", "p.ttf"]
    assert files(cards.fonts_for("ก໐", "th")) == ["inter.ttf", "p.ttf", "t.ttf"]


def test_packages_come_before_the_system_and_the_system_only_if_it_may(tmp_path: Path) -> None:
    package = fonts(tmp_path / "package", {"p.ttf": typeface("Package", THAI)})
    folder = fonts(
        tmp_path / "folder",
        {"a.ttf": typeface("Noto Sans Thai", THAI), "b.ttf": typeface("Noto Sans Arabic", ARABIC)},
    )
    cards = library(tmp_path, packages=[package], folders=[folder])
    assert families(cards.fonts_for("ก", "th")) == ["Inter", "Package"]
    assert families(cards.fonts_for("مرحبا", "ar")) == ["Inter", "Noto Sans Arabic"]
    alone = library(tmp_path, packages=[package], folders=[folder], system=False)
    assert alone.fonts_for("مرحبا", "ar").missing == "مرحبا"


# Which of several


def chosen_for(text: str, language: str, made: Mapping[str, bytes], tmp_path: Path) -> list[str]:
    folder = fonts(tmp_path / "folder", made)
    choice = library(tmp_path, folders=[folder]).fonts_for(text, language)
    return list(dict.fromkeys(families(choice)))[1:]


def test_sans_before_serif_mono_and_oddities(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("A Mono", THAI, panose=MONO),
        "b.ttf": typeface("B Serif Thai", THAI, panose=SERIF),
        "c.ttf": typeface("C Looped Thai", THAI),
        "d.ttf": typeface("D Sans Thai UI", THAI),
        "e.ttf": typeface("Y Sans Thai", THAI),
    }
    for name, expected in zip("eb", ["Y Sans Thai", "B Serif Thai"], strict=True):
        assert chosen_for("กข", "th", made, tmp_path) == [expected]
        (tmp_path / f"folder/{name}.ttf").unlink()
        del made[f"{name}.ttf"]
    assert chosen_for("กข", "th", made, tmp_path) == ["A Mono"]


def test_noto_sans_before_others_and_the_plain_name_before_longer_ones(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("Alpha Sans", THAI),
        "b.ttf": typeface("Noto Sans Thai Extra", THAI),
        "c.ttf": typeface("Noto Sans Thai", THAI),
    }
    assert chosen_for("กข", "th", made, tmp_path) == ["Noto Sans Thai"]


def test_one_family_that_has_all_letters_before_two(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("Noto Sans Thai", THAI[:20]),
        "b.ttf": typeface("Whole", THAI, panose=SERIF),
    }
    assert chosen_for(THAI[:10], "th", made, tmp_path) == ["Noto Sans Thai"]
    assert chosen_for(THAI[:30], "th", made, tmp_path) == ["Whole"]


def test_the_regular_and_the_bold_of_a_family_are_taken(tmp_path: Path) -> None:
    weights = {
        f"{weight}.ttf": typeface("Static", THAI, weight=weight)
        for weight in (100, 300, 400, 500, 600, 700, 900)
    }
    others = {
        "i.ttf": typeface("Static", THAI, italic=True),
        "n.ttf": typeface("Static", THAI, weight=700, width=3),
    }
    folder = fonts(tmp_path / "folder", {**weights, **others})
    choice = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    assert files(choice) == ["Inter.ttf", "400.ttf", "700.ttf"]
    fonts(folder, {"z.ttf": typeface("Static", THAI, weights=(100, 900))})
    choice = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    assert files(choice) == ["Inter.ttf", "z.ttf"]


def test_a_letter_that_the_bold_lacks_is_not_drawn_by_the_family(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("Noto Sans Thai", THAI),
        "b.ttf": typeface("Noto Sans Thai", THAI[:-1], weight=700),
        "c.ttf": typeface("Other", THAI),
    }
    assert chosen_for(THAI[0], "th", made, tmp_path) == ["Noto Sans Thai"]
    assert chosen_for(THAI[-1], "th", made, tmp_path) == ["Other"]


def test_a_script_has_the_same_family_whatever_stands_beside_it(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("Everything", THAI + ARABIC + "♪"),
        "b.ttf": typeface("Noto Sans Thai", THAI),
        "c.ttf": typeface("Noto Sans Arabic", ARABIC),
    }
    both = ["Noto Sans Arabic", "Noto Sans Thai"]
    assert chosen_for("กا", "th", made, tmp_path) == both
    assert chosen_for("กا♪", "th", made, tmp_path) == [*both, "Everything"]


def test_the_choice_does_not_depend_on_what_was_chosen_before(tmp_path: Path) -> None:
    folder = fonts(
        tmp_path / "folder",
        {
            f"{index}.ttf": typeface(f"Font {index}", letters)
            for index, letters in enumerate(
                [THAI[:30], THAI[10:], THAI[20:40] + "♪", THAI + ARABIC, "♪✔" + ARABIC[:9], EMOJI]
            )
        },
    )
    shuffle = random.Random(5)
    texts = ["".join(shuffle.choices(THAI + ARABIC + "♪✔ 🎉\ufe0f", k=4)) for _ in range(60)]
    alone = {text: library(tmp_path, folders=[folder]).fonts_for(text, "th") for text in texts}
    for _ in range(3):
        shuffle.shuffle(texts)
        together = library(tmp_path, folders=[folder])
        assert {text: together.fonts_for(text, "th") for text in texts} == alone


CJK = collection(
    *(typeface(f"Noto Sans CJK {region}", LATIN + HAN) for region in ("JP", "KR", "SC", "TC", "HK"))
)


@pytest.mark.parametrize(
    ("text", "language", "region"),
    [
        ("日本語", "ja", "JP"),
        ("日本語", "ja-JP", "JP"),
        ("日本語", "ko", "KR"),
        ("日本語", "zh", "SC"),
        ("日本語", "zh_CN", "SC"),
        ("日本語", "zh-TW", "TC"),
        ("日本語", "zh-Hant", "TC"),
        ("日本語", "zh_HK", "HK"),
        ("日本語", "yue", "HK"),
        ("日本語", "zh-Hans-HK", "SC"),
        ("日本語", "en", "SC"),
        ("日本語です", "en", "JP"),
        ("日本語です", "zh", "SC"),
        ("한국어", "", "KR"),
    ],
)
def test_ideographs_have_the_forms_of_their_language(
    text: str, language: str, region: str, tmp_path: Path
) -> None:
    folder = fonts(tmp_path / "folder", {"cjk.ttc": CJK})
    choice = library(tmp_path, folders=[folder]).fonts_for(text, language)
    assert families(choice) == ["Inter", f"Noto Sans CJK {region}"]
    own = library(tmp_path, [folder / "cjk.ttc"]).fonts_for(text, language)
    first = region if regions(text, language) else "JP"
    assert families(own) == [f"Noto Sans CJK {first}", "Inter"]


def test_the_sites_own_order_stays_where_no_region_is_asked_for(tmp_path: Path) -> None:
    own = fonts(
        tmp_path / "own",
        {
            "a.ttf": typeface("Own SC", LATIN + HAN),
            "b.ttf": typeface("Roman", LATIN),
            "c.ttf": typeface("Own JP", LATIN + HAN),
        },
    )
    cards = library(tmp_path, [own])
    assert families(cards.fonts_for("Hello", "en")) == ["Own SC", "Inter"]
    assert families(cards.fonts_for("日本", "en")) == ["Own SC", "Inter"]
    assert families(cards.fonts_for("日本", "ja")) == ["Own JP", "Inter"]


def test_forms_of_no_region_are_better_than_those_of_the_wrong_one(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("A Sans KR", HAN),
        "b.ttf": typeface("B Mincho", HAN, panose=SERIF, code_pages=1 << 17),
        "c.ttf": typeface("C", HAN, panose=SERIF),
    }
    assert chosen_for("日本", "ja", made, tmp_path) == ["B Mincho"]
    assert chosen_for("日本", "zh", made, tmp_path) == ["C"]


def test_emoji_are_in_colour_where_there_is_any(tmp_path: Path) -> None:
    made = {
        "a.ttf": typeface("All Sans", EMOJI + "♪"),
        "b.ttf": typeface("Noto Emoji", EMOJI),
        "c.ttf": typeface("Paint", EMOJI, colors="COLRv1"),
        "d.ttf": typeface("Smileys", EMOJI, colors="COLRv0"),
    }
    assert chosen_for("👩‍💻🇩🇪👍🏽1️⃣", "en", made, tmp_path) == ["Smileys"]
    assert chosen_for("✔️", "en", made, tmp_path) == ["Smileys"]
    assert chosen_for("✔ ♪", "en", made, tmp_path) == ["All Sans"]
    (tmp_path / "folder/d.ttf").unlink()
    del made["d.ttf"]
    assert chosen_for("👩‍💻🇩🇪👍🏽1️⃣", "en", made, tmp_path) == ["Noto Emoji"]


@pytest.mark.parametrize("char", "⌚⏰✅❌⭐⬛🎉🏳🕷🫠")
def test_what_is_an_emoji_by_itself_is_looked_for_among_emoji(char: str) -> None:
    assert Groups(with_emoji=False).of(frozenset(char)) == {"emoji": {char}}


def test_emoji_are_what_unicode_says() -> None:
    plain = Groups(with_emoji=False).of(frozenset(ALL[:0x20000]))["emoji"]
    selected = Groups(with_emoji=True).of(frozenset(ALL[:0x20000]))["emoji"]
    alone = set(regex.findall(r"\p{Emoji_Presentation}", ALL))
    every = set(regex.findall(r"\p{Emoji}", ALL[0x80:])) - set("©®‼⁉™ℹ〰〽㊗㊙")
    assert alone <= plain
    assert every <= selected
    # Above these are game pieces and numbers in circles, too, which other fonts may have.
    assert {char for char in plain if char < "\U0001f000"} == {
        "\u20e3",
        *(char for char in alone if char < "\U0001f000"),
    }


# What a site names


def test_chosen_files_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    own = fonts(
        tmp_path / "own",
        {
            "good.ttf": typeface("Good", LATIN),
            "bad.ttf": b"no font",
            "packed.woff2": b"wOF2" + bytes(99),
            "paint.ttf": typeface("Paint", EMOJI, colors="COLRv1"),
        },
    )
    (tmp_path / "empty").mkdir()
    names = ["good.ttf", "bad.ttf", "packed.woff2", "paint.ttf", "none.ttf"]
    cards = library(tmp_path, [*(own / name for name in names), tmp_path / "empty"])
    told = [
        f"{problem.where} {problem.problem}".replace(str(tmp_path), "")
        for problem in cards.problems
    ]
    assert told == [
        "/own/bad.ttf is damaged, or no font at all",
        "/own/packed.woff2 is a WOFF file, packed for browsers",
        "/own/paint.ttf its glyphs are pictures in the format COLRv1, which cards cannot show",
        "/own/none.ttf cannot be read: No such file or directory",
        "SMO_CARD_FONTS there is no font file (.ttf, .otf, .ttc, .otc) in /empty",
    ]
    assert all(problem.remedy for problem in cards.problems)
    assert families(cards.fonts_for("Hello", "en")) == ["Good", "Inter"]
    assert library(tmp_path, [own]).problems[0].where == str(own / "bad.ttf")


def test_a_bad_font_of_a_folder_leaves_the_good_ones(tmp_path: Path) -> None:
    own = fonts(tmp_path / "own", {"a.ttf": b"no font", "b.ttf": typeface("Good", LATIN)})
    cards = library(tmp_path, [own])
    assert families(cards.fonts_for("Hello", "en")) == ["Good", "Inter"]
    assert len(cards.problems) == 1


# What is remembered


def test_fonts_are_read_once_until_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI), "bad.ttf": b"no font"})
    first = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    read: list[Path] = []
    known = sys.modules["pelican_smo.cards.known"]
    monkeypatch.setattr(known, "font_faces", lambda path: read.append(path) or real(path))
    from pelican_smo.cards.fonts import font_faces as real

    kept = (tmp_path / "cache/fonts.json").read_bytes()
    assert library(tmp_path, folders=[folder]).fonts_for("ก", "th") == first
    assert (read, (tmp_path / "cache/fonts.json").read_bytes()) == ([], kept)

    fonts(folder, {"a.ttf": typeface("A", THAI[1:])})
    os.utime(folder / "a.ttf", ns=(1, 1))
    assert library(tmp_path, folders=[folder]).fonts_for("ก", "th").missing == "ก"
    assert read == [folder / "a.ttf"]


def test_a_large_font_has_its_digest_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI) + bytes(3 << 20)})
    first = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("it was read again"))
    known = sys.modules["pelican_smo.cards.known"]
    again = known.KnownFonts(tmp_path / "cache/fonts.json")
    assert again.digest(folder / "a.ttf") == first.fonts[1].digest


def test_a_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    from hashlib import blake2b

    data = typeface("A", THAI)
    folder = fonts(tmp_path / "folder", {"a.ttf": data})
    choice = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    assert [font.digest for font in choice.fonts] == [
        blake2b(some, digest_size=16).hexdigest() for some in (INTER.read_bytes(), data)
    ]


DAMAGES = (
    b"",
    b"\xff\xfe\0",
    b"[" * 99_999,
    b"[]",
    b"null",
    b'{"version":1}',
    b'{"version":1,"files":[]}',
    b'{"version":1,"files":{"a":1}}',
    b'{"version":2,"files":{}}',
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_memory_is_forgotten(damage: bytes, tmp_path: Path) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI)})
    first = library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    kept = tmp_path / "cache/fonts.json"
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert library(tmp_path, folders=[folder]).fonts_for("ก", "th") == first
    assert kept.read_bytes() == whole


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda some: (
        st.lists(some, max_size=9)
        | st.dictionaries(st.sampled_from(["time", "size", "faces", "problem", "digest"]), some)
    ),
    max_leaves=20,
)


@given(row=st.dictionaries(st.sampled_from(["faces", "problem", "digest"]), JSON))
def test_any_memory_of_a_font_is_a_font_or_read_again(
    row: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from pelican_smo.errors import CardError

    folder = fonts(tmp_path_factory.mktemp("known"), {"a.ttf": typeface("A", "a")})
    status = (folder / "a.ttf").stat()
    whole = {"time": status.st_mtime_ns, "size": status.st_size, **row}
    (folder / "fonts.json").write_text(
        json.dumps({"version": 1, "files": {str(folder / "a.ttf"): whole}})
    )
    known = sys.modules["pelican_smo.cards.known"].KnownFonts(folder / "fonts.json")
    try:
        faces = known.faces(folder / "a.ttf")
    except CardError:
        assert "problem" in row
    else:
        assert all(isinstance(face.draws("a"), bool) for face in faces)
    known.save()


def test_a_memory_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI)})
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert families(library(tmp_path, folders=[folder]).fonts_for("ก", "th")) == ["Inter", "A"]


def test_fonts_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI), "b.ttf": typeface("B", "ກ")})
    library(tmp_path, folders=[folder]).fonts_for("ก", "th")
    (folder / "a.ttf").unlink()
    fonts(folder, {"c.ttf": typeface("C", THAI)})
    assert families(library(tmp_path, folders=[folder]).fonts_for("ก", "th")) == ["Inter", "C"]
    kept = json.loads((tmp_path / "cache/fonts.json").read_text())
    assert [Path(name).name for name in kept["files"]] == ["b.ttf", "c.ttf"]


# Where fonts are


def test_packages_are_found_and_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts(
        tmp_path,
        {
            "fontpkg_smo/__init__.py": b"raise SystemExit('imported')",
            "fontpkg_smo/files/a[wght].ttf": typeface("A", "ก"),
            "fontpkg_smo-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: fontpkg-smo\nVersion: 1\n",
            "fontpkg_smo-1.dist-info/entry_points.txt": b"[fontpkg.family]\na = fontpkg_smo\nb = gone.part:x\n",
            "manimgx_fonts/__init__.py": b"raise SystemExit('imported')",
            "manimgx_fonts/b.ttf": typeface("B", "ກ"),
        },
    )
    monkeypatch.syspath_prepend(tmp_path)
    folders = package_folders()
    assert folders[:2] == (tmp_path / "fontpkg_smo", tmp_path / "manimgx_fonts")
    assert font_files(folders[0]) == [tmp_path / "fontpkg_smo/files/a[wght].ttf"]
    cards = FontLibrary((), tmp_path / "cache", system=False)
    assert families(cards.fonts_for("กກ", "th")) == ["Inter", "B", "A"]


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        (
            "linux",
            [
                "/data/fonts",
                "/home/.fonts",
                "/a/fonts",
                "/b/fonts",
                "/usr/local/share/fonts",
                "/usr/share/fonts",
            ],
        ),
        ("darwin", ["/home/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts"]),
        ("win32", ["/local/Microsoft/Windows/Fonts", "/windows/Fonts"]),
    ],
)
def test_systems_have_their_folders(
    platform: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    values = {
        "HOME": "/home",
        "XDG_DATA_HOME": "/data",
        "XDG_DATA_DIRS": "/a:/b:",
        "LOCALAPPDATA": "/local",
        "WINDIR": "/windows",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert [folder.as_posix() for folder in system_folders()] == expected


def test_font_files_are_sorted_and_below_a_folder(tmp_path: Path) -> None:
    fonts(
        tmp_path,
        {"b/x.TTF": b"", "b.otf": b"", "a/y.ttc": b"", "a/z.woff2": b"", "a/readme.txt": b""},
    )
    found = [path.relative_to(tmp_path).as_posix() for path in font_files(tmp_path)]
    assert found == ["a/y.ttc", "b.otf", "b/x.TTF"]
    assert font_files(tmp_path / "none") == []


def test_a_huge_font_that_nobody_named_is_left(tmp_path: Path) -> None:
    folder = fonts(tmp_path / "folder", {"a.ttf": typeface("A", THAI)})
    with (folder / "a.ttf").open("ab") as file:
        file.truncate(65 << 20)
    assert library(tmp_path, folders=[folder]).fonts_for("ก", "th").missing == "ก"
    assert library(tmp_path, [folder / "a.ttf"]).fonts_for("ก", "th").missing == ""


# What people are told


@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("我", "Han"),
        ("の", "Hiragana"),
        ("한", "Hangul"),
        ("ก", "Thai"),
        ("a", "Latin"),
        ("𐌀", "Old Italic"),
        ("🎉", "emoji"),
        ("\u20e3", "emoji"),
        ("♪", "symbol"),
        ("。", "punctuation"),
        ("\u0330", "mark"),
        ("\ue000", "private use"),
        ("\ud800", "surrogate"),
        ("\u0378", "unassigned"),
        ("\x01", "control"),
    ],
)
def test_a_script_has_a_name_for_people(char: str, name: str) -> None:
    assert script(char) == name


def test_every_script_has_its_name() -> None:
    letters = regex.findall(r"[\p{L}--\p{Script=Common}]", ALL[:0x10000], regex.VERSION1)
    names = {script(char) for char in letters[::3]}
    assert {"Latin", "Thai", "New Tai Lue", "Canadian Aboriginal", "Yi"} <= names
    assert not names & {"symbol", "letter", "unassigned"}


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (
            "我の",
            "pip install manimgx-fonts-cjk, or name a font that has Han and Hiragana in SMO_CARD_FONTS",
        ),
        ("ก。", "pip install manimgx-fonts, or name a font that has Thai in SMO_CARD_FONTS"),
        ("ᚠཀ", "name a font that has Runic and Tibetan in SMO_CARD_FONTS"),
        (
            "我กا",
            "pip install manimgx-fonts manimgx-fonts-cjk, or name a font that has Arabic, Han and Thai in SMO_CARD_FONTS",
        ),
        (
            "🎉",
            "pip install manimgx-fonts, or name a font that has emoji in SMO_CARD_FONTS (NotoColorEmoji.ttf of Debian's fonts-noto-color-emoji has them in colour)",
        ),
        ("♪。", "name a font that has them in SMO_CARD_FONTS"),
        ("\ue000\u0378", "leave private use and unassigned characters out"),
    ],
)
def test_a_remedy_is_one_that_helps(missing: str, told: str) -> None:
    need(not find_spec("manimgx_fonts"), "manimgx-fonts is installed")
    assert remedy(missing) == told


def test_a_package_that_is_there_is_no_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts(tmp_path, {"manimgx_fonts/__init__.py": b""})
    monkeypatch.syspath_prepend(tmp_path)
    assert remedy("ก") == "name a font that has Thai in SMO_CARD_FONTS"


@given(st.text(max_size=30), st.text(max_size=12))
def test_any_text_in_any_language_has_fonts(text: str, language: str) -> None:
    cards = ANY
    choice = cards.fonts_for(text, language)
    assert families(choice)[:1] == ["Inter"]
    assert set(choice.missing) <= set(text)
    assert covered(choice, text) == choice.missing
    if choice.missing:
        assert "\n" not in remedy(choice.missing)
        assert all(map(script, choice.missing))


ANY = FontLibrary((), Path(__file__), system=False, packages=tuple)


# With real fonts


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("مرحبا بالعالم، پاکستان", "ar", ["NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"]),
        ("שלום עולם", "he", ["NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"]),
        ("नमस्ते दुनिया।", "hi", ["NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf"]),
        ("สวัสดีชาวโลก", "th", ["NotoSansThai-Regular.ttf", "NotoSansThai-Bold.ttf"]),
    ],
)
def test_scripts_have_their_noto_sans_and_titles_its_bold(
    text: str, language: str, names: list[str], tmp_path: Path
) -> None:
    need(NOTO.is_dir(), "fonts of Debian (fonts-noto-core) are not installed")
    choice = library(tmp_path, folders=[NOTO]).fonts_for(text, language)
    assert files(choice) == ["Inter.ttf", *names]
    assert choice.missing == ""
    engine = Takumi()

    def drawn(weight: int, of: tuple[Font, ...]) -> bytes:
        html = f'<div style="font-size:60px;font-weight:{weight}">{text}</div>'
        return engine.render(Drawing(html=html, css="", fonts=of, language=language))

    inter, regular, bold = choice.fonts
    assert drawn(700, choice.fonts) == drawn(700, (inter, bold))
    assert drawn(400, choice.fonts) == drawn(400, (inter, regular))
    assert drawn(700, choice.fonts) != drawn(700, (inter, regular))
