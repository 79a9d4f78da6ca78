"""Who somebody is, from what they bring: one place for every wire, so that no door skips a check another makes."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import NamedTuple

import argon2

from careline.core.actor import Actor, system
from careline.core.batch import Batch
from careline.core.clock import Clock
from careline.core.errors import Forbidden, Unauthenticated
from careline.features.people import rules as people_rules
from careline.features.people.accounts import account_of, find_account
from careline.features.people.rows import Account
from careline.features.people.staff import workspaces_of
from careline.features.tokens import rules
from careline.features.tokens.actions import actor_by_session, actors_by_secret, bearer_of_token, use_tokens
from careline.features.tokens.once import redeem_ticket
from careline.features.tokens.rows import IssuedSession
from careline.features.tokens.sessions import change_own_password, refresh_session, sign_in
from careline.store.database import Database
from careline.wires.gate import Gate
from careline.wires.issuers import Issuers, Trust, looks_signed

REMEMBERED = 20_000
TRUSTED_FOR = 30_000


class _Known(NamedTuple):
    """Counts for a while, in monotonic milliseconds, and no longer than the credential does."""

    actor: Actor
    until: int

    def counts(self, now: int, wall: int) -> bool:
        ends = self.actor.expires_at
        return now < self.until and (ends is None or wall < ends)


class Credentials:
    """Turns tokens into actors. What it answered is remembered for 30 s, and forgotten once a fact revokes it."""

    def __init__(self, database: Database, trust: Trust, gate: Gate, clock: Clock, passwords: "Passwords") -> None:
        self._database = database
        self._trust = trust
        self._gate = gate
        self._clock = clock
        self._passwords = passwords
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self.revocations = 0
        self.signed: Callable[[str], Awaitable[Actor | None]] = _unsigned
        self.on_sign_in: Callable[[str, str, str], Awaitable[None]] = _unheard
        # Everybody comes back at once when a server was away: all who wait are looked up together.
        self._looking_up: Batch[str, Actor] = Batch(lambda given: database.read(actors_by_secret, system(), given))
        self._used: Batch[tuple[str, int], None] = Batch(
            lambda used: database.write(use_tokens, system(), used), linger=2.0
        )

    async def actor(
        self,
        token: str,
        address: str,
        *,
        issuer: Issuers = None,
        workspace: str | None = None,
        cookie: bool = False,
        anew: bool = False,
    ) -> Actor:
        """Who bears this token, or `Unauthenticated`; wrong ones are counted against the address. `workspace` says
        where, for tokens that may speak for several workspaces. What came in a `cookie` is a session's, and counts
        there only. Looked up `anew`, nothing remembered counts.
        """
        key = sha256(f"{issuer} {workspace} {cookie} {token}".encode(errors="surrogatepass")).digest()
        now, wall = self._clock.monotonic_ms(), self._clock()
        if anew:
            self._known.pop(key, None)
        known = self._known.get(key)
        if known is not None and known.counts(now, wall):
            return known.actor
        revocations = self.revocations
        try:
            actor = await (self._by_cookie(token) if cookie else self._look_up(token, issuer, workspace))
            if actor.expires_at is not None and actor.expires_at <= wall:
                raise Unauthenticated()  # signed tokens were judged by the machine's clock, which may be set back
        except Unauthenticated:
            self._gate.take_from("sign_in_address", address)
            raise
        if revocations == self.revocations:
            # Had something been revoked while we looked, what we read may already be untrue.
            self._known[key] = _Known(actor, now + TRUSTED_FOR)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if actor.credential.startswith("token:"):
            self._used.submit((actor.credential.removeprefix("token:"), wall)).add_done_callback(_ignore)
        return actor

    async def places(self, token: str, address: str, issuer: Issuers) -> list[str]:
        """The workspaces that another system's token may speak for; wrong ones are counted against the address."""
        try:
            if looks_signed(token):
                return await self._trust.places(token, issuer)
            raise Unauthenticated()
        except Unauthenticated:
            self._gate.take_from("sign_in_address", address)
            raise

    async def _look_up(self, token: str, issuer: Issuers, workspace: str | None) -> Actor:
        if issuer is None and len(token) <= 128 and rules.opens_to(token) is not None:
            return await self._looking_up.submit(token)
        if looks_signed(token):
            if issuer is None and (named := await self.signed(token)) is not None:
                return await self._database.read(bearer_of_token, system(), named)
            return await self._trust.actor(token, issuer, workspace)
        raise Unauthenticated()

    async def _by_cookie(self, token: str) -> Actor:
        if len(token) <= 128 and token.startswith(rules.REFRESH):
            return await self._database.read(actor_by_session, system(), token)
        raise Unauthenticated()

    def forget(self, keys: tuple[str, ...]) -> None:
        """Drop what is remembered of these credentials or people."""
        self.revocations += 1
        gone = [k for k, known in self._known.items() if known.actor.credential in keys or known.actor.person in keys]
        for key in gone:
            del self._known[key]

    async def by_ticket(self, ticket: str, origin: str, address: str) -> Actor:
        """Who this socket ticket was made for; it works once."""
        actor = await self._database.write(redeem_ticket, system(), ticket, origin) if len(ticket) <= 128 else None
        if actor is None:
            self._gate.take_from("sign_in_address", address)
            raise Unauthenticated("This ticket is used, too old or made for another origin: ask for a new one.")
        return actor

    async def sign_in(self, email: str, password: str, workspace_id: str | None, address: str) -> IssuedSession:
        """A session for an account; the same answer in the same time whether address or password was wrong."""
        self._gate.take_from("sign_in_address", address)
        self._gate.take("sign_in_account", email.strip().lower()[:254])
        account = await self._database.read(find_account, system(), email)
        if not await self._passwords.verify(account.password_hash if account else None, password) or not account:
            await self._tell_failure(account, workspace_id)
            raise Unauthenticated("E-mail address or password is wrong.")
        try:
            issued = await self._database.write(sign_in, system(), account, workspace_id)
        except Unauthenticated:
            await self._tell_failure(account, workspace_id)
            raise
        await self.on_sign_in(issued.session.workspace_id, f"staff:{issued.session.staff_id}", "ok")
        return issued

    async def _tell_failure(self, account: Account | None, workspace_id: str | None) -> None:
        """A failure of somebody who works somewhere is told there; all others belong to no workspace."""
        places = await self._database.read(workspaces_of, system(), account.id) if account else []
        place = next((p for p in places if workspace_id in (None, p.workspace_id)), None)
        await self.on_sign_in(
            place.workspace_id if place else "", f"staff:{place.id}" if place else "", Unauthenticated.code
        )

    async def refresh(self, refresh_token: str, workspace_id: str | None, address: str) -> IssuedSession:
        """New secrets for a session; a refresh token used a second time ends it."""
        issued = None
        if refresh_token.startswith(rules.REFRESH) and len(refresh_token) <= 128:
            issued = await self._database.write(refresh_session, system(), refresh_token, workspace_id)
        if issued is None:
            self._gate.take_from("sign_in_address", address)
            raise Unauthenticated("Sign in again: this session is over.")
        return issued

    async def change_password(self, actor: Actor, old: str, new: str) -> None:
        """Change the actor's own password; every session of the account ends, in all its workspaces."""
        self._gate.take_as("sign_in_account", actor)
        account = await self._database.read(account_of, actor, actor.id)
        if not await self._passwords.verify(account.password_hash, old):
            raise Forbidden("The current password is wrong.")
        digest = await self._passwords.hash(new)
        await self._database.write(change_own_password, system(), account, digest)

    async def drain(self) -> None:
        await self._used.drain()


class Passwords:
    """Argon2id (19 MiB, 2 passes: OWASP's choice), off the event loop, a few at a time so that memory stays bounded."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._few = asyncio.Semaphore(4)
        self._decoy = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to store, or `Invalid` for a password nobody should have."""
        people_rules.password(password)
        async with self._few:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. With nothing stored it takes the same time and is not."""
        async with self._few:
            return await asyncio.to_thread(self._matches, stored or self._decoy, password) and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return len(password) <= people_rules.PASSWORD[1] and self._hasher.verify(stored, password)
        except argon2.exceptions.VerificationError:
            return False


async def _unheard(workspace_id: str, person: str, outcome: str) -> None:
    pass


async def _unsigned(token: str) -> Actor | None:
    """Whom a token that a wire of ours signed makes somebody, by which contact token; None: it is nobody's of ours."""
    return None


def _ignore(future: "asyncio.Future[None]") -> None:
    if not future.cancelled():
        future.exception()  # when a token was last used is not worth an error
