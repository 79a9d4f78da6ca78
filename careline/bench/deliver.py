"""W-A: messages that are stored, acknowledged to their sender and delivered to the others, who are all online."""

import asyncio
import random
import time
from collections.abc import Callable

from careline.bench import scrape
from careline.bench.clients import PATIENCE, Broken, Client, all_in, now
from careline.bench.measure import Tracer, cpu_s
from careline.bench.plan import Deliver, Delivered, Latency, Room, Saturated, Steady
from careline.bench.tongues import TONGUES

BODY = 120
SLICES = 3
MARK = b"~M"
DIGITS = 8


class _Message:
    """One on its way: whose it is, when it left, who has not got it yet, and what to do when all is done."""

    __slots__ = ("acked", "author", "done", "left", "missing")

    def __init__(self, author: Client, left: float, missing: int, done: Callable[[], None]) -> None:
        self.author = author
        self.left = left
        self.missing = missing
        self.acked = False
        self.done = done


class Crowd:
    """Everybody who is online, and the messages among them that are not done. `text` is what follows their mark."""

    def __init__(self, rooms: tuple[Room, ...], text: Callable[[], bytes] = lambda: b"", wire: str = "native") -> None:
        self.rooms = rooms
        self._text = text
        self._tongue = TONGUES[wire]
        self._under_way: dict[bytes, _Message] = {}
        self._next = random.randrange(1, 9) * 10_000_000
        self._words: list[list[tuple[Client, bytes]]] = []
        self.acks: list[float] = []
        self.deliveries: list[float] = []
        self.done = 0
        self.broken: str | None = None

    async def gather(self, address: str) -> None:
        ways = [self._tongue.way(room, token) for room in self.rooms for token in room.tokens]
        clients = iter(await all_in(address, ways, self._heard))
        for room in self.rooms:
            self._words.append([(next(clients), self._tongue.words(room)) for _ in room.tokens])

    def disperse(self) -> None:
        for room in self._words:
            for client, _ in room:
                client.leave()

    @property
    def unfinished(self) -> int:
        return len(self._under_way)

    def send(self, room: int, member: int, done: Callable[[], None], due: float | None = None) -> None:
        """Say something in a room; a message that leaves late counts from when it was due."""
        self._next += 1
        mark = b"%0*d" % (DIGITS, self._next)
        people = self._words[room]
        client, words = people[member]
        # Clients name every message, so that they can safely say it again; an UUID is as long as that.
        payload = words % {
            b"mark": mark,
            b"id": mark.rjust(36, b"0"),
            b"text": (MARK + mark + self._text()).ljust(BODY, b"x"),
        }
        self._under_way[mark] = _Message(client, due or now(), len(people) - 1, done)
        client.say(payload)

    def _heard(self, client: Client, frame: bytes) -> None:
        at = frame.find(MARK)
        if at < 0:
            if b'"type":"error"' in frame:
                self.broken = self.broken or frame[:300].decode()
            return
        key = frame[at + 2 : at + 2 + DIGITS]
        message = self._under_way.get(key)
        if message is None:
            return
        took = now() - message.left
        if client is message.author:
            message.acked = True
            self.acks.append(took)
        else:
            message.missing -= 1
            self.deliveries.append(took)
        if message.acked and not message.missing:
            del self._under_way[key]
            self.done += 1
            message.done()

    async def settle(self) -> None:
        """Until nothing is under way."""
        end = now() + PATIENCE
        while self._under_way:
            await asyncio.sleep(0.01)
            if self.broken:
                raise Broken(f"a message was refused: {self.broken}")
            if now() > end:
                raise Broken(f"{len(self._under_way)} messages were not delivered within {PATIENCE:.0f} s")

    def forget_times(self) -> None:
        self.acks, self.deliveries = [], []


def latency(seconds: list[float]) -> Latency:
    ordered = sorted(seconds)
    if not ordered:
        raise Broken("nothing was measured")
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.50, 0.99))
    return Latency(round(p50 * 1000, 3), round(p99 * 1000, 3))


async def steady(crowd: Crowd, plan: Deliver, rate: int) -> Steady:
    slices: list[tuple[Latency, Latency]] = []
    acks: list[float] = []
    deliveries: list[float] = []
    sent, cpu = 0, 0.0
    before = crowd.done
    for _ in range(SLICES):
        crowd.forget_times()
        started = cpu_s(plan.pids)
        sent += await open_loop(crowd, rate, max(2, int(rate * plan.seconds / SLICES)))
        cpu += cpu_s(plan.pids) - started
        slices.append((latency(crowd.acks), latency(crowd.deliveries)))
        acks += crowd.acks
        deliveries += crowd.deliveries
    ack, delivered = min(slices, key=lambda found: found[1].p99)
    done = crowd.done - before
    return Steady(rate, sent, done, ack, delivered, latency(acks), latency(deliveries), cpu / max(done, 1) * 1e6)


async def open_loop(crowd: Crowd, rate: int, count: int) -> int:
    """So many messages, each when it is due, whatever became of those before it; until all are done."""
    started = now()
    for number in range(count):
        due = started + number / rate
        if (early := due - now()) > 0:
            await asyncio.sleep(early)
        room = random.randrange(len(crowd.rooms))
        member = random.randrange(len(crowd.rooms[room].tokens))
        crowd.send(room, member, lambda: None, due if early < 0 else None)
    await crowd.settle()
    return count


def go_round(crowd: Crowd, in_flight: int) -> Callable[[], None]:
    """So many messages at once, from now until the answer is called: rooms in turn, then their members in turn."""
    running = True

    def sender(number: int) -> Callable[[], None]:
        """What sends the next one when the last is done."""

        def go_on() -> None:
            nonlocal number
            if running:
                room = number % len(crowd.rooms)
                crowd.send(room, number // len(crowd.rooms) % len(crowd.rooms[room].tokens), go_on)
                number += in_flight

        return go_on

    def stop() -> None:
        nonlocal running
        running = False

    for number in range(in_flight):
        sender(number)()
    return stop


async def saturated(crowd: Crowd, plan: Deliver, in_flight: int) -> Saturated:
    stop = go_round(crowd, in_flight)
    await asyncio.sleep(plan.warm_up)
    tracer = Tracer(plan.pids) if plan.trace else None
    traced = tracer.start() if tracer else False
    counted = await scrape.commits(plan.address)
    crowd.forget_times()
    done, cpu, load, started = crowd.done, cpu_s(plan.pids), time.process_time(), now()
    await asyncio.sleep(plan.closed_seconds)
    done, wall = crowd.done - done, now() - started
    cpu, load = cpu_s(plan.pids) - cpu, time.process_time() - load
    acks, deliveries = crowd.acks, crowd.deliveries
    fsyncs = tracer.stop() / done if tracer and traced and done else None
    commits = scrape.per_message(counted, await scrape.commits(plan.address))
    stop()
    await crowd.settle()
    if not done:
        raise Broken(f"nothing was done in {plan.closed_seconds} s")
    times = latency(acks), latency(deliveries)
    return Saturated(in_flight, done, wall, cpu, load, done / wall, done / max(cpu, 1e-9), *times, commits, fsyncs)


async def deliver(plan: Deliver, say: Callable[[str], None]) -> Delivered:
    crowd = Crowd(plan.rooms, wire=plan.wire)
    await crowd.gather(plan.address)
    await asyncio.sleep(min(1.0, plan.warm_up))
    try:
        found = Delivered([], [])
        for rate in plan.rates:
            say(f"{rate} messages per second")
            found.steady.append(await steady(crowd, plan, rate))
        for in_flight in plan.in_flight:
            say(f"{in_flight} messages in flight")
            found.saturated.append(await saturated(crowd, plan, in_flight))
        return found
    finally:
        crowd.disperse()
