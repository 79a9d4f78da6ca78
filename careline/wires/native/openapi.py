"""The OpenAPI 3.1 document of the native wire, made from the command table."""

from typing import Any

from careline import __version__
from careline.wires import cookies
from careline.wires.native import files
from careline.wires.native.commands import COMMANDS, Command
from careline.wires.native.meanings import CODES, REFUSES
from careline.wires.native.schemas import Schema, example, example_of, needed, places, reference, resolve

WHO = {
    "public": "For everybody, without a credential.",
    "anyone": "For staff and contacts.",
    "contact": "For contacts.",
    "staff": "For staff.",
}
ABOUT = """Careline's own language over HTTP. Every command but those for HTTP only can be sent over the socket at
`/v1/socket` as well; `/v1/asyncapi.json` describes that, and what is heard there.

Times are integers: milliseconds since 1970, UTC. Ids are text. Cursors are opaque. Unknown fields are refused. New
fields may appear in answers at any time, so readers ignore what they do not know."""


def openapi(public_url: str, *, secure: bool) -> dict[str, Any]:
    """The document for a server at this address."""
    paths: dict[str, dict[str, Any]] = {}
    for command in COMMANDS.values():
        paths.setdefault(command.path, {})[command.method.lower()] = operation(command)
    for path, methods in files.paths().items():
        paths.setdefault(path, {}).update(methods)
    document: dict[str, Any] = {
        "openapi": "3.1.1",
        "info": {"title": "Careline", "version": __version__, "description": ABOUT},
        "servers": [{"url": public_url}],
        "tags": [{"name": noun} for noun in dict.fromkeys(noun_of(c) for c in COMMANDS.values())],
        "paths": paths,
    }
    document["components"] = {
        "schemas": needed([document, {"$ref": "#/components/schemas/Problem"}]),
        "securitySchemes": _security(secure),
        "responses": {"Refused": _refusal("Refused; `code` says why.", ())},
    }
    return document


def noun_of(command: Command) -> str:
    return command.name.partition(".")[0]


def operation(command: Command) -> dict[str, Any]:
    """One command as REST has it."""
    where = places(command)
    found: dict[str, Any] = {
        "operationId": command.name,
        "tags": [noun_of(command)],
        "summary": command.summary,
        "description": WHO[command.who] + ("" if command.on_socket else " Over HTTP only."),
        "security": _guard(command),
        "parameters": _parameters(command, where),
        "responses": _responses(command),
    }
    if body := body_of(command):
        content = {"schema": body, "example": example_body(body)}
        found["requestBody"] = {"required": bool(body["required"]), "content": {"application/json": content}}
    return found


def example_body(body: Schema) -> dict[str, Any]:
    """What a body may look like: the fields that must be there, and those with an example and no default."""
    told = body["properties"].items()
    optional = [name for name, schema in told if "examples" in schema and schema.get("default") is None]
    return {name: example_of(schema) for name, schema in told if name in [*body["required"], *optional]}


def body_of(command: Command) -> Schema | None:
    """What REST takes in the body: the request without the fields that stand in the address."""
    schema = resolve(reference(command.takes))
    names = [name for name, place in places(command).items() if place == "body"]
    if not names:
        return None
    return {
        "type": "object",
        "properties": {name: schema["properties"][name] for name in names},
        "required": [name for name in schema.get("required", []) if name in names],
        "additionalProperties": False,
    }


def codes_of(command: Command) -> list[str]:
    """What the command may be refused with, by status."""
    codes = {"bad_request", "invalid", "internal", "unavailable", *REFUSES.get(command.name, ())}
    if command.who != "public":
        codes |= {"unauthenticated", "origin_not_allowed", "too_many"}
    if command.who in ("contact", "staff") or command.method != "GET":
        codes.add("forbidden")
    if "path" in places(command).values():
        codes.add("not_found")
    if body_of(command):
        codes |= {"too_large", "unsupported_media_type"}
    if command.who == "public":
        codes.discard("forbidden")
    return sorted(codes, key=lambda code: CODES[code][0])


def _parameters(command: Command, where: dict[str, str]) -> list[Schema]:
    schema = resolve(reference(command.takes))
    found: list[Schema] = []
    for name, place in where.items():
        if place != "body":
            told = {key: value for key, value in schema["properties"][name].items() if key != "description"}
            options = [one for one in told.pop("anyOf", []) if one != {"type": "null"}]
            if options:  # a parameter cannot be null, only left out
                told = {k: v for k, v in {**options[0], **told}.items() if k != "default"}
            found.append(
                {
                    "name": name,
                    "in": place,
                    "required": place == "path" or name in schema.get("required", []),
                    "description": schema["properties"][name]["description"],
                    "schema": told,
                }
            )
    if command.method == "POST" and "client_id" in where:
        says = "The `client_id`, for those who would rather send it as a header; the body's own goes first."
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": says,
                "schema": {"type": "string", "maxLength": 128},
            }
        )
    return found


def _responses(command: Command) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if command.status != 204:
        schema = reference(command.gives)
        done["content"] = {"application/json": {"schema": schema, "example": example(schema)}}
        done["content"] |= {kind: {"schema": {"type": "string", "format": "binary"}} for kind in command.also}
    found: dict[str, Any] = {str(command.status): done}
    for code in codes_of(command):
        status = CODES[code][0]
        same = [c for c in codes_of(command) if CODES[c][0] == status]
        found[str(status)] = _refusal(" Or: ".join(f"`{c}`: {CODES[c][1]}" for c in same), tuple(same))
    return {**found, "default": {"$ref": "#/components/responses/Refused"}}


def _refusal(says: str, codes: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if codes:
        status = CODES[codes[0]][0]
        value = {"type": "about:blank", "status": status, "detail": CODES[codes[0]][1], "code": codes[0]}
        content["example"] = {"title": "".join(w.title() for w in codes[0].split("_")), **value}
    found: dict[str, Any] = {"description": says, "content": {"application/problem+json": content}}
    if {"too_many", "unavailable"} & set(codes):
        seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        found["headers"] = {"Retry-After": seconds}
    return found


def _guard(command: Command) -> list[dict[str, list[str]]]:
    if command.name == "session.refresh":
        return [{}, {"cookie": []}]
    return [] if command.who == "public" else [{"token": []}]


def _security(secure: bool) -> dict[str, Any]:
    says = (
        "An access token of staff (`cla_…`), a contact's token (`clc_…`, or 64 hex characters), or a signed token of "
        "an issuer that the settings name."
    )
    return {
        "token": {"type": "http", "scheme": "bearer", "description": says},
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookies.named(secure=secure),
            "description": "A session's refresh token, from our own pages only, with `X-Requested-With: careline`.",
        },
    }
