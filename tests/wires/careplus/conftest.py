"""The cast as the pharmacy system knows them: staff by tokens of its own, customers by tokens that this wire signs.

Cara and Dev are customers. Ada is an admin, Max a manager, Pia a pharmacist whom that system alone knows; Una has the
role `buyer`, which is mapped to those who write, Stan the role `staff`, which is not mapped. Rita brings a refresh
token, Mallory one that is signed with another key, Otto one that has run out, Ana her token of this server, Carla
Cara's own link, and Nobody nothing.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from careline.features.tokens.actions import issue_token
from careline.features.workspaces.actions import update_workspace
from careline.partners import Careplus, Issuer, pharmacy_issuer
from careline.wires.careplus import tokens as signing
from careline.wires.careplus.routes import LANGUAGE
from tests.wires.plays import Stage
from tests.wires.theatre import signed
from tests.wires.theatre import theatre as stage_of_plays
from tests.world import GREENLEAF, HILLSIDE, Person, World, stage

HOSTS = "the secret of the pharmacy system, long enough"
OURS = "the secret that signs the tokens of customers"
SETTINGS = Careplus(on=True, secret=OURS)
ISSUER = structs.replace(
    pharmacy_issuer(Issuer("careplus", "HS256", secret=HOSTS, roles={"buyer": "contact"})),
    workspaces=[GREENLEAF, HILLSIDE],
    create=["people"],
)
ROLES = {"Ada": "admin", "Max": "manager", "Pia": "pharmacist", "Una": "buyer", "Stan": "staff", "Hal": "pharmacist"}


def token(user_id: str, role: str, /, *, by: str = HOSTS, **claims: Any) -> str:
    """A token as the pharmacy system makes it for its own."""
    standard = {"user_id": user_id, "pharmacy_id": GREENLEAF, "role": role, "token_type": "access"}
    return signed({**standard, **claims}, by=by, algorithm="HS256")


async def customers(world: World, whose: Person, **more: Any) -> str:
    """A token of the customer, as staff make one."""
    expires_at = world.app.database.clock() + 3_600_000
    issued = await world.app.database.write(issue_token, world.ana.actor, whose.id, expires_at=expires_at, **more)
    return signing.sign(world.app.settings, issued.token)


async def tokens(world: World) -> dict[str, str]:
    """Everybody's, by the name in plays."""
    found = {name: token(name.lower(), role) for name, role in ROLES.items()}
    found["Hal"] = token("hal", "pharmacist", pharmacy_id=HILLSIDE)
    found["Rita"] = token("pia", "pharmacist", token_type="refresh")
    found["Mallory"] = token("mallory", "admin", by=HOSTS[::-1])
    found["Otto"] = token("otto", "admin", exp=int(time.time()) - 5)
    found["Ana"], found["Carla"] = world.ana.token, world.cara.token
    return found | {"Cara": await customers(world, world.cara), "Dev": await customers(world, world.dev)}


@asynccontextmanager
async def greenleaf(database: Any, wanted: Careplus = SETTINGS, **more: Any) -> AsyncIterator[World]:
    """The cast on a server that speaks careplus."""
    async with stage(database, **{"careplus": wanted, "issuers": [ISSUER], **more}) as world:
        yield world


@pytest.fixture
async def pharmacy(database: str, tmp_path: Path) -> AsyncIterator[World]:
    files = str(tmp_path / "files")
    async with greenleaf(database, structs.replace(SETTINGS, sign_in=True), files=files) as world:
        changes = {"svg_attachments": True, "phone_region": "GB"}
        await world.app.database.write(update_workspace, world.ana.actor, changes)
        yield world


@pytest.fixture
async def theatre(pharmacy: World) -> AsyncIterator[Stage]:
    """Where plays of this wire are played."""
    long = {"8001": "x" * 8_001, "huge": "z" * 300_000, "201": "y" * 201, "base": pharmacy.url}
    async with stage_of_plays(pharmacy, LANGUAGE, await tokens(pharmacy), **long) as found:
        yield found
