"""The home of what people see who open the receiver's addresses in a browser."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pelican_smo.receiver.inbox import Status
from pelican_smo.receiver.targets import Target

__all__ = ["Pages"]

_STATES: dict[Status, tuple[str, str]] = {
    "checking": (
        "We have it, and are going to look at your page",
        "That takes a minute, or more when many come.",
    ),
    "waiting": (
        "We found the link; now the author decides",
        "Your mention waits for somebody of this site to read it.",
    ),
    "published": (
        "Your mention was accepted",
        "It stands below the article, or will as soon as the site is built again.",
    ),
    "unverified": (
        "It could not be verified",
        "We found no public page with a link to exactly ours. If yours has one now, send it again.",
    ),
    "declined": (
        "It is not shown",
        "The author of this site has chosen not to show this mention.",
    ),
}
_HEADLINES = {404: "Not found", 503: "Not at the moment"}


class Pages:
    """The receiver's human pages: complete HTML documents in UTF-8, without any script."""

    def __init__(self, public_url: str) -> None:
        self.public_url = public_url
        self.policy = _policy(public_url)

    def home(self, site: str) -> bytes:
        """Return the first page: what this is, the form, and the addresses for programs."""
        return self._render("home.html", site)

    def webmention(
        self, site: str, *, source: str = "", target: str = "", problem: str = ""
    ) -> bytes:
        """Return the form, filled in, with what was wrong with it the last time."""
        return self._render(
            "webmention.html", site, source=source, target=target, problem=_sentence(problem)
        )

    def pingback(self, site: str) -> bytes:
        """Return what is said to people who open the pingback endpoint."""
        return self._render("pingback.html", site)

    def trackback(self, site: str, target: Target) -> bytes:
        """Return what is said to people who open the TrackBack address of ``target``."""
        return self._render("trackback.html", site, target=target)

    def status(self, site: str, status: Status) -> bytes:
        """Return how a mention stands, in the words of ``status`` and no other."""
        headline, words = _STATES[status]
        return self._render("status.html", site, status=status, headline=headline, words=words)

    def problem(self, site: str, status: int, problem: str) -> bytes:
        """Return what went wrong with a request, ``status`` being the answer's HTTP status."""
        headline = _HEADLINES.get(status, "That did not work")
        return self._render("problem.html", site, headline=headline, problem=_sentence(problem))

    def _render(self, template: str, site: str, **values: Any) -> bytes:
        return (
            _environment()
            .get_template(template)
            .render(
                root=self.public_url,
                site=site,
                site_name=_short(site),
                style=Markup(_style()),  # noqa: S704  a file of ours
                **values,
            )
            .encode("utf-8", "replace")
        )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pelican_smo", "receiver/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    folder = files("pelican_smo.receiver") / "templates"
    return (folder / "pages.css").read_text(encoding="utf-8")


def _policy(public_url: str) -> str:
    """Return the Content-Security-Policy: our one stylesheet, and our form to ourselves."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    parts = urlsplit(public_url)
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        f"form-action {parts.scheme}://{parts.netloc}; base-uri 'none'; frame-ancestors 'none'"
    )


def _short(site: str) -> str:
    """Return ``site`` as people say it: without scheme and final slash."""
    return site.partition("://")[2].rstrip("/") or site


def _sentence(text: str) -> str:
    """Return ``text`` as a sentence."""
    text = text.strip()
    return (
        f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
        if text
        else ""
    )
