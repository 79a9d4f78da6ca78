"""The composition root: puts one process together from settings, runs it, and takes it down again in order."""

import asyncio
import contextlib
import errno
import gc
import logging
import os
import signal
import socket as sockets
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec

from careline import consequences, wiring
from careline.core.actor import Actor, system
from careline.core.clock import Clock
from careline.core.errors import Refused
from careline.core.events import PresenceChanged, Recorded, TypingChanged
from careline.core.page import Cursors
from careline.features.attachments.intake import Intake
from careline.features.attachments.scanner import Scanner
from careline.features.messages.attached import scan_again
from careline.features.people.events import ContactUpdated, StaffUpdated
from careline.features.presence.actions import met_by
from careline.features.tokens.actions import sweep
from careline.live.board import Board
from careline.live.hints import BEAT, Hint, Hints
from careline.live.hub import Hub
from careline.live.tail import Tail
from careline.live.wake import LOOK_S, Poll
from careline.metrics import Metrics
from careline.settings import Settings, SettingsError
from careline.store.blobs import Blobs, LocalBlobs, Spools
from careline.store.cache import Cache
from careline.store.database import Database, Tx
from careline.store.journal import Journal
from careline.store.migrate import SchemaError, migrate, pending
from careline.store.postgres import Postgres
from careline.store.s3 import S3Blobs
from careline.store.sqlite import Sqlite
from careline.wires import native, operator
from careline.wires.credentials import Credentials, Passwords
from careline.wires.files import Files, Links
from careline.wires.gate import Gate
from careline.wires.http import Edge
from careline.wires.issuers import Trust
from careline.wires.listener import Listener
from careline.wires.native import documents as native_documents
from careline.wires.native import files as native_files
from careline.wires.native import frames as native_frames
from careline.wires.native import routes as native_routes
from careline.wires.native import socket as native_socket
from careline.wires.origins import EVERY_S as ORIGINS_S
from careline.wires.origins import Origins
from careline.wires.pages import Pages
from careline.wires.problems import Problems
from careline.wires.server import Server
from careline.wires.socket import Sockets
from careline.work.alerting import EVERY_S as ALERT_EVERY_S
from careline.work.alerting import alert_all
from careline.work.anchoring import LOOK_EVERY_S as ANCHOR_LOOK_S
from careline.work.anchoring import Notary, anchor
from careline.work.doing import JOBS, errands
from careline.work.following import FOLLOW_EVERY_S, follow_all
from careline.work.indexer import Indexer
from careline.work.keeping import EVERY_S as KEEP_EVERY_S
from careline.work.keeping import Keeper
from careline.work.runner import Runner
from careline.work.schedule import every
from careline.work.sealing import SEAL_EVERY_S, seal_all
from careline.work.sms import provider
from careline.work.tidy import Tidy

logger = logging.getLogger("careline")
SCAN_S = 20.0
SWEEP_S = 1.0
TIDY_S = 60.0
BACKLOG = 1024
COLLECT = (10_000, 10, 10)


def open_database(
    settings: Settings, clock: Clock | None = None, on_fatal: Callable[[str], None] | None = None
) -> Database:
    """The database the settings name; not opened yet."""
    engine: Sqlite | Postgres
    if settings.is_postgres:
        engine = Postgres(settings.database, pool=settings.postgres_pool)
    else:
        engine = Sqlite(settings.sqlite_file, readers=settings.sqlite_readers, on_fatal=on_fatal or (lambda why: None))
    return Database(engine, consequences.plan, clock or Clock(), settings)


def open_files(settings: Settings, clock: Clock) -> Intake:
    """Where files come in and lie, as the settings say."""
    folder = settings.files_folder
    spools = folder / "arriving"
    blobs: Blobs = LocalBlobs(folder)
    if settings.s3_bucket:
        words = (settings.s3_url, settings.s3_bucket, settings.s3_region, settings.s3_key_id, settings.s3_secret)
        blobs = S3Blobs(*words, spools, clock)
    return Intake(blobs, Spools(spools), Scanner(settings.scanner), settings.scan_policy)


class App:
    """A running server. `start`, then `run_until_stopped` or `stop`."""

    def __init__(self, settings: Settings, *, demo: bool = False, passwords: Passwords | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.database = open_database(settings, on_fatal=self._fatal)
        self.database.engine.on_commit_time = self.metrics.commit  # type: ignore[attr-defined]
        self.journal = Journal(list(consequences.CONSEQUENCES))
        self.hub = Hub()
        self.tail = Tail(self._deliver, self._read_log)
        self.intake = open_files(settings, self.database.clock)
        gate = Gate(settings, self.database.clock)
        passwords = passwords or Passwords()
        trust = Trust(settings.issuers, self.database)
        credentials = Credentials(self.database, trust, gate, self.database.clock, passwords)
        credentials.signed = wiring.signed(settings)
        self.hub.on_hang_up = credentials.forget
        self.server = Server(
            settings,
            self.database,
            self.journal,
            self.hub,
            self.tail,
            Board(self._come_or_gone, self._spread),
            gate,
            credentials,
            passwords,
            Sockets(self.database.clock, settings.sockets_per_address, settings.sockets_unauthenticated),
            Origins(settings.origins),
            Files(self.intake, elsewhere=_origin(settings.s3_url) if settings.s3_links == "on" else ""),
            self._tell,
            self.metrics.batches.observe,
        )
        self._notary = Notary(settings.audit_key)
        self._indexer = Indexer(self.database, self.database.clock, self.metrics.search_lag.set)
        if settings.page_cache_mib > 0:
            self.database.cache = Cache(self.tail.heard, settings.page_cache_mib << 20, self.metrics.cache_hits.inc)
        self.database.before_commit = self.tail.committing
        self.database.on_commit = self._committed
        self._hints: Hints | None = None
        self._demo = demo
        self._tasks: list[asyncio.Task[Any]] = []
        self._telling: set[asyncio.Task[None]] = set()
        self._listeners: list[asyncio.Server] = []
        self._stopping = asyncio.Event()
        self.exit_code = 0
        self.sms = provider(settings)
        self.errands = errands(self.database, self.intake, lambda phone, text: self.sms.send(phone, text))
        self._runner = Runner(self.database, JOBS, self.errands)
        self.database.on_planned = self._runner.wake
        self.addresses: list[str] = []

    async def start(self, *, migrating: bool = True) -> None:
        """Open the store, bring its schema up to date, listen. Raises `SchemaError`, `SettingsError` or `OSError`."""
        await self.database.open()
        self.database.engine.serve()
        if migrating:
            await migrate(self.database, lambda line: logger.info(line))
        if missing := await pending(self.database):
            raise SchemaError(f"The schema lacks {len(missing)} migrations: run `careline migrate`.")
        await self._check_durability()
        await self._read_facts()
        await self.server.origins.load(self.database)
        wiring.warn(self.settings)
        await wiring.prepare(self.server)
        await self._listen()
        self._tasks = [asyncio.create_task(work) for work in self._work()]
        for task in self._tasks:
            task.add_done_callback(_tell_end)

    async def _check_durability(self) -> None:
        facts = await self.database.engine.facts()
        wrong = {"synchronous": "2", "journal_mode": "wal", "fsync": "on", "full_page_writes": "on"}
        for name, right in wrong.items():
            if facts.get(name, right) != right and not os.environ.get("CARELINE_TEST_UNSAFE_DATABASE"):
                raise SettingsError(f"the database has {name}={facts[name]}; durable storage needs {name}={right}")

    async def _read_facts(self) -> None:
        async def ask(tx: Tx, actor: Actor) -> tuple[str, str]:
            return str(await tx.value("server_fact", key="epoch")), str(await tx.value("server_fact", key="cursor_key"))

        epoch, key = await self.database.read(ask, system())
        self.server.epoch = epoch
        self.server.cursors = Cursors(bytes.fromhex(key))
        self.server.files.links = Links(bytes.fromhex(key))
        if self.settings.redis_url:
            seal = sha256(bytes.fromhex(key)).digest()
            self._hints = Hints(self.settings.redis_url, seal, self._heard, self.server.board.here)
        self.server.speeches["native"] = native_frames.NativeSpeech(self.server.cursors)

    async def _listen(self) -> None:
        bound = []
        for address in self.settings.listen:
            host, _, port = address.rpartition(":")
            bound.append(_bind(host.strip("[]"), int(port)))
        self.addresses = [f"{_host(s)}:{s.getsockname()[1]}" for s in bound]
        self.server.public_url = (self.settings.public_url or f"http://{self.addresses[0]}").rstrip("/")
        own = {self.server.public_url, *(f"http://{address}" for address in self.addresses)}
        own |= {address.replace("127.0.0.1", "localhost") for address in own}
        self.server.origins.own = frozenset(own)
        edge = Edge(self.server, self._routes(), Problems("edge"), self.metrics.request)
        edge.hosts = self._hosts()
        handler = Listener(edge)
        self._handler = handler
        loop = asyncio.get_running_loop()
        for listener in bound:
            self._listeners.append(await loop.create_server(handler, sock=listener, backlog=BACKLOG))

    def _hosts(self) -> set[str]:
        named = {self.server.public_url.partition("://")[2], *self.settings.hosts, *self.addresses}
        return {*named, *(name.rpartition(":")[0] for name in named if ":" in name), "localhost", "127.0.0.1", "[::1]"}

    def _routes(self) -> list[Any]:
        assert native
        return [
            *native_routes.routes(),
            *native_files.routes(),
            native_socket.route(),
            *wiring.routes(self.settings),
            *native_documents.routes([language.name for language in wiring.spoken(self.settings)]),
            *operator.routes(self.metrics.registry),
            *Pages(demo=self._demo).routes(),
        ]

    def _work(self) -> list[Any]:
        async def heads(workspaces: list[str]) -> dict[str, int]:
            return await self.database.read(self.journal.heads, system(), workspaces)

        poll = Poll(self.database.engine.changed_elsewhere, heads, lambda: self.tail.workspaces, self.tail.wake)
        return [
            every(LOOK_S, poll.look),
            self._runner.run(),
            *([self._indexer.run()] if self.settings.search_index else []),
            every(SWEEP_S, self._second),
            every(ORIGINS_S, self.server.origins.age),
            every(SWEEP_S, self.server.auditor.flush),
            every(KEEP_EVERY_S, Keeper(self.database, self.database.clock).run),
            every(FOLLOW_EVERY_S, lambda: follow_all(self.database)),
            every(ALERT_EVERY_S, self._alert),
            every(SEAL_EVERY_S, lambda: seal_all(self.database)),
            *([every(ANCHOR_LOOK_S, self._anchor)] if self.settings.audit_key else []),
            every(TIDY_S, Tidy(self.database).once),
            every(3_600.0, lambda: self.database.write(sweep, system())),
            every(3_600.0, lambda: self.intake.sweep(self.database)),
            *([every(SCAN_S, lambda: scan_again(self.intake, self.database))] if self.intake.scanner.on else []),
            self.metrics.watch_loop(),
            *self._hinting(self._hints),
        ]

    def _hinting(self, hints: Hints | None) -> list[Any]:
        if hints is None:
            return []
        return [hints.run(), every(BEAT, hints.beat)]

    async def _second(self) -> None:
        self.server.sockets.sweep()
        self.server.board.tick(self.database.clock.monotonic_ms())
        self.metrics.sockets.set(len(self.server.sockets.open))
        self.metrics.lag.set(self.tail.lag)
        self.metrics.cache_bytes.set(self.database.cache.weight)
        if self.server.origins.stale:
            await self.server.origins.load(self.database)

    async def _alert(self) -> None:
        noted = self.server.auditor.noted()
        await alert_all(self.database, noted, lambda kind: self.metrics.alerts.labels(kind).inc())

    async def _anchor(self) -> None:
        made = await anchor(self.database, self._notary)
        if made is not None:
            logger.info("the audit was signed", extra={"fields": msgspec.structs.asdict(made)})

    async def _read_log(self, workspace_id: str, since: int, most: int) -> list[Recorded]:
        return await self.database.read(self.journal.read, system(workspace_id), since, most)

    def _committed(self, facts: list[Recorded]) -> None:
        self.tail.committed(facts)
        self._indexer.committed(facts)
        if self._hints:
            self._hints.committed(facts)
        for recorded in facts:
            self.server.origins.heard(recorded)

    def _deliver(self, facts: list[Recorded]) -> None:
        for recorded in facts:
            self.database.cache.happened(recorded)
        self.hub.deliver(facts)
        for recorded in facts:
            self.server.origins.heard(recorded)
            if isinstance(recorded.event, (ContactUpdated, StaffUpdated)) and recorded.about is not None:
                kind = "contact" if isinstance(recorded.event, ContactUpdated) else "staff"
                self.server.renamed(recorded.workspace_id, f"{kind}:{recorded.about.id}", recorded.about.name or "")

    def _tell(self, signal: TypingChanged) -> None:
        self.hub.signal(signal)
        self._spread(signal)

    def _spread(self, signal: TypingChanged | PresenceChanged) -> None:
        if self._hints:
            self._hints.signalled(signal)

    def _come_or_gone(self, signal: PresenceChanged) -> None:
        """Staff who only participate hear of a contact they meet, and of no other."""
        agents = self.hub.has_agents(signal.workspace_id)
        if not agents or not signal.person.startswith("contact:") or signal.conversation_id is not None:
            self.hub.signal(signal)
            return

        async def find_and_tell() -> None:
            try:
                self.hub.signal(await self.database.read(met_by, system(signal.workspace_id), signal))
            except Refused:
                self.hub.signal(signal)

        task = asyncio.create_task(find_and_tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _heard(self, hint: Hint) -> None:
        """What another process says."""
        board = self.server.board
        unknown = board.alive(hint.process, self.database.clock.monotonic_ms(), stops=hint.stops)
        if unknown and self._hints and hint.people is None and not hint.stops:
            self._hints.ask(hint.process)
        for workspace_id, seq in hint.numbers.items():
            self.tail.wake(workspace_id, seq)
        for told in hint.signals:
            if isinstance(told, PresenceChanged):
                board.heard(hint.process, told)
            else:
                self.hub.signal(told)
        if hint.people is not None:
            board.heard_all(hint.process, hint.people)

    def _fatal(self, why: str) -> None:
        said = "the disk failed under a commit: stopping before anything more is acknowledged"
        logger.critical(said, extra={"fields": {"error": why}})
        os._exit(70)

    async def run_until_stopped(self) -> int:
        """Serve until SIGTERM or SIGINT, then drain; the process's exit code."""
        # All that is there now stays; looking through it again and again for what is not needed took 4 % of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        await self._stopping.wait()
        logger.info("stopping", extra={"fields": {"sockets": len(self.server.sockets.open)}})
        await self.stop()
        logger.info("stopped")
        return self.exit_code

    async def stop(self) -> None:
        """Stop accepting, finish what is in flight, send the sockets away for a while, close the store."""
        self.server.draining = True
        for listener in self._listeners:
            listener.close()
        await self.server.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while self.server.sockets.open:
                    self.server.sockets.sweep()
                    await asyncio.sleep(0.05)
        self._handler.pre_shutdown()  # hangs up on idle connections, for which `shutdown` would wait in vain
        await self._handler.shutdown(5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.database.close()


def _bind(host: str, port: int) -> sockets.socket:
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    bound = sockets.socket(family, sockets.SOCK_STREAM)
    bound.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        bound.bind((host or "0.0.0.0", port))  # noqa: S104
    except OSError as error:
        bound.close()
        other = "; `listen` says where else" if error.errno == errno.EADDRINUSE else ""
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}{other}") from None
    bound.setblocking(False)
    return bound


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _host(bound: sockets.socket) -> str:
    host = str(bound.getsockname()[0])
    return f"[{host}]" if ":" in host else host


def _tell_end(task: "asyncio.Task[Any]") -> None:
    """What works for as long as the server does has ended: nobody waits for it, so somebody has to be told."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("work in the background has ended", extra={"fields": {"error": type(error).__name__}})
