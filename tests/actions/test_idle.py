"""What is quiet for as long as the workspace says is closed, then put away; by the system, in steps, and only once."""

import pytest

from careline.core.actor import system
from careline.core.errors import Invalid
from careline.features.conversations.actions import access, update_conversation
from careline.features.desk import idle
from careline.features.desk.actions import list_changes, triage_conversation
from careline.features.workspaces.actions import update_workspace
from careline.work.tidy import Tidy
from tests.world import GREENLEAF, HILLSIDE, World

HOUR, DAY = 3_600_000, 86_400_000


async def status(world: World, conversation_id: str, home: str = GREENLEAF) -> str:
    return (await world.app.database.read(access, system(home), conversation_id)).status


async def later(world: World, ms: int) -> None:
    world.app.database.clock._latest = world.app.database.clock() + ms


async def test_the_quiet_are_closed_then_archived_and_who_writes_is_not(world: World) -> None:
    wanted = {"auto_close_after_ms": DAY, "auto_archive_after_ms": 2 * DAY}
    await world.app.database.write(update_workspace, world.ana.actor, wanted)
    tidy = Tidy(world.app.database)
    await tidy.once()
    assert await status(world, world.conversation) == "open"
    await later(world, DAY + 1)
    await world.dev.sends(world.dev_conversation, "I am still here")
    await tidy.once()
    assert [await status(world, c) for c in (world.conversation, world.dev_conversation)] == ["closed", "open"]
    (change,) = (await world.app.database.read(list_changes, world.ana.actor, world.conversation)).items
    assert (change.actor, change.before, change.after) == ("system:careline", "open", "closed")
    await tidy.once()
    await later(world, 2 * DAY + 1)
    await tidy.once()
    await tidy.once()
    assert await status(world, world.conversation) == "archived"
    assert await status(world, world.fay_conversation, HILLSIDE) == "open", "another workspace has settings of its own"


async def test_what_was_touched_or_put_off_is_not_quiet(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"auto_close_after_ms": HOUR})
    until = {"snoozed_until": world.app.database.clock() + DAY}
    await world.app.database.write(triage_conversation, world.ana.actor, world.dev_conversation, until)
    await later(world, HOUR + 1)
    await world.app.database.write(update_conversation, world.ana.actor, world.conversation, subject="Looked at")
    await Tidy(world.app.database).once()
    assert [await status(world, c) for c in (world.conversation, world.dev_conversation)] == ["open", "open"]


async def test_it_goes_on_in_steps_past_what_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "EACH", 2)
    people = [await world.writes(f"guest{n}", f"Guest {n}", GREENLEAF) for n in range(5)]
    all_ = [world.conversation, world.dev_conversation, *[await world.talk(person) for person in people]]
    await world.app.database.write(update_workspace, world.ana.actor, {"auto_close_after_ms": HOUR})
    await later(world, HOUR + 1)
    for touched in all_[:2]:
        await world.app.database.write(update_conversation, world.ana.actor, touched, subject="Looked at")
    await Tidy(world.app.database).once()
    assert [await status(world, c) for c in all_] == ["open"] * 2 + ["closed"] * 5


async def test_a_clock_that_jumped_closes_nothing(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"auto_close_after_ms": HOUR})
    wall = [1_000_000.0]
    tidy = Tidy(world.app.database, wall=lambda: wall[0], counted=lambda: 0.0)
    await later(world, 100 * DAY)
    wall[0] += 100 * 86_400
    assert tidy.clock_jumped
    await tidy.once()
    assert await status(world, world.conversation) == "open"
    wall[0] = 1_000_000.0
    await tidy.once()
    assert await status(world, world.conversation) == "closed"


async def test_no_workspace_is_quicker_than_an_hour(world: World) -> None:
    for field in ("auto_close_after_ms", "auto_archive_after_ms"):
        for wrong in (0, -1, HOUR - 1, 10**14):
            with pytest.raises(Invalid):
                await world.app.database.write(update_workspace, world.ana.actor, {field: wrong})
        await world.ana.asks("PATCH", "/v1/workspace", status=200, json={field: HOUR})
        assert (await world.ana.asks("PATCH", "/v1/workspace", status=200, json={field: None}))[field] is None
