"""Whoever waits for an answer hears it before the others hear of the same fact, and nobody hears what is not theirs."""

from careline.core.actor import Actor
from careline.core.events import Recorded
from careline.features.messages.events import MessageSent
from careline.live.connection import Connection
from careline.live.hub import Hub

SENT = MessageSent(conversation_id="thread", message_id="m1", kind="text")


class Aloud:
    """A wire that words every fact as the view it is for."""

    def encode(self, recorded: Recorded, view: str) -> bytes:
        return view.encode()

    def encode_signal(self, signal: object, view: str) -> None:
        return None


class Room:
    """A hub with listeners; `heard` is what was written, in this order, and to whom."""

    def __init__(self) -> None:
        self.hub, self.wire = Hub(), Aloud()
        self.heard: list[tuple[str, str]] = []

    def comes(self, kind: str, name: str) -> Connection:
        scope = "all" if kind == "staff" else None

        def write(frame: bytes) -> None:
            self.heard.append((name, frame.decode()))

        actor = Actor("greenleaf", kind, name, scope=scope)  # type: ignore[arg-type]
        connection = Connection(actor, self.wire, write, lambda: 0, lambda code, reason: None)
        self.hub.join(connection)
        return connection

    def says(self, who: Connection) -> list[tuple[str, str]]:
        told = Recorded("greenleaf", 1, 0, who.person, SENT, people=("contact:cara", "staff:ana"), origin=who.id)
        self.hub.deliver(told)
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
