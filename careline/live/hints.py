"""Hints through Redis between processes: how far a log reaches, and signals. Losing all of them loses no message."""

import asyncio
import contextlib
import hmac
import logging
import random
import secrets
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

import msgspec
import redis.asyncio as redis
from msgspec import Struct
from redis.exceptions import RedisError

from careline.core.events import PresenceChanged, Recorded, TypingChanged

logger = logging.getLogger("careline.hints")
WAITING = 1_000
TIMEOUT = 2.0
LONGEST_PAUSE = 5.0
BEAT = 5.0
PEOPLE_EVERY = 60  # beats
TAG = 32


class Hint(Struct, frozen=True):
    """What one process tells the others. `process` is who says it: nobody heeds their own. `numbers` are workspaces and
    how far their logs reach, `signals` what has just become true, `people` all who are connected there, said now and
    then and to those who ask, `asks` whom it does not know, and `stops` its last word.
    """

    process: str
    numbers: dict[str, int] = {}
    signals: list[TypingChanged | PresenceChanged] = []
    people: list[PresenceChanged] | None = None
    asks: list[str] = []
    stops: bool = False


class Hints:
    """Publishes this process's hints; `heard` gets those of the others.

    Every message is sealed with a key that only processes of this store know: whoever else can write to Redis is
    ignored. Publishing never waits; what does not fit into a short queue while Redis is away is dropped, and the others
    find out by asking the database.
    """

    def __init__(
        self, url: str, key: bytes, heard: Callable[[Hint], None], here: Callable[[], list[PresenceChanged]]
    ) -> None:
        self._redis = redis.from_url(url, socket_connect_timeout=TIMEOUT, health_check_interval=15)
        self._key = key
        self._process = secrets.token_hex(8)
        self._channel = "careline:" + sha256(b"channel" + key).hexdigest()[:16]
        self._heard = heard
        self._numbers: dict[str, int] = {}
        self._signals: list[TypingChanged | PresenceChanged] = []
        self._here = here
        self._beats = 0
        self._asked = self._with_people = False
        self._strangers: list[str] = []
        self._something = asyncio.Event()
        self._decode = msgspec.json.Decoder(Hint).decode

    def committed(self, facts: list[Recorded]) -> None:
        """This process has committed; several commits before the next publish become one hint."""
        self._numbers[facts[-1].workspace_id] = facts[-1].seq
        self._something.set()

    def signalled(self, signal: TypingChanged | PresenceChanged) -> None:
        if len(self._signals) < WAITING:
            self._signals.append(signal)
        self._something.set()

    def beat(self) -> None:
        """Be heard of, whatever happens or does not. Who is connected here is said with it now and then, because a
        signal may be lost, and when somebody has asked since the last beat.
        """
        self._beats += 1
        if self._asked or self._beats % PEOPLE_EVERY == 0:
            self._asked, self._with_people = False, True
        self._something.set()

    def ask(self, process: str) -> None:
        """Who is connected there? It says so with its next beat."""
        self._strangers.append(process)
        self._something.set()

    async def run(self) -> None:
        """Publish and listen for ever, each coming back by itself after Redis was away; when cancelled, say so."""
        try:
            await asyncio.gather(self._again(self._publish), self._again(self._listen))
        finally:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._say(Hint(self._process, stops=True))
            with contextlib.suppress(RedisError, OSError):
                await self._redis.aclose()

    async def _again(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError, TimeoutError) as error:
                logger.warning("Redis is away", extra={"fields": {"error": type(error).__name__}})
                self._asked = True  # what was to be said meanwhile is lost
                await asyncio.sleep(random.uniform(0.2, LONGEST_PAUSE))  # noqa: S311

    async def _publish(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            await self._say(self._next())

    def _next(self) -> Hint:
        """What is to be said, with those who are here now: only signals from before this moment stand in it."""
        people = self._here() if self._with_people else None
        hint = Hint(self._process, self._numbers, self._signals, people, self._strangers)
        self._numbers, self._signals, self._strangers, self._with_people = {}, [], [], False
        return hint

    async def _say(self, hint: Hint) -> None:
        async with asyncio.timeout(TIMEOUT):
            await self._redis.publish(self._channel, self._seal(msgspec.json.encode(hint)))

    async def _listen(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(self._channel)
            async for message in channel.listen():
                if message["type"] == "message":
                    self._heed(message["data"])

    def _heed(self, sealed: bytes) -> None:
        payload = sealed[TAG:]
        if not hmac.compare_digest(sealed[:TAG], self._tag(payload)):
            return
        try:
            hint = self._decode(payload)
        except msgspec.DecodeError:
            return  # of a process with other code, for a while: the log says the same a little later
        if hint.process != self._process:
            self._asked = self._asked or self._process in hint.asks
            self._heard(hint)

    def _seal(self, payload: bytes) -> bytes:
        return self._tag(payload) + payload

    def _tag(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")
