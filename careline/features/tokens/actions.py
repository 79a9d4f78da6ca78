"""Letting people in and shutting them out: every secret is made here, kept as a digest and looked up by it."""

import contextlib
import secrets
from collections.abc import Sequence
from hmac import compare_digest

import msgspec
from msgspec import Struct

from careline.core import ids
from careline.core.actor import Actor, Kind
from careline.core.errors import Forbidden, NotFound, Refused, Unauthenticated
from careline.features.people.actions import access_contact, find_contact, find_staff, workspaces_of
from careline.features.people.rows import Staff
from careline.features.tokens import rules
from careline.features.tokens.events import SessionRevoked, TokenIssued, TokenRevoked
from careline.features.tokens.rows import Bearer, ContactToken, IssuedSession, IssuedToken, Session, Shown
from careline.store.database import Tx

CREDENTIALS: dict[Kind, str] = {"staff": "session", "contact": "token"}
OPENING: tuple[tuple[str, Kind, str], ...] = (
    (rules.ACCESS, "staff", "staff_by_access_digest"),
    (rules.CONTACT, "contact", "contacts_by_token_digest"),
)


async def issue_token(
    tx: Tx, actor: Actor, contact_id: str, *, label: str | None = None, expires_at: int | None = None
) -> IssuedToken:
    """A token by which the contact comes in; its secret is in the answer and nowhere else."""
    rules.may_issue(actor)
    await access_contact(tx, actor, contact_id)
    secret = rules.CONTACT + secrets.token_urlsafe(32)
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


async def revoke_token(tx: Tx, actor: Actor, token_id: str) -> None:
    """End a contact's token and its sockets; again changes nothing. `NotFound` for another workspace's."""
    rules.may_issue(actor)
    token = await tx.one(ContactToken, "contact_token_by_id", id=token_id)
    if token is None or token.workspace_id != actor.workspace_id:
        raise NotFound("There is no such token.")
    await access_contact(tx, actor, token.contact_id)
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


async def start_session(tx: Tx, actor: Actor, account_id: str, workspace_id: str | None = None) -> IssuedSession:
    """Sign an account in to one of its workspaces, its first unless one is named."""
    staff = _works_at(await workspaces_of(tx, actor, account_id), workspace_id)
    session = Session(
        ids.new_id(),
        account_id,
        staff.workspace_id,
        staff.id,
        tx.now + rules.ACCESS_TOKEN,
        tx.now,
        tx.now + rules.SESSION,
        None,
    )
    access, refresh = _pair()
    await tx.run(
        "insert_session",
        id=session.id,
        account_id=account_id,
        workspace_id=staff.workspace_id,
        staff_id=staff.id,
        access_digest=rules.digest(access),
        access_expires_at=session.access_expires_at,
        expires_at=session.expires_at,
        now=tx.now,
    )
    await _keep_refresh(tx, session, refresh)
    return IssuedSession(session, access, refresh)


async def refresh_session(
    tx: Tx, actor: Actor, refresh_token: str, workspace_id: str | None = None
) -> IssuedSession | None:
    """New secrets for a session, in another of the account's workspaces if one is named.

    A refresh token works once. When it comes a second time, somebody has a copy: the whole session ends and the answer
    is None, because refusing by raising would undo just that.
    """
    digest = rules.digest(refresh_token)
    session_id = await tx.value("use_refresh_token", digest=digest, now=tx.now)
    if session_id is None:
        stolen = await tx.value("session_of_refresh_token", digest=digest)
        session = await tx.one(Session, "session_by_id", id=stolen) if stolen else None
        if session is None:
            raise Unauthenticated()
        await tx.open_workspace(session.workspace_id)
        await _revoke(tx, actor, session)
        return None
    session = await tx.one(Session, "session_by_id", id=session_id)
    if session is None or not rules.is_live(session.revoked_at, session.expires_at, tx.now):
        raise Unauthenticated()
    staff = _works_at(await workspaces_of(tx, actor, session.account_id), workspace_id or session.workspace_id)
    if staff.workspace_id != session.workspace_id:
        # Signing out will be a fact of the new workspace, which nobody in the old one hears.
        await tx.open_workspace(session.workspace_id)
        tx.emit(SessionRevoked(session_id=session.id, staff_id=session.staff_id), actor)
    access, refresh = _pair()
    session = msgspec.structs.replace(
        session,
        workspace_id=staff.workspace_id,
        staff_id=staff.id,
        access_expires_at=min(tx.now + rules.ACCESS_TOKEN, session.expires_at),
    )
    await tx.run(
        "renew_session",
        id=session.id,
        access_digest=rules.digest(access),
        access_expires_at=session.access_expires_at,
        workspace_id=staff.workspace_id,
        staff_id=staff.id,
    )
    await _keep_refresh(tx, session, refresh)
    return IssuedSession(session, access, refresh)


async def end_session(tx: Tx, actor: Actor) -> None:
    """Sign the actor out: the session by which they came is over."""
    kind, _, session_id = actor.credential.partition(":")
    session = await tx.one(Session, "session_by_id", id=session_id) if kind == "session" else None
    if session is None:
        raise Forbidden("Only a signed-in session can be signed out.")
    await _revoke(tx, actor, session)


async def end_sessions(tx: Tx, actor: Actor, account_id: str) -> None:
    """End every session of an account in the actor's workspace, after its password was changed."""
    for session in await tx.all(
        Session, "live_sessions_of_account", account_id=account_id, workspace_id=actor.workspace_id
    ):
        await _revoke(tx, actor, session)


async def _revoke(tx: Tx, actor: Actor, session: Session) -> None:
    if session.revoked_at is None:
        await tx.run("revoke_session", id=session.id, now=tx.now)
        tx.emit(SessionRevoked(session_id=session.id, staff_id=session.staff_id), actor)


def _works_at(places: list[Staff], workspace_id: str | None) -> Staff:
    for staff in places:
        if workspace_id in (None, staff.workspace_id):
            return staff
    raise Unauthenticated()


def _pair() -> tuple[str, str]:
    return rules.ACCESS + secrets.token_urlsafe(32), rules.REFRESH + secrets.token_urlsafe(32)


async def _keep_refresh(tx: Tx, session: Session, refresh: str) -> None:
    await tx.run(
        "insert_refresh_token", digest=rules.digest(refresh), session_id=session.id, expires_at=session.expires_at
    )


async def actors_by_secret(tx: Tx, actor: Actor, given: list[str]) -> Sequence[Actor | Refused]:
    """Who bears each of these access and contact tokens. `Unauthenticated` for any other secret, whatever it opens
    elsewhere.
    """
    digests = {secret: rules.digest(secret) for secret in given}
    actors: dict[str, Actor] = {}
    for prefix, kind, name in OPENING:
        wanted = [digest for secret, digest in digests.items() if secret.startswith(prefix)]
        for shown in await tx.all(Shown, name, digests=wanted) if wanted else ():
            with contextlib.suppress(Unauthenticated):
                actors[shown.digest] = _actor(shown, kind, tx.now)
    return [actors.get(digests[secret]) or Unauthenticated() for secret in given]


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
        raise Unauthenticated("This set-up link is used, too old or wrong: restart the server for a new one.")
    if await tx.value("forget_server_fact", key="setup") is None:
        raise Unauthenticated()


async def sweep(tx: Tx, actor: Actor) -> None:
    """Forget what let people in long ago and does so no more."""
    for name in ("delete_old_tickets", "delete_old_refresh_tokens", "delete_old_sessions", "delete_old_codes"):
        await tx.run(name, before=tx.now - rules.DAY)


async def forget_tokens(tx: Tx, actor: Actor, contact_id: str) -> None:
    """Remove the tokens of a contact who is being removed."""
    await tx.run("delete_contact_tokens", workspace_id=actor.workspace_id, contact_id=contact_id)
