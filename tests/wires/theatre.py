"""What every foreign wire's tests need: tokens as other systems sign them, a stage, a call without a server."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

import jwt
from aiohttp.test_utils import make_mocked_request
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jsonschema import Draft202012Validator

from careline.wires.documents import openapi
from careline.wires.endpoints import Language
from careline.wires.http import Call
from careline.wires.origins import Origins
from careline.wires.router import Router
from tests.wires.plays import Stage
from tests.world import World


@cache
def key(whose: str) -> RSAPrivateKey:
    """Somebody's private key: `platform` is the one that counts, any other name a forger's."""
    return generate_private_key(65537, 2048)


def public_pem() -> str:
    """The platform's key as deployments write it into the environment: one line with \\n in it."""
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key("platform").public_key().public_bytes(serialization.Encoding.PEM, shape)
    return pem.decode().replace("\n", "\\n")


def signed(claims: dict[str, Any], *, by: str = "platform", algorithm: str = "RS256") -> str:
    """A token good for ten minutes with these claims; those that are None are left out, also `iat` and `exp`.

    With HS256 `by` is the secret.
    """
    now = int(time.time())
    whole = {"iat": now, "exp": now + 600, **claims}
    signer: Any = by if algorithm == "HS256" else key(by)
    return jwt.encode({k: v for k, v in whole.items() if v is not None}, signer, algorithm=algorithm)


def judging(language: Language) -> Callable[[str, str, int, str], None]:
    """Fails an answer that is not what the wire's document says of it: shape, and no field beyond."""
    document = openapi(language, "https://chat.example")
    router = Router(language.table)
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)

    def judge(method: str, path: str, status: int, body: str) -> None:
        found, _ = router.find(path)
        if method not in found:
            return
        endpoint, _ = found[method]
        told = document["paths"][endpoint.path][method.lower()]["responses"]
        answer = told.get(str(status), told["default"] if status >= 400 else None)
        assert answer is not None, f"{method} {endpoint.path} may not answer {status}"
        if schema := answer.get("content", {}).get("application/json", {}).get("schema"):
            Draft202012Validator({**schema, "components": document["components"]}).validate(json.loads(body))

    return judge


@asynccontextmanager
async def theatre(
    world: World,
    language: Language,
    tokens: dict[str, str],
    header: str | dict[str, str] = "Authorization",
    **known: str,
) -> AsyncIterator[Stage]:
    """Where plays of a wire are played, and every answer held against its OpenAPI document. `tokens` are everybody's by
    their name in plays, where `${cara.token}` is Cara's; they go out in this header, or each in the one
    that is given for their name. `known` are further names.
    """

    def headers(name: str) -> dict[str, str]:
        if name not in tokens:
            return {}
        its = header if isinstance(header, str) else header.get(name, "Authorization")
        return {its: f"Bearer {tokens[name]}" if its == "Authorization" else tokens[name]}

    names = {f"{name.lower()}.token": value for name, value in tokens.items()} | {
        "hers": world.conversation,
        "his": world.dev_conversation,
        "foreign": world.fay_conversation,
    }
    found = Stage(world.http, world.url, headers, names | known, judging(language))
    try:
        yield found
    finally:
        await found.close()


def calling(
    *,
    address: str = "127.0.0.1",
    host: str = "localhost:8000",
    origin: str = "",
    forwarded: bool = False,
    listed: list[str] | None = None,
) -> Call:
    """A call as the edge hands it on, for what is decided by where it comes from."""
    server: Any = SimpleNamespace(origins=Origins(listed or []))
    request = make_mocked_request("GET", "/", headers={"Host": host})
    return Call(request, server, address, "request", {}, {}, origin, forwarded)
