"""What may be linked to is read from what the build wrote, and read again when it changes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkbacks.servers import LOOPBACK, answer, serving

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.guard import Fetcher, Limits, allowing
from pelican_smo.receiver.remote import fetch_with
from pelican_smo.receiver.targets import Fetch, Targets, TargetsSource

ROWS = [
    {
        "url": "https://site.example/one.html",
        "id": "one",
        "aliases": ["http://site.example/one.html", "https://site.example/2019/one/"],
        "title": "One",
        "closed": False,
    },
    {
        "url": "https://site.example/t%c3%bcr",
        "id": "two",
        "aliases": [],
        "title": "Zwei",
        "closed": True,
    },
]
TOP = {"version": 1, "site": "https://site.example", "targets": ROWS}


def no_fetch(url: str, etag: str) -> tuple[bytes, str]:
    raise AssertionError(url)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://site.example/one.html", "one"),
        ("HTTPS://SITE.example:443/one.html#comments", "one"),
        ("http://site.example/one.html", "one"),
        ("https://site.example/2019/one/", "one"),
        ("https://site.example/2019/one", None),
        ("https://site.example/t%C3%BCr", "two"),
        ("https://site.example/one.html?utm=1", None),
        ("https://site.example/one.html?utm_source=mastodon&utm_medium=share", "one"),
        ("https://site.example/one.html?page=2&utm_source=mastodon", None),
        ("https://other.example/one.html", None),
        ("https://ada@site.example/one.html", None),
        ("one.html", None),
        ("", None),
    ],
)
def test_WR_3_an_address_is_ours_if_the_build_listed_it(url: str, found: str | None) -> None:
    target = Targets.read(json.dumps(TOP).encode()).find(url)
    assert (target.id if target else None) == found


def test_a_previews_address_means_the_same_article() -> None:
    targets = Targets.read(json.dumps(TOP).encode(), bases=("http://127.0.0.1:8000/",))
    found = targets.find("http://127.0.0.1:8000/one.html")
    assert found is not None
    assert found.url == "https://site.example/one.html"
    assert "http://127.0.0.1:8000/2019/one/" in found.addresses


@given(
    st.one_of(
        st.binary(),
        st.recursive(st.none() | st.integers() | st.text(), st.lists)
        .map(json.dumps)
        .map(str.encode),
    )
)
def test_anything_else_is_no_list_of_targets(data: bytes) -> None:
    with pytest.raises(ReceiverError, match="is no list of targets"):
        Targets.read(data, "targets.json")


def test_a_new_build_is_noticed_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "targets.json"
    file.write_text(json.dumps(TOP))
    source = TargetsSource(str(file), no_fetch)
    assert len(source().by_id) == 2
    assert not source.refresh()
    file.write_text(json.dumps(TOP | {"targets": ROWS[:1]}))
    assert source.refresh()
    assert len(source().by_id) == 1
    for broken in ("{", ""):
        file.write_text(broken)
        if broken:
            with pytest.raises(ReceiverError, match="no list"):
                source.refresh()
        assert len(source().by_id) == 1
    file.unlink()
    with pytest.raises(ReceiverError, match="cannot be read"):
        source.refresh()
    assert len(source().by_id) == 1


def test_a_missing_file_is_told_with_who_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ReceiverError, match="SMO_LINKBACK_ENDPOINT writes it"):
        TargetsSource(str(tmp_path / "targets.json"), no_fetch)


def test_from_a_server_only_what_is_new_is_read() -> None:
    asked: list[tuple[str, str]] = []

    def fetch(url: str, etag: str) -> tuple[bytes, str]:
        asked.append((url, etag))
        return (b"", etag) if etag == '"1"' else (json.dumps(TOP).encode(), '"1"')

    source = TargetsSource("https://site.example/smo/targets.json", fetch)
    assert not source.refresh()
    assert len(source().by_id) == 2
    assert [etag for _, etag in asked] == ["", '"1"']


@pytest.fixture
def remote() -> Fetch:
    limits = Limits(ports=None, spacing=0)
    return fetch_with(Fetcher(agent="test", limits=limits, judge=allowing(*LOOPBACK)), limits)


def test_a_server_without_etags_is_known_by_the_digest_of_its_file(remote: Fetch) -> None:
    with serving({"/targets.json": answer(json.dumps(TOP).encode())}) as server:
        source = TargetsSource(server.url("/targets.json"), remote)
        assert not source.refresh()
        server.plays["/targets.json"] = answer(json.dumps(TOP | {"targets": []}).encode())
        assert source.refresh()
    assert source().by_id == {}
    assert not any("if-none-match" in head.lower() for head in server.asked)


def test_a_server_is_asked_for_what_is_newer_than_its_etag(remote: Fetch) -> None:
    whole = answer(json.dumps(TOP).encode(), "200 OK", 'ETag: "7"')
    with serving({"/targets.json": whole}) as server:
        source = TargetsSource(server.url("/targets.json"), remote)
        server.plays["/targets.json"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
        assert not source.refresh()
    assert 'if-none-match: "7"' in server.asked[1].lower()
    assert len(source().by_id) == 2


def test_a_server_that_has_none_is_told_by_what_it_answers(remote: Fetch) -> None:
    with serving({"/targets.json": b"HTTP/1.1 404 Not Found\r\n\r\n"}) as server:
        with pytest.raises(ReceiverError, match="answers 404"):
            TargetsSource(server.url("/targets.json"), remote)
        address = server.url("/targets.json")
    with pytest.raises(ReceiverError, match="was not to be had: unreachable"):
        TargetsSource(address, remote)
