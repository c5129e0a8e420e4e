"""What a page says: which of its posts, what that is to us, by whom, when, in clean words."""

from datetime import UTC, datetime
from typing import Any

import mf2py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkbacks.test_cleaning import what_may_act
from linkbacks.test_markup import within_a_second
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.authorship import representative
from pelican_smo.linkbacks.microformats import from_survey, read
from pelican_smo.linkbacks.reading import PROPERTIES, Author, Reading
from pelican_smo.linkbacks.source import Survey, survey
from pelican_smo.linkbacks.tree import NAME

SOURCE = "https://bea.example/notes/1"
TARGET = "https://site.example/one.html"
WANTED = (TARGET, "http://site.example/one.html", "https://site.example/drafts/one.html")
RECEIVED = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
LINK = f'<a href="{TARGET}">one</a>'


def parsed(page: str, url: str = SOURCE) -> dict[str, Any]:
    return mf2py.parse(doc=page, url=url, html_parser=NAME)


def found_on(page: str, source: str = SOURCE, url: str = SOURCE) -> tuple[Reading, str] | None:
    return read(
        parsed(page, url),
        survey(page, url, WANTED),
        source=source,
        url=url,
        wanted=WANTED,
        received=RECEIVED,
    )


def reading_or_none(page: str, **addresses: str) -> Reading | None:
    found = found_on(page, **addresses)
    return found[0] if found else None


def reading(page: str, **addresses: str) -> Reading:
    found = reading_or_none(page, **addresses)
    assert found is not None
    return found


def entry(inside: str, classes: str = "h-entry") -> str:
    return f'<div class="{classes}">{inside}</div>'


def note(text: str, url: str = "") -> str:
    link = f'<a class="u-url" href="{url}"></a>' if url else ""
    return entry(f'{link}<p class="e-content">{text}</p>')


class TestPost:
    def test_MF_1_the_post_with_the_pages_address_is_it(self) -> None:
        page = note(f"first {LINK}", "/notes/0") + note("second", "/notes/1#x")
        assert reading(page).text == "second"
        assert reading(page, url="http://bea.example/notes/0").text == "first one"

    def test_MF_1_it_need_not_be_an_entry(self) -> None:
        page = note("first", "/0") + entry('<a class="u-url p-name" href="">Party</a>', "h-event")
        assert reading(page).name == "Party"

    def test_MF_1_else_it_is_the_first_at_the_top(self) -> None:
        assert reading(note("first") + note("second")).text == "first"
        assert reading(entry('<p class="p-name">Party</p>', "h-event") + note("x")).text == "x"

    def test_MF_1_but_rather_one_that_links_to_us(self) -> None:
        page = note("first", "/0") + note(f"second {LINK}", "/2") + note(f"third {LINK}", "/3")
        assert reading(page).text == "second one"
        page = note("first", "/0") + entry(f'<a class="u-like-of" href="{TARGET}"></a>')
        assert reading(page).property == "like-of"

    def test_MF_1_in_a_feed_it_is_the_one_that_links_to_us(self) -> None:
        feed = entry(note("first", "/0") + note(f"second {LINK}", "/2"), "h-feed")
        assert reading(feed).text == "second one"
        assert reading(feed, url="https://bea.example/0").text == "first"
        assert reading_or_none(entry(note("first", "/0"), "h-feed")) is None

    def test_MF_1_a_post_may_stand_deep_in_other_things(self) -> None:
        page = note(f"second {LINK}")
        for _ in range(30):
            page = entry(page, "h-card")
        assert reading(page).text == "second one"

    def test_a_page_of_people_alone_has_no_post(self) -> None:
        assert reading_or_none(entry('<a class="u-url" href="/notes/1">Bea</a>', "h-card")) is None
        assert reading_or_none(f"<p>{LINK}") is None

    def test_classic_microformats_are_posts_too(self) -> None:
        page = (
            '<div class="hentry"><h1 class="entry-title">T</h1>'
            f'<div class="entry-content">Text {LINK}</div>'
            '<span class="author vcard"><b class="fn">Bea</b></span></div>'
        )
        found = reading(page)
        assert (found.name, found.text, found.author.name) == ("T", "Text one", "Bea")


class TestClaim:
    @pytest.mark.parametrize(
        ("markup", "claim"),
        [
            ('<a class="u-repost-of" href="{}"></a>', "repost-of"),
            ('<a class="u-like-of" href="{}"></a>', "like-of"),
            ('<a class="u-bookmark-of" href="{}"></a>', "bookmark-of"),
            ('<a class="u-in-reply-to" href="{}"></a>', "in-reply-to"),
            ('<a class="u-quotation-of" href="{}"></a>', "quotation-of"),
            ('<a class="u-repost" href="{}"></a>', "repost-of"),
            ('<a class="u-like" href="{}"></a>', "like-of"),
            ('<p class="e-content"><a href="{}"></a></p>', "mention-of"),
            ('<i class="p-in-reply-to">{}</i>', "in-reply-to"),
            ('<i class="u-like-of h-cite"><a class="u-url" href="{}">x</a></i>', "like-of"),
            ('<i class="p-like-of h-cite"><b class="p-name">x</b> <a class="u-url" href="{}">y</a></i>', "like-of"),
            ('<a class="u-in-reply-to" href="https://x.example/"></a><a class="u-in-reply-to" href="{}"></a>', "in-reply-to"),
            ('<a class="u-in-reply-to u-like-of" href="{}"></a>', "like-of"),
            ('<a class="u-like-of u-repost-of" href="{}"></a>', "repost-of"),
            ('<a class="u-in-reply-to u-bookmark-of" href="{}"></a>', "bookmark-of"),
            ('<a class="u-like-of" href="https://x.example/"></a><a class="u-in-reply-to" href="{}"></a>', "in-reply-to"),
            ('<a class="u-like-of" href="https://x.example/"></a><a href="{}"></a>', "mention-of"),
            ('<data class="p-rsvp" value="yes"></data><a class="u-in-reply-to" href="{}"></a>', "rsvp"),
            ('<b class="p-rsvp">Maybe</b><a class="u-in-reply-to" href="{}"></a>', "rsvp"),
            ('<b class="p-rsvp">perhaps</b><a class="u-in-reply-to" href="{}"></a>', "in-reply-to"),
            ('<b class="p-rsvp">yes</b><a href="{}"></a>', "mention-of"),
            ('<a class="p-invitee h-card" href="https://c.example/">Cy</a><a class="u-in-reply-to" href="{}"></a>', "invitee"),
            ('<a class="p-invitee h-card" href="{}">Cy</a>', "invitee"),
            ('<a class="p-invitee h-card" href="https://c.example/">Cy</a><a href="{}"></a>', "mention-of"),
        ],
    )  # fmt: skip
    def test_MF_2_it_is_the_strongest_that_is_about_us(self, markup: str, claim: str) -> None:
        assert reading(entry(markup.format(TARGET))).property == claim

    @pytest.mark.parametrize(
        "address",
        [
            "http://site.example/one.html",
            "https://site.example:443/one.html",
            "HTTPS://SITE.example/one.html#comments",
            "https://site.example/drafts/one.html",
        ],
    )
    def test_MF_2_schemes_fragments_and_aliases_are_minded(self, address: str) -> None:
        page = entry(f'<a class="u-like-of" href="{address}"></a>')
        assert reading(page).property == "like-of"

    def test_MF_2_an_answer_to_an_invitation_is_kept_only_where_it_is_one(self) -> None:
        answer = '<b class="p-rsvp">Interested</b>'
        page = entry(f'{answer}<a class="u-in-reply-to" href="{TARGET}"></a>')
        assert reading(page).rsvp == "interested"
        assert reading(entry(answer + LINK)).rsvp == ""


CARD = '<a class="h-card" href="/"><img alt="" src="/bea.jpg">Bea</a>'
BEA = Author(name="Bea", url="https://bea.example/", photo="https://bea.example/bea.jpg")


class TestAuthor:
    """After the cases of the authorship algorithm (microformats wiki)."""

    def author(self, page: str) -> Author:
        return reading(page).author

    def asked(self, page: str) -> str:
        found = found_on(page)
        assert found is not None
        return found[1]

    def test_MF_3_1_a_card_in_the_post(self) -> None:
        page = entry(CARD.replace("h-card", "p-author h-card"))
        assert self.author(page) == BEA
        assert self.asked(page) == ""

    def test_MF_3_2_a_name_in_the_post(self) -> None:
        page = entry('<b class="p-author">Bea</b>')
        assert self.author(page) == Author(name="Bea")
        assert self.asked(page) == ""

    def test_MF_3_3_an_address_in_the_post_and_its_card_on_the_page(self) -> None:
        page = entry('<a class="u-author" href="/"></a><p class="p-name">x</p>') + CARD
        assert self.author(page) == BEA
        assert self.asked(page) == ""

    def test_MF_3_4_an_address_in_the_post_leads_to_a_page(self) -> None:
        page = entry('<a class="u-author" href="/about"></a>')
        assert self.author(page) == Author(name="bea.example", url="https://bea.example/about")
        assert self.asked(page) == "https://bea.example/about"

    def test_MF_3_5_the_feeds_card(self) -> None:
        page = entry(CARD.replace("h-card", "p-author h-card") + note(LINK), "h-feed")
        assert self.author(page) == BEA
        own = entry(
            CARD.replace("h-card", "p-author h-card")
            + entry('<b class="p-author">Cy</b>' + f'<p class="e-content">{LINK}</p>'),
            "h-feed",
        )
        assert self.author(own).name == "Cy"

    def test_MF_3_6_rel_author_and_its_card_on_the_page(self) -> None:
        page = note(LINK) + '<a rel="author" href="/"></a>' + CARD
        assert self.author(page) == BEA
        assert self.asked(page) == ""

    def test_MF_3_7_rel_author_leads_to_a_page(self) -> None:
        page = note(LINK) + '<a rel="author" href="/about">about</a>'
        assert self.author(page) == Author(name="bea.example", url="https://bea.example/about")
        assert self.asked(page) == "https://bea.example/about"

    def test_MF_3_8_the_posts_own_word_is_stronger_than_rel_author(self) -> None:
        page = entry('<b class="p-author">Bea</b>') + '<a rel="author" href="/about">about</a>'
        assert self.author(page).name == "Bea"
        assert self.asked(page) == ""

    def test_MF_3_9_nobody(self) -> None:
        page = note(LINK) + entry("Somebody else", "h-card")
        assert self.author(page) == Author(name="bea.example")
        assert self.asked(page) == ""

    @pytest.mark.parametrize(
        ("head", "name"),
        [
            ('<meta name="author" content="B. Author"><meta property="og:site_name" content="S">', "B. Author"),
            ('<meta property="og:site_name" content="S"><title>T</title>', "S"),
            ("<title>T</title>", "bea.example"),
        ],
    )  # fmt: skip
    def test_MF_3_a_name_is_found_in_the_head_or_is_the_hosts(self, head: str, name: str) -> None:
        assert self.author(head + note(LINK)).name == name
        assert self.author(head + entry('<b class="p-author">Bea</b>')).name == "Bea"

    @pytest.mark.parametrize(
        "address",
        [
            *("https://other.example/", "https://sub.bea.example/", "http://bea.example:8080.x/"),
            *("mailto:bea@bea.example", "/notes/1", "/notes/1#me", "http://127.0.0.1/"),
        ],
    )
    def test_MF_3_SEC_6_only_another_page_of_the_same_host_is_asked(self, address: str) -> None:
        assert self.asked(entry(f'<a class="u-author" href="{address}"></a>')) == ""
        assert self.asked(note(LINK) + f'<a rel="author" href="{address}"></a>') == ""

    @pytest.mark.parametrize(
        "page",
        [
            CARD.replace('class="', 'class="u-url u-uid ') + entry("X", "h-card"),
            entry("X <a class=u-url href=/about></a>", "h-card")
            + entry('Bea <a class="u-url u-uid" href="/about">.</a>', "h-card"),
            CARD + '<a rel="me" href="/">me</a>' + entry("X", "h-card"),
            entry('<b class="p-name">Bea</b> <a class="u-url" href="/about"></a>', "h-card"),
            entry(entry('Bea<a class="u-url u-uid" href="/about"></a>', "p-author h-card")),
        ],
    )
    def test_MF_3_the_authors_page_is_about_one_person(self, page: str) -> None:
        url = "https://bea.example/about" if "/about" in page else "https://bea.example/"
        found = representative(parsed(page, url), url)
        assert found is not None
        assert found.name.startswith("Bea")

    def test_MF_3_a_page_about_several_or_nobody_tells_nothing(self) -> None:
        two = (CARD + CARD).replace('"/"', '"/about"')
        for page in (two, CARD, "", "<p>x"):
            assert representative(parsed(page), "https://bea.example/about") is None

    def test_SEC_10_many_links_to_an_author_and_many_cards_are_no_product(self) -> None:
        page = entry(f'<a class="u-in-reply-to" href="{TARGET}">x</a>')
        page += "".join(f"<a rel=author href=/{n}></a>" for n in range(7_000))
        page += "".join(f"<a class=h-card href=/c{n}>n</a>" for n in range(7_000))
        mf2, seen = parsed(page), survey(page, SOURCE, WANTED)
        assert seen.simple
        assert len(seen.authors) == 4
        how = {"source": SOURCE, "url": SOURCE, "wanted": WANTED, "received": RECEIVED}
        assert within_a_second(lambda: read(mf2, seen, **how))  # type: ignore[arg-type]

    def test_MF_3_6_the_first_link_to_an_author_with_a_card_on_the_page_counts(self) -> None:
        page = note(LINK) + "".join(f'<a rel="author" href="/{n}"></a>' for n in range(3))
        cards = '<a class="h-card" href="/2">Cy</a><a class="h-card" href="/1">Bea</a>'
        assert self.author(page + cards).name == "Bea"
        assert self.author(page + cards.replace("Bea", "")).name == "Cy"

    @pytest.mark.parametrize(
        ("author", "found"),
        [
            ({"value": "https://b.example/p.jpg", "alt": "me"}, "https://b.example/p.jpg"),
            ("data:image/png;base64,AAAA", ""),
            ("javascript:1", ""),
            ("HTTPS://b.example/p", "https://b.example/p"),
        ],
    )
    def test_MF_6_a_picture_may_have_a_description(self, author: object, found: str) -> None:
        card = {"type": ["h-card"], "properties": {"name": ["B"], "photo": ["", author]}}
        mf2 = {"items": [{"type": ["h-entry"], "properties": {"author": [card]}}]}
        assert self.read(mf2).author.photo == found

    @pytest.mark.parametrize(
        "authors",
        [
            [None, 3, "", {}, "Bea"],
            ["Bea", "Cy"],
            "Bea",
            [{"value": "Bea"}],
            [{"type": ["h-card"], "properties": {}, "value": "Bea"}],
            [{"type": ["h-card"], "properties": {"name": [{"value": "Bea"}]}}],
            {"type": ["h-card"], "properties": {"name": "Bea"}},
            ["Be\0a\ud800"],
        ],
    )
    def test_MF_6_an_author_comes_in_many_shapes(self, authors: object) -> None:
        mf2 = {"items": [{"type": ["h-entry"], "properties": {"author": authors}}]}
        assert self.read(mf2).author == Author(name="Bea")

    def read(self, mf2: dict[str, Any]) -> Reading:
        found = read(
            mf2, Survey(links=True), source=SOURCE, url=SOURCE, wanted=WANTED, received=RECEIVED
        )
        assert found is not None
        return found[0]


class TestDate:
    @pytest.mark.parametrize(
        ("written", "date"),
        [
            ("2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00+01:00"),
            ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00+00:00"),
            ("2026-11-20 10:00-0500", "2026-11-20T10:00:00-05:00"),
            ("20261120T100000.25Z", "2026-11-20T10:00:00+00:00"),
            ("2026-11-21T11:59:59Z", "2026-11-21T11:59:59+00:00"),
            ("2026-11-20T10:00:00+05:30:15", "2026-11-20T04:29:45+00:00"),
            ("1999-12-31T23:59:59Z", "1999-12-31T23:59:59+00:00"),
        ],
    )
    def test_MF_5_a_date_with_its_offset_is_kept(self, written: str, date: str) -> None:
        assert reading(self.page(written)).published == date

    @pytest.mark.parametrize(
        "written",
        [
            *("", "2026-11-20", "2026-11-20T10:00:00", "yesterday", "20 November 2026 10:00 UTC"),
            *("2026-11-21T12:00:01Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"),
            *("0001-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z", "2026-13-40T10:00:00Z"),
            *("2026-11-20T10:00:00+99:99", "<script>", "1" * 5_000, "-2026-11-20T10:00:00Z"),
        ],
    )
    def test_MF_5_missing_naive_future_and_other_dates_are_none(self, written: str) -> None:
        assert reading(self.page(written)).published == ""

    def test_MF_5_the_head_knows_it_where_the_post_does_not(self) -> None:
        head = '<meta property="article:published_time" content="2026-01-02T03:04:05Z">'
        assert reading(head + self.page("no date")).published == "2026-01-02T03:04:05+00:00"

    def page(self, date: str) -> str:
        return entry(f'<time class="dt-published" datetime="{date}">then</time>')


class TestWords:
    def test_WR_15_the_address_to_read_it_at_is_the_posts_if_it_is_of_the_web(self) -> None:
        for address in ("https://b.example/real", "HTTPS://B.example/real"):
            assert reading(note("x", address)).url == "https://b.example/real"
        for address in ("tag:b.example,2026:1", "javascript:1", "https://u:p@b.example/", ""):
            assert reading(note("x", address)).url == SOURCE
        two = note('<a class="u-url" href="https://b.example/2"></a>', "tag:b.example,2026:1")
        assert reading(two.replace("e-content", "x")).url == "https://b.example/2"

    def test_WR_15_a_redirected_source_stays_what_it_is(self) -> None:
        found = reading(note("x"), source="https://short.example/1", url=SOURCE)
        assert found.url == "https://short.example/1"

    def test_WR_10_reading_it_again_is_reading_the_same(self) -> None:
        page = note(f"text {LINK}", "/notes/1")
        assert reading(page) == reading(page)
        assert reading(page.replace("text", "new text")).text == "new text one"

    def test_content_is_text_with_its_lines_and_clean_markup(self) -> None:
        page = entry(
            f'<div class="e-content"><p>One {LINK}</p><p>two<br>lines<script>x</script></p>'
            '<p onclick=x><a href="/rel" class=y>three</a></p></div>'
        )
        found = reading(page)
        assert found.text == "One one\n\ntwo\nlines\n\nthree"
        assert found.html == (
            f'<p>One <a href="{TARGET}" rel="nofollow ugc noopener">one</a></p><p>two<br>lines</p>'
            '<p><a href="https://bea.example/rel" rel="nofollow ugc noopener">three</a></p>'
        )

    def test_plain_content_has_no_markup(self) -> None:
        found = reading(entry('<p class="p-content">1 &lt; 2 &lt;b></p>'))
        assert (found.text, found.html) == ("1 < 2 <b>", "")
        assert reading(entry('<div class="e-content">just text</div>')).html == ""

    def test_the_summary_is_read_where_there_is_no_content(self) -> None:
        page = entry('<p class="p-summary">short</p><div class="e-content"> <br> </div>')
        assert reading(page).text == "short"

    def test_MF_4_a_name_that_the_text_begins_with_is_none(self) -> None:
        page = '<b class="p-name">{}</b><p class="e-content">One  two three</p>'
        assert reading(entry(page.format("one two"))).name == ""
        assert reading(entry(page.format("One of three"))).name == "One of three"
        assert reading(entry(page.format("One t"))).name == "One t"

    def test_a_note_has_no_name(self) -> None:
        assert reading(f"<title>T</title>{note('text')}").name == ""

    def test_a_post_without_words_has_the_pages_title(self) -> None:
        page = entry(f'<a class="u-like-of" href="{TARGET}"></a>')
        head = '<title>T</title><meta property="og:title" content="O">'
        assert reading(f"<title> A\nlike </title>{page}").name == "A like"
        assert reading(head + page).name == "O"

    def test_a_reply_that_is_a_photo_is_what_describes_it(self) -> None:
        photo = '<img class="u-photo" src="/p.jpg" alt="{}">'
        page = entry(photo.format("A cat") + photo.format("A dog"))
        assert reading(page).text == "A cat\nA dog"
        inside = entry(f'<div class="e-content">{photo.format("A cat")}</div>')
        assert reading(inside).text == "A cat"
        assert reading(entry('<img class="u-photo" src="/p.jpg">')).text == ""

    def test_what_is_too_long_is_cut(self) -> None:
        words = "word " * 4_000
        page = entry(
            f'<b class="p-name">Name {words}</b><b class="p-author">{words}</b>'
            f'<div class="e-content"><p>{words}</p></div>'
        )
        found = reading(page)
        assert (len(found.name), len(found.author.name), len(found.text)) == (200, 100, 5_000)
        assert found.name.endswith("word…")
        assert found.html == ""
        assert found.text.endswith("word…")

    def test_markup_of_a_text_that_is_cut_may_stay(self) -> None:
        page = entry(f'<div class="e-content"><p>{"word " * 1_900}</p></div>')
        assert reading(page).html.startswith("<p>word")

    def test_MF_6_nothing_unprintable_is_kept(self) -> None:
        page = entry('<b class="p-name">a\0\x1b\u202eb</b><p class="p-author">&#xd800;c\x7f</p>')
        found = reading(page)
        assert (found.name, found.author.name) == ("ab", "\ufffdc")

    @pytest.mark.parametrize(
        ("page", "language"),
        [
            (
                '<html lang="en"><div class="h-entry" lang="fr"><p class="e-content" lang="de">x',
                "de",
            ),
            ('<html lang="en"><div class="h-entry" lang="pt-BR"><p class="e-content">x', "pt-BR"),
            ('<html lang="en"><div class="h-entry">x', "en"),
            ('<html lang="en\'><script>"><div class="h-entry">x', ""),
            ('<html lang="x_y"><div class="h-entry">x', ""),
            ("<div class=h-entry>x", ""),
        ],
    )
    def test_the_language_is_the_nearest(self, page: str, language: str) -> None:
        assert reading(page).language == language


class TestWithoutMicroformats:
    def read(self, page: str, **claims: str) -> Reading:
        found = survey(page, SOURCE, WANTED)
        return from_survey(found, claims, source=SOURCE, url=SOURCE, received=RECEIVED)

    def test_MF_3_the_head_says_what_it_is(self) -> None:
        page = (
            '<html lang="en"><title>Title</title><meta property="og:title" content="A &amp; B">'
            '<meta property="og:description" content="About&#10;it"><meta name="author" content="Bea">'
            '<meta property="article:published_time" content="2026-11-01T10:00:00Z">'
            '<a rel="author" href="/about">x</a>'
        )
        assert self.read(page) == Reading(
            property="mention-of",
            url=SOURCE,
            author=Author(name="Bea", url="https://bea.example/about"),
            name="A & B",
            text="About\nit",
            published="2026-11-01T10:00:00+00:00",
            language="en",
        )

    def test_MF_3_at_last_it_is_the_title_and_the_host(self) -> None:
        found = self.read("<title>Title</title>")
        assert (found.name, found.author.name, found.text) == ("Title", "bea.example", "")
        assert self.read("<title>T</title><meta name=description content=D>").text == "D"
        assert self.read("") == Reading(url=SOURCE, author=Author(name="bea.example"))

    def test_TB_2_a_trackback_is_what_its_sender_says(self) -> None:
        page = '<title>Title</title><meta property="og:site_name" content="Site">'
        found = self.read(page, title="One", excerpt="<b>Two</b> […]", blog_name="Three")
        assert (found.name, found.text, found.author.name) == ("One", "Two […]", "Three")
        empty = self.read(page, title=" ", excerpt="", blog_name="")
        assert (empty.name, empty.text, empty.author.name) == ("Title", "", "Site")

    @pytest.mark.parametrize(
        ("sent", "meant"),
        [
            ("It&#8217;s", "It’s"),
            ("It&amp;#8217;s", "It’s"),
            ("AT&T &amp; me", "AT&T & me"),
            ("1 < 2", "1 < 2"),
            ("&lt;script&gt;alert(1)&lt;/script&gt;x", "x"),
            ("<a href='https://evil.example/'>x</a>", "x"),
        ],
    )
    def test_TB_2_wordpress_escapes_twice(self, sent: str, meant: str) -> None:
        assert self.read("", title=sent, excerpt=sent, blog_name=sent) == Reading(
            url=SOURCE, name=meant, text=meant, author=Author(name=meant)
        )

    def test_TB_2_claims_are_cut(self) -> None:
        found = self.read("", **dict.fromkeys(("title", "excerpt", "blog_name"), "word " * 9_000))
        assert (len(found.name), len(found.text), len(found.author.name)) == (200, 5_000, 100)


WORDS = st.sampled_from(
    [
        *(TARGET, SOURCE, "yes", "Bea", "", " ", "\0", "\ud800", "<script>alert(1)</script>", "tag:x"),
        *("javascript:alert(1)", "https://[", "//x", "2026-11-20T10:00:00Z", "9999-12-31T00:00:00-23:59"),
        *("<a href='javascript:1'>x</a>", "<b>" * 200, "\u202e", "h-card", "h-entry", "word " * 60),
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
NAMES = st.sampled_from(
    [
        *("name", "url", "uid", "photo", "author", "content", "summary", "published", "rsvp"),
        *("invitee", "in-reply-to", "like-of", "like", "repost-of", "value", "html", "alt", "lang"),
        *("type", "properties", "children", "items", "rels", "me"),
    ]
)
TYPES = st.lists(st.sampled_from(["h-entry", "h-card", "h-feed", "h-cite", "h-event"]), max_size=2)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
MF2 = st.recursive(
    ANYTHING,
    lambda inner: st.fixed_dictionaries(
        {"type": TYPES, "properties": st.dictionaries(NAMES, st.lists(inner, max_size=3))},
        optional={"children": st.lists(inner, max_size=3), "value": SCALARS, "lang": SCALARS},
    ),
    max_leaves=8,
)
PAGES = st.fixed_dictionaries(
    {"items": st.lists(MF2, max_size=3) | ANYTHING},
    optional={"rels": st.dictionaries(NAMES, st.lists(SCALARS, max_size=2)) | ANYTHING},
)
HEADS = st.lists(WORDS, max_size=3).map(
    lambda words: survey(
        "".join(
            f'<a rel=author href="{word}"><meta name=author content="{word}">' for word in words
        ),
        SOURCE,
        WANTED,
    )
)


def check(found: Reading) -> None:
    assert found.property in PROPERTIES
    assert normal(found.url) == found.url != ""
    author = found.author
    assert all(normal(address) == address for address in (author.url, author.photo))
    assert len(found.name) <= 200
    assert len(author.name) <= 100
    assert len(found.text) <= 5_000
    assert len(found.html) <= 10_000
    assert what_may_act(found.html) == []
    assert found.published == "" or datetime.fromisoformat(found.published).tzinfo
    for text in (*found.as_json().values(), *vars_of(author)):
        if isinstance(text, str):
            text.encode()
            assert "\0" not in text
    assert Reading.from_json(found.as_json()) == found


def vars_of(author: Author) -> tuple[str, ...]:
    return author.name, author.url, author.photo


@settings(max_examples=200, deadline=None)
@given(PAGES, HEADS)
def test_MF_6_microformats_of_any_shape_are_a_clean_reading(
    mf2: dict[str, Any], head: Survey
) -> None:
    found = read(mf2, head, source=SOURCE, url=SOURCE, wanted=WANTED, received=RECEIVED)
    if found is not None:
        reading, page = found
        check(reading)
        assert page == "" or page.startswith(("https://bea.example/", "http://bea.example/"))
    if (someone := representative(mf2, SOURCE)) is not None:
        check(Reading(url=SOURCE, author=someone))


@settings(deadline=None)
@given(HEADS, st.dictionaries(st.sampled_from(["title", "excerpt", "blog_name"]), WORDS))
def test_TB_2_claims_of_any_kind_are_a_clean_reading(head: Survey, claims: dict[str, str]) -> None:
    check(from_survey(head, claims, source=SOURCE, url=SOURCE, received=RECEIVED))


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    '<div class="h-entry">',
                    '<p class="e-content">',
                    '<a class="u-url" href="',
                    '">',
                ),
                *('<a class="p-author h-card" href="/">', "</a>", "</div>", "</p>", LINK, "text"),
                *('<img class="u-photo" src=x alt=y>', '<div class="h-feed">', "<script>", "&amp;"),
                *('<time class="dt-published">2026-11-20 10:00Z</time>', "<b class=p-rsvp>yes</b>"),
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_any_page_with_microformats_is_a_clean_reading_or_none(page: str) -> None:
    if (found := reading_or_none(page)) is not None:
        check(found)


def test_SEC_10_depth_is_no_matter() -> None:
    item: dict[str, Any] = {"type": ["h-entry"], "properties": {"content": [{"html": LINK}]}}
    card: dict[str, Any] = {"type": ["h-card"], "properties": {"url": [SOURCE], "name": ["Bea"]}}
    for _ in range(5_000):
        item = {"type": ["h-feed"], "properties": {"author": [card]}, "children": [item]}
        card = {"type": ["h-cite"], "properties": {"author": [card]}}
    found = read(
        {"items": [item]},
        Survey(links=True),
        source=SOURCE,
        url=SOURCE,
        wanted=WANTED,
        received=RECEIVED,
    )
    assert found is not None
    assert found[0].text == "one"


def test_a_picture_without_words_is_known_to_be_there() -> None:
    found = reading(
        '<div class="h-entry"><a class="u-in-reply-to" href="https://site.example/one.html">re</a>'
        '<img class="u-photo" src="/cat.jpg"></div>'
    )
    assert (found.text, found.photo) == ("", "https://bea.example/cat.jpg")
