"""Two or more states of this code in turns on one machine: what a change takes off, or adds.

    git worktree add --detach ../before main
    python -m bench.in_turns --engine postgres --in-flight 64 ../before .

Between two runs of `careline bench` the neighbours of a shared machine change more than most changes to the code do.
Here a server of each state is running, and they are measured in turns of half a second, to and fro: a turn's figure is
held against the first state's in the same turn. What is the same twice over shows how much is noise.
"""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, median, stdev

import click
import uvloop
from msgspec import Struct

from careline.bench import seed
from careline.bench.deliver import Crowd, go_round, latency, open_loop
from careline.bench.measure import cores, pinned, running_s
from careline.bench.plan import Room
from careline.bench.servers import CarelineServer, Stage

ROOMS = 100
WARM_S = 0.15
TURN_S = 0.5
CUT = 0.1  # of the turns at either end are left out of a ratio: something else had the core


class Turn(Struct, frozen=True):
    """What one message took in one turn."""

    server_us: float
    database_us: float
    all_us: float
    ack_ms: float


COLUMNS = {"server_us": "server, µs", "database_us": "database, µs", "all_us": "all CPU, µs", "ack_ms": "ack p50, ms"}


class Side:
    """One state of the code: its server, who is online there, and what its turns gave."""

    def __init__(self, name: str, server: CarelineServer, rooms: tuple[Room, ...], database: list[int]) -> None:
        self.name = name
        self.turns: list[Turn] = []
        self._server = server
        self._database = database
        self._crowd = Crowd(rooms)

    async def gather(self) -> None:
        await self._crowd.gather(self._server.address)

    async def turn(self, in_flight: int, rate: int) -> None:
        """With so many messages in flight, or at a rate where that is 0."""
        crowd = self._crowd
        stop = go_round(crowd, in_flight)
        await asyncio.sleep(WARM_S if in_flight else 0)
        crowd.forget_times()
        done, server, database = crowd.done, running_s([self._server.process.pid]), self._database_s()
        if in_flight:
            await asyncio.sleep(TURN_S)
        else:
            await open_loop(crowd, rate, round(rate * TURN_S))
        done = max(crowd.done - done, 1)
        server_us = (running_s([self._server.process.pid]) - server) / done * 1e6
        database_us = (self._database_s() - database) / done * 1e6
        self.turns.append(Turn(server_us, database_us, server_us + database_us, latency(crowd.acks).p50))
        stop()
        await crowd.settle()

    def _database_s(self) -> float:
        return running_s(self._database) if self._database else 0.0

    def compared(self, first: "Side", field: str) -> str:
        """The median, and how it stands to the first's: the mean of the turns' ratios, with its standard error."""
        ours = [getattr(turn, field) for turn in self.turns]
        ratios = sorted(a / getattr(b, field) for a, b in zip(ours, first.turns, strict=True) if getattr(b, field))
        ratios = ratios[int(len(ratios) * CUT) : len(ratios) - int(len(ratios) * CUT)]
        shown = f"{median(ours):,.2f}" if field == "ack_ms" else f"{median(ours):,.0f}"
        if self is first or len(ratios) < 2:
            return shown
        return f"{shown} (× {mean(ratios):.3f} ± {stdev(ratios) / len(ratios) ** 0.5:.3f})"


async def in_turns(sides: list[Side], turns: int, in_flight: int, rate: int) -> None:
    for side in sides:
        await side.gather()
    for number in range(turns + 1):
        for side in sides[:: -1 if number % 2 else 1]:
            await side.turn(in_flight, rate)
        if not number:  # a server's first messages are not like the others
            for side in sides:
                side.turns.clear()


async def lay(store: str) -> tuple[Room, ...]:
    async with seed.opened(store) as database:
        return tuple(Room(place.conversation_id, place.tokens) for place in await seed.places(database, ROOMS, 1))


FOLDER = click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True)


@click.command()
@click.argument("states", type=FOLDER, nargs=-1, required=True)
@click.option("--engine", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option("--in-flight", default=64, show_default=True, help="W-A's closed loop; 0 for its open loop.")
@click.option("--rate", default=100, show_default=True, help="Messages a second in the open loop.")
@click.option("--turns", default=30, show_default=True, help="Of half a second each, for each state.")
@click.option("--postgres-programs", type=FOLDER, help="The folder of another PostgreSQL.")
def main(
    states: tuple[Path, ...], engine: str, in_flight: int, rate: int, turns: int, postgres_programs: Path | None
) -> None:
    """Measure W-A with the code of each of the folders STATES, in turns.

    All work on stores with the schema of the code that this command is run with.
    """
    server_core, load_core = cores()
    with Stage(engine, None, server_core, postgres_programs, click.echo) as stage, ExitStack() as ending:
        sides = []
        for code in states:
            store = stage.new_store()
            rooms = uvloop.run(lay(store))
            server = ending.enter_context(stage.serving(store, code=code))
            database = [stage.postgres.process.pid] if stage.postgres else []
            sides.append(Side(code.name, server, rooms, database))
        with pinned(load_core):
            uvloop.run(in_turns(sides, turns, in_flight, rate))
    what = f"{in_flight} in flight" if in_flight else f"{rate} a second"
    click.echo(f"{engine}, {what}, {turns} turns; × the first's, mean and standard error\n")
    click.echo(f"| state | {' | '.join(COLUMNS.values())} |\n|{'---|' * (len(COLUMNS) + 1)}")
    for side in sides:
        click.echo(f"| {side.name} | {' | '.join(side.compared(sides[0], field) for field in COLUMNS)} |")


if __name__ == "__main__":
    main()
