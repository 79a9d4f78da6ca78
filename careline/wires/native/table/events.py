"""The event feed: what the socket says, for those who cannot hold one open, and for integrations."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from careline.core.actor import Actor
from careline.core.errors import Invalid
from careline.core.events import Recorded
from careline.live.hub import hears, worded
from careline.wires.native.commands import Asking, Request, command
from careline.wires.native.frames import USE, Frame, NativeSpeech
from careline.wires.server import Server


class Feed(Request, frozen=True):
    """`wait` holds the answer back until there is something to say, at most so many seconds."""

    since: str | None = None
    wait: Annotated[int, Meta(ge=0, le=25)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class Events(Struct, frozen=True):
    """`cursor` is where to go on. With `reset`, what was missed is not known any more: read everything anew."""

    items: list[Frame]
    cursor: str
    epoch: str
    reset: bool


@command("event.list", "GET", "/v1/events", Events, on_socket=False)
async def feed(ask: Asking, request: Feed) -> Events:
    """What happened after a cursor; without one, where the log stands now."""
    server, actor = ask.server, ask.somebody
    await server.follow(actor.workspace_id)
    last = server.tail.last(actor.workspace_id)
    if request.since is None:
        return Events([], _cursor(server, actor, last), server.epoch, False)
    try:
        since = server.cursors.decode(request.since, actor.workspace_id, USE, "since")
    except Invalid:
        return Events([], _cursor(server, actor, last), server.epoch, True)
    if server.too_long_ago(actor.workspace_id, since):
        return Events([], _cursor(server, actor, last), server.epoch, True)
    missed = await _missed(server, actor, since, request.limit)
    if not missed and request.wait:
        since, missed = await _wait(server, actor, max(since, last), request)
        await ask.again()  # what let them in may have been revoked while they waited
    speech = NativeSpeech(server.cursors)
    found = (worded(recorded, speech.frame, _view(actor, recorded)) for recorded in missed)
    frames = [frame for frame in found if frame is not None]
    reached = missed[-1].seq if missed else max(since, last)
    return Events(frames, _cursor(server, actor, reached), server.epoch, False)


async def _missed(server: Server, actor: Actor, since: int, limit: int) -> list[Recorded]:
    recent = server.tail.recent(actor.workspace_id, since)
    if recent is not None:
        return [recorded for recorded in recent if hears(actor, recorded)][:limit]
    async for page in server.log(actor, since):
        return page[:limit]
    return []


async def _wait(server: Server, actor: Actor, since: int, request: Feed) -> tuple[int, list[Recorded]]:
    """Look again whenever the log has grown, until there is something for this actor or the time is over."""
    missed: list[Recorded] = []
    try:
        async with asyncio.timeout(request.wait):
            while not missed and not server.draining:
                await server.tail.growth(actor.workspace_id)
                last = server.tail.last(actor.workspace_id)
                if last > since:
                    missed = await _missed(server, actor, since, request.limit)
                    since = last
    except TimeoutError:
        pass
    return since, missed


def _view(actor: Actor, recorded: Recorded) -> str:
    return f"{actor.kind}/author" if recorded.actor == actor.person else actor.kind


def _cursor(server: Server, actor: Actor, seq: int) -> str:
    return server.cursors.encode(seq, actor.workspace_id, USE)
