"""Where a request came from: for the log, the limits and the audit, never for a decision about whose something is."""

from contextvars import ContextVar

from msgspec import Struct


class Context(Struct, frozen=True):
    """`origin` is the connection whose command this is; it is not told again what it did itself.

    `reads` says that something is asked for; what a change shows of itself is no reading of its own. `impersonated_by`
    is the person, as `kind:id`, who acts as the actor.
    """

    request_id: str = ""
    address: str = ""
    wire: str = ""
    origin: str | None = None
    reads: bool = False
    impersonated_by: str | None = None


NOWHERE = Context()
current: ContextVar[Context] = ContextVar("context", default=NOWHERE)
