"""The cast as the donation platform knows them: the same Greenleaf, entered with the platform's signed tokens.

Cara and Dev write, as everywhere. Ada and Abe are admins whom the platform alone knows. Mallory's token is signed with
another key, Otto's has run out, Nora has a role that is not mapped, and Nobody brings nothing.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from careline.features.workspaces.actions import update_workspace
from careline.partners import Careforall, Issuer
from careline.settings import load as settings
from careline.wires.careforall.routes import LANGUAGE
from tests.wires.plays import Stage
from tests.wires.theatre import public_pem, signed
from tests.wires.theatre import theatre as stage_of_plays
from tests.world import GREENLEAF, World, stage

ISSUER, AUDIENCE = "https://auth.careforall.example", "chat"
ROLES = {"Cara": "USER", "Dev": "CAMPAIGN_OWNER", "Ada": "ADMIN", "Abe": "ADMIN", "Nora": "JANITOR"}


def token(user_id: str, role: str, *, signed_by: str = "platform", algorithm: str = "RS256", **claims: Any) -> str:
    standard = {"userId": user_id, "role": role, "email": f"{user_id}@mail.example", "isGuest": False}
    return signed({**standard, "iss": ISSUER, "aud": AUDIENCE, **claims}, by=signed_by, algorithm=algorithm)


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
    long = {"5000": "x" * 5_000, "5001": "x" * 5_001, "201": "y" * 201, "huge": "z" * 300_000}
    async with stage_of_plays(platform, LANGUAGE, tokens(), **long) as found:
        yield found
