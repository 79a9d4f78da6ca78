"""Requests as no honest client writes them (SECURITY.md A): refused in our words, once, and the connection ended."""

import asyncio
import time

import pytest

from careline.wires import http, listener
from tests.security.raw import asks, exchange, request
from tests.world import World

SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
JSON = "Content-Type: application/json"

# What two parsers could cut differently (CVE-2023-47641, CVE-2024-23829, CVE-2025-43859): headers, then the body.
AMBIGUOUS = {
    "both lengths": (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
    "two lengths": (["Content-Length: 0", "Content-Length: 5"], b"abcde"),
    "the same length twice": (["Content-Length: 2", "Content-Length: 2"], b"{}"),
    "a list of lengths": (["Content-Length: 5, 5"], b"abcde"),
    "a signed length": (["Content-Length: +5"], b"abcde"),
    "a hexadecimal length": (["Content-Length: 0x5"], b"abcde"),
    "a length with an underscore": (["Content-Length: 1_0"], b"abcde"),
    "chunked that is not last": (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"),
    "chunked twice": (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
    "almost chunked": (["Transfer-Encoding: xchunked"], b"0\r\n\r\n"),
    "a chunk that does not end": (["Transfer-Encoding: chunked"], b"1\r\naXX0\r\n\r\n"),
    "chunks with bare line feeds": (["Transfer-Encoding: chunked"], b"1\na\n0\n\n"),
    "a negative chunk": (["Transfer-Encoding: chunked"], b"-1\r\na\r\n0\r\n\r\n"),
    "a chunk beyond 64 bits": (["Transfer-Encoding: chunked"], b"ffffffffffffffffff\r\na\r\n0\r\n\r\n"),
    "a folded header": (["X: a\r\n b", "Content-Length: 0"], b""),
    "a space before the colon": (["Content-Length : 5"], b"abcde"),
    "a bare line feed": (["X: a\nContent-Length: 5"], b"abcde"),
    "a bare carriage return": (["X: a\rContent-Length: 5"], b"abcde"),
    "NUL in a header": (["X: a\0b", "Content-Length: 0"], b""),
}


@pytest.mark.parametrize("case", AMBIGUOUS)
async def test_what_could_be_cut_in_two_ways_is_refused_once(here: World, case: str) -> None:
    headers, body = AMBIGUOUS[case]
    answer = await exchange(here.url, _keeping(here, headers) + body + SMUGGLED)
    assert (answer.status, answer.closed, answer.answers) == (400, True, 1), answer
    assert b"GET" not in answer.body and b"chunked" not in answer.body


def _keeping(world: World, headers: list[str]) -> bytes:
    return request(world.url, "POST", "/v1/session", JSON, *headers).replace(b"Connection: close\r\n", b"")


@pytest.mark.parametrize("host", ["x/../admin", "a@b", "a#b", "a b", "", "a,b", "[::1", "a:b:c", "a\\b", "%61"])
async def test_a_host_that_is_none_is_refused(here: World, host: str) -> None:
    answer = await asks(here.url, "GET", "/health/live", host=host)
    assert (answer.status, answer.closed) == (400, True)


async def test_a_host_that_is_not_ours_is_refused_and_never_repeated(here: World) -> None:
    answer = await asks(here.url, "GET", "/health/live", host="evil.example")
    assert answer.status == 421
    assert "evil" not in answer.head and b"evil" not in answer.body


async def test_two_hosts_are_refused(here: World) -> None:
    answer = await asks(here.url, "GET", "/health/live", "Host: localhost")
    assert answer.status == 400


@pytest.mark.parametrize("target", ["@evil", "http://localhost/health", "*", "health", "localhost:80", "?x"])
async def test_a_target_that_does_not_begin_with_a_slash_is_refused(here: World, target: str) -> None:
    answer = await asks(here.url, "GET", target)
    assert (answer.status, answer.closed) == (400, True)


@pytest.mark.parametrize("target", ["//metrics", "/./metrics", "/x/../metrics", "/metrics//", "/%6detrics", "/METRICS"])
async def test_another_spelling_of_an_address_is_another_address(here: World, target: str) -> None:
    # A proxy in front that shuts /metrics must not be passed by //metrics.
    assert (await asks(here.url, "GET", target)).status == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "get", "DEBUG", "PROPFIND"])
async def test_a_method_we_do_not_speak_is_refused_without_an_echo(here: World, method: str) -> None:
    answer = await asks(here.url, method, "/v1/me", "X-Canary: kanarienvogel")
    assert answer.status == 405
    assert "kanarienvogel" not in answer.head and b"kanarienvogel" not in answer.body


@pytest.mark.parametrize("target", ["/v1/conversations?view=\xff", "/v1/conversations/\xff", "/\x1b[2J", "/a\tb"])
async def test_bytes_that_no_address_has_are_refused_without_an_echo(here: World, target: str) -> None:
    answer = await asks(here.url, "GET", target, f"Authorization: Bearer {here.ana.token}")
    assert answer.status in (400, 404)
    assert b"\\x" not in answer.body


BEYOND = {
    "one line": ["X: " + "a" * 9_000],
    "many lines": [f"X{n}: a" for n in range(150)],
    "all together": [f"X{n}: {'a' * 8_000}" for n in range(5)],
    "a protocol of a mebibyte": ["Sec-WebSocket-Protocol: " + "a" * (1 << 20)],
    "ten thousand protocols": ["Sec-WebSocket-Protocol: " + ",".join(f"p{n}" for n in range(10_000))],
}


@pytest.mark.parametrize("case", BEYOND)
async def test_headers_beyond_the_limit_end_the_connection(here: World, case: str) -> None:
    answer = await asks(here.url, "GET", "/health/live", *BEYOND[case])
    assert answer.closed and answer.status in (431, 0), answer  # 0: reset while we were still writing
    if answer.status:
        assert answer.code == "headers_too_large" and b"aaaa" not in answer.body


async def test_headers_that_come_bit_by_bit_are_counted_together(here: World) -> None:
    reader, writer = await asyncio.open_connection(*place_of(here))
    writer.write(b"GET / HTTP/1.1\r\n")
    for number in range(8):
        writer.write(b"X%d: %s\r\n" % (number, b"a" * 5_000))
        await asyncio.sleep(0.02)
    assert b" 431 " in await reader.readline()
    writer.close()


async def test_a_connection_may_ask_as_often_as_it_likes(here: World) -> None:
    """What was counted for one request is not held against the next."""
    reader, writer = await asyncio.open_connection(*place_of(here))
    asked = request(here.url, "GET", "/health/live", "X: " + "a" * 6_000).replace(b"Connection: close\r\n", b"")
    for _ in range(12):
        writer.write(asked[:4_000])
        await asyncio.sleep(0.01)
        writer.write(asked[4_000:])
        assert b" 200 " in (await reader.readuntil(b'{"ok":true}'))
    writer.close()


def place_of(world: World) -> tuple[str, int]:
    host, _, port = world.url.partition("://")[2].rpartition(":")
    return host, int(port)


async def test_a_request_that_is_begun_and_not_finished_is_ended(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "IDLE_S", 0.4)
    for data in (b"", b"GET / HTTP/1.1\r\nX: "):
        started = time.monotonic()
        assert (await exchange(here.url, data, within=5)).closed
        assert time.monotonic() - started < 2


def test_a_connection_has_ten_seconds_to_ask_for_something() -> None:
    assert listener.IDLE_S == 10 and http.BODY_SECONDS == 30


async def test_a_body_that_is_too_large_is_refused_before_it_comes(here: World) -> None:
    answer = await exchange(
        here.url, request(here.url, "POST", "/v1/session", JSON, "Content-Length: 262145"), within=4
    )
    assert (answer.status, answer.closed, answer.code) == (413, True, "too_large")


async def test_a_body_that_grows_too_large_ends_the_connection(here: World) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    data = request(here.url, "POST", "/v1/session", JSON, "Transfer-Encoding: chunked") + chunk * 5
    answer = await exchange(here.url, data, within=4)
    assert (answer.status, answer.closed) == (413, True)


async def test_a_body_that_comes_too_slowly_is_given_up(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.3)
    answer = await exchange(here.url, request(here.url, "POST", "/v1/session", JSON, "Content-Length: 10", body=b"{"))
    assert (answer.status, answer.closed, answer.code) == (408, True, "timeout")


@pytest.mark.parametrize(
    "type_",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/jsonx", ""],
)
async def test_only_json_changes_anything(here: World, type_: str) -> None:
    # What a form on another page can send must not be understood (CVE-2021-32677).
    headers = [f"Content-Type: {type_}"] if type_ else []
    body = b'{"email":"a@b","password":"x"}'
    answer = await asks(here.url, "POST", "/v1/session", *headers, f"Content-Length: {len(body)}", body=body)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "type_", ["application/json;" + ";a=b" * 1_900, 'application/json; a="' + "\\" * 7_000, ";" * 8_000]
)
async def test_a_content_type_costs_next_to_nothing(here: World, type_: str) -> None:
    started = time.process_time()
    answer = await asks(here.url, "POST", "/v1/session", f"Content-Type: {type_}", "Content-Length: 2", body=b"{}")
    assert answer.status in (415, 422)
    assert time.process_time() - started < 0.1


async def test_a_compressed_body_is_refused_and_never_inflated(here: World) -> None:
    answer = await asks(
        here.url, "POST", "/v1/session", JSON, "Content-Encoding: gzip", "Content-Length: 2", body=b"\x1f\x8b"
    )
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_what_only_says_it_is_compressed_disturbs_nothing(here: World) -> None:
    """An inflating parser would stumble over these bytes and drop the request behind them; or inflate a bomb."""
    headers = [JSON, "Content-Encoding: gzip", "Content-Length: 4"]
    first = request(here.url, "POST", "/v1/session", *headers, body=b"\x1f\x8b!!").replace(
        b"Connection: close\r\n", b""
    )
    answer = await exchange(here.url, first + request(here.url, "GET", "/health/live"))
    assert (answer.status, answer.answers, answer.closed) == (415, 2, True)


@pytest.mark.parametrize("query", ["limit=1&limit=99", "view=all&view=mine", "a=%00", "a=%ff", "&".join("a" * 60)])
async def test_a_query_that_can_be_read_in_two_ways_is_refused(here: World, query: str) -> None:
    answer = await asks(here.url, "GET", f"/v1/conversations?{query}", f"Authorization: Bearer {here.ana.token}")
    assert answer.status == 400


async def test_what_the_address_says_cannot_be_said_again_elsewhere(here: World) -> None:
    # One key per route: checking one value and acting on the other is how rooms were opened (CVE-2026-72919).
    path = f"/v1/conversations/{here.conversation}"
    assert await here.cara.status_of("GET", f"{path}?conversation_id={here.dev_conversation}") == 400
    body = {"conversation_id": here.dev_conversation, "body": "x"}
    assert await here.cara.status_of("POST", f"{path}/messages", json=body) == 400
    assert await here.cara.status_of("POST", f"{path}/messages?body=x", json={"body": "y"}) == 400


@pytest.mark.parametrize("name", ["Authorization: Bearer cla_\xff", "Authorization: Bearer \xff.\xff.\xff"])
async def test_a_credential_that_is_not_ascii_is_none(here: World, name: str) -> None:
    assert (await asks(here.url, "GET", "/v1/me", name)).status == 401
    assert (await asks(here.url, "GET", "/metrics", name, "Via: proxy")).status == 404


async def test_other_headers_that_are_not_ascii_break_nothing(here: World) -> None:
    me = f"Authorization: Bearer {here.cara.token}"
    path, body = f"/v1/conversations/{here.conversation}/messages", b'{"body":"x"}'
    answer = await asks(
        here.url, "POST", path, me, JSON, "Idempotency-Key: \xff", f"Content-Length: {len(body)}", body=body
    )
    assert answer.status == 422
    cookie = ["Cookie: careline_session=clr_\xff; \xff", "X-Requested-With: careline", "Content-Length: 0"]
    assert (await asks(here.url, "POST", "/v1/session/refresh", *cookie)).status == 401
    assert (await asks(here.url, "GET", "/v1/me", me, "Origin: \xff")).status == 403
    assert (await asks(here.url, "GET", "/v1/me", me, "X-Forwarded-For: \xff", "User-Agent: \xff")).status == 200


@pytest.mark.parametrize("range_", ["bytes=0-" + ",0-" * 2_000, "bytes=0-10", "bytes=-1", "bytes=5-1"])
async def test_ranges_are_not_spoken(here: World, range_: str) -> None:
    answer = await asks(here.url, "GET", "/web/lib/time.js", f"Range: {range_}")
    assert answer.status == 200


async def test_answers_with_data_are_for_nobody_else(here: World) -> None:
    me = f"Authorization: Bearer {here.cara.token}"
    for target, status in (("/v1/me", 200), ("/v1/conversations", 200), ("/v1/contacts/x", 403), ("/v1/nothing", 404)):
        answer = await asks(here.url, "GET", target, me)
        assert answer.status == status
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("Vary") == "Authorization, Origin, Cookie"
        assert answer.header("X-Content-Type-Options") == "nosniff"


async def test_nothing_says_what_the_server_is_made_of(here: World) -> None:
    cases = [("GET", "/v1/me"), ("OPTIONS", "/v1/me"), ("FOO", "/"), ("GET", "/nothing"), ("GET", "/v1/socket")]
    for method, target in cases:
        answer = await asks(here.url, method, target)
        assert answer.header("Server") == "careline", (method, target)
        assert "aiohttp" not in answer.head and "Python" not in answer.head


async def test_what_a_client_says_of_itself_in_headers_has_no_effect(here: World) -> None:
    claims = [
        "X-Remote-User: ana",
        "X-User-Id: ana",
        "X-Workspace: greenleaf",
        "X-Forwarded-User: ana",
        "Remote-User: ana",
    ]
    assert (await asks(here.url, "GET", "/v1/me", *claims)).status == 401


@pytest.mark.parametrize("name", http.FORWARDED)
async def test_what_came_through_a_proxy_is_not_from_this_machine(here: World, name: str) -> None:
    assert (await asks(here.url, "GET", "/metrics")).status == 200
    assert (await asks(here.url, "GET", "/metrics", f"{name}: 127.0.0.1")).status == 404
    assert (await asks(here.url, "GET", "/metrics", host="localhost.evil.example")).status == 421
