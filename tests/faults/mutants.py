"""Servers with a bug planted in them: `python -m tests.faults.mutants acks_before_commit serve …`.

Nothing of this is in the product.
`EXPECTED` says which invariant it breaks. A bug whose place in the code has moved raises here, or is not caught.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import apsw
import msgspec

from careline.core import ids
from careline.features.messages.events import MessageSent
from careline.features.messages.rows import Sending
from careline.live.connection import Connection
from careline.live.hub import Hub
from careline.store import sqlite
from careline.store.database import Tx
from careline.wires import server
from careline.wires.native import frames
from careline.wires.native.table import messages
from tests.faults.planting import Original, answer_statement, every, meddle_with_commits, rewrite_messages, swap

EXPECTED: dict[str, str] = {}
BUGS: dict[str, Callable[[], None]] = {}


def breaks(invariant: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def plant(bug: Callable[[], None]) -> Callable[[], None]:
        EXPECTED[bug.__name__], BUGS[bug.__name__] = invariant, bug
        return bug

    return plant


@breaks("INV-1")
def acks_before_commit() -> None:
    def meddle(thread: Any, group: list[Any]) -> None:
        thread.loop.call_soon_threadsafe(sqlite._answer, group)
        time.sleep(0.05)

    meddle_with_commits(meddle)


@breaks("INV-6")
def tells_before_commit_and_then_undoes() -> None:
    due = every(10)

    def meddle(thread: Any, group: list[Any]) -> None:
        if due():
            for waiting in group:
                thread.loop.call_soon_threadsafe(waiting.committed, waiting.tx)
            raise apsw.BusyError

    meddle_with_commits(meddle)


@breaks("INV-2")
def forgets_client_ids() -> None:
    answer_statement("messages_by_client_id", [])
    rewrite_messages(lambda row: row.update(client_id=None))


@breaks("INV-3")
def leaves_holes_in_the_numbers() -> None:
    due = every(40)

    def make(open_workspace: Original) -> Original:
        async def changed(self: Tx, workspace_id: str) -> None:
            await open_workspace(self, workspace_id)
            self._seq = (self._seq or 0) + due()

        return changed

    swap(Tx, "open_workspace", make)


@breaks("INV-2")
def uses_a_number_twice() -> None:
    last: list[tuple[str, int]] = []

    def change(row: dict[str, Any]) -> None:
        if last and last[-1][0] != row["conversation_id"]:
            row["seq"] = last.pop()[1]
        else:
            last.append((row["conversation_id"], row["seq"]))

    rewrite_messages(change, 4)


@breaks("INV-10")
def numbers_some_from_the_future() -> None:
    rewrite_messages(lambda row: row.update(seq=row["seq"] + 5_000), 10)


@breaks("INV-7")
def drops_broadcasts() -> None:
    due = every(10)

    def make(deliver: Original) -> Original:
        def changed(self: Hub, facts: list[Any]) -> None:
            deliver(self, [fact for fact in facts if not (isinstance(fact.event, MessageSent) and due())])

        return changed

    swap(Hub, "deliver", make)


@breaks("INV-4")
def delivers_out_of_order() -> None:
    due, kept = every(5), dict[str, bytes]()

    def make(takes: Original) -> Original:
        def changed(self: Connection, frame: bytes, seq: int | None, news: Any = None) -> bool:
            if seq is None or self._held is not None:
                return bool(takes(self, frame, seq, news))
            if due():
                kept[self.id] = frame
            else:
                self.write(frame, kept.pop(self.id, b""))
            return False

        return changed

    swap(Connection, "takes", make)


@breaks("INV-4")
def forgets_on_resume() -> None:
    def make(past: Original) -> Original:
        async def changed(*asked: Any) -> Any:
            found = await past(*asked)
            return found and [fact for fact in found if not isinstance(fact.event, MessageSent)]

        return changed

    swap(server.Server, "past", make)


@breaks("INV-13")
def does_not_recount_unread() -> None:
    answer_statement("set_reading", None)


@breaks("INV-13")
def lets_marks_go_back() -> None:
    answer_statement("readers_of", [])


@breaks("INV-6")
def tears_bodies() -> None:
    rewrite_messages(lambda row: row.update(body=row["body"][: len(row["body"]) // 2]), 10)


@breaks("INV-6")
def mixes_bodies_for_contacts() -> None:
    before: list[Any] = []

    def make(word: Original) -> Original:
        def changed(recorded: Any, side: str, author: bool) -> Any:
            data = word(recorded, side, author)
            if side == "contact" and not author:
                before.append(data.message)
                if len(before) % 5 == 0:
                    mixed = msgspec.structs.replace(data.message, body=before[-2].body)
                    data = msgspec.structs.replace(data, message=mixed)
            return data

        return changed

    frames.WORDS[MessageSent] = make(frames.WORDS[MessageSent])


@breaks("INV-6")
def makes_up_messages() -> None:
    due = every(10)

    def make(send: Original) -> Original:
        async def changed(tx: Tx, actor: Any, sendings: list[Sending]) -> Any:
            made_up = [Sending(s.actor, s.conversation_id, f"{s.body}, they say") for s in sendings if due()]
            return (await send(tx, actor, [*sendings, *made_up]))[: len(sendings)]

        return changed

    swap(server, "send_messages", make)


@breaks("INV-1")
def answers_retries_with_new_ids() -> None:
    def make(send: Original) -> Original:
        async def changed(tx: Tx, actor: Any, sendings: list[Sending]) -> Any:
            return [
                msgspec.structs.replace(sent, message=msgspec.structs.replace(sent.message, id=ids.new_id()))
                if getattr(sent, "repeated", False)
                else sent
                for sent in await send(tx, actor, sendings)
            ]

        return changed

    swap(server, "send_messages", make)


@breaks("INV-5")
def serves_stale_pages() -> None:
    pages: dict[str, tuple[float, Any]] = {}

    def make(list_messages: Original) -> Original:
        async def changed(tx: Tx, actor: Any, conversation_id: str, **where: Any) -> Any:
            key = f"{conversation_id} {sorted(where.items())}"
            at, page = pages.get(key, (0.0, None))
            if time.monotonic() - at > 0.3:
                page = await list_messages(tx, actor, conversation_id, **where)
                pages[key] = time.monotonic(), page
            return page

        return changed

    swap(messages, "list_messages", make)


@breaks("INV-8")
def tells_client_ids_to_everybody() -> None:
    word = frames.WORDS[MessageSent]
    frames.WORDS[MessageSent] = lambda recorded, side, author: word(recorded, side, True)


if __name__ == "__main__":
    from careline.cli import main

    BUGS[sys.argv.pop(1)]()
    main()
