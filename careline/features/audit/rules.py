"""What is one act, which words it is told in, who may look, and how acts are sealed."""

import hashlib
import hmac
import re
from typing import Any

import msgspec

from careline.core.actor import Actor
from careline.core.context import Context
from careline.core.errors import Forbidden, Invalid, NotFound, Refused
from careline.features.audit.rows import (
    Act,
    Alert,
    Anchor,
    Anchored,
    Entry,
    Looks,
    Place,
    Row,
    Seal,
    SealedEntry,
    SealedFact,
)
from careline.features.workspaces.rows import Workspace, settings_of
from careline.features.workspaces.rules import DAY_MS

# What is looked at under a name of its own, though it is another thing's.
_RECORDS = {"history": "conversation", "transcript": "conversation"}
# The fields by which requests and facts name what they are about, the nearest first.
_NAMED = ("message_id", "attachment_id", "token_id", "contact_id", "staff_id", "conversation_id", "session_id")
# Ids that people make up could say anything: only what looks like an id is kept of what was not found.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RECORD = re.compile(r"[a-z_]+:[^\x00-\x1f]{1,128}")
_ENTRY_BITS = 30
HOUR_MS = 3_600_000
ANCHOR_MS = DAY_MS


def may_look(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator may look at the audit.")


def viewed(noted: list[str]) -> list[tuple[str, str | None]]:
    """The acts, as action and record, of one reading that noted these as `noun:id`.

    Whatever was read of a conversation, it was loaded first, and a transcript is made of history: those are acts of
    their own only where nothing nearer was.
    """
    distinct = list(dict.fromkeys(noted))
    for coarse in ("conversation:", "history:"):
        distinct = [what for what in distinct if not what.startswith(coarse)] or distinct
    acts = []
    for what in distinct:
        noun, _, id_ = what.partition(":")
        acts.append((f"{noun}.viewed", f"{_RECORDS.get(noun, noun)}:{id_}" if id_ else None))
    return acts


def entry(at: int, actor: str, action: str, record: str | None, outcome: str, origin: Context) -> Entry:
    return Entry(
        at, actor, action, record, outcome, origin.request_id or None, origin.address or None, origin.impersonated_by
    )


def is_denial(refused: Refused) -> bool:
    """Whether somebody was kept from something, and did not merely ask for it wrongly. What is hidden is not found."""
    return isinstance(refused, (Forbidden, NotFound))


def denied_record(request: Any, refused: Refused) -> str | None:
    """What the request was about, as `kind:id`."""
    for name in _NAMED:
        value = getattr(request, name, None)
        if isinstance(value, str) and (isinstance(refused, Forbidden) or _ID.fullmatch(value)):
            return f"{name.removesuffix('_id')}:{value}"
    return None


def record(value: str) -> str:
    if not _RECORD.fullmatch(value):
        raise Invalid("record", "Write a record as kind:id, such as conversation:019ab5c2-….")
    return value


def act(row: Row) -> Act:
    """The row in words: a fact names itself and what it is about."""
    action, about, conversation_id = row.action, row.record, None
    if row.number == 0:
        fact = msgspec.json.decode(row.body, type=dict[str, Any])
        action, conversation_id = fact["type"], fact.get("conversation_id")
        nearest = f"{action.partition('.')[0]}_id"
        name = next((n for n in (nearest, "conversation_id", *_NAMED, "workspace_id") if fact.get(n)), None)
        about = name and f"{name.removesuffix('_id')}:{fact[name]}"
    elif about and about.startswith("conversation:"):
        conversation_id = about.partition(":")[2]
    return Act(
        row.at, row.actor, action, about, conversation_id, row.outcome, row.request_id, row.address, row.impersonated_by
    )  # fmt: skip


def is_about(found: Act, wanted: str | None) -> bool:
    return wanted is None or wanted in (found.record, f"conversation:{found.conversation_id}")


def kept_since(workspace: Workspace, now: int) -> int:
    """Older entries may be gone."""
    return now - settings_of(workspace).audit_days * DAY_MS


def packed(place: Place) -> int:
    """The place as one number, for a cursor."""
    return (place.seq << _ENTRY_BITS) | place.number


def unpacked(position: int) -> Place:
    return Place(position >> _ENTRY_BITS, position & ((1 << _ENTRY_BITS) - 1))


def digest(rows: list[SealedFact] | list[SealedEntry]) -> str:
    return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()


def covers(said: str, rows: list[SealedFact] | list[SealedEntry]) -> bool:
    """Whether the digest in a seal is that of these rows."""
    return hmac.compare_digest(said.encode(), digest(rows).encode())


def sealed(before: Seal, to_seq: int, to_entry: int, at: int, facts: str, entries: str) -> Seal:
    """The next seal of the chain."""
    number = before.number + 1
    said = msgspec.json.encode([before.hash, number, to_seq, to_entry, at, facts, entries])
    return Seal(number, to_seq, to_entry, at, facts, entries, hashlib.sha256(said).hexdigest())


def anchored(before: Anchor | None, at: int, seals: dict[str, str]) -> Anchor:
    """The next anchor, to be signed."""
    said = Anchored(before.number + 1 if before else 1, at, _digest_of(before), dict(sorted(seals.items())))
    return Anchor(said.number, at, msgspec.json.encode(said).decode())


def does_not_follow(before: Anchor | None, anchor: Anchor) -> str | None:
    """Why a signed anchor does not stand where it is; None where it does."""
    try:
        said = msgspec.json.decode(anchor.body, type=Anchored)
    except msgspec.DecodeError:
        return "it is no anchor"
    expected = (before.number + 1 if before else 1, anchor.at, _digest_of(before))
    return None if (said.number, said.at, said.before) == expected else "it does not follow from the one before"


def seals_in(anchor: Anchor) -> dict[str, str]:
    return msgspec.json.decode(anchor.body, type=Anchored).seals


def _digest_of(anchor: Anchor | None) -> str:
    return hashlib.sha256(anchor.body.encode()).hexdigest() if anchor else ""


def alerts(
    looks: list[Looks], impersonators: list[str], *, most_conversations: int, most_exports: int, closed: bool
) -> list[Alert]:
    """What of the last hour is unusual; a limit of 0 asks for nothing. Out of hours a tenth is."""
    found = [Alert("impersonation", person) for person in impersonators]
    for who in looks:
        if most_conversations and who.conversations > most_conversations:
            found.append(Alert("many_conversations", who.person))
        elif most_conversations and closed and who.conversations > most_conversations // 10:
            found.append(Alert("out_of_hours", who.person))
        if most_exports and who.exports > most_exports:
            found.append(Alert("many_exports", who.person))
    return found


ALERT = "alert.raised"
EXPIRED = "entries.expired"
FIRST = Seal(0, 0, 0, 0, "", "", "")
