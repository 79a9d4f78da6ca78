"""Two server processes on one PostgreSQL: what happens at one is heard at the other, with Redis and without it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from careline import app
from careline.core.errors import Unauthenticated
from careline.features.conversations.actions import add_participant
from careline.features.tokens.actions import revoke_token
from careline.live import board
from careline.live.hints import Hint
from tests.services import Cluster, Redis
from tests.world import Socket, second, stage


@pytest.fixture
def shared(postgres: Cluster) -> Iterator[str]:
    dsn = postgres.create_database()
    yield dsn
    postgres.drop_database(dsn)


async def test_without_redis_the_other_process_hears_within_a_second(shared: str) -> None:
    async with stage(shared) as world, second(world, shared) as there:
        ana = await there.ana.opens()
        await world.cara.sends(world.conversation, "hello over there")
        assert (await ana.hears("message.sent", within=2.0))["data"]["message"]["body"] == "hello over there"


async def test_with_redis_messages_typing_and_presence_cross_at_once(shared: str, redis: Redis) -> None:
    async with stage(shared, redis_url=redis.url) as world, second(world, shared, redis.url) as there:
        ana = await there.ana.opens()
        await asyncio.sleep(0.3)
        cara = await world.cara.opens()
        assert (await ana.hears("presence"))["data"]["online"] is True
        assert there.app.server.board.online("greenleaf", "contact:cara")
        await cara.does("typing.set", conversation_id=world.conversation, typing=True)
        assert (await ana.hears("typing"))["data"]["name"] == "Cara"
        for number in range(20):
            await cara.does("message.send", conversation_id=world.conversation, body=str(number))
        heard = [(await ana.hears("message.sent"))["data"]["message"]["body"] for _ in range(20)]
        assert heard == [str(number) for number in range(20)]


async def test_somebody_at_two_processes_is_gone_when_they_have_left_both(
    shared: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "GRACE", 200)
    async with stage(shared, redis_url=redis.url) as world, second(world, shared, redis.url) as there:
        ana, ben = await world.ana.opens(), await there.ben.opens()
        await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
        await asyncio.sleep(0.3)
        here, other = await world.cara.opens(), await there.cara.opens()
        for socket in (ana, ben):
            assert (await presence_of(socket, "cara"))["online"] is True
        await here.close()
        for socket in (ana, ben):
            with pytest.raises(TimeoutError):
                await presence_of(socket, "cara", within=1.5)
        assert world.app.server.board.online("greenleaf", "contact:cara")
        await other.close()
        for socket in (ana, ben):
            assert (await presence_of(socket, "cara"))["online"] is False
        assert not world.app.server.board.online("greenleaf", "contact:cara")


async def test_whoever_was_at_a_process_that_stopped_has_a_while_to_come_to_another(
    shared: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "PARTING", 1_500)
    async with stage(shared, redis_url=redis.url) as world:
        ana = await world.ana.opens()
        async with second(world, shared, redis.url) as there:
            await asyncio.sleep(0.3)
            await there.cara.opens()
            await there.dev.opens()
            assert {(await ana.hears("presence"))["data"]["id"] for _ in range(2)} == {"cara", "dev"}
        await world.cara.opens()
        gone = (await ana.hears("presence"))["data"]
        assert (gone["id"], gone["name"], gone["online"]) == ("dev", "Dev", False)
        assert world.app.server.board.online("greenleaf", "contact:cara")


async def test_whoever_was_at_a_process_that_was_killed_is_gone_after_its_silence(
    shared: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "GRACE", 200)
    monkeypatch.setattr(board, "REMOTE", 2_000)
    monkeypatch.setattr(app, "BEAT", 0.2)
    async with stage(shared, redis_url=redis.url) as world, second(world, shared, redis.url) as there:
        ana = await world.ana.opens()
        await asyncio.sleep(0.3)
        await there.cara.opens()
        await there.dev.opens()
        assert {(await ana.hears("presence"))["data"]["id"] for _ in range(2)} == {"cara", "dev"}
        silent = there.app._hints
        assert silent is not None
        with monkeypatch.context() as patch:
            patch.setattr(silent, "_say", _nothing)
            cara = await world.cara.opens()
            await cara.close()
            gone = [(await ana.hears("presence"))["data"] for _ in range(2)]
            assert sorted((one["id"], one["online"]) for one in gone) == [("cara", False), ("dev", False)]
        back = [(await ana.hears("presence"))["data"] for _ in range(2)]
        assert sorted((one["id"], one["online"]) for one in back) == [("cara", True), ("dev", True)]
        await asyncio.sleep(2.5)
        assert world.app.server.board.online("greenleaf", "contact:dev")


async def _nothing(hint: Hint) -> None:
    return None


async def test_a_process_that_starts_hears_soon_who_is_at_the_others(
    shared: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BEAT", 0.2)
    async with stage(shared, redis_url=redis.url) as world:
        await world.cara.opens()
        await asyncio.sleep(0.5)
        async with second(world, shared, redis.url) as there:
            ana = await there.ana.opens()
            assert (await presence_of(ana, "cara"))["online"] is True


async def presence_of(socket: Socket, id_: str, within: float = 5.0) -> dict[str, Any]:
    async with asyncio.timeout(within):
        while True:
            said: dict[str, Any] = (await socket.hears("presence"))["data"]
            if said["id"] == id_:
                return said


async def test_a_token_revoked_at_one_process_is_dead_at_the_other(shared: str) -> None:
    async with stage(shared) as world, second(world, shared) as there:
        cara = await there.cara.opens()
        token_id = world.cara.actor.credential.removeprefix("token:")
        await world.app.database.write(revoke_token, world.ana.actor, token_id)
        assert await cara.is_closed(within=3.0) == 4410
        with pytest.raises(Unauthenticated):
            await there.app.server.identify(world.cara.token, "127.0.0.1")


async def test_messages_flow_while_redis_is_away(shared: str, redis: Redis) -> None:
    async with stage(shared, redis_url=redis.url) as world, second(world, shared, redis.url) as there:
        ana = await there.ana.opens()
        redis.crash()
        try:
            await world.cara.sends(world.conversation, "Redis is gone")
            heard = await ana.hears("message.sent", within=5.0)
            assert heard["data"]["message"]["body"] == "Redis is gone"
        finally:
            redis.start()
