"""What the benchmark found, as tables for people and as JSON for programs."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from careline import __version__
from careline.bench.figures import Figure, figures

STYLES = {"aim met": "green", "met": "yellow", "missed": "bold red", "": ""}


def table(console: Console, engine: str, results: dict[str, Any]) -> None:
    """Every figure, with its goal where it has one."""
    shown = Table("", "", "", "must", "aim", "", title=f"Careline on {engine}", title_justify="left")
    for column in (1, 3, 4):
        shown.columns[column].justify = "right"
    for workload, found in results.items():
        if workload == "facts":
            continue
        shown.add_section()
        shown.add_row(f"[bold]{workload}[/bold]")
        for figure in figures(workload, found):
            style = STYLES[figure.verdict]
            goals = (_goal(figure.must, figure), _goal(figure.aim, figure))
            shown.add_row(figure.what, _number(figure.value, figure), figure.unit, *goals, figure.verdict, style=style)
    console.print(shown)


def _number(value: float | None, figure: Figure) -> str:
    return "–" if value is None else f"{value:,.{figure.digits}f}"


def _goal(value: float | None, figure: Figure) -> str:
    return "" if value is None else f"≤ {value:g}"


def machine() -> dict[str, Any]:
    """What the figures depend on, and nothing that names the machine."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def heading(arguments: list[str]) -> dict[str, Any]:
    return {
        "careline": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["careline bench", *arguments]),
        "machine": machine(),
    }


def document(head: dict[str, Any], engines: dict[str, dict[str, Any]]) -> bytes:
    """The results with each figure beside its goal."""
    found = {
        engine: {
            "figures": {
                workload: [msgspec.to_builtins(f) | {"verdict": f.verdict} for f in figures(workload, got)]
                for workload, got in results.items()
                if workload != "facts"
            },
            **results,
        }
        for engine, results in engines.items()
    }
    return msgspec.json.format(msgspec.json.encode({**head, "engines": found}), indent=1)


def volatile(folder: Path) -> bool:
    """Whether files there live in memory, where an fsync costs nothing and proves nothing."""
    if sys.platform != "linux":
        return False
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [(where, kind) for where, kind in mounts if folder.resolve().is_relative_to(where)]
    return max(above, key=lambda mount: len(mount[0]), default=("", ""))[1] in ("tmpfs", "ramfs")
