"""The audit: one act for everything that was read, sent, changed or refused, and nothing of what was said in it.

S-159, S-163, and S-157 for the audit itself.
"""

import asyncio
from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.core.context import Context, current
from careline.features.audit import actions
from careline.features.audit.rows import SealedEntry
from careline.features.messages.actions import list_messages
from careline.store.database import Tx
from careline.wires.native.commands import COMMANDS
from tests.security.matrix import Cast, lines
from tests.security.test_matrix import ask
from tests.world import GREENLEAF, PASSWORD, World

CANARY = "kanarienvogel"


async def acts(world: World, **asked: Any) -> list[dict[str, Any]]:
    """What the audit says, newest first, without what this looking adds to it."""
    await world.app.server.auditor.flush()
    page = await world.ana.asks("GET", "/v1/audit", params={"limit": "100", **asked}, status=200)
    return [act for act in page["items"] if act["action"] != "audit.viewed"]


def told(act: dict[str, Any]) -> tuple[str, str, str | None, str]:
    return act["actor"], act["action"], act["record"], act["outcome"]


async def entries_of(tx: Tx, actor: Actor) -> list[SealedEntry]:
    everything = {"after": 0, "up_to": 1 << 40, "most": 1_000}
    return await tx.all(SealedEntry, "entries_to_seal", workspace_id=actor.workspace_id, **everything)


async def test_everything_that_changes_is_one_act_with_its_address_and_request(world: World) -> None:
    before = len(await acts(world))
    path = f"/v1/conversations/{world.conversation}"
    sent = await world.cara.asks("POST", f"{path}/messages", json={"body": "Hello"}, status=201)
    await world.cara.asks("PATCH", f"/v1/messages/{sent['id']}", json={"body": "Hello!"}, status=200)
    await world.cara.asks("DELETE", f"/v1/messages/{sent['id']}", status=200)
    await world.ana.asks("PATCH", "/v1/staff/ben", json={"role": "admin"}, status=200)
    await world.ana.asks("PATCH", "/v1/workspace", json={"greeting": "Good day"}, status=200)
    link = await world.ana.asks("POST", "/v1/contacts/cara/tokens", json={}, status=201)
    await world.ana.asks("DELETE", f"/v1/tokens/{link['id']}", status=204)
    found = (await acts(world))[:-before]
    message = f"message:{sent['id']}"
    assert [told(act) for act in reversed(found)] == [
        ("contact:cara", "message.sent", message, "done"),
        ("contact:cara", "message.edited", message, "done"),
        ("contact:cara", "message.deleted", message, "done"),
        ("staff:ana", "staff.updated", "staff:ben", "done"),
        ("staff:ana", "workspace.updated", f"workspace:{GREENLEAF}", "done"),
        ("staff:ana", "token.issued", f"token:{link['id']}", "done"),
        ("staff:ana", "token.revoked", f"token:{link['id']}", "done"),
    ]
    assert all(act["address"] == "127.0.0.1" and act["request_id"] and act["at"] for act in found)
    assert len({act["request_id"] for act in found}) == 7
    assert found[-1]["conversation_id"] == world.conversation


async def test_what_is_sent_and_read_on_a_socket_says_where_from(world: World) -> None:
    socket = await world.cara.opens()
    await socket.does("message.list", conversation_id=world.conversation)
    await socket.says(
        {"type": "message.send", "id": "s", "data": {"conversation_id": world.conversation, "body": "Hi"}}
    )
    await socket.hears()
    await socket.does("receipt.deliver", conversation_id=world.conversation)
    found = (await acts(world))[:3]
    assert {act["action"] for act in found} == {"message.sent", "history.viewed", "message.delivered"}
    assert all(act["address"] == "127.0.0.1" and act["request_id"] for act in found)


async def test_what_is_forwarded_says_where_from(world: World) -> None:
    said = await world.ana.sends(world.conversation, "Hi")
    forward = {"conversation_id": world.dev_conversation}
    told_again = await world.ana.asks("POST", f"/v1/messages/{said.id}/forward", json=forward, status=201)
    (act,) = await acts(world, record=f"message:{told_again['id']}", action="message.sent")
    assert act["address"] == "127.0.0.1" and act["request_id"]


async def test_a_look_is_one_act_however_often_in_a_moment(world: World) -> None:
    path = f"/v1/conversations/{world.conversation}/messages"
    await asyncio.gather(*(world.ana.asks("GET", path, status=200) for _ in range(5)))
    await world.cara.asks("GET", path, status=200)
    conversation = f"conversation:{world.conversation}"
    found = [told(act) for act in await acts(world, record=conversation, action="history.viewed")]
    assert sorted(found) == [
        ("contact:cara", "history.viewed", conversation, "ok"),
        ("staff:ana", "history.viewed", conversation, "ok"),
    ]


# What shows nobody's record, and so is no act. The feed says what the socket says: that is delivered, not looked at.
SHOWS_NOBODY = {
    "canned.list", "device.list", "event.list", "insight.get", "label.list", "me.get", "staff.get", "staff.list",
    "token.list", "workspace.get",
}  # fmt: skip


async def test_every_command_that_shows_somebodys_record_is_one_act(world: World) -> None:
    cast, database, flush = await Cast.begin(world), world.app.database, world.app.server.auditor.flush
    for line in lines():
        command = COMMANDS[line.command]
        if command.method != "GET" or line.command in SHOWS_NOBODY or line.outcomes["ana"] != "ok":
            continue
        fields = await cast.thing(line, "own")
        await flush()
        before = len(await database.read(entries_of, system(GREENLEAF)))
        status, answer = await ask(cast, "ana", command, fields)
        await flush()
        after = await database.read(entries_of, system(GREENLEAF))
        assert (status, len(after)) == (200, before + 1), f"{line.command}: {after[before:]} {answer!r}"


async def test_signing_in_is_an_act_whether_it_succeeds_or_not(world: World) -> None:
    async def signs_in(email: str, password: str) -> int:
        body = {"email": email, "password": password}
        async with world.http.post(world.url + "/v1/session", json=body) as answer:
            return answer.status

    assert await signs_in("ana@greenleaf.example", PASSWORD) == 200
    assert await signs_in("ana@greenleaf.example", "wrong password") == 401
    assert await signs_in(f"{CANARY}@greenleaf.example", CANARY) == 401
    assert [told(act) for act in await acts(world, action="session.created")] == [
        ("staff:ana", "session.created", None, "unauthenticated"),
        ("staff:ana", "session.created", None, "ok"),
    ]
    nowhere = await world.app.database.read(entries_of, system())
    assert [(e.actor, e.action, e.outcome, e.address) for e in nowhere] == [
        ("", "session.created", "unauthenticated", "127.0.0.1")
    ]


async def test_whoever_is_kept_from_something_leaves_an_act(world: World) -> None:
    said = await world.cara.sends(world.conversation, "Hello")
    assert await world.ben.status_of("GET", f"/v1/conversations/{world.conversation}") == 404
    assert await world.ana.status_of("PATCH", f"/v1/messages/{said.id}", json={"body": "Not mine"}) == 403
    assert await world.cara.status_of("GET", "/v1/staff") == 403
    assert await world.dev.status_of("GET", f"/v1/conversations/{CANARY}") == 404
    socket = await world.ben.opens()
    await socket.does("message.send", conversation_id=world.conversation, body="Let me in")
    denied = [act for act in await acts(world) if act["outcome"] in ("forbidden", "not_found")]
    conversation = f"conversation:{world.conversation}"
    assert [told(act) for act in reversed(denied)] == [
        ("staff:ben", "conversation.get", conversation, "not_found"),
        ("staff:ana", "message.edit", f"message:{said.id}", "forbidden"),
        ("contact:cara", "staff.list", None, "forbidden"),
        ("contact:dev", "conversation.get", None, "not_found"),
        ("staff:ben", "message.send", conversation, "not_found"),
    ]
    assert all(act["address"] == "127.0.0.1" for act in denied)


async def test_only_administrators_look_at_the_audit_and_only_at_their_own(world: World) -> None:
    assert await world.ben.status_of("GET", "/v1/audit") == 403
    assert await world.cara.status_of("GET", "/v1/audit") == 403
    page = await world.eve.asks("GET", "/v1/audit", params={"limit": "100"}, status=200)
    assert {act["actor"] for act in page["items"]} <= {"system:careline", "contact:fay", "staff:eve"}
    own = await world.ana.asks("GET", "/v1/audit", params={"limit": "1"}, status=200)
    assert await world.eve.status_of("GET", "/v1/audit", params={"cursor": own["next"]}) == 422


@pytest.mark.parametrize("wrong", [{"record": "cara"}, {"cursor": "x"}, {"limit": "101"}, {"since": "noon"},
                                   {"since": "-9223372036854775809"}, {"until": "9223372036854775807"}])  # fmt: skip
async def test_a_question_that_cannot_be_is_refused(world: World, wrong: dict[str, str]) -> None:
    assert await world.ana.status_of("GET", "/v1/audit", params=wrong) in (400, 422)


async def test_the_audit_answers_by_contact_by_staff_by_record_and_by_time(world: World) -> None:
    path, conversation = f"/v1/conversations/{world.conversation}/messages", f"conversation:{world.conversation}"
    sent = await world.cara.asks("POST", path, json={"body": "Hi"}, status=201)
    await world.ana.asks("GET", path, status=200)
    await world.ana.asks("GET", "/v1/contacts/cara", status=200)
    await world.dev.asks("GET", f"/v1/conversations/{world.dev_conversation}", status=200)
    of_cara = {told(act)[:3] for act in await acts(world, contact_id="cara")}
    assert of_cara >= {
        ("staff:ana", "history.viewed", conversation),
        ("staff:ana", "contact.viewed", "contact:cara"),
        ("contact:cara", "conversation.started", conversation),
        ("contact:cara", "message.sent", f"message:{sent['id']}"),
    }
    assert not any(actor == "contact:dev" for actor, _, _ in of_cara)
    assert {act["actor"] for act in await acts(world, staff_id="ana")} == {"staff:ana"}
    assert {act["record"] for act in await acts(world, record="contact:cara")} == {"contact:cara"}
    assert f"message:{sent['id']}" in {act["record"] for act in await acts(world, record=conversation)}
    everything = await acts(world)
    middle = everything[len(everything) // 2]["at"]
    earlier, later = await acts(world, until=str(middle)), await acts(world, since=str(middle))
    assert all(act["at"] < middle for act in earlier) and all(act["at"] >= middle for act in later)
    assert earlier and sorted(map(str, earlier + later)) == sorted(map(str, everything))


async def paged(world: World, **asked: str) -> list[dict[str, Any]]:
    found, cursor = [], dict[str, str]()
    while True:
        page = await world.ana.asks("GET", "/v1/audit", params={**asked, **cursor}, status=200)
        found += [act for act in page["items"] if act["action"] != "audit.viewed"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_pages_go_on_where_the_one_before_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    for n in range(5):
        await world.cara.sends(world.conversation, f"Message {n}")
    whole = await acts(world)
    monkeypatch.setattr(actions, "SCAN", 7)
    assert await paged(world, limit="3") == whole
    assert [told(act)[:2] for act in await paged(world, action="history.viewed")] == [("staff:ana", "history.viewed")]
    assert len(await paged(world, action="message.sent", limit="1")) == 5


async def test_nothing_of_what_was_said_is_in_the_audit(world: World) -> None:
    await world.cara.asks("PATCH", "/v1/me", json={"name": CANARY, "email": f"{CANARY}@x.example"}, status=200)
    path = f"/v1/conversations/{world.conversation}"
    body = {"body": CANARY, "client_id": CANARY, "metadata": {CANARY: CANARY}}
    said = await world.cara.asks("POST", f"{path}/messages", json=body, status=201)
    await world.ana.asks("POST", f"{path}/messages", json={"body": CANARY, "kind": "note"}, status=201)
    await world.cara.asks("PATCH", f"/v1/messages/{said['id']}", json={"body": CANARY * 2}, status=200)
    await world.ana.asks("PATCH", path, json={"subject": CANARY}, status=200)
    await world.ana.asks("POST", "/v1/contacts/cara/tokens", json={"label": CANARY}, status=201)
    await world.ana.asks("GET", f"{path}/messages", headers={"User-Agent": CANARY}, status=200)
    for where in (f"/v1/conversations/{CANARY}", f"/v1/messages/{CANARY}", f"/v1/contacts/{CANARY}"):
        assert await world.ana.status_of("GET", where) == 404
    found = await acts(world)
    assert len(found) > 10 and CANARY not in str(found)
    for row in await world.app.database.read(entries_of, system(GREENLEAF)):
        assert CANARY not in str(row) and world.cara.token not in str(row)


async def test_whoever_acts_as_somebody_else_is_named_beside_them(world: World) -> None:
    token = current.set(Context("r-1", "192.0.2.7", "elsewhere", reads=True, impersonated_by="staff:ana"))
    try:
        await world.cara.sends(world.conversation, "As Cara")
        await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    finally:
        current.reset(token)
    found = [act for act in await acts(world, staff_id="ana") if act["actor"] == "contact:cara"]
    assert [(told(act)[:2], act["impersonated_by"], act["address"]) for act in found] == [
        (("contact:cara", "history.viewed"), "staff:ana", "192.0.2.7"),
        (("contact:cara", "message.sent"), "staff:ana", "192.0.2.7"),
    ]
