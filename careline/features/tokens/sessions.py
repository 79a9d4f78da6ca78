"""Sessions: staff who are signed in, with secrets that change while they are."""

import secrets
from itertools import groupby
from operator import attrgetter

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Unauthenticated
from careline.features.people.accounts import keep_password, set_password
from careline.features.people.rows import Account, Staff
from careline.features.people.staff import workspaces_of
from careline.features.tokens import rules
from careline.features.tokens.events import SessionRevoked
from careline.features.tokens.rows import IssuedSession, Session
from careline.store.database import Tx


async def sign_in(tx: Tx, actor: Actor, account: Account, workspace_id: str | None = None) -> IssuedSession:
    """A session for an account whose password was compared as it was read; `Unauthenticated` if it is another now."""
    if not await keep_password(tx, actor, account):
        raise Unauthenticated("E-mail address or password is wrong.")
    return await start_session(tx, actor, account.id, workspace_id)


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


async def change_password(tx: Tx, actor: Actor, account_id: str, password_hash: str) -> None:
    """A new password for an account; every session of it ends, in all its workspaces, or nothing changes at all."""
    await set_password(tx, actor, account_id, password_hash)
    live = await tx.all(Session, "live_sessions_of_account", account_id=account_id)
    for workspace_id, sessions in groupby(live, attrgetter("workspace_id")):
        await tx.open_workspace(workspace_id)
        for session in sessions:
            await _revoke(tx, actor, session)


async def change_own_password(tx: Tx, actor: Actor, account: Account, password_hash: str) -> None:
    """The same for whoever brought the password that the account had when it was read; `Forbidden` if it has another
    now.
    """
    if not await keep_password(tx, actor, account):
        raise Forbidden("The current password is wrong.")
    await change_password(tx, actor, account.id, password_hash)


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
