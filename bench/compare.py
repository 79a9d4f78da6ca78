"""Medians, spreads and ratios of what several rounds found, as a page to read."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct

Json = dict[str, Any]


class Round(Struct):
    """One turn of everybody, and how busy the machine was before."""

    load_before: float
    ours: dict[str, Json] = msgspec.field(default_factory=dict)
    peers: dict[str, Json] = msgspec.field(default_factory=dict)


class Score(Struct, frozen=True):
    """What can be said of every server, ours or not, in one round."""

    per_cpu_second: float
    ack_p50: float
    ack_p99: float
    delivered_p99: float
    kib_per_socket: float
    connect_ms: float
    pages_per_cpu_second: float
    stored_pages_per_cpu_second: float
    page_p99: float


COLUMNS = {
    "per_cpu_second": ("messages per CPU-s", 0),
    "ack_p50": ("ack p50, ms", 2),
    "ack_p99": ("ack p99, ms", 2),
    "delivered_p99": ("delivered p99, ms", 2),
    "kib_per_socket": ("KiB per socket", 1),
    "connect_ms": ("CPU ms per connect", 2),
    "pages_per_cpu_second": ("pages per CPU-s", 0),
    "stored_pages_per_cpu_second": ("the same, each from the store", 0),
    "page_p99": ("page p99, ms", 1),
}


def our_score(found: Json, spread: str) -> Score:
    online, idle, walk, stored = found["W-A"][spread], found["W-B"], found["W-C"]["walk"], found["W-C"]["stored"]
    fastest = online["steady"][-1]
    return Score(
        max(closed["per_cpu_second"] for closed in online["saturated"]),
        fastest["ack"]["p50"],
        fastest["ack"]["p99"],
        fastest["delivered"]["p99"],
        idle["kib_per_socket"],
        idle["connect_cpu_ms"],
        walk["per_cpu_second"],
        stored["per_cpu_second"],
        walk["latency"]["p99"],
    )


def peer_score(found: Json) -> Score:
    closed = [results for name, results in found.items() if name.startswith("W-A sat")]
    fastest = [results for name, results in found.items() if name.startswith("W-A@")][-1]["best_slice"]
    idle, walk = found["W-B"], found["W-C"]
    return Score(
        max(results["msgs_per_cpu_s"] for results in closed),
        fastest["ack_p50"],
        fastest["ack_p99"],
        fastest["dlv_p99"],
        idle["pss_kib_per_conn"],
        idle["connect_cpu_ms"],
        walk["pages_per_cpu_s"],
        walk["pages_per_cpu_s"],  # none of them keeps any
        walk["p99"],
    )


def scores(turn: Round) -> dict[str, Score]:
    """Everybody of one round; ours once per spread of the conversations over workspaces."""
    found = {}
    for engine, results in turn.ours.items():
        for spread in results["W-A"]:
            found[f"Careline, {engine}, {spread}"] = our_score(results, spread)
    return found | {name: peer_score(results) for name, results in turn.peers.items()}


class Goal(Struct, frozen=True):
    """A ratio of one of our figures to a peer's; `more` says which way is better."""

    what: str
    engine: str
    peer: str
    field: str
    must: float
    aim: float
    more: bool = True


SQLITE, POSTGRES, EJABBERD = "socket.io-node", "socket.io-node-pg", "ejabberd"
GOALS = [
    Goal("messages per CPU-second", "sqlite", SQLITE, "per_cpu_second", 1.0, 1.5),
    Goal("messages per CPU-second", "postgres", POSTGRES, "per_cpu_second", 1.0, 1.5),
    Goal("messages per CPU-second", "postgres", EJABBERD, "per_cpu_second", 3.0, 5.0),
    Goal("ack p50 at 100/s", "sqlite", POSTGRES, "ack_p50", 1.0, 0.75, more=False),
    Goal("ack p50 at 100/s", "postgres", POSTGRES, "ack_p50", 1.0, 0.75, more=False),
    Goal("ack p99 at 100/s", "sqlite", POSTGRES, "ack_p99", 1.0, 0.75, more=False),
    Goal("ack p99 at 100/s", "postgres", POSTGRES, "ack_p99", 1.0, 0.75, more=False),
    Goal("pages per CPU-second", "sqlite", SQLITE, "pages_per_cpu_second", 1.0, 1.5),
    Goal("the same, each from the store", "sqlite", SQLITE, "stored_pages_per_cpu_second", 1.0, 1.5),
    Goal("pages per CPU-second", "postgres", SQLITE, "pages_per_cpu_second", 1.0, 1.5),
    Goal("the same, each from the store", "postgres", SQLITE, "stored_pages_per_cpu_second", 1.0, 1.5),
    Goal("pages per CPU-second", "postgres", POSTGRES, "pages_per_cpu_second", 1.0, 1.5),
    Goal("the same, each from the store", "postgres", POSTGRES, "stored_pages_per_cpu_second", 1.0, 1.5),
]


def verdict(ratio: float, goal: Goal) -> str:
    reached: Callable[[float], bool] = (lambda g: ratio >= g) if goal.more else (lambda g: ratio <= g)
    return "aim met" if reached(goal.aim) else "met" if reached(goal.must) else "**missed**"


def _ratios(rounds: list[Round]) -> Iterator[str]:
    """Each round's own ratio, so that what slowed everybody cancels; a peer of one round stands for all."""
    turns = [scores(turn) for turn in rounds]
    yield "| what | our side | against | ratio: median (min–max) | must | aim | |"
    yield "|---|---|---|---|---|---|---|"
    for goal in GOALS:
        standing = [getattr(turn[goal.peer], goal.field) for turn in turns if goal.peer in turn]
        for name in sorted({name for turn in turns for name in turn if name.startswith(f"Careline, {goal.engine},")}):
            found = [
                getattr(turn[name], goal.field)
                / (getattr(turn[goal.peer], goal.field) if goal.peer in turn else standing[0])
                for turn in turns
                if name in turn and standing
            ]
            if found:
                sign, shown = "≥" if goal.more else "≤", _spread(found, 2)
                goals = f"{sign} {goal.must:g} | {sign} {goal.aim:g} | {verdict(median(found), goal)}"
                yield f"| {goal.what} | {name.removeprefix('Careline, ')} | {goal.peer} | {shown} | {goals} |"


def _spread(values: list[float], digits: int) -> str:
    """The median, and between what it lies."""
    middle = f"{median(values):,.{digits}f}"
    return middle if min(values) == max(values) else f"{middle} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def _servers(rounds: list[Round]) -> Iterator[str]:
    found: dict[str, list[Score]] = {}
    for turn in rounds:
        for name, score in scores(turn).items():
            found.setdefault(name, []).append(score)
    yield "| server | " + " | ".join(words for words, _ in COLUMNS.values()) + " |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for name, those in sorted(found.items(), key=lambda pair: -median(s.per_cpu_second for s in pair[1])):
        cells = [_spread([getattr(s, field) for s in those], digits) for field, (_, digits) in COLUMNS.items()]
        yield f"| {name} | " + " | ".join(cells) + " |"


def _our_figures(engine: str, all_found: list[Json]) -> Iterator[str]:
    """Every figure of ours with a goal of its own, over all rounds."""
    yield f"| {engine} | median (min–max) | must | aim | |"
    yield "|---|---|---|---|---|"
    figures: dict[tuple[str, str], list[Json]] = {}
    for found in all_found:
        for workload, those in found["figures"].items():
            for figure in those:
                figures.setdefault((workload, figure["what"]), []).append(figure)
    for (workload, what), those in figures.items():
        values = [figure["value"] for figure in those if figure["value"] is not None]
        first = those[0]
        if values and first["must"] is not None:
            middle = median(values)
            word = "aim met" if middle <= first["aim"] else "met" if middle <= first["must"] else "**missed**"
            shown = f"{_spread(values, first['digits'])} {first['unit']}"
            yield f"| {workload}: {what} | {shown} | ≤ {first['must']:g} | ≤ {first['aim']:g} | {word} |"


def page(head: Json, rounds: list[Round], large: dict[str, Json]) -> str:
    """The whole comparison as Markdown."""
    on, loads = head["machine"], ", ".join(f"{turn.load_before:.1f}" for turn in rounds)
    machine = f"{on['processor']}, {on['cores']} cores, {on['system']}, Python {on['python']}"
    lines = [
        f"# Careline beside its peers, {head['date'][:10]}",
        "",
        f"`{head['command']}`: {len(rounds)} rounds in {head['minutes']} minutes from {head['date'][11:16]} UTC.",
        "",
        f"{head['machine_is'] or 'Machine'}: {machine}.",
        f"Load average before each round: {loads}. Everything is durable: an fsync before each acknowledgement.",
        "",
    ]
    for engine, found in (rounds[0].ours if rounds else {}).items():
        facts = ", ".join(f"{name} {value}" for name, value in found["facts"].items())
        lines += [f"* Careline on {engine}: {facts}"]
    for name, found in (rounds[0].peers if rounds else {}).items():
        lines += [f"* {name}: {found['what']}; {found['durability']}"]
    lines += [
        "",
        "## Ratios",
        "",
        *_ratios(rounds),
        "",
        "## Servers",
        "",
        *_servers(rounds),
        "",
        "## Goals of our own",
        "",
    ]
    for engine in rounds[0].ours if rounds else {}:
        ours = [turn.ours[engine] for turn in rounds if engine in turn.ours]
        lines += [*_our_figures(engine, ours), ""]
    for engine, found in large.items():
        lines += [*_our_figures(f"{engine}, large stores", [found]), ""]
    return "\n".join(lines)
