"""The cast as the hospital knows them: Greenleaf is a location, entered with the hospital's signed tokens.

Doc and Dara are doctors, Cara and Dev patients, Ada an administrator, Sue one of all locations. Hal is a doctor
elsewhere. Mallory's token is signed with another key, Otto's has run out, Nora has a role that is not mapped, and
Nobody brings nothing.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from careline.features.workspaces.actions import update_workspace
from careline.partners import Clinic, Issuer
from careline.wires.clinic.routes import LANGUAGE
from tests.wires.plays import Stage
from tests.wires.theatre import signed
from tests.wires.theatre import theatre as stage_of_plays
from tests.world import GREENLEAF, HILLSIDE, World, stage

SECRET = "a secret that the hospital shares with us"
ROLES = {
    "Doc": "DOCTOR", "Dara": "DOCTOR", "Hal": "DOCTOR", "Cara": "PATIENT", "Dev": "PATIENT", "Ada": "ADMIN",
    "Sue": "SUPERADMIN", "Nora": "JANITOR",
}  # fmt: skip
ISSUER = Issuer(
    name="ehr",
    algorithm="HS256",
    secret=SECRET,
    claims={"person": "user_id", "role": "role", "workspace": "location_id"},
    roles={"DOCTOR": "participating", "PATIENT": "contact", "ADMIN": "admin", "SUPERADMIN": "admin"},
    workspaces=[GREENLEAF, HILLSIDE, "valley"],
    create=["people", "workspaces"],
    threading="per_staff",
)


def token(
    user_id: str, role: str, location_id: str | list[str] | None = GREENLEAF, *, by: str = SECRET, **claims: Any
) -> str:
    return signed({"user_id": user_id, "role": role, "location_id": location_id, **claims}, by=by, algorithm="HS256")


def bearing(user_id: str, role: str, location_id: str | None = GREENLEAF, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user_id, role, location_id)}", **headers}


def tokens() -> dict[str, str]:
    """Everybody's, by the name in plays."""
    found = {name: token(name.lower(), role) for name, role in ROLES.items()}
    found["Hal"] = token("hal", "DOCTOR", HILLSIDE)
    found["Mallory"] = token("mallory", "ADMIN", by="another secret than the hospital's")
    found["Otto"] = token("otto", "PATIENT", exp=int(time.time()) - 5)
    return found


@asynccontextmanager
async def ward(database: str, **settings: Any) -> AsyncIterator[World]:
    """The cast on a server that speaks clinic, where each doctor has a thread of their own with each patient."""
    async with stage(database, **{"clinic": Clinic(on=True), "issuers": [ISSUER], **settings}) as world:
        await world.app.database.write(update_workspace, world.ana.actor, {"threading": "per_staff"})
        yield world


@pytest.fixture
async def hospital(database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with ward(database, files=str(tmp_path / "files")) as world:
        yield world


@pytest.fixture
async def strange(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same on somebody's own machine, where strangers are taken at their word."""
    wanted: dict[str, Any] = {"clinic": Clinic(on=True, anonymous="loopback"), "origins": ["null"]}
    async with stage(database, files=str(tmp_path / "files"), **wanted) as world:
        yield world


@pytest.fixture
async def theatre(hospital: World) -> AsyncIterator[Stage]:
    """Where plays with tokens are played."""
    async with stage_of_plays(hospital, LANGUAGE, tokens(), huge="z" * 300_000, long="x" * 8_001) as found:
        found.socket_headers = True
        yield found


@pytest.fixture
async def street(strange: World) -> AsyncIterator[Stage]:
    """Where plays of strangers are played."""
    async with stage_of_plays(strange, LANGUAGE, {}) as found:
        yield found
