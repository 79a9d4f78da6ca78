"""`make test`: every check in one list, each with one line of result, and at the end what did not run and why.

`python -m tests.run types tests` runs only those two.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests import tools

ROOT = tools.ROOT
CACHE = ROOT / ".cache"
REPORT = CACHE / "pytest.xml"
PYTHON = sys.executable
NOTHING: list[str] = []


def say(text: str) -> None:
    print(f"        {text} ...", flush=True)


def browser_types(project: str, code: str) -> list[str]:
    return [*tools.get_typescript(say), "--project", project] if any((ROOT / code).rglob("*.js")) else NOTHING


def browser_tests() -> list[str]:
    found = sorted(str(path) for path in (ROOT / "tests" / "web").rglob("*.test.js"))
    return [tools.node(), "--test", *found] if found else NOTHING


def all_tests() -> list[str]:
    try:
        os.environ["CHROMIUM"] = tools.get_chromium(say)
    except tools.Missing as missing:
        say(f"tests in a browser will be skipped: {missing}")
    # Tests wait for a third of their time, so there is one worker more than there are cores. More than four gain
    # nothing: each has a PostgreSQL and a Redis of its own.
    workers = min(4, len(os.sched_getaffinity(0)) + 1) if hasattr(os, "sched_getaffinity") else 4
    return [PYTHON, "-m", "pytest", "-n", str(workers), "--dist", "worksteal", f"--junitxml={REPORT}"]


class Check(NamedTuple):
    name: str
    about: str
    command: Callable[[], list[str]]
    live: bool = False  # show what it says while it says it


CHECKS = [
    Check("style", "ruff finds nothing to mend", lambda: [PYTHON, "-m", "ruff", "check", "--quiet"]),
    Check("format", "ruff would write it the same", lambda: [PYTHON, "-m", "ruff", "format", "--check", "--quiet"]),
    Check("types", "mypy --strict", lambda: [PYTHON, "-m", "mypy"]),
    Check("imports", "the laws of imports hold", lambda: [str(Path(PYTHON).with_name("lint-imports")), "--no-logo"]),
    Check("webtypes", "TypeScript reads the browser code", lambda: browser_types(".", "careline/web")),
    Check("webtests", "node --test of the browser code", browser_tests),
    # Apart from the code they test, because they may use what Node has and a browser has not.
    Check("testtypes", "TypeScript reads those tests", lambda: browser_types("tests/web", "tests/web")),
    Check("tests", "pytest", all_tests, live=True),
]


def main() -> int:
    wanted = sys.argv[1:] or [check.name for check in CHECKS]
    if unknown := set(wanted) - {check.name for check in CHECKS}:
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(c.name for c in CHECKS)}.")
        return 2
    CACHE.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    failed, not_run = [], []
    for check in CHECKS:
        if check.name not in wanted:
            continue
        try:
            command = check.command()
        except tools.Missing as missing:
            not_run.append(f"{check.name}: {missing}")
            if os.environ.get("CI"):  # where nobody would notice
                failed.append(check.name)
            continue
        if not command:
            not_run.append(f"{check.name}: there are no files for it yet")
        elif not run(check, command):
            failed.append(check.name)
    not_run += [f"{count} × {reason}" for reason, count in skipped().items()]
    print("\n" + (f"FAILED: {', '.join(failed)}" if failed else "All is well."))
    if not_run:
        print("Not run on this machine:", *not_run, sep="\n  ")
    return 1 if failed else 0


def run(check: Check, command: list[str]) -> bool:
    """Run one check and say how it went; what a silent one said is shown when it failed."""
    started = time.monotonic()
    capture = None if check.live else subprocess.PIPE
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=capture, stderr=capture and subprocess.STDOUT
    )
    ok = done.returncode == 0
    if not ok and check.name == "tests":
        # Some judge times and memory of a whole machine: what fails beside others is tried alone, and told.
        print("Trying alone what failed beside the others ...", flush=True)
        alone = [PYTHON, "-m", "pytest", "--last-failed", "--last-failed-no-failures", "none", "-n", "0"]
        ok = subprocess.run(alone, cwd=ROOT, stdin=subprocess.DEVNULL).returncode == 0
        if ok:
            print("All of them passed alone: look at them when the machine was not busy.", flush=True)
    print(
        f"{'  ok  ' if ok else 'FAILED'}  {check.name:9} {check.about} ({time.monotonic() - started:.1f} s)", flush=True
    )
    if done.stdout and not ok:
        print(done.stdout.decode(errors="replace"), flush=True)
    return ok


def skipped() -> Counter[str]:
    """Why tests were skipped, and how many for each reason."""
    if not REPORT.exists():
        return Counter()
    return Counter(skip.get("message", "") for skip in ElementTree.parse(REPORT).iter("skipped"))


if __name__ == "__main__":
    sys.exit(main())
