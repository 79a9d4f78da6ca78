"""A store to search: a workspace of talkative people who use words as people do, and what is looked for in it."""

import random
import time
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from msgspec import Struct

from careline.bench import seed
from careline.bench.seed import Person, Progress
from careline.core.actor import Actor, system
from careline.core.ids import new_id
from careline.features.conversations.actions import add_participant, conversation_for
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.people.actions import add_contact
from careline.features.search.index import follow_log
from careline.store.database import Database, Tx

WORKSPACE = "library"
WORDS = 30_000
SAID = (4, 32)  # words of a message
PARTICIPATES = 20  # the staff member who only participates does so in one of so many conversations
ASKED = 12  # how many different queries of a kind
_FIRST = tuple("b d f g h j k l m n p r s t v w y z br cl dr fl gr pl qu sh sp st th tr".split(" "))  # noqa: SIM905
_MIDDLE = tuple("a e i o u ai ea ee io oa ou".split(" "))  # noqa: SIM905
_LAST = ("", "", "", "", *"b d ck ft l m n nd ng nt p r rd s st t x".split(" "))  # noqa: SIM905


class Library(Struct, frozen=True):
    """Who asks: staff who see all, staff who participate, a contact; and the queries of each kind."""

    askers: dict[str, Person]
    queries: dict[str, list[str]]


class Vocabulary:
    """Words in the order of their frequency, which falls as in real languages: the n-th has 1/n of the first's."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        made = dict.fromkeys(["the", "to", "and", "is"])
        while len(made) < WORDS:
            made["".join(self._syllable() for _ in range(draw.choice((1, 1, 2, 2, 3, 4))))] = None
        self.words = [word for word in made if word]
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(len(self.words))))

    def _syllable(self) -> str:
        draw = self._draw
        return draw.choice(_FIRST) + draw.choice(_MIDDLE) + draw.choice(_LAST)

    def sentence(self) -> str:
        return " ".join(self._draw.choices(self.words, cum_weights=self._weights, k=self._draw.randint(*SAID)))

    def queries(self) -> dict[str, list[str]]:
        """Words that stand in most messages, in one of a few hundred, and in a handful; parts of such words."""
        long = [word for word in self.words if len(word) > 6]
        usual = self.words[4 : 4 + ASKED - 1]
        middle, rare = self._among(self.words[200:2_000]), self._among(self.words[20_000:])
        return {
            "common word": ["the", *usual],
            "word": middle,
            "rare word": rare,
            "word that nobody said": [f"{word}{other}" for word, other in zip(middle, rare, strict=True)],
            "common part": [word[1:4] for word in self._among(long[:60])],
            "part": [word[1:6] for word in self._among(long[200:2_000])],
            "rare part": [word[2:] for word in self._among(long[12_000:])],
        }

    def _among(self, words: list[str]) -> list[str]:
        return self._draw.sample(words, min(ASKED, len(words)))


async def lay_out(database: Database, messages: int, talks: int, progress: Progress) -> Library:
    """So many messages in so many conversations, not indexed yet."""
    draw = random.Random(7)
    vocabulary = Vocabulary(draw)
    boss = system(await seed.workspace(database, WORKSPACE))
    askers = {
        "all": await database.write(seed.staff, boss, "boss", "all"),
        "participating": await database.write(seed.staff, boss, "helper"),
    }
    places: list[tuple[Actor, str]] = []
    for first in range(0, talks, seed.LOT):
        places += await database.write(_talks, boss, range(first, min(talks, first + seed.LOT)))
    askers["contact"] = await database.write(_guest, boss, places[0][1])
    for done in range(0, messages, seed.BATCH):
        most = min(seed.BATCH, messages - done)
        said = [(*places[(done + n) % talks], vocabulary.sentence()) for n in range(most)]
        sendings = [Sending(actor, conversation, body, client_id=new_id()) for actor, conversation, body in said]
        await database.write(send_messages, boss, sendings)
        progress(done + most, messages)
    return Library(askers, vocabulary.queries())


async def _talks(tx: Tx, actor: Actor, numbers: range) -> list[tuple[Actor, str]]:
    made = []
    for number in numbers:
        writer = Actor(actor.workspace_id, "contact", f"c{number}", f"Contact {number}")
        await add_contact(tx, actor, contact_id=writer.id, name=writer.name)
        found = await conversation_for(tx, actor, writer.id)
        if number % PARTICIPATES == 0:
            await add_participant(tx, actor, found.id, "staff", "helper")
        made.append((writer, found.id))
    return made


async def _guest(tx: Tx, actor: Actor, conversation_id: str) -> Person:
    guest = await seed.contact(tx, actor, "guest")
    await add_participant(tx, actor, conversation_id, "contact", "guest")
    return guest


async def index(database: Database, progress: Callable[[int], None], most: int = 256) -> float:
    """Bring the index up to date as the server does, without its rests; the seconds it took."""
    began, facts = time.monotonic(), 0
    while done := (await database.write(follow_log, system(), WORKSPACE, most)).facts:
        facts += done
        progress(facts)
    return time.monotonic() - began


def paths(library: Library) -> list[tuple[str, str, list[str]]]:
    """A name, a token and addresses, for each kind of query and each asker."""
    found: list[tuple[str, str, list[str]]] = []
    for kind, queries in library.queries.items():
        match = "part" if "part" in kind else "word"
        # A space after a word says that it is whole.
        more: Any = "%20" if match == "word" else ""
        asked = [f"/v1/search/messages?match={match}&q={query}{more}" for query in queries]
        found += [(f"{kind}, {who}", person.token, asked) for who, person in library.askers.items()]
    best = [f"/v1/search/messages?order=relevance&q={word}" for word in library.queries["common word"]]
    found.append(("common word by relevance, all", library.askers["all"].token, best))
    return found
