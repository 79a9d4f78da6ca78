"""What the load generator is told to do, and what it answers: the words between the two processes."""

from msgspec import Struct


class Room(Struct, frozen=True):
    """A conversation and the tokens of its members, all of whom come online; `named` is what else wires call it by."""

    conversation_id: str
    tokens: tuple[str, ...]
    named: dict[str, str] = {}


class Deliver(Struct, frozen=True, tag=True):
    """Messages between members who are all online, in the words of a wire. `rates` per second in an open loop, each for
    `seconds` in three slices; then `in_flight` messages at once in a closed loop, each for `closed_seconds`. `trace`
    counts fsyncs and makes timing worthless.
    """

    address: str
    pids: tuple[int, ...]
    rooms: tuple[Room, ...]
    rates: tuple[int, ...] = ()
    in_flight: tuple[int, ...] = ()
    seconds: float = 12.0
    closed_seconds: float = 8.0
    warm_up: float = 1.5
    trace: bool = False
    wire: str = "native"


class Idle(Struct, frozen=True, tag=True):
    """Sockets that come in and then only listen, for `seconds`."""

    address: str
    pids: tuple[int, ...]
    tokens: tuple[str, ...]
    seconds: float


class Walk(Struct, frozen=True, tag=True):
    """Pages of 50 from one conversation, the newest first, then back, `pages` of them and again, by several workers."""

    address: str
    pids: tuple[int, ...]
    room: Room
    seconds: float
    pages: int = 100


class Follow(Struct, frozen=True, tag=True):
    """A closed loop of messages in words that people use, for `seconds`; and then, where the server `indexes` for the
    search, until the index has come as far as the log.
    """

    address: str
    pids: tuple[int, ...]
    rooms: tuple[Room, ...]
    in_flight: int
    seconds: float
    indexes: bool


class Path(Struct, frozen=True):
    """One GET that is asked again and again, in turn with `others` of its kind, and a name for it."""

    name: str
    path: str
    token: str
    others: tuple[str, ...] = ()


class Compare(Struct, frozen=True, tag=True):
    """The same few GETs in turn, `rounds` times for `seconds` each, so that what disturbs one disturbs them all."""

    address: str
    pids: tuple[int, ...]
    paths: tuple[Path, ...]
    seconds: float
    rounds: int = 3


Plan = Deliver | Idle | Walk | Compare | Follow


class Latency(Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p99: float


class Steady(Struct, frozen=True):
    """An open loop: the quietest of its slices (by the 99th percentile of delivery), and all of them together."""

    rate: int
    sent: int
    done: int
    ack: Latency
    delivered: Latency
    ack_pooled: Latency
    delivered_pooled: Latency
    cpu_us_per_message: float


class Saturated(Struct, frozen=True):
    """A closed loop. `load_cpu_s` near `wall_s` means that the generator was the slower one. `commits` is None where
    /metrics does not tell, `fsyncs` where nobody traced.
    """

    in_flight: int
    messages: int
    wall_s: float
    server_cpu_s: float
    load_cpu_s: float
    per_second: float
    per_cpu_second: float
    ack: Latency
    delivered: Latency
    commits_per_message: float | None = None
    fsyncs_per_message: float | None = None


class Delivered(Struct, frozen=True):
    steady: list[Steady]
    saturated: list[Saturated]


class Followed(Struct, frozen=True):
    """CPU is the server's, from the first message until the index has followed the last, `behind_s` after it."""

    messages: int
    cpu_us_per_message: float
    per_second: float
    ack: Latency
    behind_s: float


class Idled(Struct, frozen=True):
    """`at_rest_mib` is the whole server before anybody came in."""

    sockets: int
    at_rest_mib: float
    kib_per_socket: float
    connect_cpu_ms: float
    connects_per_second: float
    idle_cpu_ms_per_second: float


class Walked(Struct, frozen=True):
    pages: int
    items_per_page: float
    per_second: float
    per_cpu_second: float
    latency: Latency


class Compared(Struct, frozen=True):
    """Per name: CPU of the server for one answer in microseconds (the least disturbed round), and its latency."""

    cpu_us: dict[str, float]
    latency: dict[str, Latency]
    items: dict[str, int]
