"""Reactions as they stand in a message's row: for each emoji who has reacted with it, in the order they did."""

import msgspec
from msgspec import Struct

from careline.core.actor import Kind


class Reaction(Struct, frozen=True, array_like=True):
    """Somebody's, with the name they had then."""

    kind: Kind
    id: str
    name: str
    at: int


Reactions = dict[str, list[Reaction]]
_decode = msgspec.json.Decoder(Reactions).decode


def read(stored: str | None) -> Reactions:
    return {} if stored is None else _decode(stored)


def written(reactions: Reactions) -> str | None:
    return msgspec.json.encode(reactions).decode() if reactions else None
