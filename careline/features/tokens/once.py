"""Secrets that work once: what opens one socket, and what makes the first administrator."""

import secrets
from hmac import compare_digest

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import Unauthenticated
from careline.features.tokens import rules
from careline.features.tokens.actions import actor_again
from careline.store.database import Tx


class _Ticket(Struct):
    credential: str
    origin: str
    expires_at: int


class IssuedTicket(Struct, frozen=True):
    ticket: str
    expires_at: int


async def issue_ticket(tx: Tx, actor: Actor, origin: str) -> IssuedTicket:
    """A secret that opens one socket as the actor, once, within 30 s, from the same web origin."""
    ticket = IssuedTicket(rules.SOCKET_TICKET + secrets.token_urlsafe(32), tx.now + rules.TICKET)
    await tx.run(
        "insert_ticket",
        digest=rules.digest(ticket.ticket),
        credential=msgspec.json.encode(actor).decode(),
        origin=origin,
        expires_at=ticket.expires_at,
    )
    return ticket


async def redeem_ticket(tx: Tx, actor: Actor, ticket: str, origin: str) -> Actor | None:
    """The actor the ticket was made for. It is used up either way, so a refusal is None: raising would undo that."""
    found = await tx.one(_Ticket, "take_ticket", digest=rules.digest(ticket))
    if found is None or found.expires_at <= tx.now or found.origin != origin:
        return None
    try:
        return await actor_again(tx, msgspec.json.decode(found.credential, type=Actor))
    except Unauthenticated:
        return None


async def make_setup_secret(tx: Tx, actor: Actor) -> str:
    """The secret by which the first administrator is made, good for an hour; an earlier one is void."""
    secret = rules.SETUP_SECRET + secrets.token_urlsafe(32)
    await tx.run("set_server_fact", key="setup", value=f"{rules.digest(secret)} {tx.now + rules.SETUP}")
    return secret


async def use_setup_secret(tx: Tx, actor: Actor, secret: str) -> None:
    """Take the set-up secret; it works once."""
    digest, _, expires_at = str(await tx.value("server_fact", key="setup") or "").partition(" ")
    if not compare_digest(digest, rules.digest(secret)) or int(expires_at or 0) <= tx.now:
        raise Unauthenticated(
            "This set-up link is used, too old or wrong. While nobody works here, each start prints a new one."
        )
    if await tx.value("forget_server_fact", key="setup") is None:
        raise Unauthenticated()
