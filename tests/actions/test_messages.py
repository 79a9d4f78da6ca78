"""Messages: once each, in order, with their conversation's numbers; history; editing and taking back."""

import pytest

from careline.core.actor import system
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from careline.features.conversations.actions import access
from careline.features.messages.actions import list_messages
from careline.features.messages.changes import delete_message, edit_message
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.workspaces.actions import update_workspace
from tests.world import GREENLEAF, World


async def test_a_batch_decides_each_request_for_itself(world: World) -> None:
    here = world.conversation
    sendings = [
        Sending(world.cara.actor, here, "one", client_id="k1"),
        Sending(world.dev.actor, here, "not mine"),
        Sending(world.cara.actor, here, "one", client_id="k1"),
        Sending(world.cara.actor, here, "   "),
        Sending(world.ana.actor, here, "two", client_id="k1"),
        Sending(world.cara.actor, here, "other words", client_id="k1"),
    ]
    results = await world.app.database.write_many(send_messages, system(GREENLEAF), sendings)
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["Sent", "NotFound", "Sent", "Invalid", "Sent", "Conflict"]
    sent = [result for result in results if not isinstance(result, Refused)]
    assert sent[0].message.id == sent[1].message.id
    assert (sent[0].repeated, sent[1].repeated) == (False, True)
    assert sent[2].message.seq == sent[0].message.seq + 1


async def test_a_retry_long_after_gives_the_same_message_even_when_it_was_edited(world: World) -> None:
    first = await world.cara.sends(world.conversation, "as typed", client_id="k1")
    await world.app.database.write(edit_message, world.cara.actor, first.id, "as meant")
    again = await world.cara.sends(world.conversation, "as typed", client_id="k1")
    assert (again.id, again.body) == (first.id, "as meant")


async def test_client_ids_of_different_senders_and_conversations_do_not_meet(world: World) -> None:
    made = [
        await world.cara.sends(world.conversation, "a", client_id="same"),
        await world.ana.sends(world.conversation, "b", client_id="same"),
        await world.ana.sends(world.dev_conversation, "c", client_id="same"),
    ]
    assert len({message.id for message in made}) == 3


async def test_heads_and_unread_follow_what_is_said(world: World) -> None:
    await world.cara.sends(world.conversation, "one")
    await world.cara.sends(world.conversation, "two")
    last = await world.ana.sends(world.conversation, "three")
    await world.ana.sends(world.conversation, "between us", kind="note")
    after = await world.app.database.read(access, world.ana.actor, world.conversation)
    assert (after.message_count, after.last_seq, after.staff_unread, after.contact_unread) == (3, last.seq, 2, 1)


async def test_contacts_write_text_only_and_never_see_notes(world: World) -> None:
    note = await world.ana.sends(world.conversation, "allergic to penicillin?", kind="note")
    with pytest.raises(Forbidden):
        await world.cara.sends(world.conversation, "psst", kind="note")
    with pytest.raises(Forbidden):
        await world.cara.sends(world.conversation, "Pharmacy says", sender_label="Pharmacy")
    page = await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    assert page.items == []
    with pytest.raises(NotFound):
        await world.cara.sends(world.conversation, "about that note", reply_to=note.id)


async def test_a_reply_names_a_message_of_the_same_conversation(world: World) -> None:
    elsewhere = await world.dev.sends(world.dev_conversation, "hello")
    with pytest.raises(NotFound):
        await world.ana.sends(world.conversation, "as you said", reply_to=elsewhere.id)
    here = await world.cara.sends(world.conversation, "a question")
    assert (await world.ana.sends(world.conversation, "an answer", reply_to=here.id)).reply_to == here.id


async def test_pages_meet_without_gap_or_repeat_in_both_directions(world: World) -> None:
    said = [(await world.cara.sends(world.conversation, str(n))).id for n in range(11)]
    read = world.app.database.read
    backwards: list[str] = []
    before = None
    while True:
        page = await read(list_messages, world.cara.actor, world.conversation, before=before, limit=3)
        backwards = [m.id for m in page.items] + backwards
        before = page.before
        if before is None:
            break
    assert backwards == said
    middle = await read(list_messages, world.cara.actor, world.conversation, around=said[5], limit=4)
    assert [m.id for m in middle.items] == said[3:8]
    newer = await read(list_messages, world.cara.actor, world.conversation, after=middle.after, limit=50)
    assert [m.id for m in newer.items] == said[8:]
    assert newer.after is None


async def test_only_the_author_edits_and_only_within_the_window(world: World) -> None:
    message = await world.cara.sends(world.conversation, "helo")
    with pytest.raises(Forbidden):
        await world.app.database.write(edit_message, world.ana.actor, message.id, "hello")
    edited = await world.app.database.write(edit_message, world.cara.actor, message.id, "hello")
    assert edited.edited_at is not None
    await world.app.database.write(update_workspace, world.ana.actor, {"edit_window_ms": 0})
    world.app.database.clock._latest += 10_000
    with pytest.raises(Forbidden):
        await world.app.database.write(edit_message, world.cara.actor, message.id, "too late")


async def test_a_deleted_message_keeps_its_place_and_nobody_gets_its_text(world: World) -> None:
    message = await world.cara.sends(world.conversation, "my card number is …")
    with pytest.raises(Forbidden):
        await world.app.database.write(delete_message, (await world.works("gil", "Gil", GREENLEAF)).actor, message.id)
    await world.app.database.write(delete_message, world.ana.actor, message.id)
    page = await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    assert [(m.id, m.body, m.deleted_at is not None) for m in page.items] == [(message.id, "", True)]
    with pytest.raises(Conflict):
        await world.app.database.write(edit_message, world.cara.actor, message.id, "back again")


@pytest.mark.parametrize("body", ["", " \n\t", "\u200b\u200d", "nul\0", "\ud800", "x" * 8_001, "a" + "\u0301" * 17])
async def test_text_that_cannot_be_stored_or_seen_is_refused(world: World, body: str) -> None:
    with pytest.raises(Invalid):
        await world.cara.sends(world.conversation, body)


async def test_foreign_messages_are_not_there(world: World) -> None:
    message = await world.cara.sends(world.conversation, "mine")
    for stranger in (world.dev, world.ben, world.eve, world.fay):
        with pytest.raises(NotFound):
            await world.app.database.write(edit_message, stranger.actor, message.id, "x")
        with pytest.raises(NotFound):
            await world.app.database.write(delete_message, stranger.actor, message.id)
