"""PDF from a process of its own, two at a time at most."""

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path

from careline.core.errors import Failed, NotInstalled

SCRIPT = str(Path(__file__).with_name("typesetter.py"))
SECONDS = 25.0
_places = asyncio.Semaphore(2)


async def pdf(told: bytes) -> bytes:
    """The PDF of a document given as JSON (`title`, `cover`, `said`). `NotInstalled` where typst is not."""
    if find_spec("typst") is None:
        raise NotInstalled()
    async with _places:
        # -I: nothing of the environment, and no module from where the server happens to stand.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            SCRIPT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(SECONDS):
                made, _ = await process.communicate(told)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode or not made.startswith(b"%PDF-"):
        raise Failed("The PDF could not be set.")
    return made
