"""The home of every way this package fails, drawn as one tree.

SmoError
├── SettingsError     settings that cannot be used, every problem at once
├── FindingsError     findings of a build that SMO_STRICT does not let pass
├── CardError         a card that cannot be drawn: where, what is wrong, what to do
│   └── PassingError  one that may be drawn another time
│   └── PassingError  one that could not be drawn this time (cards/draw.py)
├── PreviewError      a preview that cannot be started
├── ReceiverError     a receiver that cannot start or go on, or an order that it cannot follow
├── FetchError        a page of another server that was not to be had
├── MessageError      a linkback message that is none
├── TooComplexError   a page that takes more time or memory to understand than it is worth
├── NotNowError       a linkback that cannot be kept at the moment (receiver/inbox.py)
└── RefusedError      a request that the receiver does not grant (receiver/requests.py)
"""

from collections.abc import Sequence
from typing import Literal

__all__ = [
    "CardError",
    "FetchError",
    "FindingsError",
    "MessageError",
    "PassingError",
    "PreviewError",
    "ReceiverError",
    "SettingsError",
    "SmoError",
    "TooComplexError",
]


class SmoError(Exception):
    """Anything this package raises on purpose; its text is meant for the site's author."""


class _ListedError(SmoError):
    """An error that carries a list of sentences, each naming what is wrong and the remedy."""

    headline: str

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n- ".join((self.headline, *self.problems)))


class SettingsError(_ListedError):
    """The site's settings cannot be used; ``problems`` holds one sentence for each reason."""

    headline = "pelican_smo cannot use these settings:"


class FindingsError(_ListedError):
    """``SMO_STRICT`` is on and the build has findings; ``problems`` holds them."""

    headline = "pelican_smo found what SMO_STRICT does not let pass:"


class CardError(SmoError):
    """A card that cannot be drawn.

    ``where`` names the file, setting or template (empty: the article itself), ``problem`` says
    what is wrong with it, ``remedy`` what to do.
    """

    def __init__(self, where: str, problem: str, remedy: str = "") -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(
            "; ".join(filter(None, (f"{where}: {problem}".removeprefix(": "), remedy)))
        )

    def __reduce__(self) -> tuple[type["CardError"], tuple[str, str, str]]:
        """Pickle as what it is made of: a process that draws may tell another."""
        return type(self), (self.where, self.problem, self.remedy)


class PassingError(CardError):
    """A card that could not be drawn this time, though what it is drawn from may be right."""


class PreviewError(SmoError):
    """A preview cannot be started, for the reason that the text gives."""


class ReceiverError(SmoError):
    """The receiver cannot start or go on, or cannot do what was asked, as the text says."""


FetchProblem = Literal[
    "refused",  # the address guard forbids it, or the address is none
    "unreachable",  # no such name, no connection, a connection that broke
    "too slow",
    "too big",
    "too many redirects",
    "encoding",  # a content coding that we do not take, or one that is broken
    "busy",  # our own spacing between two requests to one host
]


class FetchError(SmoError):
    """A page was not to be had; ``problem`` names why, ``retry_after`` the seconds to wait."""

    def __init__(self, problem: FetchProblem, detail: str, retry_after: float = 0.0) -> None:
        self.problem, self.retry_after = problem, retry_after
        super().__init__(f"{problem}: {detail}")


class MessageError(SmoError):
    """A linkback message is none; the text says what is wrong with it, for its sender."""


class TooComplexError(SmoError):
    """A page takes more time, memory or nesting to understand than is allowed."""
