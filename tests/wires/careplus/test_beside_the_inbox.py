"""careplus beside the native wire: one store, two languages; and its page does what it tells people to type."""

import json
import os
import re
import sys
from typing import Any
from unittest import mock

import pytest

from careline.core.errors import Unavailable
from careline.features.messages.changes import delete_message
from careline.features.workspaces.actions import update_workspace
from tests.house.test_docs_run import run
from tests.tools import ROOT
from tests.wires.careplus.conftest import customers, token
from tests.wires.careplus.test_coming_in import CHAT, asks, opens
from tests.world import World

PAGE = (ROOT / "docs" / "wires" / "careplus.md").read_text()


def history(world: World) -> str:
    return f"{CHAT}/conversations/{world.conversation}/messages"


@pytest.mark.proves("cp-64", "cp-44", "cp-47", "cp-48")
async def test_what_is_said_here_is_heard_there_and_the_other_way_round(pharmacy: World) -> None:
    inbox, hers = await pharmacy.ana.opens(), await opens(pharmacy, await customers(pharmacy, pharmacy.cara))
    here = pharmacy.conversation
    await hers.send_json({"type": "send_message", "data": {"conversation_id": here, "body": "from the shop"}})
    heard = (await inbox.hears("message.sent"))["data"]["message"]
    assert (heard["body"], heard["sender_name"]) == ("from the shop", "Cara")
    assert (await hers.receive_json(timeout=5))["data"]["id"] == heard["id"]
    said = await inbox.does("message.send", conversation_id=here, body="from the inbox")
    frame = (await hers.receive_json(timeout=5))["data"]
    assert (frame["id"], frame["sender_type"], frame["sender_id"]) == (said["id"], "user", "ana")
    await inbox.does("typing.set", conversation_id=here, typing=True)
    assert (await hers.receive_json(timeout=5))["sender_id"] == "ana"
    await inbox.does("receipt.read", conversation_id=here)
    assert (await hers.receive_json(timeout=5))["participant_id"] == "ana"
    delivered = await _delivered_by(hers.ping(), inbox)
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said["id"], "cara")


async def _delivered_by(doing: Any, inbox: Any) -> Any:
    await doing
    return (await inbox.hears("message.delivered"))["data"]


@pytest.mark.proves("cp-61")
async def test_a_page_of_messages_is_delivered_to_whoever_asked(pharmacy: World) -> None:
    inbox, cara = await pharmacy.ana.opens(), await customers(pharmacy, pharmacy.cara)
    said = await pharmacy.ana.sends(pharmacy.conversation, "are you there?")
    await inbox.hears("message.sent")
    assert (await asks(pharmacy, cara, "GET", history(pharmacy)))[0] == 200
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said.id, "cara")


@pytest.mark.proves("cp-21", "cp-62")
async def test_notes_never_appear_and_what_the_system_says_comes_from_a_user(pharmacy: World) -> None:
    pia = token("pia", "pharmacist")
    socket = await opens(pharmacy, pia)
    note = await pharmacy.ana.sends(pharmacy.conversation, "between us", kind="note")
    await pharmacy.ana.sends(pharmacy.conversation, "It was renamed.", kind="system")
    frame = (await socket.receive_json(timeout=5))["data"]
    assert (frame["body"], frame["sender_type"]) == ("It was renamed.", "user")
    _, found = await asks(pharmacy, pia, "GET", history(pharmacy))
    assert ([m["body"] for m in found["items"]], found["total"]) == (["It was renamed."], 1)
    assert (await asks(pharmacy, token("ada", "admin"), "DELETE", f"{history(pharmacy)}/{note.id}"))[0] == 404
    await pharmacy.app.database.write(delete_message, pharmacy.ana.actor, note.id)
    await socket.send_json({"type": "ping"})
    assert (await socket.receive_json(timeout=5)) == {"type": "pong"}


@pytest.mark.proves("cp-63")
@pytest.mark.parametrize("threading", ["per_contact", "per_staff", "many"])
async def test_every_threading_has_a_conversation_for_a_customer(pharmacy: World, threading: str) -> None:
    await pharmacy.app.database.write(update_workspace, pharmacy.ana.actor, {"threading": threading})
    found = {}
    for name in ("pia", "max"):
        bearer = token(name, "pharmacist")
        made = [
            await asks(pharmacy, bearer, "POST", CHAT + "/conversations", json_={"customer_id": "dev"}) for _ in "12"
        ]
        assert [status for status, _ in made] == [200, 200]
        assert made[0][1]["id"] == made[1][1]["id"]
        found[name] = made[0][1]["id"]
    assert (found["pia"] == found["max"]) == (threading != "per_staff")
    dev = await customers(pharmacy, pharmacy.dev)
    status, own = await asks(pharmacy, dev, "GET", CHAT + "/me")
    assert (status, own["customer_id"]) == (200, "dev")
    assert (await asks(pharmacy, dev, "POST", f"{CHAT}/conversations/{own['id']}/messages", json_={"body": "hi"}))[
        0
    ] == 201


@pytest.mark.proves("cp-54", "cp-18")
async def test_a_customer_sees_themselves_and_not_whoever_else_was_added(pharmacy: World) -> None:
    inbox = await pharmacy.ana.opens()
    await inbox.does("participant.add", conversation_id=pharmacy.conversation, kind="contact", id="dev")
    _, seen = await asks(
        pharmacy, await customers(pharmacy, pharmacy.dev), "GET", f"{CHAT}/conversations/{pharmacy.conversation}"
    )
    assert (seen["customer_id"], seen["customer"]["name"]) == ("dev", "Dev")
    _, seen = await asks(pharmacy, token("pia", "pharmacist"), "GET", f"{CHAT}/conversations/{pharmacy.conversation}")
    assert seen["customer_id"] == "cara"


@pytest.mark.proves("cp-52", "cp-46")
async def test_a_retry_is_the_same_message_and_another_one_under_its_name_a_conflict(pharmacy: World) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    words = {"body": "once", "client_id": "k"}
    first, again = [await asks(pharmacy, cara, "POST", history(pharmacy), json_=words) for _ in "12"]
    assert first == again and first[1]["client_id"] == "k"
    code, refused = await asks(pharmacy, cara, "POST", history(pharmacy), json_={**words, "body": "other"})
    assert (code, refused["code"]) == (409, "CONFLICT")


@pytest.mark.proves("cp-27")
async def test_one_edits_for_as_long_as_the_pharmacy_allows(pharmacy: World) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    await pharmacy.app.database.write(update_workspace, pharmacy.ana.actor, {"edit_window_ms": 0})
    assert (await asks(pharmacy, cara, "GET", CHAT + "/settings"))[1] == {"chat_edit_window_minutes": 0}
    _, said = await asks(pharmacy, cara, "POST", history(pharmacy), json_={"body": "helo"})
    code, refused = await asks(pharmacy, cara, "PATCH", f"{history(pharmacy)}/{said['id']}", json_={"body": "hello"})
    assert (code, refused["code"]) == (403, "FORBIDDEN")


@pytest.mark.proves("cp-16")
async def test_a_store_that_does_not_answer_is_said_so_in_the_wires_words(pharmacy: World) -> None:
    pia = token("pia", "pharmacist")
    assert (await asks(pharmacy, pia, "GET", CHAT + "/settings"))[0] == 200
    for error, status in ((Unavailable(), 503), (ZeroDivisionError("secret"), 500)):
        with mock.patch.object(pharmacy.app.database, "read", side_effect=error):
            code, refused = await asks(pharmacy, pia, "GET", CHAT + "/settings")
        assert (code, refused["code"]) == (status, "INTERNAL_ERROR")
        assert "secret" not in json.dumps(refused)


async def test_what_the_page_tells_people_to_type_does_what_it_says(pharmacy: World) -> None:
    (shell,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    (python,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    named = {"STAFF": token("pia", "pharmacist"), "URL": pharmacy.url, "CONVERSATION": pharmacy.conversation}
    named["CUSTOMER"] = await customers(pharmacy, pharmacy.cara)
    with mock.patch.dict(os.environ, named):
        link, found = (await run(shell.replace("\ncurl", "\necho; curl"))).split("\n", 1)
        assert json.loads(link)["url"].startswith(pharmacy.url + "/chat#token=")
        assert json.loads(found)["total"] == 2
        frame = json.loads(await run(f"{sys.executable} - <<'END'\n{python}\nEND"))
    assert (frame["type"], frame["data"]["body"]) == ("new_message", "Is my prescription ready?")
