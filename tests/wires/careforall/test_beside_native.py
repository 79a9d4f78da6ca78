"""careforall beside the native wire: one store, two languages."""

from typing import Any
from unittest import mock

import aiohttp
import pytest
from msgspec import structs

from careline.core.errors import Unavailable
from careline.features.messages.changes import delete_message, edit_message
from careline.features.workspaces.actions import update_workspace
from careline.partners import Careforall
from tests.wires.careforall.conftest import platform_issuer, token
from tests.world import GREENLEAF, HILLSIDE, World, stage


def bears(user_id: str, role: str = "USER") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user_id, role)}"}


async def opens(world: World, user_id: str, role: str = "USER") -> aiohttp.ClientWebSocketResponse:
    path = f"/ws/conversations/conv_{world.conversation}?token={token(user_id, role)}"
    socket = await world.http.ws_connect(world.url.replace("http", "ws", 1) + path)
    world.sockets.append(socket)
    assert (await socket.receive_json(timeout=5))["type"] == "system"
    return socket


async def history(world: World, user_id: str, role: str = "USER") -> list[dict[str, Any]]:
    url = f"{world.url}/api/conversations/conv_{world.conversation}/messages"
    async with world.http.get(url, headers=bears(user_id, role)) as answer:
        assert answer.status == 200
        found: list[dict[str, Any]] = (await answer.json())["data"]["messages"]
        return found


@pytest.mark.proves("cf-50", "cf-18")
async def test_what_is_said_here_is_heard_there_and_the_other_way_round(platform: World) -> None:
    inbox, theirs = await platform.ana.opens(), await opens(platform, "cara")
    await theirs.send_json({"type": "message", "content": "from the platform", "metadata": {"campaign": 17}})
    heard = (await inbox.hears("message.sent"))["data"]["message"]
    assert (heard["body"], heard["sender_name"], heard["metadata"]) == ("from the platform", "Cara", {"campaign": 17})
    assert (await theirs.receive_json(timeout=5))["messageId"] == f"msg_{heard['id']}"

    said = await inbox.does("message.send", conversation_id=platform.conversation, body="from the inbox")
    frame = await theirs.receive_json(timeout=5)
    assert (frame["type"], frame["content"]) == ("message_received", "from the inbox")
    assert (frame["messageId"], frame["senderId"], frame["senderRole"]) == (f"msg_{said['id']}", "ana", "ADMIN")

    await inbox.does("typing.set", conversation_id=platform.conversation, typing=True)
    assert await theirs.receive_json(timeout=5) == {"type": "typing_start", "userId": "ana"}
    await inbox.does("receipt.read", conversation_id=platform.conversation)
    receipt = await theirs.receive_json(timeout=5)
    assert (receipt["type"], receipt["messageId"], receipt["userId"]) == ("read_receipt", f"msg_{said['id']}", "ana")
    await theirs.send_json({"type": "typing", "isTyping": True})
    assert (await inbox.hears("typing"))["data"]["name"] == "Cara"
    await theirs.send_json({"type": "read"})
    assert (await inbox.hears("message.read"))["data"]["up_to"] == said["id"]


async def test_exactly_the_messages_that_were_read_natively_get_receipts(platform: World) -> None:
    theirs = await opens(platform, "cara")
    read = [(await platform.cara.sends(platform.conversation, str(n))).id for n in range(3)]
    for _ in read:
        await theirs.receive_json(timeout=5)
    inbox = await platform.ana.opens()
    await inbox.does("receipt.read", conversation_id=platform.conversation, message_ids=[read[0], read[2]])
    receipts = [await theirs.receive_json(timeout=5) for _ in range(2)]
    assert [r["messageId"] for r in receipts] == [f"msg_{read[0]}", f"msg_{read[2]}"]
    assert [[r["userId"] for r in m["readBy"]] for m in await history(platform, "cara")] == [["ana"], [], ["ana"]]


@pytest.mark.proves("cf-47")
async def test_what_a_socket_was_sent_is_delivered_once_its_client_is_heard_again(platform: World) -> None:
    inbox, theirs = await platform.ana.opens(), await opens(platform, "cara")
    said = await inbox.does("message.send", conversation_id=platform.conversation, body="are you there?")
    assert (await theirs.receive_json(timeout=5))["content"] == "are you there?"
    await inbox.hears_nothing(0.7)
    await theirs.ping()
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said["id"], "cara")
    await theirs.send_json({"type": "read"})
    await inbox.hears("message.read")
    await theirs.send_json({"type": "message", "content": "yes"})
    await inbox.hears("message.sent")
    await theirs.ping()  # of one's own words, and of what is read already, there is nothing to say
    await inbox.hears_nothing(0.7)


@pytest.mark.proves("cf-35")
async def test_a_page_of_messages_is_delivered_to_whoever_asked(platform: World) -> None:
    inbox = await platform.ana.opens()
    said = await platform.ana.sends(platform.conversation, "are you there?")
    await inbox.hears("message.sent")
    assert [m["content"] for m in await history(platform, "cara")] == ["are you there?"]
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said.id, "cara")
    assert (await history(platform, "cara"))[0]["readBy"] == []
    await inbox.hears_nothing(0.8)


@pytest.mark.proves("cf-17")
async def test_a_page_that_is_asked_for_again_says_who_has_read_it_since(platform: World) -> None:
    await platform.ana.sends(platform.conversation, "are you there?")
    for _ in range(3):
        assert (await history(platform, "cara"))[0]["readBy"] == []
    await platform.cara.asks("POST", f"/v1/conversations/{platform.conversation}/read", status=200)
    for _ in range(3):
        assert [one["userId"] for one in (await history(platform, "cara"))[0]["readBy"]] == ["cara"]


@pytest.mark.proves("cf-6")
async def test_the_wire_speaks_for_one_workspace_only(database: str) -> None:
    issuer = structs.replace(
        platform_issuer(), workspaces=[GREENLEAF, HILLSIDE], claims={"person": "userId", "workspace": "ws"}
    )
    async with stage(database, careforall=Careforall(workspace=GREENLEAF), issuers=[issuer]) as world:
        for workspace_id, expected in ((GREENLEAF, 200), (HILLSIDE, 403)):
            headers = {"Authorization": f"Bearer {token('cara', 'USER', ws=workspace_id)}"}
            async with world.http.get(f"{world.url}/api/conversations", headers=headers) as answer:
                assert answer.status == expected


@pytest.mark.proves("cf-15")
async def test_a_store_that_does_not_answer_is_said_so_in_the_wires_words(platform: World) -> None:
    await history(platform, "cara")  # who she is is known from now on
    with mock.patch.object(platform.app.database, "read", side_effect=Unavailable()):
        url = f"{platform.url}/api/conversations"
        async with platform.http.get(url, headers=bears("cara")) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (503, "INTERNAL_ERROR")
            assert int(answer.headers["Retry-After"]) > 0
    with mock.patch.object(platform.app.database, "read", side_effect=ZeroDivisionError("secret")):
        async with platform.http.get(url, headers=bears("cara")) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (500, "INTERNAL_ERROR")


@pytest.mark.proves("cf-21")
async def test_notes_never_appear_not_even_to_admins(platform: World) -> None:
    theirs, admins = await opens(platform, "cara"), await opens(platform, "ada", "ADMIN")
    await theirs.receive_json(timeout=5)  # user_joined
    await platform.ana.sends(platform.conversation, "between us", kind="note")
    await platform.ana.sends(platform.conversation, "for you")
    for socket in (theirs, admins):
        assert (await socket.receive_json(timeout=5))["content"] == "for you"
    assert [m["content"] for m in await history(platform, "ada", "ADMIN")] == ["for you"]


@pytest.mark.proves("cf-21")
async def test_a_deleted_message_keeps_its_place_without_its_text(platform: World) -> None:
    message = await platform.cara.sends(platform.conversation, "my card is 4111", metadata='{"card":1}')
    await platform.app.database.write(delete_message, platform.cara.actor, message.id)
    (shown,) = await history(platform, "cara")
    assert (shown["content"], shown["metadata"], shown["messageType"]) == ("", {"deleted": True}, "TEXT")
    assert shown["updatedAt"] >= shown["createdAt"]


@pytest.mark.proves("cf-21")
async def test_an_edited_message_shows_its_new_text_and_when(platform: World) -> None:
    message = await platform.cara.sends(platform.conversation, "helo")
    edited = await platform.app.database.write(edit_message, platform.cara.actor, message.id, "hello")
    (shown,) = await history(platform, "cara")
    assert shown["content"] == "hello"
    assert edited.edited_at is not None and shown["updatedAt"] >= shown["createdAt"]


@pytest.mark.proves("cf-19")
async def test_what_waits_is_active_and_saying_so_leaves_it_waiting(platform: World) -> None:
    inbox = await platform.ana.opens()
    await inbox.does("conversation.update", conversation_id=platform.conversation, status="pending")
    url = f"{platform.url}/api/conversations/conv_{platform.conversation}"
    async with platform.http.put(url, headers=bears("cara"), json={"status": "ACTIVE", "subject": "Well 17"}) as answer:
        assert (await answer.json())["data"]["status"] == "ACTIVE"
    native = await inbox.does("conversation.get", conversation_id=platform.conversation)
    assert (native["status"], native["subject"]) == ("pending", "Well 17")


async def test_where_a_contact_has_one_thread_it_is_that_one(platform: World) -> None:
    await platform.app.database.write(update_workspace, platform.ana.actor, {"threading": "per_contact"})
    made = []
    for _ in range(2):
        async with platform.http.post(f"{platform.url}/api/conversations", headers=bears("gil"), json={}) as answer:
            assert answer.status == 201
            made.append((await answer.json())["data"]["conversationId"])
    assert made[0] == made[1]


@pytest.mark.proves("cf-49")
async def test_whoever_is_taken_out_of_a_conversation_loses_its_sockets_at_once(platform: World) -> None:
    inbox = await platform.ana.opens()
    await inbox.does("participant.add", conversation_id=platform.conversation, kind="contact", id="dev")
    theirs = await opens(platform, "dev")
    path = f"/v1/conversations/{platform.conversation}/participants/contact/dev"
    await platform.ana.asks("DELETE", path, status=204)
    await theirs.receive(timeout=5)
    assert theirs.close_code == 4410
