"""The figures of a workspace: by its own days, exact, and added up behind the log."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from careline.core.actor import system
from careline.features.insight import actions
from careline.work.following import follow_all
from careline.work.keeping import conversations
from tests.actions.test_retention import quiet
from tests.world import GREENLEAF, Person, World

MINUTE = 60_000


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


class Story:
    """Things that happen at times of the test's own choosing."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def at(self, when: str, who: Person, body: str = "Hello", **more: Any) -> None:
        """Somebody says something in Cara's conversation, or in another."""
        place = more.pop("conversation", self.world.conversation)
        said = await who.sends(place, body, **more)
        await self.dated(said.seq, when)

    async def closed_at(self, when: str, who: Person, status: str = "closed") -> None:
        await who.asks("PATCH", f"/v1/conversations/{self.world.conversation}", json={"status": status}, status=200)
        await self.dated(await self.world.app.database.read(head, system(GREENLEAF)), when)

    async def dated(self, seq: int, when: str) -> None:
        how = f"UPDATE events SET at = {moment(when)} WHERE workspace_id = '{GREENLEAF}' AND seq = {seq}"
        await self.world.app.database.engine.script(how)

    async def told(self, who: Person | None = None, **asked: Any) -> Any:
        await follow_all(self.world.app.database)
        asked = {"until": "2026-03-03", "days": "3"} | asked
        return await (who or self.world.ana).asks("GET", "/v1/insight", params=asked, status=200)


async def head(tx: Any, actor: Any) -> int:
    return int(await tx.value("head", workspace_id=actor.workspace_id))


@pytest.fixture
async def story(world: World) -> Story:
    """Cara asks on the first, Ana answers after ten minutes and has helped after an hour. Nobody answers Dev."""
    story = Story(world)
    await story.at("2026-03-01T10:00", world.cara)
    await story.at("2026-03-01T10:01", world.cara)
    await story.at("2026-03-01T10:05", world.ana, "Between us", kind="note")
    await story.at("2026-03-01T10:10", world.ana)
    await story.at("2026-03-01T10:20", world.ana)
    await story.closed_at("2026-03-01T11:00", world.ana)
    await story.at("2026-03-02T23:30", world.dev, conversation=world.dev_conversation)
    return story


async def test_days_have_messages_active_people_and_times(story: Story) -> None:
    found = await story.told()
    nothing = {
        "contact_messages": 0, "staff_messages": 0, "active_contacts": 0, "active_staff": 0, "first_responses": 0,
        "first_response_ms": None, "resolutions": 0, "resolution_ms": None,
    }  # fmt: skip
    assert found["days"] == [
        {"day": "2026-03-01", "contact_messages": 2, "staff_messages": 2, "active_contacts": 1, "active_staff": 1,
         "first_responses": 1, "first_response_ms": 10 * MINUTE, "resolutions": 1, "resolution_ms": 60 * MINUTE},
        {"day": "2026-03-02", **nothing, "contact_messages": 1, "active_contacts": 1},
        {"day": "2026-03-03", **nothing},
    ]  # fmt: skip
    assert found["staff"] == [
        {"staff_id": "ana", "messages": 2, "first_responses": 1, "first_response_ms": 10 * MINUTE, "resolutions": 1,
         "resolution_ms": 60 * MINUTE}
    ]  # fmt: skip
    assert (found["active_contacts"], found["time_zone"]) == (2, "UTC")
    assert (found["first"], found["last"]) == ("2026-03-01", "2026-03-03")


async def test_who_asks_again_after_the_closing_waits_anew(story: Story) -> None:
    await story.told()
    await story.at("2026-03-03T08:00", story.world.cara)
    await story.told()
    await story.at("2026-03-03T08:30", story.world.ana)
    day = (await story.told())["days"][2]
    assert (day["first_responses"], day["first_response_ms"], day["resolutions"]) == (1, 30 * MINUTE, 0)


async def test_a_day_begins_where_the_workspace_is(story: Story) -> None:
    await story.world.ana.asks("PATCH", "/v1/workspace", json={"time_zone": "Asia/Kolkata"}, status=200)
    found = await story.told()
    assert [day["contact_messages"] for day in found["days"]] == [2, 0, 1]  # 23:30 in London is tomorrow there
    assert found["time_zone"] == "Asia/Kolkata"


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "UTC\0", "x" * 65, 7])
async def test_a_time_zone_that_is_none_is_refused(world: World, zone: Any) -> None:
    assert await world.ana.status_of("PATCH", "/v1/workspace", json={"time_zone": zone}) in (400, 422)


async def test_adding_up_in_pieces_or_twice_at_once_counts_everything_once(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    database = story.world.app.database
    await asyncio.gather(*(follow_all(database) for _ in range(3)))
    first = await story.told()
    assert first["days"][0]["contact_messages"] == 2 and first["days"][0]["active_contacts"] == 1
    assert first["days"][0]["first_responses"] == first["days"][0]["resolutions"] == 1
    assert await story.told() == first


async def test_a_conversation_that_is_deleted_leaves_the_figures(story: Story) -> None:
    await story.at("2026-03-03T08:00", story.world.cara)
    before = await story.told()
    await story.world.ana.asks("PATCH", "/v1/workspace", json={"conversation_days": 1}, status=200)
    await quiet(story.world, story.world.conversation, 2)
    await conversations(story.world.app.database, system(GREENLEAF))
    assert await story.told() == before


async def test_staff_see_their_own_figures_and_administrators_everybodys(story: Story) -> None:
    world = story.world
    await story.at("2026-03-03T09:00", await world.works("gil", "Gil", GREENLEAF), conversation=world.dev_conversation)
    own = await story.told(await world.works("hal", "Hal", GREENLEAF), staff_id="hal")
    assert own["staff"] == [] and own["active_contacts"] == 0
    of_gil = await story.told(staff_id="gil")
    assert [figures["staff_id"] for figures in of_gil["staff"]] == ["gil"]
    assert [day["staff_messages"] for day in of_gil["days"]] == [0, 0, 1]
    assert of_gil["days"][2]["first_response_ms"] == (9 * 60 + 30) * MINUTE
    assert await world.ben.status_of("GET", "/v1/insight") == 403
    assert await world.ben.status_of("GET", "/v1/insight?staff_id=gil") == 403
    assert await world.cara.status_of("GET", "/v1/insight?staff_id=cara") == 403
    assert (await story.told(world.eve))["staff"] == []


@pytest.mark.parametrize("wrong", [{"days": "0"}, {"days": "367"}, {"until": "soon"}, {"until": "0001-01-01"},
                                   {"until": "2026-02-30"}, {"until": "9" * 400}])  # fmt: skip
async def test_days_that_cannot_be_are_refused(world: World, wrong: dict[str, str]) -> None:
    assert await world.ana.status_of("GET", "/v1/insight", params=wrong) in (400, 422)
