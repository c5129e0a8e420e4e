"""Files of mentions: what is usable is used, what is not is said once, nothing stops a build."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.feeds import NOW, TARGET, entry, feed, only, read
from pelican_smo.mentions.store import Mention, Mentions
from pelican_smo.report import Report


def problems(report: Report) -> list[str]:
    return [f"{finding.level}: {finding.problem}; {finding.remedy}" for finding in report.findings]


def sources(found: tuple[Mention, ...]) -> list[str]:
    return [mention.source for mention in found]


def test_every_field_of_the_export_is_read(tmp_path: Path) -> None:
    mention = only(
        tmp_path,
        {
            "type": "entry",
            "url": "https://b.example/reply",
            "author": {
                "type": "card",
                "name": "Bea",
                "url": "https://b.example/",
                "photo": "avatars/b.webp",
            },
            "published": "2026-11-20T10:00:00+00:00",
            "name": "A reply",
            "content": {"text": "Well\nsaid.", "html": "<p>Well<br>said."},
            "summary": "Well",
            "rsvp": "yes",
            "lang": "en-GB",
            "wm-id": 12,
            "wm-source": "https://b.example/reply?x",
            "wm-target": TARGET,
            "wm-protocol": "pingback",
            "wm-property": "rsvp",
            "wm-received": "2026-11-20T10:00:05Z",
        },
    )
    assert mention.kind == "rsvp"
    assert (mention.url, mention.source) == ("https://b.example/reply", "https://b.example/reply?x")
    assert (mention.author.name, mention.author.url) == ("Bea", "https://b.example/")
    assert (mention.author.photo, mention.folder) == ("avatars/b.webp", tmp_path)
    assert (mention.name, mention.text, mention.summary) == ("A reply", "Well\nsaid.", "Well")
    assert mention.html == "<p>Well<br>said."
    assert (mention.rsvp, mention.language, mention.protocol) == ("yes", "en-GB", "pingback")
    assert mention.published == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert mention.number == 12


@pytest.mark.parametrize(
    ("claimed", "kind"),
    [
        ("like-of", "like"),
        ("repost-of", "repost"),
        ("bookmark-of", "bookmark"),
        ("in-reply-to", "reply"),
        ("quotation-of", "quotation"),
        ("invitee", "invitee"),
        ("mention-of", "mention"),
        ("follow-of", "mention"),
        ("rsvp", "reply"),  # without an answer
        (["like-of"], "mention"),
        (None, "mention"),
    ],
)
def test_the_property_says_what_kind_it_is(tmp_path: Path, claimed: Any, kind: str) -> None:
    assert only(tmp_path, entry(kind=claimed)).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("🎉", "reaction"),
        ("👩🏽‍🚀", "reaction"),
        ("🇫🇷", "reaction"),
        ("❤️", "reaction"),
        (" 👍 ", "reaction"),
        ("🎉🎉", "reply"),
        ("a", "reply"),
        ("é", "reply"),
        ("1", "reply"),
        ("日", "reply"),
        ("🎉!", "reply"),
    ],
)
def test_mf_2_a_reply_of_one_emoji_is_a_reaction(tmp_path: Path, text: str, kind: str) -> None:
    assert only(tmp_path, entry(content={"text": text})).kind == kind
    assert only(tmp_path, entry(name=text)).kind == kind
    assert only(tmp_path, entry(kind="mention-of", content={"text": text})).kind == "mention"


def test_a_file_of_webmention_io_is_read(tmp_path: Path) -> None:
    theirs = {
        "type": "feed",
        "name": "Webmentions",
        "children": [
            {
                "type": "entry",
                "author": {
                    "type": "card",
                    "name": "Bea",
                    "photo": "https://webmention.io/avatar/b.jpg",
                    "url": "https://b.example/",
                },
                "url": "https://b.example/1",
                "published": None,
                "wm-received": "2026-03-25T21:04:45Z",
                "wm-id": 502,
                "wm-source": "https://b.example/1",
                "wm-target": TARGET + "?utm=x",
                "wm-protocol": "webmention",
                "content": {"content-type": "text/html", "value": "<b>Old</b>"},
                "in-reply-to": TARGET,
                "wm-property": "in-reply-to",
                "wm-private": False,
            },
            {
                "type": "entry",
                "url": "https://b.example/2",
                "wm-source": "https://b.example/2",
                "wm-target": TARGET + "#part",
                "content": {"content-type": "text/plain", "value": "Older"},
                "wm-property": "mention-of",
                "wm-private": False,
            },
            {
                "type": "entry",
                "wm-source": "https://b.example/3",
                "wm-target": TARGET,
                "wm-private": True,
            },
        ],
    }
    mentions, report = read(tmp_path, json.dumps(theirs))
    (mention,) = mentions.of("a1", [TARGET])
    assert (mention.text, mention.source) == ("Older", "https://b.example/2")
    (other,) = mentions.of("b2", [TARGET + "?utm=x"])
    assert (other.html, other.kind) == ("<b>Old</b>", "reply")
    assert problems(report) == []


def test_a_private_mention_is_never_shown_and_not_complained_of(tmp_path: Path) -> None:
    private = [entry(1, wm_private=True), entry(2, wm_private="yes"), entry(3, wm_private=1)]
    mentions, report = read(tmp_path, feed(*private, entry(4)))
    assert sources(mentions.of("a1", [TARGET])) == ["https://b4.example/post"]
    assert problems(report) == []


def test_the_articles_id_counts_before_the_address(tmp_path: Path) -> None:
    by_id = entry(1, **{"smo-article": "a1"}) | {"wm-target": "https://old.example/x"}
    stray = entry(2, **{"smo-article": "gone"})
    mentions, _ = read(tmp_path, feed(by_id, stray), ids=("a1", "b2"))
    assert sources(mentions.of("b2", [TARGET])) == ["https://b2.example/post"]
    assert sources(mentions.of("a1", ["https://example.org/other"])) == ["https://b1.example/post"]


@pytest.mark.parametrize(
    ("target", "is_it"),
    [
        ("http://example.org/blog/a.html", True),
        ("https://EXAMPLE.org:443/blog/%61.html#top", True),
        ("https://example.org/blog/a.html/", True),
        ("https://example.org/blog/a.html?x", False),
        ("https://example.org/blog/A.html", False),
        ("https://example.com/blog/a.html", False),
    ],
)
def test_wr_8_any_spelling_of_the_address_finds_the_article(
    tmp_path: Path, target: str, is_it: bool
) -> None:
    mentions, _ = read(tmp_path, feed(entry(1) | {"wm-target": target}))
    assert bool(mentions.of("a1", [TARGET])) == is_it


def test_of_two_from_one_source_the_last_received_stays(tmp_path: Path) -> None:
    new = entry(1, content={"text": "new"}, wm_received="2026-11-09T10:00:00Z")
    old = entry(1, content={"text": "old"}, wm_received="2026-11-09T12:00:00+03:00")
    timeless = entry(1, content={"text": "timeless"}, wm_received="yesterday")
    for order in ([old, new, timeless], [new, timeless, old], [timeless, new, old]):
        mentions, _ = read(tmp_path, feed(*order))
        assert [mention.text for mention in mentions.of("a1", [TARGET])] == ["new"]
    mentions, _ = read(tmp_path, feed(timeless), feed({**timeless, "content": "later file"}))
    assert [mention.text for mention in mentions.of("a1", [TARGET])] == ["later file"]


def test_the_order_is_that_of_time_then_of_numbers_whatever_the_file_has(tmp_path: Path) -> None:
    entries = [
        entry(4, published="2026-11-01T00:00:00Z"),
        entry(3, published="2026-11-01T02:00:00+02:00"),
        entry(2, published="2026-10-01T00:00:00Z"),
        entry(5, wm_received=None),
        entry(1, wm_received="2026-11-20T00:00:00Z"),
    ]
    for order in (entries, entries[::-1]):
        mentions, _ = read(tmp_path, feed(*order))
        numbers = [mention.number for mention in mentions.of("a1", [TARGET])]
        assert numbers == [2, 3, 4, 1, 5]


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2026-11-01T08:00:00+02:00", "2026-11-01T08:00:00+02:00"),
        ("2026-11-01T08:00:00", "2026-11-02T10:00:00+00:00"),  # naive
        ("2026-11-01", "2026-11-02T10:00:00+00:00"),
        ("2026-11-03T09:00:00Z", "2026-11-03T09:00:00+00:00"),  # within a day of clock skew
        ("2026-11-05T09:00:00Z", "2026-11-02T10:00:00+00:00"),  # future
        ("0001-01-01T00:00:00+14:00", "2026-11-02T10:00:00+00:00"),
        ("9999-12-31T23:59:59-14:00", "2026-11-02T10:00:00+00:00"),
        ("last Tuesday", "2026-11-02T10:00:00+00:00"),
        (1_700_000_000, "2026-11-02T10:00:00+00:00"),
        ("2" * 100_000, "2026-11-02T10:00:00+00:00"),
        (None, "2026-11-02T10:00:00+00:00"),
    ],
)
def test_mf_5_a_date_that_cannot_be_is_that_of_receipt(
    tmp_path: Path, published: Any, shown: str
) -> None:
    mention = only(tmp_path, entry(1, published=published))
    assert str(mention.published) == shown.replace("T", " ")


def test_mf_5_without_any_time_there_is_none(tmp_path: Path) -> None:
    far = {"wm_received": "9999-01-01T00:00:00Z", "published": "9999-01-01T00:00:00Z"}
    assert only(tmp_path, entry(1, **far)).published is None


@pytest.mark.parametrize(
    ("given_", "author"),
    [
        ({"name": "Bea", "url": "https://b.example/"}, ("Bea", "https://b.example/", "")),
        ([{"name": ["Bea"], "url": ["https://b.example/"]}], ("Bea", "https://b.example/", "")),
        ("Bea", ("Bea", "", "")),
        ({"name": "B\0e\ud800a\n", "url": "javascript:alert(1)"}, ("Bea", "", "")),
        ({"photo": {"value": "a.png", "alt": "me"}}, ("", "", "a.png")),
        ({"name": {"x": 1}, "url": 3, "photo": []}, ("", "", "")),
        ({"url": "https://user:secret@b.example/"}, ("", "", "")),
        ([], ("", "", "")),
        (7, ("", "", "")),
    ],
)
def test_mf_6_authors_of_any_shape_are_read(
    tmp_path: Path, given_: Any, author: tuple[str, str, str]
) -> None:
    found = only(tmp_path, entry(author=given_)).author
    assert (found.name, found.url, found.photo) == author


def test_mf_6_nul_and_lone_surrogates_are_left_out(tmp_path: Path) -> None:
    mention = only(
        tmp_path,
        entry(name="a\0b\ud800c\u202e", content={"text": "x\0\ud83d\n\n\n\ny\x85z\u2028w"}),
    )
    assert (mention.name, mention.text) == ("abc", "x\n\ny\nz\nw")


def test_wr_15_an_address_that_is_not_of_the_web_gives_way_to_the_source(tmp_path: Path) -> None:
    for url in ("tag:b.example,2026:1", "javascript:alert(1)", "//b.example/", "", 5, ["x"], None):
        mention = only(tmp_path, entry(1, url=url))
        assert mention.url == mention.source == "https://b1.example/post"


def test_long_values_are_cut(tmp_path: Path) -> None:
    long = "word " * 5000
    mention = only(
        tmp_path,
        entry(
            name=long, author={"name": long}, content={"text": long, "html": long}, lang="x" * 999
        ),
    )
    lengths = map(len, (mention.name, mention.author.name, mention.text, mention.html))
    assert all(length <= limit for length, limit in zip(lengths, (200, 100, 5000, 0), strict=True))
    assert mention.language == ""


def test_a_missing_file_is_a_warning_only_if_it_was_named(tmp_path: Path) -> None:
    missing = (
        "warning: is not there; write it with `pelican-smo mentions export`, or leave "
        "SMO_MENTIONS out"
    )
    for expected, found in ((False, []), (True, [missing])):
        report = Report()
        files = [tmp_path / "none.json"]
        mentions = Mentions(files, report, expected=expected, ids=tuple, now=NOW)
        assert not mentions
        assert mentions.of("a1", [TARGET]) == ()
        assert problems(report) == found


BROKEN: dict[str, str | bytes] = {
    "nothing": b"",
    "no JSON": b"<html>",
    "half of it": feed(entry())[:-9],
    "a number of too many digits": b'{"children": [' + b"1" * 5000 + b"]}",
    "deep": b"[" * 100_000,
    "deeper, closed": b'{"children":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "text": b'"children"',
    "no children": b'{"type": "feed"}',
    "children that are none": b'{"children": {"0": {}}}',
    "binary": bytes(range(256)) * 9,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_feed_is_one_warning_with_a_remedy(tmp_path: Path, name: str) -> None:
    mentions, report = read(tmp_path, BROKEN[name], feed(entry(2)))
    assert sources(mentions.of("a1", [TARGET])) == ["https://b2.example/post"]
    (problem,) = problems(report)
    assert problem.startswith("warning: is no JF2 feed: ")
    assert problem.endswith("; write it anew with `pelican-smo mentions export`")
    assert [finding.where for finding in report.findings] == [str(tmp_path / "m0.json")]


def test_a_folder_in_place_of_the_file_is_a_warning(tmp_path: Path) -> None:
    report = Report()
    assert not Mentions([tmp_path], report, expected=False, ids=tuple, now=NOW)
    assert "cannot be read" in problems(report)[0]


def test_what_cannot_be_used_is_said_once_and_the_rest_is_used(tmp_path: Path) -> None:
    wrong = [None, 7, "entry", [], {}, {"wm-source": "tag:x", "wm-target": TARGET}]
    wrong.append({"wm-source": "https://b.example/", "wm-target": 5})
    mentions, report = read(tmp_path, feed(entry(1), *wrong, entry(2)))
    assert len(mentions.of("a1", [TARGET])) == 2
    (problem,) = problems(report)
    assert problem == (
        "warning: 7 of 9 entries cannot be used, for they do not say by web addresses who links to "
        "what; the first is number 2; write it anew with `pelican-smo mentions export`"
    )


def test_a_file_that_begins_with_a_mark_or_is_a_bare_list_is_read(tmp_path: Path) -> None:
    for text in (b"\xef\xbb\xbf" + feed(entry()).encode(), json.dumps([entry()])):
        mentions, report = read(tmp_path, text)
        assert len(mentions.of("a1", [TARGET])) == 1
        assert problems(report) == []


def test_megabytes_of_nonsense_are_read_through_in_a_moment(tmp_path: Path) -> None:
    nonsense = entry(1, content={"text": "\0a\u2028 \n " * 500_000, "html": "<b>" * 500_000})
    mention = only(tmp_path, nonsense)
    assert (len(mention.text) <= 5000, mention.html) == (True, "")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["https://b.example/", TARGET, "🎉", "2026-01-01T00:00:00Z", "rsvp", "yes"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "url", "photo", "text", "html", "value", "alt", "content-type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
NAMES = [
    "type",
    "url",
    "author",
    "published",
    "name",
    "content",
    "summary",
    "rsvp",
    "lang",
    "photo",
    "wm-id",
    "wm-protocol",
]
OURS = ("wm-source", "wm-target", "wm-property", "wm-received", "wm-private", "smo-article")
ENTRIES = VALUES | st.dictionaries(st.sampled_from([*NAMES, *OURS]), VALUES, max_size=9)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRIES, max_size=4))
def test_any_values_are_read_without_an_error(tmp_path: Path, entries: list[Any]) -> None:
    usable = [{**entry(1), **one} for one in entries if isinstance(one, dict)]
    for one in usable:
        one.update({"wm-source": "https://b.example/1", "wm-target": TARGET})
    mentions, _ = read(tmp_path, json.dumps({"children": [*entries, *usable]}))
    for mention in mentions.of("a1", [TARGET]):
        assert mention.url.startswith(("http://", "https://"))
        assert isinstance(hash(mention), int)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_file(tmp_path: Path, data: bytes) -> None:
    mentions, report = read(tmp_path, data)
    assert mentions.of("a1", [TARGET]) == ()
    assert len(report.findings) <= 1
