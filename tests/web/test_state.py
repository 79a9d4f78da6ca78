"""What a client knew, plus the events it heard, is what it would read anew: for every action, for both sides.

The frames are the server's own, the reducer is the browser's: `careline/web/lib/state.js` under Node.
"""

import json
import subprocess
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests import tools
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


async def last_message(world: World) -> str:
    page = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages?limit=1")
    return str(page["items"][0]["id"])


async def edit(world: World) -> Any:
    return await world.cara.asks("PATCH", f"/v1/messages/{await last_message(world)}", json={"body": "as meant"})


async def delete(world: World) -> Any:
    return await world.ana.asks("DELETE", f"/v1/messages/{await last_message(world)}")


async def leave(world: World) -> Any:
    path = f"/v1/conversations/{world.conversation}/participants/staff/ben"
    return await world.ana.asks("DELETE", path)


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
    ("received by staff", post("ana", "/delivered")),
    ("read by staff", post("ana", "/read")),
    ("subject and metadata", patch("ana", subject="Prescription", metadata={"shelf": "B"})),
    ("given to Ben", post("ana", "/assign", staff_id="ben")),
    ("Ben's answer", post("ben", "/messages", body="See you soon")),
    ("given to nobody", post("ana", "/assign", staff_id=None)),
    ("Ben leaves", leave),
    ("closed", patch("ana", status="closed")),
    ("reopened by a message", post("cara", "/messages", body="One more thing")),
    ("taken back", delete),
    ("blocked", lambda world: world.ana.asks("POST", "/v1/contacts/dev/block", json={})),
    ("let write again", lambda world: world.ana.asks("POST", "/v1/contacts/dev/unblock", json={})),
    ("Dev turns out to be Gus", merge),
]


async def test_every_event_leads_to_what_a_fresh_reading_shows(world: World) -> None:
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
