"""What is done with messages later: pinned, answered, edited and taken back, mentioned, forwarded."""

import pytest

from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.messages import rules
from careline.features.messages.actions import access_message, list_messages
from careline.features.messages.answers import forward_message, list_replies
from careline.features.messages.changes import (
    delete_message,
    delete_messages,
    edit_message,
    list_edits,
    list_pinned,
    pin_message,
    unpin_message,
)
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.people.rows import Staff
from careline.features.people.staff import deactivate_staff
from careline.features.reactions.actions import add_reaction
from careline.features.receipts.mentions import list_mentions
from tests.made import picture, uploads
from tests.world import GREENLEAF, World

# Pins ---------------------------------------------------------------------------------------------------------------


async def test_pinned_messages_are_listed_newest_first_and_notes_to_staff_only(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    first = await world.cara.sends(world.conversation, "Allergic to nuts")
    note = await world.ana.sends(world.conversation, "Ask for an id", kind="note")
    for message in (first, note, first):
        await write(pin_message, world.ana.actor, message.id)
    assert [m.id for m in await read(list_pinned, world.ana.actor, world.conversation)] == [note.id, first.id]
    assert [m.id for m in await read(list_pinned, world.cara.actor, world.conversation)] == [first.id]
    await write(unpin_message, world.cara.actor, first.id)
    await write(unpin_message, world.cara.actor, first.id)
    assert await read(list_pinned, world.cara.actor, world.conversation) == []


async def test_pinning_is_told_once(world: World) -> None:
    message = await world.cara.sends(world.conversation, "Allergic to nuts")
    listening = await world.cara.opens()
    for _ in range(2):
        await world.app.database.write(pin_message, world.ana.actor, message.id)
    assert (await listening.hears())["data"]["message"]["pinned_at"]
    await listening.hears_nothing()


async def test_strangers_pin_nothing_and_see_nothing_pinned(world: World) -> None:
    message = await world.cara.sends(world.conversation, "Allergic to nuts")
    for stranger in (world.dev, world.ben, world.eve):
        for verb in (pin_message, unpin_message):
            with pytest.raises(NotFound):
                await world.app.database.write(verb, stranger.actor, message.id)
        with pytest.raises(NotFound):
            await world.app.database.read(list_pinned, stranger.actor, world.conversation)


async def test_a_conversation_has_room_for_so_many_pins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PINNED", 1)
    first, second = [await world.cara.sends(world.conversation, word) for word in ("one", "two")]
    await world.app.database.write(pin_message, world.ana.actor, first.id)
    with pytest.raises(Conflict):
        await world.app.database.write(pin_message, world.ana.actor, second.id)


# Replies ------------------------------------------------------------------------------------------------------------


async def test_a_reply_shows_what_it_answers_everywhere(world: World) -> None:
    question = await world.cara.sends(world.conversation, "Is it ready?" + "!" * 300)
    listening = await world.cara.opens()
    socket = await world.ana.opens()
    said = await socket.does("message.send", conversation_id=world.conversation, body="Yes", reply_to=question.id)
    want = {
        "id": question.id,
        "kind": "text",
        "sender_kind": "contact",
        "sender_name": "Cara",
        "body": question.body[:200],
        "deleted": False,
    }
    assert said["reply"] == want
    assert (await listening.hears("message.sent"))["data"]["message"]["reply"] == want
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert [m["reply"] for m in page["items"]] == [None, want]
    assert (await world.ana.asks("GET", f"/v1/messages/{said['id']}"))["reply"] == want


async def test_what_was_taken_back_is_quoted_by_nobody_who_comes_later(world: World) -> None:
    start = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    question = await world.cara.sends(world.conversation, "my card number is 4711")
    await world.ana.sends(world.conversation, "Do not write that here", reply_to=question.id)
    await world.app.database.write(delete_message, world.cara.actor, question.id)
    heard = await world.cara.asks("GET", f"/v1/events?since={start}", status=200)
    assert "4711" not in str(heard)
    answer = [f["data"]["message"] for f in heard["items"] if f["type"] == "message.sent"][1]
    assert answer["reply"]["deleted"] and answer["reply"]["body"] == ""
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert page["items"][1]["reply"]["deleted"]


async def test_to_a_contact_an_answer_to_a_note_answers_nothing(world: World) -> None:
    note = await world.ana.sends(world.conversation, "ask for an id", kind="note")
    await world.ana.sends(world.conversation, "Your id, please", reply_to=note.id)
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert [(m["reply"], m["reply_to"]) for m in page["items"]] == [(None, None)]


async def test_replies_come_in_pages_without_notes_for_contacts(world: World) -> None:
    question = await world.cara.sends(world.conversation, "Is it ready?")
    said = [(await world.ana.sends(world.conversation, str(n), reply_to=question.id)).id for n in range(5)]
    note = await world.ana.sends(world.conversation, "is it?", kind="note", reply_to=question.id)
    await world.cara.sends(world.conversation, "something else")
    path, found, cursor = f"/v1/messages/{question.id}/replies?limit=2", [], ""
    while True:
        page = await world.cara.asks("GET", path + cursor, status=200)
        found += [m["id"] for m in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == said
    whole = await world.app.database.read(list_replies, world.ana.actor, question.id)
    assert [m.id for m in whole.items] == [*said, note.id]
    for stranger in (world.dev, world.ben, world.eve):
        with pytest.raises(NotFound):
            await world.app.database.read(list_replies, stranger.actor, question.id)


# Edits --------------------------------------------------------------------------------------------------------------


async def test_staff_see_what_a_message_said_before_and_nobody_once_it_is_deleted(world: World) -> None:
    message = await world.cara.sends(world.conversation, "one")
    for body in ("two", "three"):
        await world.app.database.write(edit_message, world.cara.actor, message.id, body)
    edits = await world.app.database.read(list_edits, world.ana.actor, message.id)
    assert [edit.body for edit in edits] == ["two", "one"]
    assert edits[1].said_at == message.created_at
    with pytest.raises(Forbidden):
        await world.app.database.read(list_edits, world.cara.actor, message.id)
    for stranger in (world.ben, world.eve):
        with pytest.raises(NotFound):
            await world.app.database.read(list_edits, stranger.actor, message.id)
    await world.app.database.write(delete_message, world.cara.actor, message.id)
    assert await world.app.database.read(list_edits, world.ana.actor, message.id) == []


# Taking back --------------------------------------------------------------------------------------------------------


async def test_a_tombstone_keeps_nothing_of_what_people_made_of_it(world: World) -> None:
    note = await world.ana.sends(world.conversation, "look at this", kind="note", mentions=("ben",))
    await world.app.database.write(pin_message, world.ana.actor, note.id)
    await world.app.database.write(add_reaction, world.ben.actor, note.id, "👀")
    told = await world.app.database.write(delete_message, world.ana.actor, note.id)
    stored = await world.app.database.read(access_message, world.ana.actor, note.id)
    for gone in (told, stored):
        assert (gone.reactions, gone.pinned_at, gone.mentions, gone.attachments, gone.body) == (None,) * 4 + ("",)
    assert await world.app.database.read(list_pinned, world.ana.actor, world.conversation) == []
    with pytest.raises(Conflict):
        await world.app.database.write(pin_message, world.ana.actor, note.id)


async def test_an_administrator_deletes_many_and_each_is_told(world: World) -> None:
    start = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    said = [(await world.cara.sends(world.conversation, str(n))).id for n in range(3)]
    await world.app.database.write(delete_message, world.cara.actor, said[0])
    await world.ana.asks("POST", "/v1/messages/delete", json={"message_ids": said}, status=200)
    heard = (await world.cara.asks("GET", f"/v1/events?since={start}"))["items"]
    assert [f["data"]["message"]["id"] for f in heard if f["type"] == "message.deleted"] == said
    page = await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    assert [m.body for m in page.items] == ["", "", ""]


async def test_if_one_of_many_is_not_there_none_is_deleted(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "stays")
    foreign = await world.fay.sends(world.fay_conversation, "stays too")
    with pytest.raises(NotFound):
        await world.app.database.write(delete_messages, world.ana.actor, (mine.id, foreign.id))
    narrow = await world.works("hal", "Hal", GREENLEAF, role="admin", scope="participating")
    with pytest.raises(NotFound):
        await world.app.database.write(delete_messages, narrow.actor, (mine.id,))
    assert (await world.app.database.read(access_message, world.ana.actor, mine.id)).body == "stays"
    assert (await world.app.database.read(access_message, world.fay.actor, foreign.id)).body == "stays too"


async def test_only_administrators_delete_many_and_only_so_many(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "stays")
    agent = await world.works("gil", "Gil", GREENLEAF)
    for who in (agent, world.cara):
        with pytest.raises(Forbidden):
            await world.app.database.write(delete_messages, who.actor, (mine.id,))
    for wrong in ((), (mine.id, mine.id), tuple(str(n) for n in range(101))):
        with pytest.raises(Invalid):
            await world.app.database.write(delete_messages, world.ana.actor, wrong)


# Mentions -----------------------------------------------------------------------------------------------------------


async def test_whoever_a_note_mentions_takes_part_and_hears_it(world: World) -> None:
    listening, contact = await world.ben.opens(), await world.cara.opens()
    path = f"/v1/conversations/{world.conversation}/messages"
    note = await world.ana.asks(
        "POST", path, status=201, json={"body": "@Ben, look", "kind": "note", "mentions": ["ben"]}
    )
    assert note["mentions"] == ["ben"]
    heard = await listening.hears("message.sent")
    assert heard["data"]["message"]["mentions"] == ["ben"]
    assert (await listening.hears("participant.joined"))["data"]["id"] == "ben"
    assert (await contact.hears())["data"] == {"kind": "staff", "id": None, "name": "Ben"}
    await contact.hears_nothing()
    assert [m["id"] for m in (await world.ben.asks("GET", path, status=200))["items"]] == [note["id"]]
    await world.ana.asks("POST", path, status=201, json={"body": "and this", "kind": "note", "mentions": ["ben"]})
    assert (await listening.hears())["type"] == "message.sent"
    await listening.hears_nothing()


async def test_the_next_of_a_row_of_batches_knows_who_was_mentioned(world: World) -> None:
    path = f"/v1/conversations/{world.conversation}/messages"
    await world.ana.asks("POST", path, status=201, json={"body": "hello"})
    await world.ana.asks("POST", path, status=201, json={"body": "you", "kind": "note", "mentions": ["ben"]})
    await world.ben.asks("POST", path, status=201, json={"body": "Here I am"})


async def test_whoever_was_away_finds_where_they_were_mentioned_until_they_have_read_it(world: World) -> None:
    async def waits() -> list[str]:
        return [note["body"] for note in (await world.ben.asks("GET", "/v1/mentions", status=200))["items"]]

    async def reads(conversation: str, message_id: str) -> None:
        path = f"/v1/conversations/{conversation}/read"
        await world.ben.asks("POST", path, status=200, json={"up_to": message_id})

    first = await world.ana.sends(world.conversation, "one", kind="note", mentions=("ben", "ana"))
    other = await world.ana.sends(world.dev_conversation, "two", kind="note", mentions=("ben",))
    assert await waits() == ["two", "one"]
    assert (await world.ana.asks("GET", "/v1/mentions", status=200))["items"] == []  # she said so herself
    await world.ana.asks("POST", f"/v1/conversations/{world.conversation}/read", status=200, json={"up_to": first.id})
    assert await waits() == ["two", "one"]  # nobody reads it for him
    await world.ana.sends(world.conversation, "three", kind="note", mentions=("ben",))
    await reads(world.conversation, first.id)
    assert await waits() == ["three", "two"]
    await reads(world.dev_conversation, other.id)
    assert await waits() == ["three"]
    gone = await world.ana.sends(world.dev_conversation, "four", kind="note", mentions=("ben",))
    await world.app.database.write(delete_messages, world.ana.actor, (gone.id,))
    assert await waits() == ["three"]
    left = f"/v1/conversations/{world.conversation}/participants/staff/ben"
    await world.ana.asks("DELETE", left, status=204)
    assert await waits() == []


async def test_two_notes_of_a_batch_may_mention_the_same(world: World) -> None:
    sendings = [
        Sending(world.ana.actor, world.conversation, body, "note", mentions=("ben",)) for body in ("one", "two")
    ]
    await world.app.database.write_many(send_messages, world.ana.actor, sendings)
    assert [m.body for m in await world.app.database.read(list_mentions, world.ben.actor)] == ["two"]


async def test_who_also_mentions_themselves_in_the_batch_is_still_called_by_the_others(world: World) -> None:
    sendings = [
        Sending(person.actor, world.conversation, f"by {person.id}", "note", mentions=("ana", "ben"))
        for person in (world.ana, world.ben)
    ]
    await world.app.database.write_many(send_messages, world.ana.actor, sendings)
    for person, body in ((world.ana, "by ben"), (world.ben, "by ana")):
        assert [m.body for m in await world.app.database.read(list_mentions, person.actor)] == [body]


async def test_mentions_are_of_staff_who_work_here_and_stand_in_notes(world: World) -> None:
    await world.works("gil", "Gil", GREENLEAF)
    await world.app.database.write(deactivate_staff, world.ana.actor, "gil")
    here = world.conversation
    for who in ("eve", "cara", "nobody"):
        with pytest.raises(NotFound):
            await world.ana.sends(here, "look", kind="note", mentions=(who,))
    for wrong in (("gil",), ("ben", "ben"), tuple(str(n) for n in range(21))):
        with pytest.raises(Invalid):
            await world.ana.sends(here, "look", kind="note", mentions=wrong)
    with pytest.raises(Invalid):
        await world.ana.sends(here, "look", mentions=("ben",))
    with pytest.raises(Invalid):
        await world.cara.sends(here, "look", mentions=("ben",))
    assert (await world.app.database.read(list_messages, world.ana.actor, here)).items == []
    with pytest.raises(NotFound):
        await world.app.database.read(list_messages, world.ben.actor, here)


def test_a_mention_needs_room_in_the_conversation() -> None:
    ana = Actor(GREENLEAF, "staff", "ana", "Ana", "admin", "all")
    staff = {"ben": Staff(GREENLEAF, "ben", None, "Ben", None, "agent", "all", 1, 1, None, None)}
    full = tuple(f"contact:{n}" for n in range(100))
    with pytest.raises(Conflict):
        rules.may_mention(Sending(ana, "c", "look", "note", mentions=("ben",)), full, staff)
    rules.may_mention(Sending(ana, "c", "look", "note", mentions=("ben",)), (*full[1:], "staff:ben"), staff)


# Forwarding ---------------------------------------------------------------------------------------------------------


async def test_what_is_forwarded_is_said_anew_and_marked_and_its_source_is_not_told(world: World) -> None:
    source = await world.cara.sends(world.conversation, "The recipe of my doctor")
    listening = await world.dev.opens()
    path = f"/v1/messages/{source.id}/forward"
    where = {"conversation_id": world.dev_conversation, "client_id": "f1"}
    for _ in range(2):
        said = await world.ana.asks("POST", path, status=201, json=where)
        assert (said["body"], said["forwarded"], said["sender_name"]) == (source.body, True, "Ana")
        assert source.id not in str(said) and world.conversation not in str(said)
    heard = await listening.hears("message.sent")
    assert heard["data"]["message"]["forwarded"] and source.id not in str(heard)
    await listening.hears_nothing()


async def test_forwarding_leads_from_what_one_sees_to_where_one_may_write(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "mine")
    theirs = await world.dev.sends(world.dev_conversation, "theirs")
    note = await world.ana.sends(world.conversation, "psst", kind="note")
    write = world.app.database.write
    for who, what, where in (
        (world.cara, theirs, world.conversation),
        (world.cara, mine, world.dev_conversation),
        (world.cara, note, world.conversation),
        (world.ana, mine, world.fay_conversation),
        (world.ana, mine, "nowhere"),
        (world.eve, mine, world.fay_conversation),
        (world.ben, mine, world.conversation),
    ):
        with pytest.raises(NotFound):
            await write(forward_message, who.actor, what.id, where)


async def test_a_note_is_forwarded_as_a_note(world: World) -> None:
    note = await world.ana.sends(world.conversation, "psst", kind="note")
    await world.app.database.write(forward_message, world.ana.actor, note.id, world.dev_conversation)
    assert (await world.app.database.read(list_messages, world.dev.actor, world.dev_conversation)).items == []
    found = await world.app.database.read(list_messages, world.ana.actor, world.dev_conversation)
    assert [m.kind for m in found.items] == ["note"]


async def test_deleted_and_system_messages_and_other_retries_are_not_forwarded(world: World) -> None:
    gone = await world.cara.sends(world.conversation, "oops")
    await world.app.database.write(delete_message, world.cara.actor, gone.id)
    system_said = await world.ana.sends(world.conversation, "Ben joined", kind="system")
    first, second = [await world.cara.sends(world.conversation, "same words") for _ in range(2)]
    write = world.app.database.write
    with pytest.raises(Conflict):
        await write(forward_message, world.ana.actor, gone.id, world.dev_conversation)
    with pytest.raises(Forbidden):
        await write(forward_message, world.ana.actor, system_said.id, world.dev_conversation)
    await write(forward_message, world.ana.actor, first.id, world.dev_conversation, "f1")
    with pytest.raises(Conflict):
        await write(forward_message, world.ana.actor, second.id, world.dev_conversation, "f1")


async def test_a_copy_brings_the_files_along(world: World) -> None:
    file = await uploads(world.cara, picture(), "rash.png", status=201)
    source = await world.cara.sends(world.conversation, "see this", attachment_ids=(file["id"],))
    sent = await world.app.database.write(forward_message, world.ana.actor, source.id, world.dev_conversation, "f1")
    again = await world.app.database.write(forward_message, world.ana.actor, source.id, world.dev_conversation, "f1")
    assert (again.repeated, again.message.id) == (True, sent.message.id)

    (copy,) = (await world.dev.asks("GET", f"/v1/messages/{sent.message.id}", status=200))["attachments"]
    assert copy["id"] != file["id"] and copy["name"] == "rash.png"
    await world.cara.asks("DELETE", f"/v1/messages/{source.id}", status=200)
    assert await world.dev.status_of("GET", f"/v1/attachments/{copy['id']}/content") == 200
    assert await world.cara.status_of("GET", f"/v1/attachments/{file['id']}/content") == 404


@pytest.mark.parametrize("how", ["one", "many"])
async def test_files_of_what_is_taken_back_can_be_had_by_nobody(world: World, how: str) -> None:
    file = await uploads(world.cara, picture(), "rash.png", status=201)
    message = await world.cara.sends(world.conversation, "", attachment_ids=(file["id"],))
    if how == "one":
        await world.cara.asks("DELETE", f"/v1/messages/{message.id}", status=200)
    else:
        await world.ana.asks("POST", "/v1/messages/delete", json={"message_ids": [message.id]}, status=200)
    for person in (world.cara, world.ana):
        assert await person.status_of("GET", f"/v1/attachments/{file['id']}/content") == 404
