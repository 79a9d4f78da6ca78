"""What the index for the search costs: a rush of messages in words that people use, and what is left to do after it."""

import asyncio
import random
from collections.abc import Callable

from careline.bench import scrape
from careline.bench.clients import Broken, now
from careline.bench.deliver import BODY, DIGITS, MARK, Crowd, go_round, latency
from careline.bench.library import Vocabulary
from careline.bench.measure import cpu_s
from careline.bench.plan import Follow, Followed

LOOKS_S = 3.0  # after so long without messages the indexer has looked at the log again, and says how far behind it is
PATIENCE_S = 300.0


async def follow(plan: Follow, say: Callable[[str], None]) -> Followed:
    vocabulary = Vocabulary(random.Random(7))
    length = BODY - len(MARK) - DIGITS - 1
    texts = [_exactly(vocabulary, length).encode() for _ in range(2_000)]
    crowd = Crowd(plan.rooms, lambda: b" " + random.choice(texts))
    await crowd.gather(plan.address)
    await asyncio.sleep(LOOKS_S)
    try:
        say(f"{plan.in_flight} messages in flight, {'' if plan.indexes else 'not '}indexed")
        cpu, began = cpu_s(plan.pids), now()
        stop = go_round(crowd, plan.in_flight)
        await asyncio.sleep(plan.seconds)
        stop()
        await crowd.settle()
        took = now() - began
        await asyncio.sleep(LOOKS_S)
        while plan.indexes and await scrape.search_lag(plan.address):
            if now() - began > PATIENCE_S:
                raise Broken(f"the index did not follow within {PATIENCE_S:.0f} s")
            await asyncio.sleep(0.25)
        cpu, behind = cpu_s(plan.pids) - cpu, now() - began - took
        return Followed(crowd.done, cpu / crowd.done * 1e6, crowd.done / took, latency(crowd.acks), behind)
    finally:
        crowd.disperse()


def _exactly(vocabulary: Vocabulary, length: int) -> str:
    text = ""
    while len(text) < length:
        text += vocabulary.sentence() + " "
    return text[:length]
