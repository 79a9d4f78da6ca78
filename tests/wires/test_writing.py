"""What goes out together is one write, from the handshake on; only who is behind is given each frame by itself."""

from typing import Any

import pytest

from careline.core.clock import Clock
from careline.wires import frames
from careline.wires.socket import Socket, Sockets


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.behind = 0

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.behind


class Greeting:
    """Says two things when it is opened, or fails at the second."""

    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails

    def opened(self, socket: Socket) -> None:
        socket.send(b"hello")
        if self._fails:
            raise ValueError
        socket.send(b"you")

    def heard(self, message: bytes) -> None: ...
    def alive(self) -> None: ...
    def closed(self) -> None: ...


def opened(talk: Any) -> tuple[Transport, Socket]:
    transport: Any = Transport()
    return transport, Socket(Sockets(Clock(), 1, 1), transport, "1.2.3.4", talk)


def test_the_answer_and_the_first_words_go_out_together_and_what_follows_by_itself() -> None:
    transport, socket = opened(Greeting())
    socket.opens(b"101\r\n\r\n")
    socket.send(b"later")
    assert transport.written == [b"101\r\n\r\n" + frames.text(b"hello") + frames.text(b"you"), frames.text(b"later")]


def test_the_handshake_is_answered_also_where_the_wire_fails() -> None:
    transport, socket = opened(Greeting(fails=True))
    with pytest.raises(ValueError):
        socket.opens(b"101\r\n\r\n")
    assert transport.written == [b"101\r\n\r\n" + frames.text(b"hello")]


def test_whoever_is_behind_shares_the_bytes_with_others() -> None:
    """Joined, they would be each one's own: a megabyte for every slow socket of a workspace."""
    transport, socket = opened(Greeting())
    together = [b"one", b"two"]
    socket.write(*together)
    assert transport.written == [b"onetwo"]
    transport.behind = 1
    socket.write(*together)
    assert all(written is given for written, given in zip(transport.written[1:], together, strict=True))
