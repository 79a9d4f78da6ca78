"""A message that brings its files along."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careline.core.errors import Invalid, NotFound, Refused
from careline.features.attachments.actions import access_attachment, may_upload
from careline.features.attachments.rows import ids_in
from careline.features.messages.actions import list_messages
from careline.features.messages.bringing import send_with_files
from careline.features.messages.rows import Message, Sending
from tests.made import picture
from tests.world import Person, World


def stored_files(world: World) -> list[Path]:
    return [path for path in world.app.settings.files_folder.rglob("*") if path.is_file()]


async def brings(world: World, who: Person, body: str, *data: bytes) -> Message:
    intake, database = world.app.intake, world.app.database
    allowed = await database.read(may_upload, who.actor, None)

    async def piece(whole: bytes) -> AsyncIterator[bytes]:
        yield whole

    sending = Sending(who.actor, world.conversation, body)
    async with intake.receive(piece(data[0]), "a.png", "", allowed) as one:
        async with intake.receive(piece(data[1]), "b.png", "", allowed) as two:
            return await database.write(send_with_files, who.actor, sending, [one, two])


async def test_a_message_and_its_files_are_stored_together(world: World) -> None:
    inbox = await world.ana.opens()
    sent = await brings(world, world.cara, "", picture(), picture())
    heard = (await inbox.hears("message.sent"))["data"]["message"]
    assert [a["name"] for a in heard["attachments"]] == ["a.png", "b.png"]
    for id_ in ids_in(sent.attachments):
        found = await world.app.database.read(access_attachment, world.ana.actor, id_)
        assert (found.message_id, found.conversation_id) == (sent.id, world.conversation)


@pytest.mark.parametrize(("who", "body", "why"), [("cara", "\0", Invalid), ("dev", "hello", NotFound)])
async def test_what_is_refused_leaves_neither_message_nor_file(
    world: World, who: str, body: str, why: type[Refused]
) -> None:
    with pytest.raises(why):
        await brings(world, getattr(world, who), body, picture(), picture())
    assert stored_files(world) == []
    history = await world.app.database.read(list_messages, world.ana.actor, world.conversation)
    assert history.items == []

    async def rows(tx, actor):
        return await tx.value("uploaded_bytes", since=0, workspace_id="greenleaf", kind="contact", person_id=who)

    assert await world.app.database.read(rows, world.ana.actor) == 0
