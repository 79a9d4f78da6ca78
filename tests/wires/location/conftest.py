"""The cast as their CRM knows them: Greenleaf and Hillside are locations, and its signed tokens say who works where.

Lea works at Greenleaf and Liz at both, Otis's token has run out, Mallory signs with a key of her own and Nora's role is
not mapped. Cara and Dev bring their chat tokens, Nobody brings nothing.
"""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from careline.features.workspaces.actions import update_workspace
from careline.partners import Issuer, Location
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.location.routes import LANGUAGE
from tests.wires.plays import Stage
from tests.wires.theatre import public_pem, signed
from tests.wires.theatre import theatre as stage_of_plays
from tests.world import GREENLEAF, HILLSIDE, World, stage

CRM = Issuer(
    name="crm",
    algorithm="RS256",
    public_key=public_pem(),
    issuer="https://crm.example",
    claims={"workspace": "locations"},
    roles={"manager": "admin", "clerk": "all", "helper": "participating"},
    create=["people"],
)
# A system beside it, whose people are known here already, as it does not say where they work.
OLD = Issuer(name="old", algorithm="HS256", secret="a shared secret of the old one, 32 bytes", roles={"": "all"})
ON = Location(on=True, issuers=["crm", "old"])


def token(sub: str, role: str = "clerk", locations: Any = GREENLEAF, *, by: str = "platform", **claims: Any) -> str:
    said = {"sub": sub, "name": sub.title(), "role": role, "locations": locations, "iss": "https://crm.example"}
    return signed({**said, **claims}, by=by)


def tokens() -> dict[str, str]:
    """The staff's, by the name in plays."""
    return {
        "Lea": token("lea", "manager"),
        "Leo": token("leo"),
        "Liz": token("liz", locations=[GREENLEAF, HILLSIDE]),
        "Hal": token("hal", "helper"),
        "Nora": token("nora", "janitor"),
        "Otis": token("otis", exp=int(time.time()) - 5),
        "Mallory": token("mallory", by="mallory"),
    }


@pytest.fixture
async def place(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The cast on a server that speaks location for every workspace."""
    wanted = {"location": ON, "issuers": [CRM, OLD], "origins": ["https://crm.example"]}
    async with stage(database, files=str(tmp_path / "files"), **wanted) as world:
        await world.app.database.write(update_workspace, world.ana.actor, {"https_references": True})
        yield world


@pytest.fixture
async def theatre(place: World) -> AsyncIterator[Stage]:
    """Where plays of this wire are played."""
    file = '{"file_name":"a.pdf","file_url":"https://cdn.example/a.pdf"}'
    long = {"8001": "x" * 8_001, "huge": "z" * 300_000, "eleven": ",".join([file] * 11), "url": place.url}
    contacts = {"Cara": place.cara.token, "Dev": place.dev.token, "Fay": place.fay.token}
    bring = {name: CHAT_TOKEN for name in contacts}
    async with stage_of_plays(place, LANGUAGE, tokens() | contacts, bring, **long) as found:
        yield found
