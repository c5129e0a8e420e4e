"""The home of what a network's limits leave of a title, a description and tags."""

from dataclasses import replace

from pelican_smo.share.networks import Network, Shared, hashtag
from pelican_smo.text import cut

__all__ = ["fitted"]

_LAST_LATIN = "\u10ff"  # X counts what stands behind it twice, but for some punctuation
_OTHERS = 40  # an account's name, white space
_PUNCTUATION = ("\u2000", "\u2037")


def fitted(shared: Shared, network: Network) -> Shared:
    """Return ``shared`` with no more than ``network`` takes.

    The address is never touched. Where a post would be too long, its tags go first, the last
    one first, then its description, then the end of the title, cut between words.
    """
    if network.title_limit and len(shared.title) > network.title_limit:
        shared = replace(shared, title=cut(shared.title, network.title_limit))
    if not network.limit or _surely_fits(shared, network):
        return shared
    while shared.tags and _length(shared, network) > network.limit:
        shared = replace(shared, tags=shared.tags[:-1])
    if shared.text and _length(shared, network) > network.limit:
        shared = replace(shared, text="")
    over = _length(shared, network) - network.limit
    return replace(shared, title=_shorter(shared.title, over, network)) if over > 0 else shared


def _surely_fits(shared: Shared, network: Network) -> bool:
    """Tell at a glance that a post will be short enough, which nearly every one is."""
    wide = 1 if shared.title.isascii() else network.wide_length
    text = len(shared.text) * network.wide_length if "text" in network.placeholders else 0
    tags = len("".join(shared.tags)) * network.wide_length + 3 * len(shared.tags)
    url = network.url_length or len(shared.url)
    return len(shared.title) * wide + url + text + tags + _OTHERS <= network.limit


def _length(shared: Shared, network: Network) -> int:
    """Return how long a post ``network`` makes of ``shared``, white space between included."""
    names = network.placeholders
    pieces = [_measure(shared.title, network), network.url_length or len(shared.url)]
    if "text" in names:
        pieces.append(_measure(shared.text, network))
    if names & {"tags", "hashtags"}:
        words = [word for tag in shared.tags if (word := hashtag(tag))]
        pieces += [_measure(word, network) + 1 for word in words]
    if "via" in names and shared.via:
        pieces.append(len(f"via @{shared.via}"))
    return sum(pieces) + 2 * (len(pieces) - 1)


def _measure(text: str, network: Network) -> int:
    if network.wide_length == 1 or text.isascii():
        return len(text)
    return sum(1 if _is_narrow(character) else network.wide_length for character in text)


def _is_narrow(character: str) -> bool:
    return character <= _LAST_LATIN or _PUNCTUATION[0] <= character <= _PUNCTUATION[1]


def _shorter(title: str, over: int, network: Network) -> str:
    """Return ``title`` shortened until it measures ``over`` less."""
    room = _measure(title, network) - over
    limit = min(len(title), max(room, 1))
    while limit > 1 and _measure(cut(title, limit), network) > room:
        limit -= 1
    return cut(title, limit)
