"""How a canned response is written and filled in, and who may change it."""

import re

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.canned.rows import Canned

MOST = 500
PLACEHOLDERS = ("contact.name", "staff.name", "workspace.name")
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def may_use(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("Canned responses are for staff.")


def may_change(actor: Actor, canned: Canned) -> None:
    """Everybody uses what one of them wrote, so only they, or who answers for the workspace, changes it."""
    if not actor.is_admin and actor.person != canned.created_by:
        raise Forbidden("Only who wrote it, or an administrator, may change it.")


def has_room(count: int) -> None:
    if count >= MOST:
        raise Conflict(f"A workspace has at most {MOST} canned responses.")


def shortcut(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", value, re.ASCII):
        raise Invalid("shortcut", "1 to 40 small letters, digits and dashes, such as opening-times.")
    return value


def title(value: str) -> str:
    return text.line(value, "title", 120)


def body(value: str) -> str:
    """The text, whose placeholders are all known: one that is not would be sent to somebody as it stands."""
    for name in _PLACEHOLDER.findall(text.body(value)):
        if name.strip() not in PLACEHOLDERS:
            raise Invalid("body", "Placeholders are " + ", ".join("{{" + known + "}}" for known in PLACEHOLDERS) + ".")
    return value


def filled(body: str, values: dict[str, str]) -> str:
    """The body with its placeholders filled in, once: what a name says of placeholders is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), body)
