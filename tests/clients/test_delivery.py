"""TrackBack, Pingback and Webmention end to end: from another's client into a rendered page."""

from collections.abc import Callable, Mapping
from typing import Any
from xmlrpc.client import Fault

import pytest

from clients.conftest import TOOLS, Blog, Receiver, need_client, need_loopback
from clients.machines import wait_until
from clients.senders import CLIENTS, Client, trackback_ping, xmlrpc_pingback
from clients.wordpress import WordPress

REPLY = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A reply</title></head>
<body><article class="h-entry">
<p>In reply to <a class="u-in-reply-to" href="{target}">an article</a></p>
<div class="e-content">Well said, and well measured.</div>
<p class="p-author h-card">Bea Lindqvist</p>
<time class="dt-published" datetime="2026-01-02T03:04:05+00:00">2 January</time>
</article></body></html>"""


def verified(receiver: Receiver, target: str, source: str) -> Mapping[str, Any]:
    """Return the one mention of ``target``, once its source was read."""

    def held() -> list[Mapping[str, Any]]:
        return receiver.mentions(target)

    wait_until(
        lambda: any(mention["check"] == "verified" for mention in held()),
        lambda: f"nothing verified of {target}: {held()}",
    )
    (mention,) = held()
    assert mention["source"] == source
    return mention


def published(receiver: Receiver, blog: Blog) -> None:
    """Approve what waits and build it into the pages."""
    receiver.command("approve", "--all")
    receiver.command("export", str(blog.mentions))
    blog.build()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_a_linkback_of_anothers_client_stands_on_the_page_once(
    client: Client,
    blog: Blog,
    receiver: Receiver,
    elsewhere: Callable[[str, str], str],
) -> None:
    need_client(client.command, client.needs)
    need_loopback()
    target = blog.article(client.slug)
    source = elsewhere(client.slug, REPLY.format(target=target))

    client.send(source, target, TOOLS)
    client.send(source, target, TOOLS)
    mention = verified(receiver, target, source)
    assert mention["protocols"] == [client.protocol]
    assert blog.cites(client.slug) == []
    published(receiver, blog)

    (cite,) = blog.cites(client.slug)
    assert cite["properties"]["url"] == [source]
    assert cite["properties"]["author"][0]["properties"]["name"] == ["Bea Lindqvist"]
    assert "Well said, and well measured." in str(cite["properties"]["content"])


def test_a_wordpress_post_that_sends_pingback_and_trackback_is_one_mention(
    blog: Blog, receiver: Receiver, wordpress: WordPress
) -> None:
    """linkbacks.md §0.3: one link, two protocols, seen on the wire."""
    target = blog.article("wordpress")
    text = f'<p>I read <a href="{target}">this</a>.</p>'
    source = wordpress.post("Kippers & co", text, to_ping=trackback_ping(target))

    wordpress.ping()
    mention = verified(receiver, target, source)
    assert mention["protocols"] == ["pingback", "trackback"]
    published(receiver, blog)

    (cite,) = blog.cites("wordpress")
    assert cite["properties"]["url"] == [source]
    assert "Kippers & co" in str(cite["properties"])


def test_a_pingback_of_what_is_on_the_page_is_told_so_and_changes_nothing(
    blog: Blog, receiver: Receiver, elsewhere: Callable[[str, str], str]
) -> None:
    """PB-5: fault 48, which the sender's ledger takes for success."""
    need_loopback()
    target = blog.article("again")
    source = elsewhere("again", REPLY.format(target=target))
    xmlrpc_pingback(source, target, TOOLS)
    verified(receiver, target, source)
    published(receiver, blog)
    before = blog.cites("again")

    with pytest.raises(Fault) as answer:
        xmlrpc_pingback(source, target, TOOLS)
    published(receiver, blog)

    assert answer.value.faultCode == 48
    assert len(before) == 1
    assert blog.cites("again") == before
