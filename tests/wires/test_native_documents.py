"""The native wire's documents: valid by their own standards, complete, and true of what the server says."""

import json
import re
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from careline.core.actor import system
from careline.features.conversations.actions import start_alone
from careline.features.messages.attached import expire_attachments
from careline.wires.native.asyncapi import asyncapi
from careline.wires.native.commands import COMMANDS
from careline.wires.native.frames import WORDS
from careline.wires.native.meanings import FIELDS
from careline.wires.native.openapi import openapi
from careline.wires.native.page import page
from careline.wires.native.schemas import REF, components, needed, reference
from tests.made import picture, uploads
from tests.tools import ROOT
from tests.world import GREENLEAF, World, stage

URL = "https://chat.example"
REST = openapi(URL, secure=True)
SOCKET = asyncapi(URL)


def judge(value: Any, name: str) -> None:
    """Fail unless the value is of the schema, with no field the schema does not know."""
    known = {n: {**s, "additionalProperties": False} if "properties" in s else s for n, s in components().items()}
    schema = {"$ref": REF + name, "components": {"schemas": known}}
    Draft202012Validator(schema).validate(value)


def official(*path: str) -> Any:
    """A standard's own schema, from a package that `make test` installs beside TypeScript."""
    file = ROOT.joinpath("node_modules", *path)
    if not file.exists():
        pytest.skip(f"{path[0]}/{path[1]} is not installed: make test does that")
    return json.loads(file.read_text())


def test_openapi_is_what_its_standard_asks_for():
    schema = official("@apidevtools", "openapi-schemas", "schemas", "v3.1", "schema.json")
    Draft202012Validator(schema).validate(REST)


def test_asyncapi_is_what_its_standard_asks_for():
    schema = official("@asyncapi", "specs", "schemas", "3.0.0-without-$id.json")
    jsonschema.validators.validator_for(schema)(schema).validate(SOCKET)


@pytest.mark.parametrize("document", [REST, SOCKET], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    for pointer in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        place = document
        for step in pointer.split("/"):
            place = place[step.replace("~1", "/")]


def test_every_command_is_described():
    described = {o["operationId"] for methods in REST["paths"].values() for o in methods.values()}
    assert described == set(COMMANDS) | {f"attachment.{name}" for name in ("upload", "content", "thumbnail", "open")}
    assert {n for n, c in COMMANDS.items() if c.on_socket} <= set(SOCKET["operations"])
    assert {event.tag() for event in WORDS} <= set(SOCKET["components"]["messages"])


def test_every_example_is_of_its_schema():
    for path in REST["paths"].values():
        for operation in path.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                schema = {**body["schema"], "components": REST["components"]}
                Draft202012Validator(schema).validate(body["example"])
    for name, message in SOCKET["components"]["messages"].items():
        schema = {**message["payload"], "components": {"schemas": components()}}
        assert not list(Draft202012Validator(schema).iter_errors(message["examples"][0]["payload"])), name


def test_no_meaning_is_told_of_a_field_that_is_gone():
    used = {(title.rpartition(".")[2], field) for title, s in components().items() for field in s.get("properties", {})}
    fields = {field for _, field in used}
    gone = [key for key in FIELDS if key not in fields and tuple(key.split(".", 1)) not in used]
    assert set(gone) <= {"actor", "error"}  # of frames that are no struct


def test_the_page_shows_everything_and_runs_nothing():
    html = page(URL)
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", html)
    ids = re.findall(r" id=\"?([\w.]+)", html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="?#([\w.]+)', html)) <= set(ids)
    assert set(COMMANDS) | {event.tag() for event in WORDS} <= set(ids)


async def test_documents_are_for_operators(tmp_path):
    async with stage(tmp_path / "careline.db", operator_token="a token of sixteen") as world:
        for path in ("/docs", "/docs/", "/v1/openapi.json", "/v1/asyncapi.json", "/metrics"):
            for headers, status in (
                ({}, 200),
                ({"X-Forwarded-For": "203.0.113.9"}, 404),
                ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer a token of sixteen"}, 200),
            ):
                async with world.http.get(world.url + path, headers=headers) as answer:
                    assert (path, answer.status) == (path, status)
    async with stage(tmp_path / "other.db", operator_pages="off") as world:
        async with world.http.get(world.url + "/docs") as answer:
            assert answer.status == 404


async def test_answers_are_what_the_documents_say(world: World) -> None:
    sent = await world.cara.asks(
        "POST", f"/v1/conversations/{world.conversation}/messages", status=201, json={"body": "Hello"}
    )
    await world.ana.asks("POST", f"/v1/conversations/{world.conversation}/read", status=200, json={})
    file = await uploads(world.cara, picture(), "a.png", status=201)
    await world.cara.sends(world.conversation, "see", attachment_ids=(file["id"],))
    canned = await world.ana.asks(
        "POST", "/v1/canned", status=201, json={"shortcut": "hello", "title": "Hello", "body": "Hello {{contact.name}}"}
    )
    known = {
        "canned_id": canned["id"], "attachment_id": file["id"],
        "conversation_id": world.conversation, "message_id": sent["id"], "staff_id": "ben", "contact_id": "cara",
    }  # fmt: skip
    for command in COMMANDS.values():
        if command.method == "GET":
            who = world.cara if command.who == "contact" else world.ana
            path = command.path.format(**known) + ("?workspace_id=greenleaf" if command.who == "public" else "")
            path += {"message.search": "?q=hello", "contact.search": "?q=cara"}.get(command.name, "")
            judge(await who.asks("GET", path, status=200), reference(command.gives)["$ref"].removeprefix(REF))


async def test_frames_are_what_the_documents_say(world: World) -> None:
    start = (await world.ana.asks("GET", "/v1/events"))["cursor"]
    listening = await world.cara.opens()
    writing = await world.ana.opens()
    where = {"conversation_id": world.conversation}
    sent = await writing.does("message.send", **where, body="Hello")
    await writing.does("message.edit", message_id=sent["id"], body="Hello!")
    for command in ("message.pin", "message.unpin"):
        await writing.does(command, message_id=sent["id"])
    for command in ("reaction.add", "reaction.remove"):
        await writing.does(command, message_id=sent["id"], emoji="👍")
    await world.cara.asks("POST", f"/v1/messages/{sent['id']}/flag", status=200, json={"reason": "rude"})
    (flag,) = (await writing.does("flag.list"))["items"]
    await writing.does("flag.resolve", flag_id=flag["id"], resolution="dismiss")
    await world.cara.asks("POST", f"/v1/conversations/{world.conversation}/read", json={})
    await world.cara.asks("POST", f"/v1/conversations/{world.conversation}/delivered", json={"up_to": sent["id"]})
    await writing.does("message.delete", message_id=sent["id"])
    await writing.does("conversation.update", **where, subject="Sunscreen")
    await writing.does("conversation.assign", **where, staff_id="ben")
    await writing.does("participant.remove", **where, kind="staff", person_id="ben")
    await writing.does("staff.update", staff_id="ben", name="Ben O.")
    await writing.does("contact.update", contact_id="cara", phone="+44 20 7946 0000")
    issued = await writing.does("token.issue", contact_id="dev")
    await writing.does("token.revoke", token_id=issued["id"])
    await writing.does("contact.block", contact_id="dev")
    await writing.does("contact.unblock", contact_id="dev")
    await writing.does("contact.merge", contact_id="dev", into="cara")
    canned = await writing.does("canned.add", shortcut="hello", title="Hello", body="Hello {{contact.name}}")
    await writing.does("canned.update", canned_id=canned["id"], title="Greeting")
    await writing.does("canned.delete", canned_id=canned["id"])
    await writing.does("workspace.update", greeting="Hello!")
    label = await writing.does("label.add", name="Insurance")
    await writing.does("label.update", label_id=label["id"], colour="#0f766e")
    await writing.does("conversation.triage", **where, labels=[label["id"]], pinned=True)
    other = (await writing.does("label.add", name="Other"))["id"]
    await writing.does("label.delete", label_id=other)
    spare = await world.app.database.write(start_alone, world.ana.actor)
    await writing.does("participant.add", conversation_id=spare.id, kind="contact", id="cara")
    await writing.does("conversation.merge", conversation_id=spare.id, into=world.conversation)
    await writing.does("conversation.delete", conversation_id=world.dev_conversation)
    file = await uploads(world.cara, picture(), "a.png", status=201)
    await world.cara.sends(world.conversation, "see", attachment_ids=(file["id"],))
    now = world.app.database.clock()
    await world.app.database.write(expire_attachments, system(GREENLEAF), now + 1)
    await writing.does("typing.set", **where, typing=True)
    judge(await listening.hears("typing"), "typing")
    heard = (await world.ana.asks("GET", f"/v1/events?since={start}&limit=500"))["items"]
    for frame in heard:
        judge(frame, frame["type"])
    unheard = {event.tag() for event in WORDS} - {frame["type"] for frame in heard}
    assert unheard == {
        "contact.added", "contact.expired", "staff.added", "staff.deactivated",
    }  # fmt: skip


def test_only_what_is_used_is_carried():
    assert set(REST["components"]["schemas"]) == set(needed([REST["paths"], {"$ref": REF + "Problem"}]))
