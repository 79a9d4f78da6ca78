"""Verbs for many: what they know without asking is true, whoever else writes in the workspace."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careline.app import open_database
from careline.core.actor import Actor, system
from careline.core.errors import NotFound, Refused
from careline.features.conversations.actions import access, add_participant, remove_participant
from careline.features.conversations.rows import Conversation
from careline.features.messages.actions import list_messages
from careline.features.messages.changes import edit_message
from careline.features.messages.rows import Message, Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.workspaces.actions import update_workspace
from careline.settings import Settings
from careline.store.database import Database, Tx
from tests.made import picture, uploads
from tests.world import GREENLEAF, World

BOSS = system(GREENLEAF)


@pytest.fixture
async def other(database: str, world: World) -> AsyncIterator[Database]:
    """A second process on the store."""
    second = open_database(Settings(database=str(Path(database)) if database.startswith("/") else database))
    await second.open()
    yield second
    await second.close()


async def say(database: Database, actor: Actor, conversation_id: str, body: str, client_id: str | None = None) -> Sent:
    (sent,) = await database.write_many(send_messages, BOSS, [Sending(actor, conversation_id, body, "text", client_id)])
    if isinstance(sent, Refused):
        raise sent
    return sent


async def history(world: World) -> list[Message]:
    return (await world.app.database.read(list_messages, world.ana.actor, world.conversation, limit=100)).items


async def conversation(world: World) -> Conversation:
    return await world.app.database.read(access, world.ana.actor, world.conversation)


async def test_two_processes_that_write_at_once_lose_double_and_disorder_nothing(world: World, other: Database) -> None:
    async def speak(database: Database, name: str) -> None:
        for number in range(20):
            await say(database, world.cara.actor, world.conversation, f"{name} {number}", f"{name}{number}")

    await asyncio.gather(speak(world.app.database, "here"), speak(other, "there"))
    found = await history(world)
    for name in ("here", "there"):
        assert [m.body for m in found if m.body.startswith(name)] == [f"{name} {number}" for number in range(20)]
    seqs = [m.seq for m in found]
    assert len(found) == 40 and seqs == sorted(set(seqs))
    stored = await conversation(world)
    assert (stored.message_count, stored.staff_unread, stored.last_seq) == (40, 40, seqs[-1])


async def test_what_another_process_has_said_is_recognised_when_it_comes_again(world: World, other: Database) -> None:
    first = await say(world.app.database, world.cara.actor, world.conversation, "Hello", "one")
    for database in (other, world.app.database, other):
        again = await say(database, world.cara.actor, world.conversation, "Hello", "one")
        assert (again.repeated, again.message.id) == (True, first.message.id)
    assert [m.body for m in await history(world)] == ["Hello"]


async def test_who_was_shut_out_by_another_process_is_refused_at_once(world: World, other: Database) -> None:
    await say(world.app.database, world.cara.actor, world.conversation, "May my sister write too?")
    await other.write(add_participant, world.ana.actor, world.conversation, "contact", world.dev.id)
    await say(world.app.database, world.dev.actor, world.conversation, "It is me")
    await other.write(remove_participant, world.ana.actor, world.conversation, "contact", world.dev.id)
    with pytest.raises(NotFound):
        await say(world.app.database, world.dev.actor, world.conversation, "Still me")


async def test_other_verbs_in_between_are_heeded(world: World, other: Database) -> None:
    """Reading, editing and other rules of the workspace change what the next message finds."""
    sent = await say(world.app.database, world.cara.actor, world.conversation, "One")
    await other.write_many(mark_messages, BOSS, [Marking(world.ana.actor, world.conversation, "read")])
    await say(world.app.database, world.cara.actor, world.conversation, "Two")
    assert (await conversation(world)).staff_unread == 1
    await world.app.database.write(edit_message, world.cara.actor, sent.message.id, "First")
    await world.app.database.write(update_workspace, world.ana.actor, {"staff_reply_status": "pending"})
    await say(world.app.database, world.ana.actor, world.conversation, "Three")
    stored = await conversation(world)
    assert (stored.status, stored.message_count, stored.contact_unread) == ("pending", 3, 1)


async def test_a_batch_that_fails_leaves_nothing_behind_that_the_next_one_believes(world: World) -> None:
    async def fails(tx: Tx, actor: Actor, sendings: list[Sending]) -> None:
        await send_messages(tx, actor, sendings)
        raise ZeroDivisionError

    await say(world.app.database, world.cara.actor, world.conversation, "One")
    with pytest.raises(ZeroDivisionError):
        await world.app.database.write_many(fails, BOSS, [Sending(world.cara.actor, world.conversation, "Lost")])
    await say(world.app.database, world.cara.actor, world.conversation, "Two")
    assert [m.body for m in await history(world)] == ["One", "Two"]
    assert (await conversation(world)).message_count == 2


async def test_in_a_workspace_that_is_not_there_nothing_is_written(world: World) -> None:
    with pytest.raises(NotFound):
        await world.app.database.write_many(send_messages, system("nowhere"), [Sending(world.cara.actor, "x", "Hello")])


async def test_a_retry_is_the_same_message_also_where_it_would_be_refused_now(world: World, other: Database) -> None:
    file = await uploads(world.cara, picture(), "rash.png", status=201)
    sending = Sending(world.cara.actor, world.conversation, "Look", "text", "k1", attachment_ids=(file["id"],))
    (first,) = await world.app.database.write_many(send_messages, BOSS, [sending])
    for database in (world.app.database, other):
        (again,) = await database.write_many(send_messages, BOSS, [sending])
        assert isinstance(first, Sent) and isinstance(again, Sent)
        assert (again.repeated, again.message.id) == (True, first.message.id)
