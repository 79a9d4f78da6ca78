"""Every figure the benchmark gives, where it stands in the results, and what it must and should be."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, Literal

from msgspec import Struct

Verdict = Literal["aim met", "met", "missed", ""]
Results = dict[str, Any]


class Figure(Struct, frozen=True):
    """One number. Less is better where there is a goal; `digits` are those worth reading."""

    what: str
    value: float | None
    unit: str
    must: float | None = None
    aim: float | None = None
    digits: int = 2

    @property
    def verdict(self) -> Verdict:
        if self.value is None or self.must is None:
            return ""
        if self.aim is not None and self.value <= self.aim:
            return "aim met"
        return "met" if self.value <= self.must else "missed"


FSYNCS = {16: (0.25, 0.15), 64: (0.10, 0.05)}


def figures(workload: str, found: Results) -> list[Figure]:
    """The figures of one workload's results."""
    return list(_FIGURES[workload](found))


def _online(found: Results) -> Iterator[Figure]:
    for spread, results in found.items():
        for steady in results["steady"]:
            yield from _steady(f"{spread}, {steady['rate']}/s", steady)
        for closed in results["saturated"]:
            name = f"{spread}, {closed['in_flight']} in flight"
            yield Figure(f"{name}: messages per CPU-second", closed["per_cpu_second"], "/CPU-s", digits=0)
            yield Figure(f"{name}: messages per second", closed["per_second"], "/s", digits=0)
            yield Figure(f"{name}: ack p50", closed["ack"]["p50"], "ms")
            yield Figure(f"{name}: ack p99", closed["ack"]["p99"], "ms")
            yield Figure(f"{name}: delivered p99", closed["delivered"]["p99"], "ms")
            yield Figure(f"{name}: busy, server core", 100 * closed["server_cpu_s"] / closed["wall_s"], "%", digits=0)
            yield Figure(f"{name}: busy, load core", 100 * closed["load_cpu_s"] / closed["wall_s"], "%", digits=0)


def _steady(name: str, steady: Results) -> Iterator[Figure]:
    yield Figure(f"{name}: ack p50", steady["ack"]["p50"], "ms")
    yield Figure(f"{name}: ack p99", steady["ack"]["p99"], "ms")
    yield Figure(f"{name}: delivered p50", steady["delivered"]["p50"], "ms")
    yield Figure(f"{name}: delivered p99", steady["delivered"]["p99"], "ms")
    later = steady["delivered"]["p99"] - steady["ack"]["p99"]
    yield Figure(f"{name}: delivered p99 − ack p99", later, "ms", 0.3, 0.1)
    yield Figure(f"{name}: ack p99, all slices", steady["ack_pooled"]["p99"], "ms")
    yield Figure(f"{name}: delivered p99, all slices", steady["delivered_pooled"]["p99"], "ms")


def _fsyncs(found: Results) -> Iterator[Figure]:
    for spread, runs in found.items():
        for closed in runs:
            name = f"{spread}, {closed['in_flight']} in flight"
            traced, told = closed["fsyncs_per_message"], closed["commits_per_message"]
            must, aim = FSYNCS.get(closed["in_flight"], (None, None))
            if traced is not None:
                yield Figure(f"{name}: fsyncs per message (strace)", traced, "", must, aim, 3)
                must = aim = None
            yield Figure(f"{name}: commits per message (/metrics)", told, "", must, aim, 3)


def _idle(found: Results) -> Iterator[Figure]:
    yield Figure("whole server at rest", found["at_rest_mib"], "MiB", 128, 64, 1)
    yield Figure("memory per idle socket (PSS)", found["kib_per_socket"], "KiB", 26, 16, 1)
    yield Figure("CPU per authenticated connect", found["connect_cpu_ms"], "ms", 0.53, 0.3)
    yield Figure("connects per second", found["connects_per_second"], "/s", digits=0)
    yield Figure("idle CPU per 1,000 sockets", found["idle_cpu_ms_per_second"], "ms/s", 5, 2)


def _history(found: Results) -> Iterator[Figure]:
    walk = found["walk"]
    yield Figure("pages of 50 per CPU-second", walk["per_cpu_second"], "/CPU-s", digits=0)
    yield Figure("pages of 50 per second", walk["per_second"], "/s", digits=0)
    yield Figure("page p50", walk["latency"]["p50"], "ms")
    yield Figure("page p99", walk["latency"]["p99"], "ms", 5, 2)
    stored = found["stored"]
    yield Figure("pages of 50 per CPU-second, from the store", stored["per_cpu_second"], "/CPU-s", digits=0)
    yield Figure("page p99, from the store", stored["latency"]["p99"], "ms", 5, 2)
    yield Figure("oldest page ÷ newest page, CPU", _ratio(found["pages"], "oldest page", "newest page"), "×", 1.5, 1.2)


def _scale(found: Results) -> Iterator[Figure]:
    pages = found["pages"]
    for kind in ("newest page", "oldest page", "first of the list", "end of the list"):
        for size in ("small", "large"):
            yield Figure(f"{kind}, {size}: CPU", pages["cpu_us"][f"{kind}, {size}"], "µs", digits=0)
        yield Figure(f"{kind}: large ÷ small, CPU", _ratio(pages, f"{kind}, large", f"{kind}, small"), "×", 1.5, 1.2)
    for far, near in (("oldest page", "newest page"), ("end of the list", "first of the list")):
        yield Figure(f"{far} ÷ {near}, large", _ratio(pages, f"{far}, large", f"{near}, large"), "×", 1.5, 1.2)
    for when, seconds in found["start_s"].items():
        yield Figure(f"ready again {when}", seconds, "s")


def _index(found: Results) -> Iterator[Figure]:
    for name in ("without", "with"):
        turns = found[name]
        about = f"{name} the index"
        cpu = median(turn["cpu_us_per_message"] for turn in turns)
        yield Figure(f"{about}: CPU per message", cpu, "µs", digits=1)
        yield Figure(f"{about}: messages per CPU-second, all of it counted", 1e6 / cpu, "/CPU-s", digits=0)
        yield Figure(f"{about}: messages per second", median(turn["per_second"] for turn in turns), "/s", digits=0)
        yield Figure(f"{about}: ack p99", median(turn["ack"]["p99"] for turn in turns), "ms")
    costs = [b["cpu_us_per_message"] - a["cpu_us_per_message"] for a, b in zip(*found.values(), strict=True)]
    yield Figure("the index: CPU per message", median(costs), "µs", digits=1)
    yield Figure("the index: CPU per message, cheapest turn", min(costs), "µs", digits=1)
    yield Figure("the index: CPU per message, dearest turn", max(costs), "µs", digits=1)
    yield Figure("the index: behind after the rush", median(turn["behind_s"] for turn in found["with"]), "s", digits=1)


def _search(found: Results) -> Iterator[Figure]:
    for name, latency in found["searches"]["latency"].items():
        must, aim = (150, 50) if "part" in name.rpartition(", ")[0].split() else (50, 20)
        yield Figure(f"{name}: p50", latency["p50"], "ms")
        yield Figure(f"{name}: p99", latency["p99"], "ms", must, aim)
    yield Figure("indexing: CPU per message", found["index"]["cpu_us_per_message"], "µs", digits=1)
    yield Figure("indexing: size per message", found["index"]["bytes_per_message"], "bytes", digits=0)
    yield Figure("indexing: all of it, without rests", found["index"]["seconds"], "s", digits=1)


def _wires(found: Results) -> Iterator[Figure]:
    """A wire is allowed a quarter more of the server's time for a message than the native one takes."""
    native = found["online"]["native"]["per_cpu_second"]
    for wire, closed in found["online"].items():
        yield Figure(f"{wire}: messages per CPU-second", closed["per_cpu_second"], "/CPU-s", digits=0)
        if wire != "native":
            yield Figure(f"{wire}: native ÷ {wire}", native / closed["per_cpu_second"], "×", 1.25, 1.1)
    for name, cpu_us in found["asking"]["cpu_us"].items():
        yield Figure(f"{name}: CPU", cpu_us, "µs", digits=0)


def _ratio(pages: Results, over: str, under: str) -> float | None:
    return pages["cpu_us"][over] / pages["cpu_us"][under] if pages["cpu_us"][under] else None


_FIGURES: dict[str, Callable[[Results], Iterator[Figure]]] = {
    "W-A": _online,
    "W-B": _idle,
    "W-C": _history,
    "fsync": _fsyncs,
    "index": _index,
    "search": _search,
    "wires": _wires,
    "scale": _scale,
}
