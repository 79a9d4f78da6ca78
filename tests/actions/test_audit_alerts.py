"""Who looks at unusually much, or acts as somebody else, is said so in the audit, the log and the metrics (S-163)."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from careline.core.actor import system
from careline.core.context import Context, current
from careline.features.audit.alerts import alerts_due, raise_alerts
from careline.features.audit.rows import Alert
from careline.features.conversations.actions import add_participant
from careline.features.messages.actions import list_messages
from careline.features.workspaces.actions import update_workspace
from careline.features.workspaces.rows import Hours
from careline.work.alerting import alert_all
from careline.work.sealing import seal_all, verify_all
from tests.actions.test_audit import acts, told
from tests.world import GREENLEAF, HILLSIDE, Person, World, stage


@pytest.fixture
async def watched(database: str) -> AsyncIterator[World]:
    """A world where little is unusual already."""
    async with stage(database, alert_conversations=10, alert_exports=2) as world:
        yield world


async def talks(world: World, count: int) -> list[str]:
    return [await world.talk(await world.writes(f"guest{n}", f"Guest {n}", GREENLEAF)) for n in range(count)]


async def reads(person: Person, conversations: list[str], **origin: Any) -> None:
    """As a wire does, from some address."""
    token = current.set(Context("r-1", "192.0.2.7", "native", reads=True, **origin))
    try:
        for conversation in conversations:
            await person.world.app.database.read(list_messages, person.actor, conversation)
    finally:
        current.reset(token)
    await person.world.app.server.auditor.flush()


async def raised(world: World) -> list[Alert]:
    return await world.app.database.write(raise_alerts, system(GREENLEAF))


async def test_who_looks_at_many_conversations_of_others_is_said_so_once_an_hour(watched: World) -> None:
    conversations = await talks(watched, 12)
    await reads(watched.ana, conversations[:10] * 3)
    assert await raised(watched) == []
    await reads(watched.ana, conversations[10:11])
    assert await raised(watched) == [Alert("many_conversations", "staff:ana")]
    await reads(watched.ana, conversations[11:])
    assert await raised(watched) == []
    (act,) = await acts(watched, action="alert.raised")
    assert told(act) == ("system:careline", "alert.raised", "staff:ana", "many_conversations")
    watched.app.database.clock._latest += 3_600_001
    await reads(watched.ana, conversations[:11])
    assert await raised(watched) == [Alert("many_conversations", "staff:ana")]
    await seal_all(watched.app.database)
    assert (await verify_all(watched.app.database, {}))[1] == []


async def test_ones_own_conversations_and_those_of_contacts_do_not_count(watched: World) -> None:
    conversations = await talks(watched, 11)
    for conversation in conversations:
        await watched.app.database.write(add_participant, watched.ana.actor, conversation, "staff", "ben")
    await reads(watched.ben, conversations)
    for _ in range(12):
        await reads(watched.cara, [watched.conversation])
    assert await raised(watched) == []


async def test_out_of_hours_a_tenth_is_unusual(watched: World) -> None:
    conversations = await talks(watched, 2)
    await reads(watched.ana, conversations)
    assert await raised(watched) == []
    await watched.app.database.write(update_workspace, watched.ana.actor, {"hours": Hours([], [])})
    assert await raised(watched) == [Alert("out_of_hours", "staff:ana")]


async def test_who_takes_many_transcripts_is_said_so(watched: World) -> None:
    for number, conversation in enumerate(await talks(watched, 3)):
        assert await raised(watched) == [], number
        await watched.ana.asks("GET", f"/v1/conversations/{conversation}/transcript", status=200)
        await watched.app.server.auditor.flush()
    assert await raised(watched) == [Alert("many_exports", "staff:ana")]


async def test_whoever_acts_as_somebody_else_is_said_so_at_once(watched: World) -> None:
    await reads(watched.cara, [watched.conversation], impersonated_by="staff:ana")
    assert await raised(watched) == [Alert("impersonation", "staff:ana")]
    assert await raised(watched) == []


async def test_an_alert_is_a_warning_in_the_log_and_a_number(watched: World, caplog: pytest.LogCaptureFixture) -> None:
    await reads(watched.ana, await talks(watched, 11))
    assert watched.app.server.auditor.noted() == {GREENLEAF} and watched.app.server.auditor.noted() == set()
    await reads(watched.ana, [watched.conversation])
    with caplog.at_level(logging.WARNING, "careline.audit"):
        await watched.app._alert()
        await alert_all(watched.app.database, {GREENLEAF, HILLSIDE}, lambda kind: pytest.fail(kind))
    (record,) = caplog.records
    assert record.fields == {"kind": "many_conversations", "workspace": GREENLEAF, "person": "staff:ana"}  # type: ignore[attr-defined]
    async with watched.http.get(watched.url + "/metrics") as answer:
        assert 'careline_audit_alerts_total{kind="many_conversations"} 1.0' in await answer.text()


async def test_nothing_is_unusual_where_nothing_is_asked_for(database: str) -> None:
    async with stage(database, alert_conversations=0, alert_exports=0) as world:
        await reads(world.ana, await talks(world, 3))
        assert await world.app.database.read(alerts_due, system(GREENLEAF)) == []
