"""What people might do next: a command and mostly sensible arguments out of what there is."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from careline.wires.native import table
from careline.wires.native.commands import COMMANDS, Command
from tests.twins.known import Known
from tests.world import GREENLEAF, HILLSIDE, PASSWORD

assert table
STAFF, CONTACTS = ("ana", "ben", "gil", "eve"), ("cara", "dev", "fay")
BUSY = {"ana": 6, "ben": 5, "gil": 4, "cara": 6, "dev": 4}
WORDS = (
    "rash", "Sunday", "pills", "ÄPFEL", "äpfel", "straße", "İstanbul", "naïve", "50%", "a_b", "O'Brien", "日本語", "🙂",
    "Zoë", "zoe", "x!y", "\\n", "hello", "Hello", "the", "running", "runs", "e-mail", "3.14", "<b>", "&amp;", "  ",
)  # fmt: skip
STRANGE_WORDS = ("", " ", "x" * 5_000, "x" * 20_001, "\u202e", "\ud7ff", "𝒳" * 200, "\t")
STRANGE_NUMBERS = (0, 1, -1, 2**31, 2**53, 2**60, 2**63 - 1, 2**63, -(2**63), 2**64)
NOBODY = "00000000-0000-7000-8000-000000000000"
OFTEN = {
    "message.send": 30, "receipt.read": 14, "message.list": 8, "conversation.list": 6, "receipt.deliver": 4,
    "message.forward": 4, "message.edit": 3, "message.delete": 3, "message.flag": 3, "message.pin": 3,
    "reaction.add": 5, "reaction.remove": 2, "conversation.start": 7, "conversation.triage": 5, "participant.add": 4,
    "conversation.search": 4, "message.search": 5, "mention.list": 3, "conversation.merge": 4, "contact.add": 3,
    "event.list": 4, "label.add": 2, "conversation.label": 3, "conversation.unread": 3, "contact.unblock": 2,
    "workspace.update": 2, "receipt.list": 2, "attachment.refer": 3, "conversation.update": 3,
    "conversation.assign": 3, "flag.resolve": 2,
    # What shuts somebody out leaves them little to do.
    "conversation.delete": 0.4, "token.revoke": 0.3, "staff.deactivate": 0.3, "session.delete": 0.1,
    "password.change": 0.1,
}  # fmt: skip
THINGS = {
    "conversation_id": "conversation", "attachment_id": "attachment", "canned_id": "canned", "label_id": "label",
    "flag_id": "flag", "device_id": "device", "token_id": "token", "label": "label",
}  # fmt: skip
CHOICES: dict[str, tuple[Any, ...]] = {
    "emoji": ("👍", "❤️", "🎉", "👍🏽", "not one"),
    "workspace_id": (GREENLEAF, GREENLEAF, HILLSIDE, "nowhere"),
    "email": ("ana@greenleaf.example", "x@y.example", "ÄB@y.example", "ab@Y.example", "nonsense"),
    "phone": ("+4915112345678", "+15551234567", "0151 1234", "nonsense"),
    "password": (PASSWORD,),
    "old_password": (PASSWORD,),
    "new_password": (PASSWORD,),
    "sha256": ("a" * 64, "b" * 64, "short"),
    "url": ("https://files.example/a.pdf", "http://files.example/b.pdf", "ftp://x"),
    "type": ("application/pdf", "image/png", "text/html", "nonsense"),
    "time_zone": ("UTC", "Europe/Berlin", "America/New_York", "Nowhere/Land"),
    "q": (*WORDS, "c", "ca", "rash Sunday", "äp", '"the rash"', "rash*"),
    "shortcut": ("hi", "bye", "Hi", "ok", "straße"),
    "colour": ("#aa0000", "#00AA00", "red"),
    "accent": ("#aa0000", "blue"),
    "origins": ([], ["https://shop.example"], ["nonsense"]),
    "wait": (0,),
    "fresh": (True, True, True, False),
}


class Wishes:
    """Random steps from a seed. `wild` is how often an argument makes no sense."""

    def __init__(self, seed: str, known: Known, wild: float) -> None:
        self.random = random.Random(seed)
        self.known = known
        self.wild = wild
        self._names = [name for name in COMMANDS if name != "setup.complete"]
        # Each life has habits of its own: what is done seldom by most is done often by some.
        self._weights = [OFTEN.get(name, 1) * self.random.choice((0, 1, 1, 1, 5)) for name in self._names]
        self._who, self._now = "", 0
        self._given: dict[str, Any] = {}
        self._special: dict[str, Callable[[Command], Any]] = {
            "message_ids": lambda _: [self.message() for _ in range(self.random.choice((1, 1, 2, 3, 5)))],
            **dict.fromkeys(("message_id", "up_to", "reply_to", "around"), lambda _: self.message()),
            "attachment_ids": lambda _: [self.thing("attachment") for _ in range(self.random.choice((1, 1, 2)))],
            **dict.fromkeys(("staff_id", "sender_id"), lambda _: self.thing("staff", *STAFF)),
            "contact_id": lambda _: self.thing("contact", "cara", "dev", "cara", "dev", "fay"),
            "names": lambda _: self.some([*self.known.things["label name"], "urgent", "billing", "Ünicode"]),
            "labels": lambda _: self.some(self.known.things["label"]),
            "mentions": lambda _: self.some(["ana", "ben", "gil", *self.known.things["staff"]]),
            "client_id": lambda _: f"k{self.random.randrange(8)}",
            "into": self._into,
            "id": self._id,
            "person_id": self._id,
            "kind": self._kind,
            **dict.fromkeys(("cursor", "before", "after"), self._cursor),
            "since": lambda c: self._cursor(c) if c.name == "event.list" else self._time(c),
            **dict.fromkeys(("snoozed_until", "expires_at", "from_at", "to_at", "until"), self._time),
        }

    def about(self, who: str) -> None:
        """From now on things are as somebody sees them."""
        self._who, self._given = who, {}

    def workspace(self) -> dict[str, Any]:
        """How the workspace is set up at first."""
        choice, status = self.random.choice, (None, "open", "pending", "closed")
        night = {"weekly": [{"day": 1, "opens": "09:00", "closes": "09:01"}]}
        return {
            "threading": choice(("per_contact", "per_staff", "many", "many")),
            "staff_reply_status": choice(status),
            "contact_message_status": choice(status),
            "https_references": True,
            "hours": choice((None, None, night)),
            "notice": "Nobody is here.",
            "notice_replies": choice((True, False)),
        }

    def command(self) -> Command:
        return COMMANDS[self.random.choices(self._names, self._weights)[0]]

    def who(self, command: Command) -> str:
        side = STAFF if command.who == "staff" else CONTACTS if command.who == "contact" else STAFF + CONTACTS
        if self.random.random() < self.wild:
            side = STAFF + CONTACTS
        return self.random.choices(side, [BUSY.get(who, 1) for who in side])[0]

    def arguments(self, command: Command, who: str, now: int) -> dict[str, Any]:
        """What somebody might say with the command, in words that all servers share."""
        self._who, self._now, self._given = who, now, {}
        known = inspect.type_info(command.takes)
        assert isinstance(known, inspect.StructType)
        # Where, before what: most of what is named lies there.
        fields = sorted(known.fields, key=lambda field: field.encode_name != "conversation_id")
        keeps = self.random.choice((0.0, 0.15, 0.3, 0.6))
        if command.name == "workspace.update":
            fields, keeps = self.random.sample(fields, self.random.choice((1, 1, 2))), 1.0
        for field in fields:
            name = field.encode_name
            if field.required or name in ("body", "fresh") or self.random.random() < keeps:
                self._given[name] = self._value(command, name, field.type)
        if command.name == "message.send":
            self._say()
        return self._given

    def _say(self) -> None:
        dice, given = self.random.random(), self._given
        if dice < 0.3:
            given["kind"] = "note"
            given.setdefault("mentions", self.some(["ana", "ben", "gil"]))
        elif dice < 0.9:
            for name in ("kind", "mentions", "sender_label"):
                given.pop(name, None)
        if self.random.random() < 0.7:
            given.pop("attachment_ids", None)

    def some(self, values: list[str]) -> list[str]:
        return self.random.sample(values, min(len(values), self.random.randint(0, 3)))

    def thing(self, kind: str, *more: str) -> str:
        """One of what there is, mostly of what they can see and of the latest."""
        values, near = [*self.known.things[kind], *more], self.known.seen[self._who]
        if near and self.random.random() < 0.85:
            if kind == "conversation":
                values = near
            elif kind == "message":
                values = [id_ for id_ in values if self.known.place[id_] in near] or values
        if not values or self.random.random() < self.wild:
            return NOBODY
        if len(values) > 12 and self.random.random() < 0.7:
            values = values[-12:]
        return self.random.choice(values)

    def message(self) -> str:
        here = self._given.get("conversation_id")
        if here is not None and self.random.random() < 0.9:
            near = [id_ for id_, place in self.known.place.items() if place == here]
            if near:
                return self.random.choice(near[-15:])
        return self.thing("message")

    def words(self) -> str:
        if self.random.random() < self.wild:
            return self.random.choice(STRANGE_WORDS)
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, 4)))

    def _value(self, command: Command, name: str, type_: Any) -> Any:
        if name == "label" and command.name.startswith("token"):
            return self.words()
        if name in THINGS:
            return self.thing(THINGS[name])
        if name in self._special:
            found = self._special[name](command)
            return self.by_type(type_) if found is None else found
        return self.random.choice(CHOICES[name]) if name in CHOICES else self.by_type(type_)

    def _into(self, command: Command) -> str:
        return self.thing("contact", "cara", "dev") if command.name == "contact.merge" else self.thing("conversation")

    def _id(self, command: Command) -> str | None:
        if command.name == "contact.add":
            return self.random.choice((f"c{self.random.randrange(12)}", "cara", "Ça"))
        kind = self._given["kind"] = self.random.choice(("staff", "contact"))
        return self.thing(kind, *(("ana", "ben", "gil") if kind == "staff" else ("cara", "dev")))

    def _kind(self, command: Command) -> str | None:
        return self._given.get("kind") if command.name.startswith("participant") else None

    def _cursor(self, command: Command) -> str:
        values = self.known.cursors[command.name]
        return self.random.choice(values[-20:]) if values else "none"

    def _time(self, command: Command) -> Any:
        if self.random.random() < 2 * self.wild:
            return None
        if command.name == "insight.get":
            return self.random.choice(("2096-10-02", "2096-10-01", "2096-09-30", "nonsense"))
        if command.name == "conversation.triage":
            return self._now + self.random.randint(1, 20_000)
        return self._now + self.random.randint(-60_000, 20_000)

    def by_type(self, type_: Any) -> Any:
        choice = self.random.choice
        if isinstance(type_, inspect.UnionType):
            types = [t for t in type_.types if getattr(t, "cls", None) is not msgspec.UnsetType]
            plain = [t for t in types if not isinstance(t, inspect.NoneType)]
            return None if len(plain) < len(types) and self.random.random() < 0.15 else self.by_type(choice(plain))
        if isinstance(type_, inspect.LiteralType):
            return choice(type_.values)
        if isinstance(type_, inspect.BoolType):
            return choice((True, False))
        if isinstance(type_, inspect.IntType):
            return self._number(type_)
        if isinstance(type_, inspect.DictType):
            return choice(({}, {"a": 1}, {"b": [1.5, None, "ü"], "a": True}, {"n": 12345678901234567890}))
        if isinstance(type_, (inspect.ListType, inspect.VarTupleType)):
            return [self.by_type(type_.item_type) for _ in range(self.random.randint(0, 2))]
        if isinstance(type_, inspect.StructType):
            return {field.encode_name: self.by_type(field.type) for field in type_.fields if field.required}
        return self.words()

    def _number(self, type_: inspect.IntType) -> int:
        if self.random.random() < 2 * self.wild:
            return self.random.choice(STRANGE_NUMBERS)
        least, most = int(type_.ge or 0), int(type_.le or 400_000_000)
        return self.random.choice((least, least + 1, min(most, least + 3), self.random.randint(least, most)))
