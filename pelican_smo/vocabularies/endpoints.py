"""The home of the announcements that a page takes linkbacks."""

import re
from xml.sax.saxutils import quoteattr

from pelican_smo.page import Page
from pelican_smo.tags import Tag, comment, link

__all__ = ["tags"]


def tags(page: Page) -> list[Tag]:
    """Return the Webmention, Pingback and TrackBack endpoints of ``page``."""
    linkbacks = page.linkbacks
    if linkbacks is None:
        return []
    chosen = linkbacks.chosen
    found = []
    if linkbacks.webmention:
        found.append(link("link:webmention", "webmention", linkbacks.webmention, chosen))
    if linkbacks.pingback:
        found.append(link("link:pingback", "pingback", linkbacks.pingback, chosen))
    if linkbacks.trackback:
        found.append(comment("trackback", _rdf(page, linkbacks.trackback)))
    return found


def _rdf(page: Page, ping: str) -> str:
    """Return the RDF by which TrackBack clients find the ping URL (TrackBack 1.2, discovery).

    They look for the address that they link to, which is not that of a first publication.
    """
    address = _attribute(page.url)
    return (
        '\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        '\n xmlns:dc="http://purl.org/dc/elements/1.1/"'
        '\n xmlns:trackback="http://madskills.com/public/xml/rss/module/trackback/">'
        f"\n<rdf:Description rdf:about={address} dc:identifier={address}"
        f"\n dc:title={_attribute(page.headline)}"
        f"\n trackback:ping={_attribute(ping)} />"
        "\n</rdf:RDF>\n"
    )


def _attribute(value: str) -> str:
    """Return ``value`` as an XML attribute that holds no ``--``, which would end the comment."""
    quoted = quoteattr(value)
    if "--" not in quoted:
        return quoted
    return re.sub("--+", lambda run: "&#45;" * len(run[0]), quoted)
