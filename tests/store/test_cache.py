"""Pages that are asked for again: answered from memory, and never otherwise than the store would answer."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from careline.app import open_database
from careline.core.actor import Actor, system
from careline.core.errors import NotFound
from careline.core.events import Recorded
from careline.features.conversations.actions import add_participant, remove_participant
from careline.features.conversations.events import ConversationAssigned, ConversationMerged
from careline.features.desk.duplicates import merge_contacts
from careline.features.messages.actions import list_messages
from careline.features.messages.changes import delete_message, edit_message, pin_message
from careline.features.messages.rows import Only, Sending
from careline.features.messages.sending import send_messages
from careline.features.people.events import ContactAdded, ContactMerged
from careline.features.reactions.actions import add_reaction
from careline.features.receipts.actions import list_receipts, mark_messages
from careline.features.receipts.events import MessageRead
from careline.features.receipts.rows import Marking
from careline.settings import Settings
from careline.store import sqlite
from careline.store.cache import ENTRY_BYTES, Cache
from careline.store.database import Tx
from careline.store.postgres_tx import PostgresTx
from careline.store.sqlite import Sqlite
from careline.wires import server
from tests.services import Cluster
from tests.world import GREENLEAF, Person, World, stage

BOSS = system(GREENLEAF)


class Hits:
    """How many pages the server has answered from memory."""

    def __init__(self, world: World) -> None:
        self.count = 0
        world.app.database.cache.on_hit = self.hit

    def hit(self) -> None:
        self.count += 1


async def page(world: World, person: Person, **asked: Any) -> Any:
    """What somebody is answered over HTTP."""
    url = f"{world.url}/v1/conversations/{world.conversation}/messages"
    async with world.http.get(url, headers=person.headers, params=asked) as answer:
        return await answer.json() if answer.status == 200 else answer.status


@pytest.fixture(autouse=True)
def whatever_the_machine_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown is told to have been delivered half a second later, and slow reads go to threads, which have no
    memory: on a busy machine both would come between two pages.
    """
    monkeypatch.setattr(server, "DELIVERED_EVERY", 3_600.0)
    monkeypatch.setattr(sqlite, "SLOW_READ", 3_600.0)


async def warm(world: World, *people: Person) -> None:
    """Until the page of each comes from memory."""
    for person in people:
        await page(world, person)
    hits = Hits(world)
    for person in people:
        await page(world, person)
    assert hits.count == len(people)


async def test_a_page_that_is_asked_for_again_comes_from_memory_and_is_the_same(world: World) -> None:
    said = [await world.cara.sends(world.conversation, f"message {n}") for n in range(7)]
    await warm(world, world.ana, world.cara)
    hits = Hits(world)
    for asked in ({"limit": "3"}, {"around": said[3].id}, {"side": "contact"}, {"limit": "3"}, {"side": "contact"}):
        found = await page(world, world.ana, **asked)
        assert [m["body"] for m in found["items"]][-1].startswith("message")
    assert hits.count == 2
    older = await page(world, world.ana, limit="3", before=(await page(world, world.ana, limit="3"))["before"])
    assert [m["body"] for m in older["items"]] == ["message 1", "message 2", "message 3"]


Change = Callable[[World, str], Awaitable[Any]]


async def mark(world: World, person: Person) -> None:
    await world.app.database.write_many(mark_messages, BOSS, [Marking(person.actor, world.conversation, "read")])


CHANGES: dict[str, tuple[Change, Callable[[Any], Any], Any]] = {
    "another message": (
        lambda world, id_: world.ana.sends(world.conversation, "It is."),
        lambda found: found["items"][-1]["body"],
        "It is.",
    ),
    "an edit": (
        lambda world, id_: world.app.database.write(edit_message, world.cara.actor, id_, "Is it ready?"),
        lambda found: found["items"][0]["body"],
        "Is it ready?",
    ),
    "what was taken back": (
        lambda world, id_: world.app.database.write(delete_message, world.cara.actor, id_),
        lambda found: found["items"][0]["body"],
        "",
    ),
    "a reaction": (
        lambda world, id_: world.app.database.write(add_reaction, world.ana.actor, id_, "👍"),
        lambda found: [r["emoji"] for r in found["items"][0]["reactions"]],
        ["👍"],
    ),
    "a pin": (
        lambda world, id_: world.app.database.write(pin_message, world.ana.actor, id_),
        lambda found: found["items"][0]["pinned_at"] is None,
        False,
    ),
    "a mark": (
        lambda world, id_: mark(world, world.ana),
        lambda found: found["items"][0]["read_at"] is None,
        False,
    ),
    "contacts who turn out to be one": (
        lambda world, id_: world.app.database.write(merge_contacts, world.ana.actor, "cara", "dev"),
        lambda found: found["items"][0]["sender_id"],
        "dev",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("heard", [True, False])
async def test_what_changes_shows_at_once(world: World, name: str, heard: bool, monkeypatch: Any) -> None:
    """Also where this process has not heard of it yet, because another one did it."""
    said = await world.cara.sends(world.conversation, "Ready?")
    await warm(world, world.ana)
    if not heard:
        monkeypatch.setattr(world.app.tail, "committed", lambda facts: None)
        monkeypatch.setattr(world.app.tail, "wake", lambda workspace_id, seq: None)
    change, look, expected = CHANGES[name]
    before, hits = look(await page(world, world.ana)), Hits(world)
    await change(world, said.id)
    assert before != expected
    for _ in range(3):
        assert look(await page(world, world.ana)) == expected
    assert heard or hits.count == 0


async def test_marks_leave_the_messages_in_memory(world: World) -> None:
    await world.cara.sends(world.conversation, "Ready?")
    await warm(world, world.ana)
    await mark(world, world.ana)
    hits = Hits(world)
    assert (await page(world, world.ana))["items"][0]["read_at"] is not None
    assert hits.count == 1


async def test_only_authors_are_told_their_client_ids_of_a_page_in_memory(world: World) -> None:
    """Whoever is on the same side is told the same words but for those."""
    odd = 'null} "\\ ~'
    await world.app.database.write(add_participant, BOSS, world.conversation, "staff", "ben")
    sent = [
        await world.app.server.send(Sending(person.actor, world.conversation, "Ready?", client_id=client_id))
        for person, client_id in ((world.cara, odd), (world.ana, odd), (world.ben, "b"), (world.ana, None))
    ]
    for _ in range(2):
        for person in (world.ana, world.ben, world.cara, world.ana):
            told = (await page(world, person))["items"]
            assert [m["id"] for m in told] == [s.message.id for s in sent]
            own = [s.message.client_id if s.message.sender_id == person.actor.id else None for s in sent]
            assert [m["client_id"] for m in told] == own
            for message in told:
                assert message == await person.asks("GET", f"/v1/messages/{message['id']}", status=200)
        await warm(world, world.ana, world.ben, world.cara)


async def test_another_process_writes_and_this_one_does_not_answer_from_memory(world: World, database: str) -> None:
    await world.cara.sends(world.conversation, "Ready?")
    await warm(world, world.ana)
    other = open_database(Settings(database=str(database)))
    await other.open()
    for number in range(20):
        sending = Sending(world.cara.actor, world.conversation, f"still {number}")
        await other.write_many(send_messages, BOSS, [sending])
        assert (await page(world, world.ana))["items"][-1]["body"] == f"still {number}"
    await other.close()


async def test_nobody_is_shown_from_memory_what_is_not_theirs(world: World) -> None:
    await world.cara.sends(world.conversation, "Ready?")
    await world.app.database.write(add_participant, BOSS, world.conversation, "staff", "ben")
    await warm(world, world.ana, world.ben, world.cara)
    assert await page(world, world.dev) == 404
    assert await page(world, world.eve) == 404
    await world.app.database.write(remove_participant, BOSS, world.conversation, "staff", "ben")
    await page(world, world.ana)
    assert await page(world, world.ben) == 404
    note = await world.ana.sends(world.conversation, "He is rude", kind="note")
    await warm(world, world.ana)
    assert note.id in {m["id"] for m in (await page(world, world.ana))["items"]}
    assert note.id not in {m["id"] for m in (await page(world, world.cara))["items"]}


async def test_who_is_shut_out_while_their_right_is_asked_for_is_not_told_what_was_said_since(
    postgres: Cluster, monkeypatch: Any
) -> None:
    """The answer to whether they may comes late: meanwhile others have been told more, and that is in memory."""
    async with stage(postgres.create_database()) as world:
        await world.cara.sends(world.conversation, "Ready?")
        await world.app.database.write(add_participant, BOSS, world.conversation, "staff", "ben")
        await warm(world, world.ana, world.ben)
        answered = PostgresTx.value_shared
        late = True

        async def value_shared(tx: PostgresTx, name: str, /, **values: Any) -> Any:
            nonlocal late
            seq = await answered(tx, name, **values)
            if late and values["person_id"] == "ben":
                late = False
                await world.app.database.write(remove_participant, BOSS, world.conversation, "staff", "ben")
                await world.ana.sends(world.conversation, "He is gone")
                await page(world, world.ana)
                assert len((await page(world, world.ana))["items"]) == 2
            return seq

        monkeypatch.setattr(PostgresTx, "value_shared", value_shared)
        assert [m["body"] for m in (await page(world, world.ben))["items"]] == ["Ready?"]
        assert not late and await page(world, world.ben) == 404


async def test_a_cursor_is_written_in_one_way(world: World) -> None:
    """Or each way would be kept as a page of its own."""
    for body in ("one", "two"):
        await world.cara.sends(world.conversation, body)
    cursor = (await page(world, world.ana, limit="1"))["before"]
    assert await page(world, world.ana, limit="1", before=cursor + "!") == 422


async def test_each_page_of_one_reading_is_asked_for_by_itself(world: World) -> None:
    """Whoever may see one conversation may not see the next because of that."""
    await world.cara.sends(world.conversation, "Ready?")
    await world.dev.sends(world.dev_conversation, "A secret")
    for person, conversation_id in ((world.cara, world.conversation), (world.dev, world.dev_conversation)):
        async with world.http.get(
            f"{world.url}/v1/conversations/{conversation_id}/messages", headers=person.headers
        ) as answer:
            assert answer.status == 200

    async def look(tx: Tx, actor: Actor) -> None:
        assert len((await list_messages(tx, actor, world.conversation)).items) == 1
        assert tx.cache.current
        await list_messages(tx, actor, world.dev_conversation)

    with pytest.raises(NotFound):
        await world.app.database.read(look, world.cara.actor)


async def test_only_marks_over_a_page_in_memory_are_kept(world: World) -> None:
    said = await world.cara.sends(world.conversation, "Ready?")
    await mark(world, world.ana)
    await world.app.server.follow(GREENLEAF)
    cache = world.app.database.cache
    await world.app.database.read(list_receipts, world.ana.actor, said.id)
    await page(world, world.ana, around=said.id)
    assert cache.weight == 0
    await page(world, world.ana)
    assert cache.look(GREENLEAF).find(world.conversation, ("marks", (said.seq, said.seq))) is not None


async def test_what_a_page_weighs_is_not_less_than_what_it_takes(world: World) -> None:
    """Short replies to something long each show all of it."""
    await world.app.server.follow(GREENLEAF)
    long = await world.cara.sends(world.conversation, "😀" * 8_000)
    for n in range(10):
        await world.cara.sends(world.conversation, f"re {n}", reply_to=long.id)
    await page(world, world.ana, limit="10")
    assert world.app.database.cache.weight > 10 * 4 * 8_000


async def test_what_was_read_before_something_was_heard_is_not_kept(world: World) -> None:
    await world.app.server.follow(GREENLEAF)
    look = world.app.database.cache.look(GREENLEAF)
    await world.cara.sends(world.conversation, "Ready?")
    look.keep(world.conversation, ("messages", 1), "old", 1)
    assert world.app.database.cache.look(GREENLEAF).find(world.conversation, ("messages", 1)) is None


async def test_what_is_unread_is_asked_each_time(world: World) -> None:
    """It depends on marks, and those leave messages in memory."""
    await world.app.server.follow(GREENLEAF)
    await world.cara.sends(world.conversation, "Ready?")
    unread = Only(unread_by="staff")

    async def count() -> int:
        read = world.app.database.read
        return len((await read(list_messages, world.ana.actor, world.conversation, only=unread)).items)

    assert [await count(), await count()] == [1, 1]
    await mark(world, world.ana)
    assert await count() == 0


async def test_reads_in_threads_of_their_own_leave_the_memory_alone(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db") as world:
        await world.cara.sends(world.conversation, "Ready?")
        await warm(world, world.ana)
        engine = world.app.database.engine
        assert isinstance(engine, Sqlite)
        engine._threads_until = float("inf")
        hits, weight = Hits(world), world.app.database.cache.weight
        assert len((await page(world, world.ana))["items"]) == 1
        assert len((await page(world, world.ana, limit="7"))["items"]) == 1
        assert (hits.count, world.app.database.cache.weight) == (0, weight)


async def test_none_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db", page_cache_mib=0) as world:
        await world.cara.sends(world.conversation, "Ready?")
        hits = Hits(world)
        for _ in range(3):
            assert len((await page(world, world.ana))["items"]) == 1
        assert (hits.count, world.app.database.cache.weight) == (0, 0)


# The memory itself --------------------------------------------------------------------------------------------------


def fact(seq: int, event: Any, workspace_id: str = "w") -> Recorded:
    return Recorded(workspace_id, seq, 0, "staff:ana", event)


def found(cache: Cache, *keys: str, workspace_id: str = "w", conversation_id: str = "c") -> list[Any]:
    look = cache.look(workspace_id)
    return [look.find(conversation_id, ("messages", key)) for key in keys]


def test_what_was_not_used_for_longest_makes_room() -> None:
    cache = Cache(lambda workspace_id: 1, most=3 * ENTRY_BYTES + 30)
    for key in ("a", "b", "c"):
        cache.look("w").keep("c", ("messages", key), key, 10)
    assert found(cache, "a") == ["a"]
    cache.look("w").keep("c", ("messages", "d"), "d", 10)
    assert found(cache, "a", "b", "c", "d") == ["a", None, "c", "d"]
    cache.look("w").keep("c", ("messages", "d"), "other", 15)
    assert found(cache, "d", "a", "c") == ["other", None, "c"]
    assert cache.weight == 2 * ENTRY_BYTES + 25
    cache.look("w").keep("c", ("messages", "too much"), "all of it", 3 * ENTRY_BYTES)
    assert found(cache, "c", "d", "too much") == ["c", "other", None]


def test_a_fact_ends_what_it_may_have_changed_and_nothing_else() -> None:
    cache = Cache(lambda workspace_id: 1, most=100_000)

    def fill() -> None:
        for workspace_id, conversation_id in (("w", "c"), ("w", "other"), ("v", "c")):
            look = cache.look(workspace_id)
            look.keep(conversation_id, ("messages", "a"), "messages", 1)
            look.keep(conversation_id, ("marks", "a"), "marks", 1)

    def kept() -> dict[tuple[str, str], list[Any]]:
        return {
            (workspace_id, conversation_id): [
                cache.look(workspace_id).find(conversation_id, (what, "a")) for what in ("messages", "marks")
            ]
            for workspace_id, conversation_id in (("w", "c"), ("w", "other"), ("v", "c"))
        }

    all_of_it, nothing = ["messages", "marks"], [None, None]
    fill()
    read = MessageRead(conversation_id="c", reader_kind="staff", reader_id="ana", reader_name="Ana", unread_count=0)
    cache.happened(fact(1, read))
    assert kept() == {("w", "c"): ["messages", None], ("w", "other"): all_of_it, ("v", "c"): all_of_it}
    fill()
    cache.happened(fact(2, ConversationAssigned(conversation_id="c", staff_id="ben")))
    assert kept() == {("w", "c"): nothing, ("w", "other"): all_of_it, ("v", "c"): all_of_it}
    fill()
    cache.happened(fact(3, ContactAdded(contact_id="dev", anonymous=False)))
    assert kept() == {("w", "c"): all_of_it, ("w", "other"): all_of_it, ("v", "c"): all_of_it}
    cache.happened(fact(4, ConversationMerged(conversation_id="c", merged_id="other")))
    assert kept() == {("w", "c"): nothing, ("w", "other"): nothing, ("v", "c"): all_of_it}
    fill()
    cache.happened(fact(5, ContactMerged(contact_id="dev", into="cara")))
    assert kept() == {("w", "c"): nothing, ("w", "other"): nothing, ("v", "c"): all_of_it}
    assert cache.weight == 2 * (ENTRY_BYTES + 1)


def test_what_was_kept_is_true_only_where_the_store_says_nothing_more() -> None:
    hits: list[None] = []
    cache = Cache(lambda workspace_id: 7, most=100, on_hit=lambda: hits.append(None))
    look = cache.look("w")
    for seq, current in ((None, False), (6, False), (7, True), (8, False), (None, False)):
        assert (look.stands_at(seq), look.current) == (current, current)
    assert len(hits) == 1
    nobody = Cache(lambda workspace_id: None, most=100).look("w")
    nobody.keep("c", ("messages", "a"), "a", 1)
    assert (nobody.find("c", ("messages", "a")), nobody.stands_at(None)) == (None, False)
