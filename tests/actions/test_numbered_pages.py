"""What wires with page numbers, totals and receipts by message ask of the verbs."""

import msgspec
import pytest

from careline.core.actor import system
from careline.core.errors import Forbidden, Invalid, Refused
from careline.core.page import SKIPPED
from careline.features.conversations.actions import (
    access,
    add_participant,
    participants_of,
    start_alone,
    update_conversation,
)
from careline.features.conversations.finding import look_for_conversations
from careline.features.messages.actions import list_messages
from careline.features.messages.rows import Message
from careline.features.receipts.actions import mark_messages, marks_over, readers_of
from careline.features.receipts.rows import Marking
from tests.world import World


async def test_conversations_are_listed_last_changed_first_and_counted(world: World) -> None:
    read, write = world.app.database.read, world.app.database.write
    await write(update_conversation, world.ana.actor, world.conversation, subject="moved up")
    found, total = await read(look_for_conversations, world.ana.actor, by="change", status="any")
    assert [c.id for c in found] == [world.conversation, world.dev_conversation]
    assert total == 2
    second, total = await read(look_for_conversations, world.ana.actor, by="change", status="any", skip=1, limit=1)
    assert ([c.id for c in second], total) == ([world.dev_conversation], 2)
    own, total = await read(look_for_conversations, world.cara.actor, status="any")
    assert ([c.id for c in own], total) == ([world.conversation], 1)
    assert await read(look_for_conversations, world.ana.actor, status="closed") == ([], 0)


async def test_a_numbered_page_reaches_only_so_far(world: World) -> None:
    with pytest.raises(Invalid):
        await world.app.database.read(look_for_conversations, world.ana.actor, skip=SKIPPED + 1)
    with pytest.raises(Invalid):
        await world.app.database.read(list_messages, world.ana.actor, world.conversation, skip=-1)


async def test_a_page_of_messages_skips_from_the_newest_and_may_leave_notes_out(world: World) -> None:
    for number in range(5):
        await world.cara.sends(world.conversation, str(number))
        await world.ana.sends(world.conversation, f"note {number}", kind="note")
    page = await world.app.database.read(
        list_messages, world.ana.actor, world.conversation, limit=2, skip=2, notes=False
    )
    assert [m.body for m in page.items] == ["1", "2"]


async def test_metadata_is_merged_one_level_deep_when_asked(world: World) -> None:
    change = world.app.database.write
    await change(update_conversation, world.cara.actor, world.conversation, metadata='{"a":1,"b":{"c":2}}')
    after = await change(update_conversation, world.cara.actor, world.conversation, metadata='{"b":3}', merge=True)
    assert msgspec.json.decode(after.metadata) == {"a": 1, "b": 3}
    almost = '{"x":"' + "y" * 8_180 + '"}'
    with pytest.raises(Invalid):
        await change(update_conversation, world.cara.actor, world.conversation, metadata=almost, merge=True)


async def test_marking_everything_says_up_to_which_message(world: World) -> None:
    await world.cara.sends(world.conversation, "one")
    newest = await world.cara.sends(world.conversation, "two")
    ben = await world.ana.opens()
    await world.app.database.write_many(
        mark_messages, system("greenleaf"), [Marking(world.ana.actor, world.conversation, "read")]
    )
    assert (await ben.hears("message.read"))["data"]["up_to"] == newest.id


async def test_everybodys_reading_is_known_for_many_conversations(world: World) -> None:
    await world.ana.sends(world.conversation, "hello")
    await world.app.database.write_many(
        mark_messages, system("greenleaf"), [Marking(world.cara.actor, world.conversation, "read")]
    )
    conversation = await world.app.database.read(access, world.ana.actor, world.conversation)
    (reader,) = (await world.app.database.read(readers_of, world.ana.actor, [conversation]))[world.conversation]
    assert (reader.kind, reader.reader_id) == ("read", "cara")


async def test_staff_may_start_alone_and_add_whom_it_is_for(world: World) -> None:
    write = world.app.database.write
    begun = await write(start_alone, world.ana.actor, subject="Recall of batch 7")
    await write(add_participant, world.ana.actor, begun.id, "contact", "cara")
    people = (await world.app.database.read(participants_of, world.cara.actor, [begun]))[begun.id]
    assert {person.person for person in people} == {"staff:ana", "contact:cara"}
    with pytest.raises(Forbidden):
        await write(start_alone, world.cara.actor)


async def test_a_contact_may_send_a_file_of_their_own_and_no_system_message(world: World) -> None:
    sent = await world.cara.sends(world.conversation, "scan.pdf", kind="file", metadata='{"url":"https://a.example/1"}')
    assert sent.kind == "file"
    with pytest.raises(Forbidden):
        await world.cara.sends(world.conversation, "Closed by the system", kind="system")


async def test_what_a_client_has_received_is_marked_unless_nothing_is_unread(world: World) -> None:
    first = await world.ana.sends(world.conversation, "first")
    second = await world.ana.sends(world.conversation, "second")

    async def receive(message: Message) -> int | Refused:
        marking = Marking(world.cara.actor, world.conversation, "delivered", message.id, reached=message.seq)
        (result,) = await world.app.database.write_many(mark_messages, system("greenleaf"), [marking])
        return result

    async def marked() -> list[tuple[str, int]]:
        page = await world.app.database.read(list_messages, world.ana.actor, world.conversation)
        return [(m.kind, m.to_seq) for m in await world.app.database.read(marks_over, world.ana.actor, page.items)]

    assert await receive(first) == 2
    assert await marked() == [("delivered", first.seq)]
    reading = Marking(world.cara.actor, world.conversation, "read")
    await world.app.database.write_many(mark_messages, system("greenleaf"), [reading])
    assert await receive(second) == 0
    assert ("delivered", second.seq) not in await marked()
