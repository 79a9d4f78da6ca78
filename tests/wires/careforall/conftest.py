"""The cast as the donation platform knows them: the same Greenleaf, entered with the platform's signed tokens.

Cara and Dev write, as everywhere. Ada and Abe are admins whom the platform alone knows. Mallory's token is signed with
another key, Otto's has run out, Nora has a role that is not mapped, and Nobody brings nothing.
"""

import time
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from careline.features.workspaces.actions import update_workspace
from careline.settings import Careforall, Issuer
from careline.settings import load as settings
from tests.wires.plays import Stage
from tests.world import GREENLEAF, World, stage

ISSUER, AUDIENCE = "https://auth.careforall.example", "chat"
ROLES = {"Cara": "USER", "Dev": "CAMPAIGN_OWNER", "Ada": "ADMIN", "Abe": "ADMIN", "Nora": "JANITOR"}


@cache
def key(whose: str) -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def public_pem() -> str:
    """The platform's key as such deployments write it: one line with \\n in it."""
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key("platform").public_key().public_bytes(serialization.Encoding.PEM, shape)
    return pem.decode().replace("\n", "\\n")


def token(user_id: str, role: str, *, signed_by: str = "platform", algorithm: str = "RS256", **claims: Any) -> str:
    now = int(time.time())
    email = f"{user_id}@mail.example"
    standard = {"userId": user_id, "role": role, "email": email, "isGuest": False, "iat": now, "exp": now + 600}
    claims = {**standard, "iss": ISSUER, "aud": AUDIENCE, **claims}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key(signed_by), algorithm=algorithm)


def tokens() -> dict[str, str]:
    """Everybody's, by the name in plays."""
    found = {name: token(name.lower(), role) for name, role in ROLES.items()}
    found["Mallory"] = token("mallory", "ADMIN", signed_by="mallory")
    found["Otto"] = token("otto", "USER", exp=int(time.time()) - 5)
    return found


def platform_issuer() -> Issuer:
    """The issuer as the environment of an existing deployment makes it."""
    given = {"JWT_PUBLIC_KEY": public_pem(), "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE}
    return settings({**given, "CARELINE_CAREFORALL": f'{{"workspace":"{GREENLEAF}"}}'}).issuers[0]


@pytest.fixture
async def platform(database: str) -> AsyncIterator[World]:
    """The cast on a server that speaks careforall for Greenleaf, where people may have many conversations."""
    wanted = Careforall(workspace=GREENLEAF)
    async with stage(database, careforall=wanted, issuers=[platform_issuer()]) as world:
        await world.app.database.write(update_workspace, world.ana.actor, {"threading": "many"})
        yield world


@pytest.fixture
async def theatre(platform: World) -> AsyncIterator[Stage]:
    """Where plays of this wire are played."""
    theirs = tokens()

    def headers(name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {theirs[name]}"} if name in theirs else {}

    known = {f"{name.lower()}.token": value for name, value in theirs.items()}
    known |= {"5000": "x" * 5_000, "5001": "x" * 5_001, "201": "y" * 201, "huge": "z" * 300_000}
    known |= {"hers": platform.conversation, "his": platform.dev_conversation, "foreign": platform.fay_conversation}
    theatre = Stage(platform.http, platform.url, headers, known)
    yield theatre
    await theatre.close()
