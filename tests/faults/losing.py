"""Every answer to a first attempt is lost; each client does one thing at a time, over a proxy of its own."""

import asyncio

from tests.faults.client import Client
from tests.faults.cutter import Cutter
from tests.faults.drive import HEAL_S, Load


async def lose_answers(load: Load, each: int) -> int:
    """Let each client send so many messages whose first answer is lost; how many answers were."""
    cuts = await asyncio.gather(*(_lose(client, load.server.port, each) for client in load.clients))
    async with asyncio.TaskGroup() as reconnecting:
        for client in load.clients:
            client.link.url = load.server.url
            reconnecting.create_task(client.reconnect())
    await load.settle(HEAL_S)
    return sum(cuts)


async def _lose(client: Client, port: int, each: int) -> int:
    async with Cutter(port) as cutter:
        client.link.url = cutter.url

        def arm(attempt: int) -> None:
            cutter.armed = attempt == 0

        client.before_try = arm
        await client.connect()
        for _ in range(each):
            await client.send(gives_up=0)
        await client.link.hang_up()
        return cutter.cuts
