"""Runs Careline and other people's servers in turns in the same hour, and compares them.

    python -m bench.with_peers --peers FOLDER --machine "two shared cores of a virtual machine"

FOLDER holds the programs that start and measure the others: `run.py NAME`, which writes `results/NAME.json` below the
folder that PEERS_HOME names, where they are installed. bench/README.md says what is compared, and how.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from bench import compare
from careline.bench import report

ROOT = Path(__file__).resolve().parent.parent
LONGEST_S = 900
OURS = "W-A,W-B,W-C,fsync"


class Contest:
    """Who takes part, and what they did in each round."""

    def __init__(self, peers: Path, home: Path, quick: bool, programs: Path | None) -> None:
        self._peers = peers
        self._home = home
        self._quick = ["--quick"] if quick else []
        self._programs = ["--postgres-programs", str(programs)] if programs else []
        self.rounds: list[compare.Round] = []

    def round(self, engines: list[str], peers: list[str]) -> None:
        """Everybody once: each of ours right beside a peer, so that both meet the same weather."""
        found = compare.Round(os.getloadavg()[0])
        for at in range(max(len(engines), len(peers))):
            for engine in engines[at : at + 1]:
                found.ours[engine] = self.careline(engine, OURS)
            for peer in peers[at : at + 1]:
                if (measured := self.peer(peer)) is not None:
                    found.peers[peer] = measured
        self.rounds.append(found)

    def careline(self, engine: str, only: str) -> compare.Json:
        click.echo(f"{_now()}  Careline on {engine}: {only}", err=True)
        with tempfile.TemporaryDirectory(prefix="careline-compare-") as folder:
            results = Path(folder) / "results.json"
            words = ["bench", "--engine", engine, "--only", only, "--json", str(results), *self._quick]
            _run([sys.executable, "-m", "careline", *words, *(self._programs if engine == "postgres" else [])])
            if not results.exists():
                raise click.ClickException(f"Careline on {engine} was not measured; what it said stands above.")
            found: compare.Json = msgspec.json.decode(results.read_bytes())["engines"][engine]
            return found

    def peer(self, name: str) -> compare.Json | None:
        """What its programs measured; None when they could not."""
        click.echo(f"{_now()}  {name}", err=True)
        results = self._home / "results" / f"{name}.json"
        results.unlink(missing_ok=True)
        python = self._home / "venv-load" / "bin" / "python"
        _run([str(python), str(self._peers / "run.py"), name, *self._quick], {"PEERS_HOME": str(self._home)})
        if not results.exists():
            click.echo(f"{name} was not measured: it left no results.", err=True)
            return None
        found: compare.Json = msgspec.json.decode(results.read_bytes())
        return found if "W-C" in found else None


def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
    """Quietly, to its end or to the end of patience; a SIGTERM lets it stop its own servers."""
    env = os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {})
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env)
        try:
            process.wait(LONGEST_S)
        except BaseException:
            process.terminate()
            process.wait(60)
            raise
        if process.returncode:
            said.seek(0)
            click.echo(said.read().decode(errors="replace")[-2000:], err=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%H:%M:%S")


def _names(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    return [name for name in value.split(",") if name]


FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option("--peers", type=FOLDER, required=True, help="Where run.py of the peers is.")
@click.option(
    "--home", type=FOLDER, envvar="PEERS_HOME", required=True, help="Where they are installed (or PEERS_HOME)."
)
@click.option("--rounds", default=3, show_default=True, help="How often everybody is measured.")
@click.option("--engines", default="sqlite,postgres", show_default=True, callback=_names)
@click.option("--every-round", default="socket.io-node,socket.io-node-pg", show_default=True, callback=_names)
@click.option(
    "--once", default="ejabberd", show_default=True, callback=_names, help="Measured in the first round only."
)
@click.option(
    "--scale/--no-scale", default=True, show_default=True, help="Also measure ours on large stores, at the end."
)
@click.option("--quick", is_flag=True, help="Shorter runs.")
@click.option("--postgres-programs", type=FOLDER, help="The PostgreSQL for ours; best the one that the peers have.")
@click.option(
    "--machine", default="", help="A few words on the machine, for the name of the results and their heading."
)
@click.option("--out", type=FOLDER, default=ROOT / "bench" / "results", help="Where the results go.")
def main(
    peers: Path, home: Path, rounds: int, engines: list[str], every_round: list[str], once: list[str], scale: bool,
    quick: bool, postgres_programs: Path | None, machine: str, out: Path,
) -> None:  # fmt: skip
    """Measure Careline beside its peers and write bench/results/DATE-MACHINE.md and .json."""
    words = ["python -m bench.with_peers", f"--rounds {rounds}", f"--engines {','.join(engines)}"]
    words += [f"--every-round {','.join(every_round)}", f"--once {','.join(once)}", *(["--quick"] if quick else [])]
    head = report.heading([]) | {"command": " ".join(words), "machine_is": machine}
    began = time.monotonic()
    contest = Contest(peers, home, quick, postgres_programs)
    for number in range(rounds):
        click.echo(f"{_now()}  round {number + 1} of {rounds}", err=True)
        contest.round(engines, every_round + (once if number == 0 else []))
    large = {engine: contest.careline(engine, "scale") for engine in engines} if scale else {}
    head["minutes"] = round((time.monotonic() - began) / 60)
    name = "-".join([head["date"][:10], *re.findall(r"[a-z0-9]+", machine.lower())])
    (out / f"{name}.md").write_text(text := compare.page(head, contest.rounds, large))
    document = {**head, "rounds": msgspec.to_builtins(contest.rounds), "scale": large}
    (out / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    click.echo(text)


if __name__ == "__main__":
    main()
