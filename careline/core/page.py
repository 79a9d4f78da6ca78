"""Pages and cursors: keyset positions that a client can keep but neither read nor make up."""

from base64 import b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

from careline.core.errors import Invalid

T = TypeVar("T")
SKIPPED = 10_000


class Page(Struct, Generic[T], frozen=True):
    """Items and the positions next to them; `None` where there is nothing further."""

    items: list[T]
    before: int | None = None
    after: int | None = None


def skip(count: int, field: str = "page") -> int:
    """How many items a numbered page leaves out, or `Invalid`: the store walks over every one of them."""
    if not 0 <= count <= SKIPPED:
        raise Invalid(field, f"Numbered pages reach {SKIPPED} items far.")
    return count


class Cursors:
    """Turns positions into opaque cursors and back.

    A log number tells how busy a workspace is, and a contact must not learn that: so the number is encrypted
    (AES-SIV, RFC 5297: deterministic and authenticated), bound to its workspace and its use.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def encode(self, position: int, workspace_id: str, use: str) -> str:
        sealed = self._cipher.encrypt(position.to_bytes(8), [workspace_id.encode(), use.encode()])
        return urlsafe_b64encode(sealed).decode()

    def decode(self, cursor: str, workspace_id: str, use: str, field: str = "cursor") -> int:
        """The position, or `Invalid`: a cursor of another workspace, list or epoch is as wrong as a forged one."""
        try:
            sealed = b64decode(cursor, b"-_", validate=True)
            return int.from_bytes(self._cipher.decrypt(sealed, [workspace_id.encode(), use.encode()]))
        except (ValueError, InvalidTag):
            raise Invalid(field, "This is not a cursor that this list handed out.") from None
