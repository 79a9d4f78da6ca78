"""The reader of WebSocket frames (RFC 6455) against other people's, and against bytes that nobody should send."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from aiohttp import WSMsgType
from aiohttp._websocket.reader_py import WebSocketDataQueue, WebSocketReader
from aiohttp.base_protocol import BaseProtocol
from hypothesis import given, settings
from hypothesis import strategies as st

from careline.wires import frames
from tests.security.raw import masked

Heard = list[tuple[str, bytes]]


def read(data: bytes, cuts: list[int]) -> tuple[Heard, int | None]:
    """What the reader makes of bytes that come in these pieces, and with which code it gives up."""
    heard: Heard = []
    reader = frames.Reader(
        lambda message: heard.append(("text", message)), lambda opcode, payload: heard.append((f"{opcode:x}", payload))
    )
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    try:
        for start, end in zip([0, *places], [*places, len(data)], strict=True):
            reader.feed(data[start:end])
    except frames.Violation as violation:
        return heard, violation.code
    return heard, None


MESSAGES = st.lists(st.tuples(st.text(max_size=300), st.integers(1, 5), st.binary(max_size=125)), max_size=6)


def spoken(messages: list[tuple[str, int, bytes]]) -> bytes:
    """The messages as frames: each in so many fragments, with a ping between them."""
    said = b""
    for body, parts, ping in messages:
        raw = body.encode()
        step = -(-len(raw) // parts) or 1
        pieces = [raw[at : at + step] for at in range(0, len(raw), step)] or [b""]
        for number, piece in enumerate(pieces):
            final = 0x80 if number == len(pieces) - 1 else 0
            said += masked(final | (frames.TEXT if number == 0 else 0), piece) + masked(0x80 | frames.PING, ping)
    return said


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Never run: aiohttp's queue wants one to belong to."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


def oracle(data: bytes, loop: asyncio.AbstractEventLoop) -> Heard:
    """What aiohttp's own parser makes of the same bytes."""
    queue = WebSocketDataQueue(BaseProtocol(loop), 1 << 20, loop=loop)
    WebSocketReader(queue, frames.MESSAGE_BYTES, compress=False, decode_text=True).feed_data(data)
    heard: Heard = []
    while queue._buffer:
        message = queue._read_from_buffer()
        text = message.type is WSMsgType.TEXT
        heard.append(("text", message.data.encode()) if text else ("9", bytes(message.data)))
    return heard


@given(MESSAGES, st.lists(st.integers(0, 4_000), max_size=8))
def test_however_it_is_cut_the_same_is_heard_as_another_parser_hears(
    loop: asyncio.AbstractEventLoop, messages: list[tuple[str, int, bytes]], cuts: list[int]
) -> None:
    data = spoken(messages)
    heard, code = read(data, cuts)
    assert code is None
    assert heard == oracle(data, loop)


@settings(max_examples=300)
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
def test_any_bytes_in_any_pieces_end_the_same_way(data: bytes, cuts: list[int]) -> None:
    # A byte late or early, the verdict is the same, and nothing but a verdict comes of it.
    assert read(data, cuts) == read(data, list(range(len(data))))
    assert read(data, [])[1] in (None, 1002, 1003, 1007, 1008, 1009)


@settings(max_examples=300)
@given(MESSAGES, st.integers(0, 10_000), st.integers(0, 255), st.lists(st.integers(0, 4_000), max_size=4))
def test_one_wrong_byte_in_honest_frames_crashes_nothing(
    messages: list[tuple[str, int, bytes]], at: int, byte: int, cuts: list[int]
) -> None:
    data = bytearray(spoken(messages) or b"\0")
    data[at % len(data)] = byte
    read(bytes(data), cuts)


BROKEN = {
    "a first reserved bit": (masked(0xC1, b"x"), 1002),
    "a second reserved bit": (masked(0xA1, b"x"), 1002),
    "a third reserved bit": (masked(0x91, b"x"), 1002),
    "a reserved data opcode": (masked(0x83, b"x"), 1002),
    "a reserved control opcode": (masked(0x8B, b"x"), 1002),
    "no mask": (masked(0x81, b"x", mask=False), 1002),
    "a long ping": (masked(0x89, b"x" * 126), 1002),
    "a ping in parts": (masked(0x09, b"x"), 1002),
    "a continuation of nothing": (masked(0x80, b"x"), 1002),
    "a message within a message": (masked(0x01, b"x") + masked(0x81, b"y"), 1002),
    "binary": (masked(0x82, b"x"), 1003),
    "binary in parts": (masked(0x02, b"x"), 1003),
    "not UTF-8": (masked(0x81, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"), 1007),
    "half a character": (masked(0x01, b"\xce") + masked(0x80, b""), 1007),
    "one byte too many": (masked(0x81, b"x" * 65_537), 1009),
    "one byte too many in parts": (masked(0x01, b"x" * 65_536) + masked(0x80, b"x"), 1009),
    "2 to the 63rd announced": (masked(0x81, b"", size=1 << 63), 1009),
    "2 to the 64th announced": (masked(0x81, b"", size=(1 << 64) - 1), 1009),
    "65 fragments": (masked(0x01, b"") + masked(0x00, b"") * 64, 1008),
    "compressed": (masked(0xC1, b"\xf2\x48\xcd\xc9\xc9\x07\x00"), 1002),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_the_protocol_has_its_code(case: str) -> None:
    data, code = BROKEN[case]
    assert read(data, [])[1] == code
    assert read(data, list(range(len(data))))[1] == code if len(data) < 2_000 else True


def test_a_character_may_be_cut_between_fragments() -> None:
    raw = "κόσμε".encode()
    data = b"".join(masked(0x01 if at == 0 else 0x00, raw[at : at + 1]) for at in range(len(raw))) + masked(0x80, b"")
    assert read(data, []) == ([("text", raw)], None)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_every_way_to_announce_a_size_is_read(size: int) -> None:
    assert read(masked(0x81, b"x" * size), [3, 8]) == ([("text", b"x" * size)], None)


def test_a_read_full_of_tiny_frames_costs_what_its_bytes_cost() -> None:
    def cost(count: int) -> float:
        reader = frames.Reader(lambda message: None, lambda opcode, payload: None)
        started = time.process_time()
        reader.feed(b"\x81\x80abcd" * count)
        return time.process_time() - started

    assert cost(40_000) < 15 * max(cost(10_000), 0.001)


def test_once_deaf_it_hears_control_frames_only() -> None:
    heard: list[bytes] = []
    reader = frames.Reader(heard.append, lambda opcode, payload: heard.append(payload))
    reader.deaf = True
    reader.feed(masked(0x81, b"late") + masked(0x88, b"bye"))
    assert heard == [b"bye"]
