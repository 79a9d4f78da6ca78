"""Who only participates hears and reaches nothing of those they do not meet."""

import pytest

from careline.core.errors import NotFound
from careline.features.conversations.actions import add_participant
from careline.features.people.actions import access_contact
from careline.features.tokens.actions import issue_token
from tests.world import GREENLEAF, World


async def test_a_link_to_somebody_elses_contact_cannot_be_made(world: World) -> None:
    with pytest.raises(NotFound):
        await world.app.database.write(issue_token, world.ben.actor, "cara")
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    assert (await world.app.database.write(issue_token, world.ben.actor, "cara")).secret
    with pytest.raises(NotFound):
        await world.app.database.read(access_contact, world.ben.actor, "dev")


async def test_presence_and_details_of_contacts_reach_only_those_who_meet_them(world: World) -> None:
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    ben = await world.ben.opens()
    await world.writes("gus", "Gus", GREENLEAF)
    await world.dev.opens()
    await world.cara.opens()
    heard = await ben.hears("presence")
    assert heard["data"]["id"] == "cara"
    await ben.hears_nothing()
