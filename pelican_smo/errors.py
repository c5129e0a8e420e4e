"""The home of every way this package fails, drawn as one tree.

SmoError
├── SettingsError     settings that cannot be used, every problem at once
├── FindingsError     findings of a build that SMO_STRICT does not let pass
└── PreviewError      a preview that cannot be started
"""

from collections.abc import Sequence

__all__ = ["FindingsError", "PreviewError", "SettingsError", "SmoError"]


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


class PreviewError(SmoError):
    """A preview cannot be started, for the reason that the text gives."""
