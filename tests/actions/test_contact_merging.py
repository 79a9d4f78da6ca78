"""What a merge of two contacts makes of everything that names one of them: each column is decided, and a new one fails.

Columns are found twice: by what they are called, and by what stands in them after a contact has done all one can do.
"""

import asyncio
from typing import Any

import apsw
import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from careline.core.actor import system
from careline.features.conversations.actions import add_participant, update_conversation
from careline.features.desk.duplicates import merge_contacts
from careline.features.desk.rules import joined
from careline.features.messages.changes import edit_message
from careline.features.moderation.actions import flag_message, list_flags
from careline.features.people.actions import add_contact
from careline.features.push.actions import list_devices, register_device
from careline.features.reactions.actions import add_reaction
from careline.features.receipts.actions import list_receipts, mark_messages
from careline.features.receipts.rows import Mark, Marking
from careline.features.tokens.actions import issue_token, list_tokens
from careline.features.tokens.once import issue_ticket
from careline.work.following import follow_all
from tests.actions.searching import indexed
from tests.made import PDF, uploads
from tests.world import GREENLEAF, Person, World

GONE, SURVIVOR = "c-7f3a9e-gone", "c-52b8d1-stays"

# `rewritten`: names the survivor afterwards. `ended`: is gone. `history`: says what was, and stays. `nobody`: names no
# contact, or only until a job is done, which then finds nobody. Why, docs/decisions/0037-what-a-merge-rewrites.md says.
DECIDED = {
    "attachments.owner_id": "rewritten",
    "audit_entries.actor": "history",
    "audit_entries.record": "history",
    "changes.actor": "rewritten",
    "contact_tokens.contact_id": "rewritten",
    "contact_tokens.created_by": "nobody",
    "contacts.id": "ended",
    "conversations.created_by": "rewritten",
    "conversations.thread": "rewritten",
    "devices.credential": "nobody",
    "devices.person_id": "ended",
    "events.actor": "history",
    "events.body": "history",
    "flags.flagger_id": "rewritten",
    "flags.resolved_by": "nobody",
    "insight_people.person_id": "history",
    "jobs.payload": "nobody",
    "marks.reader_id": "rewritten",
    "messages.reactions": "rewritten",
    "messages.sender_id": "rewritten",
    "participants.person_id": "rewritten",
    "readers.reader_id": "rewritten",
    "search_contacts.contact_id": "ended",
    "tickets.credential": "history",  # opens nothing, and is gone within a day
    "audit_entries.impersonated_by": "nobody",
    "events.impersonated_by": "nobody",
    "canned.created_by": "nobody",
}
# What a column is called that names people.
NAMING = (
    "contact_id", "person_id", "reader_id", "sender_id", "owner_id", "flagger_id", "actor", "author", "credential",
    "member_id", "user_id", "about", "record",
)  # fmt: skip


def names_people(column: str) -> bool:
    return column in NAMING or column.endswith(("_by", "contact_id", "person", "person_id"))


async def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    """Asked of the engine itself, of any table."""
    database = world.app.settings.database
    if world.app.settings.is_postgres:
        connection = await asyncpg.connect(database)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()
    return await asyncio.to_thread(
        lambda: list(apsw.Connection(database, apsw.SQLITE_OPEN_READONLY).execute(statement))
    )


async def columns(world: World) -> list[tuple[str, str]]:
    """Every column of text in every table of ours."""
    if world.app.settings.is_postgres:
        found = await rows(
            world,
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'text'",
        )
    else:
        found = await rows(
            world,
            "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' "
            "AND c.type = 'TEXT'",
        )
    return sorted((str(table), str(column)) for table, column in found)


async def naming(world: World, id_: str) -> set[str]:
    """Where this id stands."""
    found = set()
    for table, column in await columns(world):
        if await rows(world, f"SELECT 1 FROM {table} WHERE {column} LIKE '%{id_}%' LIMIT 1"):
            found.add(f"{table}.{column}")
    return found


async def comes(world: World, id_: str) -> tuple[Person, str]:
    person = await world.writes(id_, id_.split("-")[-1].title(), GREENLEAF)
    return person, await world.talk(person)


async def does_everything(world: World, person: Person, conversation: str) -> None:
    """All by which a contact leaves their id somewhere."""
    database, actor = world.app.database, person.actor
    theirs = await world.ana.sends(conversation, "How are you?")
    said = await person.sends(conversation, "prescription please", client_id="k1")
    await database.write(edit_message, actor, said.id, "a prescription please")
    await database.write(add_reaction, actor, theirs.id, "👍")
    await database.write(flag_message, actor, theirs.id, "He swears at me")
    for kind in ("read", "delivered"):
        await database.write_many(mark_messages, actor, [Marking(actor, conversation, kind)])
    await database.write(update_conversation, actor, conversation, status="closed")
    await database.write(register_device, actor, "a device", "ios")
    await database.write(issue_ticket, actor, "")
    await uploads(person, PDF, "never sent.pdf", status=201)
    await person.sends(conversation, "", attachment_ids=((await uploads(person, PDF, "a.pdf", status=201))["id"],))
    await database.write(issue_token, system(GREENLEAF), person.id, expires_at=database.clock() + 60_000)
    await person.asks("GET", f"/v1/conversations/{conversation}/messages", status=200)
    await world.ana.asks("GET", f"/v1/contacts/{person.id}", status=200)


async def all_follows(world: World) -> None:
    await world.app.server.auditor.flush()
    await follow_all(world.app.database)
    await indexed(world)
    await world.works_off()


async def test_a_column_that_is_called_like_one_that_names_people_is_decided(world: World) -> None:
    called = {f"{table}.{column}" for table, column in await columns(world) if names_people(column)}
    assert called - DECIDED.keys() == set(), "does it name contacts? Say what a merge makes of it"


async def test_after_a_merge_everything_names_the_survivor_or_was_left_as_history(world: World) -> None:
    gone, conversation = await comes(world, GONE)
    await comes(world, SURVIVOR)
    await does_everything(world, gone, conversation)
    await all_follows(world)
    before = await naming(world, GONE)
    named = {column for column, what in DECIDED.items() if what != "nobody"}
    assert before - named == set(), "decide what a merge makes of these"
    assert named - before == set(), "the test does not do everything any more"
    await world.app.database.write(merge_contacts, world.ana.actor, GONE, SURVIVOR)
    await all_follows(world)
    after, survivors = await naming(world, GONE), await naming(world, SURVIVOR)
    assert after == {column for column, what in DECIDED.items() if what == "history"}
    assert {column for column, what in DECIDED.items() if what == "rewritten"} <= survivors


async def both_talk(world: World) -> tuple[Person, Person, str]:
    """Two contacts, who are one person, in one conversation."""
    (gone, conversation), (survivor, _) = await comes(world, GONE), await comes(world, SURVIVOR)
    await world.app.database.write(add_participant, world.ana.actor, conversation, "contact", SURVIVOR)
    return gone, survivor, conversation


async def merges(world: World) -> None:
    await world.app.database.write(merge_contacts, world.ana.actor, GONE, SURVIVOR)


async def test_who_read_twice_has_read_once_and_as_early_as_the_first_of_both(world: World) -> None:
    gone, survivor, conversation = await both_talk(world)
    database, said = world.app.database, []

    async def marks(person: Person, **which: Any) -> None:
        database.clock._latest += 1_000
        await database.write_many(mark_messages, person.actor, [Marking(person.actor, conversation, "read", **which)])

    for number in range(8):
        said.append((await world.ana.sends(conversation, str(number))).id)
    await marks(survivor, up_to=said[1])
    await marks(gone, up_to=said[5])
    await marks(survivor, message_ids=(said[6],))
    await marks(survivor, up_to=said[3])

    async def when(message_id: str) -> list[tuple[str, int]]:
        return sorted((m.reader_id, m.at) for m in await database.read(list_receipts, world.ana.actor, message_id))

    first = [min((at for _, at in found), default=None) for found in [await when(id_) for id_ in said]]
    await merges(world)
    for message_id, at in zip(said, first, strict=True):
        assert await when(message_id) == ([] if at is None else [(SURVIVOR, at)])
    assert first[7] is None and len(set(first)) == 4
    await marks(survivor, up_to=said[7])
    assert [reader for reader, _ in await when(said[7])] == [SURVIVOR]


async def test_who_reacted_and_flagged_twice_did_so_once(world: World) -> None:
    gone, survivor, conversation = await both_talk(world)
    database = world.app.database
    said = await world.ana.sends(conversation, "How are you?")
    for person, emoji in ((gone, "👍"), (survivor, "👍"), (gone, "🎉"), (world.ana, "🎉")):
        await database.write(add_reaction, person.actor, said.id, emoji)
    for person in (gone, survivor, world.ana):
        await database.write(flag_message, person.actor, said.id, "not nice")
    await merges(world)
    (message,) = (await world.ana.asks("GET", f"/v1/conversations/{conversation}/messages"))["items"]
    assert {r["emoji"]: [who["id"] for who in r["by"]] for r in message["reactions"]} == {
        "👍": [SURVIVOR], "🎉": [SURVIVOR, "ana"],
    }  # fmt: skip
    flags, _ = await database.read(list_flags, world.ana.actor)
    assert sorted(flag.flagger_id for flag in flags.items) == ["ana", SURVIVOR]


async def test_what_is_found_by_who_said_it_is_found_by_the_survivor(world: World) -> None:
    gone, conversation = await comes(world, GONE)
    await comes(world, SURVIVOR)
    await gone.sends(conversation, "a prescription please")
    await all_follows(world)
    await merges(world)
    await all_follows(world)
    for who, count in ((SURVIVOR, 1), (GONE, 0)):
        asked = f"/v1/search/messages?q=prescription&sender_kind=contact&sender_id={who}"
        assert len((await world.ana.asks("GET", asked, status=200))["items"]) == count


async def test_files_that_were_not_sent_yet_are_the_survivors_and_devices_are_nobodys(world: World) -> None:
    gone, conversation = await comes(world, GONE)
    survivor, _ = await comes(world, SURVIVOR)
    made = await uploads(gone, PDF, "a.pdf", status=201)
    await world.app.database.write(register_device, gone.actor, "a device", "ios")
    await merges(world)
    await all_follows(world)
    await survivor.sends(conversation, "here it is", attachment_ids=(made["id"],))
    assert await world.app.database.read(list_devices, survivor.actor) == []


async def test_old_links_are_listed_with_the_survivor_and_open_nothing(world: World) -> None:
    gone, _ = await comes(world, GONE)
    await comes(world, SURVIVOR)
    await merges(world)
    listed = await world.app.database.read(list_tokens, world.ana.actor, SURVIVOR)
    assert sorted(token.revoked_at is None for token in listed) == [False, True]
    assert await gone.status_of("GET", "/v1/me") == 401
    await world.app.database.write(add_contact, world.ana.actor, contact_id=GONE, name="Somebody else")
    assert await world.app.database.read(list_tokens, world.ana.actor, GONE) == []
    assert await gone.status_of("GET", "/v1/me") == 401


async def test_what_stands_where_they_no_longer_take_part_stays_as_it_was(world: World) -> None:
    gone, conversation = await comes(world, GONE)
    await comes(world, SURVIVOR)
    said = await gone.sends(conversation, "I was here")
    await world.app.database.write(add_participant, world.ana.actor, conversation, "contact", "dev")
    path = f"/v1/conversations/{conversation}/participants/contact/{GONE}"
    await world.ana.asks("DELETE", path, status=204)
    await merges(world)
    kept = await world.ana.asks("GET", f"/v1/messages/{said.id}", status=200)
    assert (kept["sender_id"], kept["sender_name"]) == (GONE, "Gone")


_marks = st.builds(
    lambda reader, a, b, at: Mark("c", "read", "contact", reader, "", min(a, b), max(a, b), at),
    st.sampled_from([GONE, SURVIVOR]), st.integers(1, 20), st.integers(1, 20), st.integers(1, 9),
)  # fmt: skip


@given(st.lists(_marks, max_size=8))
def test_joined_marks_do_not_overlap_and_say_of_each_number_when_it_was_first_marked(marks: list[Mark]) -> None:
    def first(among: list[Mark], number: int) -> int | None:
        return min((mark.at for mark in among if mark.from_seq <= number <= mark.to_seq), default=None)

    found = joined(marks, SURVIVOR)
    for number in range(22):
        assert first(found, number) == first(marks, number)
        assert sum(mark.from_seq <= number <= mark.to_seq for mark in found) <= 1
    assert all(mark.reader_id == SURVIVOR for mark in found)
