"""The home of what a page says: which post it is about, what that is to us, in clean words."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.authorship import AUTHOR_LIMIT, author, known
from pelican_smo.linkbacks.cleaning import harmless, line, lines, text_of
from pelican_smo.linkbacks.items import (
    Item,
    first_address,
    first_text,
    items,
    key,
    keys,
    names,
    text,
    types,
    values,
    values_of_all,
)
from pelican_smo.linkbacks.markup import attributes, tokens
from pelican_smo.linkbacks.reading import Author, Property, Reading
from pelican_smo.linkbacks.source import Survey
from pelican_smo.urls import host

__all__ = ["from_survey", "read"]

# What is worth keeping, in characters (reference: limits).
NAME_LIMIT = 200
TEXT_LIMIT = 5_000
HTML_LIMIT = 10_000
LANGUAGE_LIMIT = 35

_NO_POSTS = frozenset(("h-card", "h-feed", "h-adr", "h-geo"))
_RSVPS = ("yes", "no", "maybe", "interested")
# The strongest claim first; the second name is what pages said before microformats2 settled.
_CLAIMS: tuple[tuple[Property, tuple[str, ...]], ...] = (
    ("repost-of", ("repost-of", "repost")),
    ("like-of", ("like-of", "like")),
    ("bookmark-of", ("bookmark-of",)),
    ("in-reply-to", ("in-reply-to",)),
    ("quotation-of", ("quotation-of",)),
)
_DAY = 86_400.0
_SUBTAG = 8


def read(
    mf2: Mapping[str, Any],
    survey: Survey,
    *,
    source: str,
    url: str,
    wanted: Collection[str],
    received: float,
) -> tuple[Reading, str] | None:
    """Return what the post on a page says and is to us, or None if there is no post on it.

    ``mf2`` are the page's microformats, ``survey`` the rest of it, ``source`` its address as
    it was sent, ``url`` the one it was found at, ``wanted`` the normal forms of our article's
    addresses, ``received`` seconds since 1970. Everything in the answer is cleaned and cut.
    With it comes the address of the page that tells who wrote it, or nothing: there is one
    where the post names nobody, but it or its page links to a page of the same host for its
    author.
    """
    links = frozenset(map(key, wanted))
    post, feed = _primary(mf2, (source, url), links)
    if post is None:
        return None
    claim = _property(post, links)
    words, markup = _content(post)
    someone = author(post, feed, mf2, survey)
    reading = Reading(
        property=claim,
        url=first_address(post, "url") or normal(source),
        author=known(someone, survey, url),
        name=_name(post, words, survey),
        text=words,
        html=markup,
        photo=first_address(post, "photo"),
        published=_date(first_text(post, "published"), received) or _published(survey, received),
        rsvp=_rsvp(post) if claim == "rsvp" else "",
        language=_language(post, survey),
    )
    return reading, _author_page(someone, url)


def _author_page(someone: Author, url: str) -> str:
    page = "" if someone.name else someone.url
    return page if host(page) == host(url) and key(page) != key(url) else ""


def from_survey(
    survey: Survey, claims: Mapping[str, str], *, source: str, url: str, received: float
) -> Reading:
    """Return what a page without usable microformats says: by its sender, and by its head.

    ``claims`` are a TrackBack's title, excerpt and blog_name, in which some senders leave
    markup. What nobody says is the page's title, and its host.
    """
    properties = survey.properties
    told = properties.get("og:description") or properties.get("description") or ""
    someone = Author(
        name=line(_unmarked(claims.get("blog_name", ""), AUTHOR_LIMIT), AUTHOR_LIMIT),
        url=survey.authors[0] if survey.authors else "",
    )
    return Reading(
        url=normal(source),
        author=known(someone, survey, url),
        name=line(_unmarked(claims.get("title", ""), NAME_LIMIT), NAME_LIMIT) or _title(survey),
        text=_unmarked(claims.get("excerpt", ""), TEXT_LIMIT) or lines(told, TEXT_LIMIT),
        published=_published(survey, received),
        language=_tag(survey.language),
    )


def _primary(
    mf2: Mapping[str, Any], pages: Collection[str], links: Collection[str]
) -> tuple[Item | None, Item | None]:
    """Return the post that a page is about, and the feed that it stands in (MF-1).

    That is the one at the top whose address is the page's; else the first at the top that
    links to us, or the first; else one further down, by its address or by its link.
    """
    here = frozenset(map(key, pages)) - {""}
    top = [item for item in items(mf2.get("items")) if _is_post(item)]
    for post in top:
        if here & keys(post, "url"):
            return post, None
    if top:
        entries = [post for post in top if "h-entry" in types(post)] or top
        return next((post for post in entries if _links_to(post, links)), entries[0]), None
    linking: tuple[Item | None, Item | None] = (None, None)
    for post, feed in _nested(mf2):
        if here & keys(post, "url"):
            return post, feed
        if linking[0] is None and _links_to(post, links):
            linking = post, feed
    return linking


def _nested(mf2: Mapping[str, Any]) -> Iterator[tuple[Item, Item | None]]:
    """Return the posts that stand in other items, level by level, with their feeds."""
    level: list[tuple[Item, Item | None]] = [(item, None) for item in items(mf2.get("items"))]
    while level:
        below: list[tuple[Item, Item | None]] = []
        for item, feed in level:
            if _is_post(item):
                yield item, feed
            around = item if "h-feed" in types(item) else feed
            below.extend((child, around) for child in items(item.get("children")))
        level = below


def _is_post(item: Item) -> bool:
    return not types(item) & _NO_POSTS


def _links_to(post: Item, links: Collection[str]) -> bool:
    """Tell whether a property of ``post`` is one of ``links``, or its content has one."""
    if not links:
        return False
    if not keys(post, *names(post)).isdisjoint(links):
        return True
    return any(
        key(link) in links
        for value in values_of_all(post)
        if isinstance(value, Mapping) and isinstance(value.get("html"), str)
        for link in _hrefs(value["html"])
    )


def _hrefs(markup: str) -> Iterator[str]:
    for token in tokens(markup):
        if token.kind == "start" and token.name == "a":
            yield attributes(token.source).get("href", "")


def _property(post: Item, links: Collection[str]) -> Property:
    """Return the strongest of the claims that ``post`` makes about us (MF-2)."""

    def claims(*said: str) -> bool:
        return not keys(post, *said).isdisjoint(links)

    if _rsvp(post) and claims("in-reply-to"):
        return "rsvp"
    if values(post, "invitee") and claims("in-reply-to", "invitee"):
        return "invitee"
    return next((claim for claim, said in _CLAIMS if claims(*said)), "mention-of")


def _rsvp(post: Item) -> str:
    answer = first_text(post, "rsvp").strip().lower()
    return answer if answer in _RSVPS else ""


def _content(post: Item) -> tuple[str, str]:
    """Return the text and the clean HTML of ``post``; a picture is what describes it."""
    for value in (*values(post, "content"), *values(post, "summary")):
        markup = value.get("html") if isinstance(value, Mapping) else None
        is_markup = isinstance(markup, str)
        if words := lines(
            text_of(str(markup), 2 * TEXT_LIMIT) if is_markup else text(value), TEXT_LIMIT
        ):
            clean = harmless(str(markup), HTML_LIMIT) if is_markup else ""
            return words, clean if "<" in clean else ""
    pictures = [value for value in values(post, "photo") if isinstance(value, Mapping)]
    described = [value["alt"] for value in pictures if isinstance(value.get("alt"), str)]
    return lines("\n".join(described), TEXT_LIMIT), ""


def _name(post: Item, words: str, survey: Survey) -> str:
    """Return the name of ``post``; without words and name it has the page's (MF-4)."""
    name = line(first_text(post, "name"), NAME_LIMIT)
    if not words:
        return name or _title(survey)
    return "" if _begins_with(words, name) else name


def _begins_with(words: str, name: str) -> bool:
    """Tell whether ``name`` says only what ``words`` begin with (MF-4)."""
    start, whole = name.removesuffix("…").casefold(), " ".join(words.split()).casefold()
    return whole.startswith(start) and not whole[len(start) :][:1].isalnum()


def _unmarked(claim: str, limit: int) -> str:
    """Return a claim as plain text, whose markup and references some senders escape twice."""
    once = text_of(claim[: 4 * limit])  # however much of it is markup, no more is looked at
    return lines(text_of(once), limit)


def _title(survey: Survey) -> str:
    return line(survey.properties.get("og:title") or survey.title, NAME_LIMIT)


def _published(survey: Survey, received: float) -> str:
    return _date(survey.properties.get("article:published_time", ""), received)


def _date(words: str, received: float) -> str:
    """Return ``words`` as RFC 3339 has dates, or nothing (MF-5).

    A date without its offset could be any hour; one before 1970, or more than a day after
    ``received``, is a mistake.
    """
    try:
        date = datetime.fromisoformat(words.strip())
        if date.tzinfo is None or not 0 <= date.timestamp() <= received + _DAY:
            return ""
        minutes = date.strftime("%z")[5:] == ""  # RFC 3339 knows no seconds in an offset
        return (date if minutes else date.astimezone(UTC)).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


def _language(post: Item, survey: Survey) -> str:
    contents = [value for value in values(post, "content") if isinstance(value, Mapping)]
    said = (*(content.get("lang") for content in contents), post.get("lang"), survey.language)
    return next(filter(None, map(_tag, said)), "")


def _tag(language: object) -> str:
    """Return ``language`` if it may be a BCP 47 tag."""
    tag = language.strip() if isinstance(language, str) else ""
    words = tag.split("-")
    fits = words[0].isalpha() and all(word.isalnum() and len(word) <= _SUBTAG for word in words)
    return tag if fits and tag.isascii() and len(tag) <= LANGUAGE_LIMIT else ""
