"""What is due is deleted, nothing else is, and never by a clock that cannot be believed (F-19, S-162)."""

from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.core.clock import Clock
from careline.features.conversations.visits import start_visit
from careline.features.desk import removal
from careline.features.retention.actions import conversations_due, expire_conversation
from careline.features.retention.rules import HOUR_MS, Look, jumped, may_delete
from careline.features.workspaces.rules import DAY_MS
from careline.store.database import Tx
from careline.work.keeping import Keeper, conversations, entries, files
from careline.work.sealing import seal_all, verify_all
from tests.actions.test_audit import acts, entries_of
from tests.made import picture, uploads
from tests.world import GREENLEAF, Person, World


class TwoHands(Clock):
    """A clock whose hands a test moves: the wall's and the steady one."""

    def __init__(self, wall: int) -> None:
        super().__init__()
        self.wall, self.steady = wall, 0

    def __call__(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:  # type: ignore[override]
        return self.steady

    def passes(self, hours: float, *, jump: float = 0) -> None:
        self.steady += int(hours * HOUR_MS)
        self.wall += int((hours + jump) * HOUR_MS)


async def quiet(world: World, conversation_id: str, days: int) -> None:
    """Nothing has happened in the conversation for so many days."""
    then = world.app.database.clock() - days * DAY_MS
    how = f"UPDATE conversations SET updated_at = {then} WHERE id = '{conversation_id}'"
    await world.app.database.engine.script(how)


async def kept(world: World, **days: Any) -> None:
    await world.ana.asks("PATCH", "/v1/workspace", json=days, status=200)


async def keep(world: World) -> None:
    await conversations(world.app.database, system(GREENLEAF))
    await entries(world.app.database, system(GREENLEAF))


async def left_of(world: World, conversation_id: str) -> int:
    async def look(tx: Tx, actor: Any) -> int:
        page = await tx.value("message_beyond", conversation_id=conversation_id, skip=0)
        people = await tx.value("people_in", conversation_id=conversation_id)
        return sum(found is not None for found in (page, people))

    return await world.app.database.read(look, system(GREENLEAF))


async def test_conversations_are_kept_for_ever_unless_the_workspace_says_otherwise(world: World) -> None:
    await world.cara.sends(world.conversation, "Hello")
    await quiet(world, world.conversation, 10_000)
    await keep(world)
    await world.cara.asks("GET", f"/v1/conversations/{world.conversation}", status=200)


async def test_a_conversation_that_was_quiet_for_long_enough_is_deleted_whole(world: World) -> None:
    for n in range(5):
        await world.cara.sends(world.conversation, f"Message {n}")
    await world.dev.sends(world.dev_conversation, "Mine stays")
    await world.ana.asks("POST", f"/v1/conversations/{world.conversation}/read", json={}, status=200)
    await kept(world, conversation_days=30)
    await quiet(world, world.conversation, 31)
    await quiet(world, world.dev_conversation, 29)
    await quiet(world, world.fay_conversation, 31)
    listening, staff = await world.cara.opens(), await world.ana.opens()
    await keep(world)
    assert (await listening.hears("conversation.deleted"))["data"] == {"id": world.conversation}
    assert (await staff.hears("conversation.deleted"))["data"] == {"id": world.conversation}
    assert await world.cara.status_of("GET", f"/v1/conversations/{world.conversation}") == 404
    assert await left_of(world, world.conversation) == 0
    await world.dev.asks("GET", f"/v1/conversations/{world.dev_conversation}", status=200)
    await world.fay.asks("GET", f"/v1/conversations/{world.fay_conversation}", status=200)
    found = [act for act in await acts(world) if act["action"] == "conversation.deleted"]
    assert [(act["actor"], act["record"]) for act in found] == [
        ("system:careline", f"conversation:{world.conversation}")
    ]
    again = await world.cara.asks("POST", "/v1/conversations", json={}, status=200)
    assert again["id"] != world.conversation and again["message_count"] == 0


async def test_a_long_conversation_goes_in_small_steps_that_may_be_cut_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "AT_ONCE", 2)
    for n in range(7):
        await world.cara.sends(world.conversation, f"Message {n}")
    await kept(world, conversation_days=1)
    await quiet(world, world.conversation, 2)
    steps = 0

    async def cut_off(verb: Any, *_: Any) -> bool:
        nonlocal steps
        steps += verb is expire_conversation  # the indexer writes as well
        if steps == 2:
            raise ConnectionError
        return await original(verb, *_)

    original = world.app.database.write
    monkeypatch.setattr(world.app.database, "write", cut_off)
    with pytest.raises(ConnectionError):
        await keep(world)
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert [message["body"] for message in page["items"]] == [f"Message {n}" for n in range(2, 7)]
    await keep(world)
    assert await world.cara.status_of("GET", f"/v1/conversations/{world.conversation}") == 404


async def test_what_happens_meanwhile_keeps_a_conversation(world: World) -> None:
    await kept(world, conversation_days=30)
    await quiet(world, world.conversation, 31)
    assert await world.app.database.read(conversations_due, system(GREENLEAF)) == [world.conversation]
    await world.cara.sends(world.conversation, "Still here")
    await world.app.database.write(expire_conversation, system(GREENLEAF), world.conversation)
    await world.cara.asks("GET", f"/v1/conversations/{world.conversation}", status=200)


async def test_entries_that_are_due_go_and_the_chain_still_holds(world: World) -> None:
    database = world.app.database
    await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    await world.app.server.auditor.flush()
    await seal_all(database)
    long_ago = database.clock() - 2_193 * DAY_MS
    await keep(world)
    assert [e.action for e in await database.read(entries_of, system(GREENLEAF))] == ["history.viewed"]
    await database.engine.script("DELETE FROM audit_seals")
    real, Clock.__call__ = Clock.__call__, lambda self: long_ago  # type: ignore[method-assign]
    try:
        await seal_all(database)
    finally:
        Clock.__call__ = real  # type: ignore[method-assign]
    await keep(world)
    assert [e.action for e in await database.read(entries_of, system(GREENLEAF))] == ["entries.expired"]
    await keep(world)
    await seal_all(database)
    ends, found = await verify_all(database, {})
    assert found == [] and ends[GREENLEAF].to_entry == 2


@pytest.mark.parametrize("days", [0, -1, 36_526, 1 << 70])
async def test_days_that_cannot_be_are_refused(world: World, days: int) -> None:
    for field in ("conversation_days", "attachment_days", "audit_days"):
        assert await world.ana.status_of("PATCH", "/v1/workspace", json={field: days}) in (400, 422)


async def test_only_administrators_say_how_long(world: World) -> None:
    assert await world.ben.status_of("PATCH", "/v1/workspace", json={"conversation_days": 1}) == 403


async def deletes(world: World, clock: TwoHands, *moves: tuple[float, float]) -> list[bool]:
    """Whether each run deletes, after (hours that passed, hours by which the wall's clock was set)."""
    keeper = Keeper(world.app.database, clock)
    done = []
    for hours, jump in moves:
        clock.passes(hours, jump=jump)
        done.append(await keeper.run())
    return done


async def test_nothing_is_deleted_by_a_clock_that_was_set(world: World) -> None:
    await kept(world, conversation_days=30)
    await quiet(world, world.conversation, 1)
    clock = TwoHands(world.app.database.clock())
    assert await deletes(world, clock, (1, 0), (1, 0), (1, 24 * 365), (1, 0), (1, -24 * 365), (1, 0)) == [
        False, True, False, False, False, False,
    ]  # fmt: skip
    await world.cara.asks("GET", f"/v1/conversations/{world.conversation}", status=200)


async def test_a_clock_that_stays_is_believed_after_a_day(world: World) -> None:
    clock = TwoHands(world.app.database.clock())
    jumped_then_steady = [(1.0, 0.0), (1.0, 5.0), *[(1.0, 0.0)] * 25]
    done = await deletes(world, clock, *jumped_then_steady)
    assert done[:2] == [False, False] and not any(done[2:24]) and done[25]


async def test_a_server_that_was_away_waits_for_a_day(world: World) -> None:
    clock = TwoHands(world.app.database.clock())
    assert await deletes(world, clock, (1, 0), (1, 0)) == [False, True]
    clock.wall += 365 * DAY_MS  # it was down, or the clock is wrong: nobody here can tell
    assert await deletes(world, clock, (1, 0), (22, 0), (1, 0)) == [False, False, True]


def test_small_corrections_are_no_jump() -> None:
    assert not jumped(Look(0, 0), Look(HOUR_MS * 2, HOUR_MS))
    assert jumped(Look(0, 0), Look(HOUR_MS * 2 + 1, HOUR_MS))
    assert jumped(Look(HOUR_MS, 0), Look(0, 1))
    assert not may_delete(Look(0, 0), Look(0, 0), None)


async def test_files_in_conversations_with_strangers_go_after_their_days_and_the_messages_say_so(world: World) -> None:
    visit = await world.app.database.write(start_visit, system(GREENLEAF))
    stranger = Person(world, Actor(GREENLEAF, "contact", visit.contact.id), visit.issued.secret)
    asked, known = visit.conversation.id, world.conversation
    for person, place in ((stranger, asked), (world.ana, asked), (world.cara, known), (world.ana, known)):
        file = await uploads(person, picture(), "rash.png", status=201)
        await person.sends(place, "Look", attachment_ids=(file["id"],))
    then = world.app.database.clock() - 91 * DAY_MS
    await world.app.database.engine.script(f"UPDATE attachments SET created_at = {then}")
    listening = await stranger.opens()
    await files(world.app.database, system(GREENLEAF))
    for _ in ("theirs", "the answer's"):
        (told,) = (await listening.hears("attachments.updated"))["data"]["message"]["attachments"]
        assert told["state"] == "expired"
        await stranger.asks("GET", f"/v1/attachments/{told['id']}/content", status=404)
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert [item["attachments"][0]["state"] for item in page["items"]] == ["ready", "ready"]


async def test_the_files_of_a_deleted_conversation_can_be_had_by_nobody(world: World) -> None:
    file = await uploads(world.cara, picture(), "rash.png", status=201)
    await world.cara.sends(world.conversation, "Look", attachment_ids=(file["id"],))
    await world.ana.asks("DELETE", f"/v1/conversations/{world.conversation}", status=204)
    for person in (world.cara, world.ana):
        await person.asks("GET", f"/v1/attachments/{file['id']}/content", status=404)


async def test_files_move_along_when_conversations_are_merged(world: World) -> None:
    await world.ana.asks("PATCH", "/v1/workspace", json={"threading": "many"}, status=200)
    other = (await world.cara.asks("POST", "/v1/conversations", json={"fresh": True}, status=200))["id"]
    file = await uploads(world.cara, picture(), "rash.png", status=201)
    await world.cara.sends(other, "Look", attachment_ids=(file["id"],))
    await world.ana.asks("POST", f"/v1/conversations/{other}/merge", json={"into": world.conversation}, status=200)
    assert await world.cara.status_of("GET", f"/v1/attachments/{file['id']}/content") == 200
