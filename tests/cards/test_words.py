"""Text becomes what a card can show, and is known by its direction and its phrases."""

import subprocess
import sys
import time
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.cards.words import clean, direction, graphemes, phrases, syllables, version

# What strangers write: every character there is, and those that are hard on purpose.
ODD = "\u0000\t\n\x85\u00a0\u00ad\u0301\u0600\u061c\u200b\u200c\u200d\u200f\u202e\u2066\u2069\ufe0f"
ODDER = "\ufeff\ufffe\U000e0001\U0001f468\U0001f1fa\U0001f3fd아\u1100กำที่हिन्दीアー々「」、。漢字11分"
ANY = st.text(st.one_of(st.characters(), st.sampled_from(ODD + ODDER)), max_size=60)
LANGUAGES = st.sampled_from(
    ["en", "ja", "zh-Hant-HK", "th", "ar", "", "x-klingon", "zh_TW", "日本"]
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (" two\n lines\t here ", "two lines here"),
        ("a\u0000b\u0007c\u001b[31m", "abc[31m"),
        ("cafe\u0301", "café"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2067abc\u2069", "abc"),
        ("a\ufeffb\ufffec\ufff9d", "abcd"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u200fabc\u200e", "\u200fabc\u200e"),
        ("Donau\u00addampf", "Donau\u00addampf"),
        ("a\u0001 \u0002 b", "a b"),
        ("quoi\u00a0?", "quoi ?"),
        ("<T> & &amp;", "<T> & &amp;"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("", ""),
    ],
)
def test_what_a_card_cannot_show_is_left_out(written: str, shown: str) -> None:
    assert clean(written) == shown


def test_of_marks_piled_on_a_letter_three_stay() -> None:
    assert (
        clean("Z" + "\u0311" * 30 + "a" + "\u0330" * 9) == "Z" + "\u0311" * 3 + "a" + "\u0330" * 3
    )
    # What languages write stays whole: Vietnamese, Hebrew with points and accents, Tibetan.
    for text in ("Tiếng Việt ngữ", "בְּרֵאשִׁ֖ית", "ཧཱུྃ་རྒྱུས", "ที่ปฏิบัติ", "ṹ̯"):
        assert clean(text) == unicodedata.normalize("NFC", text)


@settings(deadline=None)
@given(ANY)
def test_clean_text_is_on_one_line_and_stays_as_it_is(text: str) -> None:
    found = clean(text)
    assert clean(found) == found
    assert found == " ".join(found.split())
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in found)
    assert found == found.encode().decode()


@pytest.mark.parametrize(
    ("text", "language", "towards"),
    [
        ("English", "en", "ltr"),
        ("שלום", "en", "rtl"),
        ("«مرحبا»", "en", "rtl"),
        ("12:30 – שלום", "en", "rtl"),
        ("English with שלום", "en", "ltr"),
        # A title of an Arabic site may begin with a name; one without Arabic is a name.
        ("Python للمبتدئين", "ar", "rtl"),
        ("Python 3.14", "ar", "ltr"),
        ("12:30", "he", "rtl"),
        ("12:30", "en", "ltr"),
        ("", "fa-IR", "rtl"),
        ("", "ur_PK", "rtl"),
        ("", "az-Arab", "rtl"),
        ("", "ar-Latn", "ltr"),
        ("", "arn", "ltr"),
        ("", "hei", "ltr"),
        ("", "", "ltr"),
    ],
)
def test_direction_is_that_of_the_text_or_else_of_the_language(
    text: str, language: str, towards: str
) -> None:
    assert direction(text, language) == towards


@pytest.mark.parametrize(
    ("text", "language", "cut"),
    [
        ("Plain words part at spaces", "en", "Plain |words |part |at |spaces"),
        ("한국어 제목은 단어 사이", "ko", "한국어 |제목은 |단어 |사이"),
        ("今日はとても良い天気です。", "ja", "今日は|とても|良い|天気です。"),
        ("วันนี้อากาศดีมาก", "th", "วัน|นี้|อากาศ|ดี|มาก"),
        ("ខ្ញុំ\u200bស្រលាញ់ ភាសា", "km", "ខ្ញុំ\u200b|ស្រលាញ់ |ភាសា"),
        # A number and what it counts, and what brackets and marks belong to.
        ("あと11分から始まる", "ja", "あと|11分から|始まる"),
        ("在11分钟内完成", "zh", "在|11分钟|内|完成"),
        ("第3回です", "ja", "第3回です"),
        ("「東京」の天気", "ja", "「東京」の|天気"),
        ("始める」静的サイト", "ja", "始める」|静的サイト"),
        ("ง่ายๆ ด้วย", "th", "ง่ายๆ |ด้วย"),
        # Words of other letters stay whole among them.
        ("如何用Pelican建立网站", "zh", "如何|用|Pelican|建立|网站"),
    ],
)
def test_phrases_are_what_a_reader_reads_at_once(text: str, language: str, cut: str) -> None:
    assert "|".join(phrases(text, language)) == cut


def test_the_language_decides_between_kinds_of_chinese_only() -> None:
    kana, han = "今日はとても良い天気です。", "今天的天氣真的非常好"
    assert phrases(kana, "en") == phrases(kana, "zh-TW") == phrases(kana, "ja")
    assert phrases(han, "zh-TW") == phrases(han, "zh_HK") == phrases(han, "zh-Hant")
    assert phrases(han, "zh") == phrases(han, "en")
    assert phrases(han, "zh") != phrases(han, "zh-Hant")


@settings(deadline=None)
@given(ANY, LANGUAGES)
def test_phrases_joined_are_the_text_and_no_character_is_torn(text: str, language: str) -> None:
    text = clean(text)
    found = phrases(text, language)
    assert "".join(found) == text
    assert all(found)
    ends, end = set(), 0
    for one in graphemes(text):
        end += len(one)
        ends.add(end)
    # A space takes no mark from the word behind it: marks stand behind what they belong to.
    start = 0
    for phrase in found:
        start += len(phrase)
        assert start in ends or phrase.endswith((" ", "\u200b"))


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("、。」』）！？ーっゃぁ々ๆ「『（¿11分回年東京はที่"), min_size=2, max_size=30
    )
)
def test_no_phrase_begins_with_what_closes_or_ends_with_what_opens(text: str) -> None:
    first, *rest = phrases(clean(text), "ja") or ("",)
    for before, after in zip([first, *rest], rest, strict=False):
        assert after[0] not in "、。」』）！？ーっゃぁ々ๆ"
        assert before[-1] not in "「『（¿"
        assert not before[-1].isnumeric()


def test_ten_thousand_characters_take_no_time() -> None:
    text = "今日はとても良い天気なので散歩に行きましょう" * 460
    phrases("暖", "ja")
    begun = time.perf_counter()
    found = phrases(text, "ja")
    assert len(text) > 10_000
    assert len(found) > 2000
    assert time.perf_counter() - begun < 1


def test_other_texts_import_nothing_that_knows_phrases() -> None:
    code = (
        "import sys; from pelican_smo.cards.words import clean, phrases, version\n"
        "phrases(clean('Plain & simple'), 'en'); version()\n"
        "print('budoux' in sys.modules); phrases('今日は良い天気', 'ja'); print('budoux' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert version().startswith("budoux 0.")


@pytest.mark.parametrize(
    "parted",
    [
        "Donau-dampf-schiff-fahrt",
        "ver-kehrs-ge-neh-mi-gungs-zus-tän-dig-keit",
        "Stra-ßen-ver-kehr",
        "dis-cus-sion",
        "Дос-топ-ри-ме-ча-тель-ность",
        "λεξι-κογ-ρα-φία",
        "rhythm",
        "x86_64-unknown-linux-gnu",
        "日本語",
    ],
)
def test_a_word_is_parted_where_a_reader_might_part_it(parted: str) -> None:
    word = parted.replace("-", "") if "_" not in parted else parted
    assert "-".join(syllables(word)) == parted


@settings(deadline=None)
@given(ANY)
def test_syllables_joined_are_the_word(word: str) -> None:
    word = clean(word)
    found = syllables(word)
    assert "".join(found) == word
    assert len(found) == 1 or all(len(part) >= 2 for part in found)
    assert sum(len(regex.findall(r"\X", part)) for part in found) == len(regex.findall(r"\X", word))
