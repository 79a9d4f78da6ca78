"""Working hours: by the workspace's clocks, over changes of them, and the answer out of them, once."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from careline.core.actor import system
from careline.core.errors import Forbidden, Invalid
from careline.features.messages.actions import list_messages
from careline.features.messages.notices import send_notice
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.workspaces.actions import update_workspace, workspace_of
from careline.features.workspaces.hours import closed_since, hours_of, is_open, local_hours, opens_at
from careline.features.workspaces.rows import LocalHours, Opening, settings_of
from careline.store.database import Tx
from tests.world import GREENLEAF, World

LONDON = LocalHours(
    [Opening(day, "09:00", "12:00") for day in range(1, 6)]
    + [Opening(day, "13:00", "17:30") for day in range(1, 6)]
    + [Opening(6, "22:00", "24:00"), Opening(7, "00:00", "02:00")],
    ["2026-12-25"],
    time_zone="Europe/London",
)


def at(text: str, zone: str = "Europe/London") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


# 2026-12-21 is a Monday.
@pytest.mark.parametrize(
    ("now", "opens", "closed"),
    [
        ("2026-12-21T08:59", "2026-12-21T09:00", "2026-12-20T02:00"),
        ("2026-12-21T09:00", None, None),
        ("2026-12-21T11:59", None, None),
        ("2026-12-21T12:00", "2026-12-21T13:00", "2026-12-21T12:00"),
        ("2026-12-21T17:30", "2026-12-22T09:00", "2026-12-21T17:30"),
        ("2026-12-24T18:00", "2026-12-26T22:00", "2026-12-24T17:30"),  # Friday is off
        ("2026-12-25T10:00", "2026-12-26T22:00", "2026-12-24T17:30"),
        ("2026-12-26T23:59", None, None),
        ("2026-12-27T00:00", None, None),
        ("2026-12-27T02:00", "2026-12-28T09:00", "2026-12-27T02:00"),
    ],
)
def test_hours_say_whether_since_when_and_until_when(now: str, opens: str | None, closed: str | None) -> None:
    moment = at(now)
    assert is_open(LONDON, moment) == (opens is None)
    assert opens_at(LONDON, moment) == (at(opens) if opens else None)
    if closed:
        assert closed_since(LONDON, moment) == at(closed)


def test_hours_are_those_of_their_own_clocks_when_these_change() -> None:
    every = LocalHours([Opening(day, "09:00", "17:00") for day in range(1, 8)], time_zone="Europe/London")
    # Clocks go forward on 2026-03-29: nine is eight by UTC from then on.
    assert is_open(every, at("2026-03-28T09:00", "UTC"))
    assert not is_open(every, at("2026-03-28T08:30", "UTC"))
    assert is_open(every, at("2026-03-29T08:30", "UTC"))
    # Half past one does not come that night, and a quarter past two is before what it would have been.
    gone = LocalHours([Opening(7, "01:30", "02:15")], time_zone="Europe/London")
    assert not any(is_open(gone, at(f"2026-03-29T01:{minute}", "UTC")) for minute in range(10, 60, 5))
    assert opens_at(gone, at("2026-03-29T00:00", "UTC")) == at("2026-04-05T01:30")


def test_who_never_opens_is_closed_and_says_no_time() -> None:
    never = LocalHours([], time_zone="Asia/Tokyo")
    assert (is_open(never, 0), opens_at(never, at("2026-12-21T09:00")), closed_since(never, 10**12)) == (False, None, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekly": [{"day": 0, "opens": "09:00", "closes": "17:00"}]},
        {"weekly": [{"day": 1, "opens": "9:00", "closes": "17:00"}]},
        {"weekly": [{"day": 1, "opens": "17:00", "closes": "09:00"}]},
        {"weekly": [{"day": 1, "opens": "24:00", "closes": "24:00"}]},
        {"weekly": [{"day": 1, "opens": "09:00", "closes": "25:00"}]},
        {"weekly": [], "days_off": ["2026-02-30"]},
        {"weekly": [], "days_off": ["25.12.2026"]},
    ],
)
async def test_hours_that_no_clock_shows_are_refused(world: World, wrong: dict[str, Any]) -> None:
    answer = await world.ana.asks("PATCH", "/v1/workspace", status=422, json={"hours": wrong})
    assert answer["field"] == "hours"


async def closes(world: World, **more: Any) -> None:
    """Greenleaf is closed from now on, whatever the time is."""
    never: dict[str, Any] = {"weekly": []}
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"hours": never, **more})


async def welcome(world: World) -> dict[str, Any]:
    async with world.http.get(world.url + "/v1/welcome?workspace_id=greenleaf") as answer:
        found: dict[str, Any] = msgspec.json.decode(await answer.read())
        return found


async def test_the_widget_is_told_whether_somebody_is_there(world: World) -> None:
    found = await welcome(world)
    assert (found["open"], found["opens_at"], found["notice"]) == (True, None, None)
    await closes(world, notice="Back at nine.")
    found = await welcome(world)
    assert (found["open"], found["opens_at"], found["notice"]) == (False, None, "Back at nine.")
    days = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
    always = {"weekly": days}
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"hours": always})
    found = await welcome(world)
    assert (found["open"], found["opens_at"], found["notice"]) == (True, None, None)


async def test_hours_are_told_by_the_clocks_of_the_workspace_and_by_no_others(world: World) -> None:
    daily = {"weekly": [{"day": day, "opens": "09:00", "closes": "09:01"} for day in range(1, 8)]}
    for zone, opens in (("UTC", "2026-12-21T09:00"), ("Asia/Kolkata", "2026-12-21T03:30")):
        changes = {"hours": daily, "time_zone": zone, "notice": "Back at nine.", "notice_replies": True}
        await world.ana.asks("PATCH", "/v1/workspace", status=200, json=changes)
        there = local_hours(settings_of(await world.app.database.read(workspace_of, world.ana.actor)))
        assert there is not None and opens_at(there, at("2026-12-21T00:00", "UTC")) == at(opens, "UTC")
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"time_zone": "UTC"})
    kept = await world.app.database.read(workspace_of, world.ana.actor)
    assert kept.notice_hours is not None and hours_of(kept.notice_hours).time_zone == "UTC"
    assert await world.ana.status_of("PATCH", "/v1/workspace", json={"hours": {**daily, "time_zone": "UTC"}}) == 422


async def bodies(world: World, kind: str = "system") -> list[str]:
    page = await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    return [message.body for message in page.items if message.kind == kind]


async def test_who_writes_out_of_hours_hears_the_notice_once_while_they_are_closed(world: World) -> None:
    await closes(world, notice="Back at nine.", notice_replies=True)
    listening = await world.cara.opens()
    await world.cara.sends(world.conversation, "anybody there?")
    heard = (await listening.hears("message.sent", within=10))["data"]["message"]
    while heard["kind"] != "system":
        heard = (await listening.hears("message.sent", within=10))["data"]["message"]
    assert (heard["body"], heard["sender_kind"]) == ("Back at nine.", "system")
    boss = system(GREENLEAF)
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"notice": "Back at ten."})
    await world.app.database.write_many(send_messages, boss, [Sending(world.cara.actor, world.conversation, "hello?")])
    await world.app.database.write(send_notice, boss, world.conversation)
    await world.app.database.write(send_notice, boss, world.conversation)
    assert await bodies(world) == ["Back at nine."]


async def test_only_a_contact_out_of_hours_plans_the_notice_and_only_where_it_is_asked_for(world: World) -> None:
    database, boss = world.app.database, system(GREENLEAF)

    async def facts(tx: Tx, actor: Any) -> list[str]:
        return [fact.event.tag() for fact in await world.app.journal.read(tx, boss, 0, 1_000)]

    async def missed() -> int:
        return (await database.read(facts, boss)).count("hours.missed")

    await closes(world, notice="Back at nine.")
    await world.cara.sends(world.conversation, "no answer is wished")
    assert await missed() == 0
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"notice_replies": True})
    await world.ana.sends(world.conversation, "staff do not hear it")
    assert await missed() == 0
    for _ in range(2):
        await database.write_many(send_messages, boss, [Sending(world.cara.actor, world.conversation, "x")])
    assert await missed() == 2
    await world.ana.asks("PATCH", "/v1/workspace", status=200, json={"hours": None, "notice_replies": False})
    await database.write_many(send_messages, boss, [Sending(world.cara.actor, world.conversation, "x")])
    assert await missed() == 2


async def test_it_answers_only_with_hours_and_a_notice(world: World) -> None:
    for changes in ({"notice_replies": True}, {"notice": "x" * 501}):
        with pytest.raises(Invalid):
            await world.app.database.write(update_workspace, world.ana.actor, changes)
    with pytest.raises(Forbidden):
        await world.app.database.write(update_workspace, world.ben.actor, {"notice": "x"})
