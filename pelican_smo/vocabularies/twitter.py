"""The home of Twitter cards, where they say more than Open Graph, and of the fediverse's tag."""

from pelican_smo.page import Page
from pelican_smo.tags import Tag, shared_name

__all__ = ["tags"]


def tags(page: Page) -> list[Tag]:
    """Return the ``twitter:`` tags of ``page``, and ``fediverse:creator``.

    Title, description and image are left to Open Graph, which every reader of cards falls
    back to; the image's alternative text has no such fallback and is said twice.
    """
    found = [shared_name("twitter:card", page.card, "card" in page.authored)]
    if page.image and page.image.alt:
        found.append(shared_name("twitter:image:alt", page.image.alt))
    if page.site.account.x:
        found.append(shared_name("twitter:site", page.site.account.x))
    if page.authors and page.authors[0].x:
        found.append(shared_name("twitter:creator", page.authors[0].x))
    if page.kind == "article":
        found += _labels(page)
    if page.creator:
        found.append(shared_name("fediverse:creator", page.creator))
    return found


def _labels(page: Page) -> list[Tag]:
    """Return the two lines that Slack and Discord print below a card."""
    label = page.labels
    pairs = []
    if page.authors:
        pairs.append((label.written_by, ", ".join(author.name for author in page.authors)))
    if page.minutes:
        pairs.append((label.reading_time, label.minutes.format(page.minutes)))
    return [
        tag
        for number, (name, value) in enumerate(pairs, 1)
        for tag in (
            shared_name(f"twitter:label{number}", name),
            shared_name(f"twitter:data{number}", value),
        )
    ]
