"""The home of the running receiver: its parts put together, started, looked after, and stopped."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from pelican_smo import __version__
from pelican_smo.errors import ReceiverError, SmoError
from pelican_smo.linkbacks.addresses import normal
from pelican_smo.linkbacks.guard import Fetcher, Limits, allowing
from pelican_smo.linkbacks.readers import Readers
from pelican_smo.receiver.answers import Seldom
from pelican_smo.receiver.app import app
from pelican_smo.receiver.avatars import avatar
from pelican_smo.receiver.connections import connection
from pelican_smo.receiver.export import export
from pelican_smo.receiver.intake import Intake
from pelican_smo.receiver.quota import Quota
from pelican_smo.receiver.remote import fetch_with
from pelican_smo.receiver.store import Store
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.targets import Targets, TargetsSource
from pelican_smo.receiver.verify import Verifier
from pelican_smo.receiver.workers import Workers

__all__ = ["Options", "receive"]

log = logging.getLogger(__name__)

_TICK = 1.0
_TARGETS_FILE, _TARGETS_URL = 2.0, 300.0
_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the owner of a receiver chooses; each is an option of ``pelican-smo receive``."""

    database: Path
    targets: str
    public_url: str
    bind: str = "127.0.0.1"
    port: int = 8030
    also: tuple[str, ...] = ()
    export: Path | None = None
    trust_after: int = 1
    contact: str = ""
    allow_networks: tuple[str, ...] = ()
    any_port: bool = False
    spacing: float = 1.0
    per_minute: float = 30
    per_host: float = 60
    workers: int = 8
    readers: int = 2


def receive(options: Options, *, started: Callable[[str], None] = lambda _: None) -> None:
    """Run the receiver until it is told to stop (SIGINT, SIGTERM).

    ``started`` is told in a sentence what runs. Raises ReceiverError where it cannot start.
    """
    _allow_many_files()
    with ExitStack() as stack:
        limits = Limits(ports=None if options.any_port else Limits().ports, spacing=options.spacing)
        fetcher = Fetcher(
            agent=_agent(options), limits=limits, judge=allowing(*options.allow_networks)
        )
        targets = TargetsSource(options.targets, fetch_with(fetcher, limits), bases=options.also)
        _compare(targets().endpoint, options.public_url)
        listening = stack.enter_context(_listening(options))
        store = SqliteStore(options.database)
        group = GroupCommit(store)
        stack.callback(store.close)
        stack.callback(group.close)
        readers = stack.enter_context(Readers(options.readers))
        verifier = Verifier(fetcher, readers, targets)
        workers = Workers(
            group,
            look=lambda mention, twins: verifier.look(mention, twins=twins),
            picture=lambda origin: avatar(fetcher, readers.portrait, origin),
            trust_after=options.trust_after,
            threads=options.workers,
        )
        intake = Intake(
            group,
            SqliteStore(options.database),
            targets,
            public_url=options.public_url,
            arrived=workers.wake,
        )
        stack.callback(intake.close)
        workers.start(gives_way=intake.is_rushed)
        stack.callback(workers.stop)
        care = Care(options, group, intake, targets)
        care.start()
        stack.callback(care.stop)
        application = app(
            intake,
            targets,
            public_url=options.public_url,
            secret=store.secret,
            quota=Quota(client_a_minute=options.per_minute, host_an_hour=options.per_host),
        )
        started(
            f"receives linkbacks for {_counted(len(targets().by_id))} of {targets().site} "
            f"on http://{options.bind}:{options.port}, known as {options.public_url}"
        )
        _serve(application, listening)


def _counted(articles: int) -> str:
    return f"{articles} article{'' if articles == 1 else 's'}"


def _listening(options: Options) -> socket.socket:
    """Return the socket to listen on; raises ReceiverError where another program has it."""
    family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
    try:
        return socket.create_server((options.bind, options.port), family=family, backlog=2048)
    except OSError as error:
        raise ReceiverError(
            f"cannot listen on {options.bind}:{options.port}: {os.strerror(error.errno or 0)}; "
            "choose another with --port or --bind"
        ) from error


def _serve(application: ASGIApp, listening: socket.socket) -> None:
    config = uvicorn.Config(
        application,
        http=connection(),
        ws="none",
        log_level="error",  # at "warning" strangers could fill the log
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        limit_concurrency=2000,
    )
    # The server stops on these by itself, and then sends them again to those before it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])


def _allow_many_files() -> None:
    """Let the process hold as many connections as the system lets it."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _compare(announced: str, public_url: str) -> None:
    """Warn where the pages send linkbacks elsewhere."""
    if announced and normal(f"{announced.rstrip('/')}/") != normal(f"{public_url.rstrip('/')}/"):
        log.warning(
            "pelican_smo: the site's pages announce %s (SMO_LINKBACK_ENDPOINT), and this "
            "receiver is known as %s (--public-url)",
            announced,
            public_url,
        )


def _agent(options: Options) -> str:
    """Return the name under which sources are visited, with a way to complain."""
    return f"pelican-smo/{__version__} (Webmention verification; +{options.contact or options.public_url})"


class Care:
    """A thread that looks after what changes slowly: targets, rules, the export, old rows."""

    def __init__(
        self, options: Options, group: GroupCommit, intake: Intake, targets: TargetsSource
    ) -> None:
        self._options, self._group, self._targets = options, group, targets
        # An own view of the file: writing an export must not keep messages waiting.
        self._store = SqliteStore(options.database)
        self._exported: tuple[int, Targets] | None = None
        self._stopping = threading.Event()
        self._loud = Seldom(_HOUR)
        far = _TARGETS_FILE if "://" not in options.targets else _TARGETS_URL
        self._duties: list[tuple[float, Callable[[], object]]] = [
            (_TICK, intake.refresh),
            (far, targets.refresh),
            (_TICK, self._export),
            (_MINUTE, lambda: self._write(lambda store: store.mend_times(time.time()))),
            (_HOUR, lambda: self._write(lambda store: store.prune(time.time()))),
        ]
        self._thread = threading.Thread(target=self._run, name="smo-care", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what was approved last is exported first."""
        self._stopping.set()
        self._thread.join()
        self._try(self._export)
        self._store.close()

    def _run(self) -> None:
        next_at = [0.0] * len(self._duties)
        while not self._stopping.wait(_TICK):
            now = time.monotonic()
            for at, (every, duty) in enumerate(self._duties):
                if now >= next_at[at]:
                    next_at[at] = now + every
                    self._try(duty)

    def _try(self, duty: Callable[[], object]) -> None:
        try:
            duty()
        except SmoError as error:
            # What can be mended is said now and then, not every second.
            if self._loud(str(error)):
                log.warning("pelican_smo: %s", error)
        except Exception:
            log.exception("pelican_smo: housekeeping failed; trying again")

    def _write(self, call: Callable[[Store], object]) -> None:
        self._group.submit(call).result()

    def _export(self) -> None:
        path = self._options.export
        if path is None:
            return
        wanted = self._store.generation(), self._targets()
        if wanted != self._exported:
            export(self._store, wanted[1], path)
            self._exported = wanted
