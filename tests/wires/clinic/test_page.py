"""What docs/wires/clinic.md tells people to type does what it says it does."""

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from careline.check import report
from careline.settings import load
from tests.tools import ROOT
from tests.world import World

PAGE = (ROOT / "docs" / "wires" / "clinic.md").read_text()


async def run(*command: str) -> str:
    done = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await asyncio.wait_for(done.communicate(), 40)
    assert done.returncode == 0, complained.decode()
    return said.decode()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
async def test_what_the_page_says_to_try_goes_as_it_is_written(strange: World) -> None:
    trying = PAGE.partition("## Trying it")[2].replace("localhost:8080", strange.url.partition("//")[2])
    (shell,), (promised,) = re.findall(r"```sh\n(.*?)```", trying, re.S), re.findall(r"```json\n(.*?)```", trying, re.S)
    (python,) = re.findall(r"```python\n(.*?)```", trying, re.S)
    answer: dict[str, Any] = json.loads(await run("bash", "-euo", "pipefail", "-c", shell))
    for name, value in json.loads(promised).items():
        assert answer[name] == value or value == "…", name
    heard = await run(sys.executable, "-c", python)
    assert heard.splitlines() == re.findall(r"# (Hello .*)", python)


def test_the_settings_of_the_page_are_good(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    file = tmp_path / "careline.toml"
    file.write_text(example)
    settings = load({}, file)
    assert settings.clinic.on and not [found.text for found in report(settings) if found.refuses]
    (environment,) = re.findall(r"CARELINE_CLINIC='(.*?)'", PAGE)
    strangers = load({"CARELINE_CLINIC": environment, "CARELINE_ORIGINS": "null"}, None)
    assert strangers.strangers == ["clinic"] and strangers.origins == ["null"]
