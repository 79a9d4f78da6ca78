"""What people write and what lets them in stays out of every log, metric and error (S-013, S-023, S-157, S-158)."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.raw import RawSocket, asks, knock, masked
from tests.security.test_floods import Served, visits

CANARY = "kanarienvogel"
SECRET = f"clc_{CANARY}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"), "CARELINE_LOG_LEVEL=debug", "CARELINE_LOG_FORMAT=json")
    yield server
    server.stop()


async def says_it_everywhere(url: str, token: str, conversation: str) -> None:
    """The canary in every place that somebody outside can fill."""
    me, typed = f"Authorization: Bearer {token}", "Content-Type: application/json"
    path = f"/v1/conversations/{conversation}"

    async def post(target: str, body: str, *headers: str, method: str = "POST") -> int:
        raw = body.encode()
        answer = await asks(url, method, target, typed, f"Content-Length: {len(raw)}", *headers, body=raw)
        return answer.status

    assert await post(f"{path}/messages", f'{{"body":"{CANARY}","client_id":"{CANARY}"}}', me) == 201
    assert await post("/v1/me", f'{{"name":"{CANARY}","email":"{CANARY}@x.example"}}', me, method="PATCH") == 200
    assert await post("/v1/session", f'{{"email":"{CANARY}@x.example","password":"{CANARY}"}}') == 401
    assert await post("/v1/session/refresh", f'{{"refresh_token":"clr_{CANARY}"}}') == 401
    for wrong in (f'{{"{CANARY}":1}}', f'{{"body":{{"{CANARY}":1}}}}', CANARY, f'{{"body":"{CANARY}\\ud800"}}'):
        assert await post(f"{path}/messages", wrong, me) in (400, 422)
    for target in (f"/v1/{CANARY}", f"/v1/conversations/{CANARY}", f"/v1/conversations?view={CANARY}",
                   f"/v1/me?token={SECRET}", f"/{CANARY}%0d%0aINFO", f"/{CANARY}%1b[2J",
                   f"/v1/me?{CANARY}={CANARY}"):  # fmt: skip
        assert (await asks(url, "GET", target, me, f"User-Agent: {CANARY}", f"Referer: {CANARY}")).status >= 400
    headers = [f"Authorization: Bearer {SECRET}", f"Authorization: Basic {CANARY}",
               f"Cookie: careline_session={CANARY}", f"Origin: https://{CANARY}.example", f"X-Forwarded-For: {CANARY}",
               f"X-Request-Id: {CANARY}",
               f"Accept: {CANARY}", f"{CANARY} : x", f"X: {CANARY}\0"]  # fmt: skip
    for header in headers:
        await asks(url, "GET", "/v1/me", header)
    await asks(url, CANARY.upper(), "/v1/me")
    await asks(url, "GET", "/v1/me", host=f"{CANARY}.example")
    assert (await knock(url, f"/v1/socket?token={SECRET}")).code == "token_in_url"
    await in_frames(url, token, conversation)


async def in_frames(url: str, token: str, conversation: str) -> None:
    for first in (f'{{"type":"auth","token":"{SECRET}"}}', f'{{"type":"auth","ticket":"clt_{CANARY}"}}', CANARY):
        socket = await RawSocket.opens(url)
        await socket.frame()
        socket.writer.write(masked(0x81, first.encode()))
        assert await socket.close_code() == 4401
        socket.gone()
    socket = await RawSocket.opens(url)
    await socket.enters(token)
    await socket.says({"type": "message.send", "id": CANARY, "data": {"conversation_id": conversation, "body": CANARY}})
    await socket.says({"type": CANARY, "data": {CANARY: CANARY}})
    await socket.says({"type": "message.send", "data": {"conversation_id": CANARY, "body": CANARY}})
    for _ in range(3):
        await socket.frame()
    socket.gone()


async def test_nothing_of_what_was_said_is_in_any_log_or_metric(served: Served) -> None:
    token, conversation = await visits(served)
    await says_it_everywhere(served.url, token, conversation)
    await asyncio.sleep(0.2)
    metrics = (await asks(served.url, "GET", "/metrics")).body.decode()
    assert "careline_request_seconds" in metrics
    for where in (served.log.partition("restart")[2] or served.log, metrics):
        assert CANARY not in where and CANARY.upper() not in where and token not in where and conversation not in where
    assert '"status": 4' in served.log  # it was logged that something was refused
    assert "Traceback" not in served.log


async def test_every_record_is_one_line_of_json(served: Served) -> None:
    await asks(served.url, "GET", "/health")
    await asks(served.url, "GET", "/%0d%0a%1b[2J")
    await asyncio.sleep(0.2)
    records = [line for line in served.log.splitlines() if line.startswith("{")]
    assert records
    for record in records:
        fields = json.loads(record)
        assert fields["message"].isprintable() and fields.get("path", "-").isprintable()


async def test_the_set_up_secret_is_told_once_and_to_the_console_only(served: Served) -> None:
    assert served.log.count("#secret=cls_") == 1
    assert not [line for line in served.log.splitlines() if line.startswith("{") and "cls_" in line]


def test_no_secret_stands_on_a_command_line(served: Served) -> None:
    assert "cls_" not in Path(f"/proc/{served.process.pid}/cmdline").read_text()
