"""Reactions: what people feel about messages."""

from careline.features.reactions.actions import add_reaction, remove_reaction
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, command
from careline.wires.native.table.messages import Which, one_message


class React(Which, frozen=True):
    emoji: str


@command("reaction.add", "POST", "/v1/messages/{message_id}/reactions", shapes.Message)
async def react(ask: Asking, request: React) -> shapes.Message:
    """React to a message with an emoji. Again changes nothing."""
    await ask.server.database.write(add_reaction, ask.somebody, request.message_id, request.emoji)
    return await one_message(ask, request.message_id)


@command("reaction.remove", "DELETE", "/v1/messages/{message_id}/reactions/{emoji}", shapes.Message)
async def unreact(ask: Asking, request: React) -> shapes.Message:
    """Take one's own reaction back. Again changes nothing."""
    await ask.server.database.write(remove_reaction, ask.somebody, request.message_id, request.emoji)
    return await one_message(ask, request.message_id)
