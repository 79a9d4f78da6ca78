"""The search index: it follows the log, in one place at a time, and says of contacts what is alike."""

import asyncio
import re

import pytest

from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, NotFound
from careline.features.conversations.actions import add_participant, conversation_for
from careline.features.desk.merging import merge_conversations
from careline.features.desk.removal import delete_conversation
from careline.features.people.actions import add_contact, expire_contact, update_contact
from careline.features.search.actions import search_contacts
from careline.features.search.index import behind, follow_log, follow_logs
from careline.features.workspaces.actions import update_workspace
from careline.store.database import Tx
from careline.store.postgres import Postgres
from careline.work.indexer import Indexer
from tests.actions.searching import candidates, finds, indexed
from tests.tools import ROOT
from tests.world import GREENLEAF, HILLSIDE, Person, World

# The index ----------------------------------------------------------------------------------------------------------


async def test_a_crash_between_leaves_the_index_as_it_was(still: World) -> None:
    await still.cara.sends(still.conversation, "canary")

    async def crash(tx: Tx, actor: Actor) -> None:
        await follow_log(tx, actor, GREENLEAF, 100)
        raise NotFound

    with pytest.raises(NotFound):
        await still.app.database.write(crash, system())
    left = await still.app.database.read(behind, system())
    assert {row.workspace_id for row in left} == {GREENLEAF, HILLSIDE}
    await indexed(still)
    assert await finds(still.ana, "canary") == ["canary"]
    assert await candidates(still, "canary") == 1


async def test_two_who_index_at_once_do_each_thing_once(still: World) -> None:
    for n in range(20):
        await still.cara.sends(still.conversation, f"canary {n}")
    write = still.app.database.write
    while any(done.facts for done in await asyncio.gather(*(write(follow_log, system(), GREENLEAF, 4) for _ in "ab"))):
        pass
    assert len(await finds(still.ana, "canary", limit=50)) == 20
    async with asyncio.timeout(5):
        while GREENLEAF in {row.workspace_id for row in await still.app.database.read(behind, system())}:
            await write(follow_log, system(), GREENLEAF, 100)


async def test_messages_that_were_moved_are_found_where_they_are(still: World) -> None:
    write = still.app.database.write
    await write(update_workspace, still.ana.actor, {"threading": "many"})
    other = (await write(conversation_for, still.cara.actor, "cara", fresh=True)).id
    for n in range(3):
        await still.cara.sends(other, f"canary {n}")
    await indexed(still)
    await still.cara.sends(other, "canary 3")
    await write(merge_conversations, still.ana.actor, other, still.conversation)
    await indexed(still)
    page = await still.cara.asks(
        "GET", f"/v1/search/messages?q=canary&conversation_id={still.conversation}", status=200
    )
    assert len(page["items"]) == 4
    assert await candidates(still, "canary") == 4


async def test_messages_that_were_removed_are_found_nowhere(still: World) -> None:
    for n in range(3):
        await still.cara.sends(still.conversation, f"canary {n}")
    await indexed(still)
    await still.app.database.write(delete_conversation, still.ana.actor, still.conversation)
    await indexed(still)
    assert await finds(still.ana, "canary") == []
    assert await candidates(still, "canary") == 0


async def test_the_server_indexes_what_is_said(world: World) -> None:
    await world.cara.sends(world.conversation, "canary")
    async with asyncio.timeout(10):
        while await world.app.database.read(behind, system()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await candidates(world, "canary") == 1


async def test_an_indexer_says_how_far_behind_it_is(still: World) -> None:
    lags: list[float] = []
    indexer = Indexer(still.app.database, still.app.database.clock, lags.append)
    await indexer.catch_up()
    lags.clear()
    await still.cara.sends(still.conversation, "another")
    await indexer.catch_up()
    assert lags == [1, 0]


async def test_what_is_said_while_the_index_catches_up_waits_for_the_next_look(still: World, monkeypatch) -> None:
    database = still.app.database
    lags: list[float] = []
    indexer = Indexer(database, database.clock, lags.append)
    await indexer.catch_up()
    lags.clear()
    write = database.write

    async def write_and_say_more(verb, *rest):
        done = await write(verb, *rest)
        if verb is follow_logs and len(lags) == 1:
            await still.cara.sends(still.conversation, "another")
        return done

    await still.cara.sends(still.conversation, "one")
    monkeypatch.setattr(database, "write", write_and_say_more)
    await indexer.catch_up()
    assert lags == [1, 0]


INDEXES = "SELECT string_agg(indexdef, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename LIKE 'search_%'"


async def test_parts_of_words_are_found_without_the_extension_too_and_it_can_be_had_later(still: World) -> None:
    engine = still.app.database.engine
    if not isinstance(engine, Postgres):
        return
    async with engine._connection() as connection:
        usual = await connection.fetchval(INDEXES)
        await connection.execute("DROP EXTENSION pg_trgm CASCADE")
        await connection.execute("CREATE INDEX search_messages_found ON search_messages USING gin (words)")
    await still.cara.sends(still.conversation, "a prescription")
    await indexed(still)
    assert await finds(still.ana, "script", match="part") == ["a prescription"]
    assert await finds(still.ana, "prescr") == ["a prescription"]
    assert await contacts(still.ana, "carra") == ["cara"]
    (mending,) = re.findall(r"```postgresql\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(), re.DOTALL)
    async with engine._connection() as connection:
        await connection.execute(mending)
        assert await connection.fetchval(INDEXES) == usual


# Contacts -----------------------------------------------------------------------------------------------------------


async def contacts(who: Person, typed: str) -> list[str]:
    return [one.contact.id for one in await who.world.app.database.read_aside(search_contacts, who.actor, typed)]


async def test_contacts_are_found_by_parts_and_misspelled(still: World) -> None:
    boss, write = still.ana.actor, still.app.database.write
    await write(add_contact, boss, contact_id="m", name="Margaret Öztürk", email="marge@mail.example")
    await write(add_contact, boss, contact_id="j", name="John Smith", phone="+442079460000")
    for where in range(2):
        for typed, wanted in [("margret", "m"), ("Ozturk", "m"), ("ötzürk", "m"), ("marge@mail", "m"),
                              ("jonh smiht", "j"), ("9460", "j"), ("smith", "j"), ("joh", "j")]:  # fmt: skip
            assert (await contacts(still.ana, typed))[:1] == [wanted], typed
        assert await contacts(still.ana, "zzzz") == []
        if not where:
            await indexed(still)
    await write(update_contact, boss, "j", {"name": "Peter Jones"})
    await write(expire_contact, boss, "m")
    for where in range(2):
        assert await contacts(still.ana, "smith") == await contacts(still.ana, "margaret") == []
        assert await contacts(still.ana, "petre") == ["j"]
        if not where:
            await indexed(still)


async def test_staff_who_participate_find_only_contacts_they_meet(still: World) -> None:
    for where in range(2):
        assert await contacts(still.ana, "cara") == ["cara"]
        assert await contacts(still.ben, "cara") == []
        assert await contacts(still.eve, "cara") == []
        if not where:
            await indexed(still)
    await still.app.database.write(add_participant, still.ana.actor, still.conversation, "staff", "ben")
    assert await contacts(still.ben, "cara") == ["cara"]
    with pytest.raises(Forbidden):
        await contacts(still.cara, "dev")
