"""Anchoring the audit: signing its seals once a day, and checking what was signed.

Who can write to the store can make a new chain of seals, but cannot sign it for a day that is over: an anchor that was
carried elsewhere is missed, and one that is gone leaves a day without any.
"""

import base64
from bisect import bisect_left
from collections.abc import Container, Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from careline.core.actor import system
from careline.features.audit import rules
from careline.features.audit.anchors import add_anchor, ends_since, last_anchor, list_anchors
from careline.features.audit.rows import Anchor, Seal
from careline.settings import SettingsError
from careline.store.database import Database

# How often it is looked whether a day is over.
LOOK_EVERY_S = 300.0
HOUR_MS = 3_600_000


def called(workspace_id: str) -> str:
    """The workspace's id; what belongs to none is the server's."""
    return workspace_id or "(server)"


class Notary:
    """Signs with one key, and knows the signatures of several: Ed25519, as PEM."""

    def __init__(self, private: str = "", public: Iterable[str] = ()) -> None:
        """Raises `SettingsError` for a key that is none."""
        self._key = private_key(private) if private else None
        keys = [public_key(pem) for pem in public] + ([self._key.public_key()] if self._key else [])
        self._known = {_name(key): key for key in keys}

    @property
    def knows_any(self) -> bool:
        return bool(self._known)

    def sign(self, body: str) -> tuple[str, str]:
        """The key's name, and its signature."""
        assert self._key is not None
        return _name(self._key.public_key()), base64.b64encode(self._key.sign(body.encode())).decode()

    def doubts(self, anchor: Anchor) -> str | None:
        """Why this anchor is not believed; None where it is."""
        key = self._known.get(anchor.signer)
        if key is None:
            return f"it is signed with the key {anchor.signer}, which was not given"
        try:
            key.verify(base64.b64decode(anchor.signature), anchor.body.encode())
        except (InvalidSignature, ValueError):
            return "its signature is wrong"
        return None


def private_key(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError("audit_key: not an Ed25519 private key in PEM, without a password")
    return key


def public_key(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError("not an Ed25519 public key in PEM")
    return key


def _name(key: Ed25519PublicKey) -> str:
    """Short, and whoever has the key can work it out."""
    return base64.b32encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)[:10]).decode()


async def anchor(database: Database, notary: Notary) -> Anchor | None:
    """Sign what was sealed since the last anchor, if that is a day old; two processes that do it at once do it once."""
    last, now = await database.read(last_anchor, system()), database.clock()
    if last is not None and now < last.at + rules.ANCHOR_MS:
        return None
    seals = await database.read(ends_since, system(), last.at if last else 0)
    known = rules.seals_in(last) if last else {}
    if not seals.keys() - known.keys():
        return None
    new = rules.anchored(last, now, {place: hash_ for place, hash_ in seals.items() if place not in known})
    signer, signature = notary.sign(new.body)
    new = msgspec.structs.replace(new, signer=signer, signature=signature)
    await database.write(add_anchor, system(), new)
    return new


class Anchors:
    """The anchors of a store, believed as far as their signatures go, and what they say of its seals."""

    def __init__(self, noted: dict[str, str]) -> None:
        """`noted` are seals that somebody noted themselves, as `workspace:number` to hash."""
        self.expected = dict(noted)
        self.found: list[str] = []
        self._times: list[int] = []
        self._lonely: dict[str, list[int]] = {}

    async def load(self, database: Database, notary: Notary, carried: list[Anchor]) -> None:
        """Take in those of the store, and those that were `carried` elsewhere and have to be among them."""
        kept = await database.read(list_anchors, system())
        before: Anchor | None = None
        for one in kept:
            doubts = notary.doubts(one) or rules.does_not_follow(before, one)
            if doubts:
                self.found.append(f"anchor {one.number}: {doubts}")
            else:
                self.expected.update(rules.seals_in(one))
                self._times.append(one.at)
            before = one
        bodies = {one.number: one.body for one in kept}
        for one in carried:
            doubts = notary.doubts(one)
            if doubts:
                self.found.append(f"anchor {one.number}, as it was carried elsewhere: {doubts}")
            elif bodies.get(one.number) != one.body:
                self.found.append(f"anchor {one.number}: the store has not the one that was carried elsewhere")
                self.expected.update(rules.seals_in(one))

    def meet(self, workspace_id: str, seals: list[Seal]) -> None:
        """These are in the store."""
        for seal in seals:
            expected = self.expected.pop(f"{workspace_id}:{seal.number}", seal.hash)
            if expected != seal.hash:
                self.found.append(f"{called(workspace_id)}: seal {seal.number} is not the one that was noted")
            if self._times and seal.at > self._times[0] and not self._is_anchored(seal.at):
                self._lonely.setdefault(workspace_id, []).append(seal.number)

    def _is_anchored(self, at: int) -> bool:
        """A running server makes an anchor within a day of the one before, and looks often whether it is time."""
        place = bisect_left(self._times, at - rules.ANCHOR_MS - HOUR_MS)
        return place < len(self._times) and self._times[place] <= at + HOUR_MS

    def missing(self, workspaces: Container[str]) -> list[str]:
        """What was expected and not met, where these have a log."""
        found = []
        for workspace_id, _, number in (place.rpartition(":") for place in self.expected):
            nothing = "" if workspace_id in workspaces else ", nor anything else of this workspace"
            found.append(f"{called(workspace_id)}:{number}: there is no such seal{nothing}")
        return found

    def notes(self) -> list[str]:
        """What may have a reason: a server that was killed before it could sign."""
        return [
            f"{called(workspace_id)}: seals {numbers[0]} to {numbers[-1]} were made on days without an anchor"
            for workspace_id, numbers in self._lonely.items()
        ]
