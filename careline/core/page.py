"""Pages and cursors: keyset positions that a client can keep but neither read nor make up."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from msgspec import Struct

from careline.core.errors import Invalid

T = TypeVar("T")
SKIPPED = 10_000
LENGTH = 22


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

    A log number tells how busy a workspace is, and a contact must not learn that: so the number is encrypted, bound to
    its workspace and its use. Both together are one block of AES, which is never used twice for different things: what
    is deciphered without the right second half was not made here (encode-then-encipher, Bellare and Rogaway 2000).
    """

    def __init__(self, key: bytes) -> None:
        own_key = blake2b(key, person=b"cursors", digest_size=32).digest()
        self._cipher = Cipher(AES(own_key), ECB())  # noqa: S305 - a mode chains blocks, and there is one
        self._encipher = self._cipher.encryptor().update

    def encode(self, position: int, workspace_id: str, use: str) -> str:
        sealed = self._encipher(position.to_bytes(8) + _bound(workspace_id, use))
        return urlsafe_b64encode(sealed)[:LENGTH].decode()

    def decode(self, cursor: str, workspace_id: str, use: str, field: str = "cursor") -> int:
        """The position, or `Invalid`: a cursor of another workspace, list or epoch is as wrong as a forged one."""
        try:
            sealed = urlsafe_b64decode(cursor + "==")
        except ValueError:
            sealed = b""
        position = int.from_bytes(self._cipher.decryptor().update(sealed)[:8])
        # Base64 reads the same bytes out of more than one text: a cursor is only what is handed out.
        if self.encode(position, workspace_id, use) != cursor:
            raise Invalid(field, "This is not a cursor that this list handed out.")
        return position


@lru_cache(4_096)
def _bound(workspace_id: str, use: str) -> bytes:
    return blake2b(repr((workspace_id, use)).encode(), digest_size=8).digest()
