"""Where the native wire's documents are found: for operators, made once from the command table."""

from typing import Any

from careline.wires.documents import postman
from careline.wires.http import Route
from careline.wires.native.asyncapi import asyncapi
from careline.wires.native.openapi import openapi
from careline.wires.native.page import page
from careline.wires.native.routes import NATIVE
from careline.wires.operator import document, json_document


def routes(others: list[str]) -> list[Route]:
    """The documents, and the page to read; it also leads to those of the `others` that are spoken here."""
    found = {
        "/v1/openapi.json": json_document(described),
        "/v1/asyncapi.json": json_document(asyncapi),
        "/v1/postman.json": json_document(lambda url: postman(described(url))),
        "/docs": document("text/html; charset=utf-8", lambda url: page(url, others).encode()),
    }
    return [Route("GET", path, handle, NATIVE, cors=False) for path, handle in found.items()]


def described(url: str) -> dict[str, Any]:
    """The OpenAPI document for a server at this address."""
    return openapi(url, secure=url.startswith("https:"))
