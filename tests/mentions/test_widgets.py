"""The section of mentions: every value once, escaped, in its place, in the page's language."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import mf2py
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, PackageLoader

from mentions.attacks import ADDRESSES, HTML, OTHERS, TEXT
from mentions.feeds import TARGET, entry, feed, read
from pelican_smo.assets import shipped
from pelican_smo.labels import labels_of, shipped_labels
from pelican_smo.linkbacks.reading import Author
from pelican_smo.mentions.cleaning import REL, TAGS, harmless, host_of
from pelican_smo.mentions.store import KINDS, Mention
from pelican_smo.mentions.widgets import MentionsWidget, counts, excerpt
from pelican_smo.page import Page, Site

ENV = Environment(loader=PackageLoader("pelican_smo"), autoescape=True)
FOREIGN = {"rel": REL, "referrerpolicy": "no-referrer"}
OURS = {"section", "h2", "h3", "ul", "li", "div", "p", "span", "a", "bdi", "time", "data", "img"}
FORM = {"details", "summary", "form", "label", "input", "button"}


def page(language: str = "en") -> Page:
    return Page(
        site=Site(url="https://example.org", name="S"),
        kind="article",
        language=language,
        labels=labels_of(language),
        url=TARGET,
        canonical=TARGET,
        title="A",
        headline="A",
    )


def mention(number: int = 1, **more: Any) -> Mention:
    url = f"https://b{number}.example/post"
    values = {"kind": "reply", "source": url, "url": url, "number": number, **more}
    return Mention(**values)


def section(*mentions: Mention, language: str = "en", endpoint: str = "", avatar: str = "") -> str:
    widget = MentionsWidget(ENV, level=2)
    html = widget.html(page(language), mentions, endpoint, lambda mention: avatar)
    # What was made for one serves all of its make: the same once more must be the same.
    assert widget.html(page(language), mentions, endpoint, lambda mention: avatar) == html
    return html


def tree(html: str) -> Element:
    """Return what a browser makes of ``html``; a mistake of syntax fails."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(f"<!doctype html><title>t</title><body>{html}").find("body")


def cites(html: str) -> list[dict[str, Any]]:
    """Return what a reader of microformats finds in a section: h-cites by property."""
    (item,) = mf2py.parse(doc=f'<div class="h-entry">{html}</div>', url=TARGET)["items"]
    return [
        {"property": name, **cite["properties"]}
        for name, values in item["properties"].items()
        for cite in values
        if isinstance(cite, dict) and cite.get("type") == ["h-cite"]
    ]


def texts(html: str, name: str) -> list[str]:
    """Return the texts of the elements with the class ``name``."""
    return [
        " ".join("".join(one.itertext()).split())
        for one in tree(html).iter()
        if name in (one.get("class") or "").split()
    ]


# What is shown of a mention


def test_a_reply_says_who_when_where_and_what() -> None:
    html = section(
        mention(
            author=Author(name="Bea & <co>", url="https://b.example/"),
            text="Well\nsaid & <done>.",
            published=datetime(2026, 11, 20, 10, tzinfo=UTC),
            language="en-GB",
        )
    )
    (cite,) = cites(html)
    assert cite["property"] == "comment"
    assert cite["url"] == ["https://b1.example/post"]
    assert cite["published"] == ["2026-11-20T10:00:00+0000"]
    assert cite["author"][0]["properties"] == {
        "name": ["Bea & <co>"],
        "url": ["https://b.example/"],
    }
    assert texts(html, "p-content") == ["Well said & <done>."]
    assert ' lang="en-GB"' in html
    assert "Well\nsaid" in html  # the stylesheet keeps the line


def test_html_is_cleaned_again() -> None:
    html = section(mention(html="<p>Well <b onclick=alert(1)>said</b><script>alert(1)</script>"))
    assert cites(html)[0]["content"][0]["html"] == "<p>Well <b>said</b></p>"
    assert "alert" not in html


@pytest.mark.parametrize(
    ("kind", "title", "name"),
    [
        ("like", "Likes (2)", "like"),
        ("repost", "Reposts (2)", "repost"),
        ("bookmark", "Bookmarks (2)", "bookmark"),
        ("reaction", "Reactions (2)", "comment"),
        ("reply", "Replies (2)", "comment"),
        ("quotation", "Quotations (2)", "mention"),
        ("invitee", "Invited (2)", "mention"),
        ("mention", "Mentions (2)", "mention"),
    ],
)
def test_each_kind_has_its_group_and_its_microformat(kind: str, title: str, name: str) -> None:
    html = section(mention(1, kind=kind, text="🎉"), mention(2, kind=kind, text="🎉"))
    assert texts(html, "smo-mentions-kind") == [title]
    assert [cite["property"] for cite in cites(html)] == [name, name]
    assert texts(html, "smo-mentions-title") == ["Responses (2)"]


def test_answers_to_an_invitation_are_grouped_by_what_they_say() -> None:
    answers = ("no", "yes", "interested", "maybe", "yes")
    html = section(*(mention(n, kind="rsvp", rsvp=rsvp) for n, rsvp in enumerate(answers)))
    assert texts(html, "smo-mentions-kind") == [
        "Coming (2)",
        "May come (1)",
        "Not coming (1)",
        "Interested (1)",
    ]
    assert [cite["rsvp"] for cite in cites(html)] == [
        ["yes"],
        ["yes"],
        ["maybe"],
        ["no"],
        ["interested"],
    ]


def test_an_answer_with_words_shows_them() -> None:
    html = section(
        mention(1, kind="rsvp", rsvp="yes", text="With cake!"), mention(2, kind="rsvp", rsvp="yes")
    )
    assert texts(html, "smo-mentions-kind") == ["Coming (2)"]
    assert texts(html, "smo-mention-text") == ["With cake!"]
    assert [cite["rsvp"] for cite in cites(html)] == [["yes"], ["yes"]]


def test_a_face_links_to_the_post_and_its_name_to_the_author() -> None:
    html = section(mention(kind="like", author=Author(name="Bea", url="https://bea.example/")))
    links = {" ".join("".join(a.itertext()).split()): a for a in tree(html).iter("a")}
    assert {text: a.get("href") for text, a in links.items()} == {
        "Bb1.example": "https://b1.example/post",
        "Bea": "https://bea.example/",
    }
    initials = [one for one in tree(html).iter("span") if one.get("aria-hidden") == "true"]
    assert [one.text for one in initials] == ["B"]


def test_a_reaction_shows_its_emoji() -> None:
    assert texts(section(mention(kind="reaction", text="🎉")), "smo-emoji") == ["🎉"]
    assert texts(section(mention(kind="reaction", name="🎉")), "smo-emoji") == ["🎉"]


@pytest.mark.parametrize(("count", "in_view"), [(24, 24), (25, 25), (26, 24), (100, 24)])
def test_a_crowd_of_faces_is_behind_more(count: int, in_view: int) -> None:
    html = section(*(mention(number, kind="like") for number in range(count)))
    view, _, rest = html.partition("<details")
    assert view.count("smo-face ") == in_view
    assert rest.count("smo-face ") == count - in_view
    assert texts(html, "smo-mentions-kind") == [f"Likes ({count})"]
    if rest:
        assert f'More <span class="smo-count">({count - in_view})</span>' in rest


def test_an_avatar_of_this_site_is_shown_and_no_other() -> None:
    stranger = mention(author=Author(name="Bea", photo="https://evil.example/x.png"))
    assert "<img" not in section(stranger)
    assert "evil.example" not in section(stranger)
    html = section(stranger, avatar="/smo/avatars/1.png")
    (image,) = tree(html).iter("img")
    assert (image.get("src"), image.get("alt")) == ("/smo/avatars/1.png", "")
    (author,) = cites(html)[0]["author"]
    assert author["properties"]["photo"] == ["https://example.org/smo/avatars/1.png"]


def test_who_has_no_name_is_called_by_the_host() -> None:
    html = section(mention(1), mention(2, author=Author(url="https://me.example/about")))
    names = [cite["author"][0]["properties"]["name"] for cite in cites(html)]
    assert names == [["b1.example"], ["me.example"]]


def test_a_trackback_without_text_shows_title_and_host() -> None:
    html = section(mention(kind="mention", name="On boats", protocol="trackback"))
    assert texts(html, "smo-mention-title") == ["On boats"]
    assert "b1.example" in texts(html, "smo-mention-by")[0]
    assert "smo-mention-text" not in html


def test_a_pingback_of_which_nothing_is_known_shows_its_host() -> None:
    html = section(mention(kind="mention"))
    assert texts(html, "smo-mention-by") == ["b1.example b1.example"]
    assert "smo-mention-title" not in html


def test_a_photo_without_words_says_that_it_is_one() -> None:
    assert texts(section(mention(photo="")), "smo-mention-text") == ["Photo"]
    assert texts(section(mention(photo="A gull")), "smo-mention-text") == ["A gull"]
    assert texts(section(mention(photo="A gull", text="See!")), "smo-mention-text") == ["See!"]
    assert texts(section(mention(photo=""), language="fr"), "smo-mention-text") == ["Photo"]
    assert texts(section(mention(photo=""), language="de"), "smo-mention-text") == ["Foto"]


# MF-4: how much of it


@pytest.mark.parametrize(
    ("text", "summary", "shown", "has_more"),
    [
        ("Short.", "", "Short.", False),
        ("x" * 500, "", "x" * 500, False),
        ("word " * 120, "", ("word " * 99).strip() + " word…", True),
        ("word " * 120, "In short.", "In short.", True),
        ("word " * 120, "long " * 120, ("word " * 99).strip() + " word…", True),
        ("1\n2\n\n3\n4\n5", "", "1\n2\n\n3\n4\n5", False),
        ("1\n2\n3\n4\n5\n6", "", "1\n2\n3\n4\n5 …", True),
        ("", "", "", False),
    ],
)
def test_mf_4_a_long_text_is_cut_or_summed_up(
    text: str, summary: str, shown: str, has_more: bool
) -> None:
    assert excerpt(mention(text=text, summary=summary)) == ("", shown, has_more)


def test_mf_4_a_cut_text_links_to_the_rest() -> None:
    html = section(mention(text="word " * 200))
    assert texts(html, "smo-read-on") == ["Read on at b1.example"]
    assert len(texts(html, "smo-mention-text")[0]) <= 500


def test_mf_4_a_cut_tears_no_grapheme() -> None:
    family = "👩‍👩‍👧‍👦"
    _, text, _ = excerpt(mention(text=family * 100))
    assert set(text.removesuffix("…").split(family)) == {""}


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<p>" + "x" * 501, ""),
        ("<br>".join("123456"), ""),
        ("<b></b>" * 100 + "x", ""),
        ("<p>" * 200 + "x", ""),
        ("<pre>1\n2\n3\n4\n5\n6</pre>", ""),
        ("<ul><li>1<li>2<li>3</ul>", "<ul><li>1</li><li>2</li><li>3</li></ul>"),
    ],
)
def test_mf_4_html_is_shown_as_such_only_if_it_is_short(html: str, shown: str) -> None:
    assert excerpt(mention(html=html))[0] == shown


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("Well said", "Well said, and more.", ""),
        ("Well  said…", "well\nsaid and more", ""),
        ("Well said...", "Well said and more", ""),
        ("A title", "Well said.", "A title"),
        ("A title", "", "A title"),
        ("", "Well said.", ""),
    ],
)
def test_mf_4_a_name_that_is_the_beginning_of_the_text_is_dropped(
    name: str, text: str, title: str
) -> None:
    for one in (mention(name=name, text=text), mention(name=name, html=f"<p>{text}</p>")):
        assert texts(section(one), "smo-mention-title") == ([title] if title else [])


# The section as a whole


def test_groups_come_in_one_order_whatever_that_of_the_mentions() -> None:
    ones = [mention(n, kind=kind, rsvp="yes", text="x") for n, kind in enumerate(KINDS)]
    titles = texts(section(*ones), "smo-mentions-kind")
    assert titles == texts(section(*reversed(ones)), "smo-mentions-kind")
    assert [title.partition(" (")[0] for title in titles] == (
        [
            "Likes",
            "Reposts",
            "Bookmarks",
            "Reactions",
            "Coming",
            "Replies",
            "Quotations",
            "Invited",
            "Mentions",
        ]
    )


def test_counts_are_by_kind_and_in_total() -> None:
    found = counts([mention(1), mention(2), mention(3, kind="like")])
    assert found == {**dict.fromkeys(KINDS, 0), "reply": 2, "like": 1, "total": 3}


def test_without_mentions_there_is_the_form_alone_and_without_an_endpoint_nothing() -> None:
    assert section() == ""
    html = section(endpoint="https://m.example/webmention?a=1&b=2")
    (form,) = tree(html).iter("form")
    assert (form.get("method"), form.get("action")) == (
        "post",
        "https://m.example/webmention?a=1&b=2",
    )
    inputs = {one.get("name"): one for one in form.iter("input")}
    assert inputs["target"].get("value") == TARGET
    assert inputs["source"].get("type") == "url"
    assert "smo-mentions-title" not in html
    assert "aria-label" not in html


@pytest.mark.parametrize("language", [*shipped_labels(), "sv"])
def test_every_language_has_its_words_and_direction(language: str) -> None:
    ones = [mention(n, kind=kind, rsvp="yes", text="word " * 200) for n, kind in enumerate(KINDS)]
    html = section(*ones, language=language, endpoint="https://m.example/w")
    (root,) = tree(html).iter("section")
    spoken = language if language != "sv" else "en"
    assert root.get("lang") == spoken
    assert root.get("dir") == ("rtl" if language in ("ar", "he") else "ltr")
    assert root.get("aria-label") == labels_of(language).responses
    assert "data-pagefind-ignore" in root.attrib
    assert "data-nosnippet" not in root.attrib
    assert ' lang="sv"' in html or language != "sv"


def test_nothing_runs_or_is_painted_in_line() -> None:
    ones = [mention(n, kind=kind, rsvp="yes", text="x") for n, kind in enumerate(KINDS)]
    html = section(*ones, endpoint="https://m.example/w", avatar="/a.png")
    assert not re.search(r"\s(?:on\w+|style|title)=|javascript:|<script|<style", html)
    assert set(re.findall(r'role="(\w+)"', html)) == {"list"}


def test_the_stylesheet_is_small() -> None:
    assert len(gzip.compress(shipped("mentions.css").encode(), 9)) <= 2048


# Strangers


def check(html: str) -> None:
    """Fail for any element, attribute or address that is not ours to give."""
    for element in tree(html).iter():
        if element.tag == "body":
            continue
        assert element.tag in OURS | FORM | TAGS
        assert not any(name.startswith("on") or name in ("style", "id") for name in element.attrib)
        assert "src" not in element.attrib
        href = element.get("href")
        if href is not None:
            assert element.tag == "a"
            assert re.match("https?://[^@]+$", href)
            assert {name: element.get(name) for name in FOREIGN} == FOREIGN


ENTRIES = (
    *(entry(content={"html": html}) for html in HTML),
    *(entry(content={"text": text}, name=text[::-1], summary=text) for text in TEXT),
    *(entry(kind="mention-of", name=text) for text in TEXT),
    *(entry(kind=kind, author={"name": text}) for text in TEXT for kind in ("like-of", "rsvp")),
    *(entry(url=url, author={"url": url, "photo": url}) for url in ADDRESSES),
    *(entry(kind="like-of", url=url, author={"url": url, "photo": url}) for url in ADDRESSES),
    *(entry(photo=[url], rsvp=url) for url in ADDRESSES),
    *(entry(published=one, lang=one, rsvp=one, photo={"alt": one}) for one in OTHERS),
    *(entry(kind=one, wm_protocol=one, wm_id=one) for one in OTHERS),
)


@pytest.mark.parametrize("number", range(len(ENTRIES)))
def test_sec_12_an_attack_in_any_value_is_shown_inert(tmp_path: Path, number: int) -> None:
    mentions, _ = read(tmp_path, feed(ENTRIES[number]))
    found = mentions.of("a1", [TARGET])
    assert found
    check(section(*found))


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1)
URLS = st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9&=?'()]{0,9}", fullmatch=True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=WORDS,
    text=WORDS,
    url=URLS,
    author_url=URLS,
    kind=st.sampled_from(KINDS),
    language=st.sampled_from(["", "en", "zh-Hant"]),
    published=st.none() | st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)),
)
def test_what_is_rendered_parses_back_to_the_values_given(
    name: str,
    text: str,
    url: str,
    author_url: str,
    kind: str,
    language: str,
    published: datetime | None,
) -> None:
    html = section(
        mention(
            kind=kind,
            url=url,
            text=text[:300],
            rsvp="maybe" if kind == "rsvp" else "",
            author=Author(name=name[:100], url=author_url),
            language=language,
            published=published,
        )
    )
    body = tree(html)
    classes = {
        name: one for one in body.iter() for name in (one.get("class") or "").split() if name
    }
    by_class = {n: [o for o in body.iter() if n in (o.get("class") or "").split()] for n in classes}
    assert "".join(by_class["p-name"][0].itertext()) == name[:100]
    assert {one.get("href") for one in by_class["u-url"]} == {url, author_url}
    times = [one.get("datetime") for one in by_class.get("dt-published", ())]
    assert times == ([published.isoformat(timespec="seconds")] if published else [])
    if kind in ("reply", "mention", "quotation", "invitee", "reaction"):
        (content,) = by_class["p-content"]
        assert "".join(content.itertext()) == text[:300]
        if kind != "reaction":
            assert content.get("lang") == (language or None)
            assert host_of(url) in "".join(by_class["smo-mention-by"][0].itertext())
    assert section() == ""


@given(html=st.lists(st.sampled_from(HTML), max_size=3).map("".join))
def test_any_markup_in_a_mention_leaves_the_section_whole(html: str) -> None:
    one = mention(html=html)
    shown = section(one, mention(2, text="after"))
    check(shown)
    assert texts(shown, "p-content")[-1] == "after"
    assert harmless(html) in shown or excerpt(one)[0] == ""


PLAIN = Environment(
    loader=DictLoader(
        {
            f"smo/{name}.html": ENV.loader.get_source(ENV, f"smo/{name}.html")[0]  # type: ignore[union-attr]
            for name in ("mentions", "mention")
        }
    ),
    autoescape=True,
)
SOME = st.sampled_from(["", "smo0url0smo", "{who}", "{{ 7 }}", "<b>&amp;", "a\nb", "word " * 150])
MENTIONS = st.builds(
    Mention,
    kind=st.sampled_from(KINDS),
    source=URLS,
    url=URLS,
    author=st.builds(Author, name=SOME, url=st.just("") | URLS),
    name=SOME,
    text=SOME,
    html=SOME,
    photo=st.none() | SOME,
    rsvp=st.sampled_from(["yes", "no"]),
    language=st.sampled_from(["", "en", "fr"]),
    published=st.none() | st.just(datetime(2026, 11, 1, tzinfo=UTC)),
    folder=st.just(Path()),
)


@settings(deadline=None, max_examples=60)
@given(
    pages=st.lists(st.lists(MENTIONS, min_size=1, max_size=6), min_size=1, max_size=4),
    data=st.data(),
)
def test_what_is_made_for_all_of_a_make_is_what_the_template_makes_of_each(
    pages: list[list[Mention]], data: st.DataObject
) -> None:
    """A theme's own template, here a copy of ours, is rendered for each mention anew."""
    quick, slow = MentionsWidget(ENV, level=2), MentionsWidget(PLAIN, level=2)
    for mentions in pages:
        avatar = data.draw(st.sampled_from(["", "/smo/avatars/1.png"]))
        language = data.draw(st.sampled_from(["en", "ar", "sv"]))
        made = [
            one.html(page(language), mentions, "https://m.example/w", lambda mention: avatar)  # noqa: B023
            for one in (quick, slow)
        ]
        assert made[0] == made[1]
    assert None in slow._ones.values()
    assert None not in quick._ones.values()
