"""Files of the native wire that are no JSON: an upload comes as a form, a download as it was uploaded."""

from typing import Any

import msgspec
from aiohttp import web

from careline.core.actor import Actor, system
from careline.core.errors import BadRequest, Unauthenticated
from careline.features.attachments.actions import access_attachment, attachment_by_link
from careline.wires.http import Call, Route
from careline.wires.native import shapes
from careline.wires.native.routes import NATIVE
from careline.wires.native.schemas import reference
from careline.wires.uploads import answer, expect, receive

_encode = msgspec.json.Encoder().encode


def routes() -> list[Route]:
    return [
        Route("POST", "/v1/attachments", upload, NATIVE),
        Route("GET", "/v1/attachments/{attachment_id}/content", content, NATIVE),
        Route("GET", "/v1/attachments/{attachment_id}/thumbnail", thumbnail, NATIVE),
        Route("GET", "/v1/files/{signed}", by_link, NATIVE),
    ]


async def upload(call: Call) -> web.StreamResponse:
    """Upload a file, to be sent with a message."""
    expect(call, call.server.settings.attachment_bytes)
    actor = await _somebody(call)
    if not call.query.keys() <= {"conversation_id"}:
        raise BadRequest("The only thing to ask for here is conversation_id.")

    async def again() -> Actor:
        return await call.server.identify(call.bearer or "", call.address)

    stored = await receive(call, actor, call.query.get("conversation_id"), again)
    return web.Response(status=201, body=_encode(shapes.attachment(stored)), content_type="application/json")


async def content(call: Call) -> web.StreamResponse:
    """The file itself."""
    actor = await _somebody(call)
    found = await call.server.database.read(access_attachment, actor, call.parameters["attachment_id"])
    return await answer(call, found)


async def thumbnail(call: Call) -> web.StreamResponse:
    """A small WebP picture of a picture."""
    actor = await _somebody(call)
    found = await call.server.database.read(access_attachment, actor, call.parameters["attachment_id"])
    return await answer(call, found, thumbnail=True)


async def by_link(call: Call) -> web.StreamResponse:
    """The file or thumbnail that a link names, for whoever was given it."""
    named = call.server.files.links.read(call.parameters["signed"], call.server.clock())
    boss = system(named.workspace_id)
    found = await call.server.database.read(attachment_by_link, boss, named.attachment_id)
    return await answer(call, found, thumbnail=named.thumbnail)


async def _somebody(call: Call) -> Actor:
    if "token" in call.query or "access_token" in call.query:
        raise BadRequest(
            "A token does not belong into an address: send it as Authorization: Bearer.", code="token_in_url"
        )
    if not call.bearer:
        raise Unauthenticated()
    actor = await call.server.identify(call.bearer, call.address)
    call.allow_origin(actor.workspace_id)
    call.server.gate.take_as("commands", actor)
    return actor


# What the command table cannot say of them, in the words of OpenAPI.
_ID = {
    "name": "attachment_id", "in": "path", "required": True, "description": "The attachment.",
    "schema": {"type": "string"},
}  # fmt: skip
_REFUSED = {"default": {"$ref": "#/components/responses/Refused"}}
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}


def paths() -> dict[str, Any]:
    """These routes for the OpenAPI document, beside the commands."""
    token: list[Any] = [{"token": []}]
    where = {"name": "conversation_id", "in": "query", "required": False, "schema": {"type": "string"}}
    where["description"] = "The conversation it is for; without it, any."
    made = {"description": "Done.", "content": {"application/json": {"schema": reference(shapes.Attachment)}}}
    says = "Multipart, with one part named `file`. Refused before the body is read when the caller may not upload."
    return {
        "/v1/attachments": {
            "post": {
                "operationId": "attachment.upload", "tags": ["attachment"], "security": token, "parameters": [where],
                "summary": str(upload.__doc__), "description": says,
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}},
                "responses": {"201": made, **_REFUSED},
            }
        },
        "/v1/attachments/{attachment_id}/content": {"get": _download("content", content, "*/*", [_ID], token)},
        "/v1/attachments/{attachment_id}/thumbnail": {
            "get": _download("thumbnail", thumbnail, "image/webp", [_ID], token)
        },
        "/v1/files/{signed}": {
            "get": _download("open", by_link, "*/*", [{**_ID, "name": "signed", "description": "From a link."}], [])
        },
    }  # fmt: skip


def _download(name: str, handle: Any, media: str, parameters: list[Any], security: list[Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"content": {media: {}}}
    return {
        "operationId": f"attachment.{name}", "tags": ["attachment"], "security": security, "parameters": parameters,
        "summary": str(handle.__doc__), "description": "Over HTTP only. A single range is understood.",
        "responses": {
            "200": {"description": "The bytes.", **body}, "206": {"description": "Some of them.", **body}, **_REFUSED,
        },
    }  # fmt: skip
