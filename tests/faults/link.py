"""A client's ways to the server: a native socket that resumes where it stopped, and REST beside it."""

import asyncio
import hashlib
from typing import Any

import aiohttp
import msgspec

from tests.faults.history import History

PATIENCE = 5.0


class Lost(Exception):
    """No answer, or one that says so little: what was asked may have happened."""


class Said(Exception):
    """The server refused: what was asked did not happen."""


def sha(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:24]


class Link:
    """`url` may change between connections; `heard` are the messages of all of them, `closes` how they ended."""

    def __init__(self, url: str, token: str, person: str, history: History) -> None:
        self.url = url
        self.token = token
        self.person = person
        self.history = history
        self.patience = PATIENCE
        self.cursor = ""
        self.heard: dict[str, str] = {}
        self.closes: list[tuple[int, str]] = []
        self.connection = 0
        self._asked = 0
        self._pending: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None
        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})

    @property
    def is_open(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def open(self) -> None:
        """Be connected, resuming from what was heard last. Raises `Lost`."""
        if self.is_open:
            return
        await self.hang_up()
        try:
            async with asyncio.timeout(self.patience):
                self._socket = await self._http.ws_connect(self.url.replace("http", "ws", 1) + "/v1/socket")
                await self._next(self._socket)
                since = {"since": self.cursor} if self.cursor else {}
                await self._socket.send_json({"type": "auth", "token": self.token, **since})
                ready = await self._next(self._socket)
        except (aiohttp.ClientError, OSError, TimeoutError, Lost) as lost:
            await self.hang_up()
            raise Lost(repr(lost)) from None
        self.connection += 1
        self.history.write(
            "ok", "join", connection=self.connection, since=self.cursor, cursor=ready["cursor"],
            reset=ready["reset"], person=self.person,
        )  # fmt: skip
        self.cursor = ready["cursor"]
        self._listening = asyncio.create_task(self._listen(self._socket))

    async def _next(self, socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
        got = await socket.receive()
        if got.type is not aiohttp.WSMsgType.TEXT:
            raise Lost(f"closed with {socket.close_code}")
        frame: dict[str, Any] = msgspec.json.decode(got.data)
        return frame

    async def hang_up(self) -> None:
        """Close the socket, if there is one, and wait until nothing more is heard."""
        if self._socket is not None:
            await self._socket.close()
        if self._listening is not None:
            await self._listening
        self._socket = self._listening = None

    async def close(self) -> None:
        await self.hang_up()
        await self._http.close()

    async def ask(self, command: str, **data: Any) -> tuple[dict[str, Any], str]:
        """Run a command over the socket: the reply's data and cursor. Raises `Lost` or `Said`."""
        if not self.is_open or self._socket is None:
            raise Lost("not connected")
        self._asked += 1
        id_ = str(self._asked)
        future = self._pending[id_] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"type": command, "id": id_, "data": data})
            frame = await asyncio.wait_for(future, self.patience)
        except (aiohttp.ClientError, OSError, TimeoutError) as lost:
            raise Lost(repr(lost)) from None
        finally:
            self._pending.pop(id_, None)
        if frame["type"] == "error":
            raise (Lost if frame["error"]["status"] >= 500 else Said)(frame["error"]["code"])
        return frame["data"], frame.get("cursor", "")

    async def rest(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One request; the answer's JSON. Raises `Lost` or `Said`."""
        try:
            async with asyncio.timeout(self.patience), self._http.request(method, self.url + path, **more) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as lost:
            raise Lost(repr(lost)) from None
        if answer.status >= 400:
            raise (Lost if answer.status >= 500 else Said)(f"{answer.status} {body[:200]!r}")
        found: dict[str, Any] = msgspec.json.decode(body)
        return found

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while (got := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                self._hear(msgspec.json.decode(got.data))
            if got.type is aiohttp.WSMsgType.CLOSE:
                self.closes.append((int(got.data), got.extra or ""))
        finally:
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(Lost("the socket closed"))

    def _hear(self, frame: dict[str, Any]) -> None:
        cursor, data = frame.get("cursor", ""), frame.get("data") or {}
        message = data if frame["type"] == "reply" else data.get("message")
        if cursor and message is not None:
            self.heard[message["id"]] = message["conversation_id"]
            told = {"message": message["id"], "conversation": message["conversation_id"], "sha": sha(message["body"])}
            name = message["client_id"] or ""
            self.history.write("ok", "hear", connection=self.connection, cursor=cursor, client_id=name, **told)
        self.cursor = cursor or self.cursor
        waiting = self._pending.get(frame.get("id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)
