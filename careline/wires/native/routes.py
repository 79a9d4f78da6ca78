"""The native wire over HTTP: one route per command, RFC 9457 problem details, the session cookie."""

import re
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import BadRequest, Invalid, Refused
from careline.wires import cookies, shapes
from careline.wires.http import Call, Handler, Route, answered
from careline.wires.native import table
from careline.wires.native.commands import COMMANDS, Asking, Command, Cookies, Document
from careline.wires.problems import Problems

_PARAMETER = re.compile(r"{(\w+)}")
_encode = msgspec.json.Encoder().encode


NATIVE = Problems("native")


def routes() -> list[Route]:
    """A route for every command."""
    assert table
    return [Route(c.method, c.path, _handler(c), NATIVE) for c in COMMANDS.values()]


def _handler(command: Command) -> Handler:
    decoder = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    in_path = set(_PARAMETER.findall(command.path))
    reads_body = command.method in ("POST", "PATCH", "PUT", "DELETE")
    body_fields = [name for name in command.takes.__struct_fields__ if name not in in_path]

    async def handle(call: Call) -> web.StreamResponse:
        if "token" in call.query or "access_token" in call.query:
            raise BadRequest(
                "A token does not belong into an address: send it as Authorization: Bearer.", code="token_in_url"
            )
        actor, token = None, call.bearer
        if command.who != "public":
            actor = await call.server.identify(token, call.address) if token else None
            _admit(command, call, actor)
            if actor is not None:
                call.allow_origin(actor.workspace_id)
                call.server.gate.take_as("commands", actor)
        ask = Asking(call.server, actor, call.address, call.origin, cookies=_cookies(call), token=token)
        raw = await call.body() if reads_body else b""
        request = _request(command, call, raw, decoder, body_fields)
        try:
            result = await command.handle(ask, request)
        except Refused as refused:
            call.server.auditor.refused(actor, command.name, request, refused)
            response = NATIVE.refuse(refused, call.request_id)
        else:
            response = _answer(command, result, ask)
        _give_cookie(response, ask.cookies, call)
        return response

    return handle


def _admit(command: Command, call: Call, actor: Actor | None) -> None:
    try:
        command.admit(actor)
    except Refused as refused:
        call.server.auditor.refused(actor, command.name, None, refused)
        raise


def _answer(command: Command, result: Any, ask: Asking) -> web.Response:
    if command.status == 204:
        return web.Response(status=204)
    if isinstance(result, Document):
        headers = {
            "Content-Disposition": f'attachment; filename="{result.filename}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Type": result.content_type,
        }
        return web.Response(status=command.status, body=result.body, headers=headers)
    return answered(ask.server, ask.actor, command.status, _encode(result), ask.shown)


def _request(command: Command, call: Call, raw: bytes, decoder: Any, body_fields: list[str]) -> Struct:
    """The command's request from path, query and body; each field has one place and is refused elsewhere."""
    if raw:
        if call.query:
            raise BadRequest("This request takes no query string.")
        sent = shapes.decode(raw, decoder)
        for name in sent:
            if name in call.parameters:
                raise BadRequest(f"{name} stands in the address already.")
        if "client_id" in body_fields and "client_id" not in sent and "Idempotency-Key" in call.request.headers:
            sent["client_id"] = msgspec.Raw(_encode(_idempotency_key(call)))
        whole = b",".join(
            _encode(name) + b":" + bytes(value)
            for name, value in (*sent.items(), *((k, _encode(v)) for k, v in call.parameters.items()))
        )
        try:
            return msgspec.json.decode(b"{" + whole + b"}", type=command.takes)
        except msgspec.ValidationError as error:
            raise shapes.refused(error) from None
    if call.query and command.method != "GET":
        raise BadRequest("This request takes no query string.")
    if not call.parameters.keys().isdisjoint(call.query):
        raise BadRequest("What stands in the address already is not asked for again.")
    try:
        return msgspec.convert({**call.query, **call.parameters}, command.takes, strict=False)
    except msgspec.ValidationError as error:
        raise shapes.refused(error) from None


def _idempotency_key(call: Call) -> str:
    keys = call.request.headers.getall("Idempotency-Key")
    if len(keys) != 1 or not keys[0].isascii():
        raise Invalid("client_id", "Idempotency-Key stands once, in printable ASCII characters.")
    return keys[0]


def _cookies(call: Call) -> Cookies:
    return Cookies(
        brought=cookies.brought(call),
        trusted=cookies.from_own_page(call) and call.request.headers.get("X-Requested-With") == "careline",
    )


def _give_cookie(response: web.StreamResponse, given: Cookies | None, call: Call) -> None:
    if given is not None and given.given is not None:
        cookies.give(response, call.server, given.given, given.expires_at)
