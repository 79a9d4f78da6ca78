"""The AsyncAPI 3 document of the native socket: what a client may say, and what it hears."""

from typing import Any
from urllib.parse import urlsplit

from careline import __version__
from careline.wires.native.commands import COMMANDS, Command
from careline.wires.native.fields import field
from careline.wires.native.frames import WORDS
from careline.wires.native.meanings import CLOSES, SIGNALS
from careline.wires.native.openapi import WHO
from careline.wires.native.schemas import REF, Schema, components, example, needed, reference

SOCKET = "#/channels/socket"
ABOUT = """One WebSocket carries everything, as JSON in text frames of at most 65,536 bytes. The server says `hello`;
the client answers with `auth` within 5 seconds; the server says `ready`, then what was missed since `since`, then what
happens. A command is `{{"type": name, "id": anything, "data": request}}` and gets one `reply` or `error` with that id.
The reply to a `message.send` stands in its place among the events and has a `cursor` of its own.

Keep the cursor of the last event and come back with it as `since`. With `reset` true, read everything anew. The server
pings who is silent for 25 seconds; a browser answers by itself. `{{"type":"ping"}}` asks whether the server is there.

Close codes:

{closes}"""


def asyncapi(public_url: str) -> dict[str, Any]:
    """The document for a server at this address."""
    url = urlsplit(public_url)
    messages = {**_frames(), **_heard(), **{name: _command(c) for name, c in _on_socket().items()}, **_replies()}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "Careline's socket", "version": __version__, "description": ABOUT.format(closes=_closes())},
        "defaultContentType": "application/json",
        "servers": {"here": {"host": url.netloc, "protocol": "wss" if url.scheme == "https" else "ws"}},
        "channels": {
            "socket": {
                "address": "/v1/socket",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": _operations(),
        "components": {"messages": messages},
    }
    document["components"]["schemas"] = {name: _plain(s) for name, s in needed(document).items()}
    return document


def _closes() -> str:
    return "\n".join(f"* `{code}` {says}" for code, says in CLOSES.items())


def _on_socket() -> dict[str, Command]:
    return {name: command for name, command in COMMANDS.items() if command.on_socket}


def _heard() -> dict[str, Any]:
    """Events and signals."""
    return {tag: _message(tag, {"$ref": REF + tag}) for tag in [event.tag() for event in WORDS] + list(SIGNALS)}


def _command(command: Command) -> dict[str, Any]:
    payload = _object(
        {
            "type": {"const": command.name},
            "id": {"type": ["string", "null"], "description": "Comes back with the reply; any text."},
            "data": reference(command.takes),
        },
        ["type", "data"] if _takes_anything(command) else ["type"],
    )
    return _message(command.name, payload, f"{command.summary} {WHO[command.who]}")


def _takes_anything(command: Command) -> bool:
    """Whether a command takes anything that must be there."""
    name = reference(command.takes)["$ref"].removeprefix(REF)
    return bool(components()[name].get("required"))


def _replies() -> dict[str, Any]:
    found = {}
    for name, command in _on_socket().items():
        properties = {
            "type": {"const": "reply"},
            "id": {"type": ["string", "null"], "description": "The command's."},
            "data": reference(command.gives),
        }
        if name == "message.send":
            properties["cursor"] = {"type": "string", "description": field("Frame", "cursor").says}
        found[f"{name}.reply"] = _message(f"{name}.reply", _object(properties, ["type", "id", "data"]))
    return found


def _frames() -> dict[str, Any]:
    """What is said besides commands, replies, events and signals."""
    text: Schema = {"type": "string"}
    ends = field("Token", "expires_at")
    moment: Schema = {"type": ["integer", "null"], "description": ends.says, "examples": [ends.example]}
    auth: Schema = {
        "token": {**text, "description": "An access token, a contact's token, or a signed one of a known issuer."},
        "ticket": {**text, "description": "Instead of a token: from `ticket.issue`."},
        "since": {**text, "description": field("Feed", "since").says},
    }
    who = _object({"kind": {"enum": ["staff", "contact"]}, "id": text, "name": text}, ["kind", "id", "name"])
    ready: Schema = {
        "epoch": {**text, "description": field("Events", "epoch").says},
        "cursor": {**text, "description": "What follows this frame follows this cursor."},
        "reset": {"type": "boolean", "description": field("Events", "reset").says},
        "actor": {**who, "description": field("", "actor").says},
    }
    refused: Schema = {
        "id": {"type": ["string", "null"], "description": "The command's."},
        "error": {"$ref": REF + "Problem"},
    }
    says: dict[str, tuple[Schema, list[str], str]] = {
        "hello": ({}, [], "The server is there. The first frame of all."),
        "auth": (auth, [], "Who the client is: one of token and ticket. Again later, to go on with a fresh token."),
        "ready": (ready, [*ready], "The client is in; what it missed follows."),
        "renewed": ({"expires_at": moment}, ["expires_at"], "The fresh token is taken."),
        "ping": ({}, [], "Are you there?"),
        "pong": ({}, [], "Yes."),
        "error": (refused, [*refused], "The command with this id was refused."),
    }
    return {
        name: _message(name, _object({"type": {"const": name}, **fields}, ["type", *required]), about)
        for name, (fields, required, about) in says.items()
    }


def _operations() -> dict[str, Any]:
    channel = {"$ref": SOCKET}
    found: dict[str, Any] = {
        "enter": {"action": "receive", "channel": channel, "messages": [_in("auth")], "summary": "Say who one is."},
        "ask": {"action": "receive", "channel": channel, "messages": [_in("ping")], "summary": "Ask for a pong."},
        "tell": {
            "action": "send",
            "channel": channel,
            "summary": "What the server says unasked.",
            "messages": [_in(name) for name in ("hello", "ready", "renewed", "pong", *_heard())],
        },
    }
    for name, command in _on_socket().items():
        found[name] = {
            "action": "receive",
            "channel": channel,
            "summary": command.summary,
            "messages": [_in(name)],
            "reply": {"channel": channel, "messages": [_in(f"{name}.reply"), _in("error")]},
        }
    return found


def _in(name: str) -> dict[str, str]:
    return {"$ref": f"{SOCKET}/messages/{name}"}


def _message(name: str, payload: Schema, says: str = "") -> dict[str, Any]:
    summary = says or (components()[name]["description"] if name in components() else f"The answer to `{name[:-6]}`.")
    return {"name": name, "summary": summary, "payload": payload, "examples": [{"payload": example(payload)}]}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _plain(schema: Any) -> Any:
    """JSON Schema draft 7, which AsyncAPI 3.0 speaks: there a discriminator is a name, and ours says nothing more."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "discriminator"}
    return [_plain(one) for one in schema] if isinstance(schema, list) else schema
