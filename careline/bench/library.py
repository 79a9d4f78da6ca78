"""A store to search: a workspace of talkative people who use words as people do, and what is looked for in it."""

import random
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from careline.bench import seed
from careline.bench.seed import Person, Progress
from careline.core.actor import Actor, system
from careline.core.ids import new_id
from careline.features.conversations.actions import add_participant, conversation_for
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.people.actions import add_contact
from careline.store.database import Database, Tx
from careline.wires.native.table import search

WORKSPACE = "library"
WORDS = 30_000
SAID = (4, 32)  # words of a message
# Staff who only participate do so in one of so many conversations: in more than the index is told of, and in few.
PARTICIPATES = {"participating": 20, "participating in few": 250}
VARIED = ("all", "participating")  # who asks with filters, for a later page and by relevance
ASKED = 12  # how many different queries of a kind
_FIRST = tuple("b d f g h j k l m n p r s t v w y z br cl dr fl gr pl qu sh sp st th tr".split(" "))  # noqa: SIM905
_MIDDLE = tuple("a e i o u ai ea ee io oa ou".split(" "))  # noqa: SIM905
_LAST = ("", "", "", "", *"b d ck ft l m n nd ng nt p r rd s st t x".split(" "))  # noqa: SIM905


class Library(Struct, frozen=True):
    """Who asks: staff who see all, staff who participate, a contact; what is looked for, in one conversation, in the
    middle fifth of the time, from the middle of the log on.
    """

    askers: dict[str, Person]
    queries: dict[str, list[str]]
    conversation_id: str
    days: tuple[int, int]
    cursor: str


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
        usual = ["the", *self.words[4 : 4 + ASKED - 1]]
        middle, rare = self._among(self.words[200:2_000]), self._among(self.words[20_000:])
        heads, tails = self._among(long[:60]), self._among(long[:60])
        return {
            "common word": [f"{word} " for word in usual],
            "word": [f"{word} " for word in middle],
            "rare word": [f"{word} " for word in rare],
            "word that nobody said": [f"{word}{other} " for word, other in zip(middle, rare, strict=True)],
            "begun word": [word[:4] for word in self._among([word for word in self.words[200:2_000] if len(word) > 4])],
            "several words": [f"{word} {other} " for word, other in zip(usual, middle, strict=True)],
            "common part": [word[1:4] for word in heads],
            "part": [word[1:6] for word in self._among(long[200:2_000])],
            "rare part": [word[2:] for word in self._among(long[12_000:])],
            "part that nobody said": [f"{word[1:4]}{other[2:5]}" for word, other in zip(heads, tails, strict=True)],
        }

    def _among(self, words: list[str]) -> list[str]:
        return self._draw.sample(words, min(ASKED, len(words)))


async def lay_out(database: Database, messages: int, talks: int, progress: Progress) -> Library:
    """So many messages in so many conversations, not indexed yet."""
    draw = random.Random(7)
    vocabulary = Vocabulary(draw)
    boss = system(await seed.workspace(database, WORKSPACE))
    askers = {"all": await database.write(seed.staff, boss, "boss", "all")}
    for name in PARTICIPATES:
        askers[name] = await database.write(seed.staff, boss, _id(name))
    places: list[tuple[Actor, str]] = []
    for first in range(0, talks, seed.LOT):
        places += await database.write(_talks, boss, range(first, min(talks, first + seed.LOT)))
    askers["contact"] = await database.write(_guest, boss, places[0][1])
    times: list[int] = []
    for done in range(0, messages, seed.BATCH):
        most = min(seed.BATCH, messages - done)
        said = [(*places[(done + n) % talks], vocabulary.sentence()) for n in range(most)]
        sendings = [Sending(actor, conversation, body, client_id=new_id()) for actor, conversation, body in said]
        await database.write(send_messages, boss, sendings)
        times.append(database.clock())
        progress(done + most, messages)
    days = times[len(times) * 2 // 5], times[len(times) * 3 // 5]
    cursor = (await seed.cursors(database)).encode(messages // 2, WORKSPACE, f"{search.PAGES}/time")
    return Library(askers, vocabulary.queries(), places[0][1], days, cursor)


def _id(name: str) -> str:
    return name.replace(" ", "-")


async def _talks(tx: Tx, actor: Actor, numbers: range) -> list[tuple[Actor, str]]:
    made = []
    for number in numbers:
        writer = Actor(actor.workspace_id, "contact", f"c{number}", f"Contact {number}")
        await add_contact(tx, actor, contact_id=writer.id, name=writer.name)
        found = await conversation_for(tx, actor, writer.id)
        for name, one_of in PARTICIPATES.items():
            if number % one_of == 0:
                await add_participant(tx, actor, found.id, "staff", _id(name))
        made.append((writer, found.id))
    return made


async def _guest(tx: Tx, actor: Actor, conversation_id: str) -> Person:
    guest = await seed.contact(tx, actor, "guest")
    await add_participant(tx, actor, conversation_id, "contact", "guest")
    return guest


def paths(library: Library) -> list[tuple[str, str, list[str]]]:
    """A name, a token and addresses, for each kind of query and each asker."""
    variants: dict[str, dict[str, Any]] = {
        "in one conversation": {"conversation_id": library.conversation_id},
        "of some days": {"from_at": library.days[0], "to_at": library.days[1]},
        "of staff, who said nothing": {"sender_kind": "staff"},
        "on a later page": {"cursor": library.cursor},
        "by relevance": {"order": "relevance"},
    }
    found = [_asked(library, kind, who) for kind in library.queries for who in library.askers]
    for kind in ("common word", "word", "common part", "part"):
        found += [_asked(library, kind, who, *variant) for variant in variants.items() for who in VARIED]
    return found


def _asked(
    library: Library, kind: str, who: str, how: str = "", more: dict[str, Any] | None = None
) -> tuple[str, str, list[str]]:
    asked = {"match": "part" if "part" in kind.split() else "word", **(more or {})}
    addresses = [f"/v1/search/messages?{urlencode({'q': query, **asked})}" for query in library.queries[kind]]
    return " ".join([kind, how]).strip() + f", {who}", library.askers[who].token, addresses
