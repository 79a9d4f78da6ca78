"""What the server says of its own commits, read from /metrics."""

import re

import aiohttp

_COUNT = re.compile(r"^(careline_commit_seconds_count|careline_batch_messages_sum) (\S+)$", re.M)
_LAG = re.compile(r"^careline_search_lag_events (\S+)$", re.M)
Counts = dict[str, float]


async def commits(address: str) -> Counts:
    """How many commits and how many messages there were; empty where the operator pages are shut."""
    async with aiohttp.ClientSession() as http, http.get(f"http://{address}/metrics") as answer:
        return {name: float(value) for name, value in _COUNT.findall(await answer.text())} if answer.ok else {}


def per_message(before: Counts, after: Counts) -> float | None:
    """Commits for each message sent between the two."""
    if len(before) < 2 or len(after) < 2:
        return None
    made, sent = (
        after[name] - before[name] for name in ("careline_commit_seconds_count", "careline_batch_messages_sum")
    )
    return made / sent if sent else None


async def search_lag(address: str) -> float:
    """How many facts the search index has not followed yet, as of its last look."""
    async with aiohttp.ClientSession() as http, http.get(f"http://{address}/metrics") as answer:
        return float(_LAG.findall(await answer.text())[0])
