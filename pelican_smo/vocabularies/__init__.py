"""Vocabularies: pure functions from a Page to the tags of its head, listed in one table."""

from pelican_smo.page import Page
from pelican_smo.tags import Tag
from pelican_smo.vocabularies import endpoints, jsonld, links, opengraph, twitter

__all__ = ["VOCABULARIES", "head"]

# The order is the order of the block: what a reader with little patience needs comes first.
VOCABULARIES = (links.tags, opengraph.tags, twitter.tags, endpoints.tags, jsonld.tags)


def head(page: Page) -> list[Tag]:
    """Return every tag that ``page`` should carry in its head, in the order to print them."""
    return [tag for vocabulary in VOCABULARIES for tag in vocabulary(page)]
