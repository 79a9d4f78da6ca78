"""What a client knew, plus the events it heard, is what it would read anew: for every action, for both sides.

The frames are the server's own, the reducer is the browser's: `careline/web/lib/state.js` under Node.
"""

import json
import subprocess
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from careline.core.actor import system
from careline.features.messages.attached import expire_attachments
from careline.wires import server
from tests import tools
from tests.made import picture, uploads
from tests.world import Person, Socket, World

REPLAY = tools.ROOT / "tests" / "web" / "replay.js"
Act = Callable[[World], Awaitable[Any]]


async def knows(person: Person) -> dict[str, Any]:
    """What a client of this person holds after it has read everything."""
    listed = await person.asks("GET", "/v1/conversations?status=any", status=200)
    pages = {
        c["id"]: await person.asks("GET", f"/v1/conversations/{c['id']}/messages", status=200) for c in listed["items"]
    }
    return {"me": await person.asks("GET", "/v1/me"), "conversations": listed["items"], "messages": pages}


async def heard(socket: Socket) -> list[dict[str, Any]]:
    """Everything said until a ping is answered; frames come in order, so nothing earlier is still under way."""
    await socket.says({"type": "ping"})
    frames = []
    while (frame := await socket.hears())["type"] != "pong":
        frames.append(frame)
    return frames


def post(person: str, path: str, **body: Any) -> Act:
    return lambda world: getattr(world, person).asks("POST", f"/v1/conversations/{world.conversation}{path}", json=body)


def patch(person: str, **body: Any) -> Act:
    return lambda world: getattr(world, person).asks("PATCH", f"/v1/conversations/{world.conversation}", json=body)


def put(person: str, path: str, **body: Any) -> Act:
    return lambda world: getattr(world, person).asks("PUT", f"/v1/conversations/{world.conversation}{path}", json=body)


async def triage(world: World) -> Any:
    wishes = {"snoozed_until": world.app.database.clock() + 60_000, "pinned": True, "priority": "urgent"}
    return await world.ana.asks("PATCH", f"/v1/conversations/{world.conversation}/triage", json=wishes)


async def last_message(world: World) -> str:
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages?limit=1")
    return str(page["items"][0]["id"])


async def edit(world: World) -> Any:
    return await world.cara.asks("PATCH", f"/v1/messages/{await last_message(world)}", json={"body": "as meant"})


async def delete(world: World) -> Any:
    return await world.ana.asks("DELETE", f"/v1/messages/{await last_message(world)}")


async def send_a_file(world: World) -> Any:
    made = await uploads(world.cara, picture(), "a.png", status=201)
    return await post("cara", "/messages", body="", attachment_ids=[made["id"]])(world)


async def expire_files(world: World) -> Any:
    await send_a_file(world)
    now = world.app.database.clock()
    return await world.app.database.write(expire_attachments, system(world.cara.actor.workspace_id), now + 1)


async def leave(world: World) -> Any:
    path = f"/v1/conversations/{world.conversation}/participants/staff/ben"
    return await world.ana.asks("DELETE", path)


def one(person: str, method: str, path: str, **body: Any) -> Act:
    """Something done with the last message that both sides see."""

    async def act(world: World) -> Any:
        more = {"json": body} if body else {}
        address = f"/v1/messages/{await last_message(world)}{path}"
        return await getattr(world, person).asks(method, address, status=200, **more)

    return act


async def reply(world: World) -> Any:
    quoting = {"body": "As you say", "reply_to": await last_message(world)}
    path = f"/v1/conversations/{world.conversation}/messages"
    return await world.ana.asks("POST", path, status=201, json=quoting)


async def quoted(world: World, method: str, **more: Any) -> Any:
    """Something done with the message that the last one replies to."""
    answer = await world.cara.asks("GET", f"/v1/messages/{await last_message(world)}", status=200)
    assert answer["reply"]
    return await world.cara.asks(method, f"/v1/messages/{answer['reply_to']}", status=200, **more)


async def merge(world: World) -> Any:
    """Dev turns out to be somebody who is new here."""
    await world.ana.asks("POST", "/v1/contacts", json={"id": "gus", "name": "Gus"})
    return await world.ana.asks("POST", "/v1/contacts/dev/merge", json={"into": "gus"}, status=200)


def differences(node: str, cases: list[dict[str, Any]]) -> str:
    """Where the browser's reducer comes to something else than a fresh reading; empty when nowhere."""
    done = subprocess.run([node, REPLAY], input=json.dumps(cases), capture_output=True, text=True, check=True)
    return done.stdout.strip()


ACTS: list[tuple[str, Act]] = [
    ("a contact's message", post("cara", "/messages", body="Is it ready?", client_id="k1")),
    ("staff's answer", post("ana", "/messages", body="Yes, since noon.")),
    ("a note", post("ana", "/messages", body="Ask for an id.", kind="note")),
    ("read by the contact", post("cara", "/read")),
    ("another message of the contact", post("cara", "/messages", body="I am on my way")),
    ("edited", edit),
    ("reacted", one("ana", "POST", "/reactions", emoji="👍")),
    ("reacted by the contact", one("cara", "POST", "/reactions", emoji="👍")),
    ("reacted no more", one("ana", "DELETE", "/reactions/👍")),
    ("pinned", one("ana", "POST", "/pin")),
    ("unpinned", one("cara", "DELETE", "/pin")),
    ("flagged", one("cara", "POST", "/flag", reason="not mine")),
    ("a reply", reply),
    ("the quoted edited", lambda world: quoted(world, "PATCH", json={"body": "as meant after all " * 20})),
    ("the quoted taken back", lambda world: quoted(world, "DELETE")),
    ("a note to Ben", post("ana", "/messages", body="@Ben, look", kind="note", mentions=["ben"])),
    ("received by staff", post("ana", "/delivered")),
    ("read by staff", post("ana", "/read")),
    ("subject and metadata", patch("ana", subject="Prescription", metadata={"shelf": "B"})),
    ("given to Ben", post("ana", "/assign", staff_id="ben")),
    ("Ben's answer", post("ben", "/messages", body="See you soon")),
    ("given to nobody", post("ana", "/assign", staff_id=None)),
    ("Ben leaves", leave),
    ("named labels", put("ana", "/labels", names=["Insurance"])),
    ("put off, pinned and urgent", triage),
    ("woken by a message", post("cara", "/messages", body="Hello again")),
    ("read for a second time", post("ana", "/read")),
    ("marked unread", post("ana", "/unread")),
    ("read once more", post("ana", "/read")),
    ("closed", patch("ana", status="closed")),
    ("reopened by a message", post("cara", "/messages", body="One more thing")),
    ("taken back", delete),
    ("sent with a file", send_a_file),
    ("its file is kept no longer", expire_files),
    ("blocked", lambda world: world.ana.asks("POST", "/v1/contacts/dev/block", json={})),
    ("let write again", lambda world: world.ana.asks("POST", "/v1/contacts/dev/unblock", json={})),
    ("Dev turns out to be Gus", merge),
]


async def test_every_event_leads_to_what_a_fresh_reading_shows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # What clients receive by hearing and reading is told half a second later: that would be between the two looks.
    monkeypatch.setattr(server, "DELIVERED_EVERY", 3_600.0)
    try:
        node = tools.node()
    except tools.Missing as missing:
        pytest.skip(str(missing))
    listeners = {person: await person.opens() for person in (world.ana, world.cara)}
    cases = []
    for name, act in ACTS:
        before = {person: await knows(person) for person in listeners}
        await act(world)
        for person, socket in listeners.items():
            frames = await heard(socket)
            cases.append(
                {
                    "name": f"{name}, seen by {person.id}",
                    "before": before[person],
                    "frames": frames,
                    "after": await knows(person),
                }
            )
    assert any(case["frames"] for case in cases)
    assert not differences(node, cases)
