"""The home of account names: how people write them, and the one form that networks read."""

import re

__all__ = ["bluesky_profile", "fediverse_handle", "fediverse_profile", "x_handle", "x_profile"]

_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z0-9-]*[a-z][a-z0-9-]*(?::\d+)?"
_FEDIVERSE = re.compile(rf"@?([\w.-]+)@({_HOST})", re.IGNORECASE | re.ASCII)
_FEDIVERSE_URL = re.compile(rf"https?://({_HOST})/@([\w.-]+)/?", re.IGNORECASE | re.ASCII)
_X = re.compile(
    r"(?:https?://(?:www\.)?(?:x|twitter)\.com/)?@?(\w{1,15})/?", re.IGNORECASE | re.ASCII
)
_BLUESKY = re.compile(rf"(?:https://bsky\.app/profile/)?@?({_HOST})/?", re.IGNORECASE | re.ASCII)


def fediverse_handle(written: str) -> str:
    """Return ``@user@host`` for a handle or profile URL, or nothing for what is neither."""
    if (found := _FEDIVERSE.fullmatch(written.strip())) is not None:
        return f"@{found[1]}@{found[2].lower()}"
    if (found := _FEDIVERSE_URL.fullmatch(written.strip())) is not None:
        return f"@{found[2]}@{found[1].lower()}"
    return ""


def fediverse_profile(handle: str) -> str:
    """Return the profile URL of ``@user@host``, as Mastodon and its kin lay it out."""
    _, user, host = handle.split("@")
    return f"https://{host}/@{user}"


def x_handle(written: str) -> str:
    """Return ``@user`` for an X handle or profile URL, or nothing: a name is never a handle."""
    found = _X.fullmatch(written.strip())
    return f"@{found[1]}" if found else ""


def x_profile(handle: str) -> str:
    """Return the profile URL of ``@user``."""
    return f"https://x.com/{handle[1:]}"


def bluesky_profile(written: str) -> str:
    """Return the profile URL of a Bluesky handle (a domain name), or nothing."""
    found = _BLUESKY.fullmatch(written.strip())
    return f"https://bsky.app/profile/{found[1].lower()}" if found else ""
