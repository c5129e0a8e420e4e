"""The home of the store in one SQLite file, which several processes may have open at once."""

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from pelican_smo.errors import ReceiverError
from pelican_smo.linkbacks.addresses import normal_page
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.inbox import Arrival, NotNowError
from pelican_smo.receiver.store import (
    EVERY,
    Action,
    Audited,
    Filter,
    Job,
    JobKind,
    Logged,
    Media,
    Mention,
    Moderation,
    Next,
    Rule,
    Scope,
)
from pelican_smo.receiver.store.rows import BITS, COLUMNS, condition, mention_of, text_of
from pelican_smo.urls import host

__all__ = ["SqliteStore"]

SCHEMA = 1
DAY = 86400.0
# How long a writer waits for another process before the sender is told to come back.
_LOCK_SECONDS = 5.0
_RETRY_AFTER = 60
# One pair is read at most so often, however many messages name it.
_DEBOUNCE = 30.0
# Further ahead than this is no lease, and nothing that happened: a clock was wrong.
_AHEAD = 3600.0
_LONGEST_WAIT = 100 * DAY
_LOG_DAYS = 14
_LOG_MOST = 500_000
_FAILED_DAYS = 90
_NEGATIVE_MEDIA_DAYS = 7
_DONE: Mapping[Action, Moderation] = {
    "approve": "approved",
    "reject": "rejected",
    "spam": "spam",
    "erase": "erased",
}
_FULL = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)

_SELECT = f"SELECT {', '.join(f'mention.{name}' for name in COLUMNS)} FROM mention"  # noqa: S608  names of ours


class SqliteStore:
    """Implements Store; one object is for one thread at a time."""

    def __init__(self, path: Path | str, *, synchronous: str = "FULL") -> None:
        """Open the file at ``path``, new or old. Raises ReceiverError where that cannot be."""
        self.path = Path(path)
        try:
            # Whoever can read it learns the secret by which networks are hashed.
            self.path.touch(mode=0o600)
            self._db = sqlite3.connect(
                path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
            self._db.execute("PRAGMA journal_size_limit = 67108864")
            # What is erased is to be gone from the file, not only from its tables.
            self._db.execute("PRAGMA secure_delete = ON")
            self._migrate()
            self.secret = self._secret()
        except (sqlite3.Error, OSError) as error:
            raise ReceiverError(
                f"the database {path} cannot be used: {error}; "
                "name a file of pelican-smo, in a folder that may be written"
            ) from error

    def _migrate(self) -> None:
        with self.transaction():
            (version,) = self._one("PRAGMA user_version")
            if version > SCHEMA:
                raise ReceiverError(
                    f"the database {self.path} is of a newer pelican-smo (schema {version}, "
                    f"this one knows {SCHEMA}); update pelican-smo"
                )
            if version == 0 and self._one("SELECT count(*) FROM sqlite_master")[0]:
                raise ReceiverError(f"the file {self.path} is a database of another program")
            for number in range(version + 1, SCHEMA + 1):
                name = f"migrations/sqlite-{number:04}.sql"
                script = (files(__package__) / name).read_text(encoding="utf-8")
                for statement in script.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {number}")

    def _secret(self) -> bytes:
        with self.transaction():
            self._db.execute(
                "INSERT INTO meta VALUES ('secret', ?) ON CONFLICT DO NOTHING",
                (secrets.token_bytes(32),),
            )
            return bytes(self._one("SELECT value FROM meta WHERE name = 'secret'")[0])

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _one(self, sql: str, values: Iterable[Any] = ()) -> Any:
        return self._db.execute(sql, tuple(values)).fetchone()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Return a context in which several calls are one transaction."""
        if self._db.in_transaction:
            yield
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            raise _not_now(error) from error
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Return a context within a transaction that undoes what it did if it fails."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO part")
            if isinstance(error, sqlite3.OperationalError):
                raise _not_now(error) from error
            raise
        finally:
            if self._db.in_transaction:
                self._db.execute("RELEASE part")

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    # Arrivals

    def token(self, source: str, article: str) -> str:
        """Return the status token of the link from ``source`` to ``article``: 128 bits, keyed."""
        return self._key(normal_page(source), article).hex()

    def _key(self, page: str, article: str) -> bytes:
        return self._hash(f"{page}\0{article}")

    def _hash(self, text: str) -> bytes:
        return hmac.digest(self.secret, text.encode("utf-8", "replace"), hashlib.sha256)[:16]

    def arrive(self, arrival: Arrival) -> None:
        """Keep what a stranger sent, as one mention with what came before, and its job."""
        claims = json.dumps(arrival.claims, ensure_ascii=False) if arrival.claims else ""
        page = normal_page(arrival.source)
        with self.transaction():
            mention, moderation, checked = self._one(
                "INSERT INTO mention (key, source, host, article, target, protocols, claims,"
                " first_received, last_received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET"
                " last_received = max(last_received, excluded.last_received),"
                # How it came decides what counts: a source that was read is then read anew.
                " digest = iif(protocols & excluded.protocols, digest, ''),"
                " etag = iif(protocols & excluded.protocols, etag, ''),"
                " last_modified = iif(protocols & excluded.protocols, last_modified, ''),"
                " protocols = protocols | excluded.protocols,"
                " claims = CASE WHEN excluded.claims = '' OR moderation = 'erased'"
                " THEN claims ELSE excluded.claims END"
                " RETURNING id, moderation, checked",
                (
                    *(self._key(page, arrival.article), arrival.source, host(page).rstrip(".")),
                    *(arrival.article, arrival.target, BITS[arrival.protocol], claims),
                    *(arrival.received, arrival.received),
                ),
            )
            if moderation == "pending" and self.is_erased(page):
                self._wipe(mention)
                return
            if moderation == "erased":
                return
            self._db.execute(
                "INSERT INTO inbound (at, mention, protocol, source, target, claims, client, agent)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    arrival.received,
                    mention,
                    arrival.protocol,
                    arrival.source,
                    arrival.target,
                    claims,
                    arrival.client,
                    arrival.agent,
                ),
            )
            earliest = checked + _DEBOUNCE if checked <= arrival.received else 0.0
            self._schedule("verify", mention, max(arrival.received, earliest))

    def _schedule(self, kind: JobKind, mention: int, run_at: float) -> None:
        """Have a job done at ``run_at``, or earlier if it is there; once more if it is at work."""
        self._db.execute(
            "INSERT INTO job (kind, mention, run_at) VALUES (?, ?, ?)"
            " ON CONFLICT (mention, kind) DO UPDATE SET"
            " again = (owner != ''), run_at = min(run_at, excluded.run_at)",
            (kind, mention, run_at),
        )

    def is_full(self, article: str, most: int) -> bool:
        """Tell whether ``most`` mentions of an article, or more, wait for us or for the owner."""
        (found,) = self._one(
            "SELECT count(*) FROM (SELECT 1 FROM mention WHERE article = ?"
            " AND moderation = 'pending'"
            " AND verification IN ('queued', 'verified', 'retrying', 'missing') LIMIT ?)",
            (article, most),
        )
        return bool(found >= most)

    # Jobs

    def claim(self, owner: str, now: float, *, lease: float, most: int) -> list[Job]:
        """Take up to ``most`` jobs that are due, for ``lease`` seconds; the oldest first."""
        if not self._one("SELECT 1 FROM job WHERE run_at <= ? LIMIT 1", (now,)):
            return []
        with self.transaction():
            rows = self._db.execute(
                "UPDATE job SET owner = ?, leased_until = ?, attempts = attempts + 1, again = 0"
                " WHERE id IN (SELECT id FROM job WHERE run_at <= ? AND leased_until <= ?"
                " ORDER BY run_at, id LIMIT ?)"
                " RETURNING id, kind, mention, attempts, run_at",
                (owner, now + lease, now, now, most),
            ).fetchall()
            return [
                Job(
                    id=job,
                    kind=kind,
                    owner=owner,
                    attempts=attempts,
                    mention=mention_of(self._one(f"{_SELECT} WHERE id = ?", (mention,))),
                )
                for job, kind, mention, attempts, _ in sorted(rows, key=_by_time)
            ]

    def held(self, job: Job) -> Mention | None:
        """Return the mention of ``job`` as it is now; None where the job is no longer its worker's."""
        row = self._one(
            "SELECT 1 FROM job WHERE id = ? AND owner = ? AND attempts = ?",
            (job.id, job.owner, job.attempts),
        )
        return self._mention(job.mention.id) if row else None

    def settle(self, job: Job, before: Mention, next: Next, now: float) -> None:
        """Note what a look at the source, done by a job that is held, makes of its mention."""
        with self.transaction():
            author = next.reading.author.url if next.reading else ""
            if author and self.is_erased(before.source, author):
                self._erase(before, now)
                self._audit(now, "rules", "erased", before.id)
                self._after_change(before, now)
                return
            self._write(before, next, author, now)
            if next.moderation != before.moderation:
                self._audit(now, "rules", next.moderation, before.id)
            if "approved" in (before.moderation, next.moderation):
                self._after_change(before, now)
            self._end(job, next.run_at, now)

    def settle_media(self, job: Job, media: Media, now: float) -> None:
        """Keep the picture that a job that is held was about."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO media VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
                " name = excluded.name, type = excluded.type, data = excluded.data,"
                " at = excluded.at",
                (media.origin, media.name, media.type, media.data, now),
            )
            if media.name:
                self._grow()
            self._end(job, None, now)

    def postpone(self, job: Job, run_at: float, *, tried: bool = False) -> None:
        """Have a job that is held done at ``run_at``, as if it had not been, unless ``tried``."""
        with self.transaction():
            self._db.execute(
                "UPDATE job SET owner = '', leased_until = 0, run_at = ?,"
                " attempts = attempts - ? WHERE id = ?",
                (run_at, not tried, job.id),
            )

    def _end(self, job: Job, run_at: float | None, now: float) -> None:
        """Put a job away until ``run_at``, or for good; soon, if a message came meanwhile."""
        if run_at is None:
            gone = self._db.execute("DELETE FROM job WHERE id = ? AND again = 0", (job.id,))
            if gone.rowcount:
                return
        soon = now + _DEBOUNCE
        self._db.execute(
            "UPDATE job SET owner = '', leased_until = 0, run_at = iif(again, min(?, ?), ?),"
            " again = 0 WHERE id = ?",
            (run_at or soon, soon, run_at or soon, job.id),
        )

    def _write(self, before: Mention, next: Next, author: str, now: float) -> None:
        self._db.execute(
            "UPDATE mention SET verification = ?, reason = ?, moderation = ?, reading = ?,"
            " shown = ?, author = ?, signals = ?, checked = ?, etag = ?, last_modified = ?,"
            " digest = ?, failures = ?, missing = ?, missing_at = ?, rechecks = ? WHERE id = ?",
            (
                *(next.verification, next.reason, next.moderation, text_of(next.reading)),
                *(text_of(next.shown), author, "\n".join(next.signals), now, next.etag),
                *(next.last_modified, next.digest, next.failures, next.missing),
                *(next.missing_at, next.rechecks, before.id),
            ),
        )

    def _after_change(self, before: Mention, now: float) -> None:
        """Note what follows where a change of a mention is one of what is published."""
        mention = self._mention(before.id)
        if (mention.is_published, mention.shown) != (before.is_published, before.shown) and (
            mention.is_published or before.is_published
        ):
            self._grow()
        photo = mention.shown.author.photo if mention.is_published and mention.shown else ""
        if photo and self.media(photo) is None:
            self._schedule("avatar", mention.id, now)

    def _grow(self) -> None:
        self._db.execute(
            "INSERT INTO meta VALUES ('generation', 1) ON CONFLICT DO UPDATE SET value = value + 1"
        )

    def is_erased(self, source: str, author: str = "") -> bool:
        """Tell whether this source or this author's URL is to stay erased."""
        hashes = [self._hash(normal_page(source))]
        if author:
            hashes.append(self._hash(_author(author)))
        marks = ", ".join("?" * len(hashes))
        sql = f"SELECT count(*) FROM erasure WHERE hash IN ({marks})"  # noqa: S608  marks only
        return bool(self._one(sql, hashes)[0])

    def twins(self, mention: Mention) -> int:
        """Return how many mentions of other articles came with the same words."""
        if not mention.claims:
            return 0
        sql = "SELECT count(*) FROM mention WHERE claims = ? AND article != ? AND host = ?"
        claims = json.dumps(mention.claims, ensure_ascii=False)
        return int(self._one(sql, (claims, mention.article, mention.host))[0])

    def approved_beside(self, mention: Mention) -> int:
        """Return how many other mentions from the host of ``mention`` are approved."""
        sql = "SELECT count(*) FROM mention WHERE host = ? AND moderation = 'approved' AND id != ?"
        return int(self._one(sql, (mention.host, mention.id))[0])

    # Looking things up

    def mentions(self, filter: Filter = EVERY) -> list[Mention]:
        """Return the mentions that ``filter`` means, newest first."""
        where, values = condition(filter)
        chosen = filter.changed or filter.published
        limit = f" LIMIT {int(filter.most)}" if filter.most and not chosen else ""
        rows = self._db.execute(
            f"{_SELECT} WHERE {where} ORDER BY last_received DESC, id DESC{limit}", values
        )
        found = map(mention_of, rows)
        meant = [
            mention
            for mention in found
            if (not filter.changed or mention.has_changed)
            and (not filter.published or mention.is_published)
        ]
        return meant[: filter.most or None]

    def _mention(self, identifier: int) -> Mention:
        return mention_of(self._one(f"{_SELECT} WHERE id = ?", (identifier,)))

    def by_token(self, token: str) -> Mention | None:
        """Return the mention with a status token."""
        try:
            key = bytes.fromhex(token)
        except ValueError:
            return None
        row = self._one(f"{_SELECT} WHERE key = ?", (key,))
        return mention_of(row) if row else None

    def history(self, mention: int) -> list[Audited]:
        """Return the audit log of one mention, oldest first."""
        rows = self._db.execute(
            "SELECT at, who, action, mention, note FROM audit WHERE mention = ? ORDER BY id",
            (mention,),
        )
        return [
            Audited(at=at, who=who, action=action, mention=mention, note=note)
            for at, who, action, mention, note in rows
        ]

    def log(self, mention: int) -> list[Logged]:
        """Return the messages that told of one mention, oldest first."""
        sql = "SELECT at, protocol, client, agent FROM inbound WHERE mention = ? ORDER BY id"
        return [
            Logged(at=at, protocol=protocol, client=client, agent=agent)
            for at, protocol, client, agent in self._db.execute(sql, (mention,))
        ]

    def generation(self) -> int:
        """Return a number that grows with each change of what is published."""
        row = self._one("SELECT value FROM meta WHERE name = 'generation'")
        return int(row[0]) if row else 0

    def due(self, now: float) -> int:
        """Return how many jobs wait to be done."""
        return int(self._one("SELECT count(*) FROM job WHERE run_at <= ?", (now,))[0])

    def figures(self, now: float) -> dict[str, float]:
        """Return what there is to count."""
        found: dict[str, float] = {}
        for column in ("verification", "moderation"):
            sql = f"SELECT {column}, count(*) FROM mention GROUP BY {column}"  # noqa: S608  ours
            found |= {f'mentions{{{column}="{name}"}}': n for name, n in self._db.execute(sql)}
        (oldest,) = self._one("SELECT min(run_at) FROM job WHERE run_at <= ?", (now,))
        found["jobs"] = self._one("SELECT count(*) FROM job")[0]
        found["jobs_due"] = self.due(now)
        found["oldest_job_seconds"] = max(0.0, now - oldest) if oldest is not None else 0.0
        found["generation"] = self.generation()
        return found

    # Moderation

    def moderate(self, mentions: Iterable[Mention], action: Action, who: str, now: float) -> int:
        """Carry out an order of the owner; returns how many mentions it changed."""
        changed = 0
        with self.transaction():
            for before in (self._mention(mention.id) for mention in mentions):
                if before.moderation == "erased":
                    continue
                if before.moderation == _DONE[action] and not (
                    action == "approve" and before.has_changed
                ):
                    continue
                self._carry_out(before, action, now)
                self._audit(now, who, action, before.id, f"was {before.moderation}")
                self._after_change(before, now)
                changed += 1
        if action == "erase" and not self._db.in_transaction:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return changed

    def _carry_out(self, before: Mention, action: Action, now: float) -> None:
        if action == "erase":
            self._erase(before, now)
            return
        shown = before.shown
        if action == "approve":
            shown = before.reading or Reading(url=normal_page(before.source))
            self._schedule("verify", before.id, now + DAY)
        self._db.execute(
            "UPDATE mention SET moderation = ?, shown = ?, rechecks = 0 WHERE id = ?",
            (_DONE[action], text_of(shown), before.id),
        )

    def _erase(self, before: Mention, now: float) -> None:
        """Take away every word of a mention; keyed hashes see to it that it stays away.

        Its author stays away too, if the page is his: anybody can claim to be another.
        """
        authors = {reading.author.url for reading in (before.reading, before.shown) if reading}
        self._bar(normal_page(before.source), now)
        for url in authors:
            if url and host(url) == before.host:
                self._bar(_author(url), now)
        self._wipe(before.id)
        for origin in {r.author.photo for r in (before.reading, before.shown) if r}:
            self._db.execute("DELETE FROM media WHERE origin = ?", (origin,))

    def bar_author(self, url: str, who: str, now: float) -> None:
        """Keep away whatever the author with the URL ``url`` writes, wherever he does."""
        with self.transaction():
            self._bar(_author(url), now)
            self._audit(now, who, "bar author", None)

    def _bar(self, text: str, now: float) -> None:
        self._db.execute(
            "INSERT INTO erasure VALUES (?, ?) ON CONFLICT DO NOTHING", (self._hash(text), now)
        )

    def _wipe(self, mention: int) -> None:
        self._db.execute(
            "UPDATE mention SET moderation = 'erased', source = '', host = '', target = '',"
            " claims = '', reading = '', shown = '', author = '', signals = '', reason = '',"
            " etag = '', last_modified = '', digest = '' WHERE id = ?",
            (mention,),
        )
        self._db.execute("DELETE FROM inbound WHERE mention = ?", (mention,))
        self._db.execute("DELETE FROM job WHERE mention = ?", (mention,))

    def recheck(self, mentions: Iterable[Mention], who: str, now: float) -> int:
        """Have the sources of ``mentions`` read again as soon as may be."""
        count = 0
        with self.transaction():
            for mention in mentions:
                if mention.moderation != "erased":
                    self._schedule("verify", mention.id, now)
                    self._audit(now, who, "recheck", mention.id)
                    count += 1
        return count

    def rules(self) -> list[Rule]:
        """Return every rule, oldest first."""
        rows = self._db.execute("SELECT scope, value, action, note, at FROM rule ORDER BY at")
        return [
            Rule(scope=scope, value=value, action=action, note=note, at=at)
            for scope, value, action, note, at in rows
        ]

    def add_rule(self, rule: Rule, who: str) -> None:
        """Add a rule in place of an earlier one on the same thing."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO rule VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, value) DO UPDATE SET"
                " action = excluded.action, note = excluded.note, at = excluded.at",
                (rule.scope, rule.value, rule.action, rule.note, rule.at),
            )
            self._audit(rule.at, who, rule.action, None, f"{rule.scope} {rule.value}")

    def drop_rule(self, scope: Scope, value: str, who: str, now: float) -> bool:
        """Take a rule back; False where there is none."""
        with self.transaction():
            gone = self._db.execute(
                "DELETE FROM rule WHERE scope = ? AND value = ?", (scope, value)
            ).rowcount
            if gone:
                self._audit(now, who, "drop rule", None, f"{scope} {value}")
            return bool(gone)

    def _audit(self, at: float, who: str, action: str, mention: int | None, note: str = "") -> None:
        self._db.execute(
            "INSERT INTO audit (at, who, action, mention, note) VALUES (?, ?, ?, ?, ?)",
            (at, who, action, mention, note),
        )

    # Pictures

    def media(self, origin: str) -> Media | None:
        """Return the picture made from ``origin``, if one was looked for."""
        return self._media("origin", origin)

    def media_named(self, name: str) -> Media | None:
        """Return our picture of that name."""
        return self._media("name", name) if name else None

    def _media(self, column: str, value: str) -> Media | None:
        sql = f"SELECT origin, name, type, data FROM media WHERE {column} = ?"  # noqa: S608  ours
        row = self._one(sql, (value,))
        return Media(origin=row[0], name=row[1], type=row[2], data=row[3]) if row else None

    # Housekeeping

    def mend_times(self, now: float) -> int:
        """Set right what a clock that was wrong has put out of reach; returns how many rows."""
        soon = now + _AHEAD
        with self.transaction():
            leases = self._db.execute(
                "UPDATE job SET leased_until = 0 WHERE leased_until > ?", (soon,)
            )
            # What came or was looked at in the future has all its times from that clock.
            wrong = self._db.execute(
                "SELECT DISTINCT mention.id FROM job JOIN mention ON mention.id = job.mention"
                " WHERE run_at > ? AND (last_received > ? OR checked > ?)",
                (now, soon, soon),
            ).fetchall()
            waits = self._db.execute(
                "UPDATE job SET run_at = ? WHERE run_at > ?", (now, now + _LONGEST_WAIT)
            )
            self._db.executemany("UPDATE job SET run_at = ? WHERE mention = ?", _with(now, wrong))
            for name in ("first_received", "last_received", "checked", "missing_at"):
                sql = f"UPDATE mention SET {name} = min({name}, ?) WHERE id = ?"  # noqa: S608  ours
                self._db.executemany(sql, _with(now, wrong))
            return leases.rowcount + waits.rowcount + len(wrong)

    def prune(self, now: float) -> int:
        """Forget the log after two weeks or half a million lines, and later what never was a link.

        Nothing that was verified once, and nothing that the owner decided on, goes.
        """
        with self.transaction():
            gone = self._db.execute(
                "DELETE FROM inbound WHERE at < ? OR id <= (SELECT max(id) FROM inbound) - ?",
                (now - _LOG_DAYS * DAY, _LOG_MOST),
            )
            count = gone.rowcount
            old = (
                "SELECT id FROM mention WHERE last_received < ? AND moderation = 'pending'"
                " AND reading = '' AND verification IN ('no-link', 'gone', 'refused', 'unreachable')"
            )
            before = (now - _FAILED_DAYS * DAY,)
            for table, column in (("job", "mention"), ("inbound", "mention"), ("mention", "id")):
                sql = f"DELETE FROM {table} WHERE {column} IN ({old})"  # noqa: S608  names of ours
                count += self._db.execute(sql, before).rowcount
            self._db.execute(
                "DELETE FROM media WHERE name = '' AND at < ?",
                (now - _NEGATIVE_MEDIA_DAYS * DAY,),
            )
            return count

    def backup(self, path: Path) -> None:
        """Copy the database to ``path`` while it is in use (SQLite's online backup).

        What was there before stays until the copy is whole. Raises ReceiverError.
        """
        new = path.with_name(f"{path.name}.new")
        try:
            if path.exists() and path.samefile(self.path):
                raise ReceiverError(f"{path} is the database itself; name another file")
            with closing(sqlite3.connect(new)) as copy:
                self._db.backup(copy)
            new.replace(path)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError):
                new.unlink()
            raise ReceiverError(f"no backup can be written to {path}: {error}") from error


def _author(url: str) -> str:
    return f"author\0{normal_page(url)}"


def _with(now: float, rows: Iterable[tuple[int]]) -> Iterator[tuple[float, int]]:
    return ((now, identifier) for (identifier,) in rows)


def _by_time(row: tuple[Any, ...]) -> tuple[float, int]:
    return row[4], row[0]


def _not_now(error: sqlite3.OperationalError) -> Exception:
    """Return NotNowError for what may pass: a lock, a full disk; else the error itself."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, *_FULL):
        return NotNowError(f"the database does not take anything now: {error}", _RETRY_AFTER)
    return error
