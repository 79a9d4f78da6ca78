"""What the server finds when it is measured: people, conversations and history, made by the verbs that wires call."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from careline.app import open_database
from careline.bench import signed
from careline.core.actor import Actor, system
from careline.core.errors import Refused
from careline.core.ids import new_id
from careline.core.page import Cursors
from careline.features.conversations.actions import add_participant, conversation_for
from careline.features.messages.rows import Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.people.accounts import add_account
from careline.features.people.actions import add_contact
from careline.features.people.staff import add_staff
from careline.features.search.index import behind, follow_log
from careline.features.tokens.actions import issue_token
from careline.features.tokens.sessions import start_session
from careline.features.workspaces.actions import add_workspace
from careline.settings import Settings
from careline.store.database import Database, Tx
from careline.store.migrate import migrate
from careline.work.following import follow_all
from careline.work.sealing import seal_all

Progress = Callable[[int, int], None]  # how many are done, of how many
BODY = 120
BATCH = 1_000
LOT = 200
PAGE = 50


class Person(Struct, frozen=True):
    actor: Actor
    token: str


class Place(Struct, frozen=True):
    """A conversation, and who takes part in it."""

    workspace_id: str
    conversation_id: str
    people: tuple[Person, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(person.token for person in self.people)


@asynccontextmanager
async def opened(store: str) -> AsyncIterator[Database]:
    """The store with its schema, as long as no server runs on it."""
    database = open_database(Settings(database=store))
    await database.open()
    try:
        await migrate(database, lambda line: None)
        yield database
    finally:
        await database.close()


async def follow(database: Database) -> None:
    """Index, add up and seal what was laid out: else the server would do that while something else is measured."""
    for late in await database.read(behind, system()):
        await index(database, late.workspace_id, lambda facts: None)
    await add_up_and_seal(database)


async def add_up_and_seal(database: Database) -> None:
    """All of that but the index, which takes minutes in a large store."""
    await follow_all(database)
    await seal_all(database)


async def index(database: Database, workspace_id: str, progress: Callable[[int], None], most: int = 256) -> None:
    """Bring the index up to date as the server does, without its rests."""
    facts = 0
    while done := (await database.write(follow_log, system(), workspace_id, most)).facts:
        facts += done
        progress(facts)


async def workspace(database: Database, name: str) -> str:
    await database.write(add_workspace, system(), name, "Bench")
    return name


async def staff(tx: Tx, actor: Actor, name: str, scope: Any = "participating") -> Person:
    """Somebody who works here, signed in. Access tokens are good for a quarter of an hour."""
    workspace_id = actor.workspace_id
    account = await add_account(tx, actor, name, f"{name}@{workspace_id}.example", "")
    added = await add_staff(
        tx, actor, name, email=account.email, scope=scope, staff_id=name, account_id=account.id
    )  # fmt: skip
    issued = await start_session(tx, actor, account.id)
    credential = f"session:{issued.session.id}"
    return Person(Actor(workspace_id, "staff", added.id, name, "agent", scope, credential), issued.access_token)


async def contact(tx: Tx, actor: Actor, name: str) -> Person:
    """Somebody who writes, with a chat link."""
    await add_contact(tx, actor, contact_id=name, name=name)
    issued = await issue_token(tx, actor, name)
    credential = f"token:{issued.token.id}"
    return Person(Actor(actor.workspace_id, "contact", name, name, credential=credential), issued.secret)


async def place(tx: Tx, actor: Actor, name: str) -> Place:
    """A conversation of two contacts and two staff who hear only their own."""
    writers = [await contact(tx, actor, f"{name}-{n}") for n in "ab"]
    helpers = [await staff(tx, actor, f"{name}-{n}") for n in "st"]
    found = await conversation_for(tx, actor, writers[0].actor.id)
    for person in (writers[1], *helpers):
        await add_participant(tx, actor, found.id, person.actor.kind, person.actor.id)
    return Place(actor.workspace_id, found.id, (*writers, *helpers))


async def vouched(tx: Tx, actor: Actor, name: str) -> Place:
    """The same with people who come by another system's tokens."""
    workspace_id = actor.workspace_id
    people = []
    for n in "ab":
        added = await add_contact(tx, actor, contact_id=f"{name}-{n}", name=f"{name}-{n}")
        people.append(Person(Actor(workspace_id, "contact", added.id), signed.token(workspace_id, added.id, "contact")))
    found = await conversation_for(tx, actor, people[0].actor.id)
    for n in "st":
        helper = await add_staff(tx, actor, f"{name}-{n}", scope="participating", staff_id=f"{name}-{n}")
        people.append(Person(Actor(workspace_id, "staff", helper.id), signed.token(workspace_id, helper.id, "staff")))
    for person in people[1:]:
        await add_participant(tx, actor, found.id, person.actor.kind, person.actor.id)
    return Place(workspace_id, found.id, tuple(people))


async def places(database: Database, count: int, workspaces: int) -> list[Place]:
    """So many conversations of four, spread over so many workspaces."""
    names = [await workspace(database, f"bench-{n}") for n in range(workspaces)]
    return [await database.write(place, system(names[n % workspaces]), f"p{n}") for n in range(count)]


async def idlers(database: Database, count: int) -> list[str]:
    """Tokens of people who only listen: in workspaces of a hundred, one of whom works there."""
    tokens: list[str] = []
    while len(tokens) < count:
        boss = system(await workspace(database, f"idle-{len(tokens) // 100}"))
        tokens.append((await database.write(staff, boss, "s", "all")).token)
        tokens += [(await database.write(contact, boss, f"c{n}")).token for n in range(min(99, count - len(tokens)))]
    return tokens


async def talk(database: Database, where: Place, count: int, progress: Progress) -> int:
    """So many messages in a conversation, a batch to a commit; the position before its oldest page."""
    boss = system(where.workspace_id)
    body = "m" * BODY
    for done in range(0, count, BATCH):
        most = min(BATCH, count - done)
        senders = (where.people[n % len(where.people)].actor for n in range(most))
        sendings = [Sending(actor, where.conversation_id, body, client_id=new_id()) for actor in senders]
        numbers = _numbers(await database.write(send_messages, boss, sendings))
        if not done:
            oldest = numbers[min(PAGE, most - 1)]
        progress(done + most, count)
    return oldest


async def busy_workspace(database: Database, name: str, count: int, progress: Progress) -> tuple[Person, int]:
    """So many conversations with a message each: who sees them all, and the position before the last page of them."""
    boss = system(await workspace(database, name))
    for done in range(0, count, LOT):
        most = min(LOT, count - done)
        numbers = await database.write(_conversations, boss, done, most)
        if not done:
            oldest = numbers[min(PAGE, most - 1)]
        progress(done + most, count)
    return await database.write(staff, boss, "boss", "all"), oldest


async def _conversations(tx: Tx, actor: Actor, first: int, count: int) -> list[int]:
    sendings = []
    for number in range(first, first + count):
        writer = Actor(actor.workspace_id, "contact", f"c{number}", f"Contact {number}")
        await add_contact(tx, actor, contact_id=writer.id, name=writer.name)
        found = await conversation_for(tx, actor, writer.id)
        sendings.append(Sending(writer, found.id, "m" * BODY, client_id=new_id()))
    return _numbers(await send_messages(tx, actor, sendings))


def _numbers(results: Sequence[Sent | Refused]) -> list[int]:
    """The positions of what was sent; a refusal is raised."""
    numbers = []
    for result in results:
        if isinstance(result, Refused):
            raise result
        numbers.append(result.message.seq)
    return numbers


async def cursors(database: Database) -> Cursors:
    """The cursors that the store's server hands out and takes."""

    async def key(tx: Tx, actor: Actor) -> str:
        return str(await tx.value("server_fact", key="cursor_key"))

    return Cursors(bytes.fromhex(await database.read(key, system())))
