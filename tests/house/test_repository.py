"""Truths about the repository itself: what a stranger's clone needs is in it, and nothing of our machines is."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.tools import ROOT

ADDRESS = re.compile(r"https?://(?:[^\s/@]*@)?([\w-]+(?:\.[\w-]+)+)")
# Names kept for examples (RFC 2606; tests of origins bend two), numbers, and what XML, the licence and a
# Postman collection are named by.
NOWHERE = re.compile(
    r"(?:.+\.)?(?:example(?:\.(?:org|evil))?|exampl|[\d.]+)|www\.(?:w3|apache)\.org|schema\.getpostman\.com"
)
# The class keeps this line from naming an option itself.
CHOOSES_INDEX = re.compile(
    r"[-]-(?:(?:extra-)?index-url|find-links|registry|trusted-host)|(?:PIP|UV)_\w*INDEX_URL|[n]pm_config_"
)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|work|home/\w+)/[\w.]")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of ours that git has, or would take."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git clone")
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and "vendor" not in Path(name).parts:
            with path.open("rb") as file:
                content = file.read()
            if b"\0" not in content:
                found[name] = content.decode()
    return found


def test_no_file_says_where_packages_come_from(texts):
    # Whoever installs chooses where from; an address in a file would overrule a mirror.
    named = {host for text in texts.values() for host in ADDRESS.findall(text)}
    assert {host for host in named if not NOWHERE.fullmatch(host)} == set()
    assert {name for name, text in texts.items() if CHOOSES_INDEX.search(text)} == set()


def test_no_file_names_a_folder_of_somebodys_machine(texts):
    assert {name: found.group() for name, text in texts.items() if (found := MACHINE_PATH.search(text))} == {}


def test_every_dependency_is_pinned_exactly(texts):
    pins = [line for line in texts["constraints.txt"].splitlines() if not line.startswith("#")]
    assert [line for line in pins if not re.match(r"[a-z0-9-]+==\S+( ; .+)?$", line)] == []


def test_make_alone_lists_every_target():
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^  {target} +\S", said, re.MULTILINE), target


def test_ci_runs_what_the_readme_says():
    command = (ROOT / ".ci" / "run").read_text().splitlines()[-1].removeprefix("exec ")
    assert command == "make test"
    assert command in (ROOT / "README.md").read_text()
