"""JSON Schema of everything the native wire says and takes: types from the structs, words from `meanings`."""

import re
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Struct

from careline.core.events import ConversationEvent, Event
from careline.wires.native import facts, table
from careline.wires.native.commands import COMMANDS, Command
from careline.wires.native.fields import field
from careline.wires.native.frames import WORDS, Frame
from careline.wires.native.meanings import CODES, EVENTS, SIGNALS

Schema = dict[str, Any]
REF = "#/components/schemas/"
SIGNAL_DATA: dict[str, type[Struct]] = {"presence": facts.Presence, "typing": facts.Typist}
_PARAMETER = re.compile(r"{(\w+)}")


def event_data(event: type[Event]) -> type[Struct]:
    """What the frame of an event carries: what its word in `frames` returns."""
    says = get_type_hints(WORDS[event])["return"]
    found: type[Struct] = next((t for t in get_args(says) if t is not type(None)), says)
    return found


@cache
def components() -> dict[str, Schema]:
    """Every struct of the wire by name, every event and signal as a frame, and refusals as `Problem`."""
    assert table
    types: list[Any] = [t for c in COMMANDS.values() for t in (c.takes, c.gives)]
    types += [event_data(event) for event in WORDS] + list(SIGNAL_DATA.values())
    _, found = msgspec.json.schema_components(types, ref_template=REF + "{name}")
    result = {_short(name): _told(schema) for name, schema in found.items()}
    for event in WORDS:
        result[event.tag()] = _frame(event.tag(), event_data(event), kept=True, where=_where(event))
    for signal, data in SIGNAL_DATA.items():
        result[signal] = _frame(signal, data, kept=False, where=signal == "typing")
    tags = [event.tag() for event in WORDS]
    result[Frame.__name__] = {
        "title": "Frame",
        "description": "An event, as it stands on the socket too.",
        "oneOf": [{"$ref": REF + tag} for tag in tags],
        "discriminator": {"propertyName": "type", "mapping": {tag: REF + tag for tag in tags}},
    }
    result["Problem"] = problem()
    return result


def reference(type_: Any) -> Schema:
    """A reference to a struct's schema."""
    (schema,), _ = msgspec.json.schema_components([type_], ref_template=REF + "{name}")
    names = {name for name in components() if name.rpartition(".")[2] == type_.__name__}
    own = f"{type_.__module__.rpartition('.')[2]}.{type_.__name__}"
    return {"$ref": REF + own} if own in names else schema


def resolve(schema: Schema) -> Schema:
    """The schema a reference stands for."""
    return components()[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema


def needed(document: Any) -> dict[str, Schema]:
    """The components that a document refers to, and those they refer to."""
    found: dict[str, Schema] = {}
    waiting = _references(document)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = components()[name]
            waiting |= _references(found[name])
    return dict(sorted(found.items()))


def places(command: Command) -> dict[str, str]:
    """Where REST puts each field of a request: path, query or body."""
    in_path = set(_PARAMETER.findall(command.path))
    rest = "query" if command.method == "GET" else "body"
    return {name: "path" if name in in_path else rest for name in command.takes.__struct_fields__}


def example(schema: Schema) -> Any:
    """A value of this schema that reads like a real one."""
    schema = resolve(schema)
    if "example" in schema:
        return schema["example"]
    if "oneOf" in schema:
        return example(schema["oneOf"][0])
    if "properties" in schema:
        return {name: example_of(sub) for name, sub in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example(schema["items"])]
    if "anyOf" in schema:
        return None if {"type": "null"} in schema["anyOf"] else example(schema["anyOf"][0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    plain = {"integer": 1, "number": 1.0, "boolean": False, "object": {}}
    return schema.get("default", plain.get(str(schema.get("type")), "text"))


def example_of(schema: Schema) -> Any:
    """A value of a field."""
    return schema["examples"][0] if "examples" in schema else example(schema)


def problem() -> Schema:
    """RFC 9457 problem details."""
    return {
        "title": "Problem",
        "description": "Why not, as RFC 9457 problem details. `code` is stable; `detail` is for people.",
        "type": "object",
        "properties": {
            "type": {"const": "about:blank"},
            "title": {"type": "string", "description": "The kind of refusal."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {"type": "string", "description": "What is wrong, for people."},
            "code": {"type": "string", "enum": list(CODES), "description": "What is wrong, for programs."},
            "field": {"type": "string", "description": "The field to blame, where there is one."},
            "retry_after_ms": {"type": "integer", "description": "How long to wait, with 429 and 503."},
            "request_id": {"type": "string", "description": "What the log calls this request; over HTTP only."},
        },
        "required": ["type", "title", "status", "detail", "code"],
    }


def _where(event: type[Event]) -> bool:
    return issubclass(event, ConversationEvent)


def _frame(tag: str, data: type[Struct], *, kept: bool, where: bool) -> Schema:
    properties: Schema = {"type": {"const": tag}}
    if where:
        properties["conversation_id"] = _field("Frame", "conversation_id", {"type": "string"})
    if kept:
        properties["cursor"] = _field("Frame", "cursor", {"type": "string"})
    properties["data"] = {"$ref": REF + data.__name__}
    says = EVENTS.get(tag) or SIGNALS[tag]
    return {"title": tag, "description": says, "type": "object", "properties": properties, "required": [*properties]}


def _short(name: str) -> str:
    """`conversations.Which` for a name that two modules have."""
    return ".".join(name.split(".")[-2:])


def _told(schema: Schema) -> Schema:
    """A struct's schema with our words in it."""
    told = {**schema, "title": _short(schema.get("title", ""))}
    if "description" in told:
        told["description"] = " ".join(told["description"].replace("None", "null").split())
    if "properties" in told:
        told["properties"] = {n: _field(told["title"], n, _renamed(p)) for n, p in schema["properties"].items()}
    return told


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {**schema, "$ref": REF + _short(schema["$ref"].removeprefix(REF))}
    return {key: _renamed(value) for key, value in schema.items()}


def _field(struct: str, name: str, schema: Schema) -> Schema:
    meaning = field(struct.rpartition(".")[2], name)
    told = {**(schema or {"type": "object"}), "description": meaning.says}
    if meaning.example is not None and "$ref" not in schema:
        told["examples"] = [meaning.example]
    if name.endswith("_at") or name == "at":
        told["format"] = "int64"
    return told


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"].removeprefix(REF)} if str(value.get("$ref", "")).startswith(REF) else set()
        return own.union(*(_references(v) for k, v in value.items() if k not in ("examples", "discriminator")))
    if isinstance(value, list):
        return set().union(*(_references(v) for v in value))
    return set()
