"""The demo: a small pharmacy with two people behind the counter and a few conversations under way."""

import os
import secrets
import sys
from pathlib import Path

from msgspec import Struct
from rich.console import Console

from careline import demo_files
from careline.app import App
from careline.core.actor import Actor, system
from careline.demo_doors import Example
from careline.features.canned.actions import add_canned
from careline.features.conversations.actions import assign_conversation, conversation_for, update_conversation
from careline.features.desk.actions import label_conversation
from careline.features.desk.labels import add_label
from careline.features.messages.changes import pin_message
from careline.features.messages.rows import Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.people.accounts import add_account, find_account, set_password
from careline.features.people.actions import add_contact, find_contact
from careline.features.people.staff import add_staff
from careline.features.reactions.actions import add_reaction
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.tokens.actions import issue_token
from careline.features.workspaces.actions import add_workspace, find_workspace
from careline.store.database import Database, Tx

WORKSPACE = "greenleaf"
ANA = Actor(WORKSPACE, "staff", "ana", "Ana Lindqvist", "admin", "all")
BEN = Actor(WORKSPACE, "staff", "ben", "Ben Okafor", "agent", "all")
CARA = Actor(WORKSPACE, "contact", "cara", "Cara Whitfield")
DEV = Actor(WORKSPACE, "contact", "dev", "Dev Malhotra")

LABELS = {"Prescription": "#1f6f5c", "Shop": "#b45309", "Complaint": "#b91c1c"}
TALK: dict[Actor, list[tuple[Actor, str]]] = {
    CARA: [
        (CARA, "Good morning! Is my repeat prescription ready to collect?"),
        (ANA, "Good morning Cara. It arrived an hour ago and is being checked now."),
        (ANA, "It will be at the counter from two o'clock. Please bring a photo id."),
        (CARA, "Lovely. Could somebody else pick it up for me?"),
        (ANA, "Of course: they only need to tell us your name and date of birth."),
        (CARA, "Thank you, my sister will come by after work."),
    ],
    DEV: [
        (DEV, "Hello, do you have children's sunscreen without perfume?"),
        (BEN, "Hello Dev, we do: factor 30 and factor 50, both without perfume."),
        (DEV, "Factor 50 please. Can you keep one for me until tomorrow?"),
    ],
}


OFTEN = (
    (
        "hours",
        "Opening hours",
        "Hello {{contact.name}}, we are open from nine to half past five, on Saturdays until one.",
    ),
    ("ready", "Ready to collect", "Good news, {{contact.name}}: it is ready at the counter. {{staff.name}}"),
    ("thanks", "Goodbye", "Thank you for writing to {{workspace.name}}. All the best, {{staff.name}}"),
)


class Seeded(Struct):
    """What the newcomer needs to see."""

    password: str
    link: str


async def seed(app: App) -> Seeded:
    """Put the pharmacy into the store if it is not there yet; new passwords and a new link every time."""
    database, password = app.database, secrets.token_urlsafe(9)
    digest = await app.server.passwords.hash(password)
    if await database.read(find_workspace, system(), WORKSPACE) is None:
        await database.write(
            add_workspace, system(), WORKSPACE, "Greenleaf Pharmacy",
            {"greeting": "Hello! Ask us about prescriptions, opening hours or anything on our shelves.",
             "phone_codes": "known", "phone_region": "GB", "https_references": True},
        )  # fmt: skip
        await _people(database, digest)
        await _conversations(database)
        for shortcut, title, body in OFTEN:
            await database.write(add_canned, ANA, shortcut=shortcut, title=title, body=body)
        await _files(app)
    for email in ("ana@greenleaf.example", "ben@greenleaf.example"):
        await database.write(_new_password, system(), email, digest)
    issued = await database.write(issue_token, system(WORKSPACE), CARA.id, label="demo link")
    return Seeded(password, f"{app.server.public_url}/chat#token={issued.secret}")


async def _new_password(tx: Tx, actor: Actor, email: str, password_hash: str) -> None:
    account = await find_account(tx, actor, email)
    if account is not None:
        await set_password(tx, actor, account.id, password_hash)


async def _people(database: Database, password_hash: str) -> None:
    boss = system(WORKSPACE)
    for staff in (ANA, BEN):
        email = f"{staff.id}@greenleaf.example"
        account = await database.write(add_account, system(), staff.name, email, password_hash)
        await database.write(
            add_staff, boss, staff.name, email=email, role=staff.role or "agent", account_id=account.id,
            staff_id=staff.id,
        )  # fmt: skip
    for contact, phone in ((CARA, "+44 20 7946 0101"), (DEV, "+44 20 7946 0102")):
        if await database.read(find_contact, boss, contact.id) is None:
            await database.write(
                add_contact, boss, contact_id=contact.id, name=contact.name, phone=phone,
                email=f"{contact.id}@mail.example",
            )  # fmt: skip


async def _conversations(database: Database) -> None:
    boss = system(WORKSPACE)
    for name, colour in LABELS.items():
        await database.write(add_label, ANA, name, colour)
    for contact, lines in TALK.items():
        conversation = await database.write(conversation_for, contact, contact.id)
        said: list[str] = []
        for speaker, words in lines:
            (sent,) = await database.write(send_messages, boss, [Sending(speaker, conversation.id, words)])
            assert isinstance(sent, Sent)
            said.append(sent.message.id)
        if contact is CARA:
            await database.write(pin_message, ANA, said[2])
            await database.write(add_reaction, CARA, said[4], "🙏")
            await database.write(label_conversation, ANA, conversation.id, ["Prescription"])
            note = Sending(ANA, conversation.id, "Sister's name is Ruth; check the date of birth.", "note")
            await database.write(send_messages, boss, [note])
            await database.write(assign_conversation, ANA, conversation.id, ANA.id)
            await database.write_many(mark_messages, boss, [Marking(ANA, conversation.id, "read")])
            await database.write_many(mark_messages, boss, [Marking(CARA, conversation.id, "read")])
        else:
            await database.write(update_conversation, BEN, conversation.id, subject="Sunscreen")
            await database.write(label_conversation, BEN, conversation.id, ["Shop"])


async def _files(app: App) -> None:
    """What Dev asked for, as a picture and a leaflet, and an answer to it."""
    database, intake, boss = app.database, app.intake, system(WORKSPACE)
    conversation = await database.write(conversation_for, DEV, DEV.id)
    attached = (
        await demo_files.upload(database, intake, BEN, "Sunscreen shelf.png", "image/png", demo_files.shelf()),
        await demo_files.upload(
            database, intake, BEN, "Sunscreen leaflet.pdf", "application/pdf", demo_files.leaflet()
        ),
    )
    words = "These three are without perfume, and this is how they are used."
    (sent,) = await database.write(send_messages, boss, [Sending(BEN, conversation.id, words, attachment_ids=attached)])
    assert isinstance(sent, Sent)
    thanks = Sending(DEV, conversation.id, "The one in the middle, please!", reply_to=sent.message.id)
    await database.write(send_messages, boss, [thanks])


def show(app: App, seeded: Seeded, examples: list[Example], folder: Path) -> None:
    """Say where to look and how to come in, at a glance: every address on a line of its own, to be clicked."""
    url = app.server.public_url
    doors = "".join(f"    [bold]{example.wire:<12}[/bold]{example.about}\n" for example in examples)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"""
[bold]Careline demo[/bold]: Greenleaf Pharmacy is open. Ctrl-C stops it.

  [bold]The pharmacy's website[/bold], with the chat in its corner
    {url}/demo/

  [bold]The staff inbox[/bold]; sign in as ana@greenleaf.example or ben@greenleaf.example
    {url}/inbox
    password  [bold]{seeded.password}[/bold]

  [bold]Cara's chat[/bold] as a full page, by a link as staff would send it
    {seeded.link}

  [bold]The API[/bold], every command with its shapes
    {url}/docs/

  [bold]Clients of other systems[/bold] are answered in their own words, each at the port it knows
{doors.rstrip()}

  What is said is kept in {folder}; delete that folder to begin anew.

  [bold]To hear those from another terminal[/bold], with keys of this start
""")
    # As it is: a token has square brackets for all that a console knows.
    for example in examples:
        console.print(f"  {example.wire}", style="bold")
        console.print(f"{example.request}", markup=False)
        if example.socket:
            console.print(f"{_command()} api socket '{example.socket}'", markup=False)


def _command() -> str:
    """What this program is started with, as it stands beside the Python that runs it."""
    beside = Path(sys.executable).parent / "careline"
    return os.path.relpath(beside) if beside.exists() else f"{sys.executable} -m careline"
