"""The home of the tree that the parser of microformats walks, grown from our own tokens.

Beautiful Soup's own builder stands on the standard library's parser, which some pages keep
busy for minutes; markup.py tells why ours is different. Scripts and styles are left out.
"""

from html import unescape
from typing import Any

from bs4.builder import HTMLTreeBuilder, builder_registry

from pelican_smo.linkbacks.markup import ENDS_ITSELF, VOID, attributes, closed, tokens

__all__ = ["NAME"]

# What Beautiful Soup, and mf2py with it, knows this builder by, once this module is imported.
NAME = "pelican-smo"

_WORDS = ("", "title", "textarea")


class _TokenTreeBuilder(HTMLTreeBuilder):
    """Grows Beautiful Soup's tree of a page."""

    NAME = NAME
    ALTERNATE_NAMES = ()
    features = (NAME,)

    def feed(self, markup: Any) -> None:
        soup = self.soup
        if soup is None:
            raise TypeError("a tree builder builds for a soup")
        for token in tokens(markup):
            name = token.name
            if token.kind == "text":
                if name in _WORDS:
                    soup.handle_data(unescape(token.source))
            elif token.kind == "end":
                soup.handle_endtag(name)
            else:
                if name in ENDS_ITSELF and soup.currentTag and soup.currentTag.name == name:
                    soup.handle_endtag(name)
                soup.handle_starttag(name, None, None, attributes(token.source))
                if name in VOID or closed(token):
                    soup.handle_endtag(name)


builder_registry.register(_TokenTreeBuilder)
