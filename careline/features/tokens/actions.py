"""Letting contacts in and shutting them out, and who bears a secret: each is kept as a digest and looked up by it.

Sessions, and secrets that work once, have rooms of their own.
"""

import contextlib
import secrets
from collections.abc import Sequence

import msgspec

from careline.core import ids
from careline.core.actor import Actor, Kind
from careline.core.errors import NotFound, Refused, Unauthenticated
from careline.features.people.actions import access_contact, find_contact
from careline.features.people.staff import find_staff
from careline.features.tokens import rules
from careline.features.tokens.events import TokenIssued, TokenRevoked
from careline.features.tokens.rows import Bearer, ContactToken, IssuedToken, Shown
from careline.store.database import Tx

CREDENTIALS: dict[Kind, str] = {"staff": "session", "contact": "token"}
OPENING: dict[Kind, str] = {"staff": "staff_by_access_digest", "contact": "contacts_by_token_digest"}


async def issue_token(
    tx: Tx,
    actor: Actor,
    contact_id: str,
    *,
    label: str | None = None,
    expires_at: int | None = None,
    bare: bool = False,
) -> IssuedToken:
    """A token by which the contact comes in; its secret is in the answer and nowhere else.

    With `bare` it is 64 hex characters, for clients that know no other; it has as many random bits.
    """
    rules.may_issue(actor)
    await access_contact(tx, actor, contact_id)
    secret = secrets.token_hex(32) if bare else rules.CONTACT + secrets.token_urlsafe(32)
    token = ContactToken(
        ids.new_id(),
        actor.workspace_id,
        contact_id,
        rules.label(label),
        actor.person,
        tx.now,
        rules.expiry(expires_at, tx.now),
        None,
        None,
    )
    await tx.run(
        "insert_contact_token",
        id=token.id,
        digest=rules.digest(secret),
        workspace_id=token.workspace_id,
        contact_id=contact_id,
        label=token.label,
        created_by=token.created_by,
        expires_at=token.expires_at,
        now=tx.now,
    )
    tx.emit(TokenIssued(token_id=token.id, contact_id=contact_id), actor)
    return IssuedToken(token, secret)


async def list_tokens(tx: Tx, actor: Actor, contact_id: str) -> list[ContactToken]:
    """A contact's tokens without their secrets, newest first, at most 200."""
    rules.may_issue(actor)
    await access_contact(tx, actor, contact_id)
    return await tx.all(ContactToken, "contact_tokens_of", workspace_id=actor.workspace_id, contact_id=contact_id)


async def access_token(tx: Tx, actor: Actor, token_id: str) -> ContactToken:
    """A contact's token, for staff who may see the contact; else `NotFound`."""
    rules.may_issue(actor)
    token = await tx.one(ContactToken, "contact_token_by_id", id=token_id)
    if token is None or token.workspace_id != actor.workspace_id:
        raise NotFound("There is no such token.")
    await access_contact(tx, actor, token.contact_id)
    return token


async def revoke_token(tx: Tx, actor: Actor, token_id: str) -> None:
    """End a contact's token and its sockets; again changes nothing. `NotFound` for another workspace's."""
    token = await access_token(tx, actor, token_id)
    if token.revoked_at is None:
        await tx.run("revoke_contact_token", id=token_id, now=tx.now)
        tx.emit(TokenRevoked(token_id=token_id, contact_id=token.contact_id), actor)


async def revoke_tokens_of(tx: Tx, actor: Actor, contact_id: str) -> None:
    """End everything that lets a contact in."""
    live = await tx.all(
        ContactToken, "live_contact_tokens", workspace_id=actor.workspace_id, contact_id=contact_id, now=tx.now
    )
    for token in live:
        await tx.run("revoke_contact_token", id=token.id, now=tx.now)
        tx.emit(TokenRevoked(token_id=token.id, contact_id=contact_id), actor)


async def use_tokens(tx: Tx, actor: Actor, used: list[tuple[str, int]]) -> list[None]:
    """Remember when tokens were last used: `(token id, milliseconds)`."""
    await tx.many("use_contact_token", [{"id": id_, "at": at} for id_, at in dict(used).items()])
    return [None] * len(used)


async def actors_by_secret(tx: Tx, actor: Actor, given: list[str]) -> Sequence[Actor | Refused]:
    """Who bears each of these access and contact tokens. `Unauthenticated` for any other secret, whatever it opens
    elsewhere.
    """
    digests = {secret: rules.digest(secret) for secret in given}
    actors: dict[str, Actor] = {}
    for kind, name in OPENING.items():
        wanted = [digest for secret, digest in digests.items() if rules.opens_to(secret) == kind]
        for shown in await tx.all(Shown, name, digests=wanted) if wanted else ():
            with contextlib.suppress(Unauthenticated):
                actors[shown.digest] = _actor(shown, kind, tx.now)
    return [actors.get(digests[secret]) or Unauthenticated() for secret in given]


async def bearer_of_token(tx: Tx, actor: Actor, named: Actor) -> Actor:
    """Whom a contact token makes somebody that did not come itself: something signed has named it, and whose it is.
    `Unauthenticated` where it is over, or another's.
    """
    found = await actor_again(tx, named)
    if (found.workspace_id, found.person) != (named.workspace_id, named.person):
        raise Unauthenticated()
    return found


async def actor_by_session(tx: Tx, actor: Actor, refresh_token: str) -> Actor:
    """Whose session it is that a browser's cookie carries. The refresh token is looked at and not used up; one that was
    used is `Unauthenticated`, and whether it was stolen is for `refresh_session` to say.
    """
    found = await tx.one(Bearer, "staff_by_refresh_digest", digest=rules.digest(refresh_token), now=tx.now)
    return _actor(found, "staff", tx.now)


async def actor_again(tx: Tx, actor: Actor) -> Actor:
    """The actor as the records have them now: rights may have changed, or ended (`Unauthenticated`)."""
    kind, _, id_ = actor.credential.partition(":")
    if kind == "session":
        return _actor(await tx.one(Bearer, "staff_by_session_id", id=id_), "staff", tx.now)
    if kind == "token":
        return _actor(await tx.one(Bearer, "contact_by_token_id", id=id_), "contact", tx.now)
    if actor.expires_at is not None and actor.expires_at <= tx.now:
        raise Unauthenticated()
    if actor.kind == "staff":
        staff = await find_staff(tx, actor, actor.id)
        if staff is None or staff.deactivated_at is not None:
            raise Unauthenticated()
        return msgspec.structs.replace(actor, name=staff.name)
    if await find_contact(tx, actor, actor.id) is None:
        raise Unauthenticated()
    return actor


def _actor(bearer: Bearer | None, kind: Kind, now: int) -> Actor:
    if bearer is None or not rules.is_live(bearer.ended_at, bearer.expires_at, now):
        raise Unauthenticated()
    return Actor(
        bearer.workspace_id,
        kind,
        bearer.id,
        bearer.name or "",
        bearer.role,
        bearer.scope,
        f"{CREDENTIALS[kind]}:{bearer.credential_id}",
        bearer.expires_at,
    )


async def sweep(tx: Tx, actor: Actor) -> None:
    """Forget what let people in long ago and does so no more."""
    for name in ("delete_old_tickets", "delete_old_refresh_tokens", "delete_old_sessions", "delete_old_codes"):
        await tx.run(name, before=tx.now - rules.DAY)


async def forget_tokens(tx: Tx, actor: Actor, contact_id: str) -> None:
    """Remove the tokens of a contact who is being removed."""
    await tx.run("delete_contact_tokens", workspace_id=actor.workspace_id, contact_id=contact_id)
