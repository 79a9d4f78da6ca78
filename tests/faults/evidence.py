"""What a run left behind, in tables over it that several invariants ask for."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from tests.faults.final import Final, Stored
from tests.faults.history import Line

SECOND = 1_000_000_000


class Send(Struct):
    """One `client_id` and all that was asked and answered about it. Times are monotonic nanoseconds."""

    client: str
    client_id: str
    conversation: str
    sha: str
    invoked_at: int
    acked_at: int = 0
    ids: dict[str, str] = {}


class Run:
    """A run and the tables over it that several invariants ask for."""

    def __init__(self, lines: list[Line], final: Final, outages: Iterable[tuple[int, int]], within_s: float) -> None:
        self.final = final
        self.lines = lines
        self.outages = sorted(outages)
        self.within = int(within_s * SECOND)
        self.stored = {m.id: m for m in final.messages}
        self.clients: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            self.clients[line.client].append(line)
        self.person = {line.client: line.person for line in lines if line.what == "join"}

    @cached_property
    def sends(self) -> dict[str, Send]:
        """By client id, in the order in which each client began them."""
        found: dict[str, Send] = {}
        for line in self.lines:
            if line.what != "send":
                continue
            send = found.get(line.client_id)
            if send is None:
                send = found[line.client_id] = Send(
                    line.client, line.client_id, line.conversation, line.sha, line.at, 0, {}
                )
            if line.kind == "ok":
                send.acked_at = send.acked_at or line.at
                send.ids.setdefault(line.message, line.cursor)
        return found

    @cached_property
    def said(self) -> set[tuple[str, str]]:
        """What anybody ever tried to say where, as `(conversation, sha)`."""
        return {(send.conversation, send.sha) for send in self.sends.values()}

    @cached_property
    def rows(self) -> dict[str, list[Stored]]:
        """What is stored under each client id, or in its words if the name was lost."""
        by_name: dict[str, list[Stored]] = defaultdict(list)
        by_sha = {send.sha: name for name, send in self.sends.items()}
        for message in self.final.messages:
            by_name[message.client_id or by_sha.get(message.sha, "")].append(message)
        return by_name

    @cached_property
    def threads(self) -> dict[str, list[Stored]]:
        """Each conversation's messages by number."""
        found: dict[str, list[Stored]] = defaultdict(list)
        for message in sorted(self.final.messages, key=lambda m: m.seq):
            found[message.conversation].append(message)
        return found

    def seq(self, cursor: str) -> int:
        return self.final.positions[cursor]

    def audible(self, client: str) -> list[Stored]:
        """What this client's person may hear, by number."""
        hears = self.final.hears[self.person[client]]
        return sorted((m for m in self.final.messages if m.conversation in hears), key=lambda m: m.seq)
