"""What the clients of the other wires might ask: any route of their tables, with what there is in their own words."""

import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import inspect

from careline.core.actor import system
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.wires.endpoints import Endpoint
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.visitor.auth import HEADER as VISITOR
from careline.wiring import LANGUAGES
from tests.made import PDF, form
from tests.twins.wishes import WORDS, Wishes
from tests.wires.careforall import conftest as careforall
from tests.wires.careplus import conftest as careplus
from tests.wires.clinic import conftest as clinic
from tests.wires.location import conftest as location
from tests.wires.test_all_wires import DOCTOR, PARTS
from tests.world import GREENLEAF, World

Headers = dict[str, str]
PLACE = re.compile(r"{(\w+)}")
MUCH_LATER = 4_070_000_000
SETTINGS: dict[str, Any] = {
    **{name: value for part in PARTS.values() for name, value in part.settings.items()},
    "issuers": [issuer for part in PARTS.values() for issuer in part.issuers()],
}


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


async def _visitor(world: World) -> Headers:
    issued = await world.app.database.write(issue_token, system(GREENLEAF), "cara", bare=True)
    return {VISITOR: issued.secret}


def _signed(headers: Headers) -> Callable[[World], Awaitable[Headers]]:
    async def bears(world: World) -> Headers:
        return headers

    return bears


async def _customer(world: World) -> Headers:
    return _bearer(await careplus.customers(world, world.cara))


async def _link(world: World) -> Headers:
    return {CHAT_TOKEN: world.cara.token}


async def _ana(world: World) -> Headers:
    return world.ana.headers


PEOPLE: dict[str, dict[str, Callable[[World], Awaitable[Headers]]]] = {
    "careforall": {
        name: _signed(_bearer(careforall.token(name, role, exp=MUCH_LATER)))
        for name, role in (("cara", "USER"), ("dev", "USER"), ("ada", "ADMIN"))
    },
    "careplus": {
        "pia": _signed(_bearer(careplus.token("pia", "pharmacist", exp=MUCH_LATER))),
        "ada": _signed(_bearer(careplus.token("ada", "admin", exp=MUCH_LATER))),
        "cara": _customer,
    },
    "location": {"lea": _signed(_bearer(location.token("lea", "manager", exp=MUCH_LATER))), "cara": _link},
    "visitor": {"ana": _ana, "cara": _visitor},
    "clinic": {
        name: _signed(_bearer(clinic.token(name, role, exp=MUCH_LATER)))
        for name, role in ((DOCTOR, "DOCTOR"), ("cara", "PATIENT"))
    },
}
ROUTES = {(name, f"{e.method} {e.path}"): e for name, language in LANGUAGES.items() for e in language.table}
CHOICES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("location_id", "locationID", "pharmacy_id"), (GREENLEAF,)),
    **dict.fromkeys(
        ("contact_id", "contactID", "customer_id", "sender_contact_id", "receiver_contact_id"), ("cara", "cara", "dev")
    ),
    **dict.fromkeys(("user_id", "sender_user_id", "receiver_user_id"), (DOCTOR,)),
    "userId": ("cara", "dev", "ada", "ben"),
    "adminId": ("ada", "ben", None),
    "emoji": ("👍", "🎉", "no"),
    **dict.fromkeys(("limit", "page"), (1, 2, 20)),
    "offset": (0, 1, 5),
    "direction": ("asc", "desc", "inbound", "outbound"),
    "unreadBy": ("location", "contact", "user"),
    "status": ("open", "closed", "ACTIVE", "CLOSED", "resolved", "archived", "pending"),
    **dict.fromkeys(("startTime", "endTime", "expires_at"), ("2096-10-02T07:06:40Z", "2096-10-03T07:06:40Z")),
    **dict.fromkeys(("from", "to"), ("2096-10-02", "2096-10-02T07:10:00Z", "no")),
    **dict.fromkeys(("q", "query", "tag"), (*WORDS, "ca")),
    "attachment_url": (None, "https://files.example/a.pdf"),
    "file_url": (None, "https://files.example/a.pdf"),
    "visitor_email": ("x@y.example", "no"),
    "visitor_phone": ("+4915112345678", "no"),
    "refresh_token": ("no",),
    "token": ("device", "another"),
}

OFTEN = {
    "content", "body", "message", "location_id", "contact_id", "user_id", "locationID", "contactID",
    "sender_user_id", "sender_contact_id", "receiver_user_id", "receiver_contact_id", "message_id", "message_ids",
}  # fmt: skip


async def prepare(world: World) -> dict[str, Headers]:
    """Everybody's way in, by `wire/name`."""
    await world.app.database.write(add_staff, system(GREENLEAF), "Doc", staff_id=DOCTOR)
    return {f"{wire}/{name}": await bears(world) for wire, people in PEOPLE.items() for name, bears in people.items()}


class Tongues:
    """Random requests of other wires: who, which route, what they say."""

    def __init__(self, seed: str, wishes: Wishes) -> None:
        self.random = random.Random(f"{seed}/tongues")
        self.wishes = wishes

    def next(self) -> tuple[str, str, dict[str, Any]]:
        wire = self.random.choice(list(PEOPLE))
        route = self.random.choice([route for spoken, route in ROUTES if spoken == wire])
        endpoint = ROUTES[wire, route]
        name = self.random.choice(list(PEOPLE[wire]))
        self.wishes.about(name if name in ("ana", "cara", "dev") else "ana")
        given = {key: self._thing(wire, key) for key in PLACE.findall(endpoint.path)}
        takes = inspect.type_info(endpoint.takes)
        assert isinstance(takes, inspect.StructType)
        keeps = self.random.choice((0.1, 0.4, 0.9))
        for field in takes.fields:
            key = field.encode_name
            if field.required or key in OFTEN or self.random.random() < keeps:
                given[key] = self._value(wire, key, field.type)
        if wire == "clinic" and self.random.random() < 0.9:
            _as_oneself(name, given)
        return f"{wire}/{name}", route, given

    def _thing(self, wire: str, key: str) -> str:
        kind = key.removesuffix("_id")
        if kind == "token":
            return "device" if wire == "clinic" else self.wishes.thing("token")
        prefix = "conv_" if (wire, kind) == ("careforall", "conversation") else ""
        return prefix + self.wishes.thing(kind)

    def _value(self, wire: str, key: str, type_: Any) -> Any:
        if key in ("message_ids",):
            return [self.wishes.thing("message") for _ in range(self.random.choice((1, 2, 3)))]
        if key in ("message_id", "reply_to_id", "before", "after"):
            return ("msg_" if wire == "careforall" else "") + self.wishes.thing("message")
        if key == "session_id":
            return self.wishes.thing("conversation")
        if key == "client_id":
            return f"k{self.random.randrange(8)}"
        if key in CHOICES and not isinstance(type_, inspect.LiteralType):
            return self.random.choice(CHOICES[key])
        return self.wishes.by_type(type_)


def _as_oneself(name: str, given: dict[str, Any]) -> None:
    """Who says who they are says nobody else."""
    other = "user" if name == "cara" else "contact"
    for key in (f"sender_{other}_id", f"receiver_{'contact' if other == 'user' else 'user'}_id"):
        given.pop(key, None)
    for key in ("user_id", "sender_user_id", "contact_id", "sender_contact_id"):
        if key in given and name in (DOCTOR, "cara"):
            given[key] = "cara" if "contact" in key else DOCTOR


def request(wire: str, route: str, data: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Method, path, and what goes with it."""
    endpoint, left = ROUTES[wire, route], dict(data)
    named = PLACE.findall(endpoint.path)
    path = PLACE.sub(lambda found: quote(str(data[found[1]]), safe=""), endpoint.path)
    for key in named:
        left.pop(key, None)
    return endpoint.method, path, _more(endpoint, left)


def _more(endpoint: Endpoint, left: dict[str, Any]) -> dict[str, Any]:
    if "upload" in endpoint.path:
        return {"data": form(PDF, "a.pdf")}
    if endpoint.place == "query":
        said = {key: value for key, value in left.items() if value is not None}
        return {"params": {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in said.items()}}
    if endpoint.place in ("json", "multipart"):
        return {"json": {key: value for key, value in left.items() if value is not msgspec.UNSET}}
    return {"data": left} if endpoint.place == "form" and left else {}
