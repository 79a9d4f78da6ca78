"""What names, addresses and passwords people may have, and who may change whom."""

import re
from functools import cache

import msgspec

from careline.core import phones, text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.people.rows import Contact, Staff

ATTRIBUTES_BYTES = 8_192
PASSWORD = (8, 128)


def may_manage_staff(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator may change staff.")


def may_manage_contacts(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("Only staff may do this.")


def may_act_as_others(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator acts as somebody else.")


def may_merge_contacts(actor: Actor) -> None:
    """Whoever merges shows one person's history to whoever holds another's credentials."""
    if not actor.is_admin:
        raise Forbidden("Only an administrator may merge contacts.")


def may_speak(*, blocked: bool) -> None:
    """Staff end a conversation for good by blocking: then nothing of the contact is taken any more."""
    if blocked:
        raise Forbidden("The workspace takes nothing from you any more.", code="contact_blocked")


def may_become(gone: Contact, survivor: Contact) -> None:
    if gone.id == survivor.id:
        raise Invalid("into", "Name two different contacts.")
    if gone.identified_at is not None and survivor.identified_at is None:
        raise Conflict("Somebody known cannot become a stranger: merge the other way round.", code="into_stranger")


def merged(gone: Contact, survivor: Contact, now: int) -> Contact:
    """The survivor with what they lacked. A number keeps the vouching it came with; whoever was blocked stays so."""
    took_phone = survivor.phone is None
    return msgspec.structs.replace(
        survivor,
        name=survivor.name or gone.name,
        email=survivor.email or gone.email,
        phone=survivor.phone or gone.phone,
        phone_confirmed_at=gone.phone_confirmed_at if took_phone else survivor.phone_confirmed_at,
        blocked_at=survivor.blocked_at or gone.blocked_at,
        updated_at=now,
    )


def keeps_an_admin(staff: list[Staff], changed: Staff) -> None:
    """A workspace without an administrator could not be mended from inside."""
    admins = {s.id for s in staff if s.role == "admin"}
    stays = changed.role == "admin" and changed.deactivated_at is None
    if not stays and admins <= {changed.id}:
        raise Conflict("A workspace keeps at least one administrator: make somebody else one first.")


def name(value: str, field: str = "name") -> str:
    return text.line(value, field, 120)


def email(value: str) -> str:
    """An address in lower case. Only its outline is checked: what receives mail is decided by sending some."""
    value = text.storable(value.strip().lower(), "email")
    if len(value) > 254 or not re.fullmatch(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,190}", value):
        raise Invalid("email", "Write an e-mail address such as ana@greenleaf.example.")
    return value


def phone(value: str, region: str | None = None) -> str:
    """A number as the whole world dials it (E.164) where that can be told: it has a plus, or the region it is of is
    known. Else its digits, for extensions and the like; spaces, dots, dashes and brackets are dropped.
    """
    digits = re.sub(r"[ .()\-/]", "", text.storable(value, "phone"))
    if not re.fullmatch(r"\+?[0-9]{4,15}", digits):
        raise Invalid("phone", "Write a phone number such as +44 20 7946 0000.")
    return phones.dialled(digits, region) or digits


def sought(name: str | None, email: str | None, phone: str | None) -> str:
    """The text in which a list looks for contacts, one line each; what is looked for has no line breaks."""
    return "\n".join(part or "" for part in (name, email, phone)).casefold()


def wanted(q: str) -> str:
    """What `sought` is like where the text stands in it: each character as it is, in any case. What is written like a
    phone number is found however that is grouped, and with or without the zero that stands for the country.
    """
    if not q.strip():
        return ""
    folded = text.line(q, "q", 200).casefold()
    digits = re.sub(r"[ .()\-/]", "", folded).lstrip("0")
    found = digits if re.fullmatch(r"\+?[0-9]+", digits) else folded
    return "%" + re.sub(r"([!%_])", r"!\1", found) + "%"


def attributes(value: msgspec.Raw | str) -> str:
    """A JSON object of the host's own, kept as text and never queried inside."""
    raw = value if isinstance(value, str) else bytes(value).decode()
    if len(raw.encode()) > ATTRIBUTES_BYTES or not raw.lstrip().startswith("{"):
        raise Invalid("attributes", f"A JSON object of at most {ATTRIBUTES_BYTES} bytes.")
    return text.storable(raw, "attributes")


def password(value: str) -> str:
    """Exactly what was typed: 8 to 128 characters of any kind, unless it is among those everybody tries first."""
    least, most = PASSWORD
    text.storable(value, "password")
    if not least <= len(value) <= most:
        raise Invalid("password", f"A password has {least} to {most} characters.")
    if value.lower() in common_passwords():
        raise Invalid("password", "This password is one of the first that an attacker tries.")
    return value


@cache
def common_passwords() -> frozenset[str]:
    """The passwords found most often in published leaks, from zxcvbn's frequency list (30,000 of them)."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # 30 ms and 5 MiB that only a new password is worth

    return frozenset(FREQUENCY_LISTS["passwords"])
