"""Who may do what to which thing: one readable table, and the people and things it speaks of.

A line names a command, what it is done to, and the outcome for each person when the thing is Cara's (or simply theirs
to ask about): `ok`, or the status they are refused with. What follows for everybody else's things is a rule and not a
table: see `expected`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from careline.core.actor import Actor, Kind, system
from careline.features.canned.actions import add_canned
from careline.features.conversations.actions import add_participant, conversation_for, start_alone
from careline.features.conversations.visits import start_visit
from careline.features.desk.labels import add_label
from careline.features.moderation.actions import flag_message
from careline.features.people.actions import add_contact
from careline.features.people.staff import add_staff, deactivate_staff
from careline.features.push.actions import register_device
from careline.features.tokens.actions import issue_token, revoke_token
from tests.made import uploads
from tests.world import GREENLEAF, HILLSIDE, Person, World

# visitor: anonymous, with a conversation of their own.   cara: it is her conversation.   dev: another contact.
# ana: administrator.   gil: agent who sees all.   hal: agent who takes part in Cara's.   ben: agent who does not.
PEOPLE = ("visitor", "cara", "dev", "ana", "gil", "hal", "ben")
STRANGERS = ("eve", "fay")  # administrator and contact of another workspace
SHUT_OUT = ("nobody", "gone", "revoked")  # no token; a deactivated member's; a revoked link

TABLE = """
command                 thing         visitor cara dev ana gil hal ben
conversation.start      contact       403     ok   403 ok  ok  ok  404
conversation.list       -             ok      ok   ok  ok  ok  ok  ok
conversation.search     -             403     403  403 ok  ok  ok  ok
conversation.find       contact       403     ok   403 ok  ok  ok  404
conversation.get        conversation  404     ok   404 ok  ok  ok  404
conversation.update     conversation  404     ok   404 ok  ok  ok  404
conversation.assign     conversation  403     403  403 ok  ok  ok  404
conversation.presence   conversation  404     ok   404 ok  ok  ok  404
conversation.triage     conversation  403     403  403 ok  ok  ok  404
conversation.label      conversation  403     403  403 ok  ok  ok  404
conversation.unread     conversation  403     403  403 ok  ok  ok  404
conversation.history    conversation  403     403  403 ok  ok  ok  404
conversation.transcript conversation  404     ok   404 ok  ok  ok  404
conversation.merge      conversation  403     403  403 ok  ok  ok  404
conversation.delete     conversation  403     403  403 ok  403 403 404
participant.add         conversation  404     ok   404 ok  ok  ok  404
participant.remove      conversation  404     403  404 ok  ok  ok  404
typing.set              conversation  404     ok   404 ok  ok  ok  404
attachment.begin        conversation  404     ok   404 ok  ok  ok  404
attachment.complete     upload        404     ok   404 404 404 404 404
attachment.refer        -             403     403  403 403 403 403 403
attachment.get          attachment    404     ok   404 ok  ok  ok  404
attachment.link         attachment    404     ok   404 ok  ok  ok  404
attachment.links        conversation  404     ok   404 ok  ok  ok  404
attachment.delete       upload        404     ok   404 404 404 404 404
message.send            conversation  404     ok   404 ok  ok  ok  404
message.list            conversation  404     ok   404 ok  ok  ok  404
message.get             message       404     ok   404 ok  ok  ok  404
message.edit            message       404     ok   404 403 403 403 404
message.delete          message       404     ok   404 ok  403 403 404
message.search          -             ok      ok   ok  ok  ok  ok  ok
message.pin             message       404     ok   404 ok  ok  ok  404
message.unpin           message       404     ok   404 ok  ok  ok  404
message.pins            conversation  404     ok   404 ok  ok  ok  404
message.replies         message       404     ok   404 ok  ok  ok  404
message.edits           message       403     403  403 ok  ok  ok  404
message.forward         message       404     ok   404 ok  ok  ok  404
mention.list            -             403     403  403 ok  ok  ok  ok
message.delete_many     messages      403     403  403 ok  403 403 403
reaction.add            message       404     ok   404 ok  ok  ok  404
reaction.remove         message       404     ok   404 ok  ok  ok  404
message.flag            message       404     ok   404 ok  ok  ok  404
flag.list               -             403     403  403 ok  403 403 403
flag.resolve            flag          403     403  403 ok  403 403 403
receipt.read            conversation  404     ok   404 ok  ok  ok  404
receipt.deliver         conversation  404     ok   404 ok  ok  ok  404
receipt.list            message       404     ok   404 ok  ok  ok  404
event.list              -             ok      ok   ok  ok  ok  ok  ok
label.list              -             403     403  403 ok  ok  ok  ok
label.add               -             403     403  403 ok  403 403 403
label.update            label         403     403  403 ok  403 403 403
label.delete            label         403     403  403 ok  403 403 403
staff.list              -             403     403  403 ok  ok  ok  ok
staff.add               -             403     403  403 ok  403 403 403
staff.get               staff         403     403  403 ok  ok  ok  ok
staff.update            staff         403     403  403 ok  403 403 403
staff.deactivate        staff         403     403  403 ok  403 403 403
contact.add             -             403     403  403 ok  ok  ok  ok
contact.get             contact       403     403  403 ok  ok  ok  404
contact.update          contact       403     403  403 ok  ok  ok  404
contact.list            -             403     403  403 ok  ok  ok  ok
contact.conversations   contact       403     403  403 ok  ok  ok  404
contact.block           newcomer      403     403  403 ok  ok  ok  404
contact.unblock         contact       403     403  403 ok  ok  ok  404
contact.merge           newcomer      403     403  403 ok  403 403 403
canned.list             -             403     403  403 ok  ok  ok  ok
canned.add              -             403     403  403 ok  ok  ok  ok
canned.update           canned        403     403  403 ok  ok  403 403
canned.delete           canned        403     403  403 ok  ok  403 403
canned.fill             filling       403     403  403 ok  ok  ok  404
device.register         -             ok      ok   ok  ok  ok  ok  ok
device.list             -             ok      ok   ok  ok  ok  ok  ok
device.remove           device        404     ok   404 404 404 404 404
me.get                  -             ok      ok   ok  ok  ok  ok  ok
me.update               -             ok      ok   ok  403 403 403 403
contact.search          -             403     403  403 ok  ok  ok  ok
token.issue             contact       403     403  403 ok  ok  ok  404
token.list              contact       403     403  403 ok  ok  ok  404
token.revoke            token         403     403  403 ok  ok  ok  404
workspace.get           -             403     403  403 ok  ok  ok  ok
workspace.update        -             403     403  403 ok  403 403 403
audit.list              -             403     403  403 ok  403 403 403
insight.get             -             403     403  403 ok  403 403 403
ticket.issue            -             ok      ok   ok  ok  ok  ok  ok
password.change         -             403     403  403 403 403 403 403
session.delete          -             403     403  403 ok  ok  ok  ok
"""

# Whoever may not even ask about others is told so, whether there is such a one or not.
NOT_THERE = {
    "canned.delete": {"hal": "404", "ben": "404"},
    "canned.update": {"hal": "404", "ben": "404"},
    "conversation.find": {"visitor": "403", "cara": "403", "dev": "403"},
    "conversation.start": {"visitor": "403", "cara": "403", "dev": "403"},
    "conversation.delete": {"gil": "404", "hal": "404"},
    "message.delete": {"gil": "404", "hal": "404"},
    "participant.remove": {"cara": "404"},
}

# For everybody, with or without a token: the statuses that may come of an honest or a senseless request.
PUBLIC = {
    "code.start": {400},
    "code.verify": {400},
    "session.create": {401},
    "session.refresh": {401},
    "setup.complete": {401},
    "visitor.start": {201, 400},
    "workspace.welcome": {200, 404},
}

# What is no command: who asks from this machine may see these, and nothing in them is anybody's.
EDGE = {
    "GET /health": {200}, "GET /health/live": {200}, "GET /health/ready": {200}, "GET /metrics": {200},
    "GET /v1/socket": {400},
}  # fmt: skip
DOCUMENTS = {
    "GET /v1/openapi.json": {200}, "GET /v1/asyncapi.json": {200}, "GET /v1/postman.json": {200}, "GET /docs": {200},
}  # fmt: skip
PAGES = {200, 302, 404}

# Files of the native wire: whoever may `attachment.get` may have these, and nobody else.
FILES = ("GET /v1/attachments/{attachment_id}/content", "GET /v1/attachments/{attachment_id}/thumbnail")
# Who may come in here is tried in tests/security/test_files.py: who has somewhere to send a file to, who has a link.
DOORS = ("POST /v1/attachments", "GET /v1/files/{signed}")

# A wire of its own has a table of its own here: its name, and for each route who may.
WIRES: dict[str, dict[str, set[int]]] = {}


class Line(NamedTuple):
    """`outcomes` by person."""

    command: str
    thing: str
    outcomes: dict[str, str]


def lines() -> list[Line]:
    _, *rows = TABLE.strip().splitlines()
    return [
        Line(command, thing, dict(zip(PEOPLE, outcomes, strict=True)))
        for command, thing, *outcomes in (row.split() for row in rows)
    ]


def expected(line: Line, person: str, whose: str) -> str:
    """The outcome for somebody with a thing that is `own` (Cara's), `another` (Dev's), or not there for them."""
    if person in SHUT_OUT:
        return "401"
    if person in STRANGERS:
        # At home they are what Ana and Cara are here; what is not of their workspace does not exist for them.
        if line.thing == "-" or whose == "foreign":
            return line.outcomes["ana" if person == "eve" else "cara"]
        return "403" if person == "fay" and line.outcomes["dev"] == "403" else "404"
    outcome = line.outcomes[person]
    if line.thing == "-":
        return outcome
    if whose == "own":
        return outcome
    if whose == "another":
        # Seen from Dev's side: he is where Cara was, she where he was, and nobody but those who see all takes part.
        if line.thing == "staff":
            return outcome
        return line.outcomes[{"cara": "dev", "dev": "cara", "hal": "ben"}.get(person, person)]
    if line.command == "message.edit" and line.outcomes["cara"] == "ok":
        return "404"  # whether it is theirs is asked only of what they may see
    return NOT_THERE.get(line.command, {}).get(person, "403" if outcome == "403" else "404")


class Thing(NamedTuple):
    """The fields by which a command names its thing."""

    fields: dict[str, str]
    canary: str = ""


class Cast:
    """Everybody of the table on a running server, with things of everybody's that must not be seen elsewhere."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, str] = {}

    @classmethod
    async def begin(cls, world: World) -> "Cast":
        cast = cls(world)
        await cast._people()
        database, canary = world.app.database, cast.canary
        cast.conversations = {
            "own": world.conversation, "another": world.dev_conversation, "foreign": world.fay_conversation
        }  # fmt: skip
        await database.write(add_participant, world.ana.actor, world.conversation, "staff", "hal")
        for home in (GREENLEAF, HILLSIDE):
            await database.write(add_contact, system(home), contact_id="gus", name="Gus")
        for contact in (world.cara, world.dev, world.fay):
            conversation = await world.talk(contact)
            await contact.sends(conversation, f"said in {canary[contact.actor.workspace_id]}")
        return cast

    canary = {GREENLEAF: "kanarie-greenleaf", HILLSIDE: "kanarie-hillside"}

    async def _people(self) -> None:
        world, database = self.world, self.world.app.database
        gone = await world.works("ida", "Ida", GREENLEAF)
        await database.write(deactivate_staff, world.ana.actor, "ida")
        revoked = await world.writes("jan", "Jan", GREENLEAF)
        await database.write(revoke_token, world.ana.actor, revoked.actor.credential.removeprefix("token:"))
        visit = await database.write(start_visit, system(GREENLEAF))
        visitor = Actor(GREENLEAF, "contact", visit.contact.id, credential=f"token:{visit.issued.token.id}")
        self.people = {
            "visitor": Person(world, visitor, visit.issued.secret),
            "cara": world.cara, "dev": world.dev, "ana": world.ana, "ben": world.ben,
            "gil": await world.works("gil", "Gil", GREENLEAF),
            "hal": await world.works("hal", "Hal", GREENLEAF, scope="participating"),
            "eve": world.eve, "fay": world.fay, "gone": gone, "revoked": revoked,
        }  # fmt: skip

    async def thing(self, line: Line, whose: str) -> dict[str, Any]:
        """A thing that is `own`, `another` or `foreign`, made anew where the command would use it up."""
        make: dict[str, Callable[[str], Awaitable[dict[str, Any]]]] = {
            "conversation": self._conversation, "message": self._message, "messages": self._messages,
            "staff": self._staff, "contact": self._contact, "token": self._token, "flag": self._flag,
            "label": self._label, "attachment": self._attachment, "upload": self._upload, "-": self._nothing,
            "canned": self._canned, "device": self._device, "filling": self._filling, "newcomer": self._newcomer,
        }  # fmt: skip
        if line.command in ("conversation.merge", "conversation.delete"):
            return await self._used_up(line.command, whose)
        fields = await make[line.thing](whose)
        if line.command == "participant.remove":
            boss = system(HILLSIDE if whose == "foreign" else GREENLEAF)
            await self.world.app.database.write(add_participant, boss, fields["conversation_id"], "contact", "gus")
            fields |= {"kind": "contact", "person_id": "gus"}
        if line.command == "message.forward":
            fields |= {"conversation_id": self.conversations[whose]}
        if line.command == "reaction.remove":
            fields |= {"emoji": "👍"}
        if line.command == "contact.merge":
            fields |= {"into": (await self._newcomer(whose))["contact_id"]}
        return fields

    async def _nothing(self, whose: str) -> dict[str, str]:
        return {}

    async def _conversation(self, whose: str) -> dict[str, str]:
        return {"conversation_id": self.conversations[whose]}

    async def _used_up(self, command: str, whose: str) -> dict[str, str]:
        """A conversation that is there for this once, and where it could go."""
        boss, contact = {
            "own": (self.world.ana, "cara"), "another": (self.world.ana, "dev"), "foreign": (self.world.eve, "fay"),
        }[whose]  # fmt: skip
        made = []
        for _ in range(2 if command == "conversation.merge" else 1):
            new = await self.world.app.database.write(start_alone, boss.actor)
            people: list[tuple[Kind, str]] = [("contact", contact), ("staff", "hal")]
            if whose != "own":
                people.pop()
            for kind, person_id in people:
                await self.world.app.database.write(add_participant, boss.actor, new.id, kind, person_id)
            made.append(new.id)
        return dict(zip(("conversation_id", "into"), made, strict=False))

    async def _label(self, whose: str) -> dict[str, str]:
        home = HILLSIDE if whose == "foreign" else GREENLEAF
        made = await self.world.app.database.write(add_label, system(home), f"{self.canary[home]} {next(_number)}")
        return {"label_id": made.id}

    async def _message(self, whose: str) -> dict[str, str]:
        author = {"own": self.world.cara, "another": self.world.dev, "foreign": self.world.fay}[whose]
        said = await author.sends(self.conversations[whose], f"said in {self.canary[author.actor.workspace_id]}")
        return {"message_id": said.id}

    async def _upload(self, whose: str) -> dict[str, str]:
        owner = {"own": self.world.cara, "another": self.world.dev, "foreign": self.world.fay}[whose]
        data = f"kept in {self.canary[owner.actor.workspace_id]}".encode()
        return {"attachment_id": (await uploads(owner, data, "a.txt", status=201))["id"]}

    async def _attachment(self, whose: str) -> dict[str, str]:
        made = await self._upload(whose)
        owner = {"own": self.world.cara, "another": self.world.dev, "foreign": self.world.fay}[whose]
        await owner.sends(self.conversations[whose], "see", attachment_ids=(made["attachment_id"],))
        return made

    async def _messages(self, whose: str) -> dict[str, list[str]]:
        return {"message_ids": [(await self._message(whose))["message_id"]]}

    async def _flag(self, whose: str) -> dict[str, str]:
        message_id = (await self._message(whose))["message_id"]
        home = HILLSIDE if whose == "foreign" else GREENLEAF
        flag = await self.world.app.database.write(flag_message, system(home), message_id, "He swears at me")
        return {"flag_id": flag.id}

    async def _staff(self, whose: str) -> dict[str, str]:
        home = HILLSIDE if whose == "foreign" else GREENLEAF
        made = await self.world.app.database.write(add_staff, system(home), f"Kim {self.canary[home]}")
        return {"staff_id": made.id}

    async def _contact(self, whose: str) -> dict[str, str]:
        return {"contact_id": {"own": "cara", "another": "dev", "foreign": "fay"}[whose]}

    async def _newcomer(self, whose: str) -> dict[str, str]:
        """Somebody in the place of Cara, Dev or Fay, who can be blocked or gone afterwards."""
        home, database = HILLSIDE if whose == "foreign" else GREENLEAF, self.world.app.database
        made = await database.write(add_contact, system(home), name=f"Kim {self.canary[home]}")
        talk = await database.write(conversation_for, system(home), made.id)
        if whose == "own":
            await database.write(add_participant, system(home), talk.id, "staff", "hal")
        return {"contact_id": made.id}

    async def _canned(self, whose: str) -> dict[str, str]:
        """Gil's, so that Hal and Ben are neither its author nor administrators."""
        home = HILLSIDE if whose == "foreign" else GREENLEAF
        author = system(home) if home == HILLSIDE else self.people["gil"].actor
        made = await self.world.app.database.write(
            add_canned, author, shortcut=f"s{next(_number)}", title="x", body=self.canary[home]
        )
        return {"canned_id": made.id}

    async def _filling(self, whose: str) -> dict[str, str]:
        return {**await self._canned(whose), **await self._conversation(whose)}

    async def _device(self, whose: str) -> dict[str, str]:
        owner = {"own": self.world.cara, "another": self.world.dev, "foreign": self.world.fay}[whose]
        made = await self.world.app.database.write(register_device, owner.actor, f"t{next(_number)}", "ios")
        return {"device_id": made.id}

    async def _token(self, whose: str) -> dict[str, str]:
        contact, home = {"own": ("cara", GREENLEAF), "another": ("dev", GREENLEAF), "foreign": ("fay", HILLSIDE)}[whose]
        return {"token_id": (await self.world.app.database.write(issue_token, system(home), contact)).token.id}


_number = iter(range(1_000_000))


def body(command: str) -> dict[str, Any]:
    """What a command takes beside the fields that name its thing."""
    number = next(_number)
    bodies: dict[str, dict[str, Any]] = {
        "conversation.update": {"subject": "A subject"},
        "conversation.assign": {"staff_id": None},
        "conversation.triage": {"priority": "high"},
        "conversation.label": {"names": ["Insurance"]},
        "label.add": {"name": f"Label {number}"},
        "label.update": {"colour": f"#{number:06d}"},
        "participant.add": {"kind": "contact", "id": "gus"},
        "typing.set": {"typing": True},
        "attachment.begin": {"name": "a.pdf", "size": 1, "sha256": "0" * 64},
        "attachment.links": {"attachment_ids": ["nothing"]},
        "attachment.refer": {"url": "https://a.example/a.pdf", "name": "a.pdf", "type": "application/pdf", "size": 1},
        "message.send": {"body": "A message"},
        "message.edit": {"body": "Another body"},
        "message.search": {"q": "kanarie", "match": "part"},
        "contact.search": {"q": "kim kanarie"},
        "reaction.add": {"emoji": "👍"},
        "message.flag": {"reason": "He swears at me"},
        "flag.resolve": {"resolution": "dismiss"},
        "staff.add": {"name": "Lou", "email": f"lou{number}@x.example", "password": "a good long one"},
        "staff.update": {"name": "Lou"},
        "contact.add": {"name": "Max"},
        "contact.update": {"name": "Cara"},
        "canned.add": {"shortcut": f"s{number}", "title": "x", "body": "x"},
        "canned.update": {"title": "x"},
        "code.start": {"workspace_id": "unknown", "phone": "+442079460000"},
        "code.verify": {"workspace_id": "unknown", "phone": "+442079460000", "request_id": "x", "code": "000000"},
        "device.register": {"token": f"t{number}", "platform": "android"},
        "me.update": {"name": "Myself"},
        "workspace.update": {"greeting": "Hello"},
        "password.change": {"old_password": "wrong password", "new_password": "a good long one"},
        "session.create": {"email": "ana@greenleaf.example", "password": "wrong password"},
        "setup.complete": {"secret": "cls_x", "workspace_name": "x", "name": "x", "email": "x@x.example",
                           "password": "a good long one"},
        "visitor.start": {"workspace_id": "unknown"},
        "workspace.welcome": {"workspace_id": "unknown"},
    }  # fmt: skip
    return bodies.get(command, {})


def without_id(answer: bytes) -> Any:
    """A refusal without what differs between any two."""
    found = msgspec.json.decode(answer) if answer else {}
    if isinstance(found, dict):
        found.pop("request_id", None)
    return found
