"""What the server measures of itself, for Prometheus."""

import asyncio
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from careline.core.clock import until_beat

_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """One registry per process. Labels name routes and statuses, never people or workspaces."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Histogram(
            "careline_request_seconds", "Time to answer a request", ("method", "path", "status"),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._requests: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self.batches = Histogram(
            "careline_batch_messages", "Messages that shared a commit", buckets=_SIZES, registry=registry
        )
        self.commits = Histogram("careline_commit_seconds", "Time of a COMMIT", buckets=_SECONDS, registry=registry)
        self.bodies = Counter("careline_transactions", "Transactions committed", registry=registry)
        self.sockets = Gauge("careline_sockets", "Open sockets", registry=registry)
        self.lag = Gauge("careline_tail_lag_events", "Facts committed and not told yet", registry=registry)
        self.search_lag = Gauge(
            "careline_search_lag_events",
            "Facts committed that the search index has not followed yet",
            registry=registry,
        )
        self.cache_hits = Counter("careline_cache_hits", "Pages that were answered from memory", registry=registry)
        self.cache_bytes = Gauge("careline_cache_bytes", "About what pages in memory take", registry=registry)
        self.alerts = Counter(
            "careline_audit_alerts", "Alerts of the audit that this process raised", ("kind",), registry=registry
        )
        self.loop_lag = Histogram(
            "careline_loop_lag_seconds", "How late the event loop was", buckets=_SECONDS, registry=registry
        )

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        observe = self._requests.get((method, path, status))
        if observe is None:
            known = method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD") else "other"
            observe = self.requests.labels(known, path, str(status)).observe
            if known == method:  # a made-up method must not grow the table
                self._requests[method, path, status] = observe
        observe(seconds)

    def commit(self, seconds: float, bodies: int) -> None:
        self.commits.observe(seconds)
        self.bodies.inc(bodies)

    async def watch_loop(self, every: float = 0.5) -> None:
        """Measure how much later than asked the loop comes back."""
        while True:
            wait = until_beat(every)
            asked = time.perf_counter() + wait
            await asyncio.sleep(wait)
            self.loop_lag.observe(max(0.0, time.perf_counter() - asked))
