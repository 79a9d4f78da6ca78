"""How much is measured, and for how long."""

from msgspec import Struct


class Sizes(Struct, frozen=True):
    """Times are in seconds; `large` and `small` are messages in a conversation, `busy` and `calm` conversations in a
    workspace; `searched` messages in `talks` conversations are searched; `polled` are in a thread asked for again.
    What is done without and with the index is done in so many `turns`.
    """

    rooms: int = 100
    rates: tuple[int, ...] = (20, 100)
    steady_s: float = 12
    in_flight: tuple[int, ...] = (16, 64)
    saturated_s: float = 8
    warm_up_s: float = 1.5
    traced_s: float = 4
    sockets: int = 1_000
    idle_s: float = 30  # a whole round of the server's pings
    history: int = 10_000
    walk_s: float = 8
    small: int = 1_000
    large: int = 1_000_000
    calm: int = 1_000
    busy: int = 100_000
    compare_s: float = 1.5
    searched: int = 1_000_000
    talks: int = 10_000
    polled: int = 60
    turns: int = 3


FULL = Sizes()
QUICK = Sizes(
    steady_s=6, saturated_s=4, warm_up_s=1, traced_s=2, idle_s=5, walk_s=4, large=100_000, busy=10_000, compare_s=0.5,
    searched=100_000, talks=2_000, turns=2,
)  # fmt: skip
TINY = Sizes(
    rooms=4, rates=(50,), steady_s=0.6, in_flight=(4,), saturated_s=0.5, warm_up_s=0.1, traced_s=0.3, sockets=20,
    idle_s=0.3, history=300, walk_s=0.4, small=100, large=500, calm=60, busy=200, compare_s=0.1, searched=600,
    talks=40, turns=1,
)  # fmt: skip
