"""WebSocket framing (RFC 6455) without sockets: bytes in, whole messages out; and prebuilt frames to send.

No extensions: compression is never negotiated (60 KiB and more per connection, and CRIME-type leaks).
"""

from collections.abc import Callable

MESSAGE_BYTES = 65_536
FRAGMENTS = 64

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


class Violation(Exception):
    """The peer broke the protocol or a limit: close with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def frame(opcode: int, payload: bytes) -> bytes:
    """One final, unmasked frame, as a server sends it."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65_536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8) + payload


def text(payload: bytes) -> bytes:
    return frame(TEXT, payload)


def close(code: int, reason: str = "") -> bytes:
    """A close frame; the reason is cut to what a control frame can hold (section 5.5)."""
    return frame(CLOSE, code.to_bytes(2) + reason.encode()[:123].decode(errors="ignore").encode())


PING_FRAME = frame(PING, b"")


def unmask(payload: bytes, mask: bytes) -> bytes:
    """Section 5.3, as one exclusive-or of two big numbers."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(size)


class Reader:
    """Puts a client's frames together. `on_text` gets whole messages as UTF-8 bytes, `on_control` opcode and payload.

    Once `deaf` it hears control frames only. `mid_message` tells whether a message has begun and not ended:
    whoever owns the reader gives that a time limit.
    """

    def __init__(self, on_text: Callable[[bytes], None], on_control: Callable[[int, bytes], None]) -> None:
        self._on_text = on_text
        self._on_control = on_control
        self._buffer = b""
        self._parts: list[bytes] | None = None
        self._size = 0
        self.deaf = False

    @property
    def mid_message(self) -> bool:
        return self._parts is not None or bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take bytes as they come. Raises `Violation`; after one, nothing more may be fed."""
        data = self._buffer + data if self._buffer else data
        # By position: cutting off each of many tiny frames would copy the rest every time.
        at = 0
        while (end := self._one(data, at)) is not None:
            at = end
        self._buffer = data[at:]

    def _one(self, data: bytes, at: int) -> int | None:
        """Handle the frame that starts there; where it ends, or None when it is not all there yet."""
        if len(data) < at + 2:
            return None
        first, second = data[at], data[at + 1]
        opcode, size, start = first & 0x0F, second & 0x7F, at + 2
        if first & 0x70 or opcode not in (0, TEXT, BINARY, CLOSE, PING, PONG):
            raise Violation(1002, "reserved bits or opcode")
        if not second & 0x80:
            raise Violation(1002, "client frames are masked")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise Violation(1002, "control frames are short and whole")
        if size >= 126:
            start = at + (4 if size == 126 else 10)
            if len(data) < start:
                return None
            size = int.from_bytes(data[at + 2 : start])
        # The announced size is judged before a byte of it is kept.
        if opcode < CLOSE and size + self._size > MESSAGE_BYTES:
            raise Violation(1009, f"a message has at most {MESSAGE_BYTES} bytes")
        end = start + 4 + size
        if len(data) < end:
            return None
        if opcode >= CLOSE or not self.deaf:
            self._whole(first, opcode, unmask(data[start + 4 : end], data[start : start + 4]))
        return end

    def _whole(self, first: int, opcode: int, payload: bytes) -> None:
        if opcode >= CLOSE:
            self._on_control(opcode, payload)
            return
        if opcode == BINARY:
            raise Violation(1003, "text only")
        if opcode == TEXT and self._parts is None:
            if first & 0x80:
                self._say(payload)
                return
            self._parts = [payload]
        elif opcode == 0 and self._parts is not None:
            self._parts.append(payload)
            if len(self._parts) > FRAGMENTS:
                raise Violation(1008, f"a message has at most {FRAGMENTS} fragments")
        else:
            raise Violation(1002, "fragments out of order")
        self._size += len(payload)
        if first & 0x80:
            message, self._parts, self._size = b"".join(self._parts), None, 0
            self._say(message)

    def _say(self, message: bytes) -> None:
        if self.deaf:
            return
        if not message.isascii():
            try:
                message.decode()
            except UnicodeDecodeError:
                raise Violation(1007, "not UTF-8") from None
        self._on_text(message)
