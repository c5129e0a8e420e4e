"""The home of the hard titles: what a layout is shown with, so that its maker sees what they do."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["HARD_TITLES", "samples"]

# By name, a language (BCP 47) and a title in it; each is hard to set in a way of its own.
HARD_TITLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "long": (
            "en",
            (
                "How we moved a hundred thousand readers from a social wall full of trackers"
                " to plain links, feeds and cards that anyone can make today, too."
            ),
        ),
        "compound": (
            "de",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        ),
        "arabic": ("ar", "كيف تبني موقعًا سريعًا بلا متعقبات، ولماذا يشاركه القراء مع أصدقائهم؟"),
        "hebrew": ("he", "איך בונים אתר מהיר בלי עוקבים, ולמה הקוראים ישתפו אותו?"),
        "mixed": ("he", "מדריך קצר לבניית אתר סטטי עם Python 3.12 ו־Pelican בתוך 10 דקות (חלק א׳)"),
        "hindi": ("hi", "बिना ट्रैकर के तेज़ वेबसाइट कैसे बनाएँ, ताकि पाठक उसे ख़ुशी से साझा करें"),
        "chinese": ("zh-CN", "如何用Pelican在11分钟内建立一个静态网站，并且让它被更多人看到"),
        "japanese": (
            "ja",
            "静的サイト生成入門〜あと11分からわかる「Pelican」の使い方と、読者に届けるための工夫",
        ),
        "korean": ("ko", "추적기 없이 빠른 정적 사이트를 만들고 독자가 널리 퍼뜨리게 하는 방법"),
        "thai": ("th", "วิธีทำเว็บไซต์ให้เร็วและปลอดภัยใน 11 นาที สำหรับผู้ที่เพิ่งเริ่มต้นเรียนรู้ด้วยตนเอง"),
        "emoji": (
            "en",
            "Families 👩‍👩‍👧‍👦, flags 🇺🇳 🏴󠁧󠁢󠁳󠁣󠁴󠁿, skins 👍🏽 and keycaps 1️⃣ in one title 🏳️‍🌈",
        ),
        "markup": (
            "en",
            "Why Vec<T> isn’t \"just a <b>list</b>\" & other tales of R&D: 5 < 6 > 4 &amp; 'so on'",
        ),
        "unknown": (
            "en",
            "𖵂𖵘𖵋 is written in Kirat Rai, a script of 2024 for which hardly anyone has a font",
        ),
        "endless": (
            "en",
            "Ten thousand letters say less than a hundred of them would have said. " * 143,
        ),
    }
)


def samples() -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what a card of each hard title says, and its language (BCP 47)."""
    for name, (language, title) in HARD_TITLES.items():
        if name == "unknown":  # there can be no card of it
            continue
        said = {
            "title": title,
            "description": title,
            "quote": title,
            "authors": ["Ada Lovelace", "Mary Somerville"],
            "tags": ["engines", "notes"],
            "category": "Notes",
            "date": "10 July 1843",
            "metadata": {},
        }
        yield said, language
