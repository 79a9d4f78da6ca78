"""Plays: what a wire promises, as text that is its test and its documentation too.

    # careforall: typing is told to the others, never to the typist
    Cara        opens    /ws/conversations/conv_${c}?token=${cara.token}
    Cara/phone  hears    {"type":"system","message":"<any>","timestamp":"<time>"}
    Cara        sends    {"type":"typing","isTyping":true}
    Cara        hears nothing
    Cara        asks     GET /api/conversations
                is told  200 {"success":true,"data":"<any>"}
    Cara        is closed 4401

Each line is somebody, what they do, and the rest; an empty name means the one before, and a line that begins with
none of the doings goes on with the line above. `Cara/phone` is a second socket of Cara's. Frames and answers must be
exactly what stands there, keys in any order; a key `...` stands for all that are not named. `<time>`, `<uuid>` and
`<any>` stand for any such text (`<any>` alone for any value), and `${name}` for what it was before or, the first time,
for whatever comes, which is kept under the name.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import aiohttp
from msgspec import Struct

PATIENCE, SILENCE = 5.0, 0.15
DOINGS = ("opens", "sends", "hears nothing", "hears", "leaves", "is closed", "asks", "is told")
_LINE = re.compile(rf"(?P<who>[A-Z][\w/]*)?\s+(?P<does>{'|'.join(DOINGS)})(?:\s+(?P<rest>.*))?$")
_NAME = re.compile(r"\$\{([\w.]+)\}")
_HOLES = re.compile(r"(\$\{[\w.]+\}|<time>|<uuid>|<any>)")
SHAPES = {
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "<uuid>": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "<any>": r".*",
}


class Line(Struct, frozen=True):
    number: int
    who: str
    does: str
    rest: str


def lines(text: str) -> list[Line]:
    """The play's lines; comments and empty lines are for the reader."""
    found: list[Line] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip() or written.startswith("#"):
            continue
        match = _LINE.match(written)
        if match:
            who = match["who"] or (found[-1].who if found else "")
            found.append(Line(number, who, match["does"], (match["rest"] or "").strip()))
        elif found and written[0] == " ":
            last = found.pop()
            found.append(Line(last.number, last.who, last.does, last.rest + " " + written.strip()))
        else:
            raise ValueError(f"line {number}: {written!r} is nobody doing anything known ({', '.join(DOINGS)})")
    return found


class Stage:
    """One performance: `url` is the server, `headers` what somebody's requests bear, `known` the names there are.
    `judge` sees every answer. With `socket_headers`, sockets are opened with them as well.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        headers: Callable[[str], dict[str, str]],
        known: dict[str, str],
        judge: Callable[[str, str, int, str], None] = lambda method, path, status, body: None,
    ) -> None:
        self._http = http
        self._url = url
        self._headers = headers
        self._judge = judge
        self.known = dict(known)
        self.socket_headers = False
        self._sockets: dict[str, aiohttp.ClientWebSocketResponse] = {}
        self._answers: dict[str, tuple[int, str]] = {}

    async def play(self, text: str, name: str) -> None:
        """Play to the end. Raises `AssertionError` that says by `name` and line what went otherwise."""
        for line in lines(text):
            try:
                await self._act(line)
            except (AssertionError, ValueError, KeyError, TimeoutError, aiohttp.ClientError) as error:
                said = f"{name}:{line.number}: {line.who} {line.does} {line.rest}"
                raise AssertionError(f"{said}\n  {type(error).__name__}: {error}") from None

    async def close(self) -> None:
        for socket in self._sockets.values():
            await socket.close()

    async def _act(self, line: Line) -> None:
        who, does, rest = line.who, line.does, line.rest
        if does == "opens":
            url = self._url.replace("http", "ws", 1) + self._filled(rest)
            headers = self._headers(who.partition("/")[0]) if self.socket_headers else {}
            self._sockets[who] = await self._http.ws_connect(url, headers=headers)
        elif does == "sends":
            await self._sockets[who].send_str(self._filled(rest))
        elif does == "hears":
            self._compare(rest, await self._hear(who))
        elif does == "hears nothing":
            await self._hears_nothing(who)
        elif does == "leaves":
            await self._sockets.pop(who).close()
        elif does == "is closed":
            message = await self._sockets[who].receive(timeout=PATIENCE)
            assert message.type != aiohttp.WSMsgType.TEXT, f"heard {message.data}"
            assert str(self._sockets[who].close_code) == rest, f"closed with {self._sockets[who].close_code}"
        elif does == "asks":
            await self._ask(who, *rest.split(" ", 2))
        else:
            status, _, pattern = rest.partition(" ")
            told, body = self._answers[who]
            assert str(told) == status, f"was told {told} {body}"
            if pattern or body:
                self._compare(pattern, body)

    async def _hear(self, who: str) -> str:
        message = await self._sockets[who].receive(timeout=PATIENCE)
        assert message.type == aiohttp.WSMsgType.TEXT, f"the socket ended with {self._sockets[who].close_code}"
        return str(message.data)

    async def _hears_nothing(self, who: str) -> None:
        try:
            message = await self._sockets[who].receive(timeout=SILENCE)
        except TimeoutError:
            return
        raise AssertionError(f"heard {message.data}")

    async def _ask(self, who: str, method: str, path: str, body: str = "") -> None:
        headers = self._headers(who.partition("/")[0])
        if body:
            headers = {"Content-Type": "application/json", **headers}
        data = self._filled(body).encode() or None
        async with self._http.request(method, self._url + self._filled(path), headers=headers, data=data) as answer:
            self._answers[who] = answer.status, (await answer.read()).decode()
        self._judge(method, path.partition("?")[0], *self._answers[who])

    def _filled(self, text: str) -> str:
        return _NAME.sub(lambda name: self.known[name[1]], text)

    def _compare(self, pattern: str, heard: str) -> None:
        expected, got = json.loads(pattern), json.loads(heard)
        where = self._differs(expected, got, "$")
        assert where is None, f"{where}\n  heard    {heard}\n  expected {pattern}"

    def _differs(self, expected: Any, got: Any, at: str) -> str | None:
        """Where the two part, in words; what is heard for the first time is kept."""
        if expected == "<any>":
            return None
        if isinstance(expected, dict) and isinstance(got, dict):
            named = expected.keys() - {"..."}
            if named - got.keys() or (got.keys() - named and "..." not in expected):
                return f"{at}: keys {sorted(named ^ got.keys())} are only on one side"
            pairs = [(expected[key], got[key], f"{at}.{key}") for key in expected if key in named]
        elif isinstance(expected, list) and isinstance(got, list):
            if len(expected) != len(got):
                return f"{at}: {len(got)} items instead of {len(expected)}"
            pairs = [(e, g, f"{at}[{i}]") for i, (e, g) in enumerate(zip(expected, got, strict=True))]
        elif isinstance(expected, str) and isinstance(got, str):
            return None if self._matches(expected, got) else f"{at}: {got!r} is not {expected!r}"
        else:
            same = type(expected) is type(got) and expected == got
            return None if same else f"{at}: {got!r} is not {expected!r}"
        return next((where for pair in pairs if (where := self._differs(*pair)) is not None), None)

    def _matches(self, expected: str, got: str) -> bool:
        new: list[str] = []
        regex = ""
        for part in _HOLES.split(expected):
            name = part[2:-1] if part.startswith("${") else ""
            if name and name not in self.known:
                new.append(name)
                regex += "(.+)"
            else:
                regex += SHAPES.get(part) or re.escape(self.known.get(name, part))
        match = re.fullmatch(regex, got, re.S)
        if match:
            self.known.update(zip(new, match.groups(), strict=True))
        return match is not None
