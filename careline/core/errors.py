"""Every way Careline says no: one class per kind, one stable snake_case code per cause."""

from typing import ClassVar


class Refused(Exception):
    """A decision against a request. `status` is the HTTP status a wire without its own idea answers with."""

    status: ClassVar[int] = 400
    code = "bad_request"
    detail = "The request cannot be understood."

    def __init__(self, detail: str | None = None, *, code: str | None = None) -> None:
        self.detail = detail or type(self).detail
        self.code = code or type(self).code
        super().__init__(self.detail)


class BadRequest(Refused):
    """The bytes are not what the protocol asks for."""


class Invalid(Refused):
    """A field has a value that cannot be taken; `field` names it."""

    status = 422
    code = "invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class Unauthenticated(Refused):
    """Nobody we know: no credential, or one that is wrong, expired or revoked."""

    status = 401
    code = "unauthenticated"
    detail = "Sign in first: the credential is missing, wrong, expired or revoked."


class Forbidden(Refused):
    """Somebody we know who may not do this."""

    status = 403
    code = "forbidden"
    detail = "You may not do this."


class NotFound(Refused):
    """Not there, or not there for this actor: the two cannot be told apart."""

    status = 404
    code = "not_found"
    detail = "There is no such thing here."


class Conflict(Refused):
    """It cannot be done because of what is already there."""

    status = 409
    code = "conflict"


class TooLarge(Refused):
    """More bytes than the limit."""

    status = 413
    code = "too_large"
    detail = "The request is larger than the limit."


class TimedOut(Refused):
    """The rest of the request did not come in time."""

    status = 408
    code = "timeout"
    detail = "The body did not arrive in time."


class HeadersTooLarge(Refused):
    """More header bytes or lines than the limit (RFC 6585)."""

    status = 431
    code = "headers_too_large"
    detail = "The request line or the headers are larger than the limit."


class UnsupportedType(Refused):
    """A body in a language this route does not read."""

    status = 415
    code = "unsupported_media_type"
    detail = "Send JSON with Content-Type: application/json."


class TooMany(Refused):
    """Faster than the limit; `retry_after` is in milliseconds."""

    status = 429
    code = "too_many"
    detail = "Too many requests: wait before the next one."

    def __init__(self, retry_after: int, detail: str | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TookTooLong(Refused):
    """It is understood, and would keep the store busy for longer than others should wait."""

    status = 422
    code = "took_too_long"
    detail = "This takes longer than a second here: say more of what you look for, or ask for less."


class Unavailable(Refused):
    """It cannot be stored or read now. The outcome of a write is unknown: retry with the same client_id."""

    status = 503
    code = "unavailable"
    detail = "The store does not answer. Whether a write happened is unknown: retry with the same client_id."
    retry_after = 1000


class NotInstalled(Refused):
    """It is understood, and this server lacks what it takes: asking again changes nothing."""

    status = 503
    code = "no_pdf"
    detail = "This server sets no PDF: install careline[pdf]."


class OriginNotAllowed(Refused):
    """A page from elsewhere (cross-site WebSocket hijacking, CWE-1385)."""

    status = 403
    code = "origin_not_allowed"
    detail = "Pages of this origin may not talk to this workspace: an administrator can list it."


class MethodNotAllowed(Refused):
    """A verb this address does not know."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"This address takes {', '.join(allowed)}." if allowed else "No address takes this method.")
        self.allowed = allowed


class Misdirected(Refused):
    """A Host that is not ours: links and decisions must not be made from it."""

    status = 421
    code = "misdirected"
    detail = "This server is not known by that name: add it to `hosts` in the settings."


class Failed(Refused):
    """Our fault. What happened is in the log under the request id, and nowhere else."""

    status = 500
    code = "internal"
    detail = "Something went wrong on our side; the log knows it by the request id."


class RangeNotSatisfiable(Refused):
    """A part of a file that is not in it (RFC 9110, section 15.5.17)."""

    status = 416
    code = "range_not_satisfiable"


class Integrity(Failed):
    """What is stored is not what was stored: nothing of it is given out."""

    code = "integrity"
    detail = "The stored file is damaged, so it is not given out."


class Infected(Refused):
    """The scanner found something in the file."""

    status = 422
    code = "infected"
    detail = "The scanner found something harmful in the file."


class StorageFull(Refused):
    """There is no room for files; what is no file can still be stored."""

    status = 507
    code = "storage_full"
    detail = "There is no room for files at the moment. Messages without files still work."
