"""Titles that are hard to set, each in a way of its own, and what a reader must see of them."""

from dataclasses import dataclass

from pelican_smo.cards.engine import Direction

__all__ = ["HARD_TITLES", "HardTitle"]


@dataclass(frozen=True, kw_only=True)
class HardTitle:
    """A title of a ``language``, and what must be seen when it is drawn.

    It is cut where ``is_cut``, and there can be no card where ``is_unknown``.
    """

    name: str
    title: str
    language: str
    seen: str
    direction: Direction = "ltr"
    is_cut: bool = False
    is_unknown: bool = False


HARD_TITLES = (
    HardTitle(
        name="long",
        title=(
            "How we moved a hundred thousand readers from a social wall full of trackers"
            " to plain links, feeds and cards that anyone can make today, too."
        ),
        language="en",
        seen="all of it, in lines of about one length",
    ),
    HardTitle(
        name="compound",
        title="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        language="de",
        seen="one word in two lines, parted by a hyphen where a German might part it",
    ),
    HardTitle(
        name="arabic",
        title="كيف تبني موقعًا سريعًا بلا متعقبات، ولماذا يشاركه القراء مع أصدقائهم؟",
        language="ar",
        seen="joined letters from the right, their marks whole, the question mark at the left",
        direction="rtl",
    ),
    HardTitle(
        name="hebrew",
        title="איך בונים אתר מהיר בלי עוקבים, ולמה הקוראים ישתפו אותו?",
        language="he",
        seen="lines from the right, the question mark at the left",
        direction="rtl",
    ),
    HardTitle(
        name="mixed",
        title="מדריך קצר לבניית אתר סטטי עם Python 3.12 ו־Pelican בתוך 10 דקות (חלק א׳)",
        language="he",
        seen="Python 3.12 from the left in a line from the right, brackets around חלק א׳",
        direction="rtl",
    ),
    HardTitle(
        name="hindi",
        title="बिना ट्रैकर के तेज़ वेबसाइट कैसे बनाएँ, ताकि पाठक उसे ख़ुशी से साझा करें",
        language="hi",
        seen="conjuncts, and vowel signs above and below that touch no other line",
    ),
    HardTitle(
        name="chinese",
        title="如何用Pelican在11分钟内建立一个静态网站，并且让它被更多人看到",
        language="zh-CN",
        seen="11分钟 in one line, no comma at the start of a line",
    ),
    HardTitle(
        name="japanese",
        title="静的サイト生成入門〜あと11分からわかる「Pelican」の使い方と、読者に届けるための工夫",
        language="ja",
        seen="lines that end behind phrases, 11分から and 「Pelican」の unparted",
    ),
    HardTitle(
        name="korean",
        title="추적기 없이 빠른 정적 사이트를 만들고 독자가 널리 퍼뜨리게 하는 방법",
        language="ko",
        seen="lines that end at spaces only",
    ),
    HardTitle(
        name="thai",
        title="วิธีทำเว็บไซต์ให้เร็วและปลอดภัยใน 11 นาที สำหรับผู้ที่เพิ่งเริ่มต้นเรียนรู้ด้วยตนเอง",
        language="th",
        seen="lines that end behind words, marks above one another whole",
    ),
    HardTitle(
        name="emoji",
        title="Families 👩‍👩‍👧‍👦, flags 🇺🇳 🏴󠁧󠁢󠁳󠁣󠁴󠁿, skins 👍🏽 and keycaps 1️⃣ in one title 🏳️‍🌈",
        language="en",
        seen="one picture for each: a family, two flags, a brown thumb, a keycap, a rainbow flag",
    ),
    HardTitle(
        name="markup",
        title="Why Vec<T> isn’t \"just a <b>list</b>\" & other tales of R&D: 5 < 6 > 4 &amp; 'so on'",
        language="en",
        seen="every < > & and quote as it is typed here, &amp; too",
    ),
    HardTitle(
        name="unknown",
        title="𖵂𖵘𖵋 is written in Kirat Rai, a script of 2024 for which hardly anyone has a font",
        language="en",
        seen="no card: letters are missing",
        is_unknown=True,
    ),
    HardTitle(
        name="endless",
        title="Ten thousand letters say less than a hundred of them would have said. " * 143,
        language="en",
        seen="its start in the smallest size, an ellipsis behind a word",
        is_cut=True,
    ),
)
