"""The demo's other doors: clients of existing systems find it at the ports they have written into them."""

import json
import secrets
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from msgspec import Struct

from careline.app import App
from careline.core.actor import system
from careline.features.conversations.actions import conversation_for
from careline.features.tokens.actions import issue_token
from careline.partners import Careforall, Careplus, Clinic, Location, Visitor, platform_issuer
from careline.wires.careplus.tokens import expiry, sign

PORTS = {"careplus": 8090, "location": 8000, "careforall": 3006, "clinic": 8080}
PLATFORM = "careforall"
GOOD_FOR_S = 12 * 3_600


class Example(Struct, frozen=True):
    """What to type to hear a wire: a request, and a socket where it has one."""

    wire: str
    about: str
    request: str
    socket: str = ""


class Doors:
    """Keys that are made for this start alone, and what they let in."""

    def __init__(self, workspace_id: str) -> None:
        self._workspace_id = workspace_id
        self._platform = generate_private_key(65_537, 2_048)

    def settings(self) -> dict[str, Any]:
        """The settings by which the demo answers all of them; strangers of this machine are taken at their word."""
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        key = self._platform.public_key().public_bytes(serialization.Encoding.PEM, shape).decode()
        careforall = Careforall(self._workspace_id, PLATFORM)
        return {
            "careforall": careforall,
            "careplus": Careplus(on=True, secret=secrets.token_hex(32), sign_in=True),
            "location": Location(on=True, anonymous="loopback"),
            "visitor": Visitor(self._workspace_id),
            "clinic": Clinic(on=True, anonymous="loopback"),
            "issuers": [platform_issuer(careforall, key, "", "")],
            "origins": ["null"],
        }

    def platform_token(self, user_id: str, role: str) -> str:
        """A token as the donation platform would sign it."""
        claims = {"userId": user_id, "role": role, "exp": int(time.time()) + GOOD_FOR_S}
        return jwt.encode(claims, self._platform, "RS256")

    async def examples(self, app: App, contact_id: str) -> list[Example]:
        """One request and one socket for each wire, about what this contact says to the pharmacy."""
        database, settings, here = app.database, app.settings, self._workspace_id
        at = {port: address for address in app.addresses for port in [int(address.rpartition(":")[2])]}
        url = {wire: at.get(port, app.addresses[0]) for wire, port in PORTS.items()}
        boss = system(here)
        expires_at = expiry(settings, database.clock())
        issued = await database.write(issue_token, boss, contact_id, label="careplus", expires_at=expires_at)
        customer, user = sign(settings, issued.token), self.platform_token(contact_id, "USER")
        clerk = self.platform_token("lea", "ADMIN")
        written = {
            "location_id": here, "contact_id": contact_id, "sender_name": "Dr. Smith",
            "content": "Hi from the desktop UI",
        }  # fmt: skip
        conversation = await database.write(conversation_for, boss, contact_id)
        said = {
            "location_id": here, "sender_user_id": "dora", "receiver_contact_id": contact_id,
            "content": "Good afternoon, Doctor Dora here.",
        }  # fmt: skip
        pair = f"location_id={here}&user_id=dora&contact_id={contact_id}"
        return [
            Example(
                "careplus", f"{url['careplus']}  staff and customers of a pharmacy",
                f"curl -H 'Authorization: Bearer {customer}' http://{url['careplus']}/api/v1/chat/me",
                f"ws://{url['careplus']}/api/v1/chat/ws?token={customer}",
            ),
            Example(
                "location", f"{url['location']}  staff of a location and their contacts",
                f"curl -H 'Authorization: Bearer {clerk}' -H 'Content-Type: application/json' "
                f"-d '{json.dumps(written)}' http://{url['location']}/location-contact-chat/messages",
                f"ws://{url['location']}/ws",
            ),
            Example(
                "visitor", f"{app.addresses[0]}  visitors of a website, who ask again every few seconds",
                f"curl -H 'Content-Type: application/json' -d '{{}}' http://{app.addresses[0]}/api/chat/start",
            ),
            Example(
                "careforall", f"{url['careforall']}  users and admins of a platform",
                f"curl -H 'Authorization: Bearer {user}' http://{url['careforall']}/api/conversations",
                f"ws://{url['careforall']}/ws/conversations/conv_{conversation.id}?token={user}",
            ),
            Example(
                "clinic", f"{url['clinic']}  doctors and patients",
                f"curl -H 'Content-Type: application/json' -d '{json.dumps(said)}' http://{url['clinic']}/chat/send",
                f"ws://{url['clinic']}/ws?{pair}",
            ),
        ]  # fmt: skip
