"""Whoever waits for the answer to a lone fact hears it before the others, nobody hears what is not theirs, and what is
committed together goes out together, in its order.
"""

from careline.core.actor import Actor
from careline.core.events import Recorded
from careline.features.messages.events import MessageSent
from careline.features.tokens.events import TokenRevoked
from careline.live.connection import Connection, Speech
from careline.live.hub import TOGETHER, Hub

SENT = MessageSent(conversation_id="thread", message_id="m1", kind="text")


class Aloud:
    """A wire that words every fact as the view it is for."""

    def encode(self, recorded: Recorded, view: str) -> bytes:
        return view.encode()

    def encode_signal(self, signal: object, view: str) -> None:
        return None


class Room:
    """A hub with listeners; `heard` is what was written, in this order, and to whom."""

    def __init__(self, wire: Speech | None = None) -> None:
        self.hub, self.wire = Hub(), wire or Aloud()
        self.heard: list[tuple[str, str]] = []

    def comes(self, kind: str, name: str, credential: str = "") -> Connection:
        scope = "all" if kind == "staff" else None

        def write(*frames: bytes) -> None:
            self.heard.append((name, b" ".join(frames).decode()))

        actor = Actor("greenleaf", kind, name, scope=scope, credential=credential)  # type: ignore[arg-type]
        connection = Connection(actor, self.wire, write, lambda: 0, lambda code, reason: None)
        self.hub.join(connection)
        return connection

    def says(self, who: Connection) -> list[tuple[str, str]]:
        told = Recorded("greenleaf", 1, 0, who.person, SENT, people=("contact:cara", "staff:ana"), origin=who.id)
        self.hub.deliver([told])
        return self.heard


def test_who_asked_is_answered_first() -> None:
    room = Room()
    colleagues = [room.comes("staff", f"colleague {number}") for number in range(20)]
    room.comes("contact", "cara")
    heard = room.says(colleagues[13])
    assert heard[0] == ("colleague 13", "staff/origin")
    assert sorted(heard[1:]) == sorted(
        [("cara", "contact"), *((f"colleague {number}", "staff") for number in range(20) if number != 13)]
    )


def test_a_second_connection_of_the_same_person_hears_its_author() -> None:
    room = Room()
    first, second = room.comes("contact", "cara"), room.comes("contact", "cara")
    assert first.person == second.person
    assert room.says(second) == [("cara", "contact/origin"), ("cara", "contact/author")]


def test_who_asked_hears_nothing_that_is_not_theirs() -> None:
    room = Room()
    dora = room.comes("contact", "dora")
    room.comes("contact", "cara")
    assert room.says(dora) == [("cara", "contact")]


def test_who_has_left_is_told_nothing() -> None:
    room = Room()
    cara = room.comes("contact", "cara")
    room.hub.leave(cara)
    assert room.says(cara) == []
    assert not room.hub.connections


class Counted(Aloud):
    """A wire that words facts as their numbers."""

    def encode(self, recorded: Recorded, view: str) -> bytes:
        return str(recorded.seq).encode()


def sent(seq: int, *, people: tuple[str, ...] = ("contact:cara",)) -> Recorded:
    return Recorded("greenleaf", seq, 0, "staff:ben", SENT, people=people)


def test_what_is_committed_together_is_written_to_each_once_and_in_its_order() -> None:
    room = Room(Counted())
    room.comes("staff", "ana")
    room.comes("contact", "cara")
    room.hub.deliver([sent(1), sent(2, people=()), sent(3)])
    assert sorted(room.heard) == [("ana", "1 2 3"), ("cara", "1 3")]


def test_what_was_before_an_end_is_heard_and_what_comes_after_it_is_not() -> None:
    room = Room(Counted())
    cara = room.comes("contact", "cara", credential="token:t1")

    def hang_up(code: int, reason: str) -> None:
        cara.write = lambda *frames: None  # as a socket writes nothing after its goodbye
        room.hub.leave(cara)

    cara.hang_up = hang_up
    revoked = Recorded("greenleaf", 2, 0, "staff:ben", TokenRevoked(token_id="t1", contact_id="cara"))
    room.hub.deliver([sent(1), revoked, sent(3)])
    assert room.heard == [("cara", "1")]


def test_no_more_than_so_many_bytes_wait_to_be_written() -> None:
    class Long(Aloud):
        def encode(self, recorded: Recorded, view: str) -> bytes:
            return str(recorded.seq).encode().ljust(TOGETHER // 2, b".")

    room = Room(Long())
    room.comes("contact", "cara")
    room.hub.deliver([sent(seq) for seq in range(1, 8)])
    assert [[int(frame.strip(".")) for frame in frames.split()] for _, frames in room.heard] == [
        [1, 2, 3],
        [4, 5, 6],
        [7],
    ]


def test_who_cannot_be_written_to_is_closed_and_the_others_hear_all() -> None:
    room = Room(Counted())
    room.comes("staff", "ana")
    cara = room.comes("contact", "cara")
    closed: list[int] = []

    def fails(*frames: bytes) -> None:
        raise RuntimeError

    cara.write = fails
    cara.hang_up = lambda code, reason: closed.append(code)
    room.hub.deliver([sent(1), sent(2)])
    assert room.heard == [("ana", "1 2")]
    assert closed == [1011]
