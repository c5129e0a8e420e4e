"""The home of what a store keeps: mentions, jobs, rules, and the interface of a store."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.inbox import Arrival, ProtocolName, Status

__all__ = [
    "EVERY",
    "MODERATIONS",
    "PROTOCOLS",
    "VERIFICATIONS",
    "Action",
    "Audited",
    "Filter",
    "Job",
    "JobKind",
    "Logged",
    "Media",
    "Mention",
    "Moderation",
    "Next",
    "Rule",
    "Scope",
    "Store",
    "Verification",
]

# What is known of the link. Apart from what the owner thinks of it: a replay, a slow host or
# a captcha must not undo his decision.
Verification = Literal[
    "queued",
    "verified",
    "retrying",
    "missing",  # 404, not often enough yet to be believed
    "unreachable",
    "refused",
    "no-link",
    "gone",
]
Moderation = Literal["pending", "approved", "rejected", "spam", "erased"]
Action = Literal["approve", "reject", "spam", "erase"]
JobKind = Literal["verify", "avatar"]
Scope = Literal["host", "author", "url", "net"]
VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)
MODERATIONS: tuple[Moderation, ...] = get_args(Moderation)
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """One link from a page to an article, however many messages told of it.

    ``reading`` is what the source said when it was last read, ``shown`` what the owner
    approved of. ``reason`` explains ``verification``, ``signals`` are what speaks against it.
    Times are seconds since 1970, ``checked`` is 0 where the source was never fetched.
    """

    id: int
    token: str
    source: str
    host: str
    article: str
    target: str
    protocols: tuple[ProtocolName, ...]
    claims: Mapping[str, str]
    first_received: float
    last_received: float
    verification: Verification = "queued"
    reason: str = ""
    moderation: Moderation = "pending"
    reading: Reading | None = None
    shown: Reading | None = None
    signals: tuple[str, ...] = ()
    checked: float = 0.0
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    failures: int = 0
    missing: int = 0
    missing_at: float = 0.0
    rechecks: int = 0

    @property
    def is_published(self) -> bool:
        """Tell whether the pages show it: approved, and no later look says that it is gone."""
        return (
            self.moderation == "approved"
            and self.shown is not None
            and self.verification not in ("gone", "no-link")
        )

    @property
    def has_changed(self) -> bool:
        """Tell whether an approved source says something else by now, which waits for approval."""
        return self.is_published and self.reading is not None and self.reading != self.shown

    @property
    def status(self) -> Status:
        """Return what its sender may know."""
        if self.is_published:
            return "published"
        if self.moderation in ("rejected", "spam", "erased"):
            return "declined"
        if self.verification == "queued":
            return "checking"
        # One word for whatever went wrong: which it was would tell what answers at the source.
        return "waiting" if self.verification == "verified" else "unverified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """What a look at the source makes of a mention; ``run_at`` is when to look again, or None."""

    verification: Verification
    reason: str = ""
    moderation: Moderation
    reading: Reading | None
    shown: Reading | None
    signals: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    failures: int = 0
    missing: int = 0
    missing_at: float = 0.0
    rechecks: int = 0
    run_at: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Work that waits for a mention, taken for a while by one worker."""

    id: int
    kind: JobKind
    owner: str
    attempts: int
    mention: Mention


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture of ours made from one at ``origin``; without bytes where there was none."""

    origin: str
    name: str = ""
    type: str = ""
    data: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What the owner says of a host, an author's URL, a source's beginning, or a network."""

    scope: Scope
    value: str
    action: Literal["allow", "block"]
    note: str = ""
    at: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited:
    """One line of the audit log."""

    at: float
    who: str
    action: str
    mention: int | None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """One message of the last two weeks; ``client`` is the keyed hash of its sender's network."""

    at: float
    protocol: ProtocolName
    client: str
    agent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which mentions are meant; a field that is empty does not matter."""

    ids: Sequence[int] = ()
    moderation: Moderation | Literal[""] = ""
    verification: Verification | Literal[""] = ""
    host: str = ""
    article: str = ""
    author: str = ""
    protocol: ProtocolName | Literal[""] = ""
    changed: bool = False
    published: bool = False
    most: int = 0


EVERY = Filter()


class Store(Protocol):
    """Keeps mentions and their jobs; each method is one transaction, on disk when it returns.

    Times are seconds since 1970. Raises NotNowError where the disk is full or the file is locked.
    """

    secret: bytes

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context in which several calls are one transaction."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Return a context within a transaction that undoes what it did if it fails."""

    def token(self, source: str, article: str) -> str:
        """Return the status token of the link from ``source`` to ``article``."""

    def arrive(self, arrival: Arrival) -> None:
        """Keep what a stranger sent, as one mention with what came before, and its job."""

    def is_full(self, article: str, most: int) -> bool:
        """Tell whether ``most`` mentions of an article, or more, wait for us or for the owner."""

    def claim(self, owner: str, now: float, *, lease: float, most: int) -> list[Job]:
        """Take up to ``most`` jobs that are due, for ``lease`` seconds; the oldest first."""

    def held(self, job: Job) -> Mention | None:
        """Return the mention of ``job`` as it is now; None where the job is no longer its worker's."""

    def settle(self, job: Job, before: Mention, next: Next, now: float) -> None:
        """Note what a look at the source, done by a job that is held, makes of its mention.

        ``before`` is the mention as ``held`` gave it in the same transaction.
        """

    def settle_media(self, job: Job, media: Media, now: float) -> None:
        """Keep the picture that a job that is held was about."""

    def postpone(self, job: Job, run_at: float, *, tried: bool = False) -> None:
        """Have a job that is held done at ``run_at``, as if it had not been, unless ``tried``."""

    def is_erased(self, source: str, author: str = "") -> bool:
        """Tell whether this source or this author's URL is to stay erased."""

    def twins(self, mention: Mention) -> int:
        """Return how many mentions of other articles came with the same words."""

    def approved_beside(self, mention: Mention) -> int:
        """Return how many other mentions from the host of ``mention`` are approved."""

    def mentions(self, filter: Filter = EVERY) -> list[Mention]:
        """Return the mentions that ``filter`` means, newest first."""

    def by_token(self, token: str) -> Mention | None:
        """Return the mention with a status token."""

    def moderate(self, mentions: Iterable[Mention], action: Action, who: str, now: float) -> int:
        """Carry out an order of the owner; returns how many mentions it changed."""

    def bar_author(self, url: str, who: str, now: float) -> None:
        """Keep away whatever the author with the URL ``url`` writes, wherever he does."""

    def recheck(self, mentions: Iterable[Mention], who: str, now: float) -> int:
        """Have the sources of ``mentions`` read again as soon as may be."""

    def rules(self) -> list[Rule]:
        """Return every rule, oldest first."""

    def add_rule(self, rule: Rule, who: str) -> None:
        """Add a rule in place of an earlier one on the same thing."""

    def drop_rule(self, scope: Scope, value: str, who: str, now: float) -> bool:
        """Take a rule back; False where there is none."""

    def history(self, mention: int) -> list[Audited]:
        """Return the audit log of one mention, oldest first."""

    def log(self, mention: int) -> list[Logged]:
        """Return the messages that told of one mention, oldest first."""

    def media(self, origin: str) -> Media | None:
        """Return the picture made from ``origin``, if one was looked for."""

    def media_named(self, name: str) -> Media | None:
        """Return our picture of that name."""

    def generation(self) -> int:
        """Return a number that grows with each change of what is published."""

    def due(self, now: float) -> int:
        """Return how many jobs wait to be done."""

    def figures(self, now: float) -> dict[str, float]:
        """Return what there is to count."""

    def mend_times(self, now: float) -> int:
        """Set right what a clock that was wrong has put out of reach; returns how many rows."""

    def prune(self, now: float) -> int:
        """Forget what is not to be kept; returns how many rows went."""

    def close(self) -> None:
        """Let go of the store."""
