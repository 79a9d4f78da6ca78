"""Flags: anybody who sees a message may ask staff to look at it; administrators decide, and contacts see none of it."""

import pytest

from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.messages.actions import access_message
from careline.features.messages.changes import delete_message
from careline.features.moderation.actions import flag_message, list_flags, resolve_flag
from tests.world import GREENLEAF, Person, World


async def flags(world: World, who: Person, message_id: str, reason: str = "rude") -> str:
    return (await world.app.database.write(flag_message, who.actor, message_id, reason)).id


async def queue(world: World, who: Person, limit: int = 50) -> list[str]:
    """All of it, page by page."""
    found: list[str] = []
    before = None
    while True:
        page, _ = await world.app.database.read(list_flags, who.actor, before=before, limit=limit)
        found += [flag.id for flag in page.items]
        if page.before is None:
            return found
        before = page.before


async def test_what_is_open_stands_first_and_pages_meet(world: World) -> None:
    said = [await world.ana.sends(world.conversation, str(n)) for n in range(5)]
    made = [await flags(world, world.cara, message.id) for message in said]
    for resolved in (made[4], made[1]):
        await world.app.database.write(resolve_flag, world.ana.actor, resolved, "dismiss")
    want = [made[3], made[2], made[0], made[4], made[1]]
    for limit in (1, 2, 3, 4, 50):
        assert await queue(world, world.ana, limit) == want


async def test_a_person_flags_a_message_once(world: World) -> None:
    message = await world.ana.sends(world.conversation, "Nonsense!")
    first = await flags(world, world.cara, message.id)
    assert await flags(world, world.cara, message.id, "again") == first
    second = await flags(world, world.ana, message.id)
    await world.app.database.write(resolve_flag, world.ana.actor, first, "dismiss")
    page, messages = await world.app.database.read(list_flags, world.ana.actor)
    assert {flag.id: (flag.reason, flag.resolution) for flag in page.items} == {
        first: ("rude", "dismiss"), second: ("rude", "dismiss"),
    }  # fmt: skip
    assert messages[message.id].body == "Nonsense!"


async def test_deleting_takes_the_message_back_for_everybody(world: World) -> None:
    message = await world.cara.sends(world.conversation, "You idiots")
    flag = await flags(world, world.ana, message.id)
    listening = await world.cara.opens()
    told = await world.ana.asks("POST", f"/v1/flags/{flag}/resolve", status=200, json={"resolution": "delete"})
    assert (told["message"]["body"], told["resolution"], told["resolved_by"]) == ("", "delete", "ana")
    assert (await listening.hears())["type"] == "message.deleted"
    assert (await world.app.database.read(access_message, world.cara.actor, message.id)).deleted_at
    with pytest.raises(Conflict):
        await world.app.database.write(resolve_flag, world.ana.actor, flag, "dismiss")


async def test_contacts_neither_hear_nor_see_flags(world: World) -> None:
    message = await world.cara.sends(world.conversation, "You idiots")
    start = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    listening, desk = await world.cara.opens(), await world.ana.opens()
    path = f"/v1/messages/{message.id}"
    assert await world.cara.asks("POST", f"{path}/flag", status=200, json={"reason": "mine"}) == {}
    flag = await flags(world, world.ana, message.id)
    assert (await desk.hears("message.flagged"))["data"]["message_id"] == message.id
    await world.app.database.write(resolve_flag, world.ana.actor, flag, "dismiss")
    assert (await desk.hears("flag.resolved"))["data"] == {"message_id": message.id, "resolution": "dismiss"}
    await listening.hears_nothing()
    assert (await world.cara.asks("GET", f"/v1/events?since={start}", status=200))["items"] == []
    assert "flag" not in str(await world.cara.asks("GET", path, status=200))


async def test_only_administrators_see_the_queue_and_decide(world: World) -> None:
    message = await world.cara.sends(world.conversation, "You idiots")
    flag = await flags(world, world.ana, message.id)
    for who in (await world.works("gil", "Gil", GREENLEAF), world.cara):
        with pytest.raises(Forbidden):
            await world.app.database.read(list_flags, who.actor)
        with pytest.raises(Forbidden):
            await world.app.database.write(resolve_flag, who.actor, flag, "dismiss")


async def test_an_administrator_who_participates_decides_where_they_do(world: World) -> None:
    message = await world.cara.sends(world.conversation, "You idiots")
    flag = await flags(world, world.ana, message.id)
    hal = await world.works("hal", "Hal", GREENLEAF, role="admin", scope="participating")
    for who in (hal, world.eve):
        assert await queue(world, who) == []
        with pytest.raises(NotFound):
            await world.app.database.write(resolve_flag, who.actor, flag, "delete")
    assert (await world.app.database.read(access_message, world.ana.actor, message.id)).body == "You idiots"


async def test_what_one_does_not_see_is_not_flagged(world: World) -> None:
    message = await world.cara.sends(world.conversation, "hello")
    note = await world.ana.sends(world.conversation, "psst", kind="note")
    for who, what in ((world.dev, message), (world.ben, message), (world.eve, message), (world.cara, note)):
        with pytest.raises(NotFound):
            await flags(world, who, what.id)


async def test_a_flag_gives_a_reason_and_a_message_that_is_there(world: World) -> None:
    message = await world.cara.sends(world.conversation, "hello")
    for wrong in ("", " ", "x" * 501, "\ud800"):
        with pytest.raises(Invalid):
            await flags(world, world.ana, message.id, wrong)
    await world.app.database.write(delete_message, world.cara.actor, message.id)
    with pytest.raises(Conflict):
        await flags(world, world.ana, message.id)


async def test_blocking_takes_the_message_back_and_its_author_writes_no_more(world: World) -> None:
    message = await world.cara.sends(world.conversation, "rude")
    flag = (await world.app.database.write(flag_message, world.ana.actor, message.id, "rude")).id
    told = await world.ana.asks("POST", f"/v1/flags/{flag}/resolve", status=200, json={"resolution": "block"})
    assert (told["message"]["body"], told["resolution"]) == ("", "block")
    path = f"/v1/conversations/{world.conversation}/messages"
    refused = await world.cara.asks("POST", path, status=403, json={"body": "ruder"})
    assert refused["code"] == "contact_blocked"
    answer = await world.ana.sends(world.conversation, "Goodbye")
    for method, address, body in (
        ("POST", f"/v1/messages/{answer.id}/reactions", {"emoji": "\N{THUMBS UP SIGN}"}),
        ("POST", f"/v1/messages/{answer.id}/pin", {}),
        ("POST", f"/v1/messages/{answer.id}/flag", {"reason": "unfair"}),
    ):
        assert (await world.cara.asks(method, address, status=403, json=body))["code"] == "contact_blocked"


async def test_a_staff_members_message_blocks_nobody(world: World) -> None:
    message = await world.ana.sends(world.conversation, "rude")
    flag = (await world.app.database.write(flag_message, world.ana.actor, message.id, "rude")).id
    refused = await world.ana.asks("POST", f"/v1/flags/{flag}/resolve", status=409, json={"resolution": "block"})
    assert "deactivate" in refused["detail"]
