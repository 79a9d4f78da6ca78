"""The API as a page to read: the same table and words as the documents, as HTML without a script."""

import re
import shlex
from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec

from careline import __version__
from careline.core.events import ConversationEvent, Event
from careline.features.messages.events import MessageEvent
from careline.wires.native.commands import COMMANDS, Command
from careline.wires.native.frames import WORDS
from careline.wires.native.meanings import CLOSES, CODES, EVENTS, SIGNALS, SILENT
from careline.wires.native.openapi import WHO, body_of, codes_of, example_body, noun_of
from careline.wires.native.schemas import (
    REF,
    Schema,
    components,
    example,
    example_of,
    needed,
    places,
    reference,
    resolve,
)

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Careline: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/web/css/tokens.css">
<link rel="stylesheet" href="/web/docs/docs.css">
</head>
<body>
"""
START = """<h2 id="start">How to begin</h2>
<p>Send the token as <code>Authorization: Bearer …</code> and a body as JSON. Times are milliseconds since 1970, UTC.
Ids are text, cursors are opaque, unknown fields are refused. New fields may appear in answers at any time.</p>
<p>Every command that does not say <em>HTTP only</em> can be sent over the socket too. Open <code>/v1/socket</code>,
hear <code>hello</code>, and say who you are; after <code>ready</code> come the events:</p>
<pre tabindex="0">{"type":"auth","token":"clc_…"}
{"type":"message.send","id":"1","data":{"conversation_id":"…","body":"Hello","client_id":"d0c4f6a2-1"}}</pre>
<p>For programs: <a href="/v1/openapi.json">OpenAPI</a> and <a href="/v1/asyncapi.json">AsyncAPI</a>;
for Postman: <a href="/v1/postman.json">a collection</a>.</p>
"""


def page(public_url: str, others: Iterable[str] = ()) -> str:
    """The whole page; `others` are the foreign wires that are spoken beside this one."""
    nouns = list(dict.fromkeys(noun_of(c) for c in COMMANDS.values()))
    commands = ""
    for noun in nouns:
        told = (_command(command, public_url) for command in COMMANDS.values() if noun_of(command) == noun)
        commands += f"<h2 id=all.{noun}>{noun}</h2>" + "".join(told)
    return (
        HEAD
        + f"<header><h1>Careline <small>{__version__}</small></h1>{_contents(nouns)}</header><main>"
        + START
        + _others(others)
        + commands
        + _events()
        + _refusals()
        + _shapes()
        + "</main></body></html>\n"
    )


def _others(names: Iterable[str]) -> str:
    told = ", ".join(
        f'{n} (<a href="/docs/{n}/openapi.json">OpenAPI</a>, <a href="/docs/{n}/postman.json">Postman</a>)'
        for n in names
    )
    return f"<p>Also spoken here, for clients of other systems: {told}.</p>" if told else ""


def _contents(nouns: list[str]) -> str:
    lists: list[tuple[str, str, list[str]]] = [("start", "How to begin", [])]
    lists += [(f"all.{n}", n, [c.name for c in COMMANDS.values() if noun_of(c) == n]) for n in nouns]
    lists += [("events", "Events and signals", []), ("errors", "Refusals", []), ("closes", "Close codes", [])]
    lists += [("shapes", "Shapes", [])]
    items = "".join(
        f'<li><a href="#{key}">{title}</a>'
        + ("<ul>" + "".join(f'<li><a href="#{n}">{n}</a>' for n in names) + "</ul>" if names else "")
        for key, title, names in lists
    )
    return f"<nav aria-label=Contents><ul>{items}</ul></nav>"


def _command(command: Command, public_url: str) -> str:
    schema = resolve(reference(command.takes))
    where = places(command)
    how = WHO[command.who] + ("" if command.on_socket else " <em>HTTP only.</em>")
    takes = _fields(schema, where) if where else "<p>Takes nothing.</p>"
    gives = "<p>Answers 204, without a body.</p>"
    if command.status != 204:
        gives = f"<p>Answers {command.status} with {_type(reference(command.gives))}.</p>"
    codes = ", ".join(f'<a href="#{code}">{code}</a>' for code in codes_of(command))
    return (
        f"<section id={command.name}><h3>{command.name}</h3>"
        f"<p><code><b>{command.method}</b> {command.path}</code></p>"
        f"<p>{_prose(command.summary)} {how}</p>{_said(schema)}{takes}{gives}"
        f"<pre tabindex=0>{escape(curl(command, public_url))}</pre>"
        f"<p class=refusals>May refuse with {codes}.</p></section>"
    )


def curl(command: Command, public_url: str) -> str:
    """The command as one would type it."""
    schema, where = resolve(reference(command.takes)), places(command)
    path = command.path
    for name, place in where.items():
        if place == "path":
            path = path.replace("{" + name + "}", str(example_of(schema["properties"][name])))
    query = [n for n in schema.get("required", []) if where[n] == "query"]
    if query:
        path += "?" + "&".join(f"{n}={example_of(schema['properties'][n])}" for n in query)
    words = ["curl", *([] if command.method == "GET" else ["-X", command.method]), shlex.quote(public_url + path)]
    if command.who != "public":
        words += ["\\\n  -H", '"Authorization: Bearer $TOKEN"']
    if body := body_of(command):
        sent = msgspec.json.encode(example_body(body)).decode()
        words += ["\\\n  --json", shlex.quote(sent)]
    return " ".join(words)


def _fields(schema: Schema, where: dict[str, str] | None = None) -> str:
    rows = ""
    for name, told in schema.get("properties", {}).items():
        must = name in schema.get("required", [])
        place = f"<td>{where[name]}" if where else ""
        note = "" if must else " <small>optional</small>" if "default" not in told or told["default"] is None else (
            f" <small>default <code>{escape(msgspec.json.encode(told['default']).decode())}</code></small>"
        )  # fmt: skip
        rows += f"<tr><td><code>{name}</code>{place}<td>{_type(told)}{note}<td>{_prose(told.get('description', ''))}"
    head = "<th>Field" + ("<th>In" if where else "") + "<th>Type<th>Meaning"
    return f"<div class=wide tabindex=0><table><tr>{head}{rows}</table></div>" if rows else ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return "list of " + _type(schema.get("items") or {"type": "anything"})
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{escape(msgspec.json.encode(v).decode())}</code>" for v in values)
    bounds = f" {schema.get('minimum', '')}–{schema['maximum']}" if "maximum" in schema else ""
    kind = schema.get("type", "object")
    return (" or ".join(kind) if isinstance(kind, list) else str(kind)) + bounds


def hearers(event: type[Event]) -> str:
    """To whom an event is told, in words; notes and assignments are the staff's own."""
    if not issubclass(event, ConversationEvent):
        return "all staff of the workspace"
    if event.tag() in ("conversation.assigned", "flag.resolved", "message.flagged"):
        return "staff who see the conversation"
    if issubclass(event, MessageEvent):
        return "everybody who sees the conversation; of a note, staff only"
    return "everybody who sees the conversation"


def _events() -> str:
    told = (
        "<h2 id=events>Events and signals</h2><p>Events are kept and numbered; each frame has a cursor to resume from. "
    )
    told += "They come over the socket and from <a href=#event.list>event.list</a>. Signals are true only now.</p>"
    for event in WORDS:
        told += _frame(event.tag(), EVENTS[event.tag()], f"To {hearers(event)}.")
    for signal, says in SIGNALS.items():
        told += _frame(signal, says, "A signal.")
    silent = "".join(f"<li><code>{name}</code>: {escape(says)}" for name, says in SILENT.items())
    return f"{told}<h3>Kept in the log, not told</h3><ul>{silent}</ul>"


def _frame(name: str, says: str, whom: str) -> str:
    schema = components()[name]
    data = _type(schema["properties"]["data"])
    shown = msgspec.json.format(msgspec.json.encode(example(schema)), indent=2).decode()
    return (
        f"<section id={name}><h3>{name}</h3><p>{escape(says)} {whom} Carries {data}.</p>"
        f"<pre tabindex=0>{escape(shown)}</pre></section>"
    )


def _refusals() -> str:
    codes = "".join(f"<tr id={c}><td><code>{c}</code><td>{status}<td>{_prose(s)}" for c, (status, s) in CODES.items())
    closes = "".join(f"<tr><td><code>{code}</code><td>{_prose(says)}" for code, says in CLOSES.items())
    shape = _type({"$ref": REF + "Problem"})
    return (
        f"<h2 id=errors>Refusals</h2><p>Every refusal is {shape}; go by its <code>code</code>.</p>"
        f"<div class=wide tabindex=0><table><tr><th>Code<th>Status<th>Meaning{codes}</table></div>"
        f"<h2 id=closes>Close codes</h2>"
        f"<div class=wide tabindex=0><table><tr><th>Code<th>Why the socket was closed{closes}</table></div>"
    )


def _shapes() -> str:
    used: dict[str, Any] = needed(
        [reference(c.gives) for c in COMMANDS.values()] + [{"$ref": REF + e.tag()} for e in WORDS]
    )
    used |= {name: components()[name] for name in ("Presence", "Typist", "Problem", "Frame")}
    frames = {*EVENTS, *SIGNALS}
    told = "".join(
        f"<section id={name}><h3>{name}</h3>{_said(schema)}{_fields(schema)}</section>"
        for name, schema in sorted(used.items())
        if name not in frames
    )
    return f"<h2 id=shapes>Shapes</h2>{told}"


def _said(schema: Schema) -> str:
    return f"<p>{_prose(schema['description'])}</p>" if "description" in schema else ""


def _prose(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
