"""A page in a wire's words, put into them and encoded once for everybody who is told it in the same words."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar, cast

import msgspec

from careline.store.cache import WORDS
from careline.store.database import Tx

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


async def worded(tx: Tx, conversation_id: str, how: Hashable, word: Callable[[], Awaitable[T]]) -> T:
    """What `word` makes of the page of messages that was just looked for, as JSON already: it can only be encoded.

    `how` is all that its words depend on but the messages and the marks over them: the wire, what was asked, and who
    is told where that makes a difference.
    """

    async def encoded() -> msgspec.Raw:
        return msgspec.Raw(_encode(await word()))

    return cast(T, await tx.cache.beside(conversation_id, (WORDS, how), encoded, _size))


def _size(raw: msgspec.Raw) -> int:
    return memoryview(raw).nbytes
