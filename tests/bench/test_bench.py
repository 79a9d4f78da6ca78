"""`careline bench` measures from end to end: a tiny run, whose figures mean nothing, gives every figure it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from careline.bench.figures import Figure
from careline.bench.measure import pinned, pss_kib, tree
from tests.tools import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads what Linux tells of processes")


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "careline", "bench", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170)


@pytest.mark.timeout(180)  # it starts eight processes one after the other, perhaps beside other tests
def test_a_tiny_run_gives_every_figure_and_leaves_nothing_behind(tmp_path: Path) -> None:
    results = tmp_path / "out.json"
    done = bench("--tiny", "--only", "W-A,W-B,W-C,index,search", "--json", str(results), "--folder", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = json.loads(results.read_text())["engines"]["sqlite"]
    assert found["W-A"]["1 workspace"]["steady"][0]["done"] == found["W-A"]["1 workspace"]["steady"][0]["sent"]
    assert found["W-A"]["4 workspaces"]["saturated"][0]["messages"] > 0
    assert found["W-B"]["sockets"] == 20
    assert found["W-C"]["walk"]["items_per_page"] > 40
    assert found["W-C"]["pages"]["items"] == {"newest page": 50, "oldest page": 50}
    assert found["index"]["with"][0]["messages"] > 0
    assert found["search"]["searches"]["items"]["common word, all"] == 20
    assert found["search"]["searches"]["items"]["rare word, contact"] <= 1
    assert all(figure["value"] is not None for figures in found["figures"].values() for figure in figures)
    assert "complained" not in done.stderr
    assert list(tmp_path.iterdir()) == [results]


@pytest.mark.parametrize("load", [["--in-flight", "4"], ["--in-flight", "0", "--rate", "50"]])
@pytest.mark.timeout(120)
def test_two_states_of_the_code_are_measured_in_turns(load: list[str]) -> None:
    words = [sys.executable, "-m", "bench.in_turns", "--turns", "2", *load, str(ROOT), str(ROOT)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    *_, first, second = done.stdout.splitlines()
    assert first.count("×") == 0
    assert second.count("×") == 3  # SQLite has no processes of its own to compare
    assert "complained" not in done.stdout


def test_it_says_what_is_wrong_with_the_words_it_is_given() -> None:
    done = bench("--only", "W-Z")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: There is no w-z; there are W-A, W-B, W-C, fsync, index, search, wires, scale.\n",
    )


def test_a_figure_is_held_against_its_goals() -> None:
    verdicts = [Figure("memory", value, "KiB", 26, 16).verdict for value in (15.9, 20.0, 26.1, None)]
    assert verdicts == ["aim met", "met", "missed", ""]


def test_what_is_started_on_a_core_stays_there() -> None:
    core = min(os.sched_getaffinity(0))
    with pinned(core):
        child = subprocess.Popen(["sleep", "5"])
    try:
        assert os.sched_getaffinity(child.pid) == {core}
        assert child.pid in tree([os.getpid()])
        assert pss_kib([child.pid]) > 0
    finally:
        child.kill()
        child.wait()
