"""Who is there is true of all processes together, also of those that die without a word."""

from typing import Any

import pytest

from careline.core.actor import Actor
from careline.core.events import PresenceChanged
from careline.live.board import GRACE, PARTING, REMOTE, Board
from careline.live.hints import BEAT

CARA = Actor("greenleaf", "contact", "cara", "Cara")
Said = tuple[str, str | None, bool]


class Heard(list[Said]):
    """What a board has said, or spread, since it was last asked."""

    def __call__(self, signal: PresenceChanged) -> None:
        self.append((signal.name, signal.conversation_id, signal.online))

    def since(self) -> list[Said]:
        said = list(self)
        self.clear()
        return said


class Process:
    """A board with its ears: `said` to those who listen there, `spread` to the others."""

    def __init__(self) -> None:
        self.said, self.spread = Heard(), Heard()
        self.board = Board(self.said, self.spread)


@pytest.fixture
def here() -> Process:
    here = Process()
    here.board.alive("other", 0)
    return here


def signal(*, online: bool, **more: Any) -> PresenceChanged:
    return PresenceChanged(workspace_id="greenleaf", person="contact:cara", name="Cara", online=online, **more)


CAME, WENT = ("Cara", None, True), ("Cara", None, False)


def test_coming_and_going_here_is_spread_and_no_news_while_another_process_has_them(here: Process) -> None:
    here.board.heard("other", signal(online=True))
    assert here.said.since() == [CAME]
    here.board.came(CARA)
    here.board.went(CARA, 0, 0)
    here.board.tick(GRACE)
    assert (here.said.since(), here.spread.since()) == ([], [CAME, WENT])
    assert here.board.online("greenleaf", "contact:cara")
    here.board.heard("other", signal(online=False))
    assert (here.said.since(), here.spread.since()) == ([WENT], [])


def test_going_elsewhere_is_no_news_while_they_are_here_or_about_to_come_back(here: Process) -> None:
    here.board.came(CARA)
    here.board.heard("other", signal(online=True))
    here.board.heard("other", signal(online=False))
    here.board.went(CARA, 0, 0)
    here.board.heard("other", signal(online=True))
    here.board.heard("other", signal(online=False))
    assert here.said.since() == [CAME]
    here.board.tick(GRACE)
    assert here.said.since() == [WENT]


def test_so_it_is_within_one_conversation(here: Process) -> None:
    here.board.entered(CARA, "talk")
    here.board.heard("other", signal(online=True, conversation_id="talk"))
    here.board.left(CARA, "talk")
    assert here.said.since() == [("Cara", "talk", True)]
    here.board.heard("other", signal(online=False, conversation_id="talk"))
    assert here.said.since() == [("Cara", "talk", False)]
    assert not here.board.online("greenleaf", "contact:cara")


def test_a_process_that_died_has_nobody_any_more_and_the_others_have_whom_they_have(here: Process) -> None:
    here.board.heard("other", signal(online=True))
    here.board.alive("third", 1)
    here.board.heard("third", signal(online=True))
    here.board.tick(REMOTE)
    assert here.board.online("greenleaf", "contact:cara")
    here.board.tick(REMOTE + 1)
    assert (here.said.since(), here.spread.since()) == ([CAME, WENT], [])
    assert not here.board.online("greenleaf", "contact:cara")


def test_a_process_is_unknown_until_it_says_something_and_when_it_was_silent_for_long(here: Process) -> None:
    assert here.board.alive("third", 0)
    assert not here.board.alive("third", 1)
    here.board.tick(REMOTE + 1)
    assert here.board.alive("third", REMOTE + 2)


def test_a_process_is_heard_of_several_times_before_it_is_given_up() -> None:
    assert 4 * BEAT * 1_000 < REMOTE <= PARTING


def test_whoever_was_at_a_process_that_stops_is_believed_for_a_while(here: Process) -> None:
    here.board.heard("other", signal(online=True))
    here.board.alive("other", 0, stops=True)
    here.board.tick(PARTING - 1)
    assert here.board.online("greenleaf", "contact:cara")
    here.board.tick(PARTING)
    assert here.said.since() == [CAME, WENT]


def test_all_who_are_there_mends_what_was_not_heard(here: Process) -> None:
    there = Process().board
    there.came(CARA)
    here.board.heard_all("other", there.here())
    here.board.heard_all("other", there.here())
    assert here.said.since() == [CAME]
    there.went(CARA, 0, 0)
    here.board.heard_all("other", there.here())
    assert here.said.since() == []
    there.tick(GRACE)
    here.board.heard_all("other", there.here())
    assert here.said.since() == [WENT]
