"""What was read of conversations, for whoever asks the same before anything has happened there.

Every change in a workspace is a fact, and a process hears all facts of the workspaces it follows, in order and without
gaps. So what was read once all facts up to a number were heard is true for as long as no fact of that conversation
follows, and the store has none that was not heard yet. The second nobody may assume: whoever would take something from
here asks the store where the workspace stands, in the question whether they may see the conversation at all
(docs/decisions/0043-pages-are-kept-while-nothing-happens.md).
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from careline.core.events import Recorded

T = TypeVar("T")

WORDS = "words"  # what a wire has made of a page and of what lies beside it: gone with any of that
ENTRY_BYTES = 700  # its key, and its places in the tables below

Key = tuple[str, Hashable]  # what was read, and how it was asked for
Place = tuple[str, str]  # workspace and conversation


def _nothing_heard(workspace_id: str) -> None:
    """Of one that keeps nothing."""


class Cache:
    """`heard` gives the number of the fact that was heard last of a workspace, None where it is not followed. `most` is
    in bytes, by what readers say that their rows weigh; what was not used for longest goes first.
    """

    def __init__(
        self,
        heard: Callable[[str], int | None] = _nothing_heard,
        most: int = 0,
        on_hit: Callable[[], None] = lambda: None,
    ) -> None:
        self.heard = heard
        self.weight = 0
        self.on_hit = on_hit
        self._most = most
        self._values: OrderedDict[tuple[Place, Key], tuple[Any, int]] = OrderedDict()
        self._keys: dict[str, dict[str, set[Key]]] = {}  # by workspace and conversation

    def look(self, workspace_id: str) -> "Look":
        return Look(self, workspace_id, self.heard(workspace_id))

    def get(self, place: Place, key: Key) -> Any:
        """The value, or None."""
        found = self._values.get((place, key))
        if found is None:
            return None
        self._values.move_to_end((place, key))
        return found[0]

    def put(self, place: Place, key: Key, value: Any, weight: int) -> None:
        self._drop(place, key)
        weight += ENTRY_BYTES
        if weight > self._most:
            return
        self._values[place, key] = (value, weight)
        self._keys.setdefault(place[0], {}).setdefault(place[1], set()).add(key)
        self.weight += weight
        while self.weight > self._most:
            self._drop(*next(iter(self._values)))

    def happened(self, recorded: Recorded) -> None:
        """A fact, in its turn: what it may have changed is not known any more."""
        conversations = self._keys.get(recorded.workspace_id)
        if not conversations:
            return
        concerns, spoils = recorded.event.concerns, recorded.event.spoils
        for known in list(conversations) if concerns is None else concerns:
            for key in list(conversations.get(known, ())):
                if spoils is None or key[0] in spoils or key[0] == WORDS:
                    self._drop((recorded.workspace_id, known), key)

    def _drop(self, place: Place, key: Key) -> None:
        _, weight = self._values.pop((place, key), (None, None))
        if weight is None:
            return
        self.weight -= weight
        conversations = self._keys[place[0]]
        conversations[place[1]].discard(key)
        if not conversations[place[1]]:
            del conversations[place[1]]
            if not conversations:
                del self._keys[place[0]]


class Look:
    """One reading body's look into the cache. It looks for a page first; `beside` is for what belongs to that page."""

    __slots__ = ("_cache", "_heard", "_workspace_id", "_worth", "current")

    def __init__(self, cache: Cache | None = None, workspace_id: str = "", heard: int | None = None) -> None:
        self._cache = None if heard is None else cache
        self._workspace_id = workspace_id
        self._heard = heard
        self.current = False  # the page is here, and true
        self._worth = False  # the page is here, or was just put here

    def find(self, conversation_id: str, key: Key) -> Any:
        """A page as it was at the fact heard last, or None."""
        return None if self._cache is None else self._cache.get((self._workspace_id, conversation_id), key)

    def stands_at(self, seq: int | None) -> bool:
        """Be told where the store stands in the workspace, None where there is no page to find, or for this actor none
        to see: whether everything up to there was heard. It is asked anew for each page: between two of them, one may
        have been shut out.
        """
        self.current = self._worth = self._cache is not None and seq == self._heard
        if self._cache is not None and self.current:
            self._cache.on_hit()
        return self.current

    def keep(self, conversation_id: str, key: Key, value: Any, weight: int) -> None:
        """What was just read, unless something was heard since the look began: it may have been read before that."""
        if self._cache is not None and self._heard_nothing():
            self._cache.put((self._workspace_id, conversation_id), key, value, weight)
            self._worth = True

    async def beside(
        self, conversation_id: str, key: Key, read: Callable[[], Awaitable[T]], weigh: Callable[[T], int]
    ) -> T:
        """What is read beside a page or made of it: found where the page was, and kept where the page is. Once more was
        heard, what is found may be of a later page, which this actor has not been found to have a right to.
        """
        known: T | None = self.find(conversation_id, key) if self.current and self._heard_nothing() else None
        if known is not None:
            return known
        made = await read()
        if self._worth:
            self.keep(conversation_id, key, made, weigh(made))
        return made

    def _heard_nothing(self) -> bool:
        """Since the look began."""
        return self._cache is not None and self._cache.heard(self._workspace_id) == self._heard
