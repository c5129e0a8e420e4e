"""The home of oEmbed: a page as others may show it, one static file each."""

from jinja2 import Environment

from pelican_smo.page import Page
from pelican_smo.share.widgets import snippet
from pelican_smo.tags import json_text

__all__ = ["oembed", "oembed_file"]

_WIDTH, _HEIGHT = 480, 160


def oembed_file(identifier: str) -> str:
    """Return where the answer for the article ``identifier`` stands in the output.

    The page's address is not in it: Mastodon would take an address with "=http" in it for
    the pattern of all pages of the site (its fetch_oembed_service.rb).
    """
    return f"smo/oembed/{identifier}.json"


def oembed(env: Environment, page: Page) -> str:
    """Return the oEmbed answer for ``page`` as JSON (oembed.com, 2.3.4.4, type rich).

    Of type "rich", for Mastodon takes a "link" as a reason to drop description, date and
    author, which it finds in the page's own tags otherwise.
    """
    author = page.authors[0] if page.authors else None
    image = page.image
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": page.title,
        "author_name": author.name if author else "",
        "author_url": author.url if author else "",
        "provider_name": page.site.name,
        "provider_url": f"{page.site.url}/",
        "html": snippet(env, page),
        "width": _WIDTH,
        "height": _HEIGHT,
    }
    if image and image.width and image.height:
        answer |= {
            "thumbnail_url": image.url,
            "thumbnail_width": image.width,
            "thumbnail_height": image.height,
        }
    return json_text({key: value for key, value in answer.items() if value}) + "\n"
