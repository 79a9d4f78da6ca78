"""Servers for these tests: the world on the embedded store, with the settings a test is about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.security.raw import RawSocket
from tests.world import World, stage


@asynccontextmanager
async def place(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with these settings; raw sockets are gone before it ends, so that it need not wait for them."""
    async with stage(folder / "careline.db", **settings) as world:
        try:
            yield world
        finally:
            for socket in list(RawSocket.left):
                socket.gone()
