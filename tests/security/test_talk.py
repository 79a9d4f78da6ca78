"""What people do with messages tells contacts nothing of the staff, and nobody anything of elsewhere (S-082, S-090)."""

from typing import Any

from tests.world import Person, World

# Every field that a contact is told of a message, and of what happens to it: a new one is thought about here first.
MESSAGE = {
    "attachments", "body", "client_id", "conversation_id", "created_at", "deleted_at", "delivered_at", "edited_at",
    "forwarded", "id", "kind", "mentions", "metadata", "pinned_at", "reactions", "read_at", "reply", "reply_to",
    "sender_id", "sender_kind", "sender_name",
}  # fmt: skip
REPLY = {"body", "deleted", "id", "kind", "sender_kind", "sender_name"}
REACTING = {"emoji", "message_id", "reactions", "who"}


def found(value: Any, keys: set[str]) -> list[Any]:
    """What stands under these keys, however deep."""
    if isinstance(value, dict):
        own = [v for key, v in value.items() if key in keys]
        return own + [one for v in value.values() for one in found(v, keys)]
    return [one for v in value for one in found(v, keys)] if isinstance(value, list) else []


async def everything_happens(world: World) -> str:
    """All that may be done with messages, by staff whose ids and words a contact must not meet; the question's id."""
    here = f"/v1/conversations/{world.conversation}/messages"

    async def does(who: Person, method: str, path: str, **body: Any) -> Any:
        return await who.asks(method, path, json=body or None)

    question = await does(world.cara, "POST", here, body="Is it ready?")
    note = await does(world.ana, "POST", here, body="kanarie", kind="note", mentions=["ben"])
    await does(world.ana, "POST", here, body="Your id, please", reply_to=note["id"])
    answer = await does(world.ana, "POST", here, body="Yes", reply_to=question["id"])
    for message in (question, note, answer):
        address = f"/v1/messages/{message['id']}"
        await does(world.ana, "POST", f"{address}/reactions", emoji="👍")
        await does(world.ana, "POST", f"{address}/pin")
        await does(world.ana, "POST", f"{address}/flag", reason="kanarie")
        await does(world.ana, "DELETE", f"{address}/reactions/👍")
        await does(world.ana, "POST", f"{address}/reactions", emoji="❤️")
        await does(world.ana, "POST", f"{address}/forward", conversation_id=world.conversation)
    for flag in (await does(world.ana, "GET", "/v1/flags"))["items"]:
        await does(world.ana, "POST", f"/v1/flags/{flag['id']}/resolve", resolution="dismiss")
    await does(world.ana, "PATCH", f"/v1/messages/{answer['id']}", body="Yes, since noon")
    return str(question["id"])


async def test_a_contact_is_told_nothing_of_the_staffs_own(world: World) -> None:
    start = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    listening = await world.cara.opens()
    question = await everything_happens(world)
    await listening.says({"type": "ping"})
    live = []
    while (frame := await listening.hears())["type"] != "pong":
        live.append(frame)
    missed = (await world.cara.asks("GET", f"/v1/events?since={start}&limit=500", status=200))["items"]
    assert [f["type"] for f in live] == [f["type"] for f in missed]
    pages = [
        await world.cara.asks("GET", path, status=200)
        for path in (
            f"/v1/conversations/{world.conversation}/messages",
            f"/v1/conversations/{world.conversation}/pins",
            f"/v1/messages/{question}/replies",
            f"/v1/messages/{question}",
        )
    ]
    told = [live, missed, pages]
    for secret in ("kanarie", "'ana'", "'ben'", "flag", "@greenleaf", "forwarded_from"):
        assert secret not in str(told), secret
    assert not any(found(told, {"mentions"})) and found(told, {"mentions"})
    for message in [*found(told, {"message"}), *pages[0]["items"]]:
        assert set(message) == MESSAGE
    assert {frozenset(reply) for reply in found(told, {"reply"}) if reply} == {frozenset(REPLY)}
    assert {frozenset(f["data"]) for f in live if f["type"].startswith("reaction.")} == {frozenset(REACTING)}
    assert {f["type"] for f in live} == {
        "message.sent", "message.edited", "message.pinned", "participant.joined", "reaction.added", "reaction.removed",
    }  # fmt: skip


async def test_an_address_names_one_message_and_a_body_another_thing_of_the_same_workspace(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "mine")
    for path, body in (
        ("forward", {"conversation_id": world.fay_conversation}),
        ("forward", {"conversation_id": world.dev_conversation}),
    ):
        assert await world.cara.status_of("POST", f"/v1/messages/{mine.id}/{path}", json=body) == 404
    here = f"/v1/conversations/{world.conversation}/messages"
    foreign = await world.fay.sends(world.fay_conversation, "theirs")
    theirs = await world.dev.sends(world.dev_conversation, "theirs")
    for other in (foreign.id, theirs.id):
        assert await world.ana.status_of("POST", here, json={"body": "so", "reply_to": other}) == 404
    note = {"body": "so", "kind": "note", "mentions": ["eve"]}
    assert await world.ana.status_of("POST", here, json=note) == 404


async def test_what_the_server_decides_is_not_taken_from_a_client(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "mine")
    here = f"/v1/conversations/{world.conversation}/messages"
    for field, value in (("reactions", []), ("pinned_at", 1), ("forwarded_from", mine.id), ("attachments", "[]"),
                         ("id", mine.id)):  # fmt: skip
        assert await world.cara.status_of("POST", here, json={"body": "so", field: value}) == 422, field
    assert await world.cara.status_of("POST", here, json={"body": "so", "mentions": ["ben"]}) == 422
    react = f"/v1/messages/{mine.id}/reactions"
    assert await world.cara.status_of("POST", react, json={"emoji": "👍", "sender_id": "dev"}) == 422


async def test_ids_that_cannot_be_stored_are_nobodys(world: World) -> None:
    mine = await world.cara.sends(world.conversation, "mine")
    here = f"/v1/conversations/{world.conversation}/messages"
    for wrong in ("\0", "", "x" * 10_000, "%00", "'; --", "\u202e"):
        note = {"body": "so", "kind": "note", "mentions": [wrong]}
        assert await world.ana.status_of("POST", here, json=note) in (400, 404, 422), wrong
        many = {"message_ids": [mine.id, wrong]}
        assert await world.ana.status_of("POST", "/v1/messages/delete", json=many) in (400, 404, 422), wrong
        forward = {"conversation_id": wrong}
        assert await world.ana.status_of("POST", f"/v1/messages/{mine.id}/forward", json=forward) in (400, 404, 422)
        react = {"emoji": wrong}
        assert await world.ana.status_of("POST", f"/v1/messages/{mine.id}/reactions", json=react) in (400, 422)
    for path in ("reactions/%00", "reactions/%F0%9F", "reactions/x"):
        assert await world.ana.status_of("DELETE", f"/v1/messages/{mine.id}/{path}") in (400, 404, 422), path
    for cursor in ("x", "%00", "AAAA"):
        for path in ("/v1/flags", f"/v1/messages/{mine.id}/replies"):
            assert await world.ana.status_of("GET", f"{path}?cursor={cursor}") in (400, 422), path
