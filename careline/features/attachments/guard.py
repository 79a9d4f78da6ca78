"""Pictures are looked at in a guarded process, few at a time: what is wrong with one ends that process and no other."""

import asyncio
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from careline.core.errors import Invalid
from careline.features.attachments import rules

AT_ONCE = 2
SECONDS = 20.0
_ROOT = Path(__file__).parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from careline.features.attachments.picture import main; main(sys.argv[1:])"
)


class Look(Struct, frozen=True):
    """The picture's size as it is shown, or why it is `refused`."""

    width: int = 0
    height: int = 0
    refused: str | None = None


class Guard:
    """Runs `picture` for one file after another."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def look(self, path: Path, media: str, copy: Path, thumbnail: Path, *, keep_metadata: bool) -> Look:
        """Writes the copy without metadata and the thumbnail. Raises what the picture is refused with."""
        metadata = "keep" if keep_metadata else "strip"
        words = [str(_ROOT), str(path), media, str(copy), str(thumbnail), metadata]
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-c", _START, *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd="/",
                env={},
                close_fds=True,
            )  # fmt: skip
            try:
                async with asyncio.timeout(SECONDS):
                    said, _ = await process.communicate()
            except TimeoutError:
                said = b""
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return _judged(said if process.returncode == 0 else b"")


def _judged(said: bytes) -> Look:
    """A process that died of the picture has said nothing, and that is an answer too."""
    if not said:
        raise Invalid("file", "The picture needs more than a picture should.")
    found = msgspec.json.decode(said, type=Look)
    if found.refused == "disguised":
        raise rules.disguised()
    if found.refused == "bomb":
        raise Invalid("file", "A picture may have 40 million pixels and 200 frames.")
    if found.refused:
        raise Invalid("file", "The picture is broken or ends too early.")
    return found
