"""Acts as the audit tells them, and the seals that make a change to them visible."""

from msgspec import Struct


class Entry(Struct, frozen=True):
    """One act that changed nothing. `actor`, `record` and `impersonated_by` are `kind:id`."""

    at: int
    actor: str
    action: str
    record: str | None
    outcome: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None


class Row(Struct, frozen=True):
    """A fact (`body`, number 0) or an entry, as the page's query gives it."""

    seq: int
    number: int
    at: int
    actor: str
    action: str
    record: str | None
    outcome: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None
    body: str


class Act(Struct, frozen=True):
    """One act. `conversation_id` is the conversation it belongs to, where it belongs to one."""

    at: int
    actor: str
    action: str
    record: str | None
    conversation_id: str | None
    outcome: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None


class Place(Struct, frozen=True, order=True):
    """Where a row stands: after the fact `seq`, as entry `number`; the fact itself is number 0."""

    seq: int
    number: int


class Asked(Struct, frozen=True):
    """What to look for; None leaves it open. `since` and `until` are milliseconds, the latter exclusive."""

    contact_id: str | None = None
    staff_id: str | None = None
    record: str | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None


class Looks(Struct, frozen=True):
    """How many different conversations in which they take no part somebody looked at, and how many they took home."""

    person: str
    conversations: int
    exports: int


class Alert(Struct, frozen=True):
    """`kind` is one of `many_conversations`, `out_of_hours`, `many_exports` and `impersonation`."""

    kind: str
    person: str


class Seal(Struct, frozen=True):
    """`facts` and `entries` are digests of what came since the seal before, `hash` covers them and that seal's."""

    number: int
    to_seq: int
    to_entry: int
    at: int
    facts: str
    entries: str
    hash: str


class Anchor(Struct, frozen=True):
    """`body` is the JSON, an `Anchored`, that the key of the name `signer` has signed."""

    number: int
    at: int
    body: str
    signer: str = ""
    signature: str = ""


class Anchored(Struct, frozen=True):
    """What an anchor says: `before` is the digest of the one before, `seals` are hashes by `workspace:number`."""

    number: int
    at: int
    before: str
    seals: dict[str, str]


class SealedFact(Struct, frozen=True, array_like=True):
    """Everything the log says of a fact."""

    seq: int
    at: int
    conversation_id: str | None
    audience: str
    actor: str
    body: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None


class SealedEntry(Struct, frozen=True, array_like=True):
    """Everything an entry says."""

    number: int
    seq: int
    at: int
    actor: str
    action: str
    record: str | None
    outcome: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None
