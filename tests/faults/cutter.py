"""A TCP proxy that loses answers: the server has committed and answered, and the client never hears of it (F-15)."""

import asyncio
from typing import Self

ANSWERS = (b"HTTP/1.1 201 ", b'"type":"reply"')


class Cutter:
    """Passes everything on, except that while `armed` the next answer to a send is dropped and its connection cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.armed = False
        self.cuts = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            to_client.transport.abort()
            return
        for work in (self._asks(from_client, to_server), self._answers(from_server, to_client, to_server)):
            pump = asyncio.create_task(work)
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _asks(self, from_client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        try:
            while data := await from_client.read(65_536):
                to_server.write(data)
        except OSError:
            pass
        finally:
            to_server.close()

    async def _answers(
        self, from_server: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await from_server.read(65_536):
                if self.armed and any(answer in data for answer in ANSWERS):
                    self.armed = False
                    self.cuts += 1
                    to_server.transport.abort()
                    to_client.transport.abort()
                    return
                to_client.write(data)
        except OSError:
            pass
        finally:
            to_client.close()
