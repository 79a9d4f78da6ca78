"""The people of a fault run: made in an empty store before its server starts, so that a run begins with writing."""

from itertools import count

from msgspec import Struct

from careline.app import open_database
from careline.core.actor import system
from careline.features.conversations.actions import add_participant, conversation_for
from careline.features.people.accounts import add_account
from careline.features.people.actions import add_contact
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.features.tokens.sessions import start_session
from careline.features.workspaces.actions import add_workspace
from careline.settings import Settings
from careline.store.database import Database
from careline.store.migrate import migrate

WORKSPACE = "greenleaf"
CONTACTS = ("cara", "dev", "gil", "hana", "ivo", "jun")
HOT = 2  # as many conversations have everybody in them
BOSS = system(WORKSPACE)


class Person(Struct, frozen=True):
    """`hears` are the conversations they see."""

    person: str
    token: str
    hears: tuple[str, ...]


class Cast(Struct, frozen=True):
    """`ana` sees all, `ben` and the contacts see what they take part in."""

    database: str
    people: dict[str, Person]


async def gather(database: str) -> Cast:
    """Make the workspace and its people in an empty store."""
    db = open_database(Settings(database=database))
    await db.open()
    try:
        await migrate(db, lambda line: None)
        await db.write(add_workspace, system(), WORKSPACE, "Greenleaf Pharmacy")
        tokens = {
            "ana": await _staff(db, "ana", "admin", "all"),
            "ben": await _staff(db, "ben", "agent", "participating"),
        }
        for name in CONTACTS:
            await db.write(add_contact, BOSS, contact_id=name, name=name.title())
            tokens[name] = (await db.write(issue_token, BOSS, name)).secret
        return Cast(database, await _seated(db, tokens))
    finally:
        await db.close()


async def _staff(db: Database, name: str, role: str, scope: str) -> str:
    email = f"{name}@greenleaf.example"
    account = await db.write(add_account, system(), name.title(), email, "no password")
    details = {"email": email, "role": role, "scope": scope, "staff_id": name, "account_id": account.id}
    await db.write(add_staff, BOSS, name.title(), **details)  # type: ignore[arg-type]
    return (await db.write(start_session, system(), account.id)).access_token


async def _seated(db: Database, tokens: dict[str, str]) -> dict[str, Person]:
    """Who takes part where: everybody in the hot conversations, Ben in every second of the others."""
    hears: dict[str, list[str]] = {name: [] for name in tokens}
    for number, name in zip(count(), CONTACTS, strict=False):
        conversation = (await db.write(conversation_for, BOSS, name)).id
        guests = [other for other in CONTACTS if other != name] if number < HOT else []
        for guest in guests:
            await db.write(add_participant, BOSS, conversation, "contact", guest)
        if number % 2 == 0:
            await db.write(add_participant, BOSS, conversation, "staff", "ben")
        for person in (name, *guests, "ana", *(["ben"] if number % 2 == 0 else [])):
            hears[person].append(conversation)
    kinds = {name: "contact" if name in CONTACTS else "staff" for name in tokens}
    return {name: Person(f"{kinds[name]}:{name}", tokens[name], tuple(hears[name])) for name in tokens}
