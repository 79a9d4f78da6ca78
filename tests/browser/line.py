"""The line between browsers and the server, which can be cut and mended."""

import asyncio
from urllib.parse import urlsplit

from tests.faults.cutter import Cutter


class Line(Cutter):
    """While it is cut, open connections are gone and new ones are refused."""

    def __init__(self) -> None:
        super().__init__(0)
        self._cut = False
        self._ends: set[asyncio.StreamWriter] = set()

    def leads_to(self, address: str) -> None:
        self._port = urlsplit(f"//{address}").port or 0

    def cut(self) -> None:
        self._cut = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def mend(self) -> None:
        self._cut = False

    async def _accept(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self._cut:
            to_client.transport.abort()
            return
        self._ends.add(to_client)
        await super()._accept(from_client, to_client)
