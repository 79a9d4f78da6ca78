"""The laws of imports bite: a module that breaks one is found. That ours break none is a check of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools import ROOT

CRIMES = {
    "core/ids.py": ("import careline.store.database", "Imports point inward"),
    "features/workspaces/actions.py": ("import careline.features.messages.actions", "Features stand in a line"),
    "wires/careforall/__init__.py": ("import careline.wires.native.frames", "Wires do not know each other"),
    "features/people/actions.py": ("import aiohttp", "Features know no web framework and no driver"),
    "features/messages/rules.py": ("import time", "Decisions are pure"),
    "live/hub.py": ("import aiohttp", "Only the store drives a database, and it knows no web framework"),
}


def test_every_contract_finds_its_crime(tmp_path):
    shutil.copytree(ROOT / "careline", tmp_path / "careline", ignore=shutil.ignore_patterns("web", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, (crime, _) in CRIMES.items():
        path = tmp_path / "careline" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(f"\n{crime}\n")
    lint = str(Path(sys.executable).with_name("lint-imports"))
    said = subprocess.run([lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True).stdout
    kept = [law for _, law in CRIMES.values() if f"{law} BROKEN" not in said]
    assert kept == [], said
