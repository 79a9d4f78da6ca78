"""Two server processes on one PostgreSQL: what happens at one is heard at the other, with Redis and without it."""

import asyncio
from collections.abc import Iterator

import pytest

from careline.core.errors import Unauthenticated
from careline.features.tokens.actions import revoke_token
from tests.services import Cluster, Redis
from tests.world import second, stage


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
