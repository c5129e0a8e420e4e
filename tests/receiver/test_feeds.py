"""The public feeds: JF2 (JF-1) and Atom (RFC 4287)."""

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelican_smo.receiver import feeds
from pelican_smo.receiver.targets import Targets
from receiver.inbox_in_memory import CLOSED, ONE, ROOT, TARGETS, Answer, Asker, MemoryInbox

ATOM = {"a": "http://www.w3.org/2005/Atom"}

REPLY: dict[str, Any] = {
    "type": "entry",
    "url": "https://b.example/reply",
    "author": {
        "type": "card",
        "name": "Bea & Co",
        "url": "https://b.example/",
        "photo": f"{ROOT}/avatars/0123abcd.webp",
    },
    "published": "2026-11-20T10:00:00+02:00",
    "name": "A reply",
    "content": {"text": "I <agree>.\nBut…", "html": "<p>I &lt;agree&gt;.<p>But…"},
    "wm-id": 12,
    "wm-source": "https://b.example/reply",
    "wm-target": ONE,
    "wm-protocol": "webmention",
    "wm-property": "in-reply-to",
    "wm-received": "2026-11-20T10:00:05Z",
    "wm-private": False,
    "smo-article": "one",
}
LIKE: dict[str, Any] = {
    "type": "entry",
    "url": "https://c.example/like",
    "wm-id": 11,
    "wm-source": "https://c.example/like",
    "wm-target": CLOSED,
    "wm-protocol": "pingback",
    "wm-property": "like-of",
    "wm-received": "2026-11-19T10:00:05Z",
    "smo-article": "closed",
}


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox(entries=[REPLY, LIKE])


@pytest.fixture
def ask(inbox: MemoryInbox) -> Asker:
    return Asker(inbox)


def ids(answer: Answer) -> list[int]:
    return [child["wm-id"] for child in json.loads(answer.body)["children"]]


@pytest.mark.parametrize(
    ("path", "media"),
    [("/mentions.jf2", "application/jf2feed+json"), ("/mentions.json", "application/json")],
)
def test_jf_1_all_mentions_are_a_jf2_feed(ask: Asker, path: str, media: str) -> None:
    answer = ask.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, media)
    feed = json.loads(answer.body)
    assert (feed["type"], len(feed["children"])) == ("feed", 2)
    assert feed["children"] == [REPLY, LIKE]


def test_jf_1_a_target_chooses_the_mentions_of_one_article(ask: Asker) -> None:
    assert ids(ask.get(f"/mentions.jf2?target={ONE}")) == [12]
    assert ids(ask.get("/mentions.jf2?target=HTTP%3A%2F%2Fsite.example%3A80%2Fone.html%23x")) == [
        12
    ]
    assert ids(ask.get(f"/mentions.jf2?target={CLOSED}")) == [11]


@pytest.mark.parametrize("target", ["", "https://site.example/two.html", "x", "%00", "x" * 5000])
def test_a_page_without_mentions_has_an_empty_valid_feed(
    ask: Asker, inbox: MemoryInbox, target: str
) -> None:
    answer = ask.get(f"/mentions.jf2?target={target}")
    assert (answer.status, ids(answer)) == (200, [])
    atom = ask.get(f"/mentions.atom?target={target}")
    assert atom_entries(atom.body) == []
    assert inbox.asked == 0


@pytest.mark.parametrize("path", ["/mentions.jf2", "/mentions.json", "/mentions.atom"])
def test_an_etag_spares_who_has_the_feed_already(ask: Asker, inbox: MemoryInbox, path: str) -> None:
    first = ask.get(path)
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask.get(path, if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["access-control-allow-origin"] == "*"
    assert ask.get(path, if_none_match='"other"').status == 200
    assert ask.get(f"{path}?target={ONE}", if_none_match=tag).status == 200
    inbox.number += 1
    changed = ask.get(path, if_none_match=tag)
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)


def test_a_feed_is_written_once_until_something_changes(ask: Asker, inbox: MemoryInbox) -> None:
    bodies = {ask.get("/mentions.jf2").body for _ in range(5)}
    assert (len(bodies), inbox.asked) == (1, 1)
    inbox.entries.pop()
    inbox.number += 1
    assert ids(ask.get("/mentions.jf2")) == [12]


@pytest.mark.parametrize(
    "path", ["/mentions.jf2", "/mentions.atom", f"/mentions.atom?target={ONE}"]
)
def test_a_feed_is_another_one_when_the_site_has_moved(inbox: MemoryInbox, path: str) -> None:
    now = [TARGETS]
    ask = Asker(inbox, targets=lambda: now[0])
    tag = ask.get(path).headers["etag"]
    one = TARGETS.by_id["one"]
    # Read anew, but as it was.
    now[0] = Targets(TARGETS.site, TARGETS.by_id)
    assert ask.get(path, if_none_match=tag).status == 304
    moved = replace(one, url="https://site.example/moved.html")
    now[0] = Targets(TARGETS.site, {**TARGETS.by_id, "one": moved})
    asked = inbox.asked
    answer = ask.get(path, if_none_match=tag)
    assert (answer.status, answer.headers["etag"] != tag, inbox.asked) == (200, True, asked + 1)
    if "target" in path:
        assert moved.url in answer.text


def test_feeds_are_for_every_site_and_may_be_kept_a_minute(ask: Asker) -> None:
    for path in ("/mentions.jf2", "/mentions.json", "/mentions.atom"):
        headers = ask.get(path, origin="https://site.example").headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cache-control"] == "public, max-age=60"
        assert "x-robots-tag" not in headers


def test_a_long_feed_is_complete() -> None:
    inbox = MemoryInbox(entries=[{**REPLY, "wm-id": number} for number in range(1000)])
    assert ids(Asker(inbox).get("/mentions.jf2")) == list(range(1000))


def atom_entries(body: bytes) -> list[ET.Element]:
    """Return the entries of a feed that has all that RFC 4287 asks for."""
    feed = ET.fromstring(body)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    parts = [feed, *feed.findall("a:entry", ATOM)]
    seen = set()
    for part in parts:
        for required in ("id", "title", "updated"):  # sections 4.1.1 and 4.1.2
            assert len(part.findall(f"a:{required}", ATOM)) == 1, required
            assert part.findtext(f"a:{required}", namespaces=ATOM), required
        dates = [*part.findall("a:updated", ATOM), *part.findall("a:published", ATOM)]
        for date in dates:  # section 3.3
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text or "")
            datetime.fromisoformat(date.text or "")
        identifier = part.findtext("a:id", namespaces=ATOM) or ""
        assert re.match(r"https?://|urn:uuid:", identifier)
        seen.add(identifier)
    assert len(seen) == len(parts)
    for entry in parts[1:]:
        # The feed has no author, so each entry must have one (section 4.1.1).
        assert entry.findtext("a:author/a:name", namespaces=ATOM)
        assert len(entry.findall("a:link[@rel='alternate']", ATOM)) <= 1
        assert entry.find("a:link[@rel='alternate']", ATOM) is not None or entry.findall(
            "a:content", ATOM
        )
        assert all(category.get("term") for category in entry.findall("a:category", ATOM))
        assert entry.find("a:content", ATOM).get("type", "text") == "text"  # type: ignore[union-attr]
    return parts[1:]


def test_atom_says_who_said_what_about_which_page(ask: Asker) -> None:
    answer = ask.get("/mentions.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    reply, like = atom_entries(answer.body)

    def text(entry: ET.Element, path: str) -> str:
        return entry.findtext(path, "", ATOM)

    assert text(reply, "a:title") == "Reply by Bea & Co: A reply"
    assert text(reply, "a:author/a:name") == "Bea & Co"
    assert text(reply, "a:published") == "2026-11-20T08:00:00Z"
    assert text(reply, "a:updated") == "2026-11-20T10:00:05Z"
    assert text(reply, "a:content") == "I <agree>.\nBut…"
    links = {link.get("rel"): link.get("href") for link in reply.findall("a:link", ATOM)}
    assert links == {"alternate": "https://b.example/reply", "related": ONE}
    assert text(like, "a:title") == "Like by c.example"
    assert text(like, "a:content") == f"https://c.example/like links to {CLOSED}"
    feed = ET.fromstring(answer.body)
    assert feed.findtext("a:updated", "", ATOM) == "2026-11-20T10:00:05Z"
    assert feed.findtext("a:id", "", ATOM) == f"{ROOT}/mentions.atom"


def test_atom_of_one_article_names_it_and_its_own_address(ask: Asker) -> None:
    feed = ET.fromstring(ask.get(f"/mentions.atom?target={ONE}%23x").body)
    own = f"{ROOT}/mentions.atom?target=https%3A%2F%2Fsite.example%2Fone.html"
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert (feed.findtext("a:title", "", ATOM), links) == (
        f"Mentions of {ONE}",
        {"self": own, "alternate": ONE},
    )


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(st.characters(), max_size=20),
        st.sampled_from(
            ["javascript:x", "https://b.example/", "avatars/x.png", "0001-01-01T00:00+14:00"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "text", "photo", "url"]), inner, max_size=4),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(REPLY)), VALUES))
def test_any_entry_makes_a_valid_feed_with_harmless_links(entry: dict[str, Any]) -> None:
    (row,) = atom_entries(feeds.atom([entry], address=f"{ROOT}/mentions.atom", about=ONE))
    for link in row.findall("a:link", ATOM):
        assert (link.get("href") or "").startswith(("http://", "https://"))
    assert json.loads(feeds.jf2([entry]))["type"] == "feed"
