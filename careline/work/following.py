"""Adding up the figures behind the log, so that neither sending nor looking counts anything."""

from careline.core.actor import system
from careline.features.insight.actions import add_piece, next_piece, workspaces_behind
from careline.store.database import Database

# How far the figures may be behind.
FOLLOW_EVERY_S = 30.0


async def follow_all(database: Database) -> None:
    """Catch up in every workspace. Two processes that do it at once count everything once."""
    for workspace_id in await database.read(workspaces_behind, system()):
        more = True
        while more:
            piece = await database.read(next_piece, system(workspace_id))
            if piece is not None:
                await database.write(add_piece, system(), piece)
            more = piece is not None and piece.more
